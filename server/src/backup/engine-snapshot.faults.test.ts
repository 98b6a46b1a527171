import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Engine, startEngine } from '../engine/index.ts';
import { failingDisk } from '../testing/faults/failing-disk.ts';
import { someOf } from '../testing/faults/failures.ts';
import { type Rule, whyNoFaults } from '../testing/faults/faults.ts';
import { clickhouseStore, type TraceStore } from '../traces/index.ts';
import { snapshotEngine } from './engine-snapshot.ts';

const DAY = 86_400_000;

describe.skipIf(whyNoFaults)('a copy of the engine whose disk fails', () => {
  const disk = failingDisk();
  let engine: Engine;
  let store: TraceStore;
  let data: string;

  beforeEach(async () => {
    const log = pino({ level: 'silent' });
    const dataDir = path.join(disk.directory, 'engine');
    engine = await startEngine({ dataDir, memory: 800 * 1024 ** 2, log });
    data = path.join(dataDir, 'data');
    store = clickhouseStore({ server: { socketPath: engine.socketPath }, database: 'opencts', cluster: '' });
    await store.migrate();
    // A day each: they are never merged.
    for (let day = 1; day <= 3; day++) await store.insert(Buffer.from(`${row(day)}\n`), `token-${day}`);
  });
  afterEach(async () => {
    disk.faults.clear();
    await store.close();
    await engine.stop();
  });

  function row(day: number): string {
    const time = Date.now() - day * DAY;
    return JSON.stringify({
      ...{ project_id: 'a'.repeat(32), tracker_name: 'system', trace_id: randomUUID() },
      ...{ trace_name: 'createServer', trace_rating: 'normal', trace_type: 'ApiCall', service_type: 'ECS' },
      ...{ time, record_time: time },
    });
  }

  const filesIn = async (folder: string) =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => !entry.isDirectory())
      .map((entry) => path.join(path.relative(folder, entry.parentPath), entry.name))
      .sort();

  const FAILURES: Omit<Rule, 'path'>[] = [
    { calls: 'open', error: 'EMFILE' },
    { calls: 'open', error: 'EIO' },
    { calls: 'mkdir', error: 'ENOSPC' },
    { calls: 'rename', error: 'EIO' },
    { calls: 'rename', error: 'EIO', when: 'after' },
    { calls: 'unlink', error: 'EIO' },
  ];
  test.each(FAILURES)('%j: it is whole, or there is none', async (failing) => {
    const target = (name: string) => path.join(disk.directory, 'copies', name);
    const everywhere = path.join(disk.directory, '[ec]*');
    const watch = disk.faults.watch(failing.calls, everywhere);
    await snapshotEngine(store, data, target('well'));
    const { seen } = watch;
    const whole = await filesIn(target('well'));
    expect(whole.filter((file) => file.endsWith('data.bin'))).toHaveLength(3);
    let failed = 0;
    for (const skip of someOf(seen)) {
      disk.faults.clear();
      disk.faults.fail({ ...failing, skip, path: everywhere });
      const name = target(String(skip));
      const made = await snapshotEngine(store, data, name).then(
        () => true,
        () => false,
      );
      disk.faults.clear();
      if (made) expect(await filesIn(name), `call ${skip}`).toEqual(whole);
      else failed++;
      await rm(name, { recursive: true, force: true });
    }
    expect(failed).toBeGreaterThan(0);
    await snapshotEngine(store, data, target('again'));
    expect(await filesIn(target('again'))).toEqual(whole);
  });
});
