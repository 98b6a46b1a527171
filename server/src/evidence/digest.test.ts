import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DeliveredFile, noteFile, type Route, traceFileKey } from '../archive/index.ts';
import { BUCKET, ROUTE } from '../archive/testing/route.ts';
import { type Metadata, openMetadata } from '../metadata/index.ts';
import { DirectoryStore, type NewObject, ObjectStoreError } from '../objects/index.ts';
import { verifyCommand } from './command.ts';
import { type Digest, hashOf, SIGNATURE, signedText } from './digest.ts';
import { Digester } from './digester.ts';
import type { Finding } from './finding.ts';
import { EvidenceLog } from './log.ts';
import { Tree } from './merkle.ts';
import { readPublicKey, SigningKeys } from './signing-keys.ts';
import { bucketSource, folderSource } from './sources.ts';
import { verifyArchive } from './verify.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 5, 12);
/** On a busy machine. */
const PATIENCE = { timeout: 15_000 };

let directory: string;
let objects: DirectoryStore;
let metadata: Metadata;
let keys: SigningKeys;
let rootKey: Buffer;
let now: number;
let validated: boolean;
let digester: Digester;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-digest-'));
  objects = new DirectoryStore(path.join(directory, 'objects'));
  await objects.createBucket(BUCKET);
  metadata = await openMetadata(path.join(directory, 'metadata.db'));
  await metadata.insertInto('domains').values({ id: 'd', name: 'd', created_at: 0 }).execute();
  const ofAccount = { domain_id: 'd', region: 'eu-de', created_at: 0 };
  await metadata
    .insertInto('buckets')
    .values([BUCKET, 'hanging'].map((name) => ({ name, ...ofAccount })))
    .execute();
  now = NOON;
  validated = true;
  rootKey = randomBytes(32);
  keys = new SigningKeys(metadata, rootKey, () => now);
  digester = digesterWith();
});
afterEach(async () => {
  await metadata.destroy();
  await rm(directory, { recursive: true, force: true });
});

const evidenceLog = (store = objects) =>
  new EvidenceLog({
    ...{ metadata, objects: store, keys, installationId: 'i1' },
    clock: () => now,
  });

const digesterWith = (...changes: Partial<Route>[]) =>
  digesterOver(objects, ...(changes.length > 0 ? changes : [{}]));

function digesterOver(store: DirectoryStore, ...changes: Partial<Route>[]): Digester {
  return new Digester({
    onAnew: async () => undefined,
    ...{ metadata, objects: store, keys, evidence: evidenceLog(store) },
    clock: () => now,
    log: pino({ level: 'silent' }),
    hash: 'SHA-256',
    routes: async () => changes.map((change) => ({ ...ROUTE, validated, ...change })),
  });
}

const note = (database: Metadata, file: DeliveredFile) =>
  database.transaction().execute((transaction) => noteFile(transaction, file));

let files = 0;
/** A trace file that was delivered now. */
async function deliver(service = 'ECS', by = ROUTE): Promise<string> {
  const hex = String(++files).padStart(16, '0');
  const key = traceFileKey({ ...by, service }, now, hex, true);
  const body = gzipSync(JSON.stringify([{ trace_id: hex }]));
  await objects.put({ bucket: by.bucket, key, body, contentType: 'application/gzip' });
  await note(metadata, {
    bucket: by.bucket,
    key,
    project_id: by.projectId,
    tracker_id: by.trackerId,
    service,
    bytes: body.length,
    traces: 1,
    first_time: now,
    last_time: now,
    earliest: 0,
    latest: 0,
    sha256: hashOf('SHA-256', body),
    md5: hashOf('MD5', body),
    delivered_at: now,
    validated: by.validated ? 1 : 0,
  });
  return key;
}

/** The clock goes to the next full hour, and a little further; digests are written. */
async function nextHour(through = digester): Promise<void> {
  now = (Math.floor(now / HOUR) + 1) * HOUR + 10_000;
  await through.work();
}

async function digests(service = 'ECS'): Promise<{ key: string; bytes: Buffer; digest: Digest }[]> {
  const { objects: found } = await objects.list(BUCKET);
  const all = found.filter(({ key }) => key.includes(`/Digest/${service}/`));
  return Promise.all(
    all.map(async ({ key }) => {
      const bytes = await buffer((await objects.get(BUCKET, key)).body);
      return { key, bytes, digest: JSON.parse(gunzipSync(bytes).toString()) as Digest };
    }),
  );
}

async function verify(publicKeys?: KeyObject[], source = bucketSource(objects, BUCKET)) {
  const findings: Finding[] = [];
  const all = (await keys.list()).map(({ publicKey }) => readPublicKey(publicKey));
  const proof = await verifyArchive({
    source,
    now,
    publicKeys: publicKeys ?? all,
    onFinding: (finding) => findings.push(finding),
  });
  const bad = findings.filter(({ verdict }) => !['valid', 'pending', 'unproved'].includes(verdict));
  return { ...proof, bad, findings };
}

/** Puts a changed digest in the place of another one. */
async function replace(key: string, change: (digest: Digest) => Digest, signer?: KeyObject): Promise<void> {
  const { body } = await objects.get(BUCKET, key);
  const { metadata: before } = await objects.head(BUCKET, key);
  const digest = change(JSON.parse(gunzipSync(await buffer(body)).toString()) as Digest);
  const bytes = gzipSync(JSON.stringify(digest));
  const signature = signer
    ? sign('sha256', Buffer.from(signedText(digest, bytes)), signer).toString('hex')
    : (before[SIGNATURE] ?? '');
  await objects.put({
    bucket: BUCKET,
    key,
    body: bytes,
    contentType: 'application/gzip',
    metadata: { ...before, [SIGNATURE]: signature },
  });
}

