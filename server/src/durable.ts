import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a directory's entries durable: a created, renamed or removed name survives a power cut only after
 * the directory itself was fsynced.
 */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder, and those above it that are missing; their names survive a power cut. */
export async function makeDirectory(directory: string): Promise<void> {
  const parent = path.dirname(directory);
  const make = () =>
    mkdir(directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  await make().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    await makeDirectory(parent);
    // Behind a link that leads nowhere, or in a file system of the kernel's, it is missing all the same.
    await make();
  });
  // Also where it was there: whoever made it may not have come so far.
  await syncDirectory(parent);
}

/**
 * Replaces a file whole or not at all: write to a temporary name, fsync it, rename over the old one, fsync
 * the directory. A reader, also after a crash, sees the old content or the new one.
 */
export async function replaceFile(file: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${file}.tmp`;
  const handle: FileHandle = await open(temporary, 'w', mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await syncDirectory(path.dirname(file));
}
