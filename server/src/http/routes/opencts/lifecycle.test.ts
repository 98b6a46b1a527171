import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMetadata, type Metadata } from '../../../metadata/index.ts';
import { House } from '../../../testing/house.ts';
import { until } from '../../../testing/until.ts';

const house = new House();
type Caller = Awaited<ReturnType<House['signIn']>>;
let metadata: Metadata;
/** Administrator, in the project whose archive it is. */
let owner: Caller;
/** CTS FullAccess in another project, and in the owner's. */
let stranger: Caller;
let clerk: Caller;
const ARCHIVE = 'the-archive';

const put = (caller: Caller, body: object) =>
  house.call('PUT', `/v3/${caller.projectId}/tracker`, { token: caller.token, body });
const post = (caller: Caller, body: object) =>
  house.call('POST', `/v3/${caller.projectId}/tracker`, { token: caller.token, body });
const system = (obs_info: object = {}) => ({ tracker_type: 'system', tracker_name: 'system', obs_info });
const data = (tracker_name: string, obs_info: object) => ({
  tracker_type: 'data',
  tracker_name,
  data_bucket: { data_bucket_name: `of-${tracker_name}`, data_event: ['WRITE'] },
  obs_info,
});
const lifeOf = async (bucket: string) =>
  (
    await metadata
      .selectFrom('buckets')
      .select('lifecycle_days')
      .where('name', '=', bucket)
      .executeTakeFirst()
  )?.lifecycle_days;

beforeAll(async () => {
  await house.start({ OPENCTS_REGIONS: 'eu-de,eu-nl', OPENCTS_TRANSFER_CYCLE: '1' });
  metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  owner = await house.signIn({ project: 'eu-de' });
  const account = await house.signIn({});
  await post(owner, system());
  expect((await put(owner, system({ bucket_name: ARCHIVE, is_obs_created: true }))).status).toBe(200);
  const elsewhere = await house.signIn({ project: 'eu-nl' });
  await house.addUser(account, 'stranger', [{ role: 'CTS FullAccess', scope: elsewhere.projectId }]);
  await house.addUser(account, 'clerk', [{ role: 'CTS FullAccess', scope: owner.projectId }]);
  stranger = await house.signIn({ name: 'stranger', project: 'eu-nl' });
  clerk = await house.signIn({ name: 'clerk', project: 'eu-de' });
}, 60_000);
afterAll(async () => {
  await metadata.destroy();
  await house.stop();
});

const refused = (code: string, text: string) => [code, expect.stringContaining(text)];

test('a tracker of another project may write into a bucket, and not shorten its life', async () => {
  expect((await post(stranger, data('thief', { bucket_name: ARCHIVE }))).status).toBe(201);
  for (const days of [30, 1095]) {
    const { status, body } = await put(stranger, data('thief', { bucket_lifecycle: days }));
    expect([status, body.error_code, body.error_msg]).toEqual([
      400,
      ...refused('CTS.0217', 'only the project that had the bucket made'),
    ]);
  }
  const { body } = await post(stranger, data('second', { bucket_name: ARCHIVE, bucket_lifecycle: 30 }));
  expect(body.error_code).toBe('CTS.0217');
  const right = await put(stranger, data('thief', { bucket_lifecycle: 0 }));
  expect(right.status).toBe(200);
  expect(await lifeOf(ARCHIVE)).toBe(0);
});