describe('digests', () => {
  test('are written for every hour and trace source, linked to the one before, also when empty', async () => {
    const ecs = await deliver('ECS');
    const iam = await deliver('IAM');
    await nextHour();
    await nextHour();
    const [first, second] = await digests('ECS');
    expect(first?.key).toMatch(
      /^CloudTraces\/eu-de\/2026\/11\/5\/system\/Digest\/ECS\/CloudTrace-Digest_eu-de_2026-11-05T13-00-00Z\.json\.gz$/,
    );
    expect(first?.digest).toMatchObject({
      project_id: ROUTE.projectId,
      digest_start_time: '2026-11-05T12-00-00Z',
      digest_end_time: '2026-11-05T13-00-00Z',
      digest_bucket: BUCKET,
      digest_object: first?.key,
      digest_signature_algorithm: 'SHA256withRSA',
      digest_end: false,
      previous_digest_bucket: '',
      previous_digest_object: '',
      previous_digest_hash_value: '',
      previous_digest_signature: '',
      previous_digest_end: false,
      log_files: [
        {
          bucket: BUCKET,
          object: ecs,
          log_hash_value: expect.stringMatching(/^[0-9a-f]{64}$/),
          log_hash_algorithm: 'SHA-256',
        },
      ],
    });
    const head = await objects.head(BUCKET, first?.key ?? '');
    expect(head.metadata).toMatchObject({
      'meta-signature-algorithm': 'SHA256withRSA',
      'meta-signature': expect.stringMatching(/^[0-9a-f]{512}$/),
    });
    expect(second?.digest).toMatchObject({
      digest_start_time: '2026-11-05T13-00-00Z',
      previous_digest_object: first?.key,
      previous_digest_hash_value: hashOf('SHA-256', first?.bytes ?? Buffer.alloc(0)),
      previous_digest_signature: head.metadata[SIGNATURE],
      log_files: [],
    });
    expect((await digests('IAM'))[0]?.digest.log_files).toMatchObject([{ object: iam }]);
    expect((await verify()).counts).toMatchObject({
      valid: 6,
      changed: 0,
      missing: 0,
      unreadable: 0,
      unexpected: 0,
      pending: 0,
    });
  });

  test('that were missed are written one by one when the service is back', async () => {
    await deliver();
    await nextHour();
    now += 5 * HOUR;
    await deliver();
    await nextHour();
    const all = await digests();
    expect(all).toHaveLength(7);
    expect(all.map(({ digest }) => digest.log_files.length)).toEqual([1, 0, 0, 0, 0, 0, 1]);
    expect((await verify()).bad).toEqual([]);
  });

  test('are the same when they are written again after a crash', async () => {
    await deliver();
    await nextHour();
    const [before] = await digests();
    // It ended between putting it and noting that; meanwhile there is another file, and another key.
    const body = before?.bytes.toString('base64') ?? '';
    await metadata.updateTable('digests').set({ body }).execute();
    await deliver();
    await keys.rotate();
    await digester.work();
    const [after] = await digests();
    expect(after?.bytes.equals(before?.bytes ?? Buffer.alloc(0))).toBe(true);
  });

  test('cover every file by its number, whatever the clock said when it was delivered', async () => {
    const listed = async () =>
      (await digests()).flatMap(({ digest }) => digest.log_files.map(({ object }) => object));
    const keysOf: string[] = [];
    // A first file, then a service that is down for hours.
    keysOf.push(await deliver());
    now += 70 * 60_000;
    await digester.work();
    keysOf.push(await deliver());
    await nextHour();
    // A clock that is ahead by two days, and set back.
    now += 48 * HOUR;
    keysOf.push(await deliver());
    await nextHour();
    now -= 48 * HOUR;
    keysOf.push(await deliver());
    await nextHour();
    keysOf.push(await deliver());
    await nextHour();
    expect((await listed()).sort()).toEqual(keysOf.sort());
    const all = (await digests())
      .map(({ digest }) => digest)
      .sort((a, b) => (a.digest_end_time < b.digest_end_time ? -1 : 1));
    for (const [at, { first_number, last_number, total_file_count, total_trace_count }] of all.entries()) {
      expect(first_number).toBe((all[at - 1]?.last_number ?? 0) + 1);
      expect([total_file_count, total_trace_count]).toEqual([last_number, last_number]);
    }
    expect((await verify()).bad).toEqual([]);
  });

  test('begin with what was delivered before the service was down, or verification was on', async () => {
    const early = [await deliver()];
    now += 26 * HOUR;
    early.push(await deliver());
    now += 2 * HOUR;
    await digester.work();
    const [first] = await digests();
    expect(first?.digest.log_files.map(({ object }) => object)).toEqual(early);
    expect(await verify()).toMatchObject({ conclusion: 'proved', bad: [] });
  });

  test('get a last one when nothing is transferred into the bucket any more, and one more for what comes late', async () => {
    await deliver();
    await nextHour();
    const late = await deliver();
    const moved = digesterWith({ bucket: 'another' });
    await nextHour(moved);
    await nextHour(moved);
    let all = (await digests()).map(({ digest }) => digest);
    expect(all.map(({ digest_end }) => digest_end)).toEqual([false, true]);
    expect(all[1]?.log_files.map(({ object }) => object)).toEqual([late]);
    const later = await deliver();
    await nextHour(moved);
    await nextHour(moved);
    all = (await digests()).map(({ digest }) => digest);
    expect(all.map(({ digest_end }) => digest_end)).toEqual([false, true, true]);
    expect(all[2]?.log_files.map(({ object }) => object)).toEqual([later]);
    expect((await verify()).bad).toEqual([]);
  });

  test('a chain whose only files come when nothing is transferred there any more gets one, if they were to be verifiable', async () => {
    const moved = digesterWith({ bucket: 'another' });
    const verified = await deliver('ECS', { ...ROUTE, validated: true });
    await deliver('IAM');
    await nextHour(moved);
    await nextHour(moved);
    const [only, ...others] = await digests('ECS');
    expect(only?.digest).toMatchObject({ digest_end: true, log_files: [{ object: verified }] });
    expect([others, await digests('IAM')]).toEqual([[], []]);
  });

  test('cover what was recorded while verification was on, and comes when it is off, however late', async () => {
    await deliver('ECS', { ...ROUTE, validated: true });
    await nextHour();
    validated = false;
    await nextHour();
    // The bucket was away for long.
    now += 30 * 24 * HOUR;
    const late = await deliver('ECS', { ...ROUTE, validated: true });
    const first = await deliver('IAM', { ...ROUTE, validated: true });
    await deliver('VPC');
    now += 10 * 24 * HOUR;
    await nextHour();
    await nextHour();
    const all = (await digests('ECS')).map(({ digest }) => digest);
    expect(all.map(({ digest_end }) => digest_end)).toEqual([false, true, true]);
    expect(all[2]?.log_files.map(({ object }) => object)).toEqual([late]);
    expect((await digests('IAM')).map(({ digest }) => digest)).toMatchObject([
      { digest_end: true, log_files: [{ object: first }] },
    ]);
    expect(await digests('VPC')).toEqual([]);
    expect((await verify()).bad).toEqual([]);
  });

  test('are not held up by one that cannot be put', async () => {
    for (const source of ['ECS', 'IAM', 'VPC']) await deliver(source);
    const put = objects.put.bind(objects);
    vi.spyOn(objects, 'put').mockImplementation(async (object: NewObject) => {
      if (object.key.includes('/Digest/ECS/')) throw new ObjectStoreError('denied', 'not this one');
      await put(object);
    });
    await nextHour();
    expect((await digests('IAM')).length + (await digests('VPC')).length).toBe(2);
    vi.restoreAllMocks();
    await digester.work();
    expect(await digests('ECS')).toHaveLength(1);
    expect((await verify()).bad).toEqual([]);
  });

  test('end when verification is switched off, and go on from there when it is on again', async () => {
    await deliver();
    await nextHour();
    validated = false;
    await nextHour();
    await nextHour();
    expect((await digests()).map(({ digest }) => digest.digest_end)).toEqual([false, true]);
    validated = true;
    now += 3 * HOUR;
    await deliver();
    await nextHour();
    const all = await digests();
    expect(all).toHaveLength(3);
    expect(all[2]?.digest).toMatchObject({ previous_digest_end: true, previous_digest_object: all[1]?.key });
    expect((await verify()).bad).toEqual([]);
  });

  test('cover what looks as if it belonged to them, also when verification is off by then', async () => {
    await deliver();
    await nextHour();
    await nextHour();
    validated = false;
    await nextHour();
    // By their times both belong to hours that have their digests.
    now -= 2 * HOUR;
    const early = await deliver();
    await nextHour();
    now += 30 * 24 * HOUR;
    await deliver();
    await nextHour();
    const all = (await digests()).map(({ digest }) => digest);
    expect(all.map(({ digest_end }) => digest_end)).toEqual([false, false, true, true]);
    expect(all.at(-1)?.log_files.map(({ object }) => object)).toContain(early);
    expect((await verify()).bad).toEqual([]);
  });

  test('raise no alarm while the clock is behind them, and reach to the full hour when it is not', async () => {
    await deliver();
    await nextHour();
    await nextHour();
    await nextHour();
    now -= 2 * HOUR + 5 * 60_000;
    await nextHour();
    now += 60_000;
    const file = await deliver();
    const { bad, findings } = await verify();
    expect([bad, findings.find(({ key }) => key === file)?.verdict]).toEqual([[], 'pending']);
    for (let hour = 0; hour < 4; hour++) await nextHour();
    const ends = (await digests()).map(({ digest }) => digest.digest_end_time.slice(11, -1));
    expect(ends).toEqual([
      '13-00-00',
      '14-00-00',
      '15-00-00',
      '15-00-01',
      '15-00-02',
      '16-00-00',
      '17-00-00',
    ]);
    expect(await verify()).toMatchObject({ conclusion: 'proved', bad: [] });
  });

  test('of a tracker that does not sort are one chain, from the first hour on', async () => {
    const plain = digesterWith({ sorted: false });
    await nextHour(plain);
    const { objects: found } = await objects.list(BUCKET);
    expect(found.map(({ key }) => key).filter((key) => key.includes('/Digest/'))).toEqual([
      'CloudTraces/eu-de/2026/11/5/system/Digest/CloudTrace-Digest_eu-de_2026-11-05T13-00-00Z.json.gz',
    ]);
  });

  test('stay verifiable when the key is rotated', async () => {
    await deliver();
    await nextHour();
    const [old] = await keys.list();
    now += 1;
    await keys.rotate();
    await deliver();
    await nextHour();
    expect(new Set((await digests()).map(({ digest }) => digest.digest_key_id)).size).toBe(2);
    expect((await verify()).bad).toEqual([]);
    const { bad } = await verify([readPublicKey(old?.publicKey ?? '')]);
    expect(bad.map(({ kind }) => kind).sort()).toEqual(['digest', 'file', 'log', 'log']);
  });
});

