import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { digestPlace, traceFilePlace } from '../archive/index.ts';
import { ERRORS } from '../errors.ts';
import type { Metadata } from '../metadata/index.ts';
import { type Listing, type ObjectHead, type ObjectStore, ObjectStoreError } from '../objects/index.ts';
import { readDigest } from './digest.ts';
import { logFolder, pathInLog } from './log.ts';

/** How long whoever asks waits for the object store to begin. */
const PATIENCE_MS = 20_000;
/** A digest lists 20,000 files at the most. */
const MOST_DIGEST_BYTES = 32 * 1024 * 1024;
/** Keys that one statement looks for. */
const PIECE = 500;
/** In the name of a digest, before its place. */
const OF_DIGEST = 'CloudTrace-Digest_';

/** Whose archive it is. */
export interface Owner {
  projectId: string;
  domainId: string;
}

/** Where files of a project lie, or the evidence log of its account. */
export interface Place {
  bucket: string;
  /** With a slash at its end. */
  prefix: string;
  /** Stands in the names of the project's files; null: it is the place of a log. */
  name: string | null;
}

export type ObjectKind = 'trace-file' | 'digest' | 'checkpoint' | 'tile';

export interface HeldObject {
  key: string;
  kind: ObjectKind;
  bytes: number;
  /** Epoch ms. */
  modified: number;
}

/** A digest as the service knows it. */
export interface HeldDigest {
  bucket: string;
  key: string;
  tracker: string;
  /** Of the trace source; empty: not sorted. */
  folder: string;
  /** Epoch ms. */
  start: number;
  end: number;
  /** The last one of its chain. */
  ended: boolean;
  /** That it covers; with all before it in its chain. */
  files: number;
  totalFiles: number;
  totalTraces: number;
  sha256: string;
  signature: string;
  keyId: string;
  marker: DigestMarker;
}

export interface DigestMarker {
  end: number;
  chain: number;
}

/** What an object is by its key, of what may lie in a place. @returns undefined: none of that */
export function kindAt({ prefix, name }: Omit<Place, 'bucket'>, key: string): ObjectKind | undefined {
  if (!key.startsWith(prefix)) return undefined;
  if (name === null) return pathInLog(key.slice(prefix.length));
  const root = prefix.slice(0, -1);
  const digest = digestPlace(key);
  if (digest) return digest.root === root && digest.place === name ? 'digest' : undefined;
  const file = traceFilePlace(key);
  const { tracker = '', folder = '' } = file ?? {};
  return file?.isOf({ root, tracker, folder, place: name }) ? 'trace-file' : undefined;
}

/**
 * What buckets hold of a project, as it lies there: its trace files and the digests over them, and the evidence log
 * of its account, which holds nothing but hashes. All else in a bucket does not exist here.
 */
export class ArchiveHoldings {
  private readonly metadata: Metadata;
  private readonly objects: ObjectStore;

  constructor(metadata: Metadata, objects: ObjectStore) {
    this.metadata = metadata;
    this.objects = objects;
  }

  async places({ projectId, domainId }: Owner): Promise<Place[]> {
    const rows = await this.metadata
      .selectFrom('chains')
      .innerJoin('buckets', 'buckets.name', 'chains.bucket')
      .select(['bucket', 'chains.region', 'place'])
      .distinct()
      .where('chains.project_id', '=', projectId)
      .where('domain_id', '=', domainId)
      .where('chains.region', '!=', '')
      .orderBy('bucket')
      .execute();
    const logs = await this.metadata
      .selectFrom('log_copies')
      .select('bucket')
      .where('domain_id', '=', domainId)
      .orderBy('bucket')
      .execute();
    return [
      ...rows.map(({ bucket, region, place }) => ({ bucket, prefix: `CloudTraces/${region}/`, name: place })),
      ...logs.map(({ bucket }) => ({ bucket, prefix: logFolder(domainId), name: null })),
    ];
  }

  /**
   * One page of what lies below a prefix, which has to be in one of the places. It may be empty though more follows:
   * what is not the owner's is passed over.
   * @throws CtsError 404, 503
   */
  async list(
    owner: Owner,
    { bucket, prefix, marker, limit }: { bucket: string; prefix: string; marker: string; limit: number },
  ): Promise<{ objects: HeldObject[]; marker: string | null }> {
    const places = (await this.places(owner)).filter(
      (place) => place.bucket === bucket && prefix.startsWith(place.prefix),
    );
    if (places.length === 0) throw ERRORS.noSuchPlace(prefix);
    let page: Listing;
    try {
      const after = marker === '' ? undefined : marker;
      page = await this.objects.within(PATIENCE_MS).list(bucket, { prefix, limit, after });
    } catch (error) {
      throw problemWith(prefix, error);
    }
    const found = page.objects.flatMap(({ key, size: bytes, modified }) => {
      const kind = kindIn(places, key);
      return kind === undefined ? [] : [{ key, kind, bytes, modified }];
    });
    const foreign = await this.foreign(
      owner,
      bucket,
      found.map(({ key }) => key),
    );
    return { objects: found.filter(({ key }) => !foreign.has(key)), marker: page.next ?? null };
  }

