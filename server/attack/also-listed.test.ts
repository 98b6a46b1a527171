import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { archived } from './archived.ts';
import {
  canMount,
  KILLS,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
  until,
} from './harness.ts';

const mountable = canMount();
if (!mountable) console.warn('skipped, full spool: mounting a tmpfs needs root');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const ENV = { OPENCTS_TRANSFER_CYCLE: '1', OPENCTS_JOURNAL_SEGMENT: '1MB' };
const SERVICES = ['ECS', 'VPC', 'OBS', 'RDS'];

interface Listed {
  state: string;
  total: number;
  written: number;
  message?: string;
}

async function put(server: RunningServer, obs_info: object): Promise<{ status: number; message: string }> {
  const response = await fetch(`${server.url}/v3/${server.projectId}/tracker`, {
    method: 'PUT',
    headers: { 'x-auth-token': server.token, 'content-type': 'application/json' },
    body: JSON.stringify({ tracker_type: 'system', tracker_name: 'system', obs_info }),
  });
  const { error_msg = '' } = (await response.json()) as { error_msg?: string };
  return { status: response.status, message: error_msg };
}

async function listedOf(server: RunningServer): Promise<Listed | undefined> {
  const response = await fetch(`${server.url}/v3/${server.projectId}/trackers?tracker_name=system`, {
    headers: { 'x-auth-token': server.token },
  });
  const { trackers } = (await response.json()) as { trackers: { obs_info: { listed?: Listed } }[] };
  return trackers[0]?.obs_info.listed;
}

const isDone = async (server: RunningServer) => (await listedOf(server))?.state === 'done';

async function bring(server: RunningServer, many: number, request = ''): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < many) {
    const batch = Array.from({ length: Math.min(500, many - ids.length) }, (_, i) =>
      // Of the time of the traces that come meanwhile, and long before.
      trace({
        trace_id: randomUUID(),
        service_type: SERVICES[i % 4],
        time: Date.now() - (i % 3) * 3_600_000,
        request,
      }),
    );
    const { trace_ids = [] } = await report(server, batch);
    ids.push(...trace_ids.filter((id) => id !== null));
  }
  return ids;
}

/** Reports without a pause until it is ended, or the service is. */
function produce(server: RunningServer, acknowledged: Set<string>): () => Promise<void> {
  let stop = false;
  const working = (async () => {
    while (!stop) {
      const ids = await bring(server, 50).catch(() => undefined);
      if (!ids) return;
      for (const id of ids) acknowledged.add(id);
      await pause(20);
    }
  })();
  return async () => {
    stop = true;
    await working;
  };
}

/** Each trace that was acknowledged is in one file of the bucket, and none is in two. */
async function expectOnce(directory: string, bucket: string, acknowledged: Iterable<string>): Promise<void> {
  const ids = [...acknowledged];
  const lacking = async () => {
    const found = await archived(directory, bucket).catch(() => new Map<string, number>());
    return ids.filter((id) => !found.has(id)).length;
  };
  await expect.poll(lacking, { timeout: 60_000, interval: 500 }).toBe(0);
  const found = await archived(directory, bucket);
  expect([...found].filter(([, times]) => times > 1)).toEqual([]);
}

test.each([
  ['sorted by service', true],
  ['not sorted', false],
])('whenever it is killed, %s, each trace of the list is in exactly one file', async (_, sorted) => {
  const directory = await temporaryDirectory();
  let server = await startServer(directory, ENV);
  const acknowledged = new Set(await bring(server, 30_000));
  await pause(3000);
  const on = { bucket_name: 'audit-archive', is_obs_created: true, is_sort_by_service: sorted };
  let end = produce(server, acknowledged);
  expect(await put(server, { ...on, also_listed: true })).toEqual({ status: 200, message: '' });
  const met = new Set<string>();
  for (let kill = 0; kill < KILLS / 2 && !(await isDone(server)); kill++) {
    await pause(100 + Math.random() * 1800);
    met.add((await listedOf(server))?.state ?? '');
    await server.kill();
    await end();
    server = await startServer(directory, ENV);
    end = produce(server, acknowledged);
  }
  await until(() => isDone(server));
  await end();
  expect(met).toContain('writing');
  await expectOnce(directory, 'audit-archive', acknowledged);
  expect(await server.stop()).toBe(0);
  await removeDirectory(directory);
});

