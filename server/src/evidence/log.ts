import type { Selectable } from 'kysely';
import Type, { type Static } from 'typebox';
import { stamp } from '../archive/index.ts';
import { type Database, type Metadata, readerOf } from '../metadata/index.ts';
import { type ObjectStore, ObjectStoreError } from '../objects/index.ts';
import { leafHash, Tree } from './merkle.ts';
import { signNote } from './note.ts';
import type { SigningKeys } from './signing-keys.ts';
import { bundleOf, TILE_WIDTH, type Tile, tileOf, tilePath, tilesBetween } from './tiles.ts';

const HOUR = 3_600_000;
/** So often the whole log is put anew into a bucket whose objects do not stay. */
const ANEW_EVERY = 12 * HOUR;

const CHECKPOINT = /^checkpoint(?:s\/\d{4}\/\d\d\/\d\d\/[\dTZ-]+)?$/;
const TILE = /^tile\/(?:entries|\d{1,2})\/(?:x\d{3}\/)*\d{3}(?:\.p\/\d{1,3})?$/;

/** Of a log that was begun anew: where below the first one of its account it lies. */
const SUFFIX = /^since\/[^/]+\//;

/** Where the log of an account lies in each of its buckets. @param suffix of one that was begun anew */
export const logFolder = (domainId: string, suffix = '') => `CloudTraces/Log/${domainId}/${suffix}`;

/** What an object of the log is by its path below {@link logFolder}. @returns undefined: none of it */
export function pathInLog(path: string): 'checkpoint' | 'tile' | undefined {
  const name = path.replace(SUFFIX, '');
  if (CHECKPOINT.test(name)) return 'checkpoint';
  return TILE.test(name) ? 'tile' : undefined;
}

/** Name of an account's log: the first line of its checkpoints, and of the keys that sign them. */
export const originOf = (installationId: string, domainId: string, suffix = '') =>
  `opencts/${installationId}/${domainId}/${suffix}`.slice(0, -1);

/** A digest file as the log knows it. */
const LogEntry = Type.Object({ bucket: Type.String(), object: Type.String(), sha256: Type.String() });
export type LogEntry = Static<typeof LogEntry>;

/** The bytes of an entry. */
export const entryBytes = ({ bucket, object, sha256 }: LogEntry) =>
  Buffer.from(JSON.stringify({ bucket, object, sha256 }));

/** How far a log had come that a log goes on from, as far as that is known: the first entries of one that was begun anew. */
const Earlier = Type.Object({
  /** Its origin. */
  log: Type.String(),
  size: Type.Optional(Type.Number()),
  /** Base64. */
  root: Type.Optional(Type.String()),
});
export type Earlier = Static<typeof Earlier>;

/** What an entry says; no value: it is none of ours. */
export const readEntry = readerOf(Type.Union([LogEntry, Earlier]));

export const earlierBytes = ({ log, size, root }: Earlier) =>
  Buffer.from(JSON.stringify({ log, size, root }));

/** What a checkpoint says. */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Buffer;
  /** When it was made, epoch ms. */
  at: number;
}

/** Text of a checkpoint (C2SP tlog-checkpoint), with its time in an extension line. */
export const checkpointText = ({ origin, size, root, at }: Checkpoint) =>
  `${origin}\n${size}\n${root.toString('base64')}\n${new Date(at).toISOString()}\n`;

/** @returns undefined: it is none */
export function readCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', size = '', root = '', time = ''] = text.split('\n');
  const hash = Buffer.from(root, 'base64');
  const at = Date.parse(time);
  if (!/^\d{1,15}$/.test(size) || hash.length !== 32 || Number.isNaN(at)) return undefined;
  return { origin, size: Number(size), root: hash, at };
}

/** The hour of a first checkpoint, which another one follows as soon as there is a digest. */
const BEFORE_ALL = 0;

export interface EvidenceLogOptions {
  metadata: Metadata;
  objects: ObjectStore;
  keys: SigningKeys;
  installationId: string;
  clock: () => number;
}

/** The log of an account as it is now. */
export interface NamedLog {
  installationId: string;
  domainId: string;
  suffix: string;
  size: number;
}

type Row = Selectable<Database['logs']>;
type Copy = Selectable<Database['log_copies']>;

/**
 * One append-only Merkle log for each account, whose leaves are its digest files, of all chains and buckets. Its
 * entries and tiles, and a signed checkpoint an hour, lie in every bucket that it covers: no chain, no digest and no
 * part of the past can go unnoticed, as long as one checkpoint is kept.
 */
export class EvidenceLog {
  private readonly options: EvidenceLogOptions;

  constructor(options: EvidenceLogOptions) {
    this.options = options;
  }

  /** The log that covers a bucket; undefined: the bucket is nobody's. */
  async logOf(bucket: string): Promise<NamedLog | undefined> {
    const { metadata, installationId } = this.options;
    const domainId = await accountOf(metadata, bucket);
    if (domainId === undefined) return undefined;
    const row = await logRow(metadata, domainId);
    return { installationId, domainId, suffix: row?.suffix ?? '', size: row?.size ?? 0 };
  }

