import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { syncDirectory } from '../durable.ts';
import { type Keyring, KeyUnusable, seal } from '../kms/index.ts';

/** How long files are sealed with one data key: a call of the keyring for each would be a trace for each. */
const DATA_KEY_MS = 3_600_000;

/** What lies in the bucket in place of a file. */
export interface SealedFile {
  file: string;
  bytes: number;
  sha256: string;
  md5: string;
}

/** Encrypts files of the spool with a named key, for object stores that do not encrypt by themselves. */
export class SpoolSealer {
  private readonly keyring: Keyring;
  private readonly clock: () => number;
  private readonly dataKeys = new Map<
    string,
    { key: Awaited<ReturnType<Keyring['dataKey']>>; until: number }
  >();

  constructor(keyring: Keyring, clock: () => number) {
    this.keyring = keyring;
    this.clock = clock;
  }

  /**
   * The encrypted file stands beside the other one when it is whole, and is the same when it is asked for
   * again: what was put before a crash may be put again.
   * @throws KeyUnusable
   */
  async seal(file: string, projectId: string, keyId: string): Promise<SealedFile> {
    const sealed = sealedName(file);
    const there = await measure(sealed).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
    if (there) {
      const problem = await this.keyring.problem(projectId, keyId);
      if (problem) throw new KeyUnusable(keyId, problem);
      return there;
    }
    const dataKey = await this.dataKey(projectId, keyId);
    const temporary = `${sealed}.tmp`;
    await pipeline(
      Readable.from(seal(createReadStream(file), dataKey, keyId)),
      createWriteStream(temporary, { mode: 0o600 }),
    );
    const handle = await open(temporary, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, sealed);
    await syncDirectory(path.dirname(sealed));
    return measure(sealed);
  }

  private async dataKey(projectId: string, keyId: string) {
    const id = `${projectId} ${keyId}`;
    const known = this.dataKeys.get(id);
    const now = this.clock();
    const problem = await this.keyring.problem(projectId, keyId);
    if (problem) throw new KeyUnusable(keyId, problem);
    if (known && known.until > now && known.until - now <= DATA_KEY_MS) return known.key;
    const key = await this.keyring.dataKey(projectId, keyId);
    this.dataKeys.set(id, { key, until: now + DATA_KEY_MS });
    return key;
  }
}

const sealedName = (file: string) => `${file}.sealed`;

/** Removes a file of the spool, and what it was sealed to. */
export async function removeSpooled(file: string): Promise<void> {
  await rm(file, { force: true });
  await rm(sealedName(file), { force: true });
}

export async function measure(file: string): Promise<SealedFile> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  let bytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    sha256.update(chunk);
    md5.update(chunk);
    bytes += chunk.length;
  }
  return { file, bytes, sha256: sha256.digest('hex'), md5: md5.digest('hex') };
}
