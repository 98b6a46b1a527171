import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ERRORS } from '../errors.ts';
import { type ObjectHead, type ObjectStore, ObjectStoreError } from '../objects/index.ts';
import type { TarEntry } from './tar.ts';

/** How long whoever asks waits for the object store to begin. */
const PATIENCE_MS = 20_000;
/** Larger objects are read as they are sent. */
const MOST_BUFFERED = 1024 * 1024;

/** An object of a bucket. */
export interface Fetched {
  bucket: string;
  key: string;
  head: ObjectHead;
  body: Buffer | Readable;
}

/** @returns undefined: there is none. @throws CtsError 503 */
export async function fetchObject(
  objects: ObjectStore,
  bucket: string,
  key: string,
): Promise<Fetched | undefined> {
  try {
    const { head, body } = await objects.within(PATIENCE_MS).get(bucket, key);
    return { bucket, key, head, body: head.size <= MOST_BUFFERED ? await buffer(body) : body };
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error;
    if (error.problem === 'no-object') return undefined;
    throw ERRORS.unavailable(`the object store does not give ${key}: ${error.message}`, 5);
  }
}

/** Of what is not read. */
export function drop(fetched: Fetched | undefined): void {
  if (fetched?.body instanceof Readable) fetched.body.destroy();
}

/** @param folder in the archive; empty: none */
export const entryOf = (folder: string, { key, head, body }: Fetched): TarEntry => ({
  path: path.posix.join(folder, key),
  // A file may have been replaced between the look at it and reading it.
  size: Buffer.isBuffer(body) ? body.length : head.size,
  modified: head.modified,
  body,
});
