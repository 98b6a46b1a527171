import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { TraceStore } from '../traces/index.ts';
import type { Intake } from './intake.ts';
import { objectsOf } from './items.ts';
import type { RecordingRules } from './placement.ts';

/** Project of the canary's traces; no credentials lead there. */
export const CANARY_PROJECT = '0'.repeat(32);
/** Recorded whatever trackers there are. */
const ALWAYS: RecordingRules = {
  placesOf: () => [{ projectId: CANARY_PROJECT, trackerName: 'system', eventType: 'system' }],
};
const POLL_MS = 50;
const GIVE_UP_MS = 30_000;

export interface CanaryOptions {
  intake: Intake;
  store: TraceStore;
  log: Logger;
  clock: () => number;
  intervalMs: number;
  /** Ms from acknowledgement until the trace could be read; undefined: it did not show up. */
  observe: (lagMs: number | undefined) => void;
}

/** Sends a trace through the whole house at every interval and looks when it can be read. */
export class Canary {
  private readonly options: CanaryOptions;
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(options: CanaryOptions) {
    this.options = options;
  }

  start(): void {
    if (this.options.intervalMs > 0) this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const lag = await this.fly();
        if (lag === undefined) this.options.log.warn('the canary trace did not show up in the trace store');
        if (!signal.aborted) this.options.observe(lag);
      } catch (error) {
        this.options.log.warn({ err: error }, 'the canary trace was not taken');
        this.options.observe(undefined);
      }
      await this.pause(this.options.intervalMs);
    }
  }

  private async fly(): Promise<number | undefined> {
    const { intake, store, clock } = this.options;
    const trace = {
      trace_name: 'canary',
      trace_type: 'SystemAction',
      trace_rating: 'normal',
      service_type: 'CTS',
      resource_type: 'canary',
      time: clock(),
    };
    const producer = { projectId: CANARY_PROJECT, domainId: CANARY_PROJECT };
    const { traceIds } = await intake.submit(producer, () => objectsOf([trace]), { rules: ALWAYS });
    const acknowledged = clock();
    while (clock() - acknowledged < GIVE_UP_MS && !this.stopping.signal.aborted) {
      await this.pause(POLL_MS);
      if (await store.own.find(CANARY_PROJECT, traceIds[0] as string).catch(() => null))
        return clock() - acknowledged;
    }
    return undefined;
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
