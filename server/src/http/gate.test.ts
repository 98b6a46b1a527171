import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, PASSWORD, trace } from '../testing/house.ts';
import { REQUEST_SHARES, STREAM_SHARES } from './limits.ts';

const house = new House();
let greedy: Awaited<ReturnType<House['signIn']>>;
let modest: Awaited<ReturnType<House['signIn']>>;

beforeAll(async () => {
  await house.start();
  greedy = await house.signIn({ project: 'local' });
  const account = await house.signIn({});
  const made = await house.call('POST', '/v3/domains', {
    token: account.token,
    body: { domain: { name: 'modest', admin: { name: 'modest', password: PASSWORD } } },
  });
  expect([200, 201]).toContain(made.status);
  modest = await house.signIn({ account: 'modest', name: 'modest', project: 'local' });
  for (const { token, projectId } of [greedy, modest]) {
    const body = { tracker_type: 'system', tracker_name: 'system' };
    await house.call('POST', `/v3/${projectId}/tracker`, { token, body });
    const traces = Array.from({ length: 60 }, () => trace({ request: 'x'.repeat(60_000) }));
    for (let i = 0; i < 10; i++) {
      await house.call('POST', `/v3/${projectId}/traces`, {
        token,
        body: JSON.stringify({ traces }),
        headers: { 'content-type': 'application/json' },
      });
    }
  }
  await house.searchable(greedy.token);
}, 60_000);
afterAll(() => house.stop());

const of = ({ token, projectId }: typeof greedy, route: string) =>
  house.call('GET', `/v3/${projectId}${route}`, { token });
async function load(queue: string, what: 'running' | 'waiting'): Promise<number> {
  const { body } = await house.call('GET', '/metrics', { token: (await house.signIn({})).token });
  return Number(
    new RegExp(`^opencts_shared_work_${what}\\{queue="${queue}"\\} (\\d+)$`, 'm').exec(body)?.[1],
  );
}

test('ordinary tools that ask for thirty things at once are never refused', async () => {
  const answers = await Promise.all(Array.from({ length: 30 }, () => of(greedy, '/trackers')));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
});

test('an account that asks for too much at once is told so; another is served, and no place is lost', async () => {
  const many = Array.from({ length: 500 }, () => of(greedy, '/traces?limit=20'));
  const other = await of(modest, '/traces?limit=10');
  expect(other.status).toBe(200);
  const answers = await Promise.all(many);
  const statuses = new Set(answers.map(({ status }) => status));
  expect([...statuses].sort()).toEqual([200, 429]);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused[0]?.body.error_code).toBe('APIGW.0308');
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused.length).toBeLessThanOrEqual(500 - (REQUEST_SHARES.each ?? 0));
  expect(await load('requests', 'waiting')).toBe(0);
  // The one that asks.
  expect(await load('requests', 'running')).toBe(1);
}, 60_000);

test('exports that nobody reads keep neither other accounts nor requests waiting, and end with their connections', async () => {
  const unread = Array.from({ length: (STREAM_SHARES.each ?? 0) + STREAM_SHARES.waiting + 5 }, () => {
    const request = http.get(
      `${house.app.url}/v3/${greedy.projectId}/traces/export?limit=100000`,
      { headers: { 'x-auth-token': greedy.token } },
      (response) => response.pause(),
    );
    request.on('error', () => undefined);
    return request;
  });
  await pause(1000);
  expect((await of(greedy, '/trackers')).status).toBe(200);
  expect((await of(modest, '/traces/export')).status).toBe(200);
  for (const request of unread) request.destroy();
  await expect.poll(() => load('downloads', 'running')).toBe(0);
  await expect.poll(() => load('requests', 'running')).toBe(1);
});

test('callers that go away leave nothing behind', async () => {
  for (let i = 0; i < 200; i++) {
    const request = http.get(`${house.app.url}/v3/${greedy.projectId}/traces?limit=200`, {
      headers: { 'x-auth-token': greedy.token },
    });
    request.on('error', () => undefined);
    setTimeout(() => request.destroy(), Math.random() * 60);
  }
  await pause(500);
  await expect.poll(() => load('requests', 'running'), { timeout: 10_000 }).toBe(1);
  await expect.poll(() => load('queries', 'running'), { timeout: 10_000 }).toBe(0);
  expect((await of(greedy, '/traces')).status).toBe(200);
});