  /** Name of the log of an account. */
  originOf(domainId: string): string {
    return originOf(this.options.installationId, domainId);
  }

  /** Of the log of an account; absent: of the one that runs the installation. */
  async verifierKey(domainId?: string): Promise<string> {
    const { metadata, installationId, keys } = this.options;
    const { id } = domainId
      ? { id: domainId }
      : await metadata
          .selectFrom('domains')
          .select('id')
          .where('operator', '=', 1)
          .orderBy('created_at')
          .executeTakeFirstOrThrow();
    const row = await logRow(metadata, id);
    return keys.logVerifierKey(originOf(installationId, id, row?.suffix));
  }

  /** Adds a digest, in the transaction that notes that it lies in its bucket. */
  async append(transaction: Metadata, entry: LogEntry): Promise<void> {
    const domainId = await accountOf(transaction, entry.bucket);
    if (domainId === undefined) return;
    await addLeaf(transaction, domainId, entryBytes(entry));
  }

  /**
   * Name of the log that covers a bucket, for a digest; where that is, the log is missed, so a checkpoint comes before it.
   * @returns undefined: the bucket is nobody's
   * @throws ObjectStoreError
   */
  async originFor(bucket: string): Promise<string | undefined> {
    const log = await this.logOf(bucket);
    if (!log) return undefined;
    if (!(await this.copyOf(log.domainId, bucket))) await this.begin(bucket, log.domainId);
    return originOf(log.installationId, log.domainId, log.suffix);
  }

  private async begin(bucket: string, domainId: string): Promise<void> {
    const { metadata } = this.options;
    await metadata
      .insertInto('logs')
      .values({ domain_id: domainId, size: 0, subtrees: '[]' })
      .onConflict((conflict) => conflict.column('domain_id').doNothing())
      .execute();
    const row = await logRow(metadata, domainId);
    if (row) await this.publishTo(bucket, row, 0, BEFORE_ALL);
  }

  private copyOf(domainId: string, bucket: string): Promise<Copy | undefined> {
    return this.options.metadata
      .selectFrom('log_copies')
      .selectAll()
      .where('domain_id', '=', domainId)
      .where('bucket', '=', bucket)
      .executeTakeFirst();
  }

  /**
   * Puts a checkpoint of the hour, and what is new of the log before it, into a bucket that has none; another one where
   * more digests came into it, as long as hours are caught up with.
   * @throws ObjectStoreError
   */
  async publish(bucket: string): Promise<void> {
    const { metadata, clock } = this.options;
    const hour = Math.floor(clock() / HOUR) * HOUR;
    const found = await metadata
      .selectFrom('buckets')
      .innerJoin('logs', 'logs.domain_id', 'buckets.domain_id')
      .selectAll('logs')
      .select('lifecycle_days')
      .where('name', '=', bucket)
      .executeTakeFirst();
    if (!found) return;
    const { lifecycle_days, ...row } = found;
    const copy = await this.copyOf(row.domain_id, bucket);
    if (copy?.hour === hour && !(await this.hasGrown(row.domain_id, copy))) return;
    const isAnew = lifecycle_days > 0 && hour % ANEW_EVERY === 0;
    await this.publishTo(bucket, row, isAnew ? 0 : (copy?.size ?? 0), hour);
    await this.tidy(bucket, row, copy?.size ?? 0);
  }

  /**
   * Removes the partial tiles of places that have a whole one now (C2SP tlog-tiles), as far as the bucket lets them
   * go: what is left is read by nobody, and proves nothing less.
   */
  private async tidy(bucket: string, { domain_id, size, suffix }: Row, before: number): Promise<void> {
    const { objects } = this.options;
    for (const tile of tilesBetween(before, size)) {
      if (tile.width < TILE_WIDTH) continue;
      const prefix = `${logFolder(domain_id, suffix)}${tilePath(tile)}.p/`;
      try {
        for (const { key } of (await objects.list(bucket, { prefix })).objects)
          await objects.remove(bucket, key);
      } catch (error) {
        if (!(error instanceof ObjectStoreError)) throw error;
      }
    }
  }

  /** Whether digests of a bucket are not in the log that lies there. */
  private async hasGrown(domainId: string, { bucket, size }: Copy): Promise<boolean> {
    const entries = await this.options.metadata
      .selectFrom('log_entries')
      .select('entry')
      .where('domain_id', '=', domainId)
      .where('idx', '>=', size)
      .execute();
    return entries.some(({ entry }) => (JSON.parse(entry) as LogEntry).bucket === bucket);
  }

