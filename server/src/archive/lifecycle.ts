import type { Selectable } from 'kysely';
import type { Logger } from 'pino';
import { type Database, inPieces, type Metadata, PIECE_ROWS } from '../metadata/index.ts';
import type { ObjectStore } from '../objects/index.ts';

const DAY = 86_400_000;
const EVERY_MS = 3_600_000;

/** What fits into one trace: keys, and characters of them. */
const MOST_KEYS = 100;
const MOST_CHARACTERS = 12_000;

type ExpiringBucket = Selectable<Database['buckets']>;

/** Objects of a bucket that are about to go. */
export interface Expiry {
  domainId: string;
  /** Whose files they are; undefined: of the account. */
  projectId: string | undefined;
  bucket: string;
  /** That they have stayed. */
  days: number;
  keys: readonly string[];
}

export interface LifecycleOptions {
  metadata: Metadata;
  objects: ObjectStore;
  /** What has passed by it has surely passed. */
  clock: () => number;
  log: Logger;
  /** Removes objects, and records that; what cannot be recorded stays. */
  onExpiry: (expiry: Expiry, work: () => Promise<void>) => Promise<unknown>;
}

/** Objects of buckets with a lifecycle go when they have had their time, and are no longer known. */
export class Lifecycle {
  private readonly options: LifecycleOptions;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(options: LifecycleOptions) {
    this.options = options;
  }

  start(): void {
    this.timer = setInterval(() => void this.work(), EVERY_MS);
    void this.work();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** Never rejects: what failed is tried again. */
  work(): Promise<void> {
    const { log } = this.options;
    this.running ??= this.sweep()
      .catch((error) => log.error({ err: error }, 'objects that have had their time could not be removed'))
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }

  /** Nothing is removed while this is done. */
  async hold<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.running) await this.running;
    const done = work();
    const ended = () => {
      this.running = undefined;
    };
    this.running = done.then(ended, ended);
    return done;
  }

  private async sweep(): Promise<void> {
    const { metadata, objects, log } = this.options;
    const buckets = await metadata
      .selectFrom('buckets')
      .selectAll()
      .where('lifecycle_days', '>', 0)
      .execute();
    for (const bucket of buckets) {
      try {
        if (objects.expiresByItself) await this.forget(bucket);
        else await this.expire(bucket);
      } catch (error) {
        log.error(
          { err: error, bucket: bucket.name },
          'objects that have had their time could not be removed',
        );
      }
    }
  }

  /** The store has removed them by itself. */
  private async forget({ name, lifecycle_days }: ExpiringBucket): Promise<void> {
    const { metadata, clock } = this.options;
    const limit = clock() - lifecycle_days * DAY;
    await inPieces(() =>
      metadata
        .deleteFrom('trace_files')
        .where('bucket', '=', name)
        .where('key', 'in', ({ selectFrom }) =>
          selectFrom('trace_files')
            .select('key')
            .where('bucket', '=', name)
            .where('delivered_at', '<', limit)
            // Delivered while the clock was suspect, it may be younger than it seems.
            .where('last_time', '<', limit)
            .limit(PIECE_ROWS),
        )
        .executeTakeFirst(),
    );
  }

  private async expire(bucket: ExpiringBucket): Promise<void> {
    const { objects, clock } = this.options;
    const limit = clock() - bucket.lifecycle_days * DAY;
    for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
      const page = await objects.list(bucket.name, { after });
      const due: string[] = [];
      for (const { key, modified } of page.objects) {
        if (modified < limit && !(await objects.isLocked?.(bucket.name, key))) due.push(key);
      }
      if (due.length > 0) await this.removeTold(bucket, due);
      after = page.next;
    }
  }

  /** Each project is told which of its files go. */
  private async removeTold(bucket: ExpiringBucket, keys: readonly string[]): Promise<void> {
    const { metadata, onExpiry } = this.options;
    const { name, domain_id: domainId, lifecycle_days: days } = bucket;
    const files = await metadata
      .selectFrom('trace_files')
      .select(['key', 'project_id'])
      .where('bucket', '=', name)
      .where('key', '>=', keys[0] ?? '')
      .where('key', '<=', keys.at(-1) ?? '')
      .execute();
    const projects = new Map<string, string>(files.map(({ key, project_id }) => [key, project_id]));
    const ownerOf = (key: string) => projects.get(key) ?? bucket.project_id ?? undefined;
    for (const projectId of new Set(keys.map(ownerOf))) {
      for (const part of parts(keys.filter((key) => ownerOf(key) === projectId))) {
        await onExpiry({ domainId, projectId, bucket: name, days, keys: part }, () =>
          this.remove(name, part),
        );
      }
    }
  }

  private async remove(bucket: string, keys: readonly string[]): Promise<void> {
    const { metadata, objects } = this.options;
    for (const key of keys) await objects.remove(bucket, key);
    await metadata.deleteFrom('trace_files').where('bucket', '=', bucket).where('key', 'in', keys).execute();
  }
}

/** Keys in pieces of which each fits into one trace. */
function parts(keys: readonly string[]): string[][] {
  const all: string[][] = [];
  let room = 0;
  for (const key of keys) {
    const part = all.at(-1);
    if (part && part.length < MOST_KEYS && key.length <= room) part.push(key);
    else {
      all.push([key]);
      room = MOST_CHARACTERS;
    }
    room -= key.length;
  }
  return all;
}
