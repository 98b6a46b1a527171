import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, trace } from '../../../testing/house.ts';
import { until } from '../../../testing/until.ts';

const HOUR = 3_600_000;
const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;

const call = (method: string, route: string, body?: object) =>
  house.call(method, `/v3/${admin.projectId}${route}`, { token: admin.token, body });
const tracker = { tracker_type: 'system', tracker_name: 'system' };
const report = (count: number) =>
  call('POST', '/traces', {
    traces: Array.from({ length: count }, () => trace({ time: Date.now() + house.skew })),
  });

interface Sums {
  journalled: number;
  archived: number;
  awaiting: number;
}
async function sums(): Promise<Sums> {
  const to = Date.now() + house.skew + 1;
  const { body } = await call('GET', `/accounting?from=${to - 24 * HOUR}&to=${to}`);
  const sum = (member: keyof Sums) =>
    body.hours.reduce((all: number, hour: Sums) => all + hour[member], 0) as number;
  return { journalled: sum('journalled'), archived: sum('archived'), awaiting: sum('awaiting') };
}

beforeAll(async () => {
  // No cycle ends by itself while this runs.
  await house.start({ OPENCTS_TRANSFER_CYCLE: '3600' });
  admin = await house.signIn({ project: 'local' });
  await call('POST', '/tracker', tracker);
});
afterAll(() => house.stop());

test('what will be in trace files is told apart from what was recorded without a transfer', async () => {
  await report(2);
  expect(await sums()).toMatchObject({ archived: 0, awaiting: 0 });
  const position = () =>
    readFile(path.join(house.directory, 'journal/positions/archiver.json'), 'utf8').catch(() => '');
  const earlier = await position();
  house.skew = HOUR;
  // The cycle in which they came ends.
  await until(async () => (await position()) !== earlier || undefined);
  const { journalled: before } = await sums();
  const { status } = await call('PUT', '/tracker', {
    ...tracker,
    obs_info: { bucket_name: 'audit-archive', is_obs_created: true },
  });
  expect(status).toBeLessThan(300);
  await report(3);
  const waits = await sums();
  expect(waits.archived).toBe(0);
  expect(waits.awaiting).toBeGreaterThanOrEqual(3);
  expect(waits.journalled - waits.awaiting).toBe(before);

  house.skew = 2 * HOUR;
  const done = await until(async () => {
    const now = await sums();
    return now.awaiting === 0 && now.archived >= waits.awaiting ? now : undefined;
  });
  expect(done.journalled - done.archived).toBe(before);
});
