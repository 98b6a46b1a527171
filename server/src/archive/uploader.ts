import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { sql, type Transaction } from 'kysely';
import type { Logger } from 'pino';
import { KeyUnusable } from '../kms/index.ts';
import type { Database, DeliveryTrouble, Metadata } from '../metadata/index.ts';
import { type ObjectStore, ObjectStoreError } from '../objects/index.ts';
import { READY, readyStretches } from './archiver.ts';
import { MANIFEST, type Manifest, type SpoolFile } from './cutter.ts';
import { removeSpooled, type SealedFile, type SpoolSealer } from './sealing.ts';

/** Files of one bucket that are put at once. */
const AT_ONCE = 4;
/** Buckets that are served at once. */
const MOST_LANES = 32;
/** Files of a bucket that are taken from the spool before it is looked into again. */
const MOST_TAKEN = 500;
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 5 * 60_000;

export interface UploaderOptions {
  spool: string;
  /** A stretch that may still be cut again; it stays where it is. */
  underWay?: () => string | undefined;
  metadata: Metadata;
  objects: ObjectStore;
  sealer: SpoolSealer;
  clock: () => number;
  log: Logger;
  /** A file lies in its bucket now. */
  onDelivered: (file: SpoolFile) => Promise<void>;
}

/** Why a bucket, or a tracker's key, is left alone for a while. */
interface Trouble {
  until: number;
  wait: number;
}

/** A file, and the folder of its stretch. */
interface Waiting {
  folder: string;
  file: SpoolFile;
}

/**
 * Brings finished trace files from the spool into their buckets, oldest first. A file stays in the spool until
 * the object store has it and the metadata store knows it; either step may be repeated without effect. Each
 * bucket has a lane of its own: one that fails is tried again with back-off, one that hangs occupies its lane,
 * and neither keeps another one waiting.
 */
export class Uploader {
  private readonly options: UploaderOptions;
  private readonly troubles = new Map<string, Trouble>();
  private readonly stopping = new AbortController();
  /** Buckets that are being served; a file is in one lane at most. Owned by the loop. */
  private readonly lanes = new Map<string, Promise<void>>();
  private running: Promise<void> | undefined;
  /** The spool is to be looked into (once more). */
  private again = false;
  /** Ends the loop's wait for lanes. */
  private interrupt: () => void = () => undefined;
  private held = false;
  private timer: NodeJS.Timeout | undefined;
  /** Files that wait in the spool, and their bytes. */
  waiting = { files: 0, bytes: 0 };
  delivered = { files: 0, bytes: 0, traces: 0 };
  failures = 0;

  constructor(options: UploaderOptions) {
    this.options = options;
  }

