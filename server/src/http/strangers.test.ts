import { once } from 'node:events';
import { request } from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { House } from '../testing/house.ts';

const LARGE = 12 * 1024 * 1024;
const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
let access: string;

beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
  const { body } = await house.call('POST', '/v3.0/OS-CREDENTIAL/credentials', {
    token: admin.token,
    body: { credential: { user_id: admin.userId } },
  });
  access = body.credential.access;
});
afterAll(() => house.stop());
beforeEach(() => {
  house.logged.length = 0;
});

const errors = () => house.logged.filter((line) => JSON.parse(line).level >= 40);
const signed = () => ({
  'x-sdk-date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
  authorization: `SDK-HMAC-SHA256 Access=${access}, SignedHeaders=host;x-sdk-date, Signature=${'0'.repeat(64)}`,
});

/** Begins a request and sends as much of its body as it is told. */
function begin(method: string, path: string, headers: Record<string, string>, sentBytes: number) {
  const { hostname, port } = new URL(house.app.url);
  const sent = request({
    hostname,
    port,
    method,
    path,
    headers: { ...headers, 'content-length': String(LARGE) },
  });
  sent.on('error', () => undefined);
  sent.flushHeaders();
  if (sentBytes > 0) sent.write(Buffer.alloc(sentBytes, 'x'));
  return sent;
}

test('uploads that break off are no errors of the service', async () => {
  const json = { 'content-type': 'application/json' };
  const { hostname, port } = new URL(house.app.url);
  for (const [path, headers] of [
    ['/session', json],
    ['/v3/users', { ...json, 'x-auth-token': admin.token }],
    [`/v3/${admin.projectId}/traces`, { ...json, 'x-auth-token': admin.token }],
    [
      `/v3/${admin.projectId}/traces`,
      { 'content-type': 'application/x-ndjson', 'x-auth-token': admin.token },
    ],
    ['/v3/users', { ...json, ...signed() }],
  ] as [string, Record<string, string>][]) {
    const lines = Object.entries({ host: 'x', 'content-length': '1000', ...headers }).map((one) =>
      one.join(': '),
    );
    const socket = net.connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n{"a":`);
    await sleep(100);
    socket.resetAndDestroy();
  }
  await sleep(500);
  expect(errors()).toEqual([]);
});

test('bodies that find no room are no errors of the service', async () => {
  const statuses: number[] = [];
  const strangers = Array.from({ length: 12 }, () => {
    const sent = begin('POST', '/v3/users', signed(), LARGE - 1);
    sent.on('response', ({ statusCode = 0 }) => statuses.push(statusCode));
    return sent;
  });
  await expect.poll(() => statuses.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(6);
  expect(new Set(statuses)).toEqual(new Set([503]));
  for (const sent of strangers) sent.destroy();
  expect(errors()).toEqual([]);
});

test.each([
  ['POST', '/v3/users', { authorization: 'Bearer wrong' }, 401],
  ['POST', '/v3/users', { 'x-auth-token': 'wrong', 'content-type': 'application/json' }, 401],
  ['POST', '/console/x', { 'content-type': 'application/json' }, 404],
  ['POST', '/nowhere', { 'content-type': 'application/json' }, 404],
  ['GET', '/console/x', {}, 200],
])(
  '%s %s with a large body is answered before it comes, and no more of it is read',
  async (method, path, headers, status) => {
    const sent = begin(method, path, headers as Record<string, string>, 0);
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(status);
    expect(response.headers.connection).toBe('close');
    response.resume();
    await once(sent, 'close');
  },
);

test('a small body of somebody who is refused leaves the connection open', async () => {
  const { status, headers } = await house.call('POST', '/v3/users', { token: 'wrong', body: { user: {} } });
  expect(status).toBe(401);
  expect(headers.get('connection')).toBe('keep-alive');
});
