import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { makeDirectory, syncDirectory } from '../durable.ts';
import { MANIFEST, type Manifest } from './cutter.ts';
import type { SpoolFile } from './trace-files.ts';

/*
 * The spool: `ready/` holds finished stretches, each a folder with its manifest; `cutting/` the one that is being
 * cut; `listed/` what is written of the trace list; `delivered/` what is being removed, so that no half of it is left
 * in `ready`; `damaged/` what was set aside.
 */
export const READY = 'ready';
export const CUTTING = 'cutting';
export const LISTED = 'listed';
const DELIVERED = 'delivered';
const DAMAGED = 'damaged';

/** Makes its folders, and removes what a crash has left unfinished. */
export async function openSpool(spool: string): Promise<void> {
  for (const folder of [CUTTING, DELIVERED])
    await rm(path.join(spool, folder), { recursive: true, force: true });
  for (const folder of [READY, LISTED, DELIVERED, DAMAGED]) await makeDirectory(path.join(spool, folder));
}

/** Folders of stretches that wait to be uploaded, oldest first. */
export async function readyStretches(spool: string): Promise<string[]> {
  return (await entriesOf(path.join(spool, READY))).sort();
}

/** How many were set aside. */
export async function damagedStretches(spool: string): Promise<number> {
  return (await entriesOf(path.join(spool, DAMAGED))).length;
}

/** Undefined: the folder is not whole, or something else. */
export async function manifestIn(folder: string): Promise<Manifest | undefined> {
  try {
    const manifest: unknown = JSON.parse(await readFile(path.join(folder, MANIFEST), 'utf8'));
    return isManifest(manifest) ? manifest : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isAbsent(error)) return undefined;
    throw error;
  }
}

/** Whether a file of a stretch is there, with all its bytes. */
export async function isThere(folder: string, { file, bytes }: SpoolFile): Promise<boolean> {
  try {
    const found = await stat(path.join(folder, file));
    return found.isFile() && found.size === bytes;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** Removes a stretch that is delivered, whole or not at all. */
export async function discard(spool: string, stretch: string): Promise<void> {
  await makeDirectory(path.join(spool, DELIVERED));
  const gone = path.join(spool, DELIVERED, stretch);
  await rm(gone, { recursive: true, force: true });
  await rename(path.join(spool, READY, stretch), gone);
  await rm(gone, { recursive: true, force: true });
}

/** Takes what cannot be delivered out of the way. @returns where it lies now */
export async function setAside(spool: string, stretch: string): Promise<string> {
  const damaged = path.join(spool, DAMAGED);
  await makeDirectory(damaged);
  let place = path.join(damaged, stretch);
  for (let i = 2; existsSync(place); i++) place = path.join(damaged, `${stretch}.${i}`);
  await rename(path.join(spool, READY, stretch), place);
  await syncDirectory(damaged);
  await syncDirectory(path.join(spool, READY));
  return place;
}

async function entriesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error) => {
    if (isAbsent(error)) return [];
    throw error;
  });
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function isManifest(value: unknown): value is Manifest {
  const { cycle, files } = (value ?? {}) as Partial<Manifest>;
  return Number.isFinite(cycle) && Array.isArray(files) && files.every(isFile);
}

function isFile(value: unknown): boolean {
  const { file, bucket, key, trackerId, bytes } = (value ?? {}) as Partial<SpoolFile>;
  return [file, bucket, key, trackerId].every((text) => typeof text === 'string') && Number.isFinite(bytes);
}
