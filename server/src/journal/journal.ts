import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { replaceFile, syncDirectory } from '../durable.ts';
import { ERRORS } from '../errors.ts';
import { HourCounts, hourOf } from './counts.ts';
import { DamageKeeper, type DamageReport } from './damage.ts';
import type { MissingPart } from './follower-thread.ts';
import { FOLLOWERS } from './followers.ts';
import { FrameWriter, frameBound, type Routing } from './frame.ts';
import { type Gap, Gaps, sealedOf } from './gaps.ts';
import { lostOf, Recovery, writeCompanions } from './recovery.ts';
import { RetryWindow } from './retry-window.ts';
import { listNumbers, type Position, SEGMENT_HEADER, segmentFile, startOf } from './segment.ts';

export interface JournalOptions {
  directory: string;
  /** Bytes after which a new segment begins. */
  segmentSize: number;
  /** There was one: where none is any more, it was lost as a whole. */
  isExpected?: boolean;
  /** Bytes that may wait to be written; beyond, `append` refuses. */
  maxQueue: number;
  /** Identities that are remembered at the least. */
  retryWindow: number;
  /** Counts of hours before this instant (epoch ms) are forgotten. */
  countsSince: () => number;
  /** Bytes that are no frame were found. */
  onDamage: (damage: DamageReport) => void;
  /** A part of the journal is gone. */
  onGap?: (gap: Gap) => void;
  /** The last segment was removed, and is there again. */
  onRestored?: (file: string) => void;
  /** Traces became durable, up to `end`. */
  onDurable: (counts: HourCounts, traces: number, end: Position) => void;
  /** Something that nobody depends on could not be done, and is tried again. */
  onHindrance?: (error: Error) => void;
  /** The journal can take nothing more; the process must end and the next start read the disk anew. */
  onFatal: (error: Error) => void;
}

/** A trace on its way into the journal; `line` is JSON text of one line, or its UTF-8. */
export interface JournalEntry {
  routing: Routing;
  line: string | Buffer;
}

const BATCH_BUFFER = 256 * 1024;
/** How often it is looked whether the file still has its name. */
const LOOK_EVERY_MS = 1_000;
const PIECE_BYTES = 1024 * 1024;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A buffer that grew beyond this is not kept. */
const SPARE_LIMIT = 8 * 1024 * 1024;

const frames = new FrameWriter();

/** Traces that wait for one write and fdatasync. */
class Batch {
  buffer: Buffer;
  length = 0;
  traces = 0;
  identities: Buffer[] = [];
  private readonly counts = new HourCounts();
  /** A run of traces of one project and time is counted at once. */
  private countedProject = '';
  private countedTime = 0;
  private counted = 0;
  readonly durable: Promise<void>;
  resolve!: () => void;
  reject!: (error: Error) => void;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
    this.durable = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // A batch that fails while nobody waits for it is no unhandled rejection: the error reached onFatal or a waiter.
    this.durable.catch(() => undefined);
  }

  add({ routing, line }: JournalEntry): void {
    this.reserve(frameBound(routing, line));
    this.length = frames.write(this.buffer, this.length, routing, line);
    // A replay is no new trace.
    if (routing.replay) return;
    this.traces++;
    if (routing.projectId !== this.countedProject || routing.recordTime !== this.countedTime) {
      this.count();
      this.countedProject = routing.projectId;
      this.countedTime = routing.recordTime;
    }
    this.counted++;
  }

  /** Traces per project and hour; brings in the run that came last. */
  count(): HourCounts {
    if (this.counted > 0) this.counts.add(this.countedProject, hourOf(this.countedTime), this.counted);
    this.counted = 0;
    return this.counts;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}

/**
 * The append-only log between a producer and its acknowledgement. One loop owns the file: it writes what has
 * gathered, calls fdatasync, and only then lets the waiting appends resolve; meanwhile the next batch gathers.
 */
export class Journal {
  /** Names this journal among others; the same for as long as it exists. */
  readonly id: string;
  /** Nothing of it was there before. */
  private readonly isNew: boolean;
  private readonly options: JournalOptions;
  private readonly window: RetryWindow;
  private readonly damage: DamageKeeper;
  /** Parts of the journal that are gone. */
  gaps!: Gaps;
  /** Traces that are durable, per project and hour. */
  readonly counts = new HourCounts();
  /** Traces journalled since the process began. */
  tracesWritten = 0;

