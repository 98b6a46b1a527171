import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { failingDisk } from '../testing/faults/failing-disk.ts';
import { whyNoFaults } from '../testing/faults/faults.ts';
import { Journal } from './journal.ts';
import { readPosition, writePosition } from './positions.ts';
import { JournalSnapshot } from './snapshot.ts';

describe.skipIf(whyNoFaults)('how far followers are, on a disk that fails', () => {
  const disk = failingDisk();
  const NOTED = { position: { segment: 1, offset: 20 }, until: null };
  const positions = (journal = 'journal') => path.join(disk.directory, journal, 'positions');

  async function written(): Promise<Journal> {
    const journal = await Journal.open({
      directory: path.join(disk.directory, 'journal'),
      segmentSize: 2_000,
      maxQueue: 1e9,
      retryWindow: 1,
      countsSince: () => 0,
      onDamage: () => undefined,
      onDurable: () => undefined,
      onFatal: () => undefined,
    });
    await writePosition(positions(), 'archiver', NOTED);
    return journal;
  }

  test.each(['positions', 'positions.copy'])(
    '%s cannot be read from the disk: the other one tells',
    async (folder) => {
      const journal = await written();
      disk.faults.fail({
        ...{ calls: 'read', error: 'EIO', times: 1e6 },
        path: path.join(disk.directory, 'journal', folder, '*'),
      });
      expect(await readPosition(positions(), 'archiver')).toEqual(NOTED);
      disk.faults.clear();
      await journal.close();
    },
  );

  test('none of them can be read: it is lost, not absent', async () => {
    const journal = await written();
    disk.faults.fail({ calls: 'read', error: 'EIO', times: 1e6, path: `${positions()}*` });
    await expect(readPosition(positions(), 'archiver')).rejects.toThrow(/cannot be read/);
    disk.faults.clear();
    await journal.close();
  });

  test('a copy of the journal has all of them, or there is none', async () => {
    const journal = await written();
    let failed = 0;
    for (let skip = 0; ; skip++) {
      const fault = disk.faults.fail({ calls: 'open', error: 'EMFILE', skip, path: `${positions()}*` });
      const copy = new JournalSnapshot(
        path.join(disk.directory, 'journal'),
        path.join(disk.directory, String(skip)),
      );
      const made = await copy
        .begin()
        .then(() => copy.end(journal.durableEnd, { hasList: true, isCut: false }))
        .then(
          () => true,
          () => false,
        );
      const { hits } = fault;
      disk.faults.clear();
      if (made) expect(await readPosition(positions(String(skip)), 'archiver')).toEqual(NOTED);
      else failed++;
      if (hits === 0) break;
    }
    expect(failed).toBeGreaterThan(0);
    await journal.close();
  });
});
