import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  indexed,
  metric,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
} from './harness.ts';

let directory: string;
let server: RunningServer;
const sockets: net.Socket[] = [];
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server?.process.kill('SIGKILL');
  await removeDirectory(directory);
});

/** A raw connection. @param localAddress an address of this machine that it comes from */
async function connection(first = '', localAddress = '127.0.0.1'): Promise<net.Socket> {
  const { hostname, port } = new URL(server.url);
  const socket = net.connect({ host: hostname, port: Number(port), localAddress });
  socket.on('error', () => undefined);
  sockets.push(socket);
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  if (first !== '') socket.write(first);
  return socket;
}

const closed = (socket: net.Socket, ms: number) =>
  new Promise<boolean>((resolve) => {
    if (socket.closed) resolve(true);
    socket.once('close', () => resolve(true));
    socket.resume();
    setTimeout(() => resolve(false), ms);
  });

const unfinishedPost = () =>
  `POST /v3/${server.projectId}/traces HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${server.token}\r\n` +
  'Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"traces":[';

async function healthy(localAddress: string): Promise<number> {
  const { hostname, port } = new URL(server.url);
  const request = http.get({
    host: hostname,
    port,
    path: '/healthz',
    localAddress,
    agent: false,
    timeout: 5000,
  });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

test('who sends nothing, half a header or a body in drops is closed; a slow producer is not', async () => {
  server = await startServer(directory);
  const silent = await Promise.all(Array.from({ length: 100 }, () => connection()));
  const half = await Promise.all(
    Array.from({ length: 100 }, () => connection('GET /healthz HTTP/1.1\r\nHo')),
  );
  const drops = await Promise.all(Array.from({ length: 100 }, () => connection(unfinishedPost())));
  const dripping = setInterval(() => {
    for (const socket of drops) socket.write(' ');
  }, 1000);
  const steady = await connection(unfinishedPost().replace('100000', '10000000'));
  const streaming = setInterval(() => steady.write(' '.repeat(4096)), 1000);
  const outcomes = await Promise.all([...silent, ...half, ...drops].map((socket) => closed(socket, 60_000)));
  clearInterval(dripping);
  expect(outcomes.filter((one) => !one)).toHaveLength(0);
  expect(steady.closed).toBe(false);
  clearInterval(streaming);
}, 180_000);

test('one stranger with 1,500 connections keeps nobody out, and no file of the house', async () => {
  server = await startServer(directory, {}, { openFiles: 1024 });
  const kinds = ['', 'GET /healthz HTTP/1.1\r\nHo', unfinishedPost()];
  for (let i = 0; i < 3; i++) {
    await Promise.all(Array.from({ length: 500 }, (_, j) => connection(kinds[j % 3])));
  }
  expect(await healthy('127.0.0.2')).toBe(200);
  expect(await healthy('127.0.0.1')).toBe(200);
  for (let i = 0; i < 20; i++) {
    const { status } = await report(
      server,
      Array.from({ length: 50 }, () => trace()),
    );
    expect(status).toBe(201);
  }
  await indexed(server);
  expect(await metric(server, 'opencts_connections')).toBeLessThan(1024 - 256);
  expect(server.log.filter((line) => line.includes('EMFILE'))).toEqual([]);
}, 120_000);

test.each([
  ['10,000 idle connections', async () => void (await crowd(10_000))],
  [
    'a silent one, half a header, an unfinished POST and an unread export',
    async () => {
      await connection();
      await connection('GET /healthz HTTP/1.1\r\nHo');
      await connection(unfinishedPost());
      for (let i = 0; i < 20; i++) {
        const many = Array.from({ length: 500 }, () => trace({ request: 'x'.repeat(4000) }));
        expect((await report(server, many)).status).toBe(201);
      }
      await indexed(server);
      const unread = await connection(
        `GET /v3/${server.projectId}/traces/export?limit=10000 HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${server.token}\r\n\r\n`,
      );
      unread.pause();
      await new Promise((resolve) => setTimeout(resolve, 1000));
    },
  ],
])(
  'told to stop with %s it ends in time',
  async (_what, open) => {
    server = await startServer(directory, {
      OPENCTS_MAX_CONNECTIONS: '15000',
      OPENCTS_STOP_GRACE: '3',
      OPENCTS_TRUST_PROXY: '127.0.0.1',
    });
    await open();
    const began = Date.now();
    expect(await server.stop()).toBe(0);
    expect(Date.now() - began).toBeLessThan(20_000);
  },
  120_000,
);

async function crowd(size: number): Promise<void> {
  for (let i = 0; i < size; i += 500) await Promise.all(Array.from({ length: 500 }, () => connection()));
}

test('told to stop twice it ends at once', async () => {
  server = await startServer(directory, { OPENCTS_STOP_GRACE: '60' });
  await connection(unfinishedPost());
  await new Promise((resolve) => setTimeout(resolve, 300));
  const ended = server.stop();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(server.process.exitCode).toBe(null);
  server.process.kill('SIGTERM');
  expect(await ended).toBe(1);
});

test('with too few open files it says what to do', async () => {
  const start = startServer(directory, {}, { openFiles: 300 });
  await expect(start).rejects.toThrow(/only 300 files open: raise the limit to 1024 or more \(ulimit -n/);
});
