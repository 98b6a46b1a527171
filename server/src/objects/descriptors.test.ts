import { once } from 'node:events';
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openS3 } from './s3.ts';

const SIZE = 8_000_000;
const PUTS = 12;
/** Of a call that hangs. */
const DEADLINE_MS = 500;

let directory: string;
let file: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-descriptors-'));
  file = path.join(directory, 'trace-file');
  await writeFile(file, Buffer.alloc(SIZE, 'x'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What the descriptors of this process stand for. */
async function descriptors(): Promise<{ files: number; sockets: number }> {
  const numbers = await readdir('/proc/self/fd');
  const names = await Promise.all(
    numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => '')),
  );
  return {
    files: names.filter((name) => name.startsWith(directory)).length,
    sockets: names.filter((name) => name.startsWith('socket:')).length,
  };
}

const answer = (socket: Socket, status: string) =>
  socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);

test.skipIf(process.platform !== 'linux').each<[string, ((socket: Socket) => void) | undefined]>([
  ['refuses', undefined],
  ['takes everything and never answers', (socket) => socket.resume()],
  ['takes nothing', (socket) => socket.pause()],
  ['resets in the middle of the body', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  ['closes in the middle of the body', (socket) => socket.once('data', () => socket.destroy())],
  [
    'refuses in the middle of the body',
    (socket) => socket.once('data', () => answer(socket, '403 Forbidden')),
  ],
  ['is overloaded in the middle of the body', (socket) => socket.once('data', () => answer(socket, '503 x'))],
])('a store that %s leaves no descriptor open', async (_what, behave) => {
  const taken: Socket[] = [];
  const server = createServer((socket) => {
    taken.push(socket.on('error', () => undefined));
    behave?.(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  if (!behave) server.close();
  const endpoint = `http://127.0.0.1:${port}`;
  const store = await openS3({ endpoint, region: 'eu-de', accessKey: 'a', secretKey: 'b', hostStyle: false });
  const before = await descriptors();
  const put = { bucket: 'audit-archive', key: 'k', contentType: 'application/gzip', md5: '0'.repeat(32) };
  const outcomes = await Promise.allSettled(
    Array.from({ length: PUTS }, (_, i) =>
      store.within(DEADLINE_MS).put({
        ...put,
        // Every third file has gone meanwhile.
        body: { file: i % 3 === 2 ? `${file}-gone` : file, size: SIZE },
      }),
    ),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(Array(PUTS).fill('rejected'));
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'ObjectStoreError' });
  }
  await expect.poll(async () => (await descriptors()).files).toBe(before.files);
  store.close();
  for (const socket of taken) socket.destroy();
  await expect.poll(async () => (await descriptors()).sockets).toBeLessThanOrEqual(before.sockets);
  server.close();
});
