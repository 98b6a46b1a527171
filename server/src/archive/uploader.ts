import path from 'node:path';
import { sql, type Transaction } from 'kysely';
import type { Logger } from 'pino';
import { HourCounts } from '../journal/index.ts';
import { KeyUnusable } from '../kms/index.ts';
import type { Database, DeliveryTrouble, Metadata } from '../metadata/index.ts';
import { type ObjectStore, ObjectStoreError } from '../objects/index.ts';
import { noteFile } from './chains.ts';
import { measure, removeSpooled, type SealedFile, type SpoolSealer } from './sealing.ts';
import { damagedStretches, discard, isThere, manifestIn, READY, readyStretches, setAside } from './spool.ts';
import type { SpoolFile } from './trace-files.ts';

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

/** Why a bucket, a tracker's key or a folder of the spool is left alone for a while. */
interface Trouble {
  until: number;
  wait: number;
}

/** A file, and the folder of its stretch. */
interface Waiting {
  folder: string;
  file: SpoolFile;
}

/** What one walk through the spool finds. */
interface Sweep {
  waiting: { files: number; bytes: number };
  /** Traces of the files that wait. */
  hours: HourCounts;
  /** Files that are brought away now, by bucket. */
  taken: Map<string, Waiting[]>;
  /** Where trouble may keep something waiting. */
  places: Set<string>;
}

