import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { InsertRefused, insertAll, missingIn, StoreUnavailable, type TraceStore } from '../traces/index.ts';
import type { FoundTrace } from './found.ts';

const DAY = 86_400_000;
/** Traces and characters that are looked for, and inserted, together. */
const BATCH_TRACES = 5_000;
const BATCH_TEXT = 8 * 1024 * 1024;
/** How long the indexer may be behind before refilling waits for it. */
const MOST_LAG_MS = 3_000;
const LOOK_EVERY_MS = 500;
/** What is begun pauses for as long as it took, but at the most so long. */
const MOST_PAUSE_MS = 5_000;
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 10_000;

export interface FillerOptions {
  store: TraceStore;
  signal: AbortSignal;
  /** How long the oldest trace has been waiting for the indexer, ms. */
  lag: () => number;
  /** Traces came into the store. */
  onFilled: (traces: number) => void;
}

/**
 * Brings traces into the store that are not there, in batches of one UTC day. What producers report goes first: it
 * takes at most half of the time, and none while the indexer is behind.
 */
export class Filler {
  private readonly options: FillerOptions;
  /** The store knows an insert of an earlier run, though its part is gone now. */
  private readonly run = randomUUID();
  private batch: FoundTrace[] = [];
  private text = 0;
  private batches = 0;
  /** Traces that the store does not take. */
  refused = 0;

  constructor(options: FillerOptions) {
    this.options = options;
  }

  async add(trace: FoundTrace): Promise<void> {
    const [first] = this.batch;
    const full = this.batch.length >= BATCH_TRACES || this.text >= BATCH_TEXT;
    if (first && (full || dayOf(first) !== dayOf(trace))) await this.flush();
    this.batch.push(trace);
    this.text += trace.line.length;
  }

  /** Brings in what has gathered. */
  async flush(): Promise<void> {
    const { batch, options } = this;
    this.batch = [];
    this.text = 0;
    if (batch.length === 0) return;
    while (options.lag() > MOST_LAG_MS) await this.pause(LOOK_EVERY_MS);
    const began = performance.now();
    const token = `refill/${this.run}/${++this.batches}`;
    await this.insistently(async () => {
      const unknown = await missingIn(options.store, batch);
      const refused = await this.insert(unknown, token);
      this.refused += refused;
      options.onFilled(unknown.length - refused);
    });
    await this.pause(Math.min(performance.now() - began, MOST_PAUSE_MS));
  }

  /** @returns how many the store does not take */
  private async insert(traces: readonly FoundTrace[], token: string): Promise<number> {
    let refused = 0;
    await insertAll(traces, token, {
      insert: (some, name) =>
        this.options.store.insert(Buffer.from(some.map(({ line }) => line).join('')), name),
      blames: (error) => error instanceof InsertRefused,
      refuse: () => refused++,
    });
    return refused;
  }

  /** A store that is away is waited for. */
  private async insistently(work: () => Promise<void>): Promise<void> {
    for (let wait = RETRY_FIRST_MS; ; wait = Math.min(wait * 2, RETRY_MOST_MS)) {
      try {
        await work();
        return;
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || this.options.signal.aborted) throw error;
        await this.pause(wait);
      }
    }
  }

  /** @throws AbortError when it is to stop */
  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.options.signal });
  }
}

const dayOf = ({ recordTime }: FoundTrace) => Math.floor(recordTime / DAY);
