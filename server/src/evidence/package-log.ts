import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type ObjectStore, ObjectStoreError } from '../objects/index.ts';
import { ahead } from './ahead.ts';
import { drop, type Fetched, fetchObject } from './fetched.ts';
import { logFolder, readCheckpoint } from './log.ts';
import { type NoteKey, openNote } from './note.ts';
import { TILE_WIDTH, tilePath, tilesBetween } from './tiles.ts';

/** Tiles that are fetched before they are needed. */
const AHEAD = 8;

/** An object of a log, whole. */
export type LogObject = Fetched & { body: Buffer };

/** A copy of a log in a bucket. */
export interface LogCopy {
  bucket: string;
  folder: string;
  checkpoint: LogObject;
  /** Entries that it has; 0 when it is not what was signed. */
  size: number;
}

export interface LogSearch {
  objects: ObjectStore;
  buckets: Iterable<string>;
  domainId: string;
  /** Origin of the account's first log. */
  origin: string;
  keysOf: (origin: string) => Promise<NoteKey[]>;
}

/** Of each log of an account the copy that has most; one that is not what was signed, only where there is no other. */
export async function newestLogs({
  objects,
  buckets,
  domainId,
  origin,
  keysOf,
}: LogSearch): Promise<LogCopy[]> {
  const newest = new Map<string, LogCopy>();
  for (const bucket of buckets) {
    for (const folder of await foldersIn(objects, bucket, domainId)) {
      const checkpoint = await fetchObject(objects, bucket, `${folder}checkpoint`);
      if (!checkpoint || !Buffer.isBuffer(checkpoint.body)) {
        drop(checkpoint);
        continue;
      }
      const { body } = checkpoint;
      const text = body.toString('utf8');
      const name = text.slice(0, text.indexOf('\n'));
      const isOurs = name === origin || name.startsWith(`${origin}/since/`);
      const signed = isOurs ? openNote(text, await keysOf(name)) : undefined;
      const size = readCheckpoint(signed ?? '')?.size ?? 0;
      const known = newest.get(folder);
      if (!known || size > known.size)
        newest.set(folder, { bucket, folder, checkpoint: { ...checkpoint, body }, size });
    }
  }
  return [...newest.values()];
}

/** Its tiles, of entries and of hashes; in place of a partial one that is gone the whole one of its place. */
export async function* tilesOf(
  objects: ObjectStore,
  { bucket, folder, size }: LogCopy,
): AsyncGenerator<LogObject> {
  const load = async (tile: ReturnType<typeof tilesBetween>[number]) =>
    (await fetchObject(objects, bucket, folder + tilePath(tile))) ??
    (await fetchObject(objects, bucket, folder + tilePath({ ...tile, width: TILE_WIDTH })));
  for await (const tile of ahead(tilesBetween(0, size), AHEAD, load, drop)) {
    if (!tile) continue;
    const body = tile.body instanceof Readable ? await buffer(tile.body) : tile.body;
    yield { ...tile, body };
  }
}

/** The first one, and those that were begun anew. @throws CtsError 503 */
async function foldersIn(objects: ObjectStore, bucket: string, domainId: string): Promise<string[]> {
  const prefix = `${logFolder(domainId)}since/`;
  try {
    const { folders } = await objects.within(20_000).list(bucket, { prefix, delimiter: '/' });
    return [logFolder(domainId), ...folders];
  } catch (error) {
    if (error instanceof ObjectStoreError) return [logFolder(domainId)];
    throw error;
  }
}
