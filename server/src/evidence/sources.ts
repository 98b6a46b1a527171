import { createReadStream, type Dirent, existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type ObjectStore, ObjectStoreError } from '../objects/index.ts';
import { type ArchiveSource, Unreadable } from './archive-source.ts';
import { type HashAlgorithm, newHash } from './digest.ts';
import { METADATA_FILE, readMetadata } from './package-note.ts';

/** Read at a time. */
const CHUNK = 1024 * 1024;

/**
 * A bucket of an object store.
 * @param root what stands before the keys, where a bucket was copied into another one; ends with a slash
 */
export function bucketSource(objects: ObjectStore, bucket: string, root = ''): ArchiveSource {
  const orNothing = async <Result>(call: Promise<Result>): Promise<Result | undefined> => {
    try {
      return await call;
    } catch (error) {
      if (error instanceof ObjectStoreError && error.problem === 'no-object') return undefined;
      throw error;
    }
  };
  return {
    bucket: root === '' ? bucket : undefined,
    async *keys(prefix) {
      for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
        const page = await objects.list(bucket, { prefix: root + prefix, after });
        for (const { key, modified } of page.objects) yield { key: key.slice(root.length), modified };
        after = page.next;
      }
    },
    async read(key) {
      const found = await orNothing(objects.get(bucket, root + key));
      return found && buffer(found.body);
    },
    async hash(key, algorithm) {
      const found = await orNothing(objects.get(bucket, root + key));
      return found && hashOfAll(found.body, algorithm);
    },
    async metadata(key) {
      return (await orNothing(objects.head(bucket, root + key)))?.metadata;
    },
    // A copy need not have them.
    hasMetadata: root === '',
  };
}

/** There is nothing to look into. */
export class SourceMissing extends Error {
  override readonly name = 'SourceMissing';
}

/**
 * A folder that a bucket was downloaded to: the folder in which `CloudTraces` lies.
 * @param part of a bucket that it is in a package, where the metadata of digests lie beside them
 */
export function folderSource(
  root: string,
  part?: Required<Pick<ArchiveSource, 'holds'>> & { bucket: string },
): ArchiveSource {
  return {
    bucket: part?.bucket,
    ...(part ? { holds: part.holds } : {}),
    async *keys(prefix) {
      // A bucket that a package should hold, and of which nothing is there, is missed.
      if (!part && !existsSync(root)) throw new SourceMissing(`${root} is not there`);
      const within = path.join(root, prefix);
      if (!existsSync(within)) return;
      for (const { key, entry } of await entriesBelow(root, within)) if (entry.isFile()) yield { key };
    },
    read: (key) => orUnreadable(readFile(path.join(root, key))),
    hash: (key, algorithm) =>
      orUnreadable(hashOfAll(createReadStream(path.join(root, key), { highWaterMark: CHUNK }), algorithm)),
    async metadata(key) {
      const text = await orUnreadable(readFile(path.join(root, `${key}${METADATA_FILE}`), 'latin1'));
      return text === undefined ? undefined : readMetadata(text);
    },
    hasMetadata: part !== undefined,
  };
}

/** Undefined: there is no such file. @throws Unreadable */
export async function orUnreadable<Result>(reading: Promise<Result>): Promise<Result | undefined> {
  try {
    return await reading;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Unreadable(`it is there, but cannot be read: ${message}`, { cause: error });
  }
}

async function hashOfAll(stream: AsyncIterable<Buffer>, algorithm: HashAlgorithm): Promise<string> {
  const hash = newHash(algorithm);
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

/** What lies below a folder, however deep, in the order of the keys; `key`: its path from the root, with slashes. */
export async function entriesBelow(root: string, within = root): Promise<{ key: string; entry: Dirent }[]> {
  const entries = await readdir(within, { recursive: true, withFileTypes: true });
  const found = entries.map((entry) => ({
    key: path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
    entry,
  }));
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}
