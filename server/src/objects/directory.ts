import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import {
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { type Bounds, sure } from '../clock/index.ts';
import { makeDirectory, replaceFile, syncDirectory } from '../durable.ts';
import {
  type Listing,
  type ListOptions,
  type NewObject,
  type ObjectHead,
  type ObjectLock,
  type ObjectStore,
  ObjectStoreError,
  type StreamedObject,
} from './store.ts';

/** Beside the buckets: user metadata, uploads under way. No bucket is called so. */
const METADATA = '.metadata';
const UPLOADS = '.uploads';
const MOST_KEYS = 1000;
const MOST_KEY_BYTES = 1024;
/** Parts with a slash between, none of them empty, "." or ".."; ends of lines are letters like others. */
const KEY = /^(?:(?!\.{1,2}(?:\/|$))[^/\0]+)(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)*$/;

/** Whether an object can be called so. */
export const isObjectKey = (key: string) => Buffer.byteLength(key) <= MOST_KEY_BYTES && KEY.test(key);

/** What is kept beside an object. */
interface Aside {
  metadata?: Record<string, string>;
  lock?: ObjectLock;
}

/** Buckets as folders: an object is a file that anybody with the right to the disk can open. */
export class DirectoryStore implements ObjectStore {
  readonly expiresByItself = false;
  readonly encryptsByItself = false;
  private readonly root: string;
  private readonly time: Bounds;

  /** @param time the machine's clock, if it does not say other */
  constructor(root: string, time = sure(Date.now)) {
    this.root = root;
    this.time = time;
  }

  /** For the process that alone writes there: removes what an earlier one has left of its uploads. */
  static async open(root: string, time?: Bounds): Promise<DirectoryStore> {
    await rm(path.join(root, UPLOADS), { recursive: true, force: true });
    return new DirectoryStore(root, time);
  }

  async createBucket(bucket: string): Promise<void> {
    const folder = this.folder(bucket);
    try {
      await makeDirectory(this.root);
      await mkdir(folder, { mode: 0o700 });
      await syncDirectory(this.root);
    } catch (error) {
      throw problemOf(error, `the bucket ${bucket}`);
    }
  }

  async removeBucket(bucket: string): Promise<void> {
    await rmdir(this.folder(bucket)).catch((error) => {
      throw problemOf(error, `the bucket ${bucket}`, 'no-bucket');
    });
    // Beside objects that are gone nothing is left but folders.
    await rm(path.join(this.root, METADATA, bucket), { recursive: true, force: true });
    await syncDirectory(this.root);
  }

  async checkBucket(bucket: string): Promise<void> {
    const found = await stat(this.folder(bucket)).catch((error) => {
      throw problemOf(error, `the bucket ${bucket}`, 'no-bucket');
    });
    if (!found.isDirectory()) throw new ObjectStoreError('no-bucket', `there is no bucket ${bucket}`);
  }

  async canLock(): Promise<boolean> {
    return true;
  }

  async setLifecycle(): Promise<void> {
    // Folders know no lifecycle: whoever sets one has to remove what has had its time.
  }

  /**
   * open(uploads/n) · write · fsync · read again and compared with what was announced · what is kept aside likewise, renamed to its place · rename(uploads/n, key) ·
   * fsync of the folders of both up to the root, whoever has made them: only then do all the names last.
   */
  async put(object: NewObject): Promise<void> {
    const { bucket, key, body } = object;
    await this.checkBucket(bucket);
    // What was put before a crash may be put again, the very same.
    if ((await this.isLocked(bucket, key)) && (await this.holds(bucket, key, body))) {
      return this.syncNames(bucket, key);
    }
    const size = body instanceof Uint8Array ? body.length : body.size;
    await this.place(object, size, (temporary) =>
      body instanceof Uint8Array ? writeDurably(temporary, body) : copyDurably(body.file, temporary),
    );
  }

  async putStream({ chunks, size, ...object }: StreamedObject): Promise<void> {
    await this.checkBucket(object.bucket);
    await this.place(object, size, (temporary) => writeDurably(temporary, chunks));
  }

  private async place(
    { bucket, key, metadata = {}, md5, lock }: Omit<NewObject, 'body'>,
    size: number,
    write: (temporary: string) => Promise<void>,
  ): Promise<void> {
    await this.refuseLocked(bucket, key);
    const file = this.file(bucket, key);
    const temporary = path.join(this.root, UPLOADS, randomUUID());
    try {
      await mkdir(path.dirname(temporary), { recursive: true, mode: 0o700 });
      await write(temporary);
      await checkArrived(temporary, size, md5);
      const now = new Date(this.time.latest());
      await utimes(temporary, now, now);
      const aside = this.metadataFile(bucket, key);
      await mkdir(path.dirname(aside), { recursive: true, mode: 0o700 });
      await replaceFile(aside, JSON.stringify({ metadata, lock } satisfies Aside));
      await makeWithin(this.folder(bucket), path.dirname(file));
      await rename(temporary, file);
      await this.syncNames(bucket, key);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw problemOf(error, `${bucket}/${key}`);
    }
  }

  private async syncNames(bucket: string, key: string): Promise<void> {
    for (const file of [this.metadataFile(bucket, key), this.file(bucket, key)]) {
      await syncUpwards(path.dirname(file), this.root);
    }
  }

  async head(bucket: string, key: string): Promise<ObjectHead> {
    await this.checkBucket(bucket);
    const file = this.file(bucket, key);
    const found = await stat(file).catch((error) => {
      throw problemOf(error, `${bucket}/${key}`, 'no-object');
    });
    if (!found.isFile()) throw new ObjectStoreError('no-object', `there is no object ${bucket}/${key}`);
    const { metadata = {} } = await this.aside(bucket, key);
    return { key, ...statedOf(found), metadata };
  }

  async get(bucket: string, key: string, range?: { from: number; to: number }) {
    const head = await this.head(bucket, key);
    return {
      head,
      body: createReadStream(this.file(bucket, key), range && { start: range.from, end: range.to }),
    };
  }

  fileOf(bucket: string, key: string): string {
    return this.file(bucket, key);
  }

  async list(bucket: string, options: ListOptions = {}): Promise<Listing> {
    const { prefix = '', delimiter, after = '', limit = MOST_KEYS } = options;
    await this.checkBucket(bucket);
    const listing: Listing = { objects: [], folders: [], next: undefined };
    const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    let last = '';
    if (base !== '' && !isObjectKey(base.slice(0, -1))) return listing;
    for await (const entry of this.walk(bucket, base, delimiter !== undefined)) {
      if (!entry.startsWith(prefix) || entry <= after) continue;
      if (listing.objects.length + listing.folders.length >= limit) {
        listing.next = last;
        break;
      }
      last = entry;
      if (entry.endsWith('/')) {
        listing.folders.push(entry);
        continue;
      }
      const found = await stat(this.file(bucket, entry)).catch(unlessAbsent(undefined, bucket));
      if (found) listing.objects.push({ key: entry, ...statedOf(found) });
    }
    return listing;
  }

  async remove(bucket: string, key: string): Promise<void> {
    await this.checkBucket(bucket);
    await this.refuseLocked(bucket, key);
    try {
      for (const file of [this.file(bucket, key), this.metadataFile(bucket, key)]) {
        await rm(file, { force: true });
        await syncDirectory(path.dirname(file));
      }
    } catch (error) {
      const refusal = problemOf(error, `${bucket}/${key}`);
      if (refusal.problem !== 'no-object') throw refusal;
    }
  }

  within(): this {
    return this;
  }

  close(): void {
    // Calls on a disk end by themselves.
  }

  private async aside(bucket: string, key: string): Promise<Aside> {
    const text = await readFile(this.metadataFile(bucket, key), 'utf8').catch(unlessAbsent('{}', bucket));
    return JSON.parse(text) as Aside;
  }

  async isLocked(bucket: string, key: string): Promise<boolean> {
    const { lock } = await this.aside(bucket, key);
    return lock !== undefined && lock.until > this.time.earliest();
  }

  private async refuseLocked(bucket: string, key: string): Promise<void> {
    if (!(await this.isLocked(bucket, key))) return;
    throw new ObjectStoreError('denied', `${bucket}/${key} is locked: it can neither be changed nor removed`);
  }

  private async holds(bucket: string, key: string, body: NewObject['body']): Promise<boolean> {
    const there = await readFile(this.file(bucket, key)).catch(unlessAbsent(undefined, bucket));
    const wanted = body instanceof Uint8Array ? body : await readFile(body.file);
    return there?.equals(wanted) ?? false;
  }

  /** Keys below a folder in order, or only its own files and folders. */
  private async *walk(bucket: string, base: string, shallow: boolean): AsyncGenerator<string> {
    const entries = await readdir(path.join(this.folder(bucket), base), { withFileTypes: true }).catch(
      unlessAbsent([], bucket),
    );
    // As keys: a folder stands where its name with the slash does.
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort(byBytes);
    for (const name of names) {
      if (name.endsWith('/') && !shallow) yield* this.walk(bucket, base + name, false);
      else yield base + name;
    }
  }

  private folder(bucket: string): string {
    if (!/^[a-z0-9][a-z0-9.-]{2,62}$/.test(bucket) || bucket.includes('..')) {
      throw new ObjectStoreError('no-bucket', `${bucket} is not the name of a bucket`);
    }
    return path.join(this.root, bucket);
  }

  private file(bucket: string, key: string): string {
    if (!isObjectKey(key)) {
      throw new ObjectStoreError(
        'no-object',
        `${JSON.stringify(key.slice(0, 200))} is not the key of an object`,
      );
    }
    return path.join(this.folder(bucket), key);
  }

  private metadataFile(bucket: string, key: string): string {
    // The same path below another folder: what leads out of the bucket would lead out of this one.
    return `${path.join(this.root, METADATA, path.relative(this.root, this.file(bucket, key)))}.json`;
  }
}

const statedOf = ({ size, mtimeMs, ino }: Stats) => ({
  size,
  modified: Math.round(mtimeMs),
  version: [size, mtimeMs, ino].join('-'),
});

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

async function copyDurably(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await syncFile(to);
}

async function writeDurably(file: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await writeFile(handle, bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What is put is what was announced: a disk that is full or fails does not always say so. */
async function checkArrived(file: string, size: number, md5: string | undefined): Promise<void> {
  const hash = createHash('md5');
  let bytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    hash.update(chunk);
  }
  if (bytes !== size) throw new Error(`${bytes} bytes arrived, not ${size}`);
  if (md5 !== undefined && hash.digest('hex') !== md5) throw new Error('other bytes arrived than announced');
}

/** What is not there is something else; what cannot be read is not taken for absent. */
function unlessAbsent<Value>(instead: Value, bucket: string): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (isAbsent(error)) return instead;
    throw problemOf(error, `the bucket ${bucket}`);
  };
}

