import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  canMount,
  indexed,
  listAll,
  metric,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
  until,
} from './harness.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const mountable = canMount();
if (!mountable) console.warn('skipped, full disk: mounting a tmpfs needs root');

test.skipIf(!mountable)(
  'on a full disk ingest refuses with 503, loses nothing that it acknowledged, and goes on when there is room',
  async () => {
    const directory = await temporaryDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=120m', 'tmpfs', directory]);
    try {
      // No reserve: the disk fills under the very write of the journal.
      const server = await startServer(directory, {
        OPENCTS_DISK_RESERVE: '0',
        OPENCTS_JOURNAL_SEGMENT: '4MB',
      });
      process.kill(server.enginePid(), 'SIGSTOP');
      const acknowledged = new Set<string>();
      let refusal: Awaited<ReturnType<typeof report>> | undefined;
      while (!refusal) {
        const batch = Array.from({ length: 200 }, () =>
          trace({ trace_id: randomUUID(), request: randomUUID().repeat(100) }),
        );
        const answer = await report(server, batch);
        if (answer.status === 201) for (const { trace_id } of batch) acknowledged.add(trace_id as string);
        else refusal = answer;
      }
      expect(refusal.status).toBe(503);
      expect(refusal.error_msg).toMatch(/disk .* full/);
      execFileSync('mount', ['-o', 'remount,size=2g', directory]);
      process.kill(server.enginePid(), 'SIGCONT');
      await until(async () => (await report(server, [trace()])).status === 201);
      await indexed(server);
      const found = await listAll(server);
      expect([...acknowledged].filter((id) => found.get(id) !== 1)).toEqual([]);
      expect(await server.stop()).toBe(0);
    } finally {
      execFileSync('umount', ['-l', directory]);
      await removeDirectory(directory);
    }
  },
);

test.skipIf(!mountable)(
  'below the reserve ingest refuses in words before anything fails, and /readyz says so',
  async () => {
    const directory = await temporaryDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200m', 'tmpfs', directory]);
    try {
      const server = await startServer(directory, { OPENCTS_DISK_RESERVE: '1GB' });
      const answer = await report(server, [trace()]);
      expect(answer.status).toBe(503);
      expect(answer.error_msg).toMatch(/disk is almost full .* OPENCTS_DISK_RESERVE/);
      const ready = await fetch(`${server.url}/readyz`);
      expect(ready.status).toBe(503);
      expect(await ready.text()).toContain('almost full');
      await server.stop();
    } finally {
      execFileSync('umount', ['-l', directory]);
      await removeDirectory(directory);
    }
  },
);

test('the engine away for a minute under load: ingest goes on, queries say 503, then everything is there once', async () => {
  const directory = await temporaryDirectory();
  const server = await startServer(directory);
  await report(server, [trace()]);
  await indexed(server);
  const acknowledged = new Set<string>();
  const end = Date.now() + 60_000;
  let refusedQueries = 0;
  while (Date.now() < end) {
    try {
      process.kill(server.enginePid(), 'SIGKILL');
    } catch {
      // It is down already.
    }
    const batch = Array.from({ length: 50 }, () => trace({ trace_id: randomUUID() }));
    expect((await report(server, batch)).status).toBe(201);
    for (const { trace_id } of batch) acknowledged.add(trace_id as string);
    const query = await fetch(`${server.url}/v3/${server.projectId}/traces`, {
      headers: { 'x-auth-token': server.token },
    });
    if (query.status === 503) {
      refusedQueries++;
      expect(query.headers.get('retry-after')).toBe('2');
      expect(await query.json()).toMatchObject({ error_code: 'CTS.0001' });
    }
    await pause(100);
  }
  expect(refusedQueries).toBeGreaterThan(0);
  expect(await metric(server, 'opencts_engine_restarts_total')).toBeGreaterThan(2);
  await indexed(server);
  const found = await listAll(server);
  expect(found.size).toBe(acknowledged.size + 1);
  expect([...acknowledged].filter((id) => found.get(id) !== 1)).toEqual([]);
  expect(await server.stop()).toBe(0);
  await removeDirectory(directory);
});
