import type { Logger } from 'pino';
import {
  type AsideKeeper,
  comparePositions,
  type Follower,
  Following,
  type Frame,
  formatPosition,
  HourCounts,
  hourOf,
  type JournalReader,
  type Position,
  type Stretch,
} from '../journal/index.ts';
import { InsertFailed, InsertRefused, insertAll, missingIn, type TraceStore } from '../traces/index.ts';

/** Traces and bytes of lines that are inserted together. */
const BATCH_TRACES = 20_000;
const BATCH_BYTES = 24 * 1024 * 1024;
/** A lone trace waits this long for company; in a stream a batch this long from the start of the one before, since large ones cost half as much. */
const LINGER_MS = 100;
const STREAM_EVERY_MS = 400;
/** Traces of a batch that make a stream. */
const STREAM_TRACES = 200;
/** Attempts after which an error that nobody knows is laid to the rows: half a minute. */
const PATIENCE = 12;
const DAY = 86_400_000;

export const INDEXER = 'indexer';

export interface IndexerOptions {
  journal: JournalReader;
  /** Names this journal in insert tokens, since several nodes may share a store. */
  journalId: string;
  follower: Follower;
  store: TraceStore;
  /** PATIENCE if it does not say other. */
  patience?: number;
  /** Keeps lines that the store refuses. */
  aside: AsideKeeper;
  log: Logger;
  /** Traces have been passed: all of them are in the store but the `refused`, which were set aside. */
  passed: (counts: HourCounts, traces: number, refused: number) => void;
  /** record_time of the oldest trace of the batch that waits for the store; undefined: none waits. */
  waiting: (since: number | undefined) => void;
  /** Why the store did not take a batch; it is tried again. */
  failed?: (reason: string) => void;
}

/** What the indexer inserts at once: a stretch of the journal within one UTC day of record_time. */
interface Batch extends Stretch {
  from: Position;
  frames: Frame[];
  bytes: number;
  /** It was begun before the process was. */
  isRepeated: boolean;
  /** Traces of it that the store does not take. */
  refused: number;
}

/**
 * The journal's first follower: brings traces into the trace store in big batches. An insert is named by its
 * positions, so that the very same batch, repeated after a crash, has no effect.
 */
export class Indexer {
  private readonly options: IndexerOptions;
  private readonly following: Following<Batch>;
  /** When the batch before was begun, by `performance.now()`, if it was large enough to be part of a stream. */
  private streamBegun = Number.NEGATIVE_INFINITY;

  constructor(options: IndexerOptions) {
    this.options = options;
    this.following = new Following({
      bookmark: options.follower,
      aside: options.aside,
      log: options.log,
      complaint: 'the trace store does not take traces; they wait in the journal',
      end: () => options.journal.durableEnd,
      read: (from, until) => this.next(from, until),
      readAhead: (from) => this.readAhead(from),
      effect: (batch) => this.bringIn(batch),
      passed: (batch) => this.tell(batch),
    });
  }

  start(): void {
    this.following.start();
  }

  /** Finishes the insert under way and notes the position. */
  async stop(): Promise<void> {
    await this.following.stop();
  }

  /** The batch that was noted before a crash, else what has gathered behind `position`. */
  private async next(position: Position, until: Position | null): Promise<Batch | undefined> {
    const { signal } = this.following;
    if (!until) {
      await this.options.journal.beyond(position, signal);
      await this.linger(position);
    }
    return signal.aborted ? undefined : this.gather(position, until ?? undefined);
  }

  /** The batch behind `position` while the one before is inserted, if it is full already. */
  private async readAhead(position: Position): Promise<Batch | undefined> {
    const { segment, offset } = this.options.journal.durableEnd;
    if (segment === position.segment && offset - position.offset < BATCH_BYTES) return undefined;
    return this.gather(position).catch(() => undefined);
  }

  /** Waits a moment when little has gathered behind `position`. */
  private async linger(position: Position): Promise<void> {
    const { segment, offset } = this.options.journal.durableEnd;
    if (segment === position.segment && offset - position.offset < BATCH_BYTES) {
      await this.following.pause(Math.max(LINGER_MS, this.streamBegun + STREAM_EVERY_MS - performance.now()));
    }
  }

