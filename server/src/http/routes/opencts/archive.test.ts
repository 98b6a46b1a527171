import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyCommand } from '../../../evidence/index.ts';
import { DirectoryStore, type ObjectStore, openS3 } from '../../../objects/index.ts';
import { type S3Server, startS3Server, whyNoS3 } from '../../../objects/testing/s3-server.ts';
import { House, PASSWORD, trace } from '../../../testing/house.ts';
import { until } from '../../../testing/until.ts';

const BUCKET = 'audit-archive';
const HOUR = 3_600_000;
if (whyNoS3) console.warn(`skipped on S3: ${whyNoS3}`);

describe.each(['a directory', 'an S3 server'])('the archive in %s', (where) => {
  const skipped = where === 'an S3 server' && whyNoS3 !== undefined;
  const here = test.skipIf(skipped);
  const house = new House();
  let s3: S3Server | undefined;
  let objects: ObjectStore;
  let admin: Awaited<ReturnType<House['signIn']>>;
  let environment: Record<string, string>;
  const v3 = (method: string, route: string, body?: unknown) =>
    house.call(method, `/v3/${admin.projectId}${route}`, { token: admin.token, body });
  const tracker = { tracker_type: 'system', tracker_name: 'system' };

  beforeAll(async () => {
    if (skipped) return;
    if (where === 'an S3 server') {
      s3 = await startS3Server();
      environment = {
        OPENCTS_S3_ENDPOINT: s3.options.endpoint,
        OPENCTS_S3_REGION: s3.options.region,
        OPENCTS_S3_ACCESS_KEY: s3.options.accessKey,
        OPENCTS_S3_SECRET_KEY: s3.options.secretKey,
      };
      objects = await openS3(s3.options);
      await house.start({ OPENCTS_TRANSFER_CYCLE: '1', ...environment });
    } else {
      await house.start({ OPENCTS_TRANSFER_CYCLE: '1' });
      environment = { OPENCTS_DATA_DIR: house.directory };
      objects = new DirectoryStore(path.join(house.directory, 'objects'));
    }
    admin = await house.signIn({ project: 'local' });
    await v3('POST', '/tracker', tracker);
  }, 60_000);
  afterAll(async () => {
    if (skipped) return;
    await house.stop();
    await s3?.stop();
  });

  const keys = async () => (await objects.list(BUCKET)).objects.map(({ key }) => key);
  const read = async (key: string) => buffer((await objects.get(BUCKET, key)).body);

  const verify = (...options: string[]) => verifyAt(['--bucket', BUCKET], ...options);
  async function verifyAt(source: string[], ...options: string[]) {
    const publicKey = path.join(house.directory, 'public-key');
    const { public_keys } = (await house.call('GET', '/v3/public-keys')).body;
    await writeFile(publicKey, public_keys[0].public_key);
    let output = '';
    const write = process.stdout.write;
    const before = process.env;
    process.env = environment;
    process.stdout.write = ((text: string) => {
      output += text;
      return true;
    }) as typeof write;
    try {
      return {
        code: await verifyCommand([...source, '--public-key', publicKey, ...options]),
        output,
      };
    } finally {
      process.stdout.write = write;
      process.env = before;
    }
  }

  here('a tracker with a bucket: files appear, each trace in one; they open', async () => {
    const obs_info = { bucket_name: BUCKET, is_obs_created: true, file_prefix_name: 'prod' };
    const put = await v3('PUT', '/tracker', { ...tracker, obs_info, is_support_validate: true });
    expect(put.body).toMatchObject({ status: 'enabled', obs_info: { is_authorized_bucket: true } });
    expect(put.body).not.toHaveProperty('last_transfer');
    const before = Date.now();
    await v3('POST', '/traces', {
      traces: [
        trace({ resource_id: 'r1', zone: 'eu-de-1' }),
        trace({ service_type: 'VPC', resource_type: 'vpc' }),
      ],
    });
    const key = await until(async () => (await keys()).find((one) => one.includes('/system/ECS/')));
    expect(key).toMatch(
      /^CloudTraces\/local\/\d{4}\/\d\d?\/\d\d?\/system\/ECS\/prod_CloudTrace_local_[\dTZ-]{20}_[0-9a-f]{16}\.json\.gz$/,
    );
    const traces = JSON.parse(gunzipSync(await read(key)).toString());
    expect(traces).toMatchObject([
      { resource_id: 'r1', zone: 'eu-de-1', user: expect.stringContaining('jane') },
    ]);
    await until(async () => (await keys()).find((one) => one.includes('/system/VPC/')));
    const { last_transfer } = (await v3('GET', '/trackers')).body.trackers[0];
    expect(last_transfer).toBeGreaterThanOrEqual(before);
    expect(last_transfer).toBeLessThanOrEqual(Date.now());
  });

  here('it can be walked, viewed and downloaded, by its own project only', async () => {
    const folders = async (prefix: string) =>
      (await v3('GET', `/archive?prefix=${prefix}`)).body.folders.map(({ name }: { name: string }) => name);
    expect(await folders('')).toEqual(['CloudTraces/']);
    let prefix = 'CloudTraces/local/';
    for (let level = 0; level < 3; level++) prefix += (await folders(prefix))[0];
    // A file is in its bucket before it is in the catalog.
    await until(async () => (await folders(`${prefix}system/`)).includes('VPC/') || undefined);
    expect(await folders(`${prefix}system/`)).toEqual(expect.arrayContaining(['ECS/', 'VPC/']));
    const { body } = await v3('GET', `/archive?prefix=${prefix}system/ECS/`);
    const [file] = body.files;
    expect(file).toMatchObject({ bucket: BUCKET, traces: 1, digest: 'none' });
    const query = new URLSearchParams({ bucket: file.bucket, key: file.key });
    expect((await v3('GET', `/archive/check?${query}`)).body).toEqual({ verdict: 'valid' });
    expect((await v3('GET', '/buckets')).body.buckets).toMatchObject([{ name: BUCKET, region: 'local' }]);
    expect((await v3('GET', `/archive/traces?${query}`)).body).toMatchObject({
      traces: [{ resource_id: 'r1', zone: 'eu-de-1', user: { name: 'jane' } }],
      total_count: 1,
    });
    const download = await fetch(`${house.app.url}/v3/${admin.projectId}/archive/file?${query}`, {
      headers: { 'x-auth-token': admin.token },
    });
    const bytes = Buffer.from(await download.arrayBuffer());
    expect(bytes.equals(await read(file.key))).toBe(true);
    expect(download.headers.get('content-disposition')).toMatch(
      /^attachment; filename="prod_CloudTrace_.*\.json\.gz"$/,
    );
    for (const wrong of [{ key: '../../metadata.db' }, { key: 'CloudTraces/' }, { bucket: 'another' }]) {
      const other = new URLSearchParams({ bucket: file.bucket, key: file.key, ...wrong });
      expect((await v3('GET', `/archive/file?${other}`)).status).toBe(404);
    }
    const domain = { name: 'thieves', admin: { name: 'root', password: PASSWORD } };
    const account = await house.signIn({});
    await house.call('POST', '/v3/domains', { token: account.token, body: { domain } });
    const thief = await house.signIn({ account: 'thieves', name: 'root', project: 'local' });
    const theirs = `/v3/${thief.projectId}/archive`;
    const nothing = { folders: [], files: [] };
    expect((await house.call('GET', theirs, { token: thief.token })).body).toMatchObject(nothing);
    expect((await house.call('GET', `${theirs}/file?${query}`, { token: thief.token })).status).toBe(404);
  });

  here(
    'an hour later the digests are there, and everything is proved',
    async () => {
      house.skew = HOUR;
      admin = await house.signIn({ project: 'local' });
      await until(async () => {
        const digests = (await keys()).filter((one) => one.includes('/Digest/'));
        return digests.length >= 3 ? digests : undefined;
      });
      const { code, output } = await verify();
      expect([code, output]).toEqual([
        0,
        expect.stringMatching(/^(.*\n)*\d+ valid, 0 changed, 0 missing, 0 unexpected/),
      ]);
    },
    60_000,
  );

  here('the same is proved by a package, and through the service', async () => {
    const answer = await fetch(
      `${house.app.url}/v3/${admin.projectId}/archive/package?from=${Date.now() - HOUR}`,
      { headers: { 'x-auth-token': admin.token } },
    );
    const folder = path.join(house.directory, 'unpacked');
    await mkdir(folder);
    await writeFile(`${folder}.tar`, Buffer.from(await answer.arrayBuffer()));
    execFileSync('tar', ['-xf', `${folder}.tar`, '-C', folder], { stdio: 'ignore' });
    const token = path.join(house.directory, 'token');
    await writeFile(token, admin.token);
    const times = ['--until', new Date(Date.now() + house.skew).toISOString()];
    for (const source of [[folder], ['--url', house.app.url, '--token-file', token, ...times]]) {
      const { code, output } = await verifyAt(source);
      expect([code, output]).toEqual([0, expect.stringMatching(/^PROVED\. Of the project local/)]);
    }
  });

  here('one byte that is broken is named', async () => {
    const key = (await keys()).find((one) => one.includes('/system/ECS/')) as string;
    const bytes = await read(key);
    bytes[30] = (bytes[30] ?? 0) ^ 1;
    await objects.put({ bucket: BUCKET, key, body: bytes, contentType: 'application/gzip' });
    const query = new URLSearchParams({ bucket: BUCKET, key });
    expect((await v3('GET', `/archive/check?${query}`)).body).toEqual({ verdict: 'changed' });
    const refusal = (await v3('GET', `/archive/traces?${query}`)).body.error_msg;
    expect(refusal).toContain('it was changed since its delivery');
    const { code, output } = await verify();
    expect([code, output]).toEqual([1, expect.stringContaining(`changed     file    ${key}`)]);
    const lines = (await verify('--json')).output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ verdict }) => verdict === 'changed')).toMatchObject([{ kind: 'file', key }]);
  });

  here('reading and writing its files are data traces, for a data tracker of the bucket', async () => {
    const made = await v3('POST', '/tracker', {
      tracker_type: 'data',
      tracker_name: 'of-the-archive',
      data_bucket: { data_bucket_name: BUCKET, data_event: ['READ', 'WRITE'] },
    });
    expect(made.status).toBe(201);
    const key = (await keys()).find((one) => one.includes('/system/VPC/')) as string;
    await v3('GET', `/archive/file?${new URLSearchParams({ bucket: BUCKET, key })}`);
    await v3('POST', '/traces', { traces: [trace({ time: Date.now() + house.skew })] });
    const names = await until(async () => {
      const { body } = await v3('GET', '/traces?trace_type=data&tracker_name=of-the-archive&limit=50');
      const found = body.traces.map((one: { trace_name: string }) => one.trace_name);
      return found.includes('PUT.OBJECT') && found.includes('GET.OBJECT') ? body.traces : undefined;
    });
    const read = names.find((one: { trace_name: string }) => one.trace_name === 'GET.OBJECT');
    expect(read).toMatchObject({
      resource_id: BUCKET,
      resource_name: key,
      user: { name: 'admin' },
      read_only: true,
    });
    await v3('DELETE', '/trackers?tracker_name=of-the-archive');
  });

  here('files can be locked, where the bucket allows it', async () => {
    const locked = { object_lock_mode: 'GOVERNANCE', object_lock_days: 1 };
    const obs_info = { bucket_name: 'locked-archive', is_obs_created: true };
    const missing = await v3('PUT', '/tracker', {
      ...tracker,
      obs_info: { ...obs_info, object_lock_mode: 'GOVERNANCE' },
    });
    expect(missing.body.error_msg).toContain('object_lock_days is missing');
    const put = await v3('PUT', '/tracker', { ...tracker, obs_info: { ...obs_info, ...locked } });
    expect(put.body.obs_info).toMatchObject(locked);
    await v3('POST', '/traces', { traces: [trace({ time: Date.now() + house.skew })] });
    const key = await until(async () => (await objects.list('locked-archive')).objects[0]?.key);
    await expect(objects.remove('locked-archive', key)).rejects.toMatchObject({ problem: 'denied' });
    const off = await v3('PUT', '/tracker', {
      ...tracker,
      obs_info: { bucket_name: BUCKET, object_lock_mode: '', is_obs_created: false },
    });
    expect(off.body.obs_info).not.toHaveProperty('object_lock_mode');
    if (where === 'an S3 server') {
      const refused = await v3('PUT', '/tracker', { ...tracker, obs_info: locked });
      expect(refused.body.error_msg).toContain('cannot be locked');
    }
  });

  here('what the archive holds is told in the metrics', async () => {
    const metrics = async () => (await house.call('GET', '/metrics', { token: admin.token })).body as string;
    // A file lies in its bucket before it is counted.
    await expect.poll(metrics, { timeout: 20_000 }).toMatch(/^opencts_spool_files 0$/m);
    expect(
      Number(/^opencts_archived_traces_total (\d+)$/m.exec(await metrics())?.[1]),
    ).toBeGreaterThanOrEqual(2);
  });
});

