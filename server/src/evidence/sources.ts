import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type ObjectStore, ObjectStoreError } from '../objects/index.ts';
import { type ArchiveSource, Unreadable } from './verify.ts';

/** A bucket of an object store. */
export function bucketSource(objects: ObjectStore, bucket: string): ArchiveSource {
  const orNothing = async <Result>(call: Promise<Result>): Promise<Result | undefined> => {
    try {
      return await call;
    } catch (error) {
      if (error instanceof ObjectStoreError && error.problem === 'no-object') return undefined;
      throw error;
    }
  };
  return {
    bucket,
    async *keys(prefix) {
      for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
        const page = await objects.list(bucket, { prefix, after });
        for (const { key } of page.objects) yield key;
        after = page.next;
      }
    },
    async read(key) {
      const found = await orNothing(objects.get(bucket, key));
      return found && buffer(found.body);
    },
    async metadata(key) {
      return (await orNothing(objects.head(bucket, key)))?.metadata;
    },
  };
}

/** A folder that a bucket was downloaded to: the folder in which `CloudTraces` lies. */
export function folderSource(root: string): ArchiveSource {
  return {
    bucket: undefined,
    async *keys(prefix) {
      const entries = await readdir(path.join(root, prefix), { recursive: true, withFileTypes: true });
      for (const entry of entries) {
        if (!entry.isFile()) continue;
        yield path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/');
      }
    },
    read: (key) =>
      readFile(path.join(root, key)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
        throw new Unreadable(`it is there, but cannot be read: ${error.message}`, { cause: error });
      }),
    metadata: async () => undefined,
  };
}
