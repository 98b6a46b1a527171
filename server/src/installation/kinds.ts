import type { Dirent } from 'node:fs';
import { readdir, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import { REFUSALS } from './refusals.ts';

/** By their paths in the data directory. */
const FOLDERS =
  /^(journal(\/(positions|positions\.copy|quarantine|damaged))?|spool(\/(ready|cutting|delivered|damaged))?|engine(\/data)?|objects(\/\.(metadata|uploads))?|searches|backups|refill)$/;
const FILES =
  /^(lock|root\.key|metadata\.db(-wal|-shm)?|((clock|installation|store-(check|lost))\.json|(journal|spool|engine|objects)\/\.installation|journal\/(id|id\.copy|gaps\.json|\d+\.(journal|ids|counts))|journal\/positions(\.copy)?\/\w+\.json|journal\/quarantine\/[^/]+\.ndjson|engine\/(config\.xml|pid))(\.tmp)?)$/;
/** Where nothing but files and folders may lie, however deep. Of the others only what is named above is looked at. */
const WHOLLY_OURS = /^(journal|spool)\//;
const LOOKED_INTO = /^(journal|spool|engine$|objects$)/;

/**
 * Looks whether what lies in the data directory is of the kind that it must be: a pipe in the place of a file is
 * read without an end, and beside a link that leads nowhere everything would begin anew.
 * @throws StartRefused
 */
export async function checkKinds(dataDir: string, below = ''): Promise<void> {
  const entries = await readdir(path.join(dataDir, below), { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  for (const entry of entries) {
    const name = path.posix.join(below, entry.name);
    const wanted = FOLDERS.test(name) ? 'folder' : FILES.test(name) ? 'file' : undefined;
    if (!wanted && !WHOLLY_OURS.test(name)) continue;
    const kind = await kindOf(path.join(dataDir, name), entry);
    if (wanted ? kind !== wanted : kind !== 'file' && kind !== 'folder')
      throw REFUSALS.wrongKind(path.join(dataDir, name), kind, wanted ?? 'file');
    if (kind === 'folder' && LOOKED_INTO.test(name)) await checkKinds(dataDir, name);
  }
}

type Kind = 'file' | 'folder' | 'pipe' | 'socket' | 'device';

async function kindOf(file: string, entry: Dirent): Promise<Kind> {
  const found = entry.isSymbolicLink() ? await follow(file) : entry;
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  if (found.isFIFO()) return 'pipe';
  return found.isSocket() ? 'socket' : 'device';
}

async function follow(file: string) {
  try {
    return await stat(file);
  } catch (error) {
    if (!['ENOENT', 'ELOOP', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw REFUSALS.deadLink(file, await readlink(file));
  }
}
