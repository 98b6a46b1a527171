import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Engine, startEngine } from '../src/engine/index.ts';
import {
  canMount,
  indexed,
  listAll,
  partOf,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
} from './harness.ts';

/** Traces wait in the journal for a while before that counts as trouble. */
const TOLD = { timeout: 150_000, interval: 500 };

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

/** Reports traces all the while. @returns ids that were acknowledged, when it is to end */
function reporting(to: RunningServer): () => Promise<string[]> {
  const ids: string[] = [];
  let ended = false;
  const done = (async () => {
    while (!ended) {
      const { status, trace_ids } = await report(to, [trace(), trace()]);
      expect(status).toBe(201);
      ids.push(...(trace_ids as string[]));
      await sleep(20);
    }
  })();
  return async () => {
    ended = true;
    await done;
    return ids;
  };
}

async function allListed(from: RunningServer, ids: string[]): Promise<void> {
  await indexed(from);
  const missing = async () => {
    const listed = await listAll(from);
    return ids.filter((id) => listed.get(id) !== 1);
  };
  // What was in tables that are gone is brought back beside the rest.
  await expect.poll(missing, { timeout: 60_000, interval: 500 }).toEqual([]);
  expect((await fetch(`${from.url}/readyz`)).status).toBe(200);
}

test('an engine that dies at each of its starts is found when it is left alone', async () => {
  server = await startServer(directory);
  const ended = reporting(server);
  for (let i = 0; i < 12; i++) {
    for (let killed = false; !killed; ) {
      await sleep(Math.random() * 400);
      try {
        process.kill(server.enginePid(), 'SIGKILL');
        killed = true;
      } catch {
        // It is not there yet.
      }
    }
  }
  const ids = await ended();
  await allListed(server, ids);
  expect(await server.stop()).toBe(0);
  server = undefined;
});

describe.skipIf(!canMount())('when the disk of the engine is full at the start', () => {
  let disk: string;
  let ballast: string;
  beforeEach(async () => {
    disk = path.join(directory, 'engine');
    ballast = path.join(disk, 'ballast');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
  });
  afterEach(async () => {
    await server?.kill();
    server = undefined;
    execFileSync('umount', ['-l', disk]);
  });

  const fill = () => writeFile(ballast, Buffer.alloc(80 * 1024 * 1024)).catch(() => undefined);
  async function told(): Promise<string[]> {
    const ready = await fetch(`${server?.url}/readyz`);
    const { checks } = (await ready.json()) as { checks: { ok: boolean; detail: string }[] };
    return checks.filter(({ ok }) => !ok).map(({ detail }) => detail);
  }

  /** @returns ids of traces that are listed, of a service that was stopped */
  async function listed(): Promise<string[]> {
    const before = await startServer(directory);
    const { trace_ids } = await report(before, [trace(), trace()]);
    await indexed(before);
    expect(await before.stop()).toBe(0);
    return trace_ids as string[];
  }

  /** Starts on a full disk, and again when there was room. */
  async function startsTwice(trouble: RegExp, before: string[]): Promise<void> {
    await fill();
    server = await startServer(directory);
    const ended = reporting(server);
    await expect.poll(told, TOLD).toEqual([expect.stringMatching(trouble)]);
    const ids = [...before, ...(await ended())];
    await rm(ballast);
    await allListed(server, ids);
    expect(await server.stop()).toBe(0);
    server = await startServer(directory);
    await allListed(server, ids);
    expect(await server.stop()).toBe(0);
    server = undefined;
  }

  const ways: [what: string, trouble: RegExp, tables: boolean][] = [
    ['with its tables it takes nothing', /not enough space.*look for a full disk/, true],
    ['without its tables it makes none that would be empty', /not enough space for the definition/, false],
  ];
  test.each(partOf(ways, 1))(
    '%s, says so, takes traces, and all is found when there is room, also after the next start',
    async (_, trouble, tables) => {
      const ids = await listed();
      if (!tables) await rm(path.join(disk, 'data'), { recursive: true });
      await startsTwice(trouble, ids);
    },
  );
});
