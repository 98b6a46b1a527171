import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Connections, HTTP_TIMES } from './connections.ts';

const LARGE = 16 * 1024 * 1024;
const times = { look: 20, untaken: 1000, keepAlive: 300 };

let server: http.Server;
let port: number;
let connections: Connections;

beforeAll(async () => {
  server = http.createServer(HTTP_TIMES.http, async (request, response) => {
    if (request.url === '/long') await sleep(2 * times.untaken);
    response.end(request.url === '/large' ? Buffer.alloc(LARGE) : 'ok');
  });
  server.keepAliveTimeout = HTTP_TIMES.keepAliveTimeout;
  connections = new Connections(server, { most: 100, proxied: false, times });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  server.close();
  await connections.drain(0);
});

/** Asks on a connection of its own. */
function ask(path: string): net.Socket {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return socket;
}

const open = () => expect.poll(() => connections.open, { timeout: 10_000 });

test('whoever takes nothing of an answer is cut off', async () => {
  const socket = ask('/large').pause();
  await open().toBe(1);
  await open().toBe(0);
  socket.destroy();
});

test('whoever takes an answer slowly gets all of it', async () => {
  const socket = ask('/large');
  let bytes = 0;
  const began = performance.now();
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes >= LARGE) break;
    await sleep(8);
  }
  expect(bytes).toBeGreaterThanOrEqual(LARGE);
  expect(performance.now() - began).toBeGreaterThan(times.untaken);
  await open().toBe(0);
});

test('an answer that takes long to make is waited for, and its connection is kept for the next request', async () => {
  const socket = ask('/long').setEncoding('utf8');
  let answers = '';
  socket.on('data', (text) => {
    answers += text;
  });
  await expect.poll(() => answers, { timeout: 10_000 }).toContain('ok');
  socket.write('GET /next HTTP/1.1\r\nHost: x\r\n\r\n');
  await expect.poll(() => answers.split('200 OK')).toHaveLength(3);
  await open().toBe(0);
});
