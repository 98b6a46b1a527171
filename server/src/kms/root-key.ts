import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../durable.ts';
import { StartRefused } from '../start-refused.ts';

/** Rights of everybody. Those of the group are given by orchestrators that mount a volume for one. */
const OF_OTHERS = 0o007;

const fileIn = (dataDir: string) => path.join(dataDir, 'root.key');

/**
 * The key that all others are derived from or sealed by: given, else from `root.key`.
 * @returns undefined where there is none
 * @throws StartRefused when the file is no key, or not kept as one
 */
export async function readRootKey(dataDir: string, given: string): Promise<Buffer | undefined> {
  if (given !== '') return Buffer.from(given, 'hex');
  const file = fileIn(dataDir);
  const { mode, text } = await read(file);
  if (text === undefined) return undefined;
  if (mode & OF_OTHERS)
    throw new StartRefused(
      `everybody on this machine can read or change ${file}: run 'chmod 600 ${file}', and see who may have read it`,
    );
  if (!/^[0-9a-f]{64}$/i.test(text.trim()))
    throw new StartRefused(
      `${file} is damaged, it must hold 64 hex digits: put your copy of it in its place, or give the key in OPENCTS_ROOT_KEY`,
    );
  return Buffer.from(text.trim(), 'hex');
}

/** Makes a key, which is durable when this resolves: before anything is sealed with it. */
export async function makeRootKey(dataDir: string): Promise<Buffer> {
  const key = randomBytes(32);
  await replaceFile(fileIn(dataDir), `${key.toString('hex')}\n`);
  return key;
}

async function read(file: string): Promise<{ mode: number; text: string | undefined }> {
  try {
    return { mode: (await stat(file)).mode, text: await readFile(file, 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { mode: 0, text: undefined };
    throw new StartRefused(
      `${file} cannot be read (${code}): it must be a file of mode 600 that belongs to the user who runs OpenCTS`,
      { cause: error },
    );
  }
}
