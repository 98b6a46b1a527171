import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { verifyCommand } from '../../../evidence/index.ts';
import { DirectoryStore, openS3 } from '../../../objects/index.ts';
import {
  type S3Server,
  startEncryptingS3Server,
  startS3Server,
  whyNoEncryptingS3,
  whyNoS3,
} from '../../../objects/testing/s3-server.ts';
import { type Answer, House, PASSWORD, trace } from '../../../testing/house.ts';
import { until } from '../../../testing/until.ts';

const BUCKET = 'sealed-archive';
const HOUR = 3_600_000;
const TRACKER = { tracker_type: 'system', tracker_name: 'system' };

for (const why of [whyNoS3, whyNoEncryptingS3]) if (why) console.warn(`skipped on S3: ${why}`);

describe('trace files in a directory, encrypted with a named key', () => {
  const house = new House();
  let objects: DirectoryStore;
  let admin: Awaited<ReturnType<House['signIn']>>;
  let key: { id: string };
  const v3 = (method: string, route: string, body?: unknown, token = admin.token) =>
    house.call(method, `/v3/${admin.projectId}${route}`, { token, body });
  const turn = async (how: string) => (await v3('POST', `/keys/${key.id}/${how}`)).body;
  const status = async () => (await v3('GET', '/trackers')).body.trackers[0];
  const files = async (service: string) =>
    (await objects.list(BUCKET)).objects.map((one) => one.key).filter((one) => one.includes(`/${service}/`));
  const report = (change: object) =>
    v3('POST', '/traces', { traces: [trace({ time: Date.now() + house.skew, ...change })] });
  const ofFile = (file: string) => new URLSearchParams({ bucket: BUCKET, key: file });
  const download = async (file: string, token = admin.token) => {
    const url = `${house.app.url}/v3/${admin.projectId}/archive/file?${ofFile(file)}`;
    const answer = await fetch(url, { headers: { 'x-auth-token': token } });
    return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
  };

  beforeAll(async () => {
    await house.start({ OPENCTS_TRANSFER_CYCLE: '1' });
    objects = new DirectoryStore(path.join(house.directory, 'objects'));
    admin = await house.signIn({ project: 'local' });
    await v3('POST', '/tracker', TRACKER);
    const made = await v3('POST', '/keys', { alias: 'archive', description: 'trace files' });
    expect(made).toMatchObject({ status: 201, body: { alias: 'archive', state: 'enabled', version: 1 } });
    key = made.body;
  }, 60_000);
  afterAll(() => house.stop());
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('a key is asked for, and must be one of the project', async () => {
    const put = (kms_id: string) =>
      v3('PUT', '/tracker', {
        ...TRACKER,
        obs_info: { bucket_name: BUCKET, is_obs_created: true },
        is_support_trace_files_encryption: true,
        is_support_validate: true,
        kms_id,
      });
    expect((await put('')).body.error_code).toBe('CTS.0221');
    expect((await put('no-such-key')).body).toMatchObject({
      error_code: 'CTS.0222',
      error_msg: expect.stringContaining('is none of the keys of this project'),
    });
    await turn('disable');
    expect((await put(key.id)).body.error_msg).toContain('is disabled; enable it');
    expect(await objects.checkBucket(BUCKET).catch(({ problem }) => problem)).toBe('no-bucket');
    await turn('enable');
    expect((await put(key.id)).body).toMatchObject({ status: 'enabled', kms_id: key.id });
  });

  test('what lies in the bucket cannot be read; those who may get its text', async () => {
    await report({ resource_id: 'r-secret' });
    const [file = ''] = await until(async () =>
      (await files('system/ECS')).length > 0 ? files('ECS') : undefined,
    );
    const stored = await buffer((await objects.get(BUCKET, file)).body);
    expect(stored.subarray(0, 8).toString()).toBe('OCTSENC1');
    expect(() => gunzipSync(stored)).toThrow();
    // It lies there a moment before it is known.
    const { status: answered, bytes } = await until(async () => {
      const got = await download(file);
      return got.status === 404 ? undefined : got;
    });
    expect([answered, answered === 200 ? '' : bytes.toString()]).toEqual([200, '']);
    expect(JSON.parse(gunzipSync(bytes).toString())).toMatchObject([{ resource_id: 'r-secret' }]);
    const folder = file.slice(0, file.lastIndexOf('/') + 1);
    expect((await v3('GET', `/archive?prefix=${folder}`)).body.files).toMatchObject([{ kms_id: key.id }]);
  });

  test('who may read traces, but use no keys, does not get it', async () => {
    await house.addUser(await house.signIn({}), 'reader', [
      { role: 'CTS FullAccess', scope: admin.projectId },
    ]);
    const reader = await house.signIn({ name: 'reader', project: 'local' });
    const [file = ''] = await files('system/ECS');
    expect((await download(file, reader.token)).status).toBe(403);
    const { status, body } = await v3('GET', `/archive/traces?${ofFile(file)}`, undefined, reader.token);
    expect([status, body.error_msg]).toEqual([403, expect.stringContaining('kms:dek:decrypt')]);
    expect((await v3('GET', '/keys', undefined, reader.token)).status).toBe(403);
    expect((await v3('POST', `/keys/${key.id}/disable`, undefined, reader.token)).status).toBe(403);
  });

  test('each use of the key is a trace', async () => {
    const used = await until(async () => {
      const { body } = await v3('GET', '/traces?service_type=KMS&limit=50');
      const names = body.traces.map((one: { trace_name: string }) => one.trace_name);
      return names.includes('decryptDatakey') && names.includes('createDataKey') ? body.traces : undefined;
    });
    const reading = used.find((one: { trace_name: string }) => one.trace_name === 'decryptDatakey');
    expect(reading).toMatchObject({
      resource_type: 'CMK',
      resource_id: key.id,
      resource_name: 'archive',
      user: { name: 'admin' },
      trace_type: 'ApiCall',
    });
    const names = used.map((one: { trace_name: string }) => one.trace_name);
    expect(names).toEqual(expect.arrayContaining(['createKey', 'disableKey', 'enableKey']));
  });

  test('turned off, nothing is read or written, the tracker says so; on again, it catches up', async () => {
    const [file = ''] = await files('system/ECS');
    await turn('disable');
    expect(await status()).toMatchObject({
      status: 'error',
      detail: 'kmsKeyUnusable',
      detail_message: expect.stringContaining('(archive) is disabled; enable it'),
    });
    const refused = await v3('GET', `/archive/traces?${ofFile(file)}`);
    expect(refused).toMatchObject({
      status: 400,
      body: { error_code: 'CTS.0222', error_msg: expect.stringContaining('is disabled; enable it') },
    });
    expect((await download(file)).status).toBe(400);
    await report({ service_type: 'VPC', resource_type: 'vpc' });
    await until(async () => {
      const { body } = await house.call('GET', '/metrics', { token: admin.token });
      return /^opencts_spool_files [1-9]/m.test(body) || undefined;
    });
    expect(await files('VPC')).toEqual([]);
    await turn('enable');
    await until(async () => ((await files('VPC')).length > 0 ? true : undefined));
    expect(await status()).toMatchObject({ status: 'enabled' });
    expect(await status()).not.toHaveProperty('detail');
    expect((await download(file)).status).toBe(200);
  });

  test('rotated, old and new files can be read', async () => {
    expect(await turn('rotate')).toMatchObject({ version: 2 });
    // The next data key is made an hour later.
    house.skew = HOUR;
    admin = await house.signIn({ project: 'local' });
    await report({ service_type: 'EVS', resource_type: 'evs' });
    await until(async () => ((await files('EVS')).length > 0 ? true : undefined));
    for (const service of ['ECS', 'EVS']) {
      const [file = ''] = await files(`system/${service}`);
      expect((await download(file)).status).toBe(200);
    }
  });

  test('it is verified without the key, and one byte that is broken is named', async () => {
    await until(async () => ((await files('Digest')).length > 2 ? true : undefined));
    const { public_keys } = (await house.call('GET', '/v3/public-keys')).body;
    const publicKey = path.join(house.directory, 'public-key');
    await writeFile(publicKey, public_keys[0].public_key);
    const before = process.env;
    const output = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const verify = async () => {
      output.mockClear();
      process.env = { OPENCTS_DATA_DIR: house.directory };
      const code = await verifyCommand(['--bucket', BUCKET, '--public-key', publicKey, '--json']).finally(
        () => {
          process.env = before;
        },
      );
      const lines = output.mock.calls.flatMap(([text]) => String(text).trim().split('\n'));
      const found = lines.map((line) => JSON.parse(line) as { kind: string; key: string; verdict: string });
      return { code, found: found.filter((one) => one.key === file) };
    };
    const [file = ''] = await files('system/ECS');
    expect(await verify()).toMatchObject({ code: 0, found: [{ kind: 'file', verdict: 'valid' }] });
    const stored = path.join(house.directory, 'objects', BUCKET, file);
    const bytes = await readFile(stored);
    bytes[bytes.length - 30] = (bytes[bytes.length - 30] ?? 0) ^ 1;
    await writeFile(stored, bytes);
    expect(await verify()).toMatchObject({ code: 1, found: [{ verdict: 'changed' }] });
    const refused = await v3('GET', `/archive/traces?${ofFile(file)}`);
    expect(refused.body.error_msg).toContain('was changed since its delivery');
    expect((await download(file)).status).toBe(500);
  }, 60_000);

  test('deletion is scheduled with days of grace, and can be cancelled', async () => {
    const schedule = (pending_days: number) =>
      v3('POST', `/keys/${key.id}/schedule-deletion`, { pending_days });
    expect((await schedule(6)).body.error_msg).toContain('pending_days');
    expect((await schedule(1097)).status).toBe(400);
    expect((await schedule(7)).body).toMatchObject({ state: 'pending_deletion' });
    expect(await schedule(7)).toMatchObject({ status: 409, body: { error_code: 'CTS.0222' } });
    expect((await v3('POST', `/keys/${key.id}/enable`)).status).toBe(409);
    expect((await status()).detail_message).toContain('about to be deleted');
    expect(await turn('cancel-deletion')).toMatchObject({ state: 'disabled' });
    expect(await turn('enable')).toMatchObject({ state: 'enabled' });
  });

  test('keys have rules, and belong to their project', async () => {
    expect((await v3('POST', '/keys', { alias: 'archive' })).status).toBe(409);
    expect((await v3('POST', '/keys', { alias: 'with space' })).body.error_msg).toContain('alias');
    expect((await v3('POST', '/keys/no-such-key/disable')).status).toBe(404);
    const domain = { name: 'thieves', admin: { name: 'root', password: PASSWORD } };
    await house.call('POST', '/v3/domains', { token: (await house.signIn({})).token, body: { domain } });
    const thief = await house.signIn({ account: 'thieves', name: 'root', project: 'local' });
    const theirs = `/v3/${thief.projectId}`;
    const as = { token: thief.token };
    expect((await house.call('GET', `${theirs}/keys`, as)).body).toEqual({ keys: [] });
    expect((await house.call('POST', `${theirs}/keys/${key.id}/disable`, as)).status).toBe(404);
    await house.call('POST', `${theirs}/tracker`, { ...as, body: TRACKER });
    const stolen = await house.call('PUT', `${theirs}/tracker`, {
      ...as,
      body: {
        ...TRACKER,
        obs_info: { bucket_name: 'loot-of-thieves', is_obs_created: true },
        is_support_trace_files_encryption: true,
        kms_id: key.id,
      },
    });
    expect(stolen.body.error_code).toBe('CTS.0222');
  });

  test('checkbucket tells whether trace files could be written, with their key', async () => {
    const check = async (change: object) => {
      const asked = { bucket_name: BUCKET, bucket_location: 'local', ...change };
      const { body } = await house.call('POST', `/v3/${admin.domainId}/checkbucket`, {
        token: admin.token,
        body: { buckets: [asked] },
      });
      return body.buckets[0].check_bucket_response;
    };
    const encrypted = { is_support_trace_files_encryption: true, kms_id: key.id };
    expect(await check(encrypted)).toEqual({ success: true, response_code: 200 });
    expect(await check({ ...encrypted, kms_id: 'another' })).toMatchObject({
      success: false,
      error_code: 'KMSKeyUnusable',
    });
    expect(await check({ bucket_name: 'no-such-bucket' })).toMatchObject({ error_code: 'NoSuchBucket' });
    expect((await objects.list(BUCKET)).objects.filter((one) => one.key.startsWith('opencts-write'))).toEqual(
      [],
    );
  });
});

