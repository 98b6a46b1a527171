import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { sure } from '../src/clock/index.ts';
import { Keyring, readRootKey, unseal } from '../src/kms/index.ts';
import { openMetadata } from '../src/metadata/index.ts';
import { type S3Server, startS3Server, whyNoS3 } from '../src/objects/testing/s3-server.ts';
import { archived, type Open, transferTo } from './archived.ts';
import {
  canMount,
  KILLS,
  metric,
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
if (whyNoS3) console.warn(`skipped, a store that hangs: ${whyNoS3}`);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Opens encrypted files with the keys of a data directory; `close` it at last. */
async function opener(directory: string): Promise<{ open: Open; close: () => Promise<void> }> {
  const metadata = await openMetadata(path.join(directory, 'metadata.db'));
  const keyring = new Keyring({
    metadata,
    rootKey: (await readRootKey(directory, '')) as Buffer,
    time: sure(Date.now),
    log: pino({ level: 'silent' }),
    onUse: async () => undefined,
    onDelete: (_key, work) => work(),
    onChange: () => undefined,
  });
  const { project_id } = await metadata.selectFrom('kms_keys').select('project_id').executeTakeFirstOrThrow();
  return {
    open: (stored) =>
      buffer(
        Readable.from(
          unseal(Readable.from([stored]), ({ keyId, sealed }) =>
            keyring.openDataKey(project_id, keyId, sealed),
          ),
        ),
      ),
    close: () => metadata.destroy(),
  };
}

test.each([
  ['', KILLS, undefined],
  [' and encryption', KILLS / 2, 'archive'],
])(
  'after many kill -9 during transfer%s every acknowledged trace is in exactly one trace file',
  async (_, kills, encryption) => {
    const directory = await temporaryDirectory();
    const env = { OPENCTS_TRANSFER_CYCLE: '1', OPENCTS_JOURNAL_SEGMENT: '1MB' };
    const acknowledged = new Set<string>();
    const services = ['ECS', 'VPC', 'OBS', 'RDS'];
    for (let round = 0; round < kills; round++) {
      const server = await startServer(directory, env);
      if (round === 0) await transferTo(server, 'audit-archive', encryption);
      const stop = new AbortController();
      const produce = async () => {
        while (!stop.signal.aborted) {
          const batch = Array.from({ length: 50 }, (_, i) =>
            trace({ trace_id: randomUUID(), service_type: services[i % services.length] }),
          );
          try {
            const { trace_ids = [] } = await report(server, batch);
            for (const id of trace_ids) if (id) acknowledged.add(id);
          } catch {
            return;
          }
        }
      };
      const producers = [produce(), produce()];
      // Long enough for a cycle now and then, so that every step of it is met.
      await pause(300 + Math.random() * 2000);
      await server.kill();
      stop.abort();
      await Promise.all(producers);
    }
    const server = await startServer(directory, env);
    const { open, close } = encryption
      ? await opener(directory)
      : { open: undefined, close: async () => undefined };
    let found = new Map<string, number>();
    // What the killed ones never came to may be a million traces by now.
    for (const end = Date.now() + 240_000; Date.now() < end; await pause(1000)) {
      found = await archived(directory, 'audit-archive', open);
      if ([...acknowledged].every((id) => found.has(id))) break;
    }
    await close();
    expect([...acknowledged].filter((id) => !found.has(id))).toEqual([]);
    expect([...found].filter(([, times]) => times > 1)).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(100 * kills);
    expect(await server.stop()).toBe(0);
    // The accounting by hour has counted each file once.
    const metadata = await openMetadata(path.join(directory, 'metadata.db'));
    const sumOf = async (table: 'trace_files' | 'archived_hours') =>
      (
        await metadata
          .selectFrom(table)
          .select(({ fn }) => fn.sum('traces').as('sum'))
          .executeTakeFirst()
      )?.sum;
    expect(await sumOf('archived_hours')).toBe(await sumOf('trace_files'));
    await metadata.destroy();
    await removeDirectory(directory);
  },
);

/** Reports batches that hardly compress; returns the ids that were acknowledged. */
async function reportMuch(server: RunningServer, batches: number): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let i = 0; i < batches; i++) {
    const batch = Array.from({ length: 100 }, () =>
      trace({ trace_id: randomUUID(), request: Array.from({ length: 20 }, () => randomUUID()).join('') }),
    );
    const { status, trace_ids = [] } = await report(server, batch);
    expect(status).toBe(201);
    acknowledged.push(...trace_ids.filter((id) => id !== null));
  }
  return acknowledged;
}

