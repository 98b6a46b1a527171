import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { House, trace } from '../testing/house.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BUCKET = 'the-archive';

let house: House;
let caller: Awaited<ReturnType<House['signIn']>>;
let reported: string[];
/** Stays for 30 days. */
const object = () => path.join(house.directory, 'objects', BUCKET, 'file');

const real = () => Date.now() + house.skew;
const v3 = (method: string, route: string, body?: object) =>
  house.call(method, `/v3/${caller.projectId}${route}`, { token: caller.token, body });
const signIn = async () => {
  caller = await house.signIn({ project: 'local' });
};

/** @param time of the producers, whose clocks are right */
async function report(count = 3, time = real()): Promise<void> {
  const traces = Array.from({ length: count }, () => trace({ time }));
  const { status, body } = await v3('POST', '/traces?trace_ids=true', { traces });
  expect([status, body.rejected, body.late]).toEqual([201, [], 0]);
  reported.push(...body.trace_ids);
  await house.searchable(caller.token);
}

/** Ids that the trace list shows, of those that were reported. */
async function listed(): Promise<string[]> {
  const { status, body } = await v3('GET', `/traces?limit=200&from=${real() - 6 * DAY}&to=${real() + HOUR}`);
  expect(status).toBe(200);
  return body.traces
    .map(({ trace_id }: { trace_id: string }) => trace_id)
    .filter((id: string) => reported.includes(id))
    .sort();
}

/** Every hour's traces are journalled and stored alike. */
async function accounted(): Promise<number> {
  const { body } = await v3('GET', `/accounting?from=${real() - 60 * DAY}&to=${real() + 60 * DAY}`);
  let sum = 0;
  for (const { journalled, stored } of body.hours) {
    expect(stored).toBe(journalled);
    sum += journalled;
  }
  return sum;
}

const clock = async () => (await house.call('GET', '/v3/clock', { token: caller.token })).body;
const stateOf = async (key: string) =>
  (await v3('GET', '/keys')).body.keys.find(({ id }: { id: string }) => id === key)?.state;

/** The service has removed what it wants to remove: it does so at start. */
async function swept(): Promise<void> {
  const { body } = await house.call('GET', '/readyz');
  expect(body.ready).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}

beforeEach(async () => {
  house = await new House().start();
  await signIn();
  reported = [];
  await v3('POST', '/tracker', { tracker_type: 'system', tracker_name: 'system' });
  const { status } = await v3('POST', '/tracker', {
    tracker_type: 'data',
    tracker_name: 'short',
    data_bucket: { data_bucket_name: 'watched', data_event: ['WRITE'] },
    obs_info: { bucket_name: BUCKET, is_obs_created: true, bucket_lifecycle: 30 },
  });
  expect(status).toBe(201);
  await writeFile(object(), 'x');
  await report();
}, 60_000);
afterEach(() => house.stop());

/** A key that is to be gone in a week, and a revoked sign-in. */
async function prepared() {
  const { body: key } = await v3('POST', '/keys', { alias: 'k', description: '' });
  expect((await v3('POST', `/keys/${key.id}/schedule-deletion`, { pending_days: 7 })).status).toBeLessThan(
    300,
  );
  const left = await house.signIn({ project: 'local' });
  await house.call('DELETE', '/v3/auth/tokens', {
    token: left.token,
    headers: { 'x-subject-token': left.token },
  });
  return { key: key.id as string, revoked: left.token };
}

test('a start with a clock 40 days ahead destroys nothing, says so, and all is as before when it is right', async () => {
  const { key, revoked } = await prepared();
  await house.restart({}, () => {
    house.wrong = 40 * DAY;
  });
  await signIn();
  await swept();
  expect(await listed()).toEqual([...reported].sort());
  expect(await stateOf(key)).toBe('pending_deletion');
  expect(existsSync(object())).toBe(true);

  const { body: ready } = await house.call('GET', '/readyz');
  expect(ready.checks.find(({ name }: { name: string }) => name === 'clock').detail).toMatch(/suspect/);
  const { body: metrics } = await house.call('GET', '/metrics', { token: caller.token });
  expect(metrics).toMatch(/^opencts_clock_suspect 1$/m);
  expect(house.logged.join('')).toMatch(/the clock of the machine: it is suspect/);
  await report();

  await house.restart({}, () => {
    house.wrong = 0;
  });
  const ahead = caller.token;
  await signIn();
  await swept();
  expect((await clock()).suspect).toBe(false);
  expect(await listed()).toEqual([...reported].sort());
  expect(existsSync(object())).toBe(true);
  expect(await stateOf(key)).toBe('pending_deletion');
  // Nobody comes in with what a clock in the future has issued, nor with what was revoked.
  for (const token of [ahead, revoked]) {
    expect((await house.call('GET', `/v3/${caller.projectId}/traces`, { token })).status).toBe(401);
  }
}, 120_000);