  private async gather(from: Position, until?: Position): Promise<Batch> {
    const { journal } = this.options;
    const batch: Batch = {
      from,
      to: from,
      frames: [],
      bytes: 0,
      isRepeated: until !== undefined,
      refused: 0,
    };
    let day: number | undefined;
    while (batch.frames.length < BATCH_TRACES && batch.bytes < BATCH_BYTES) {
      const { frames, next } = await journal.read(batch.to, BATCH_BYTES - batch.bytes, until);
      if (comparePositions(next, batch.to) === 0) break;
      for (const frame of frames) {
        const today = Math.floor(frame.recordTime / DAY);
        const enough = !until && batch.frames.length >= BATCH_TRACES;
        if (enough || (day !== undefined && today !== day)) return { ...batch, to: frame.position };
        day = today;
        batch.frames.push(frame);
        batch.bytes += frame.lineLength;
      }
      batch.to = next;
    }
    return batch;
  }

  private async bringIn(batch: Batch): Promise<boolean> {
    const { journalId, waiting, failed } = this.options;
    const { from, to, frames, isRepeated } = batch;
    const token = `${journalId}/${formatPosition(from)}-${formatPosition(to)}`;
    this.streamBegun = frames.length >= STREAM_TRACES ? performance.now() : Number.NEGATIVE_INFINITY;
    waiting(frames[0]?.recordTime);
    try {
      batch.refused = await this.insert(await this.unknown(frames), token);
      if (isRepeated) batch.refused += await this.makeSure(frames, token);
      return true;
    } catch (error) {
      failed?.(reasonOf(error as Error));
      throw error;
    }
  }

  private tell({ frames, refused }: Batch): void {
    const { passed, waiting } = this.options;
    const counts = new HourCounts();
    passed(counts, countInto(counts, frames), refused);
    waiting(undefined);
  }

  /** After its position was lost, the indexer inserts what is not there. */
  private async unknown(frames: readonly Frame[]): Promise<readonly Frame[]> {
    const { doubt } = this.options.follower;
    if (!doubt) return frames;
    const missing = new Set(await missingIn(this.options.store, frames));
    return frames.filter((frame) => comparePositions(frame.position, doubt) >= 0 || missing.has(frame));
  }

  /**
   * A store that failed, or was left in the middle, may take the repetition for known and have nothing of it: its
   * disk was full, say. What it does not have is inserted under another name.
   * @returns how many are refused
   */
  private async makeSure(frames: readonly Frame[], token: string): Promise<number> {
    const { aside, log } = this.options;
    const lost = (await missingIn(this.options.store, frames)).filter((frame) => !aside.isNoted(frame));
    if (lost.length === 0) return 0;
    log.warn(
      { traces: lost.length },
      'the trace store took a repeated insert for known, but did not have it',
    );
    return this.insert(lost, `${token}/${Date.now()}`);
  }

  /** Whether a row is at fault; an error that nobody knows is taken for that when it does not pass. */
  private blames(error: unknown): boolean {
    const lasting = this.following.failures >= (this.options.patience ?? PATIENCE);
    return error instanceof InsertRefused || (error instanceof InsertFailed && lasting);
  }

  /** A line that the store cannot take is set aside. @returns how many are */
  private async insert(frames: readonly Frame[], token: string): Promise<number> {
    const { store, aside } = this.options;
    let refused = 0;
    await insertAll(frames, token, {
      insert: (some, name) => store.insert(linesOf(some), name),
      blames: (error) => this.blames(error),
      refuse: (frame, error) => {
        aside.note(frame, error);
        if (!frame.isReplay) refused++;
      },
    });
    return refused;
  }
}

/** Counts traces, which replays are not. @returns how many */
export function countInto(counts: HourCounts, frames: readonly Frame[]): number {
  let traces = 0;
  for (const { isReplay, projectId, recordTime } of frames) {
    if (isReplay) continue;
    counts.add(projectId, hourOf(recordTime), 1);
    traces++;
  }
  return traces;
}

/** What is under the error that callers are told. */
const reasonOf = (error: Error): string =>
  error.cause instanceof Error ? error.cause.message : error.message;

function linesOf(frames: readonly Frame[]): Uint8Array<ArrayBuffer> {
  const lines = Buffer.allocUnsafeSlow(frames.reduce((sum, frame) => sum + frame.lineLength, 0));
  let at = 0;
  for (const frame of frames) at += frame.copyLine(lines, at);
  return lines;
}
