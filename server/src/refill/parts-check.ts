import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { type Static, Type } from 'typebox';
import { replaceFile } from '../durable.ts';
import { readerOf } from '../metadata/index.ts';
import type { StoredPart, TraceStore } from '../traces/index.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A part that was written so lately may not be on the disk yet when it is read: that counts for nothing. */
const SETTLED_MS = HOUR;
/** Disks forget. */
const VALID_MS = 30 * DAY;
/** All parts are not read more often, whatever is suspected. */
const ALL_AGAIN_MS = 60_000;
const RETRY_MS = 10_000;
const SAVE_EVERY_MS = 10_000;

/** Checksum of a part, when it was read, and when it had been written. */
const Checked = Type.Tuple([Type.String(), Type.Number(), Type.Number()]);
type Checked = Static<typeof Checked>;
const readChecked = readerOf(Type.Record(Type.String(), Checked));

export interface CheckProgress {
  parts: number;
  partsDone: number;
  bytes: number;
  bytesDone: number;
}

export interface PartsCheckOptions {
  store: Pick<TraceStore, 'parts' | 'setAsideIfDamaged'>;
  /** Where it is noted which parts were read. */
  file: string;
  clock: () => number;
  log: Logger;
  onProgress: (progress: CheckProgress | undefined) => void;
  /** Parts were taken out. */
  onTakenOut: () => void;
}

/**
 * Reads the parts of the trace store, the newest first, and takes out those that are damaged: at the start and once
 * a day what was not read yet, in half of the time; when something could not be read all of them, at once. What was
 * read is noted, so that a start goes on where the one before was.
 */
export class PartsCheck {
  private readonly options: PartsCheckOptions;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  /** By the name of a part. Owned by the loop. */
  private checked = new Map<string, Checked>();
  private savedAt = Number.NEGATIVE_INFINITY;
  /** Something could not be read since all parts were. */
  private doubted = false;
  /** When all were read, by `performance.now()`. */
  private allAt = Number.NEGATIVE_INFINITY;
  /** Ends the loop's pause. */
  private wake: () => void = () => undefined;

  constructor(options: PartsCheckOptions) {
    this.options = options;
  }

  async start(): Promise<void> {
    this.checked = await this.load();
    this.running = this.loop();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  /** The store could not read something. */
  suspect(): void {
    this.doubted = true;
    this.wake();
  }

  private async loop(): Promise<void> {
    let notBefore = performance.now();
    for (let next = notBefore; !this.stopping.signal.aborted; ) {
      const due = Math.max(this.doubted ? Math.min(next, this.allAt + ALL_AGAIN_MS) : next, notBefore);
      if (due > performance.now()) {
        await this.pause(due - performance.now());
        continue;
      }
      try {
        await this.round(this.doubted);
        next = performance.now() + DAY;
      } catch (err) {
        if (!this.stopping.signal.aborted)
          this.options.log.warn({ err }, 'the parts of the trace store could not be read; it is tried again');
        notBefore = performance.now() + RETRY_MS;
        next = notBefore;
      }
      this.options.onProgress(undefined);
      await this.save();
    }
  }

  private async round(all: boolean): Promise<void> {
    const { store, log, onProgress, onTakenOut } = this.options;
    const parts = await store.parts();
    this.checked = this.known(parts);
    const due = all ? parts : parts.filter((part) => !this.isChecked(part));
    const bytes = due.reduce((sum, part) => sum + part.bytes, 0);
    const progress = { parts: due.length, partsDone: 0, bytes, bytesDone: 0 };
    for (const part of due) {
      // A round of all of them takes the place of this one.
      if (this.stopping.signal.aborted || (this.doubted && !all)) return;
      onProgress({ ...progress });
      const began = performance.now();
      if (await store.setAsideIfDamaged(part.name)) {
        log.error(
          { part: part.name },
          'a damaged part of the trace store was taken out; it is kept in its folder "detached"',
        );
        onTakenOut();
      } else this.checked.set(part.name, [part.checksum, this.options.clock(), part.written]);
      progress.partsDone++;
      progress.bytesDone += part.bytes;
      if (performance.now() - this.savedAt > SAVE_EVERY_MS) await this.save();
      if (!all) await this.pause(performance.now() - began);
    }
    if (!all) return;
    this.doubted = false;
    this.allAt = performance.now();
  }

  /** A part that was given another name has the files that it had. */
  private known(parts: StoredPart[]): Map<string, Checked> {
    const byChecksum = new Map([...this.checked.values()].map((one) => [one[0], one]));
    return new Map(
      parts.flatMap(({ name, checksum }) => {
        const known = this.checked.get(name) ?? byChecksum.get(checksum);
        return known ? [[name, known] as const] : [];
      }),
    );
  }

  private isChecked({ name, checksum }: StoredPart): boolean {
    const [then, at, written] = this.checked.get(name) ?? ['', 0, 0];
    return then === checksum && at - written > SETTLED_MS && Math.abs(this.options.clock() - at) < VALID_MS;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.stopping.signal.aborted) this.wake();
    });
  }

  /** What was noted cannot be read: all parts are read once more. */
  private async load(): Promise<typeof this.checked> {
    const { file, log } = this.options;
    try {
      const { value, problem } = readChecked(await readFile(file, 'utf8'));
      if (!value) throw new Error(`${file}: ${problem}`);
      return new Map(Object.entries(value));
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code !== 'ENOENT')
        log.warn({ err }, 'which parts of the trace store were read is not known; all are read');
      return new Map();
    }
  }

  /** Never rejects: without it parts are read once more. */
  private async save(): Promise<void> {
    const { file, log } = this.options;
    this.savedAt = performance.now();
    await replaceFile(file, JSON.stringify(Object.fromEntries(this.checked))).catch((err) =>
      log.warn({ err }, 'it could not be noted which parts of the trace store were read'),
    );
  }
}
