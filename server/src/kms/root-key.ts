import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../durable.ts';

/** The key that all others are derived from or sealed by: given, else from `root.key`, made at first start. */
export async function loadRootKey(dataDir: string, given: string): Promise<Buffer> {
  if (given !== '') return Buffer.from(given, 'hex');
  const file = path.join(dataDir, 'root.key');
  try {
    const key = Buffer.from((await readFile(file, 'utf8')).trim(), 'hex');
    if (key.length !== 32) throw new Error(`${file} is damaged: it must hold 64 hex digits`);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = randomBytes(32);
  await replaceFile(file, `${key.toString('hex')}\n`);
  return key;
}