test('moved, switched off and on again in its midst, while traces come in, it is exact or refused', async () => {
  const directory = await temporaryDirectory();
  const server = await startServer(directory, ENV);
  const acknowledged = new Set(await bring(server, 20_000));
  await pause(2500);
  const end = produce(server, acknowledged);
  const on = { is_obs_created: true, also_listed: true };
  for (let round = 0; round < 5; round++) {
    const [first, second] = [`first-${round}`, `second-${round}`];
    expect(await put(server, { ...on, bucket_name: first })).toEqual({ status: 200, message: '' });
    await pause(Math.random() * 2500);
    expect(await put(server, { ...on, bucket_name: second })).toEqual({ status: 200, message: '' });
    const before = [...acknowledged];
    // The list gets longer all the while.
    await until(() => isDone(server), 1200);
    await expectOnce(directory, second, before);
    expect((await put(server, { bucket_name: '' })).status).toBe(200);
    if (round % 2) await pause(Math.random() * 1500);
    const again = await put(server, { ...on, bucket_name: second, is_obs_created: false });
    expect(again).toMatchObject({ status: 400, message: expect.stringContaining('would be there twice') });
    const found = await archived(directory, first).catch(() => new Map<string, number>());
    expect([...found].filter(([, times]) => times > 1)).toEqual([]);
  }
  await end();
  expect(await server.stop()).toBe(0);
  await removeDirectory(directory);
});

test('while the trace list is far behind, the transfer goes on, and the job waits', async () => {
  const directory = await temporaryDirectory();
  const server = await startServer(directory, ENV);
  const acknowledged = new Set(await bring(server, 2_000));
  const engine = server.enginePid();
  process.kill(engine, 'SIGSTOP');
  for (const id of await bring(server, 5_000)) acknowledged.add(id);
  // These are past the archiver, and not in the list yet.
  await pause(3000);
  const on = { bucket_name: 'audit-archive', is_obs_created: true, also_listed: true };
  expect(await put(server, on)).toEqual({ status: 200, message: '' });
  const later = await bring(server, 1_000);
  await expectOnce(directory, 'audit-archive', later);
  expect(await listedOf(server)).toMatchObject({ state: 'waiting', written: 0 });
  process.kill(engine, 'SIGCONT');
  await until(() => isDone(server));
  await expectOnce(directory, 'audit-archive', [...acknowledged, ...later]);
  expect(await server.stop()).toBe(0);
  await removeDirectory(directory);
});

test.skipIf(!mountable)('on a full spool it waits and says so, and goes on when there is room', async () => {
  const directory = await temporaryDirectory();
  const spool = path.join(directory, 'spool');
  await mkdir(spool);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', spool]);
  try {
    const server = await startServer(directory, ENV);
    const acknowledged: string[] = [];
    for (let i = 0; i < 60; i++) {
      const request = Array.from({ length: 600 }, () => randomUUID()).join('');
      acknowledged.push(...(await bring(server, 10, request)));
    }
    await pause(3000);
    const on = { bucket_name: 'audit-archive', is_obs_created: true, also_listed: true };
    expect(await put(server, on)).toEqual({ status: 200, message: '' });
    await until(async () => /ENOSPC|no space/.test((await listedOf(server))?.message ?? ''));
    execFileSync('mount', ['-o', 'remount,size=200m', spool]);
    await until(() => isDone(server), 900);
    expect((await listedOf(server))?.message).toBeUndefined();
    await expectOnce(directory, 'audit-archive', acknowledged);
    expect(await server.stop()).toBe(0);
  } finally {
    execFileSync('umount', ['-l', spool]);
    await removeDirectory(directory);
  }
});
