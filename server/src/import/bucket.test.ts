import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ObjectStore, openS3 } from '../objects/index.ts';
import { type S3Proxy, startS3Proxy } from '../objects/testing/s3-proxy.ts';
import { type S3Server, startS3Server, whyNoS3 } from '../objects/testing/s3-server.ts';
import { House, PASSWORD } from '../testing/house.ts';
import { ImportState } from './state.ts';
import { opencts } from './testing/opencts.ts';

if (whyNoS3) console.warn(`skipped, imports from a bucket: ${whyNoS3}`);

const house = new House();
let token: string;
let projectId: string;
let server: S3Server;
let proxy: S3Proxy;
let store: ObjectStore;
let directory: string;
let bucket: string;

describe.skipIf(whyNoS3 !== undefined)('from a bucket', () => {
  beforeAll(async () => {
    await house.start();
    ({ token, projectId } = await house.signIn({ project: 'local' }));
    const body = { tracker_type: 'system', tracker_name: 'system' };
    await house.call('POST', `/v3/${projectId}/tracker`, { token, body });
    server = await startS3Server();
    proxy = await startS3Proxy(server.options.endpoint);
    store = await openS3(server.options);
    directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-bucket-'));
  }, 60_000);
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
    await house.stop();
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    proxy.fate = () => undefined;
    proxy.read = [];
    bucket = `trail-${randomUUID()}`;
    await store.createBucket(bucket, 'eu-de');
  });

  const envOf = (folder: string): Record<string, string> => ({
    OPENCTS_PASSWORD: PASSWORD,
    OPENCTS_S3_ENDPOINT: proxy.endpoint,
    OPENCTS_S3_REGION: 'eu-de',
    OPENCTS_S3_ACCESS_KEY: server.options.accessKey,
    OPENCTS_S3_SECRET_KEY: server.options.secretKey,
    XDG_STATE_HOME: path.join(directory, folder),
  });
  /** @param prefix in the bucket of the test */
  const bring = (
    prefix = '',
    options: readonly string[] = [],
    { env = envOf('state'), onTold = (_: string): void => undefined } = {},
  ) => opencts(house, ['cloudtrail', `s3://${bucket}/${prefix}`, ...options], env, onTold);

  const record = (name: string, more = '') =>
    `{"eventVersion":"1.08","eventTime":"${new Date().toISOString()}","eventSource":"shop.amazonaws.com","eventName":"CreateOrder","userIdentity":{"type":"Root","accountId":"1"},"eventID":"${randomUUID()}","requestParameters":{"of":"${name}"}${more}}`;
  const logOf = (name: string, count = 2) =>
    gzipSync(`{"Records":[${Array.from({ length: count }, () => record(name)).join(',')}]}`);
  const put = (key: string, body: Buffer) =>
    store.put({ bucket, key, body, contentType: 'application/octet-stream' });

  /** How often the traces of each object are in the list. */
  async function listed(): Promise<Record<string, number>> {
    await house.searchable(token);
    const found: Record<string, number> = {};
    for (let next = ''; ; ) {
      const route = `/v3/${projectId}/traces?trace_name=CreateOrder&limit=200${next}`;
      const { body } = await house.call('GET', route, { token });
      for (const { request } of body.traces as { request: string }[]) {
        const { of } = JSON.parse(request) as { of: string };
        found[of] = (found[of] ?? 0) + 1;
      }
      if (body.meta_data.marker === null) return found;
      next = `&next=${body.meta_data.marker}`;
    }
  }
  const listedOf = async (names: readonly string[]) => {
    const found = await listed();
    return names.map((name) => found[name] ?? 0);
  };

  const YEAR = 'AWSLogs/1/CloudTrail/eu-central-1/2026';

  test('each object is read once, whatever it is called, also by the runs that follow', async () => {
    const keys = [
      `${YEAR}/11/20/a.json.gz`,
      `${YEAR}/11/21/name with + and %2B & ü "quoted".json.gz`,
      `${YEAR}/11/21/-.~!*'();:@=$,?#[]`,
      '日本/語.json',
    ];
    for (const key of keys) await put(key, logOf(`${bucket} ${key}`.replaceAll('"', "'")));
    const names = keys.map((key) => `${bucket} ${key}`.replaceAll('"', "'"));
    const first = await bring();
    expect([first.code, first.out]).toEqual([
      0,
      expect.stringContaining('8 records read in 4 files: 8 accepted'),
    ]);
    expect(await listedOf(names)).toEqual([2, 2, 2, 2]);

    proxy.read = [];
    const again = await bring();
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('0 records read in 0 files')]);
    expect(again.out).toContain('Earlier runs took 4 files of it.');
    expect(proxy.read).toEqual([]);

    // What is new has an older name, and what was there before is another now.
    await put(`${YEAR}/11/19/late.json.gz`, logOf(`${bucket} late`));
    await put(keys[0] as string, logOf(`${bucket} changed`, 3));
    expect((await bring()).out).toContain('5 records read in 2 files: 5 accepted');
    expect(proxy.read.sort()).toEqual([`${YEAR}/11/19/late.json.gz`, keys[0]]);
    expect(await listedOf([`${bucket} late`, `${bucket} changed`])).toEqual([2, 3]);
    const states = await readdir(path.join(directory, 'state', 'opencts'));
    expect(states.some((name) => name.startsWith(`import-${bucket}-`) && name.endsWith('.db'))).toBe(true);
  });

  test.each([
    ['prefix of nothing', 'nothing/', 'Nothing was read: no CloudTrail records were found.'],
    ['an object of nothing that is named itself', 'odd.txt', 'it holds no CloudTrail records'],
  ])('%s is an error', async (_, prefix, told) => {
    await put('odd.txt', Buffer.from('2 1 eni-1 ACCEPT OK\n'));
    const { code, out, err } = await bring(prefix);
    expect([code, out + err]).toEqual([1, expect.stringContaining(told)]);
  });

  test('a bucket that is not there, and a store that is not, are told at once', async () => {
    const absent = await opencts(house, ['cloudtrail', 's3://no-such-bucket'], envOf('state'));
    expect(absent).toMatchObject({ code: 1, err: expect.stringContaining('there is no such bucket') });
    const nowhere = { ...envOf('state'), OPENCTS_S3_ENDPOINT: 'http://127.0.0.1:1' };
    const { code, err } = await bring('', [], { env: nowhere });
    expect([code, err]).toEqual([1, expect.stringContaining('look at OPENCTS_S3_ENDPOINT')]);
    const { OPENCTS_S3_ENDPOINT: _, ...rest } = envOf('state');
    const aws = {
      ...rest,
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
    };
    expect((await bring('', [], { env: aws })).err).toContain('look at AWS_ENDPOINT_URL_S3');
  });

  test('the settings of the tools of AWS are taken where the service has none', async () => {
    await put('a', logOf(`${bucket} aws`));
    const { options } = server;
    const env = {
      ...{ OPENCTS_PASSWORD: PASSWORD, XDG_STATE_HOME: path.join(directory, 'aws') },
      ...{ AWS_ENDPOINT_URL: options.endpoint, AWS_REGION: 'eu-de' },
      ...{ AWS_ACCESS_KEY_ID: options.accessKey, AWS_SECRET_ACCESS_KEY: options.secretKey },
    };
    expect(await bring('', [], { env })).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 accepted'),
    });
  });

  test('an object whose connection is cut again and again comes whole, and once', async () => {
    await put('cut.json.gz', logOf(`${bucket} cut`, 1500));
    await put('whole.json.gz', logOf(`${bucket} whole`));
    proxy.fate = ({ key }) => (key === 'cut.json.gz' ? { cutAfter: 30_000 } : undefined);
    const { code, out, err } = await bring();
    expect([code, out]).toEqual([0, expect.stringContaining('1502 records read in 2 files: 1502 accepted')]);
    expect(err).toContain('next try in 1 s');
    expect(await listedOf([`${bucket} cut`, `${bucket} whole`])).toEqual([1500, 2]);
  });

  test('an object that cannot be read is told, the others come, and the next run reads it alone', async () => {
    for (const name of ['a', 'b', 'c']) await put(name, logOf(`${bucket} ${name}`));
    proxy.fate = ({ key }) => (key === 'b' ? { status: 403 } : undefined);
    const first = await bring();
    expect([first.code, first.out]).toEqual([
      1,
      expect.stringContaining('4 records read in 3 files: 4 accepted'),
    ]);
    expect(first.err).toContain(`s3://${bucket}/b: it cannot be read: `);
    proxy.fate = () => undefined;
    proxy.read = [];
    expect(await bring()).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 records read in 1 file: 2 accepted'),
    });
    expect(proxy.read).toEqual(['b']);
    expect(await listedOf(['a', 'b', 'c'].map((name) => `${bucket} ${name}`))).toEqual([2, 2, 2]);
  });

  test('what is broken in an object costs only itself, and is told by later runs as well', async () => {
    const member = (name: string) => gzipSync(`${record(`${bucket} ${name}`)}\n`);
    const damaged = Buffer.from(member('damaged'));
    damaged[damaged.length - 6] = (damaged[damaged.length - 6] ?? 0) ^ 0xff;
    await put('members.gz', Buffer.concat([member('first'), damaged, member('last')]));
    await put('odd', Buffer.from(`${record(`${bucket} odd`)}\n${record('cut').slice(0, 90)}\n`));
    await put('many', Buffer.from(Array.from({ length: 30 }, () => record('cut').slice(0, -9)).join('\n')));
    const first = await bring();
    expect(first.code).toBe(1);
    expect(first.err).toContain(`s3://${bucket}/members.gz: its gzip data is damaged`);
    expect(first.err).toContain(`s3://${bucket}/many: 10 more were refused`);
    expect(await listedOf(['first', 'last', 'odd'].map((name) => `${bucket} ${name}`))).toEqual([1, 1, 1]);
    const again = await bring();
    expect(again).toMatchObject({
      code: 1,
      out: expect.stringContaining('Of what they took 2 are not in the service'),
    });
    // Of what was wholly refused nothing is in the service: it is read again.
    expect(again.out).toContain('30 refused');
  });

  test('a store that goes away in the middle is waited for: everything comes once', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `${bucket} ${i}`);
    for (const [i, name] of names.entries()) await put(`${i}`, logOf(name, 20));
    let since = 0;
    proxy.fate = () => {
      if (since === 0 && proxy.read.length > 12) since = Date.now();
      return since > 0 && Date.now() - since < 2500 ? 'refused' : undefined;
    };
    const { code, out, err } = await bring();
    expect([code, out]).toEqual([0, expect.stringContaining('600 records read in 30 files: 600 accepted')]);
    expect(err).toMatch(/next try in 1 s\n.*next try in 2 s/s);
    expect(await listedOf(names)).toEqual(names.map(() => 20));
  });

  test('what Ctrl-C interrupts goes on where it was', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `${bucket} ${i}`);
    for (const [i, name] of names.entries()) await put(`${i}`, logOf(name, 10));
    await put('large', logOf(`${bucket} large`, 5000));
    let isStopped = false;
    proxy.fate = ({ key }) => {
      if (proxy.read.length > 20 && !isStopped) {
        isStopped = true;
        process.emit('SIGINT');
      }
      return key === 'large' && !isStopped ? { cutAfter: 100_000 } : undefined;
    };
    const first = await bring();
    expect([first.code, first.out]).toEqual([130, expect.stringContaining('Interrupted.')]);
    expect(first.out).not.toContain('refused 1');
    const again = await bring();
    expect(again.code).toBe(0);
    expect(await listedOf([...names, `${bucket} large`])).toEqual([...names.map(() => 10), 5000]);
  });

  test('a second import of the same at the same time is told', async () => {
    await put('a', logOf(`${bucket} a`));
    const file = path.join(directory, `${bucket}.db`);
    const first = await ImportState.open(file, 'of');
    const second = await bring('', ['--state', file]);
    expect(second).toMatchObject({ code: 2, err: expect.stringContaining('another import works with it') });
    first.close();
  });

  test('a state of another import is not taken', async () => {
    await put('a', logOf(`${bucket} a`));
    const state = ['--state', path.join(directory, `${bucket}.db`)];
    expect((await bring('', state)).code).toBe(0);
    expect(await bring('other', state)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is that of another import'),
    });
  });

  test('what nothing records is taken once CTS is enabled; a trial keeps nothing', async () => {
    await put('a', logOf(`${bucket} a`, 3));
    expect((await bring('', ['--dry-run'])).out).toContain('3 records read in 1 file: nothing was sent');
    const other = new House();
    try {
      await other.start();
      const into = (options: string[]) =>
        opencts(other, ['cloudtrail', `s3://${bucket}`, ...options], envOf('state'));
      expect(await into([])).toMatchObject({ code: 1, out: expect.stringContaining('3 not recorded') });
      expect(await into(['--enable'])).toMatchObject({ code: 0, out: expect.stringContaining('3 accepted') });
      expect(await into([])).toMatchObject({ code: 0, out: expect.stringContaining('0 records read') });
    } finally {
      await other.stop();
    }
  }, 60_000);

  test('it follows what is new, over outages of the store and of the service, until it is told to end', async () => {
    await put('2026/11/20', logOf(`${bucket} first`));
    let told = '';
    const onTold = (text: string) => {
      told += text;
    };
    const service = await startS3Proxy(house.app.url);
    const env = { ...envOf('state'), OPENCTS_URL: service.endpoint };
    const following = bring('', ['--follow', '--every', '1'], { env, onTold });
    await expect.poll(() => told, { timeout: 10_000 }).toContain('1 files, 2 records so far');
    await put('2026/11/19', logOf(`${bucket} older`));
    await expect.poll(() => told, { timeout: 10_000 }).toContain('2 files, 4 records so far');
    proxy.fate = () => 'refused';
    await put('2026/11/21', logOf(`${bucket} newer`));
    await expect.poll(() => told, { timeout: 20_000 }).toContain('next try in 1 s');
    proxy.fate = () => undefined;
    await expect.poll(() => told, { timeout: 20_000 }).toContain('3 files, 6 records so far');
    told = '';
    service.fate = () => 'refused';
    await put('2026/11/22', logOf(`${bucket} newest`));
    await expect.poll(() => told, { timeout: 20_000 }).toContain('next try in ');
    service.fate = () => undefined;
    await expect.poll(() => told, { timeout: 20_000 }).toContain('4 files, 8 records so far');
    process.emit('SIGTERM');
    const { code, out } = await following;
    expect([code, out]).toEqual([0, expect.stringContaining('8 records read in 4 files: 8 accepted')]);
    expect(out).not.toContain('Interrupted');
    await service.stop();
    expect(await listedOf(['first', 'older', 'newer', 'newest'].map((name) => `${bucket} ${name}`))).toEqual([
      2, 2, 2, 2,
    ]);
  }, 60_000);

  test.each([
    ['--follow', ['.', '--follow'], 'are for a bucket'],
    ['--state', ['.', '--state', 'x'], 'are for a bucket'],
    ['--every', ['s3://b', '--every', '5'], '--every is 5; it is for --follow'],
    ['--shift-to-now', ['s3://b', '--shift-to-now'], 'is for files and folders'],
    ['two places', ['s3://b', '.'], 'name one s3://BUCKET/PREFIX'],
  ])('what %s does not go with is told', async (_, args, why) => {
    const answer = await opencts(house, ['cloudtrail', ...args], envOf('state'));
    expect(answer).toMatchObject({ code: 2, err: expect.stringContaining(why) });
  });
});