const isAbsent = ({ code }: NodeJS.ErrnoException) =>
  code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';

/** Folders on the way may be new: each name must survive a power cut. */
async function syncUpwards(folder: string, root: string): Promise<void> {
  for (let at = folder; at.length >= root.length; at = path.dirname(at)) await syncDirectory(at);
}

function problemOf(
  error: unknown,
  what: string,
  missing: 'no-bucket' | 'no-object' = 'no-object',
): ObjectStoreError {
  if (error instanceof ObjectStoreError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (isAbsent(error as NodeJS.ErrnoException))
    return new ObjectStoreError(missing, `${what} is not there`, { cause: error });
  if (code === 'EEXIST') return new ObjectStoreError('exists', `${what} is there already`, { cause: error });
  if (code === 'ENOTEMPTY') return new ObjectStoreError('denied', `${what} is not empty`, { cause: error });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new ObjectStoreError('denied', `${what} may not be touched: ${message}`, { cause: error });
  }
  return new ObjectStoreError('away', `${what}: ${message}`, { cause: error });
}

/** Makes a folder and those between, but never the one it lies in: where a disk is away, nothing is put in its place. */
async function makeWithin(folder: string, directory: string): Promise<void> {
  let made = folder;
  for (const step of path.relative(folder, directory).split(path.sep).filter(Boolean)) {
    made = path.join(made, step);
    await mkdir(made, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