/** The house over an S3 server, with a tracker to be changed. */
async function over(
  s3: S3Server,
  use: (house: House, put: (kms_id: string) => Promise<Answer>) => Promise<void>,
) {
  const house = new House();
  try {
    const { endpoint, region, accessKey, secretKey } = s3.options;
    await house.start({
      OPENCTS_TRANSFER_CYCLE: '1',
      OPENCTS_S3_ENDPOINT: endpoint,
      OPENCTS_S3_REGION: region,
      OPENCTS_S3_ACCESS_KEY: accessKey,
      OPENCTS_S3_SECRET_KEY: secretKey,
    });
    const { token, projectId } = await house.signIn({ project: 'local' });
    await house.call('POST', `/v3/${projectId}/tracker`, { token, body: TRACKER });
    let made = false;
    await use(house, async (kms_id) => {
      const obs_info = { bucket_name: BUCKET, is_obs_created: !made };
      const body = { ...TRACKER, obs_info, is_support_trace_files_encryption: true, kms_id };
      const answer = await house.call('PUT', `/v3/${projectId}/tracker`, { token, body });
      made ||= answer.status < 400;
      return answer;
    });
  } finally {
    await house.stop();
    await s3.stop();
  }
}

describe('an S3 server', () => {
  test.skipIf(whyNoS3 !== undefined)(
    'that cannot encrypt with keys is not taken for one that does',
    async () => {
      const s3 = await startS3Server();
      await over(s3, async (_house, put) => {
        expect((await put('a-key-of-the-store')).body.error_code).toBe('CTS.0220');
        const objects = await openS3(s3.options);
        await expect(objects.list(BUCKET), 'the bucket was taken back').rejects.toThrow('no such bucket');
      });
    },
    60_000,
  );

  test.skipIf(whyNoEncryptingS3 !== undefined)(
    'encrypts by itself; a key that it has no longer is told, and it catches up when it has it again',
    async () => {
      const s3 = await startEncryptingS3Server('archive-key');
      await over(s3, async (house, put) => {
        const { token, projectId } = await house.signIn({ project: 'local' });
        const v3 = (method: string, route: string, body?: unknown) =>
          house.call(method, `/v3/${projectId}${route}`, { token, body });
        const objects = await openS3(s3.options);
        const files = async (service: string) => {
          const found = (await objects.list(BUCKET)).objects.map(({ key }) => key);
          return found.filter((key) => key.includes(`/system/${service}/`));
        };
        expect((await put('another-key')).body).toMatchObject({
          error_code: 'CTS.0222',
          error_msg: expect.stringContaining('kms_id is another-key'),
        });
        expect((await put('archive-key')).body).toMatchObject({ status: 'enabled', kms_id: 'archive-key' });
        await v3('POST', '/traces', { traces: [trace({ resource_id: 'r-secret' })] });
        const [key = ''] = await until(async () =>
          (await files('ECS')).length > 0 ? files('ECS') : undefined,
        );
        const query = new URLSearchParams({ bucket: BUCKET, key });
        // A file is in the bucket a moment before the archive knows it.
        const shown = await until(async () => {
          const { status, body } = await v3('GET', `/archive/traces?${query}`);
          return status === 404 ? undefined : body;
        });
        expect(shown.traces).toMatchObject([{ resource_id: 'r-secret' }]);
        await s3.changeKey('another-key');
        expect(await v3('GET', `/archive/traces?${query}`)).toMatchObject({
          status: 400,
          body: { error_code: 'CTS.0222' },
        });
        await v3('POST', '/traces', { traces: [trace({ service_type: 'VPC', resource_type: 'vpc' })] });
        const status = await until(async () => {
          const { body } = await v3('GET', '/trackers');
          return body.trackers[0].status === 'error' ? body.trackers[0] : undefined;
        });
        expect(status).toMatchObject({ detail: 'kmsKeyUnusable' });
        await s3.changeKey('archive-key');
        await until(async () => ((await files('VPC')).length > 0 ? true : undefined));
      });
    },
    90_000,
  );
});
