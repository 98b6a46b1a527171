import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DirectoryStore } from '../../../objects/index.ts';
import { House, trace } from '../../../testing/house.ts';
import { until } from '../../../testing/until.ts';

const CYCLE_SECONDS = 3600;
const [FIRST, SECOND, MARKS] = ['first-bucket', 'second-bucket', 'bucket-of-marks'] as const;
const house = new House();
let objects: DirectoryStore;
let admin: Awaited<ReturnType<House['signIn']>>;
/** Another project. */
let other: typeof admin;

beforeAll(async () => {
  await house.start({ OPENCTS_TRANSFER_CYCLE: String(CYCLE_SECONDS) });
  objects = new DirectoryStore(path.join(house.directory, 'objects'));
  admin = await house.signIn({ project: 'local' });
  const { token } = await house.signIn({});
  await house.call('POST', '/v3/projects', { token, body: { project: { name: 'local_other' } } });
  other = await house.signIn({ project: 'local_other' });
  const obs_info = { bucket_name: MARKS, is_obs_created: true };
  await v3('POST', '/tracker', { ...SYSTEM, obs_info }, other);
}, 60_000);
afterAll(() => house.stop());

const v3 = async (method: string, route: string, body?: unknown, { token, projectId } = admin) => {
  const answer = await house.call(method, `/v3/${projectId}${route}`, { token, body });
  if (answer.status >= 300) throw new Error(`${method} ${route}: ${JSON.stringify(answer.body)}`);
  return answer.body;
};
const SYSTEM = { tracker_type: 'system', tracker_name: 'system' };
const buckets = new Set<string>();
const transferTo = (bucket: string, more: object = {}) => {
  const isNew = bucket !== '' && !buckets.has(bucket);
  buckets.add(bucket);
  return v3('PUT', '/tracker', {
    ...SYSTEM,
    obs_info: { bucket_name: bucket, is_obs_created: isNew },
    ...more,
  });
};
let count = 0;
/** @returns the resource's id, by which it is found */
const record = async () => {
  const resource_id = `server-${++count}`;
  await v3('POST', '/traces', { traces: [trace({ resource_id })] });
  return resource_id;
};

/** Where a trace is, once for each time. */
async function placesOf(id: string): Promise<string[]> {
  const places: string[] = [];
  for (const bucket of buckets) {
    if (bucket === '') continue;
    const times = (await archived(bucket)).filter(({ resource_id }) => resource_id === id);
    places.push(...times.map(() => bucket));
  }
  return places;
}

interface Archived {
  resource_id?: string;
  trace_name: string;
}

async function archived(bucket: string): Promise<Archived[]> {
  const traces: Archived[] = [];
  for (const { key } of (await objects.list(bucket)).objects) {
    if (!/(?:^|[/_])CloudTrace_/.test(key)) continue;
    const bytes = await buffer((await objects.get(bucket, key)).body);
    traces.push(...JSON.parse((key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()));
  }
  return traces;
}

const tracesIn = async (bucket: string) => (await archived(bucket)).map(({ trace_name }) => trace_name);

const metric = async (name: string) => {
  const { body } = await house.call('GET', '/metrics', { token: admin.token });
  const line = (body as string).split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1));
};

/** Ends a cycle, and waits until what it brings is in its bucket: the mark that another project transfers comes with it. */
async function endCycle(): Promise<void> {
  const mark = `mark-${++count}`;
  await v3('POST', '/traces', { traces: [trace({ resource_id: mark })] }, other);
  house.skew += CYCLE_SECONDS * 1000;
  await until(async () => {
    const isCut = (await archived(MARKS)).some(({ resource_id }) => resource_id === mark);
    return (isCut && (await metric('opencts_spool_bytes')) === 0) || undefined;
  });
}

test('what is recorded before a change goes where it was to go; what went nowhere, with the next transfer of the cycle', async () => {
  const before = await record();
  await transferTo(FIRST);
  const first = await record();
  await transferTo('');
  const meanwhile = await record();
  await transferTo(SECOND);
  const second = await record();
  await endCycle();
  expect(await placesOf(before)).toEqual([FIRST]);
  expect(await placesOf(first)).toEqual([FIRST]);
  expect(await placesOf(meanwhile)).toEqual([SECOND]);
  expect(await placesOf(second)).toEqual([SECOND]);
});

test('a transfer that is off when the cycle ends loses nothing that came before', async () => {
  await transferTo(FIRST);
  const recorded = await record();
  await transferTo('');
  await endCycle();
  await transferTo(FIRST);
  await endCycle();
  expect(await placesOf(recorded)).toEqual([FIRST]);
});

test('a tracker that is disabled or deleted within the cycle loses nothing, nor its own deletion', async () => {
  await transferTo(FIRST);
  const recorded = await record();
  await v3('PUT', '/tracker', { ...SYSTEM, status: 'disabled' });
  await v3('DELETE', '/trackers?tracker_name=system&tracker_type=system');
  await endCycle();
  expect(await placesOf(recorded)).toEqual([FIRST]);
  expect(await tracesIn(FIRST)).toEqual(expect.arrayContaining(['updateTracker', 'deleteTracker']));
  await v3('POST', '/tracker', SYSTEM);
});

test('changes of the form of files take effect from there on, each trace in one file', async () => {
  await transferTo(FIRST);
  const ids = [await record()];
  for (const obs of [{ compress_type: 'json' }, { is_sort_by_service: false }, { file_prefix_name: 'new' }]) {
    await v3('PUT', '/tracker', { ...SYSTEM, obs_info: obs });
    ids.push(await record());
  }
  await v3('PUT', '/tracker', { ...SYSTEM, obs_info: { compress_type: 'gzip' } });
  await endCycle();
  for (const id of ids) expect(await placesOf(id)).toEqual([FIRST]);
});

test('what was recorded while verification was on gets a digest, also when nothing goes into the bucket any more', async () => {
  const obs_info = { bucket_name: FIRST, is_sort_by_service: true };
  await v3('PUT', '/tracker', { ...SYSTEM, obs_info, is_support_validate: true });
  await v3('POST', '/traces', { traces: [trace({ service_type: 'NEWZ' })] });
  await transferTo('', { is_support_validate: false });
  await transferTo(SECOND, { is_support_validate: false });
  await v3('POST', '/traces', { traces: [trace({ service_type: 'NEVER' })] });
  await endCycle();
  const digested = async (bucket: string, source: string) => {
    const { objects: found } = await objects.list(bucket);
    return found.some(({ key }) => key.includes(`/Digest/${source}/`));
  };
  await until(async () => (await digested(FIRST, 'NEWZ')) || undefined);
  expect(await digested(SECOND, 'NEVER')).toBe(false);
}, 60_000);
