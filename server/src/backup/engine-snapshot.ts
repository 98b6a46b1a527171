import type { Dirent } from 'node:fs';
import { mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { linkFile } from '../hard-link.ts';
import type { TraceStore } from '../traces/index.ts';

/** Of the frozen parts, in the engine's data. */
const SHADOW = 'shadow';
const NAME = 'backup';

/**
 * The embedded engine's data beside the running one: its parts as it froze them itself, and the definitions of its
 * tables. What it recognises repeated inserts by stays behind, since that may be newer than the parts.
 * @param data directory of the engine's data
 */
export async function snapshotEngine(store: TraceStore, data: string, target: string): Promise<void> {
  const frozen = path.join(data, SHADOW, NAME);
  await rm(frozen, { recursive: true, force: true });
  try {
    await store.freeze(NAME);
    await linkDefinitions(data, target);
    await moveParts(path.join(frozen, 'store'), path.join(target, 'store'));
  } finally {
    await rm(frozen, { recursive: true, force: true });
  }
}

/** What was frozen by a process that has ended. */
export async function forgetFrozen(data: string): Promise<void> {
  await rm(path.join(data, SHADOW, NAME), { recursive: true, force: true });
}

async function linkDefinitions(data: string, target: string): Promise<void> {
  for (const folder of ['metadata', 'data'])
    await linkTree(path.join(data, folder), path.join(target, folder));
  for (const table of await tables(path.join(data, 'store'))) {
    const folder = path.join(data, 'store', table);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isFile() && !entry.name.endsWith('.tmp'))
        await linkFile(path.join(folder, entry.name), path.join(target, 'store', table, entry.name));
    }
  }
}

/** Files, and the links by which databases and tables find theirs. */
async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, copy] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await linkTree(source, copy);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), copy);
    else if (!entry.name.endsWith('.tmp')) await linkFile(source, copy);
  }
}

async function moveParts(from: string, to: string): Promise<void> {
  for (const table of await tables(from)) {
    await mkdir(path.join(to, table), { recursive: true, mode: 0o700 });
    for (const part of await readdir(path.join(from, table)))
      await rename(path.join(from, table, part), path.join(to, table, part));
  }
}

/** Databases and tables have folders of two levels; without any part nothing was frozen. */
async function tables(store: string): Promise<string[]> {
  const there = async (folder: string) =>
    (await readdir(folder, { withFileTypes: true }).catch(noneIfAbsent))
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  const groups = await there(store);
  const found = await Promise.all(
    groups.map(async (group) =>
      (await there(path.join(store, group))).map((table) => path.join(group, table)),
    ),
  );
  return found.flat();
}

/** What cannot be read is not taken for absent: the copy would lack it, and look whole. */
function noneIfAbsent(error: NodeJS.ErrnoException): Dirent[] {
  if (error.code !== 'ENOENT') throw error;
  return [];
}