  /** Looks into the spool now. Resolves when everything that could be brought away is. */
  work(): Promise<void> {
    this.again = true;
    this.interrupt();
    this.running ??= this.loop().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  /** Forgets what has failed, and tries again now: what was wrong may be right. */
  retry(): void {
    this.troubles.clear();
    void this.work();
  }

  /** Nothing is brought away while this is done. */
  async hold<Result>(work: () => Promise<Result>): Promise<Result> {
    this.held = true;
    try {
      await this.running;
      return await work();
    } finally {
      this.held = false;
      void this.work();
    }
  }

  /** Calls under way must be ended by the object store. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.interrupt();
    clearTimeout(this.timer);
    await this.running;
    await Promise.all(this.lanes.values());
  }

  private async loop(): Promise<void> {
    while (!this.stopping.signal.aborted && (this.again || this.lanes.size > 0)) {
      if (this.again) {
        this.again = false;
        await this.sweep().catch((error) => this.stumble(error));
        continue;
      }
      const interrupted = new Promise<void>((resolve) => {
        this.interrupt = resolve;
      });
      await Promise.race([interrupted, ...this.lanes.values()]);
    }
  }

  private stumble(error: unknown): void {
    this.options.log.error({ err: error }, 'the spool could not be worked off; it is tried again');
    this.lookAgainIn(RETRY_FIRST_MS);
  }

  /** Goes through the spool once, and begins a lane for every bucket that has none. */
  private async sweep(): Promise<void> {
    const { spool, underWay } = this.options;
    const waiting = { files: 0, bytes: 0 };
    const taken = new Map<string, Waiting[]>();
    const mayTake = ({ bucket }: SpoolFile) =>
      !this.lanes.has(bucket) &&
      (taken.get(bucket)?.length ?? 0) < MOST_TAKEN &&
      (taken.has(bucket) || this.lanes.size + taken.size < MOST_LANES);
    for (const stretch of await readyStretches(spool)) {
      if (this.stopping.signal.aborted || this.held) return;
      if (stretch === underWay?.()) continue;
      const folder = path.join(spool, READY, stretch);
      const { files } = JSON.parse(await readFile(path.join(folder, MANIFEST), 'utf8')) as Manifest;
      let left = 0;
      for (const file of files) {
        const inTrouble = this.isInTrouble(file);
        const takes = !inTrouble && mayTake(file);
        if (takes && (await this.isDelivered(file))) continue;
        left++;
        waiting.files++;
        waiting.bytes += file.bytes;
        if (!takes) continue;
        const lane = taken.get(file.bucket);
        if (lane) lane.push({ folder, file });
        else taken.set(file.bucket, [{ folder, file }]);
      }
      if (left === 0) await rm(folder, { recursive: true, force: true });
    }
    this.waiting = waiting;
    for (const [bucket, files] of taken) this.begin(bucket, files);
    this.lookAgainAfterTrouble();
  }

  private begin(bucket: string, files: Waiting[]): void {
    const lane = this.serve(files)
      .then((brought) => {
        // What has come meanwhile, and folders that are empty now.
        if (brought > 0) this.again = true;
        else this.lookAgainAfterTrouble();
      })
      .catch((error) => this.stumble(error))
      .finally(() => this.lanes.delete(bucket));
    this.lanes.set(bucket, lane);
  }

  /** The first file shows whether the bucket answers. @returns how many were brought away */
  private async serve(files: Waiting[]): Promise<number> {
    const queue = [...files];
    let brought = 0;
    const bringNext = async () => {
      const next = queue.shift();
      if (next && !this.stopping.signal.aborted && !this.held && (await this.deliver(next.folder, next.file)))
        brought++;
    };
    const worker = async () => {
      while (queue.length > 0) await bringNext();
    };
    await bringNext();
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return brought;
  }

  private isInTrouble(file: SpoolFile): boolean {
    const now = this.options.clock();
    return placesOf(file).some((place) => {
      const left = (this.troubles.get(place)?.until ?? 0) - now;
      // A clock that was set back prolongs no trouble.
      return left > 0 && left <= RETRY_MOST_MS;
    });
  }

  private async isDelivered({ bucket, key }: SpoolFile): Promise<boolean> {
    const known = await this.options.metadata
      .selectFrom('trace_files')
      .select('key')
      .where('bucket', '=', bucket)
      .where('key', '=', key)
      .executeTakeFirst();
    return known !== undefined;
  }

  private async deliver(folder: string, file: SpoolFile): Promise<boolean> {
    const { objects, metadata, clock, onDelivered } = this.options;
    if (this.isInTrouble(file)) return false;
    const local = path.join(folder, file.file);
    let stored: SealedFile;
    try {
      stored = await this.asStored(local, file);
      await objects.put({
        bucket: file.bucket,
        key: file.key,
        body: { file: stored.file, size: stored.bytes },
        contentType: contentTypeOf(file, stored.file === local),
        md5: stored.md5,
        lock: file.lock,
        ...(objects.encryptsByItself ? { encryptionKey: file.encryptionKey } : {}),
      });
    } catch (error) {
      if (!(error instanceof ObjectStoreError || error instanceof KeyUnusable)) throw error;
      // It was broken off, and waits for the next start.
      if (this.stopping.signal.aborted) return false;
      await this.failed(file, error);
      return false;
    }
    for (const place of placesOf(file)) this.troubles.delete(place);
    await metadata.transaction().execute(async (transaction) => {
      // Hours that have their digest are over, whatever the clock says now.
      const chain = await transaction
        .selectFrom('digest_chains')
        .select('last_end')
        .where('tracker_id', '=', file.trackerId)
        .where('service', '=', file.service)
        .executeTakeFirst();
      const { numInsertedOrUpdatedRows: noted } = await transaction
        .insertInto('trace_files')
        .values({
          bucket: file.bucket,
          key: file.key,
          project_id: file.projectId,
          tracker_id: file.trackerId,
          service: file.service,
          bytes: stored.bytes,
          traces: file.traces,
          first_time: file.from,
          last_time: file.to,
          earliest: file.earliest,
          latest: file.latest,
          sha256: stored.sha256,
          md5: stored.md5,
          encryption_key: file.encryptionKey ?? null,
          delivered_at: Math.max(clock(), chain?.last_end ?? 0),
        })
        .onConflict((conflict) => conflict.columns(['bucket', 'key']).doNothing())
        .executeTakeFirst();
      // What was noted before a crash is counted already.
      if (noted) await countHours(transaction, file);
      await transaction.deleteFrom('deliveries').where('tracker_id', '=', file.trackerId).execute();
    });
    await removeSpooled(local);
    await onDelivered(file);
    this.delivered.files++;
    this.delivered.bytes += stored.bytes;
    this.delivered.traces += file.traces;
    return true;
  }

  /** What is to lie in the bucket: the file itself, unless it must be encrypted before. */
  private async asStored(local: string, file: SpoolFile): Promise<SealedFile> {
    const { objects, sealer } = this.options;
    if (file.encryptionKey && !objects.encryptsByItself) {
      return sealer.seal(local, file.projectId, file.encryptionKey);
    }
    return { file: local, bytes: file.bytes, sha256: file.sha256, md5: file.md5 };
  }

  /** The tracker shows it; what has failed waits in the spool. */
  private async failed(file: SpoolFile, error: ObjectStoreError | KeyUnusable): Promise<void> {
    const { metadata, clock, log } = this.options;
    const { bucket, trackerId } = file;
    const detail = troubleOf(error);
    const place = detail === 'kmsKeyUnusable' ? keyPlace(file) : bucket;
    const before = this.troubles.get(place);
    const wait = Math.min((before?.wait ?? RETRY_FIRST_MS / 2) * 2, RETRY_MOST_MS);
    this.troubles.set(place, { wait, until: clock() + wait });
    this.failures++;
    log.warn(
      { err: error, bucket, nextTryMs: wait },
      'a trace file could not be delivered; it waits in the spool',
    );
    const { message } = error;
    await metadata
      .insertInto('deliveries')
      .values({ tracker_id: trackerId, detail, message, since: clock() })
      .onConflict((conflict) => conflict.column('tracker_id').doUpdateSet({ detail, message }))
      .execute();
  }

  private lookAgainAfterTrouble(): void {
    const soonest = Math.min(...[...this.troubles.values()].map(({ until }) => until));
    if (this.waiting.files === 0 || !Number.isFinite(soonest)) return;
    this.lookAgainIn(Math.min(Math.max(soonest - this.options.clock(), 100), RETRY_MOST_MS));
  }

  private lookAgainIn(ms: number): void {
    clearTimeout(this.timer);
    if (this.stopping.signal.aborted) return;
    this.timer = setTimeout(() => void this.work(), ms);
  }
}

const keyPlace = ({ projectId, encryptionKey }: SpoolFile) => `${projectId} ${encryptionKey}`;
/** Where a file's delivery can fail. */
const placesOf = (file: SpoolFile) => [file.bucket, ...(file.encryptionKey ? [keyPlace(file)] : [])];

async function countHours(transaction: Transaction<Database>, file: SpoolFile): Promise<void> {
  for (const [hour, traces] of file.hours) {
    await transaction
      .insertInto('archived_hours')
      .values({ project_id: file.projectId, hour, traces })
      .onConflict((conflict) =>
        conflict
          .columns(['project_id', 'hour'])
          .doUpdateSet(({ ref }) => ({ traces: sql`${ref('archived_hours.traces')} + ${traces}` })),
      )
      .execute();
  }
}

function contentTypeOf({ key }: SpoolFile, asItIs: boolean): string {
  if (!asItIs) return 'application/octet-stream';
  return key.endsWith('.gz') ? 'application/gzip' : 'application/json';
}

function troubleOf(error: ObjectStoreError | KeyUnusable): DeliveryTrouble {
  if (error instanceof KeyUnusable || error.problem === 'key') return 'kmsKeyUnusable';
  if (error.problem === 'no-bucket') return 'noBucket';
  return error.problem === 'away' ? 'storeUnavailable' : 'bucketPolicyError';
}
