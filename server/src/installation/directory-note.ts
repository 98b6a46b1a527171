import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Type } from 'typebox';
import { replaceFile } from '../durable.ts';
import { readerOf } from '../metadata/index.ts';

/**
 * Of all that lies in the data directory, besides the schema of the metadata. It goes up by one when an older
 * version could not read any more what is written: journal, positions, spool, quarantine.
 */
export const FORMAT = 1;

/** File that a data directory holds while a backup is restored into it: nothing starts from a half. */
export const RESTORE_UNDER_WAY = 'restore.part';
/** Lies in a data directory that was restored, until its first start has seen it. */
export const RESTORED = 'restored';

const FILE = 'installation.json';
const readNote = readerOf(Type.Object({ id: Type.String(), format: Type.Number(), version: Type.String() }));

/** What stands in the data directory about itself. */
export interface DirectoryNote {
  id: string;
  format: number;
  /** Of OpenCTS, which wrote here last. */
  version: string;
}

/** Undefined: none yet. One that cannot be read is written anew from the metadata. */
export async function readDirectoryNote(dataDir: string): Promise<DirectoryNote | undefined> {
  try {
    return readNote(await readFile(path.join(dataDir, FILE), 'utf8')).value;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

export async function writeDirectoryNote(dataDir: string, note: DirectoryNote): Promise<void> {
  await replaceFile(path.join(dataDir, FILE), `${JSON.stringify(note)}\n`);
}