test('nor does one of the same project, while files of another tracker lie there', async () => {
  expect((await post(clerk, data('clerk', { bucket_name: ARCHIVE }))).status).toBe(201);
  const denied = await put(clerk, data('clerk', { bucket_lifecycle: 30 }));
  expect([denied.status, denied.body.error_msg]).toEqual([
    403,
    expect.stringContaining('obs:bucket:PutLifecycleConfiguration'),
  ]);
  const relied = await put(owner, data('clerk', { bucket_lifecycle: 30 }));
  expect([relied.body.error_code, relied.body.error_msg]).toEqual(
    refused('CTS.0217', 'files of other trackers'),
  );
  // Nor after the other tracker was sent elsewhere: its files are still there.
  await house.searchable((await house.signIn({})).token);
  await until(() =>
    metadata.selectFrom('trace_files').select('key').where('bucket', '=', ARCHIVE).executeTakeFirst(),
  );
  await put(owner, system({ bucket_name: '' }));
  await house.call('DELETE', `/v3/${stranger.projectId}/trackers?tracker_name=thief`, {
    token: stranger.token,
  });
  const later = await put(owner, data('clerk', { bucket_lifecycle: 30 }));
  expect([later.body.error_code, later.body.error_msg]).toEqual(
    refused('CTS.0217', 'files of other trackers'),
  );
  expect(await lifeOf(ARCHIVE)).toBe(0);
  await put(owner, system({ bucket_name: ARCHIVE }));
});

test('a data tracker sets the life of the bucket that it had made; the change and each removal are traces', async () => {
  const own = { bucket_name: 'short-lived', is_obs_created: true, bucket_lifecycle: 90 };
  expect((await post(clerk, data('short', own))).status).toBe(201);
  expect(await lifeOf('short-lived')).toBe(90);
  expect((await put(clerk, data('short', { bucket_lifecycle: 180 }))).status).toBe(200);
  expect((await put(clerk, data('short', { bucket_lifecycle: 30 }))).status).toBe(403);
  expect((await put(owner, data('short', { bucket_lifecycle: 30 }))).status).toBe(200);
  expect(await lifeOf('short-lived')).toBe(30);
  // Another bucket is another matter: what was set at this one does not come along.
  expect(
    (await put(owner, data('short', { bucket_name: ARCHIVE, is_obs_created: false }))).body.obs_info
      .bucket_lifecycle,
  ).toBe(0);
  expect([await lifeOf('short-lived'), await lifeOf(ARCHIVE)]).toEqual([30, 0]);
  await house.searchable((await house.signIn({})).token);
  const { body } = await house.call('GET', `/v3/${owner.projectId}/traces?service_type=OBS&limit=50`, {
    token: owner.token,
  });
  const set = body.traces.map((one: { trace_name: string; resource_id: string; request: string }) => [
    one.trace_name,
    one.resource_id,
    JSON.parse(one.request).body,
  ]);
  expect(set.reverse()).toEqual([
    ['setBucketLifecycle', 'short-lived', { days: 90, days_before: 0 }],
    ['setBucketLifecycle', 'short-lived', { days: 180, days_before: 90 }],
    ['setBucketLifecycle', 'short-lived', { days: 30, days_before: 180 }],
  ]);
});

test('what has had its time goes only after its trace, even while recording is off', async () => {
  const objects = path.join(house.directory, 'objects', 'short-lived', 'old');
  await mkdir(objects, { recursive: true });
  const names = Array.from({ length: 120 }, (_, i) => `file-${String(i).padStart(3, '0')}`);
  for (const name of names) {
    await writeFile(path.join(objects, name), 'x');
    const old = new Date(Date.now() - 31 * 86_400_000);
    await utimes(path.join(objects, name), old, old);
  }
  await put(owner, { ...system(), status: 'disabled' });
  await house.app.stop();
  const again = new House();
  await again.start({ OPENCTS_DATA_DIR: house.directory, OPENCTS_REGIONS: 'eu-de,eu-nl' });
  house.app = again.app;
  owner = await house.signIn({ project: 'eu-de' });
  for (let i = 0; i < 100 && (await readdir(objects)).length > 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(await readdir(objects)).toEqual([]);
  await house.searchable((await house.signIn({})).token);
  const { body } = await house.call('GET', `/v3/${owner.projectId}/traces?trace_name=deleteBucketdata`, {
    token: owner.token,
  });
  const told = body.traces.map(({ response }: { response: string }) => JSON.parse(response).removed);
  expect(told.flat().sort()).toEqual(names.map((name) => `old/${name}`));
  expect(told.map((keys: string[]) => keys.length).sort()).toEqual([100, 20]);
}, 60_000);