  /** Owned by the commit loop: the last segment and how much of it is durable. */
  private handle!: FileHandle;
  private end!: Position;
  /** Of the last segment, for its companions when it is sealed. Owned by the commit loop. */
  private segmentIdentities: Buffer[] = [];
  private segmentCounts = new HourCounts();
  /** Identities per `.ids` file, oldest first. */
  private readonly idsFiles: { segment: number; identities: number }[] = [];

  /** Gathers while the loop writes the one before; swapped by the loop. */
  private pending = new Batch(Buffer.allocUnsafeSlow(BATCH_BUFFER));
  /** The buffer of the batch before, for the next one. */
  private spare: Buffer | undefined;
  /** Settles with the batch that the loop writes now. */
  private committing: Promise<void> = Promise.resolve();
  private waiting = 0;
  private lookAt = 0;
  private wake: () => void = () => undefined;
  private failure: Error | undefined;
  private closing = false;
  private loop: Promise<void> = Promise.resolve();

  private constructor(id: string, isNew: boolean, options: JournalOptions) {
    this.id = id;
    this.isNew = isNew;
    this.options = options;
    this.window = new RetryWindow(options.retryWindow);
    this.damage = new DamageKeeper(options.directory, options.onDamage);
  }

  /**
   * Opens a journal: rebuilds the retry window and the counts, cuts a torn tail off the last segment. No
   * other process may have it open: the caller has claimed the data directory.
   */
  static async open(options: JournalOptions): Promise<Journal> {
    for (const folder of ['damaged', 'quarantine'])
      await mkdir(path.join(options.directory, folder), { recursive: true, mode: 0o700 });
    const { id, isNew } = await readId(options.directory);
    const journal = new Journal(id, isNew, options);
    await journal.recover();
    journal.loop = journal.commitLoop();
    return journal;
  }

  /** Where the durable part ends; every append that resolved lies before it. */
  get durableEnd(): Position {
    return this.end;
  }

  /** Bytes that wait for the disk. */
  get queued(): number {
    return this.waiting;
  }

  /** Whether a trace with this identity (project_id and trace_id, 32 bytes) was taken recently. */
  knows(identity: Buffer): boolean {
    return this.window.has(identity);
  }

  /**
   * Takes traces, of which it has made copies when it returns; resolves when all of them are on disk. Nothing of
   * them is kept when it rejects.
   * @throws CtsError 503 when the queue or the disk is full or the journal has failed
   */
  append(entries: readonly JournalEntry[], identities: readonly Buffer[]): Promise<void> {
    if (this.failure || this.closing) throw ERRORS.unavailable('the service is stopping; send it again', 5);
    if (this.waiting > this.options.maxQueue) {
      throw ERRORS.unavailable('more traces arrive than the disk can take; send them again', 1);
    }
    const batch = this.pending;
    const before = batch.length;
    for (const entry of entries) batch.add(entry);
    for (const identity of identities) {
      this.window.add(identity);
      batch.identities.push(identity);
    }
    this.waiting += batch.length - before;
    this.wake();
    return batch.durable;
  }

  /** Resolves when everything that was appended so far is on disk. */
  async flushed(): Promise<void> {
    const { pending } = this;
    await this.committing;
    if (pending.length > 0) await pending.durable;
  }

  /** A follower was to read what is gone. */
  async missing({ follower, from }: MissingPart): Promise<void> {
    const counts = await lostOf(this.options.directory, from);
    await this.gaps.add({ from, to: startOf(from.segment + 1), missedBy: [follower], counts });
  }

  /** Commits what was appended, then closes the file. */
  async close(): Promise<void> {
    this.closing = true;
    this.wake();
    await this.loop;
    if (!this.failure) await this.keepName();
    await this.handle.close();
  }

  private async commitLoop(): Promise<void> {
    while (!this.failure) {
      if (this.pending.length === 0) {
        if (this.closing) return;
        await new Promise<void>((resolve) => {
          this.wake = resolve;
          if (this.pending.length > 0 || this.closing) resolve();
        });
        // Let the requests that arrived together come along.
        await nextTurn();
        continue;
      }
      const batch = this.pending;
      this.pending = new Batch(this.spare ?? Buffer.allocUnsafeSlow(BATCH_BUFFER));
      this.spare = undefined;
      this.committing = batch.durable;
      await this.commit(batch);
    }
    this.pending.reject(ERRORS.unavailable('the journal has failed; send it again', 5));
  }

