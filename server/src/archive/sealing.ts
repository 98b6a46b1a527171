import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Static, Type } from 'typebox';
import { replaceFile } from '../durable.ts';
import { type Keyring, KeyUnusable, seal } from '../kms/index.ts';
import { readerOf } from '../metadata/index.ts';

/** How long files are sealed with one data key: a call of the keyring for each would be a trace for each. */
const DATA_KEY_MS = 3_600_000;

const Measures = Type.Object({ bytes: Type.Number(), sha256: Type.String(), md5: Type.String() });
type Measures = Static<typeof Measures>;
const readNoted = readerOf(Measures);

/** What lies in the bucket in place of a file. */
export interface SealedFile extends Measures {
  file: string;
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
   * The encrypted file stands beside the other one, and is the same when it is asked for again: what was put before
   * a crash may be put again. write(sealed.tmp) · fsync · rename(sealed) · what it measured as it was written,
   * durably: only with that, and as long as it measures the same, does it count.
   * @param sha256 of the file as it was cut
   * @throws KeyUnusable, Error when the file is another one now
   */
  async seal(file: string, sha256: string, projectId: string, keyId: string): Promise<SealedFile> {
    const sealed = sealedName(file);
    const there = await wholeIn(sealed);
    if (there) {
      const problem = await this.keyring.problem(projectId, keyId);
      if (problem) throw new KeyUnusable(keyId, problem);
      return there;
    }
    const dataKey = await this.dataKey(projectId, keyId);
    const temporary = `${sealed}.tmp`;
    const text = new Meter();
    const written = new Meter();
    await pipeline(
      Readable.from(written.over(seal(text.over(createReadStream(file)), dataKey, keyId))),
      createWriteStream(temporary, { mode: 0o600 }),
    );
    if (text.measures().sha256 !== sha256) throw new Error(`the file ${file} is not what was cut`);
    const handle = await open(temporary, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    const measures = written.measures();
    await rename(temporary, sealed);
    await replaceFile(noteName(sealed), JSON.stringify(measures));
    return { file: sealed, ...measures };
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
const noteName = (sealed: string) => `${sealed}.json`;

/** What was sealed to the end, and has not changed since. */
async function wholeIn(sealed: string): Promise<SealedFile | undefined> {
  try {
    const { value } = readNoted(await readFile(noteName(sealed), 'utf8'));
    if (!value) return undefined;
    const found = await measure(sealed);
    const same = found.bytes === value.bytes && found.sha256 === value.sha256 && found.md5 === value.md5;
    return same ? found : undefined;
  } catch (error) {
    if (!['ENOENT', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return undefined;
  }
}

/** Removes a file of the spool, and what it was sealed to. */
export async function removeSpooled(file: string): Promise<void> {
  const sealed = sealedName(file);
  for (const one of [file, noteName(sealed), sealed]) await rm(one, { force: true });
}

export async function measure(file: string): Promise<SealedFile> {
  const meter = new Meter();
  for await (const _ of meter.over(createReadStream(file)));
  return { file, ...meter.measures() };
}

/** Measures bytes that pass. */
class Meter {
  private readonly sha256 = createHash('sha256');
  private readonly md5 = createHash('md5');
  private bytes = 0;

  async *over(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.sha256.update(chunk);
      this.md5.update(chunk);
      this.bytes += chunk.length;
      yield chunk;
    }
  }

  /** When all have passed. */
  measures(): Measures {
    return { bytes: this.bytes, sha256: this.sha256.digest('hex'), md5: this.md5.digest('hex') };
  }
}
