import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  comparePositions,
  type Follower,
  type Frame,
  formatPosition,
  HourCounts,
  hourOf,
  type JournalReader,
  type Position,
} from '../journal/index.ts';
import { InsertRefused, StoreUnavailable, type TraceStore } from '../traces/index.ts';

/** Traces and bytes of lines that are inserted together. */
const BATCH_TRACES = 20_000;
const BATCH_BYTES = 24 * 1024 * 1024;
/** A lone trace waits this long for company; in a stream a batch this long from the start of the one before, since large ones cost half as much. */
const LINGER_MS = 100;
const STREAM_EVERY_MS = 400;
/** Traces of a batch that make a stream. */
const STREAM_TRACES = 200;
const RETRY_FIRST_MS = 100;
const RETRY_MOST_MS = 5_000;
const DAY = 86_400_000;

export const INDEXER = 'indexer';

export interface IndexerOptions {
  journal: JournalReader;
  /** Names this journal in insert tokens, since several nodes may share a store. */
  journalId: string;
  follower: Follower;
  store: TraceStore;
  log: Logger;
  clock: () => number;
  /** Traces have been passed: all of them are in the store but the `refused`, which were set aside. */
  passed: (counts: HourCounts, traces: number, refused: number) => void;
  /** record_time of the oldest trace of the batch that waits for the store; undefined: none waits. */
  waiting: (since: number | undefined) => void;
  /** A line that the store refuses is handed over here, durably, before the indexer goes on. */
  setAside: (line: string, reason: string) => Promise<void>;
}

/** What the indexer inserts at once: a stretch of the journal within one UTC day of record_time. */
interface Batch {
  from: Position;
  to: Position;
  frames: Frame[];
  bytes: number;
}

/**
 * The journal's first follower: brings traces into the trace store in big batches. A batch is noted before
 * it is inserted, and its insert is named by its positions, so that after a crash the very same batch is
 * repeated without effect.
 */
export class Indexer {
  private readonly options: IndexerOptions;
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  /** When the batch before was begun, by `performance.now()`, if it was large enough to be part of a stream. */
  private streamBegun = Number.NEGATIVE_INFINITY;
  /** Lines of the batch under way that the store refused. */
  private refused = 0;

  constructor(options: IndexerOptions) {
    this.options = options;
  }

  start(): void {
    this.loop = this.run();
  }

  /** Finishes the insert under way and notes the position. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { journal, follower, log } = this.options;
    const { signal } = this.stopping;
    let { position, until } = follower;
    let ahead: Batch | undefined;
    while (!signal.aborted) {
      try {
        const batch = ahead ?? (await this.next(position, until));
        ahead = undefined;
        if (signal.aborted || comparePositions(batch.to, position) === 0) continue;
        if (!until) await follower.save(position, batch.to);
        until = batch.to;
        const reading = this.readAhead(batch.to);
        if (!(await this.insertUntilDone(batch))) return;
        position = batch.to;
        until = null;
        ahead = await reading;
        // When more waits, the next save notes this position as well.
        if (comparePositions(journal.durableEnd, position) === 0) await follower.save(position, null);
      } catch (error) {
        log.error({ err: error, position: formatPosition(position) }, 'the indexer stumbled; it tries again');
        await this.pause(RETRY_MOST_MS);
      }
    }
    if (!until) await follower.save(position, null);
  }

  /** The batch that was noted before a crash, else what has gathered behind `position`. */
  private async next(position: Position, until: Position | null): Promise<Batch> {
    if (!until) {
      await this.options.journal.beyond(position, this.stopping.signal);
      await this.linger(position);
    }
    return this.gather(position, until);
  }

  /** The batch behind `position` while the one before is inserted, if it is full already. */
  private async readAhead(position: Position): Promise<Batch | undefined> {
    const { segment, offset } = this.options.journal.durableEnd;
    if (segment === position.segment && offset - position.offset < BATCH_BYTES) return undefined;
    return this.gather(position, null).catch(() => undefined);
  }

  /** Waits a moment when little has gathered behind `position`. */
  private async linger(position: Position): Promise<void> {
    const { segment, offset } = this.options.journal.durableEnd;
    if (segment === position.segment && offset - position.offset < BATCH_BYTES) {
      await this.pause(Math.max(LINGER_MS, this.streamBegun + STREAM_EVERY_MS - performance.now()));
    }
  }

  private async gather(from: Position, until: Position | null): Promise<Batch> {
    const { journal } = this.options;
    const batch: Batch = { from, to: from, frames: [], bytes: 0 };
    let day: number | undefined;
    while (batch.frames.length < BATCH_TRACES && batch.bytes < BATCH_BYTES) {
      if (until && comparePositions(batch.to, until) >= 0) break;
      const { frames, next, base } = await journal.read(batch.to, BATCH_BYTES - batch.bytes);
      if (comparePositions(next, batch.to) === 0) break;
      for (const frame of frames) {
        const start = { segment: next.segment, offset: base + frame.start };
        const today = Math.floor(frame.recordTime / DAY);
        const enough = until ? comparePositions(start, until) >= 0 : batch.frames.length >= BATCH_TRACES;
        if (enough || (day !== undefined && today !== day)) return { ...batch, to: start };
        day = today;
        batch.frames.push(frame);
        batch.bytes += frame.lineLength;
      }
      batch.to = next;
    }
    return batch;
  }

  /** Inserts, however long the store is away. False when it was given up because of a stop. */
  private async insertUntilDone(batch: Batch): Promise<boolean> {
    const { journalId, log, clock, waiting, passed } = this.options;
    const token = `${journalId}/${formatPosition(batch.from)}-${formatPosition(batch.to)}`;
    const since = batch.frames[0]?.recordTime;
    this.refused = 0;
    this.streamBegun = batch.frames.length >= STREAM_TRACES ? performance.now() : Number.NEGATIVE_INFINITY;
    waiting(since);
    for (let wait = RETRY_FIRST_MS; ; wait = Math.min(wait * 2, RETRY_MOST_MS)) {
      try {
        await this.insert(batch.frames, token);
        break;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        const behindMs = since === undefined ? 0 : clock() - since;
        const traces = batch.frames.length;
        log.warn({ err: error, behindMs, traces }, 'the trace store is away; traces wait in the journal');
        await this.pause(wait);
        if (this.stopping.signal.aborted) return false;
      }
    }
    const counts = new HourCounts();
    for (const frame of batch.frames) counts.add(frame.projectId, hourOf(frame.recordTime), 1);
    passed(counts, batch.frames.length, this.refused);
    waiting(undefined);
    return true;
  }

  /** A refused batch is halved until the line that the store cannot take stands alone; that one is set aside. */
  private async insert(frames: Frame[], token: string): Promise<void> {
    if (frames.length === 0) return;
    try {
      await this.options.store.insert(linesOf(frames), token);
    } catch (error) {
      if (!(error instanceof InsertRefused)) throw error;
      if (frames.length === 1) {
        await this.options.setAside((frames[0] as Frame).line(), (error as Error).message);
        this.refused++;
        return;
      }
      const half = frames.length >> 1;
      await this.insert(frames.slice(0, half), `${token}a`);
      await this.insert(frames.slice(half), `${token}b`);
    }
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

function linesOf(frames: Frame[]): Uint8Array<ArrayBuffer> {
  const lines = Buffer.allocUnsafeSlow(frames.reduce((sum, frame) => sum + frame.lineLength, 0));
  let at = 0;
  for (const frame of frames) at += frame.copyLine(lines, at);
  return lines;
}