  private async commit(batch: Batch): Promise<void> {
    try {
      if (this.end.offset > SEGMENT_HEADER.length && this.end.offset >= this.options.segmentSize)
        await this.rotate();
      if (performance.now() >= this.lookAt) await this.keepName();
      await this.writeAll(batch.buffer.subarray(0, batch.length));
      await this.handle.datasync().catch((cause) => {
        throw new Fatal('fdatasync of the journal failed', { cause });
      });
      this.end = { segment: this.end.segment, offset: this.end.offset + batch.length };
      this.tracesWritten += batch.traces;
      const counts = batch.count();
      this.counts.addAll(counts.rows());
      this.segmentCounts.addAll(counts.rows());
      for (const identity of batch.identities) this.segmentIdentities.push(identity);
      this.options.onDurable(counts, batch.traces, this.end);
      batch.resolve();
    } catch (error) {
      this.fail(batch, error as Error);
    } finally {
      this.waiting -= batch.length;
      this.committing = Promise.resolve();
      if (batch.buffer.length <= SPARE_LIMIT) this.spare = batch.buffer;
    }
  }

  private fail(batch: Batch, error: Error): void {
    for (const identity of batch.identities) this.window.remove(identity);
    if (!(error instanceof Fatal)) {
      const what = isDiskFull(error)
        ? 'the disk of the journal is full'
        : 'the journal cannot open its next file';
      batch.reject(ERRORS.unavailable(`${what} (${error.message})`, 30));
      return;
    }
    this.failure = error;
    batch.reject(ERRORS.unavailable('the journal has failed; send it again', 5));
    this.options.onFatal(error);
  }

  /**
   * The file may have been removed, moved away or replaced while it is open: then what is in it gets the name again.
   */
  private async keepName(): Promise<void> {
    this.lookAt = performance.now() + LOOK_EVERY_MS;
    const { directory, onRestored } = this.options;
    const file = segmentFile(directory, this.end.segment);
    if (await this.isWritten(file)) return;
    const copy = await open(`${file}.tmp`, 'w+', 0o600);
    try {
      await this.copyInto(copy);
      await rename(`${file}.tmp`, file);
      await syncDirectory(directory);
    } catch (error) {
      await copy.close();
      if (noRoom(error)) throw error;
      throw new Fatal('the journal was removed and cannot be restored', { cause: error });
    }
    await this.handle.close();
    this.handle = copy;
    onRestored?.(file);
  }

  /** Whether that is the file that is open. */
  private async isWritten(file: string): Promise<boolean> {
    const written = await this.handle.stat({ bigint: true });
    const named = await stat(file, { bigint: true }).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
    return named !== undefined && named.ino === written.ino && named.dev === written.dev;
  }

  /** Everything that is durable. */
  private async copyInto(copy: FileHandle): Promise<void> {
    const piece = Buffer.alloc(PIECE_BYTES);
    for (let at = 0; at < this.end.offset; ) {
      const most = Math.min(piece.length, this.end.offset - at);
      const { bytesRead } = await this.handle.read(piece, 0, most, at);
      if (bytesRead === 0) throw new Error('its end is missing');
      await copy.writev([piece.subarray(0, bytesRead)], at);
      at += bytesRead;
    }
    await copy.datasync();
  }

  /** Appends at the durable end. On a full disk the file is cut back, so that the next append begins cleanly. */
  private async writeAll(bytes: Buffer): Promise<void> {
    const { offset } = this.end;
    try {
      for (let written = 0; written < bytes.length; ) {
        written += (await this.handle.write(bytes, written, bytes.length - written, offset + written))
          .bytesWritten;
      }
    } catch (error) {
      if (!isDiskFull(error)) throw new Fatal('writing the journal failed', { cause: error });
      await this.handle.truncate(offset).catch((cause) => {
        throw new Fatal('cutting back the journal failed', { cause });
      });
      throw error;
    }
  }

