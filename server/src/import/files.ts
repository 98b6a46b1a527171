import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { folderSource } from '../evidence/index.ts';
import { type Origin, type Source, UnreadableSource } from './origin.ts';
import { keptInput, standardInput } from './standard-input.ts';

/** How much is read at once. */
const AT_ONCE = 64 * 1024;
const INPUT = '-';

/**
 * Files, folders and standard input.
 * @param readTwice standard input is kept in a file
 */
export async function openFiles(
  paths: readonly string[],
  readTwice: boolean,
  signal: AbortSignal,
): Promise<Origin> {
  const sources = await listSources(paths);
  const at = sources.findIndex(({ name }) => name === INPUT_NAME);
  const kept = readTwice && at >= 0 ? await keptInput(signal) : undefined;
  if (kept) sources[at] = fileSource(kept.path, true, 0);
  return {
    atOnce: 1,
    look: async () => undefined,
    waiting: () => ({
      files: sources.length,
      bytes: sources.reduce((sum, { size }) => sum + size, 0),
    }),
    async *sources() {
      yield* sources;
    },
    archives: () =>
      paths.map((folder) => ({
        name: folder,
        source: folderSource(folder),
        nameOf: (key) => path.join(folder, key),
      })),
    kept: () => undefined,
    close: async () => kept?.remove(),
  };
}

const INPUT_NAME = 'standard input';

const fileSource = (file: string, isNamed: boolean, size: number): Source => ({
  ...{ name: file, isNamed, size },
  open: () => createReadStream(file, { highWaterMark: AT_ONCE }),
});

/** Files below the given paths, whatever they are called, folders walked in the order of names. */
async function listSources(paths: readonly string[]): Promise<Source[]> {
  const sources: Source[] = [];
  for (const given of paths) {
    if (given === INPUT) {
      sources.push({ name: INPUT_NAME, isNamed: true, size: 0, open: standardInput });
      continue;
    }
    const { size, isFolder } = await statOf(given);
    if (!isFolder) {
      sources.push(fileSource(given, true, size));
      continue;
    }
    const entries = await readdir(given, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => path.join(entry.parentPath, entry.name));
    for (const file of files.sort()) {
      // What is there no longer, as the end of a link, is refused when it is its turn.
      const found = await statOf(file).catch(() => ({ size: 0, isFolder: false }));
      if (!found.isFolder) sources.push(fileSource(file, false, found.size));
    }
  }
  return sources;
}

async function statOf(given: string) {
  const stats = await stat(given).catch(() => {
    throw new UnreadableSource(`${given}: there is no such file or folder, or it may not be read`);
  });
  return { size: stats.size, isFolder: stats.isDirectory() };
}
