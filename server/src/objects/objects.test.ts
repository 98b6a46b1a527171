import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DirectoryStore } from './directory.ts';
import { openS3 } from './s3.ts';
import { type ObjectStore, ObjectStoreError } from './store.ts';
import {
  type S3Server,
  startEncryptingS3Server,
  startS3Server,
  whyNoEncryptingS3,
  whyNoS3,
} from './testing/s3-server.ts';

for (const why of [whyNoS3, whyNoEncryptingS3]) if (why) console.warn(`skipped on S3: ${why}`);

let directory: string;
let server: S3Server | undefined;
let encrypting: S3Server | undefined;
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-objects-'));
  if (!whyNoS3) server = await startS3Server();
  if (!whyNoEncryptingS3) encrypting = await startEncryptingS3Server(KEY);
}, 30_000);
afterAll(async () => {
  await server?.stop();
  await encrypting?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** The key of the S3 server that encrypts. */
const KEY = 'archive-key';
const problem = (kind: string) => expect.objectContaining({ problem: kind });

describe.each<[string, () => Promise<ObjectStore>]>([
  ['a directory', async () => new DirectoryStore(path.join(directory, 'objects'))],
  ['an S3 server', () => openS3((server as S3Server).options)],
  ['an S3 server that encrypts', () => openS3((encrypting as S3Server).options)],
])('%s', (name, open) => {
  const skipped =
    (name === 'an S3 server' && whyNoS3 !== undefined) ||
    (name === 'an S3 server that encrypts' && whyNoEncryptingS3 !== undefined);
  const here = test.skipIf(skipped);
  let store: ObjectStore;
  beforeAll(async () => {
    if (skipped) return;
    store = await open();
    await store.createBucket('audit-archive', 'eu-de');
  });
  const put = (key: string, text: string, metadata?: Record<string, string>) =>
    store.put({ bucket: 'audit-archive', key, body: Buffer.from(text), contentType: 'text/plain', metadata });
  const text = async (key: string, range?: { from: number; to: number }) =>
    (await buffer((await store.get('audit-archive', key, range)).body)).toString();

  here('a bucket is made once, and is there', async () => {
    await store.checkBucket('audit-archive');
    await expect(store.createBucket('audit-archive', 'eu-de')).rejects.toEqual(problem('exists'));
    await expect(store.checkBucket('no-such-bucket')).rejects.toEqual(problem('no-bucket'));
    await expect(
      store.put({ bucket: 'no-such-bucket', key: 'a', body: Buffer.from('x'), contentType: 'text/plain' }),
    ).rejects.toEqual(problem('no-bucket'));
  });

  here('a bucket is removed when nothing is in it', async () => {
    await store.createBucket('made-in-vain', 'eu-de');
    const object = { bucket: 'made-in-vain', key: 'a', body: Buffer.from('x'), contentType: 'text/plain' };
    await store.put(object);
    await expect(store.removeBucket('made-in-vain')).rejects.toEqual(problem('denied'));
    await store.checkBucket('made-in-vain');
    await store.remove('made-in-vain', 'a');
    await store.removeBucket('made-in-vain');
    await expect(store.checkBucket('made-in-vain')).rejects.toEqual(problem('no-bucket'));
    await expect(store.removeBucket('made-in-vain')).rejects.toEqual(problem('no-bucket'));
    await store.createBucket('made-in-vain', 'eu-de');
    await store.removeBucket('made-in-vain');
  });

  here('an object is written with its metadata, read whole or in part, replaced, removed', async () => {
    await put('CloudTraces/eu-de/a.txt', 'one', { 'meta-signature': 'abc' });
    const head = await store.head('audit-archive', 'CloudTraces/eu-de/a.txt');
    expect(head).toMatchObject({ size: 3, metadata: { 'meta-signature': 'abc' } });
    expect(Math.abs(head.modified - Date.now())).toBeLessThan(60_000);
    await put('CloudTraces/eu-de/a.txt', 'another', {});
    expect(await text('CloudTraces/eu-de/a.txt')).toBe('another');
    expect(await text('CloudTraces/eu-de/a.txt', { from: 1, to: 3 })).toBe('not');
    expect((await store.head('audit-archive', 'CloudTraces/eu-de/a.txt')).metadata).toEqual({});
    await store.remove('audit-archive', 'CloudTraces/eu-de/a.txt');
    await store.remove('audit-archive', 'CloudTraces/eu-de/a.txt');
    await expect(store.head('audit-archive', 'CloudTraces/eu-de/a.txt')).rejects.toEqual(
      problem('no-object'),
    );
    await expect(store.get('audit-archive', 'CloudTraces/eu-de/a.txt')).rejects.toEqual(problem('no-object'));
  });

  here('a file is put whole', async () => {
    const file = path.join(directory, 'large');
    const content = Buffer.alloc(3_000_000, 'abcdefg');
    await writeFile(file, content);
    const body = { file, size: content.length };
    await store.put({
      bucket: 'audit-archive',
      key: 'large.bin',
      body,
      contentType: 'application/octet-stream',
    });
    const { body: stream } = await store.get('audit-archive', 'large.bin');
    expect((await buffer(stream)).equals(content)).toBe(true);
    await store.remove('audit-archive', 'large.bin');
  });

  here('what is not as it was announced is not put', async () => {
    const file = path.join(directory, 'short');
    await writeFile(file, 'half of');
    const object = { bucket: 'audit-archive', key: 'announced.txt', contentType: 'text/plain' };
    const md5 = createHash('md5').update('half of it').digest('hex');
    await put(object.key, 'before');
    for (const body of [Buffer.from('half of'), { file, size: 7 }, { file, size: 10 }])
      await expect(store.put({ ...object, body, md5 })).rejects.toBeInstanceOf(ObjectStoreError);
    expect(await text(object.key)).toBe('before');
    await store.remove('audit-archive', object.key);
  });

  here('a stream is put whole, of any size, or not at all', async () => {
    const object = { bucket: 'audit-archive', contentType: 'application/octet-stream' };
    async function* bytes(size: number, end?: Error) {
      for (let left = size; left > 0; left -= 700_001) yield Buffer.alloc(Math.min(left, 700_001), 'abcdefg');
      if (end) throw end;
    }
    const sizes = [0, 5, 8 * 1024 ** 2, 8 * 1024 ** 2 + 1, 16 * 1024 ** 2, 20_000_000];
    for (const size of sizes) {
      const key = `streamed/${size}`;
      await expect(
        store.putStream({ ...object, key, size, chunks: bytes(size, new Error('it broke off')) }),
      ).rejects.toThrow('it broke off');
      await expect(store.head('audit-archive', key)).rejects.toEqual(problem('no-object'));
      await store.putStream({ ...object, key, size, chunks: bytes(size) });
      const there = await buffer((await store.get('audit-archive', key)).body);
      const hash = createHash('md5');
      for await (const chunk of bytes(size)) hash.update(chunk);
      expect([there.length, createHash('md5').update(there).digest('hex')]).toEqual([
        size,
        hash.digest('hex'),
      ]);
      await store.remove('audit-archive', key);
    }
    for (const size of [100, 9_000_000])
      await expect(
        store.putStream({ ...object, key: 'streamed/other', size: size + 1, chunks: bytes(size) }),
      ).rejects.toBeInstanceOf(ObjectStoreError);
    await expect(store.head('audit-archive', 'streamed/other')).rejects.toEqual(problem('no-object'));
    await expect(
      store.putStream({
        ...object,
        bucket: 'no-such-bucket',
        key: 'a',
        size: 20_000_000,
        chunks: bytes(20_000_000),
      }),
    ).rejects.toEqual(problem('no-bucket'));
  });

  here('a locked object can neither be removed nor replaced; the same may be put again', async () => {
    await store.createBucket('locked-archive', 'eu-de', { locking: true });
    expect(await store.canLock('locked-archive')).toBe(true);
    if (name !== 'a directory') expect(await store.canLock('audit-archive')).toBe(false);
    const object = (text: string) => ({
      bucket: 'locked-archive',
      key: 'a',
      body: Buffer.from(text),
      contentType: 'text/plain',
      md5: createHash('md5').update(text).digest('hex'),
      lock: { mode: 'GOVERNANCE' as const, until: Date.now() + 60_000 },
    });
    await store.put(object('one'));
    await store.put(object('one'));
    // A store that keeps versions hides the locked one behind a mark, as S3 does.
    if (name !== 'an S3 server that encrypts') {
      await expect(store.remove('locked-archive', 'a')).rejects.toEqual(problem('denied'));
    }
    const { body } = await store.get('locked-archive', 'a');
    expect((await buffer(body)).toString()).toBe('one');
    if (name === 'a directory') await expect(store.put(object('two'))).rejects.toEqual(problem('denied'));
  });

  here('a bucket is walked by folders, and by pages in the order of its keys', async () => {
    const keys = [
      'walk/1/a',
      'walk/1/b',
      'walk/10/a',
      'walk/2/system/ECS/x.json.gz',
      'walk/a file',
      'walk/ü',
    ];
    for (const key of keys) await put(key, key);
    const folders = await store.list('audit-archive', { prefix: 'walk/', delimiter: '/' });
    expect(folders.folders).toEqual(['walk/1/', 'walk/10/', 'walk/2/']);
    expect(folders.objects.map(({ key }) => key)).toEqual(['walk/a file', 'walk/ü']);
    const seen: string[] = [];
    for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
      const page = await store.list('audit-archive', { prefix: 'walk/', limit: 2, after });
      expect(page.objects.length).toBeLessThanOrEqual(2);
      seen.push(...page.objects.map(({ key }) => key));
      after = page.next;
    }
    expect(seen).toEqual(keys);
    const some = await store.list('audit-archive', { prefix: 'walk/1/' });
    expect(some.objects.map(({ key, size }) => [key, size])).toEqual([
      ['walk/1/a', 8],
      ['walk/1/b', 8],
    ]);
    expect((await store.list('audit-archive', { prefix: 'nothing/' })).objects).toEqual([]);
  });
});

describe('a directory', () => {
  const store = () => new DirectoryStore(path.join(directory, 'objects'));

  test.each([
    ...[
      '../x',
      'a/../../x',
      '/etc/passwd',
      'a//b',
      'a/.',
      'a/',
      '',
      'a\0b',
      'x'.repeat(1025),
      'ü'.repeat(513),
    ],
    ...[
      'a\n/../../x',
      '..\n/../../../x',
      '\n/../x',
      'a\r/../../x',
      'a\u2028/../../x',
      '..',
      '.',
      '/',
      '//',
      'x'.repeat(300),
    ],
  ])('the key %j leads nowhere', async (key) => {
    for (const call of [
      () => store().head('audit-archive', key),
      () =>
        store()
          .remove('audit-archive', key)
          .then(() => store().head('audit-archive', key)),
    ]) {
      await expect(call()).rejects.toEqual(problem('no-object'));
    }
    const object = { bucket: 'audit-archive', key, body: Buffer.from('x'), contentType: 'text/plain' };
    await expect(store().put(object)).rejects.toEqual(problem('no-object'));
    await expect(store().get('audit-archive', key)).rejects.toEqual(problem('no-object'));
  });

  test.each(['../', '../../', '/', '/etc/', 'a/../../', 'a\n/../../', './', '\0/', `${'x'.repeat(2000)}/`])(
    'the prefix %j lists nothing from elsewhere',
    async (prefix) => {
      for (const delimiter of [undefined, '/'] as const) {
        const { objects, folders } = await store().list('audit-archive', { prefix, delimiter });
        expect([objects, folders]).toEqual([[], []]);
      }
    },
  );

  test('a name that only looks like a way is a name', async () => {
    const key = '%2e%2e/..%2f/...\\..\\x';
    await store().put({ bucket: 'audit-archive', key, body: Buffer.from('x'), contentType: 'text/plain' });
    expect((await store().list('audit-archive', { prefix: '%2e' })).objects).toMatchObject([{ key }]);
    await store().remove('audit-archive', key);
  });

  test.each(['..', '.metadata', '.uploads', 'a/b', 'A', ''])('the bucket %j is none', async (bucket) => {
    await expect(store().checkBucket(bucket)).rejects.toEqual(problem('no-bucket'));
    await expect(store().list(bucket)).rejects.toEqual(problem('no-bucket'));
  });
});

describe.skipIf(whyNoS3 !== undefined)('an S3 server', () => {
  test('wrong credentials are denied; a store that does not answer is away', async () => {
    const { options } = server as S3Server;
    const wrong = await openS3({ ...options, secretKey: 'wrong' });
    await expect(wrong.checkBucket('audit-archive')).rejects.toEqual(problem('denied'));
    const nobody = await openS3({ ...options, endpoint: 'http://127.0.0.1:1' });
    await expect(nobody.checkBucket('audit-archive')).rejects.toEqual(problem('away'));
  });
});

describe.skipIf(whyNoEncryptingS3 !== undefined)('an S3 server that encrypts', () => {
  test('encrypts with a named key, which it must have; the same may be put again', async () => {
    const store = await openS3((encrypting as S3Server).options);
    const put = (encryptionKey: string) =>
      store.put({
        bucket: 'audit-archive',
        key: 'sealed',
        body: Buffer.from('text'),
        contentType: 'text/plain',
        md5: createHash('md5').update('text').digest('hex'),
        encryptionKey,
      });
    await put(KEY);
    const { body } = await store.get('audit-archive', 'sealed');
    expect((await buffer(body)).toString()).toBe('text');
    await expect(put('another-key')).rejects.toEqual(problem('key'));
  });
});

test('a bucket of OBS that is not of the class STANDARD is refused', async () => {
  // Stands in for OBS, which cannot run here: it answers the one call with the header that OBS has.
  let storageClass = 'WARM';
  const fakeObs = createServer((_request, response) => {
    response.writeHead(200, { 'x-default-storage-class': storageClass }).end();
  }).listen(0, '127.0.0.1');
  await once(fakeObs, 'listening');
  const { port } = fakeObs.address() as AddressInfo;
  try {
    const store = await openS3({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-de',
      accessKey: 'a',
      secretKey: 'b',
      hostStyle: false,
    });
    await expect(store.checkBucket('audit-archive')).rejects.toThrow('the storage class WARM');
    storageClass = 'STANDARD';
    await store.checkBucket('audit-archive');
  } finally {
    fakeObs.close();
  }
});