/** The problem of the management tracker's transfer, as clients see it. */
async function detailOf(server: RunningServer): Promise<string> {
  const response = await fetch(`${server.url}/v3/${server.projectId}/trackers?tracker_name=system`, {
    headers: { 'x-auth-token': server.token },
  });
  const { trackers } = (await response.json()) as { trackers: { status: string; detail?: string }[] };
  return `${trackers[0]?.status} ${trackers[0]?.detail ?? ''}`.trim();
}

test.skipIf(!mountable)(
  'on a full spool traces wait in the journal, and come when there is room',
  async () => {
    const directory = await temporaryDirectory();
    const spool = path.join(directory, 'spool');
    await mkdir(spool);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', spool]);
    try {
      const server = await startServer(directory, { OPENCTS_TRANSFER_CYCLE: '1' });
      await transferTo(server, 'audit-archive');
      const acknowledged = await reportMuch(server, 50);
      await until(async () => (await metric(server, 'opencts_archiver_failing_seconds')) > 0);
      execFileSync('mount', ['-o', 'remount,size=200m', spool]);
      await until(async () => (await archived(directory, 'audit-archive')).size >= acknowledged.length);
      const found = await archived(directory, 'audit-archive');
      expect(acknowledged.filter((id) => found.get(id) !== 1)).toEqual([]);
      expect(await metric(server, 'opencts_archiver_failing_seconds')).toBe(0);
      expect(await server.stop()).toBe(0);
    } finally {
      execFileSync('umount', ['-l', spool]);
      await removeDirectory(directory);
    }
  },
);

test('a bucket that is gone shows on the tracker, and is caught up with when it is back', async () => {
  const directory = await temporaryDirectory();
  const server = await startServer(directory, { OPENCTS_TRANSFER_CYCLE: '1' });
  await transferTo(server, 'audit-archive');
  const bucket = path.join(directory, 'objects', 'audit-archive');
  execFileSync('mv', [bucket, `${directory}/away`]);
  const acknowledged = await reportMuch(server, 3);
  await until(async () => (await detailOf(server)) === 'error noBucket');
  expect(await metric(server, 'opencts_spool_files')).toBeGreaterThan(0);
  execFileSync('mv', [`${directory}/away`, bucket]);
  await until(async () => (await archived(directory, 'audit-archive')).size >= acknowledged.length);
  await until(async () => (await detailOf(server)) === 'enabled');
  const found = await archived(directory, 'audit-archive');
  expect(acknowledged.filter((id) => found.get(id) !== 1)).toEqual([]);
  expect(await server.stop()).toBe(0);
  await removeDirectory(directory);
});

test.skipIf(whyNoS3 !== undefined)(
  'an object store that hangs keeps neither ingest nor queries waiting',
  async () => {
    const directory = await temporaryDirectory();
    const s3: S3Server = await startS3Server();
    const server = await startServer(directory, {
      OPENCTS_TRANSFER_CYCLE: '1',
      OPENCTS_S3_ENDPOINT: s3.options.endpoint,
      OPENCTS_S3_REGION: s3.options.region,
      OPENCTS_S3_ACCESS_KEY: s3.options.accessKey,
      OPENCTS_S3_SECRET_KEY: s3.options.secretKey,
    });
    await transferTo(server, 'audit-archive');
    s3.pause();
    const began = Date.now();
    const acknowledged = await reportMuch(server, 20);
    expect(Date.now() - began).toBeLessThan(10_000);
    await until(async () => (await metric(server, 'opencts_follower_lag_traces{follower="indexer"}')) === 0);
    // Deliveries under way wait for an answer; what is behind them waits in the spool.
    await pause(3000);
    s3.resume();
    await until(async () => (await metric(server, 'opencts_archived_traces_total')) >= acknowledged.length);
    expect(await server.stop()).toBe(0);
    await s3.stop();
    await removeDirectory(directory);
  },
);
