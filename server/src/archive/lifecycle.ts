import type { Logger } from 'pino';
import type { Metadata } from '../metadata/index.ts';
import type { ObjectStore } from '../objects/index.ts';

const DAY = 86_400_000;
const EVERY_MS = 3_600_000;

export interface LifecycleOptions {
  metadata: Metadata;
  objects: ObjectStore;
  clock: () => number;
  log: Logger;
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

  private async sweep(): Promise<void> {
    const { metadata, objects, clock } = this.options;
    const buckets = await metadata
      .selectFrom('buckets')
      .select(['name', 'lifecycle_days'])
      .where('lifecycle_days', '>', 0)
      .execute();
    for (const { name, lifecycle_days } of buckets) {
      const limit = clock() - lifecycle_days * DAY;
      if (!objects.expiresByItself) await this.removeBefore(name, limit);
      await metadata
        .deleteFrom('trace_files')
        .where('bucket', '=', name)
        .where('delivered_at', '<', limit)
        .execute();
    }
  }

  private async removeBefore(bucket: string, limit: number): Promise<void> {
    const { objects } = this.options;
    for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
      const page = await objects.list(bucket, { after });
      for (const { key, modified } of page.objects) if (modified < limit) await objects.remove(bucket, key);
      after = page.next;
    }
  }
}