  /**
   * Seals the last segment (companions first, then its successor) and goes on in a new one. What has no room is
   * done again with the next batch, all of it: until then nothing more comes into the segment, and its
   * companions tell all that is in it.
   */
  private async rotate(): Promise<void> {
    const { segment } = this.end;
    try {
      await this.keepName();
      await writeCompanions(this.end, this.options.directory, this.segmentIdentities, this.segmentCounts);
      const next = await this.createSegment(segment + 1);
      await this.handle.close();
      this.handle = next;
      this.end = startOf(segment + 1);
    } catch (error) {
      if (noRoom(error)) throw error;
      throw new Fatal('beginning a journal segment failed', { cause: error });
    }
    this.idsFiles.push({ segment, identities: this.segmentIdentities.length });
    this.segmentIdentities = [];
    this.segmentCounts = new HourCounts();
    // What cannot be removed stays until the next rotation, and hinders nobody.
    await this.forgetOld().catch((error) => this.options.onHindrance?.(error));
  }

  private async createSegment(segment: number): Promise<FileHandle> {
    const file = segmentFile(this.options.directory, segment);
    const handle = await open(file, 'w+', 0o600);
    try {
      await handle.writeFile(SEGMENT_HEADER);
      await handle.datasync();
      await syncDirectory(this.options.directory);
      return handle;
    } catch (error) {
      await handle.close();
      await unlink(file);
      throw error;
    }
  }

  /** Removes companions that nobody needs any more: identities beyond the window, counts beyond retention. */
  private async forgetOld(): Promise<void> {
    const { directory, retryWindow, countsSince } = this.options;
    const since = countsSince();
    this.counts.dropBefore(since);
    const kept = new Set(await listNumbers(directory, 'journal'));
    let newer = this.idsFiles.reduce((sum, file) => sum + file.identities, 0);
    for (let oldest = this.idsFiles[0]; oldest; oldest = this.idsFiles[0]) {
      newer -= oldest.identities;
      if (newer < 2 * retryWindow || kept.has(oldest.segment)) break;
      // It may be gone already, where that was told as a failure.
      await rm(segmentFile(directory, oldest.segment, 'ids'), { force: true });
      this.idsFiles.shift();
    }
    for (const segment of await listNumbers(directory, 'counts')) {
      if (kept.has(segment)) break;
      const sealed = await sealedOf(directory, segment);
      if (sealed?.traces.some(([, hour]) => hour >= since)) break;
      await unlink(segmentFile(directory, segment, 'counts'));
    }
  }

  private async recover(): Promise<void> {
    const { directory, onGap, countsSince, isExpected } = this.options;
    this.gaps = await Gaps.open(directory, (gap) => onGap?.(gap));
    if (isExpected && this.isNew && (await listNumbers(directory, 'journal')).length === 0) {
      const counts = null;
      await this.gaps.add({ from: startOf(0), to: startOf(1), missedBy: [...FOLLOWERS], counts });
    }
    const { window, damage, gaps } = this;
    const remember = (identity: Buffer) => window.add(identity);
    const { end, isNew, own, counts, idsFiles } = await new Recovery({
      directory,
      damage,
      gaps,
      remember,
    }).run();
    this.idsFiles.push(...idsFiles);
    this.counts.addAll(counts.rows());
    this.counts.dropBefore(countsSince());
    this.counts.addAll(own.counts.rows());
    this.segmentIdentities = own.identities;
    this.segmentCounts = own.counts;
    this.end = end;
    if (isNew) {
      this.handle = await this.createSegment(end.segment);
      return;
    }
    this.handle = await open(segmentFile(directory, end.segment), 'r+');
    await this.handle.truncate(end.offset);
    await this.handle.datasync();
  }
}

/** An error after which the pages of the file cannot be trusted. */
class Fatal extends Error {
  override readonly name = 'JournalFailed';
}

/** Stands in two files: a journal under another name would repeat what has taken effect. */
async function readId(directory: string): Promise<{ id: string; isNew: boolean }> {
  const files = ['id', 'id.copy'].map((name) => path.join(directory, name));
  const found = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(unlessNoRoom(''))));
  const known = found.find((text) => UUID.test(text));
  const id = known ?? randomUUID();
  for (const [at, file] of files.entries()) if (found[at] !== id) await replaceFile(file, id);
  return { id, isNew: known === undefined };
}

function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** Neither on the disk nor for another open file; it comes back. */
function noRoom(error: unknown): boolean {
  return isDiskFull(error) || ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** A file that cannot be opened now is not taken for absent. */
function unlessNoRoom<Value>(instead: Value): (error: unknown) => Value {
  return (error) => {
    if (noRoom(error)) throw error;
    return instead;
  };
}
