import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Engine, startEngine } from '../src/engine/index.ts';
import {
  indexed,
  listAll,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
} from './harness.ts';

let directory: string;
let elsewhere: string;
let server: RunningServer | undefined;
let holder: Engine | undefined;
beforeEach(async () => {
  directory = await temporaryDirectory();
  elsewhere = await temporaryDirectory();
});
afterEach(async () => {
  server?.process.kill('SIGKILL');
  await holder?.stop();
  await removeDirectory(directory);
  await removeDirectory(elsewhere);
});

test('with an engine that does not start the service does: traces are taken, and found when it has come', async () => {
  const before = await startServer(directory);
  expect(await before.stop()).toBe(0);
  const data = path.join(directory, 'engine', 'data');
  await symlink(data, path.join(elsewhere, 'data'));
  // Another engine holds the lock on the data.
  holder = await startEngine({ dataDir: elsewhere, memory: 800 * 1024 ** 2, log: pino({ level: 'silent' }) });
  server = await startServer(directory);
  const { url, token, projectId } = server;
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) {
    const { status, trace_ids } = await report(server, [trace(), trace()]);
    expect(status).toBe(201);
    ids.push(...(trace_ids as string[]));
  }
  const list = await fetch(`${url}/v3/${projectId}/traces`, { headers: { 'x-auth-token': token } });
  expect([list.status, list.headers.get('retry-after')]).toEqual([503, '2']);
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  const { checks } = (await ready.json()) as { checks: { name: string; ok: boolean }[] };
  expect(checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['trace store']);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);

  await holder.stop();
  holder = undefined;
  await indexed(server);
  const listed = await listAll(server);
  expect(ids.filter((id) => listed.get(id) !== 1)).toEqual([]);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect(await server.stop()).toBe(0);
  server = undefined;
});

test('killed and started again, time after time, it starts', async () => {
  for (let i = 0; i < 8; i++) {
    server = await startServer(directory);
    expect(server.log.filter((line) => line.includes('did not start'))).toEqual([]);
    await report(server, [trace()]);
    await server.kill();
  }
  server = undefined;
});