/**
 * Brings finished trace files from the spool into their buckets, oldest first. A file stays in the spool until
 * the object store has it and the metadata store knows it; either step may be repeated without effect. Each
 * bucket has a lane of its own: one that fails is tried again with back-off, one that hangs occupies its lane,
 * and neither keeps another one waiting. A folder that is not whole costs only itself: what of it can be delivered
 * is, then it is set aside.
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
  /** Files of the spool that cannot be read, or are not what was cut. */
  private readonly broken = new Set<string>();
  /** Files that wait in the spool, and their bytes. */
  waiting = { files: 0, bytes: 0 };
  /** Traces in them, by project and hour of record_time. */
  waitingHours = new HourCounts();
  /** Folders of the spool that were set aside. */
  damaged = 0;
  delivered = { files: 0, bytes: 0, traces: 0 };
  failures = 0;

  constructor(options: UploaderOptions) {
    this.options = options;
  }

  /** Looks into the spool now. Resolves when everything that could be brought away is. */
  work(): Promise<void> {
    this.again = true;
    this.interrupt();
    this.running ??= this.loop();
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
    // At once: whoever asks from now on begins another one.
    this.running = undefined;
  }

  private stumble(error: unknown): void {
    this.options.log.error({ err: error }, 'the spool could not be worked off; it is tried again');
    this.lookAgainIn(RETRY_FIRST_MS);
  }

  /** Goes through the spool once, and begins a lane for every bucket that has none. */
  private async sweep(): Promise<void> {
    const { spool, underWay } = this.options;
    const sweep: Sweep = {
      waiting: { files: 0, bytes: 0 },
      hours: new HourCounts(),
      taken: new Map(),
      places: new Set(),
    };
    for (const stretch of await readyStretches(spool)) {
      if (this.stopping.signal.aborted || this.held) return;
      if (stretch === underWay?.()) continue;
      try {
        if (!this.isTroubled(stretch)) await this.look(stretch, sweep);
        else sweep.places.add(stretch);
      } catch (err) {
        sweep.places.add(stretch);
        const nextTryMs = this.trouble(stretch);
        this.options.log.error({ err, stretch, nextTryMs }, 'a folder of the spool could not be worked off');
      }
    }
    this.waiting = sweep.waiting;
    this.waitingHours = sweep.hours;
    this.damaged = await damagedStretches(spool);
    for (const place of this.troubles.keys()) if (!sweep.places.has(place)) this.troubles.delete(place);
    for (const [bucket, files] of sweep.taken) this.begin(bucket, files);
    this.lookAgainAfterTrouble();
  }

  /** Takes what can be brought away of a stretch; one that is done with leaves `ready`. */
  private async look(stretch: string, { waiting, hours, taken, places }: Sweep): Promise<void> {
    const { spool } = this.options;
    const folder = path.join(spool, READY, stretch);
    const manifest = await manifestIn(folder);
    if (!manifest) return this.setAside(stretch, ['its manifest']);
    let left = 0;
    const missing: string[] = [];
    for (const file of manifest.files) {
      const takes = !this.isInTrouble(file) && this.mayTake(file, taken);
      if (takes && (await this.isDelivered(file))) continue;
      if (takes && !(await this.isWhole(folder, file))) {
        missing.push(file.file);
        continue;
      }
      left++;
      for (const place of placesOf(file)) places.add(place);
      waiting.files++;
      waiting.bytes += file.bytes;
      for (const [hour, traces] of file.hours) hours.add(file.projectId, hour, traces);
      if (!takes) continue;
      const lane = taken.get(file.bucket);
      if (lane) lane.push({ folder, file });
      else taken.set(file.bucket, [{ folder, file }]);
    }
    if (left > 0) return;
    if (missing.length > 0) return this.setAside(stretch, missing);
    await discard(spool, stretch);
  }

  private mayTake({ bucket }: SpoolFile, taken: Sweep['taken']): boolean {
    return (
      !this.lanes.has(bucket) &&
      (taken.get(bucket)?.length ?? 0) < MOST_TAKEN &&
      (taken.has(bucket) || this.lanes.size + taken.size < MOST_LANES)
    );
  }

  private async isWhole(folder: string, file: SpoolFile): Promise<boolean> {
    return !this.broken.has(path.join(folder, file.file)) && isThere(folder, file);
  }

  private async setAside(stretch: string, missing: string[]): Promise<void> {
    const { spool, log } = this.options;
    const place = await setAside(spool, stretch);
    for (const file of missing) this.broken.delete(path.join(spool, READY, stretch, file));
    log.error(
      { place, missing },
      'a folder of the spool is damaged; it was set aside, the rest is delivered',
    );
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
    return placesOf(file).some((place) => this.isTroubled(place));
  }

  private isTroubled(place: string): boolean {
    const left = (this.troubles.get(place)?.until ?? 0) - this.options.clock();
    // A clock that was set back prolongs no trouble.
    return left > 0 && left <= RETRY_MOST_MS;
  }

  /** @returns for how long it is left alone, ms */
  private trouble(place: string): number {
    const before = this.troubles.get(place);
    const wait = Math.min((before?.wait ?? RETRY_FIRST_MS / 2) * 2, RETRY_MOST_MS);
    this.troubles.set(place, { wait, until: this.options.clock() + wait });
    return wait;
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
      const isOfStore = error instanceof ObjectStoreError || error instanceof KeyUnusable;
      // It was broken off, and waits for the next start.
      if (isOfStore && this.stopping.signal.aborted) return false;
      if (await this.isAtFault(local, file)) return false;
      if (!isOfStore) throw error;
      await this.failed(file, error);
      return false;
    }
    for (const place of placesOf(file)) this.troubles.delete(place);
    await metadata.transaction().execute(async (transaction) => {
      const isNew = await noteFile(transaction, {
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
        delivered_at: clock(),
        validated: file.validated ? 1 : 0,
      });
      // What was noted before a crash is counted already.
      if (isNew) await countHours(transaction, file);
      await transaction.deleteFrom('deliveries').where('tracker_id', '=', file.trackerId).execute();
    });
    for (const [hour, traces] of file.hours) this.waitingHours.add(file.projectId, hour, -traces);
    await removeSpooled(local);
    await onDelivered(file);
    this.delivered.files++;
    this.delivered.bytes += stored.bytes;
    this.delivered.traces += file.traces;
    return true;
  }

  /** Whether a delivery failed because of the file itself: then neither its bucket nor another file has to wait. */
  private async isAtFault(local: string, { sha256 }: SpoolFile): Promise<boolean> {
    const found = await measure(local).catch((error: NodeJS.ErrnoException) => error);
    const fault =
      found instanceof Error ? ['ENOENT', 'EIO'].includes(found.code ?? '') : found.sha256 !== sha256;
    if (!fault) return false;
    this.broken.add(local);
    this.again = true;
    this.options.log.error({ file: local }, 'a trace file in the spool cannot be read, or is damaged');
    return true;
  }

  /** What is to lie in the bucket: the file itself, unless it must be encrypted before. */
  private async asStored(local: string, file: SpoolFile): Promise<SealedFile> {
    const { objects, sealer } = this.options;
    if (file.encryptionKey && !objects.encryptsByItself) {
      return sealer.seal(local, file.sha256, file.projectId, file.encryptionKey);
    }
    return { file: local, bytes: file.bytes, sha256: file.sha256, md5: file.md5 };
  }

  /** The tracker shows it; what has failed waits in the spool. */
  private async failed(file: SpoolFile, error: ObjectStoreError | KeyUnusable): Promise<void> {
    const { metadata, clock, log } = this.options;
    const { bucket, trackerId } = file;
    const detail = troubleOf(error);
    const place = detail === 'kmsKeyUnusable' ? keyPlace(file) : bucket;
    const nextTryMs = this.trouble(place);
    this.failures++;
    log.warn({ err: error, bucket, nextTryMs }, 'a trace file could not be delivered; it waits in the spool');
    const { message } = error;
    await metadata
      .insertInto('deliveries')
      .values({ tracker_id: trackerId, detail, message, since: clock() })
      .onConflict((conflict) => conflict.column('tracker_id').doUpdateSet({ detail, message }))
      .execute();
  }

  private lookAgainAfterTrouble(): void {
    const soonest = Math.min(...[...this.troubles.values()].map(({ until }) => until));
    if (!Number.isFinite(soonest)) return;
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
