import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { House } from '../../../testing/house.ts';

const DAY = 86_400_000;
const house = new House();
let token: string;
let domainId: string;
let made = 0;

beforeAll(async () => {
  await house.start({ OPENCTS_TRANSFER_CYCLE: '1', OPENCTS_REGIONS: 'r1,r2,r3,r4,r5,r6,r7,r8' });
  ({ token, domainId } = await house.signIn({ project: 'r1' }));
}, 60_000);
afterAll(() => house.stop());

/** A project in which nobody else does anything. */
async function project() {
  const { token: own, projectId } = await house.signIn({ project: `r${++made}` });
  const call = (method: string, route: string, body?: unknown) =>
    house.call(method, `/v3/${projectId}${route}`, { token: own, body });
  const tracker = (obs_info: object, more = {}, method = 'PUT') =>
    call(method, '/tracker', { tracker_type: 'system', tracker_name: 'system', obs_info, ...more });
  await tracker({}, {}, 'POST');
  return {
    projectId,
    call,
    tracker,
    async report(some: object[]) {
      const traces = some.map((one) => ({ ...trace(), ...one }));
      expect((await call('POST', '/traces', { traces })).body).toMatchObject({ accepted: traces.length });
      return traces.map(({ trace_id }) => trace_id);
    },
    async listed() {
      const { body } = await call('GET', '/trackers?tracker_name=system');
      return body.trackers[0].obs_info.listed;
    },
  };
}

const trace = () => ({
  ...{ trace_id: randomUUID(), trace_name: 'createServer', trace_type: 'ApiCall', service_type: 'ECS' },
  ...{ resource_type: 'server', time: Date.now(), code: '200' },
  user: { name: 'jane', domain: { id: domainId, name: 'acme' } },
});

/** Cycles pass: nothing that was recorded before waits for one. */
const cycles = (many = 3) => new Promise((resolve) => setTimeout(resolve, many * 1000));

/** Lines of the trace files of a bucket, by the id of their traces. */
async function linesIn(bucket: string): Promise<Map<string, string[]>> {
  const folder = path.join(house.directory, 'objects', bucket);
  const found = new Map<string, string[]>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const { name, parentPath } of entries) {
    if (!name.includes('CloudTrace_')) continue;
    const bytes = await readFile(path.join(parentPath, name));
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
    for (const line of text.trim().slice(1, -1).split(',\n')) {
      const id = (JSON.parse(line) as { trace_id: string }).trace_id;
      found.set(id, [...(found.get(id) ?? []), line]);
    }
  }
  return found;
}

async function once(bucket: string, ids: string[]): Promise<void> {
  const missing = async () => {
    const lines = await linesIn(bucket);
    return ids.filter((id) => !lines.has(id)).length;
  };
  await expect.poll(missing, { timeout: 30_000, interval: 300 }).toBe(0);
  const twice = [...(await linesIn(bucket))].filter(([, lines]) => lines.length > 1);
  expect(twice).toEqual([]);
}

test('what was recorded before the transfer comes into the bucket as the transfer would have written it, once', async () => {
  const { report, tracker, listed, projectId } = await project();
  const odd: object[] = [
    { request: { n: 12345678901234567890n.toString(), deep: [1, { a: null }] }, message: '', code: 404 },
    { unknown_member: { a: [1, 2] }, zone: 'x', resource_id: '', read_only: false, content_length: 0 },
    { trace_type: 'SystemAction', user: undefined, code: undefined, response: 'Größe "✓" \\ \t\n</x>' },
    { time: Date.now() - 40 * DAY, service_type: 'A B' },
    { time: Date.now() - 40 * DAY, service_type: 'IMS', source_ip: '', user_agent: '' },
  ].map((one) => ({ ...trace(), ...one }));
  // The same goes to another tracker's bucket with a transfer, to be compared with.
  const mirror = await project();
  await mirror.tracker({ bucket_name: 'by-transfer', is_obs_created: true });
  const before = await report(odd);
  await mirror.report(odd);
  await house.searchable(token);
  await cycles();
  expect((await tracker({ bucket_name: 'first', is_obs_created: true, also_listed: true })).status).toBe(200);
  const after = await report(Array.from({ length: 5 }, () => ({})));
  await expect.poll(listed, { timeout: 20_000 }).toMatchObject({ state: 'done' });
  await once('by-transfer', before);
  await once('first', [...before, ...after]);
  const [own, others] = [await linesIn('first'), await linesIn('by-transfer')];
  const plain = (lines: string[] = [], id = projectId) =>
    lines[0]?.replace(/"record_time":\d+/, '').replace(id, '');
  for (const id of before) expect(plain(own.get(id))).toBe(plain(others.get(id), mirror.projectId));
  const names = await readdir(path.join(house.directory, 'objects/first'), { recursive: true });
  expect(names.some((name) => /\/A!20B\/CloudTrace_/.test(name))).toBe(true);
}, 90_000);