test('a retention that has really passed is kept to afterwards', async () => {
  await house.restart({}, () => {
    house.wrong = 30 * DAY;
  });
  await house.restart({}, () => {
    house.wrong = 0;
  });
  house.skew += 40 * DAY;
  await house.restart();
  await signIn();
  await swept();
  expect(existsSync(object())).toBe(false);
  const { body } = await v3('GET', `/traces?trace_id=${reported[0]}`);
  expect(body.traces).toEqual([]);
}, 60_000);

test('a machine that was really off for a month: an operator vouches for the clock', async () => {
  await house.restart({}, () => {
    house.wrong = 30 * DAY;
  });
  await signIn();
  await swept();
  expect((await v3('GET', `/traces?trace_id=${reported[0]}`)).body.traces).toHaveLength(1);
  const { status, body } = await house.call('POST', '/v3/clock/confirm', { token: caller.token });
  expect([status, body.suspect]).toEqual([200, false]);
  await house.restart();
  await swept();
  expect((await clock()).suspect).toBe(false);
  expect((await v3('GET', `/traces?trace_id=${reported[0]}`)).body.traces).toEqual([]);
}, 60_000);

test.each([
  ['30 days ahead', 30 * DAY],
  ['30 days back', -30 * DAY],
])(
  'a clock that is set %s while the service runs loses no trace, then or later',
  async (_, jump) => {
    house.wrong = jump;
    await signIn();
    expect((await clock()).suspect).toBe(true);
    await report();
    expect(await listed()).toEqual([...reported].sort());
    house.wrong = 0;
    await signIn();
    await report();
    expect((await clock()).suspect).toBe(false);
    await house.restart();
    await signIn();
    await swept();
    expect(await listed()).toEqual([...reported].sort());
    expect(await accounted()).toBeGreaterThanOrEqual(reported.length);
  },
  60_000,
);

test('a start with a clock 30 days back records no trace into the past, and shortens no deadline', async () => {
  await house.restart({}, () => {
    house.wrong = -30 * DAY;
  });
  await signIn();
  expect((await clock()).suspect).toBe(true);
  await report();
  const { key } = await prepared();
  house.wrong = 0;
  await house.restart();
  await signIn();
  await swept();
  expect(await listed()).toEqual([...reported].sort());
  expect(await stateOf(key)).toBe('pending_deletion');
}, 60_000);

test.each([
  ['an hour ahead', HOUR],
  ['an hour back', -HOUR],
])(
  'a clock that is set %s is followed, and nothing is lost',
  async (_, jump) => {
    house.wrong = jump;
    // What is dated by a clock that is right is refused by its name while this one is behind.
    await report(3, real() + Math.min(jump, 0));
    expect((await clock()).suspect).toBe(false);
    house.wrong = 0;
    await report();
    await house.restart();
    await swept();
    expect(await listed()).toEqual([...reported].sort());
    expect(await accounted()).toBeGreaterThanOrEqual(reported.length);
  },
  60_000,
);

test('a clock that is set back over midnight (UTC) keeps the days apart', async () => {
  const toMidnight = DAY - (real() % DAY);
  house.skew += toMidnight - 500;
  await report();
  house.skew += 1_000;
  await report();
  house.wrong = -2_000;
  await report();
  house.wrong = 0;
  await report();
  expect(await listed()).toEqual([...reported].sort());
  expect(await accounted()).toBeGreaterThanOrEqual(reported.length);
}, 60_000);

test.each([
  ['is missing', (file: string) => rm(file)],
  ['was torn', (file: string) => writeFile(file, '{"own":17')],
  ['is of no time', (file: string) => writeFile(file, '{"own":1e300,"wall":1e300}')],
])(
  'when the note of the time %s, the journal tells when the service ran last',
  async (_, harm) => {
    const file = path.join(house.directory, 'clock.json');
    expect(JSON.parse(await readFile(file, 'utf8')).own).toBeGreaterThan(0);
    await house.restart({}, async () => {
      await harm(file);
      house.wrong = 30 * DAY;
    });
    await signIn();
    await swept();
    expect((await clock()).suspect).toBe(true);
    expect(await listed()).toEqual([...reported].sort());
  },
  60_000,
);
