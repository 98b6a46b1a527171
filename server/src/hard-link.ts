import { copyFile, link, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

/** Where there are no hard links, or not between these two places. */
const NO_LINKS = ['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES'];

/**
 * Gives a file a second name, so that it stays when the first one goes; where that cannot be, a copy. It must be one
 * that is replaced, or only grows.
 * @returns whether it was there
 */
export async function linkFile(from: string, to: string): Promise<boolean> {
  await mkdir(path.dirname(to), { recursive: true, mode: 0o700 });
  try {
    await link(from, to);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return true;
    if (code === 'ENOENT') return false;
    if (!NO_LINKS.includes(code)) throw error;
    await copyFile(from, to);
  }
  return true;
}

/**
 * Links every file of a folder; what goes meanwhile is left out, and so are folders and files that `wanted` does not
 * want, by their names. A folder that is not there is empty.
 */
export async function linkFolder(
  from: string,
  to: string,
  wanted: (name: string) => boolean = () => true,
): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return [];
  });
  for (const entry of entries) {
    if (!wanted(entry.name) || entry.name.endsWith('.tmp')) continue;
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await linkFolder(source, target, wanted);
    else if (entry.isFile()) await linkFile(source, target);
  }
}