test('a key that is made while the clock is set back signs, also after a restart', async () => {
  await keys.list();
  now -= 30 * 24 * HOUR;
  const made = await keys.rotate();
  expect((await keys.list()).find(({ active }) => active)?.id).toBe(made.id);
  const again = new SigningKeys(metadata, rootKey, () => now);
  expect((await again.list()).find(({ active }) => active)?.id).toBe(made.id);
});

describe('names that look alike', () => {
  const SOURCES = ['A B', 'A_B', 'A/B', '云服务器', '对象存储', '..', 'Digest', 'A!20B'];

  test('are trace sources of their own: no digest replaces another, also where files are locked', async () => {
    const locking = digesterWith({ lock: { mode: 'COMPLIANCE', days: 1 } });
    for (let hour = 0; hour < 3; hour++) {
      for (const source of SOURCES) await deliver(source);
      await nextHour(locking);
    }
    const { counts, bad } = await verify();
    expect(bad).toEqual([]);
    expect(counts.valid).toBe(6 * SOURCES.length);
    const publicKey = path.join(directory, 'public-key');
    await writeFile(publicKey, (await keys.list())[0]?.publicKey ?? '');
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('OPENCTS_')) vi.stubEnv(name, undefined);
    }
    vi.stubEnv('OPENCTS_DATA_DIR', directory);
    try {
      const until = ['--public-key', publicKey, '--until', new Date(now).toISOString()];
      expect(await verifyCommand(['--bucket', BUCKET, ...until])).toBe(0);
      expect(await verifyCommand([path.join(directory, 'objects', BUCKET), ...until])).toBe(0);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('projects of one bucket are chains of their own', async () => {
    const other = { ...ROUTE, projectId: 'b'.repeat(32), trackerId: 't2', subProject: 'eu-de_team' };
    const both = digesterWith(ROUTE, other);
    for (let hour = 0; hour < 3; hour++) {
      await deliver();
      await deliver('ECS', other);
      await nextHour(both);
    }
    const { counts, bad } = await verify();
    expect(bad).toEqual([]);
    expect(counts.valid).toBe(12);
    // A file of one project that nobody listed is not excused by the chain of the other.
    const key = traceFileKey({ ...other, service: 'ECS' }, NOON + HOUR, 'f'.repeat(16), true);
    await objects.put({ bucket: BUCKET, key, body: gzipSync('[]'), contentType: 'application/gzip' });
    expect((await verify()).bad.map((finding) => finding.key)).toEqual([key]);
  });

  test('a tracker that is deleted and made anew goes on with the chain of the earlier one', async () => {
    await deliver();
    await nextHour();
    const last = await deliver();
    const again = { ...ROUTE, trackerId: 't2' };
    const renewed = digesterWith(again);
    now += HOUR / 2;
    await deliver('ECS', again);
    await nextHour(renewed);
    now += 3 * HOUR;
    await nextHour(renewed);
    expect((await digests()).map(({ digest }) => digest.log_files.length)).toEqual([1, 2, 0, 0, 0, 0]);
    expect((await digests())[1]?.digest.log_files.map(({ object }) => object)).toContain(last);
    expect((await verify()).bad).toEqual([]);
  });

  test('a tracker that is made anew within the hour writes no digest twice', async () => {
    const plain = { sorted: false, lock: { mode: 'COMPLIANCE' as const, days: 1 } };
    await nextHour(digesterWith(plain));
    const renewed = digesterWith({ ...plain, trackerId: 't2' });
    await renewed.work();
    await nextHour(renewed);
    expect((await verify()).counts).toMatchObject({ valid: 2, changed: 0 });
  });

  test('a chain that ends and begins within an hour writes no digest twice', async () => {
    await deliver();
    await nextHour();
    validated = false;
    await nextHour();
    validated = true;
    await deliver();
    await digester.work();
    await nextHour();
    expect((await digests()).map(({ digest }) => digest.digest_end)).toEqual([false, true, false]);
    expect((await verify()).bad).toEqual([]);
  });

  test('a bucket that hangs keeps the digests of others from nothing', async () => {
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    class HangingStore extends DirectoryStore {
      override async put(object: NewObject): Promise<void> {
        if (object.bucket === 'hanging') await hung;
        await super.put(object);
      }
    }
    const store = new HangingStore(path.join(directory, 'objects'));
    await store.createBucket('hanging');
    const hanging = { ...ROUTE, trackerId: 't2', tracker: 'reads', bucket: 'hanging' };
    const both = digesterOver(store, hanging, ROUTE);
    await deliver('ECS', hanging);
    const works: Promise<void>[] = [];
    for (let hour = 1; hour <= 3; hour++) {
      await deliver();
      now = NOON + hour * HOUR + 10_000;
      // As the timer does: what is still being written is passed over.
      const written = async () => {
        works.push(both.work());
        return (await digests()).length;
      };
      await expect.poll(written, PATIENCE).toBe(hour);
    }
    release();
    await Promise.all(works);
    await both.work();
    const { objects: found } = await store.list('hanging');
    expect(found.filter(({ key }) => key.includes('/Digest/'))).toHaveLength(3);
    expect((await verify()).bad).toEqual([]);
  });

  test('chains that have to catch up take turns', async () => {
    for (const source of ['ECS', 'IAM']) await deliver(source);
    await nextHour();
    now += 100 * HOUR;
    await nextHour();
    expect([(await digests('ECS')).length, (await digests('IAM')).length]).toEqual([49, 49]);
    await digester.work();
    await digester.work();
    expect([(await digests('ECS')).length, (await digests('IAM')).length]).toEqual([102, 102]);
  });
});

describe('verify names', () => {
  let delivered: string[];
  beforeEach(async () => {
    delivered = [];
    for (let hour = 0; hour < 4; hour++) {
      delivered.push(await deliver(), await deliver());
      await nextHour();
    }
    expect((await verify()).counts).toEqual({
      valid: 12,
      changed: 0,
      missing: 0,
      unreadable: 0,
      unexpected: 0,
      pending: 0,
      unproved: 0,
    });
  });
  const keyOf = async (at: number) => (await digests())[at]?.key ?? '';
  const named = async () => (await verify()).bad.map(({ kind, key, verdict }) => [kind, key, verdict]);

  test('a byte that was flipped in a trace file', async () => {
    const [key = ''] = delivered;
    const bytes = await buffer((await objects.get(BUCKET, key)).body);
    bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
    await objects.put({ bucket: BUCKET, key, body: bytes, contentType: 'application/gzip' });
    expect(await named()).toEqual([['file', key, 'changed']]);
  });

  test('a trace file that was removed', async () => {
    await objects.remove(BUCKET, delivered[3] ?? '');
    expect(await named()).toEqual([['file', delivered[3], 'missing']]);
  });

  test('a trace file that was added', async () => {
    const key = traceFileKey({ ...ROUTE, service: 'ECS' }, NOON + HOUR, 'f'.repeat(16), true);
    await objects.put({ bucket: BUCKET, key, body: gzipSync('[]'), contentType: 'application/gzip' });
    expect(await named()).toEqual([['file', key, 'unexpected']]);
  });

  test('two trace files that were swapped', async () => {
    const [a = '', b = ''] = delivered;
    const [bytesA, bytesB] = [
      await buffer((await objects.get(BUCKET, a)).body),
      await buffer((await objects.get(BUCKET, b)).body),
    ];
    await objects.put({ bucket: BUCKET, key: a, body: bytesB, contentType: 'application/gzip' });
    await objects.put({ bucket: BUCKET, key: b, body: bytesA, contentType: 'application/gzip' });
    expect(await named()).toEqual([
      ['file', a, 'changed'],
      ['file', b, 'changed'],
    ]);
  });

  test.each(['meta-key-id', 'meta-signature-algorithm'])('a digest whose %s was replaced', async (name) => {
    const key = await keyOf(1);
    const { metadata: before } = await objects.head(BUCKET, key);
    const bytes = await buffer((await objects.get(BUCKET, key)).body);
    const about = { contentType: 'application/gzip', metadata: { ...before, [name]: 'other' } };
    await objects.put({ bucket: BUCKET, key, body: bytes, ...about });
    expect(await named()).toContainEqual(['digest', key, 'changed']);
  });

  test('a digest in which a file was left out', async () => {
    const key = await keyOf(1);
    await replace(key, (digest) => ({ ...digest, log_files: digest.log_files.slice(1) }));
    const { bad } = await verify();
    expect(bad.some((finding) => finding.key === key && /altered/.test(finding.reason ?? ''))).toBe(true);
    expect(bad.some((finding) => finding.key === delivered[2] && finding.verdict === 'unexpected')).toBe(
      true,
    );
  });

  test('a digest that was replaced and signed with another key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    for (const at of [1, 3]) {
      const key = await keyOf(at);
      await replace(key, (digest) => ({ ...digest, log_files: digest.log_files.slice(1) }), privateKey);
      expect((await verify()).bad.map((finding) => finding.key)).toContain(key);
    }
  });

  test('a digest that was removed from the middle, and one that was moved', async () => {
    const [first, second, third] = await Promise.all([0, 1, 2].map(keyOf));
    await objects.remove(BUCKET, second ?? '');
    const { bad } = await verify();
    expect(bad.find(({ key }) => key === third)?.reason).toContain('is missing');
    const moved = (first ?? '').replace('T13-00-00Z', 'T09-00-00Z');
    const { body } = await objects.get(BUCKET, first ?? '');
    await objects.put({
      bucket: BUCKET,
      key: moved,
      body: await buffer(body),
      contentType: 'application/gzip',
    });
    expect((await verify()).bad.find(({ key }) => key === moved)?.reason).toContain('was moved');
  });

  test('nothing that lies before the range, which may have had its time', async () => {
    await objects.remove(BUCKET, await keyOf(0));
    for (const key of delivered.slice(0, 2)) await objects.remove(BUCKET, key);
    expect((await verify()).bad).toHaveLength(2);
    const findings: Finding[] = [];
    await verifyArchive({
      source: bucketSource(objects, BUCKET),
      publicKeys: (await keys.list()).map(({ publicKey }) => readPublicKey(publicKey)),
      from: NOON + HOUR + 1,
      now,
      onFinding: (finding) => findings.push(finding),
    });
    expect(findings.map(({ verdict }) => verdict)).toEqual(Array(9).fill('valid'));
  });

  test('what was undelivered as pending, and what came before verification as such', async () => {
    const late = await deliver();
    const early = traceFileKey({ ...ROUTE, service: 'ECS' }, NOON - 5 * HOUR, 'e'.repeat(16), true);
    await objects.put({ bucket: BUCKET, key: early, body: gzipSync('[]'), contentType: 'application/gzip' });
    const { counts, findings, bad } = await verify();
    expect(counts).toMatchObject({ pending: 1, unproved: 1 });
    expect(bad).toEqual([]);
    expect(findings.find(({ key }) => key === late)?.verdict).toBe('pending');
  });

  test('before the first digest of a trace source its files as pending', async () => {
    const early = traceFileKey({ ...ROUTE, service: 'NEW' }, now - HOUR, 'e'.repeat(16), true);
    await objects.put({ bucket: BUCKET, key: early, body: gzipSync('[]'), contentType: 'application/gzip' });
    expect((await verify()).findings.find(({ key }) => key === early)?.verdict).toBe('pending');
    now += 2 * HOUR;
    expect((await verify()).findings.find(({ key }) => key === early)?.verdict).toBe('unproved');
  });

  test('in a downloaded folder everything but the newest digest, whose signature is elsewhere', async () => {
    const folder = path.join(directory, 'downloaded');
    await cp(path.join(directory, 'objects', BUCKET), folder, { recursive: true });
    const { counts, bad } = await verify(undefined, folderSource(folder));
    expect(bad).toEqual([]);
    // The newest digest and the two files that it lists.
    expect(counts).toMatchObject({ valid: 9, pending: 3 });
    await rm(path.join(folder, delivered[0] ?? ''));
    expect((await verify(undefined, folderSource(folder))).bad).toMatchObject([
      { key: delivered[0], verdict: 'missing' },
    ]);
    // What is there and cannot be read, here for a link to itself, is not missing.
    await symlink(path.join(folder, delivered[0] ?? ''), path.join(folder, delivered[0] ?? ''));
    expect((await verify(undefined, folderSource(folder))).bad).toMatchObject([
      { key: delivered[0], verdict: 'unreadable', reason: expect.stringContaining('ELOOP') },
    ]);
  });

  /** Files of the newest hour, with its digest. */
  const newest = async () => (await digests()).at(-1) as { key: string; digest: Digest };
  const missing = (findings: Finding[]) =>
    findings.filter(({ verdict }) => verdict === 'missing').map(({ key }) => key);
  const later = async (hours: number) => {
    now += hours * HOUR;
    return verify();
  };

  test('the newest hour that was rewritten with its digest, whose signature was removed', async () => {
    const { key, digest } = await newest();
    const forged = gzipSync(JSON.stringify([{ trace_id: 'forged' }]));
    const object = delivered.at(-1) ?? '';
    await objects.put({ bucket: BUCKET, key: object, body: forged, contentType: 'application/gzip' });
    const log_files = digest.log_files.map((file) =>
      file.object === object ? { ...file, log_hash_value: hashOf('SHA-256', forged) } : file,
    );
    const body = gzipSync(JSON.stringify({ ...digest, log_files }));
    await objects.put({ bucket: BUCKET, key, body, contentType: 'application/gzip' });
    const { conclusion, bad } = await later(0);
    expect(conclusion).toBe('tampering');
    expect(bad).toContainEqual(expect.objectContaining({ key, verdict: 'changed' }));
    expect((await later(60 * 24)).conclusion).toBe('tampering');
  });

  test('that the newest digests were removed, and what is proved without them', async () => {
    const removed = [await keyOf(2), await keyOf(3)];
    for (const key of removed) await objects.remove(BUCKET, key);
    const { conclusion, findings, completeTo } = await later(60 * 24);
    expect([conclusion, completeTo]).toEqual(['tampering', NOON + 2 * HOUR]);
    expect(missing(findings)).toEqual(removed);
    const unproved = findings.filter(({ verdict }) => verdict === 'unproved').map(({ key }) => key);
    expect(unproved.filter((key) => !key.includes('/Log/')).sort()).toEqual(
      [await keyOf(1), ...delivered.slice(4)].sort(),
    );
  });

  test.each(['of one trace source', 'of all'])(
    'that all digests %s were removed, whatever became of their files',
    async (which) => {
      for (let hour = 0; hour < 2; hour++) {
        await deliver('IAM');
        await nextHour();
      }
      const ofAll = which === 'of all';
      const removed = [...(await digests()), ...(ofAll ? await digests('IAM') : [])].map(({ key }) => key);
      for (const key of removed) await objects.remove(BUCKET, key);
      const [key = ''] = delivered;
      await objects.put({ bucket: BUCKET, key, body: gzipSync('[]'), contentType: 'application/gzip' });
      const { conclusion, findings } = await later(30);
      expect(conclusion).toBe('tampering');
      expect(missing(findings).sort()).toEqual(removed.sort());
      expect(findings.filter(({ verdict }) => verdict === 'unproved').map((one) => one.key)).toEqual(
        expect.arrayContaining(delivered),
      );
    },
  );

  test('files that were delivered while verification was off, more than a week before, as not proved', async () => {
    validated = false;
    await nextHour();
    const off = await deliver();
    await nextHour();
    now += 8 * 24 * HOUR;
    validated = true;
    await deliver();
    await nextHour();
    const { conclusion, findings, bad } = await verify();
    expect([conclusion, bad]).toEqual(['unproved', []]);
    expect(findings.filter(({ verdict }) => verdict === 'unproved').map(({ key }) => key)).toEqual([off]);
  });

  test('digests that leave out numbers of files', async () => {
    const key = await keyOf(3);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await replace(
      key,
      (digest) => ({ ...digest, first_number: 8, log_files: digest.log_files.slice(1) }),
      privateKey,
    );
    const { bad } = await verify([
      publicKey,
      ...(await keys.list()).map((one) => readPublicKey(one.publicKey)),
    ]);
    expect(bad.find((finding) => finding.key === key)?.reason).toContain('begins with file 8');
  });

  test('nothing where there is nothing, which proves nothing', async () => {
    const proof = await verifyArchive({
      source: bucketSource(objects, BUCKET),
      publicKeys: (await keys.list()).map(({ publicKey }) => readPublicKey(publicKey)),
      from: Date.UTC(2020, 0, 1),
      to: Date.UTC(2020, 1, 1),
      now,
      onFinding: () => undefined,
    });
    expect(proof).toMatchObject({ conclusion: 'unproved', files: 0, completeTo: undefined });
  });
});

