import type { Logger } from 'pino';
import type { TraceStore } from './traces/index.ts';

const HOUR = 3_600_000;

/** Drops days that have passed the retention from the trace store: at start, then every hour. */
export class Retention {
  private readonly store: TraceStore;
  private readonly keepMs: number;
  private readonly clock: () => number;
  private readonly log: Logger;
  private timer: NodeJS.Timeout | undefined;

  constructor(store: TraceStore, keepMs: number, clock: () => number, log: Logger) {
    this.store = store;
    this.keepMs = keepMs;
    this.clock = clock;
    this.log = log;
  }

  start(): void {
    void this.sweep();
    this.timer = setInterval(() => void this.sweep(), HOUR);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async sweep(): Promise<void> {
    try {
      const days = await this.store.dropBefore(this.clock() - this.keepMs);
      if (days.length > 0)
        this.log.info({ days }, 'days past the retention were dropped from the trace store');
    } catch (error) {
      this.log.warn({ err: error }, 'retention could not look at the trace store; it tries again in an hour');
    }
  }
}
