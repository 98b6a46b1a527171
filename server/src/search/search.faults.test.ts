import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileReader, SelectedFile } from '../archive/index.ts';
import { ArchiveHouse } from '../archive/testing/archive-house.ts';
import { openMetadata } from '../metadata/index.ts';
import { failingDisk } from '../testing/faults/failing-disk.ts';
import { someOf } from '../testing/faults/failures.ts';
import { type Rule, whyNoFaults } from '../testing/faults/faults.ts';
import { ArchiveSearches, type Search } from './searches.ts';

const OWNER = { domainId: 'd', projectId: 'a'.repeat(32), userId: 'u' };
const READER: FileReader = {
  user: { id: 'u', name: 'auditor', domain: { id: 'd', name: 'd' } },
  source_ip: '',
  request_id: '',
  mayDecrypt: true,
};

describe.skipIf(whyNoFaults)('searches in the archive on a disk that fails', () => {
  const disk = failingDisk();
  const logged: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => logged.push(line) });
  let house: ArchiveHouse;
  let searches: ArchiveSearches;
  let directory: string;

  beforeEach(async () => {
    logged.length = 0;
    directory = path.join(disk.directory, 'searches');
    await (await openMetadata(path.join(disk.directory, 'metadata.db'))).destroy();
    house = await new ArchiveHouse(disk.directory).open();
    await house.recover();
  });

  async function archive({ encrypted = false } = {}): Promise<void> {
    if (encrypted) await house.encrypt();
    for (const service of ['ECS', 'IAM', 'VPC']) {
      await house.record([service, service]);
      await house.cycle();
    }
  }

  afterEach(async () => {
    disk.faults.clear();
    await searches.stop();
    await house.close();
  });

  /** @param onRead a file was fetched */
  function open(onRead: (file: SelectedFile) => Promise<void> = async () => undefined): ArchiveSearches {
    const { catalog } = house;
    searches = new ArchiveSearches({ directory, catalog, clock: Date.now, log, onRead });
    return searches;
  }

  /** To its end. */
  async function search(): Promise<Search> {
    const filter = { projectId: OWNER.projectId, from: 0, to: Number.MAX_SAFE_INTEGER };
    const begun = searches.begin(OWNER, filter, 1000, READER);
    await expect.poll(() => begun.finishedAt, { timeout: 20_000, interval: 10 }).toBeDefined();
    return begun;
  }

  /** Engines on this directory. */
  async function engines(): Promise<number> {
    const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const commands = ids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
    return (await Promise.all(commands)).filter((command) => command.includes(path.join(directory, 'data')))
      .length;
  }

  const FAILURES: Omit<Rule, 'path'>[] = [
    { calls: 'open', error: 'EMFILE' },
    { calls: 'mkdir', error: 'ENOSPC' },
    { calls: 'mkdir', error: 'EIO', when: 'after' },
    { calls: 'write', error: 'ENOSPC' },
    { calls: 'write', error: 'ENOSPC', when: 'half' },
    { calls: 'write', error: 'EIO' },
    { calls: 'unlink', error: 'EIO' },
  ];
  test.each(FAILURES)(
    '%j: a search has found everything, or says what is wrong; the next one finds it',
    async (failing) => {
      await archive({ encrypted: true });
      const below = `${directory}*`;
      const watch = disk.faults.watch(failing.calls, below);
      await open().start();
      expect(await search()).toMatchObject({ status: 'finished', found: 6, problems: [] });
      const { seen } = watch;
      await searches.stop();
      for (const skip of someOf(seen)) {
        disk.faults.clear();
        await open().start();
        // Left by an earlier run.
        await mkdir(path.join(directory, 'data', 'left'), { recursive: true });
        disk.faults.fail({ ...failing, skip, path: below });
        const first = await search();
        disk.faults.clear();
        const what = `call ${skip}: ${logged.slice(-2)}`;
        if (first.status === 'finished') expect([first.found, first.problems], what).toEqual([6, []]);
        else
          expect([first.status, first.message], what).toEqual([
            'failed',
            expect.stringMatching(/disk|files are open/),
          ]);
        expect(await engines(), what).toBeLessThanOrEqual(1);
        expect(await search(), what).toMatchObject({ status: 'finished', found: 6, problems: [] });
        expect(await engines(), what).toBe(1);
        await searches.stop();
        expect(await engines(), what).toBe(0);
      }
    },
  );

  test('a trace file that goes before its turn has come is searched all the same', async () => {
    await archive();
    await open(({ bucket, key }) => rm(path.join(disk.directory, 'objects', bucket, key))).start();
    expect(await search()).toMatchObject({ status: 'finished', found: 6, problems: [] });
  });

  test.each([true, false])(
    'a trace file (encrypted: %s) that the disk does not give back is named, and keeps no other from being searched',
    async (encrypted) => {
      await archive({ encrypted });
      await open().start();
      // What is encrypted is copied, and the other has a second name.
      const name = encrypted ? '*/objects/audit-archive/*IAM*' : `${directory}/files/*/1.json.gz`;
      disk.faults.fail({ calls: 'read', error: 'EIO', times: 1e6, path: name });
      const { status, found, problems } = await search();
      expect([status, found], logged.join()).toEqual(['finished', 4]);
      expect(problems).toMatchObject([{ problem: 'unreadable' }]);
      expect(problems[0]?.message).not.toContain(disk.directory);
    },
  );

  test('what an earlier run has left and cannot be removed keeps the service from nothing', async () => {
    await archive();
    await mkdir(path.join(directory, 'data'), { recursive: true });
    disk.faults.fail({ calls: 'unlink', error: 'EIO', times: 1e6, path: `${directory}*` });
    await open().start();
    expect(logged.filter((line) => line.includes('cannot be removed now'))).not.toEqual([]);
    disk.faults.clear();
    expect(await search()).toMatchObject({ status: 'finished', found: 6 });
  });

  test('its files cannot be removed when nobody looks any more: that ends nothing but the engine', async () => {
    await archive();
    await open().start();
    await search();
    disk.faults.fail({ calls: 'unlink', error: 'EIO', times: 1e6, path: `${directory}/files*` });
    await expect(searches.stop()).resolves.toBeUndefined();
    expect(await engines()).toBe(0);
    disk.faults.clear();
    await rm(directory, { recursive: true });
  });
});