test('what is not cut yet goes with the transfer, and so does what comes meanwhile', async () => {
  const { report, tracker, listed } = await project();
  const ids: string[] = [];
  let stop = false;
  const flood = (async () => {
    while (!stop) ids.push(...(await report(Array.from({ length: 20 }, () => ({})))));
  })();
  await cycles(2);
  expect((await tracker({ bucket_name: 'busy', is_obs_created: true, also_listed: true })).status).toBe(200);
  await expect.poll(listed, { timeout: 30_000 }).toMatchObject({ state: 'done' });
  stop = true;
  await flood;
  await cycles(2);
  await once('busy', ids);
}, 90_000);

test('a transfer that goes to another bucket brings all that is in the list there', async () => {
  const { report, tracker, listed } = await project();
  await tracker({ bucket_name: 'old', is_obs_created: true });
  const ids = await report(Array.from({ length: 30 }, () => ({})));
  await cycles();
  ids.push(...(await report(Array.from({ length: 30 }, () => ({})))));
  expect((await tracker({ bucket_name: 'new', is_obs_created: true, also_listed: true })).status).toBe(200);
  ids.push(...(await report([{}])));
  await expect.poll(listed, { timeout: 30_000 }).toMatchObject({ state: 'done' });
  await once('new', ids);
  await once('old', ids.slice(0, 60));
}, 90_000);

test('where it cannot be exact it is refused, and so is what makes no sense', async () => {
  const { report, tracker, call, listed } = await project();
  const refused = async (obs_info: object, more = {}) => {
    const { status, body } = await tracker({ ...obs_info, also_listed: true }, more);
    expect([status, body.error_code]).toEqual([400, 'CTS.0003']);
    expect(body.error_msg).toContain('obs_info.also_listed cannot be done: ');
    return body.error_msg as string;
  };
  expect(await refused({})).toContain('the tracker has no bucket');
  expect(await refused({ bucket_name: 'shut', is_obs_created: true }, { status: 'disabled' })).toContain(
    'the tracker is disabled',
  );
  await tracker({ bucket_name: 'shut', is_obs_created: true });
  expect(await refused({})).toContain('transfers to shut already');
  await report([{}]);
  await cycles();
  await tracker({ bucket_name: '' });
  expect(await refused({ bucket_name: 'shut', is_obs_created: false })).toContain(
    'which would be there twice',
  );
  expect(await listed()).toBeUndefined();
  // Nothing was made for what was refused, and the same without the wish is taken.
  expect((await tracker({ bucket_name: 'shut', is_obs_created: false })).status).toBe(200);
  expect((await call('GET', '/buckets')).status).toBe(200);
}, 60_000);

test('the job ends with its transfer, and says so; switched on again, it is refused or done anew', async () => {
  const { report, tracker, listed } = await project();
  const ids = await report(Array.from({ length: 40 }, () => ({})));
  await house.searchable(token);
  await cycles();
  const on = { bucket_name: 'on-off', also_listed: true };
  await tracker({ ...on, is_obs_created: true });
  await tracker({}, { status: 'disabled' });
  const state = await listed();
  if (state.state === 'ended') expect(state.message).toBe('the tracker was disabled');
  await tracker({ bucket_name: '', is_obs_created: false }, { status: 'enabled' });
  await cycles();
  const there = (await linesIn('on-off')).size;
  const again = await tracker(on);
  expect(again.status).toBe(there > 0 ? 400 : 200);
  if (there === 0) await expect.poll(listed, { timeout: 30_000 }).toMatchObject({ state: 'done' });
  if (there === 0) await once('on-off', ids);
}, 60_000);
