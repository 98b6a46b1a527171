import { setTimeout as sleep } from 'node:timers/promises';
import type { Metadata } from '../metadata/index.ts';

const LOOK_EVERY_MS = 200;

/**
 * Looks whether credentials or rights have changed in the metadata, whoever did it: what this process has changed
 * it knows at once, of other processes it hears here.
 */
export class ChangesElsewhere {
  private readonly metadata: Metadata;
  private readonly onChange: () => void;
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(metadata: Metadata, onChange: () => void) {
    this.metadata = metadata;
    this.onChange = onChange;
  }

  start(): void {
    this.loop = this.work();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async work(): Promise<void> {
    const { signal } = this.stopping;
    let last: number | undefined;
    while (!signal.aborted) {
      try {
        const { version } = await this.metadata
          .selectFrom('identity_version')
          .select('version')
          .executeTakeFirstOrThrow();
        if (last !== undefined && version !== last) this.onChange();
        last = version;
      } catch {
        // It is locked or away. What was believed ends by its time.
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