  /** Digests of a project whose hours touch a time, epoch ms, the newest first. @param after the last one before */
  async digests(
    { projectId, domainId }: Owner,
    { from, to }: { from: number; to: number },
    after: DigestMarker | undefined,
    limit: number,
  ): Promise<HeldDigest[]> {
    let query = this.metadata
      .selectFrom('chains')
      .innerJoin('digests', 'digests.chain_id', 'chains.id')
      .innerJoin('buckets', 'buckets.name', 'chains.bucket')
      .selectAll('digests')
      .select(['bucket', 'tracker', 'folder'])
      .where('chains.project_id', '=', projectId)
      .where('domain_id', '=', domainId)
      .where('end_time', '>=', from)
      .where('start_time', '<=', to)
      .where('body', '=', '');
    if (after) {
      query = query.where(({ eb, and, or }) =>
        or([
          eb('end_time', '<', after.end),
          and([eb('end_time', '=', after.end), eb('chain_id', '>', after.chain)]),
        ]),
      );
    }
    const rows = await query.orderBy('end_time', 'desc').orderBy('chain_id').limit(limit).execute();
    return rows.map((row) => ({
      ...{ bucket: row.bucket, key: row.key, tracker: row.tracker, folder: row.folder },
      ...{ start: row.start_time, end: row.end_time, ended: row.ended === 1 },
      files: row.last_number - row.first_number + 1,
      ...{ totalFiles: row.total_files, totalTraces: row.total_traces },
      ...{ sha256: row.sha256, signature: row.signature, keyId: row.key_id },
      marker: { end: row.end_time, chain: row.chain_id },
    }));
  }

  /** Those of the keys that are names of the owner's trace files in a bucket, and that the catalog does not know. */
  async unknown(owner: Owner, bucket: string, keys: readonly string[]): Promise<string[]> {
    const places = (await this.places(owner)).filter((place) => place.bucket === bucket);
    const files = keys.filter((key) => kindIn(places, key) === 'trace-file');
    const known = new Set<string>();
    for (let at = 0; at < files.length; at += PIECE) {
      const rows = await this.metadata
        .selectFrom('trace_files')
        .select('key')
        .where('bucket', '=', bucket)
        .where('key', 'in', files.slice(at, at + PIECE))
        .execute();
      for (const { key } of rows) known.add(key);
    }
    return files.filter((key) => !known.has(key));
  }

  /**
   * A digest, an object of the log, or a trace file that the catalog does not know, as it lies in the bucket. Others are
   * read by the catalog.
   * @param mayDecrypt a store that encrypts would open what it gives
   * @throws CtsError 403, 404, 503
   */
  async open(
    owner: Owner,
    bucket: string,
    key: string,
    mayDecrypt: boolean,
  ): Promise<{ head: ObjectHead; body: Readable | Buffer }> {
    const places = (await this.places(owner)).filter((place) => place.bucket === bucket);
    const kind = kindIn(places, key);
    if (kind === undefined) throw ERRORS.noSuchObject(key);
    if (kind === 'trace-file') {
      if ((await this.unknown(owner, bucket, [key])).length === 0) throw ERRORS.noSuchObject(key);
      if (this.objects.encryptsByItself && !mayDecrypt) throw ERRORS.keyNotPermitted();
    }
    if ((await this.foreign(owner, bucket, [key])).has(key)) throw ERRORS.noSuchObject(key);
    try {
      const { head, body } = await this.objects.within(PATIENCE_MS).get(bucket, key);
      if (kind !== 'digest') return { head, body };
      if (head.size > MOST_DIGEST_BYTES) {
        body.destroy();
        throw ERRORS.noSuchObject(key);
      }
      const bytes = await buffer(body);
      // One that is broken is nobody else's, and whoever verifies has to see it.
      const digest = await readDigest(bytes).catch(() => undefined);
      if (digest && digest.project_id !== owner.projectId) throw ERRORS.noSuchObject(key);
      return { head, body: bytes };
    } catch (error) {
      throw problemWith(key, error);
    }
  }

  /** Those of the keys that are another project's all the same: names of projects may be made to look like others. */
  private async foreign({ projectId }: Owner, bucket: string, keys: readonly string[]): Promise<Set<string>> {
    const foreign = new Set<string>();
    for (let at = 0; at < keys.length; at += PIECE) {
      const files = await this.metadata
        .selectFrom('trace_files')
        .select('key')
        .where('bucket', '=', bucket)
        .where('key', 'in', keys.slice(at, at + PIECE))
        .where('project_id', '!=', projectId)
        .execute();
      for (const { key } of files) foreign.add(key);
    }
    const others = await this.metadata
      .selectFrom('chains')
      .select('place')
      .distinct()
      .where('bucket', '=', bucket)
      .where('project_id', '!=', projectId)
      .execute();
    const alike = others.filter(({ place }) => place.includes(`_${OF_DIGEST}`));
    for (const key of keys)
      if (alike.some(({ place }) => key.includes(`${OF_DIGEST}${place}_`))) foreign.add(key);
    return foreign;
  }
}

function kindIn(places: readonly Place[], key: string): ObjectKind | undefined {
  for (const place of places) {
    const kind = kindAt(place, key);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

function problemWith(key: string, error: unknown): Error {
  if (!(error instanceof ObjectStoreError)) return error as Error;
  if (error.problem === 'no-object' || error.problem === 'no-bucket') return ERRORS.noSuchObject(key);
  return ERRORS.unavailable(`the object store does not answer for ${key}: ${error.message}`, 5);
}
