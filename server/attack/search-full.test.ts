import { execFileSync } from 'node:child_process';
import { mkdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ArchiveHouse } from '../src/archive/testing/archive-house.ts';
import { openMetadata } from '../src/metadata/index.ts';
import { ArchiveSearches } from '../src/search/index.ts';
import { canMount, removeDirectory, temporaryDirectory } from './harness.ts';

const OWNER = { domainId: 'd', projectId: 'a'.repeat(32), userId: 'u' };
const READER = {
  user: { id: 'u', name: 'auditor', domain: { id: 'd', name: 'd' } },
  source_ip: '',
  request_id: '',
  mayDecrypt: true,
};

test.skipIf(!canMount())(
  'while the disk of searches is full a search says so; the next one finds everything when there is room',
  async () => {
    const directory = await temporaryDirectory();
    await (await openMetadata(path.join(directory, 'metadata.db'))).destroy();
    const house = await new ArchiveHouse(directory).open();
    await house.recover();
    await house.record(['ECS', 'IAM', 'VPC']);
    await house.cycle();
    const disk = path.join(directory, 'disk');
    const ballast = path.join(disk, 'ballast');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
    const { catalog } = house;
    const searches = new ArchiveSearches({
      ...{ directory: path.join(disk, 'searches'), catalog, clock: Date.now },
      log: pino({ level: 'silent' }),
      onRead: async () => undefined,
    });
    const search = async () => {
      const filter = { projectId: OWNER.projectId, from: 0, to: Number.MAX_SAFE_INTEGER };
      const begun = searches.begin(OWNER, filter, 1000, READER);
      await expect.poll(() => begun.finishedAt, { timeout: 20_000 }).toBeDefined();
      const { status, found, message } = begun;
      return { status, found, message };
    };
    const all = { status: 'finished', found: 3, message: undefined };
    const none = {
      status: 'failed',
      found: 0,
      message: expect.stringContaining('the disk of the service is full'),
    };
    const fill = () => writeFile(ballast, Buffer.alloc(80 * 1024 * 1024)).catch(() => undefined);
    try {
      await searches.start();
      // Before its engine has begun, and when it is there.
      await fill();
      expect(await search()).toEqual(none);
      await rm(ballast);
      expect(await search()).toEqual(all);
      await fill();
      expect(await search()).toEqual(none);
      // Room for a folder, but for nothing that is found.
      await truncate(ballast, (await stat(ballast)).size - 256 * 1024);
      expect(await search()).toEqual(none);
      await rm(ballast);
      expect(await search()).toEqual(all);
    } finally {
      await searches.stop();
      await house.close();
      execFileSync('umount', ['-l', disk]);
      await removeDirectory(directory);
    }
  },
);
