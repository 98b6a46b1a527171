import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openMetadata } from '../metadata/index.ts';
import { undurable } from '../testing/faults/durability.ts';
import { someOf } from '../testing/faults/failures.ts';
import { CHANGES, Faults, type Rule, SCRATCH, whyNoFaults } from '../testing/faults/faults.ts';
import { ArchiveHouse } from './testing/archive-house.ts';

describe.skipIf(whyNoFaults)('trace files on a disk that fails', () => {
  let directory: string;
  let faults: Faults;
  const houses: ArchiveHouse[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(path.join(SCRATCH, 'opencts-failing-archive-'));
    faults = new Faults();
    await (await openMetadata(path.join(directory, 'metadata.db'))).destroy();
  });
  afterEach(async () => {
    faults.close();
    for (const house of houses.splice(0)) await house.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** One that has begun, and nothing more. */
  async function house(name: string, { encrypted = false } = {}): Promise<ArchiveHouse> {
    const folder = path.join(directory, name);
    await mkdir(folder);
    // Its log may hold what its last connection has not brought into the file.
    for (const part of (await readdir(directory)).filter((one) => /^metadata\.db(-wal)?$/.test(one))) {
      await cp(path.join(directory, part), path.join(folder, part));
    }
    const one = await new ArchiveHouse(folder).open();
    houses.push(one);
    if (encrypted) await one.encrypt();
    await one.recover();
    return one;
  }

  const ROOMS: Record<string, string> = {
    spool: '*/spool*',
    positions: '*/journal/positions*',
    objects: '*/objects*',
    'sealed files': '*/spool*.sealed*',
    metadata: '*/metadata.db*',
  };
  const FAILURES: Omit<Rule, 'path'>[] = [
    { calls: CHANGES, error: 'EIO', when: 'before' },
    { calls: CHANGES, error: 'EIO', when: 'after' },
    { calls: CHANGES, error: 'ENOSPC', when: 'before' },
    { calls: 'write', error: 'ENOSPC', when: 'half' },
    { calls: 'sync', error: 'EIO', when: 'lost' },
    { calls: 'open', error: 'EMFILE', when: 'before' },
    { calls: 'read', error: 'EIO', when: 'before' },
  ];
  const rows = Object.keys(ROOMS).flatMap((room) =>
    // SQLite appends to its log: what stands before in it would be lost as well.
    FAILURES.filter(({ when }) => room !== 'metadata' || when !== 'lost').map((failing) => ({
      room,
      failing,
      what: `${failing.error} ${failing.when} any of ${[failing.calls].flat().join(', ')}`,
    })),
  );

  test.each(rows)('of $room, $what: every trace is in exactly one file', async ({ room, failing }) => {
    const pattern = (name: string) => path.join(directory, name) + ROOMS[room]?.slice(1);
    const encrypted = room === 'sealed files';
    const well = await house('well', { encrypted });
    await well.record(['ECS', 'IAM']);
    const watch = faults.watch(failing.calls, pattern('well'));
    await well.cycle();
    const { seen } = watch;
    faults.clear();
    expect(await well.archived(), `${well.logged}`).toEqual(well.recorded);
    for (const skip of someOf(seen)) {
      const name = `call-${skip}`;
      const one = await house(name, { encrypted });
      await one.record(['ECS', 'IAM']);
      const fault = faults.fail({ ...failing, skip, path: pattern(name) });
      await one.cycle();
      expect(fault.hits, name).toBeGreaterThan(0);
      faults.clear();
      // Every second time after a crash.
      if (skip % 2) {
        await one.close();
        await one.open();
        await one.recover();
      }
      await one.record(['ECS', 'VPC']);
      await one.cycle();
      await one.cycle();
      expect(one.failing, name).toBe(false);
      expect(await one.archived(), `${name} ${one.logged}`).toEqual(one.recorded);
      expect(await one.accounted(), name).toBe(one.recorded.length);
      expect(await one.ready(), name).toEqual([]);
      houses.splice(houses.indexOf(one), 1);
      await one.close();
      await rm(one.directory, { recursive: true });
    }
  });

  test('after any failed sync a file is written anew before it counts', async () => {
    for (let skip = 0; ; skip++) {
      const one = await house(`sync-${skip}`);
      await one.record(['ECS']);
      faults.note(CHANGES.concat('open'), `${one.directory}/[so]*`);
      const fault = faults.fail({ calls: 'sync', error: 'EIO', skip, path: `${one.directory}/[so]*` });
      for (let i = 0; i < 3; i++) await one.cycle();
      expect(await one.archived()).toEqual(one.recorded);
      expect(undurable(faults.noted()), `sync ${skip}`).toEqual([]);
      if (fault.hits === 0) return;
      faults.clear();
    }
  });
});
