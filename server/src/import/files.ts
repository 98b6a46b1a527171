import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** A source that cannot be read as records; the message names it. */
export class UnreadableSource extends Error {
  override readonly name = 'UnreadableSource';
}

export interface Source {
  /** `-` is standard input. */
  path: string;
  /** It was named itself, not found in a folder. */
  isNamed: boolean;
  /** Bytes, as far as they are known. */
  size: number;
}

export const nameOf = (source: string) => (source === '-' ? 'standard input' : source);

/** Files below the given paths, whatever they are called, folders walked in the order of names. */
export async function listSources(paths: readonly string[]): Promise<Source[]> {
  const sources: Source[] = [];
  for (const given of paths) {
    if (given === '-') {
      sources.push({ path: given, isNamed: true, size: 0 });
      continue;
    }
    const { size, isFolder } = await statOf(given);
    if (!isFolder) {
      sources.push({ path: given, isNamed: true, size });
      continue;
    }
    const entries = await readdir(given, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => path.join(entry.parentPath, entry.name));
    for (const file of files.sort()) {
      // What is there no longer, as the end of a link, is refused when it is its turn.
      const found = await statOf(file).catch(() => ({ size: 0, isFolder: false }));
      if (!found.isFolder) sources.push({ path: file, isNamed: false, size: found.size });
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