describe('the evidence log', () => {
  const LOG = 'CloudTraces/Log/d/';
  let delivered: string[];
  const inLog = async () =>
    (await objects.list(BUCKET, { prefix: LOG })).objects.map(({ key }) => key.slice(LOG.length));
  const read = async (name: string) => buffer((await objects.get(BUCKET, LOG + name)).body);
  const put = (name: string, body: Buffer) =>
    objects.put({ bucket: BUCKET, key: LOG + name, body, contentType: 'application/octet-stream' });

  beforeEach(async () => {
    delivered = [];
    for (let hour = 0; hour < 3; hour++) {
      delivered.push(await deliver(), await deliver('IAM'));
      await nextHour();
    }
    expect(await verify()).toMatchObject({ conclusion: 'proved', bad: [] });
  });

  test('has a checkpoint an hour, also when nothing happened, and its tiles beside', async () => {
    validated = false;
    await nextHour();
    await nextHour();
    const names = await inLog();
    expect(names.filter((name) => name.startsWith('checkpoints/'))).toEqual(
      [13, 14, 15, 16, 17].map((hour) => `checkpoints/2026/11/05/2026-11-05T${hour}-00-10Z`),
    );
    expect(names).toEqual(expect.arrayContaining(['checkpoint', 'tile/entries/000.p/8', 'tile/0/000.p/8']));
    // Two digests an hour, and the last two when verification was switched off.
    expect((await read('checkpoint')).toString()).toMatch(
      /^opencts\/i1\/d\n8\n\S{44}\n2026-11-05T17:00:10.000Z\n\n— opencts/,
    );
  });

  test('is put anew into a bucket whose objects do not stay', async () => {
    await metadata.updateTable('buckets').set({ lifecycle_days: 1 }).execute();
    validated = false;
    await nextHour();
    for (const name of await inLog()) {
      if (name.startsWith('tile/')) await objects.remove(BUCKET, LOG + name);
    }
    while ((await inLog()).every((name) => name !== 'tile/entries/000.p/8')) await nextHour();
    expect(new Date(now).toISOString()).toMatch(/T00:00:10/);
    expect(await verify()).toMatchObject({ bad: [] });
  });

  test('has digests that are caught up with as soon as they are written', async () => {
    now += 100 * HOUR;
    await nextHour();
    const folder = path.join(directory, 'downloaded');
    for (let turn = 0; turn < 3; turn++) {
      await digester.work();
      await cp(path.join(directory, 'objects', BUCKET), folder, { recursive: true });
      expect((await verify(undefined, folderSource(folder))).bad).toEqual([]);
      expect((await verify()).bad).toEqual([]);
    }
    const known = await metadata.selectFrom('log_entries').select('idx').execute();
    expect((await read('checkpoint')).toString().split('\n')[1]).toBe(String(known.length));
  });

  test('of a bucket that hangs keeps no checkpoint from another one, and is waited for at the end', async () => {
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    class HangingStore extends DirectoryStore {
      override async put(object: NewObject): Promise<void> {
        if (object.bucket === 'a-hanging' && object.key.includes('/Log/')) await hung;
        await super.put(object);
      }
    }
    const store = new HangingStore(path.join(directory, 'objects'));
    await store.createBucket('a-hanging');
    await metadata
      .insertInto('buckets')
      .values({ name: 'a-hanging', domain_id: 'd', region: 'eu-de', created_at: 0 })
      .execute();
    const hanging = { ...ROUTE, trackerId: 't2', tracker: 'reads', bucket: 'a-hanging' };
    const both = digesterOver(store, hanging, ROUTE);
    await deliver('ECS', hanging);
    const checkpoints = async () => (await inLog()).filter((name) => name.startsWith('checkpoints/')).length;
    const before = await checkpoints();
    for (let hour = 1; hour <= 2; hour++) {
      now = (Math.floor(now / HOUR) + 1) * HOUR + 10_000;
      const written = () => {
        void both.work();
        return checkpoints();
      };
      await expect.poll(written, PATIENCE).toBe(before + hour);
    }
    let isStopped = false;
    const stopped = both.stop().then(() => {
      isStopped = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isStopped).toBe(false);
    release();
    await stopped;
    expect((await store.list('a-hanging', { prefix: `${LOG}checkpoint` })).objects).not.toEqual([]);
  });

  test('goes on over tiles that become whole', async () => {
    const log = evidenceLog();
    for (let i = 0; i < 600; i++) {
      const entry = {
        bucket: 'hanging',
        object: `digest-${i}`,
        sha256: hashOf('SHA-256', Buffer.from(String(i))),
      };
      await metadata.transaction().execute((transaction) => log.append(transaction, entry));
    }
    now += HOUR;
    await log.publish(BUCKET);
    const names = await inLog();
    expect(names).toEqual(
      expect.arrayContaining(['tile/0/000', 'tile/0/001', 'tile/1/000.p/2', 'tile/0/002.p/94']),
    );
    expect(names.filter((name) => /^tile\/(0|entries)\/00[01]\.p\//.test(name))).toEqual([]);
    const roots: Buffer[] = [];
    for (const tile of ['tile/0/000', 'tile/0/001']) {
      const hashes = await read(tile);
      const whole = new Tree();
      for (let at = 0; at < hashes.length; at += 32) whole.add(hashes.subarray(at, at + 32));
      roots.push(whole.root);
    }
    expect(await read('tile/1/000.p/2')).toEqual(Buffer.concat(roots));
    // What lies in another bucket is missed there.
    expect(await verify()).toMatchObject({ conclusion: 'proved', bad: [] });
  });

  test('that was rewritten with all its keys does not fit a checkpoint of before', async () => {
    const [first = ''] = (await inLog()).filter((name) => name.startsWith('checkpoints/'));
    const kept = await read(first);
    // Another past, signed by the service itself.
    await metadata.deleteFrom('logs').execute();
    await metadata.deleteFrom('log_entries').execute();
    await metadata.deleteFrom('log_copies').execute();
    for (const name of await inLog()) await objects.remove(BUCKET, LOG + name);
    const log = evidenceLog();
    for (const { key: object, bytes } of [...(await digests()), ...(await digests('IAM'))].reverse()) {
      const entry = { bucket: BUCKET, object, sha256: hashOf('SHA-256', bytes) };
      await metadata.transaction().execute((transaction) => log.append(transaction, entry));
    }
    await log.publish(BUCKET);
    expect((await verify()).conclusion).toBe('proved');
    await put(first, kept);
    expect(await verify()).toMatchObject({
      conclusion: 'tampering',
      bad: [{ kind: 'log', key: LOG + first, reason: expect.stringContaining('rewritten') }],
    });
  });

  test('that was rewritten as a whole does not fit a checkpoint that was kept elsewhere', async () => {
    const kept = new Map([['kept', (await read('checkpoint')).toString()]]);
    const look = async () => {
      const bad: Finding[] = [];
      const proof = await verifyArchive({
        source: bucketSource(objects, BUCKET),
        ...{ now, kept },
        publicKeys: (await keys.list()).map(({ publicKey }) => readPublicKey(publicKey)),
        onFinding: (finding) => finding.verdict !== 'valid' && bad.push(finding),
      });
      return { conclusion: proof.conclusion, bad };
    };
    await nextHour();
    expect(await look()).toEqual({ conclusion: 'proved', bad: [] });
    // Everything is made anew, with the keys of the service: all but the first hour is forgotten.
    for (const name of await inLog()) await objects.remove(BUCKET, LOG + name);
    expect(await look()).toMatchObject({
      conclusion: 'tampering',
      bad: expect.arrayContaining([expect.objectContaining({ key: 'kept', verdict: 'missing' })]),
    });
    for (const table of ['logs', 'log_entries', 'log_copies'] as const)
      await metadata.deleteFrom(table).execute();
    const log = evidenceLog();
    const [{ key: object, bytes } = { key: '', bytes: Buffer.of() }] = await digests();
    const entry = { bucket: BUCKET, object, sha256: hashOf('SHA-256', bytes) };
    await metadata.transaction().execute((transaction) => log.append(transaction, entry));
    await log.publish(BUCKET);
    expect(await look()).toMatchObject({
      conclusion: 'tampering',
      bad: expect.arrayContaining([expect.objectContaining({ kind: 'log', verdict: 'missing' })]),
    });
  });

  test.each<[string, () => Promise<unknown>, object]>([
    [
      'is gone as a whole',
      async () => {
        for (const name of await inLog()) await objects.remove(BUCKET, LOG + name);
      },
      { kind: 'digest', verdict: 'missing', reason: expect.stringContaining('which is not here') },
    ],
    [
      'has no checkpoint any more',
      async () => {
        for (const name of await inLog()) {
          if (name.startsWith('checkpoint')) await objects.remove(BUCKET, LOG + name);
        }
      },
      { kind: 'digest', verdict: 'missing', reason: expect.stringContaining('which is not here') },
    ],
    [
      'lacks its entries',
      () => objects.remove(BUCKET, `${LOG}tile/entries/000.p/6`),
      { kind: 'log', verdict: 'missing' },
    ],
    [
      'has another entry',
      async () => {
        const bundle = await read('tile/entries/000.p/6');
        bundle[40] = (bundle[40] ?? 0) ^ 1;
        await put('tile/entries/000.p/6', bundle);
      },
      { kind: 'log', verdict: 'changed' },
    ],
    [
      'has another hash in a tile',
      async () => {
        const tile = await read('tile/0/000.p/6');
        tile[70] = (tile[70] ?? 0) ^ 1;
        await put('tile/0/000.p/6', tile);
      },
      { kind: 'log', key: `${LOG}tile/0/000.p/6`, verdict: 'changed' },
    ],
    [
      'has another entry in a tile of before',
      async () => put('tile/entries/000.p/4', (await read('tile/entries/000.p/4')).subarray(1)),
      { kind: 'log', key: `${LOG}tile/entries/000.p/4`, verdict: 'changed' },
    ],
    [
      'lacks a tile of hashes',
      () => objects.remove(BUCKET, `${LOG}tile/0/000.p/6`),
      { kind: 'log', key: `${LOG}tile/0/000.p/6`, verdict: 'missing' },
    ],
    [
      'has an altered checkpoint',
      async () =>
        put('checkpoint', Buffer.from((await read('checkpoint')).toString().replace('\n6\n', '\n4\n'))),
      { kind: 'log', verdict: 'changed' },
    ],
    [
      'knows another digest than the one that is there',
      async () => {
        const [{ key } = { key: '' }] = await digests('IAM');
        const { metadata: before } = await objects.head(BUCKET, key);
        const body = gzipSync(gunzipSync(await buffer((await objects.get(BUCKET, key)).body)), { level: 1 });
        await objects.put({ bucket: BUCKET, key, body, contentType: 'application/gzip', metadata: before });
      },
      { kind: 'digest', verdict: 'changed', reason: expect.stringContaining('evidence log') },
    ],
  ])('that %s is tampering', async (_, attack, finding) => {
    await attack();
    const { conclusion, bad } = await verify();
    expect(conclusion).toBe('tampering');
    expect(bad).toContainEqual(expect.objectContaining(finding));
  });

  test('a whole trace source that is gone with its files is named', async () => {
    const gone = (await digests('IAM')).map(({ key }) => key);
    for (const key of [...gone, ...delivered.filter((file) => file.includes('/IAM/'))]) {
      await objects.remove(BUCKET, key);
    }
    const { conclusion, bad } = await verify();
    expect([conclusion, bad.map(({ key }) => key).sort()]).toEqual(['tampering', gone.sort()]);
  });

  test('that ends too early proves nothing behind it, though the digests are there', async () => {
    for (const name of await inLog()) {
      if (/T1[45]-/.test(name) || name === 'checkpoint') await objects.remove(BUCKET, LOG + name);
    }
    now += HOUR;
    const { conclusion, findings } = await verify();
    expect(conclusion).not.toBe('proved');
    expect(findings.some(({ kind, verdict }) => kind === 'log' && verdict === 'unproved')).toBe(true);
  });

  test('is proved in a downloaded folder, too, where no digest can be missed', async () => {
    const folder = path.join(directory, 'downloaded');
    await cp(path.join(directory, 'objects', BUCKET), folder, { recursive: true });
    const [, second] = await digests('IAM');
    await rm(path.join(folder, second?.key ?? ''));
    const { bad } = await verify(undefined, folderSource(folder));
    expect(bad).toContainEqual(expect.objectContaining({ key: second?.key, verdict: 'missing' }));
  });
});

describe('what nothing proves is not told to be proved', () => {
  const logKeys = async () => {
    const { objects: found } = await objects.list(BUCKET);
    return found.map(({ key }) => key).filter((key) => key.startsWith('CloudTraces/Log/'));
  };
  async function downloaded(): Promise<string> {
    const folder = path.join(directory, 'downloaded');
    await rm(folder, { recursive: true, force: true });
    await cp(path.join(directory, 'objects', BUCKET), folder, { recursive: true });
    return folder;
  }
  const verdictOf = (findings: Finding[], key: string) => findings.find((one) => one.key === key)?.verdict;

  test('a downloaded folder whose only digests have no signature, and a file in it that was changed', async () => {
    const file = await deliver();
    now += 4 * HOUR;
    await digester.work();
    const folder = await downloaded();
    const [only] = await digests();
    if (!only) throw new Error('there is no digest');
    const forged = gzipSync(JSON.stringify([{ trace_id: 'forged' }]));
    const log_files = [{ ...only.digest.log_files[0], log_hash_value: hashOf('SHA-256', forged) }];
    await writeFile(path.join(folder, file), forged);
    await writeFile(path.join(folder, only.key), gzipSync(JSON.stringify({ ...only.digest, log_files })));
    await rm(path.join(folder, 'CloudTraces/Log'), { recursive: true });
    const { conclusion, completeTo, files, findings } = await verify(undefined, folderSource(folder));
    expect([conclusion, completeTo, files]).toEqual(['unproved', undefined, 0]);
    expect(verdictOf(findings, file)).toBe('unproved');
  });

  test('a young bucket without its log: chains may be gone with it', async () => {
    await deliver('ECS');
    await deliver('IAM');
    await nextHour();
    expect((await verify()).conclusion).toBe('proved');
    const [ecs] = await digests('ECS');
    for (const key of [ecs?.key ?? '', ecs?.digest.log_files[0]?.object ?? '', ...(await logKeys())])
      await objects.remove(BUCKET, key);
    expect((await verify()).conclusion).toBe('unproved');
  });

  test('a young folder is waited for, and proved as far as signatures go', async () => {
    const first = await deliver();
    await nextHour();
    const young = await verify(undefined, folderSource(await downloaded()));
    expect([young.completeTo, young.counts.pending, young.counts.unproved]).toEqual([undefined, 2, 0]);
    const second = await deliver();
    await nextHour();
    const { conclusion, completeTo, findings } = await verify(undefined, folderSource(await downloaded()));
    expect([conclusion, completeTo]).toEqual(['proved', NOON + HOUR]);
    expect([first, second].map((key) => verdictOf(findings, key))).toEqual(['valid', 'pending']);
  });

  test('the first line tells how many files wait', async () => {
    await deliver();
    await nextHour();
    await deliver();
    await deliver();
    const key = path.join(directory, 'key');
    await writeFile(key, (await keys.list())[0]?.publicKey ?? '');
    for (const name of Object.keys(process.env)) if (name.startsWith('OPENCTS_')) vi.stubEnv(name, undefined);
    vi.stubEnv('OPENCTS_DATA_DIR', directory);
    vi.useFakeTimers({ now, toFake: ['Date'] });
    let said = '';
    const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += text;
      return true;
    });
    const code = await verifyCommand(['--public-key', key, '--bucket', BUCKET]);
    out.mockRestore();
    vi.useRealTimers();
    vi.unstubAllEnvs();
    expect([code, said.split('\n')[0]]).toEqual([
      0,
      expect.stringMatching(
        /^PROVED\. .*1 trace file with 1 trace .* 2 files wait for a digest, .*not proved yet/,
      ),
    ]);
  });
});
