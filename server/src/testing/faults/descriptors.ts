import { readdir, readlink } from 'node:fs/promises';

/** What of a folder this process has open. */
export async function openFilesBelow(folder: string): Promise<string[]> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
  return (await Promise.all(links)).filter((name) => name.startsWith(folder));
}
