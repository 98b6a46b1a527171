import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import { openFilesBelow } from '../testing/faults/descriptors.ts';
import { failingDisk } from '../testing/faults/failing-disk.ts';
import { CHANGES, type Rule, whyNoFaults } from '../testing/faults/faults.ts';
import { Timekeeper } from './timekeeper.ts';

const DAY = 86_400_000;
const BEGAN = Date.UTC(2026, 10, 5);

describe.skipIf(whyNoFaults)('the note of the time, on a disk that fails', () => {
  const disk = failingDisk();
  let now: number;
  beforeEach(() => {
    now = BEGAN;
  });

  const file = () => path.join(disk.directory, 'clock.json');
  const open = () =>
    Timekeeper.open({
      dataDir: disk.directory,
      log: pino({ level: 'silent' }),
      clocks: { wall: () => now, monotonic: () => now - BEGAN },
    });

  test.each<Omit<Rule, 'path' | 'skip'>>([
    { calls: CHANGES, error: 'EIO', when: 'before' },
    { calls: CHANGES, error: 'EIO', when: 'after' },
    { calls: CHANGES, error: 'ENOSPC', when: 'before' },
    { calls: 'write', error: 'ENOSPC', when: 'half' },
    { calls: 'sync', error: 'EIO', when: 'lost' },
    { calls: 'open', error: 'EMFILE', when: 'before' },
  ])(
    '$error $when any of $calls: it is noted with the next minute, and a jump is noticed',
    async (failing) => {
      for (let skip = 0; ; skip++) {
        now = BEGAN;
        await rm(file(), { force: true });
        await (await open()).stop();
        const fault = disk.faults.fail({ ...failing, skip, path: `${disk.directory}*` });
        const time = await open();
        now += DAY / 2;
        await time.confirm();
        const { hits } = fault;
        disk.faults.clear();
        await time.confirm();
        expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ own: now, wall: now });
        await time.stop();
        now += 2 * DAY;
        const again = await open();
        expect(again.isSuspect).toBe(true);
        await again.stop();
        expect(await openFilesBelow(disk.directory)).toEqual([]);
        if (hits === 0) return;
      }
    },
  );
});