test('what is wrong with the command line is told', async () => {
  const told: string[] = [];
  const write = process.stderr.write;
  const environment = process.env;
  process.env = { OPENCTS_DATA_DIR: tmpdir() };
  process.stderr.write = ((text: string) => told.push(text) > 0) as typeof write;
  try {
    expect(await verifyCommand([])).toBe(2);
    expect(await verifyCommand(['folder'])).toBe(2);
    expect(await verifyCommand(['folder', '--bucket', 'b', '--public-key', 'x'])).toBe(2);
    expect(await verifyCommand(['folder', '--public-key', import.meta.filename])).toBe(2);
    expect(await verifyCommand(['/no/such/folder', '--public-key', '/no/such/key'])).toBe(2);
    const publicKey = path.join(await mkdtemp(path.join(tmpdir(), 'opencts-key-')), 'public-key');
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await writeFile(publicKey, pair.publicKey.export({ type: 'spki', format: 'pem' }));
    expect(await verifyCommand(['--bucket', 'no-such-bucket', '--public-key', publicKey])).toBe(2);
    await rm(path.dirname(publicKey), { recursive: true });
  } finally {
    process.stderr.write = write;
    process.env = environment;
  }
  expect(told.join('')).toMatch(/--public-key is missing[\s\S]*no public key, neither PEM nor Base64/);
  expect(told.join('')).toMatch(/no-such-bucket is not there; it was looked for in .* \(OPENCTS_DATA_DIR\)/);
});
