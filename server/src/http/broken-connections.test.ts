import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, PASSWORD, trace } from '../testing/house.ts';

const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
/** A Prometheus server, whom nothing that accounts have under way keeps out. */
const SCRAPER = 'a-token-of-the-scraper-0123456789';
/** A user without any role. */
let nobody: string;

beforeAll(async () => {
  await house.start({ OPENCTS_METRICS_TOKEN: SCRAPER });
  admin = await house.signIn({ project: 'local' });
  const { token, projectId } = admin;
  await house.call('POST', '/v3/users', { token, body: { user: { name: 'nobody', password: PASSWORD } } });
  ({ token: nobody } = await house.signIn({ name: 'nobody' }));
  const body = { tracker_type: 'system', tracker_name: 'system' };
  await house.call('POST', `/v3/${projectId}/tracker`, { token, body });
  const traces = Array.from({ length: 100 }, () => trace({ request: 'x'.repeat(40_000) }));
  for (let i = 0; i < 3; i++)
    await house.call('POST', `/v3/${projectId}/traces`, { token, body: { traces } });
  await house.searchable(token);
}, 60_000);
afterAll(() => house.stop());

const head = (method: string, path: string, token: string, more = '') =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${token}\r\nX-Subject-Token: ${token}\r\n${more}\r\n`;

/** A sign-in that is slow to be refused: what comes behind it on the connection waits. */
function slowly(): string {
  const user = { name: `x${Math.random()}`, password: 'wrong-wrong', domain: { name: 'default' } };
  const body = JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } } } });
  return `POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** Sends requests on one connection, reads nothing, and resets it. */
async function abandon(requests: string, afterMs: number): Promise<void> {
  const { hostname, port } = new URL(house.app.url);
  const socket = net.connect(Number(port), hostname);
  socket.on('error', () => undefined).pause();
  socket.write(requests);
  await pause(afterMs);
  socket.resetAndDestroy();
}

async function metric(name: string): Promise<number> {
  const headers = { authorization: `Bearer ${SCRAPER}` };
  const { status, body } = await house.call('GET', '/metrics', { headers });
  expect(status).toBe(200);
  return Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\d+)$`, 'm').exec(body)?.[1]);
}
const running = (queue: string) => metric(`opencts_shared_work_running{queue="${queue}"}`);

test('answers to connections that are gone are not counted as unread', async () => {
  const rounds = Array.from({ length: 20 }, () =>
    abandon(slowly() + head('GET', '/v3/auth/tokens', nobody).repeat(100), 250),
  );
  await Promise.all(rounds);
  const list = head('GET', `/v3/${admin.projectId}/traces?limit=50`, admin.token);
  for (let i = 0; i < 40; i++) await abandon(list, i * 3);
  await expect.poll(() => metric('opencts_unread_answers_bytes'), { timeout: 15_000 }).toBeLessThan(20_000);
  expect(await running('requests')).toBe(0);
}, 60_000);

test('downloads that wait behind another answer give their places back with the connection', async () => {
  const exports = head('GET', `/v3/${admin.projectId}/traces/export`, admin.token);
  for (let i = 0; i < 3; i++) await abandon(slowly() + exports.repeat(10), 400);
  await expect.poll(() => running('downloads'), { timeout: 15_000 }).toBe(0);
  const { status } = await house.call('GET', `/v3/${admin.projectId}/traces/export?limit=1`, {
    token: admin.token,
  });
  expect(status).toBe(200);
}, 60_000);

test('pages that nobody reads are refused when there are too many, also of those that had waited', async () => {
  const { hostname, port } = new URL(house.app.url);
  const list = head('GET', `/v3/${admin.projectId}/traces?limit=100`, admin.token);
  const sockets = Array.from({ length: 30 }, () => {
    const socket = net.connect(Number(port), hostname);
    socket.on('error', () => undefined).pause();
    socket.write(list.repeat(2));
    return socket;
  });
  let most = 0;
  for (let i = 0; i < 30; i++) {
    most = Math.max(most, await metric('opencts_unread_answers_bytes'));
    await pause(100);
  }
  // What was begun together may be above the bound of 48 MB: 12 places of 4 MB.
  expect(most).toBeLessThan(100 * 1024 ** 2);
  for (const socket of sockets) socket.resetAndDestroy();
  await expect
    .poll(async () => (await house.call('GET', '/v3/users', { token: admin.token })).status, {
      timeout: 15_000,
    })
    .toBe(200);
}, 60_000);

test('slow bodies of one user keep nobody else of the account waiting', async () => {
  const { hostname, port } = new URL(house.app.url);
  const slow = Array.from({ length: 40 }, () => {
    const socket = net.connect(Number(port), hostname);
    socket.on('error', () => undefined).pause();
    const announced = 'Content-Type: application/json\r\nContent-Length: 1000000\r\n';
    socket.write(`${head('POST', '/v3.0/OS-CREDENTIAL/credentials', nobody, announced)}{`);
    return socket;
  });
  await pause(500);
  const began = performance.now();
  expect((await house.call('GET', '/v3/users', { token: admin.token })).status).toBe(200);
  const body = { user: { enabled: false } };
  const { body: users } = await house.call('GET', '/v3/users?name=nobody', { token: admin.token });
  const id = users.users[0].id;
  expect((await house.call('PATCH', `/v3/users/${id}`, { token: admin.token, body })).status).toBe(200);
  expect(performance.now() - began).toBeLessThan(5_000);
  for (const socket of slow) socket.resetAndDestroy();
  await expect.poll(() => running('bodies'), { timeout: 15_000 }).toBe(0);
}, 60_000);
