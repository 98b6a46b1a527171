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

/** Sends bytes on a connection of its own. @returns all that comes until it ends, or nothing more comes */
async function spoken(bytes: string): Promise<string> {
  const { hostname, port } = new URL(house.app.url);
  const socket = net.connect(Number(port), hostname);
  socket.on('error', () => undefined);
  let answer = '';
  socket.on('data', (data) => {
    answer += data.toString('latin1');
  });
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

test.each(['/openapi.json', '/readyz', '/healthz', '/v3/public-keys', '/docs/json', '/nothing'])(
  'of a crowd of requests on one connection so many are answered, and the next one refused: %s',
  async (path) => {
    for (const many of [101, 1333, 5000]) {
      const answer = await spoken(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(many));
      const statuses = answer.match(/HTTP\/1\.1 \d{3}/g) ?? [];
      expect(statuses.length).toBeLessThanOrEqual(101);
      // Who sends on and on may miss what was answered before the connection ended.
      if (many > 101) continue;
      expect(statuses).toHaveLength(101);
      expect(statuses.at(-1)).toBe('HTTP/1.1 429');
      expect(answer).toContain('more than 100 requests of this connection wait for their answers');
    }
    const { status } = await house.call('GET', '/healthz');
    expect(status).toBe(200);
  },
);

test('a client that sends a hundred requests at once gets a hundred answers', async () => {
  const request = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
  const answer = await spoken(
    request.repeat(99) + request.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
  );
  expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(100);
});

test('the OpenAPI document is the same in plain and in gzip', async () => {
  const plain = await fetch(`${house.app.url}/openapi.json`, { headers: { 'accept-encoding': 'identity' } });
  const packed = await fetch(`${house.app.url}/openapi.json`, { headers: { 'accept-encoding': 'gzip' } });
  expect([plain.headers.get('content-encoding'), packed.headers.get('content-encoding')]).toEqual([
    null,
    'gzip',
  ]);
  expect(await packed.text()).toBe(await plain.text());
});

test('who has not signed in sends small bodies', async () => {
  for (const path of ['/v3/auth/tokens', '/session']) {
    const body = JSON.stringify({ auth: { x: 'x'.repeat(70_000) } });
    const { status, body: answer } = await house.call('POST', path, {
      headers: { 'content-type': 'application/json', 'x-opencts-client': 'console' },
      body,
    });
    expect([path, status, JSON.stringify(answer)]).toEqual([
      path,
      413,
      expect.stringContaining('65536 bytes'),
    ]);
  }
});