  private async publishTo(bucket: string, row: Row, published: number, hour: number): Promise<void> {
    const { metadata, objects, clock } = this.options;
    const { domain_id, size, suffix } = row;
    const folder = logFolder(domain_id, suffix);
    const put = (key: string, body: Buffer, contentType = 'application/octet-stream') =>
      objects.put({ bucket, key: `${folder}${key}`, body, contentType });
    for (const tile of tilesBetween(published, size))
      await put(tilePath(tile), await this.read(domain_id, tile));
    const at = clock();
    const note = await this.sign(row, at);
    const day = new Date(at).toISOString().slice(0, 10).replaceAll('-', '/');
    await put(`checkpoints/${day}/${stamp(at)}`, note, 'text/plain; charset=utf-8');
    await put('checkpoint', note, 'text/plain; charset=utf-8');
    await metadata
      .insertInto('log_copies')
      .values({ domain_id, bucket, size, hour })
      .onConflict((conflict) => conflict.columns(['domain_id', 'bucket']).doUpdateSet({ size, hour }))
      .execute();
  }

  private async sign(row: Row, at: number): Promise<Buffer> {
    const { keys, installationId } = this.options;
    const origin = originOf(installationId, row.domain_id, row.suffix);
    const { size, root } = treeOf(row);
    return Buffer.from(signNote(checkpointText({ origin, size, root, at }), await keys.noteSigners(origin)));
  }

  private async read(domainId: string, tile: Tile): Promise<Buffer> {
    const { metadata } = this.options;
    if (tile.level !== 'entries')
      return tileOf(await hashesOf(metadata, domainId, hashesIn({ ...tile, level: tile.level })));
    const rows = await metadata
      .selectFrom('log_entries')
      .select('entry')
      .where('domain_id', '=', domainId)
      .where('idx', '>=', tile.index * TILE_WIDTH)
      .where('idx', '<', tile.index * TILE_WIDTH + tile.width)
      .orderBy('idx')
      .execute();
    return bundleOf(rows.map(({ entry }) => Buffer.from(entry)));
  }
}

const treeOf = ({ size, subtrees }: Row) =>
  new Tree(
    size,
    (JSON.parse(subtrees) as string[]).map((root) => Buffer.from(root, 'hex')),
  );

/** Adds a leaf to the log of an account. */
export async function addLeaf(transaction: Metadata, domainId: string, bytes: Buffer): Promise<void> {
  const row = await logRow(transaction, domainId);
  const tree = row ? treeOf(row) : new Tree();
  const leaf = leafHash(bytes);
  const idx = tree.size;
  tree.add(leaf);
  const state = {
    size: tree.size,
    subtrees: JSON.stringify(tree.subtrees.map((root) => root.toString('hex'))),
  };
  await transaction
    .insertInto('logs')
    .values({ domain_id: domainId, ...state })
    .onConflict((conflict) => conflict.column('domain_id').doUpdateSet(state))
    .execute();
  await transaction
    .insertInto('log_entries')
    .values({ domain_id: domainId, idx, hash: leaf.toString('hex'), entry: bytes.toString() })
    .execute();
  await closeTiles(transaction, domainId, tree.size);
}

/** The hash of each tile that has become whole is a hash of the next level. */
async function closeTiles(transaction: Metadata, domainId: string, size: number): Promise<void> {
  for (let level = 0, count = size; count > 0 && count % TILE_WIDTH === 0; level++) {
    const index = count / TILE_WIDTH - 1;
    const hashes = await hashesOf(transaction, domainId, hashesIn({ level, index, width: TILE_WIDTH }));
    const tree = new Tree();
    for (const hash of hashes) tree.add(hash);
    await transaction
      .insertInto('log_hashes')
      .values({ domain_id: domainId, level: level + 1, idx: index, hash: tree.root.toString('hex') })
      .execute();
    count /= TILE_WIDTH;
  }
}

const logRow = (metadata: Metadata, domainId: string): Promise<Row | undefined> =>
  metadata.selectFrom('logs').selectAll().where('domain_id', '=', domainId).executeTakeFirst();

/** Hashes of a level, by their places from the beginning of the log; `to` is not among them. */
interface HashRange {
  level: number;
  from: number;
  to: number;
}

const hashesIn = ({ level, index, width }: { level: number; index: number; width: number }): HashRange => ({
  level,
  from: index * TILE_WIDTH,
  to: index * TILE_WIDTH + width,
});

export async function hashesOf(
  metadata: Metadata,
  domainId: string,
  { level, from, to }: HashRange,
): Promise<Buffer[]> {
  const rows =
    level === 0
      ? await metadata
          .selectFrom('log_entries')
          .select('hash')
          .where('domain_id', '=', domainId)
          .where('idx', '>=', from)
          .where('idx', '<', to)
          .orderBy('idx')
          .execute()
      : await metadata
          .selectFrom('log_hashes')
          .select('hash')
          .where('domain_id', '=', domainId)
          .where('level', '=', level)
          .where('idx', '>=', from)
          .where('idx', '<', to)
          .orderBy('idx')
          .execute();
  return rows.map(({ hash }) => Buffer.from(hash, 'hex'));
}

async function accountOf(metadata: Metadata, bucket: string): Promise<string | undefined> {
  const row = await metadata
    .selectFrom('buckets')
    .select('domain_id')
    .where('name', '=', bucket)
    .executeTakeFirst();
  return row?.domain_id;
}
