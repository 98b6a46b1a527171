import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { startProblem } from '../start-problem.ts';
import { StartRefused } from '../start-refused.ts';
import { openFilesBelow } from '../testing/faults/descriptors.ts';
import { failingDisk } from '../testing/faults/failing-disk.ts';
import { failuresIn, someOf } from '../testing/faults/failures.ts';
import { whyNoFaults } from '../testing/faults/faults.ts';
import { openInstallation } from './installation.ts';

describe.skipIf(whyNoFaults)('an installation whose disk fails while it is opened', () => {
  const disk = failingDisk();

  const configOf = (directory: string) => readConfig({ OPENCTS_DATA_DIR: directory });

  async function open(directory: string, version = '0.1.0'): Promise<void> {
    const { metadata, unlock } = await openInstallation({
      config: configOf(directory),
      version,
      clock: Date.now,
      onFatal: (error) => {
        throw error;
      },
    });
    await metadata.destroy();
    unlock();
  }

  /** The one call that is to fail may be this one. */
  const textOf = (file: string) => readFile(file, 'utf8').catch(() => readFile(file, 'utf8'));
  const idOf = async (directory: string) => {
    const { id, version } = JSON.parse(await textOf(path.join(directory, 'installation.json')));
    for (const piece of ['journal', 'spool', 'engine', 'objects'])
      expect(await textOf(path.join(directory, piece, '.installation'))).toBe(`${id}\n`);
    return { id, version };
  };

  const rows = failuresIn(['installation.json*', 'root.key*', '*/.installation*']);

  test.each(rows)(
    'of $place, $what: it says so in a sentence, and the next start is whole',
    async ({ place, failing }) => {
      const below = (directory: string) => path.join(directory, place);
      const well = path.join(disk.directory, 'well');
      const watch = disk.faults.watch(failing.calls, below(well));
      // A new one, and an upgrade.
      await open(well);
      await open(well, '0.2.0');
      const { seen } = watch;
      disk.faults.clear();
      for (const skip of someOf(seen)) {
        const directory = path.join(disk.directory, `call-${skip}`);
        const fault = disk.faults.fail({ ...failing, skip, path: below(directory) });
        const ids: unknown[] = [];
        for (const version of ['0.1.0', '0.2.0']) {
          await open(directory, version).catch(async (error) => {
            expect(startProblem(error, configOf(directory)), `call ${skip}: ${error.stack}`).toBeInstanceOf(
              StartRefused,
            );
            await open(directory, version);
          });
          ids.push(await idOf(directory));
        }
        expect(fault.hits, `call ${skip}`).toBeGreaterThan(0);
        disk.faults.clear();
        const [first, second] = ids as { id: string; version: string }[];
        expect(second).toEqual({ id: first?.id, version: '0.2.0' });
        // SQLite's are closed by the collector of garbage.
        const left = (await openFilesBelow(directory)).filter((name) => !name.includes('metadata.db'));
        expect(left, `call ${skip}`).toEqual([]);
      }
    },
  );
});
