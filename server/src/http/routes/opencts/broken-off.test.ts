import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, truncate, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connectMetadata } from '../../../metadata/index.ts';
import { House, trace } from '../../../testing/house.ts';

const BUCKET = 'evidence';
const TRACES = 20_000;
const SYSTEM = { tracker_type: 'system', tracker_name: 'system' };
/** More than lies between the disk and whoever does not read. */
const LARGE = 64 * 1024 * 1024;
const house = new House();
let token: string;
let projectId: string;
let key: string;
let file: string;

const v3 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v3/${projectId}${route}`, { token, body });

beforeAll(async () => {
  await house.start({ OPENCTS_TRANSFER_CYCLE: '1' });
  ({ token, projectId } = await house.signIn({ project: 'local' }));
  await v3('POST', '/tracker', SYSTEM);
  await v3('PUT', '/tracker', { ...SYSTEM, obs_info: { bucket_name: BUCKET, is_obs_created: true } });
  for (let at = 0; at < TRACES; at += 1000) {
    const traces = Array.from({ length: 1000 }, () => trace());
    expect((await v3('POST', '/traces', { traces })).body).toMatchObject({ accepted: 1000 });
  }
  await house.searchable(token);
  const bucket = path.join(house.directory, 'objects', BUCKET);
  const files = async () =>
    (await readdir(bucket, { recursive: true })).filter((name) => name.endsWith('.json.gz'));
  await vi.waitFor(async () => expect(await files()).not.toEqual([]), { timeout: 20_000, interval: 100 });
  [key = ''] = await files();
  file = path.join(bucket, key);
}, 60_000);
afterAll(() => house.stop());

/** Begins to ask, and reads nothing yet. */
async function begin(route: string): Promise<http.IncomingMessage> {
  const request = http.get(`${house.app.url}/v3/${projectId}${route}`, {
    headers: { 'x-auth-token': token },
  });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return response;
}

/** Reads to the end. @returns the text; undefined when it was broken off */
async function rest(response: http.IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}

const download = () => `/archive/file?bucket=${BUCKET}&key=${encodeURIComponent(key)}`;

test('the engine ends while traces are exported: the file has all of them, or is broken off', async () => {
  const response = await begin('/traces/export?service_type=ECS&limit=1000000');
  expect(response.statusCode).toBe(200);
  process.kill(house.app.enginePid() as number, 'SIGKILL');
  const text = await rest(response);
  if (text !== undefined) expect(text.trimEnd().split('\r\n')).toHaveLength(TRACES + 1);
  await expect.poll(async () => (await v3('GET', '/traces?limit=1')).status, { timeout: 20_000 }).toBe(200);
});

test('a trace file that becomes shorter while it is fetched is broken off', async () => {
  await writeFile(file, randomBytes(LARGE));
  const metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  await metadata.updateTable('trace_files').set({ bytes: LARGE }).where('key', '=', key).execute();
  await metadata.destroy();
  const response = await begin(download());
  expect(response.headers['content-length']).toBe(String(LARGE));
  await truncate(file, 1000);
  expect(await rest(response)).toBeUndefined();
});

test('a trace file that is shorter than it was delivered is not given as if it were whole', async () => {
  await truncate(file, 1000);
  const { status, body } = await v3('GET', download());
  expect([status, body.error_msg]).toEqual([
    500,
    expect.stringContaining('it was changed since its delivery'),
  ]);
});
