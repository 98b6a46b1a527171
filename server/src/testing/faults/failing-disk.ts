import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { Faults, SCRATCH } from './faults.ts';

/** A folder for each test, on a disk that can be made to fail. */
export interface FailingDisk {
  directory: string;
  faults: Faults;
}

/** To be called where tests are described. @returns the disk of the test that runs */
export function failingDisk(): FailingDisk {
  const disk = {} as FailingDisk;
  beforeEach(async () => {
    disk.directory = await mkdtemp(path.join(SCRATCH, 'opencts-failing-'));
    disk.faults = new Faults();
  });
  afterEach(async () => {
    disk.faults.close();
    await rm(disk.directory, { recursive: true, force: true });
  });
  return disk;
}

/** A folder on the disk, with a copy of the metadata that lie beside it. */
export async function folderWithMetadata({ directory }: FailingDisk, name: string): Promise<string> {
  const folder = path.join(directory, name);
  await mkdir(folder);
  // Its log may hold what its last connection has not brought into the file.
  for (const part of (await readdir(directory)).filter((one) => /^metadata\.db(-wal)?$/.test(one))) {
    await cp(path.join(directory, part), path.join(folder, part));
  }
  return folder;
}
