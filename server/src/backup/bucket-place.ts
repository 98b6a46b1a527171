import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ObjectStore, ObjectStoreError, objectBytes } from '../objects/index.ts';
import type { BackupPlace } from './place.ts';

/** Attempts to go on with an object that breaks off without a byte more. */
const ATTEMPTS = 5;
const PAUSE_MS = 600;
const BYTES = 'application/octet-stream';

/** Objects of a bucket below a prefix. */
export class BucketPlace implements BackupPlace {
  readonly name: string;
  readonly atOnce = 8;
  private readonly objects: ObjectStore;
  private readonly bucket: string;
  /** Ends with a slash, unless the backup is all of the bucket. */
  private readonly prefix: string;

  constructor(objects: ObjectStore, bucket: string, prefix: string) {
    this.objects = objects;
    this.bucket = bucket;
    const folders = prefix.split('/').filter((name) => name !== '');
    this.prefix = folders.map((name) => `${name}/`).join('');
    this.name = `s3://${[bucket, ...folders].join('/')}`;
  }

  async names(): Promise<string[]> {
    const listed = await this.objects.list(this.bucket, { prefix: this.prefix, delimiter: '/' });
    const keys = [...listed.objects.map(({ key }) => key), ...listed.folders];
    // A console that makes a folder makes an object without a name in it.
    return keys.map((key) => key.slice(this.prefix.length).replace('/', '')).filter((name) => name !== '');
  }

  async text(file: string): Promise<string | undefined> {
    const chunks = await this.read(file);
    return chunks && text(chunks);
  }

  async read(file: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    try {
      const { objects, bucket } = this;
      const key = this.key(file);
      const again = async (error: Error, attempt: number) => {
        if (attempt === ATTEMPTS) throw brokenOff(`${this.name}/${file}`, error);
        await sleep(PAUSE_MS * 2 ** attempt);
      };
      return objectBytes({ objects, bucket, key, again, first: await objects.get(bucket, key) });
    } catch (error) {
      if (error instanceof ObjectStoreError && error.problem === 'no-object') return undefined;
      throw error;
    }
  }

  async write(file: string, chunks: AsyncIterable<Uint8Array>, size: number): Promise<void> {
    const where = { bucket: this.bucket, key: this.key(file) };
    await this.objects.putStream({ ...where, contentType: BYTES, chunks, size });
  }

  async writeText(file: string, content: string): Promise<void> {
    const body = Buffer.from(content);
    const md5 = createHash('md5').update(body).digest('hex');
    const where = { bucket: this.bucket, key: this.key(file) };
    await this.objects.put({ ...where, body, md5, contentType: 'application/json' });
  }

  async remove(file: string): Promise<void> {
    await this.objects.remove(this.bucket, this.key(file));
  }

  async end(): Promise<void> {
    this.objects.close();
  }

  private key(file: string): string {
    return `${this.prefix}${file}`;
  }
}

const brokenOff = (object: string, cause: Error) =>
  new ObjectStoreError('away', `${object} broke off: ${cause.message}`, { cause });
