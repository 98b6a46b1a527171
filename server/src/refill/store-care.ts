import { rm } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Accounting } from '../accounting.ts';
import type { ArchiveCatalog, SelectedFile } from '../archive/index.ts';
import { CtsError } from '../errors.ts';
import { HourCounts, hourOf, type Journal } from '../journal/index.ts';
import type { TraceStore } from '../traces/index.ts';
import { Filler } from './filler.ts';
import { type FoundTrace, tracesInFile, tracesInJournal } from './found.ts';
import { LostParts } from './lost-parts.ts';
import { isMore, missingOf, totalOf } from './missing.ts';
import { type CheckProgress, PartsCheck } from './parts-check.ts';

const HOUR = 3_600_000;
/** Files that were on their way to their bucket may bring what is missing: first soon, then ever more rarely. */
const LOOK_FIRST_MS = 5_000;
const LOOK_MOST_MS = 5 * 60_000;
/** What cannot be looked at now is looked at again soon. */
const RETRY_MS = 10_000;

/** Which traces are to be there; absent: all. Instants are epoch ms of `record_time`. */
export interface Refillable {
  projectId?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
}

export interface StoreState {
  /** Traces that should be in the store and are not. */
  missing: number;
  /** Of these, those that neither the journal nor a trace file has. */
  unavailable: number;
  /** While it is being filled again. */
  refilling: { files: number; filesDone: number } | undefined;
  /** Traces brought back since the start. */
  refilled: number;
  /** Trace files that could not be read. */
  unreadableFiles: number;
  /** While parts of the store are read to see whether they are whole. */
  checking: CheckProgress | undefined;
  /** Parts that could not be read and were taken out. */
  damagedParts: readonly string[];
}

export interface StoreCareOptions {
  store: TraceStore;
  accounting: Pick<Accounting, 'indexed'>;
  journal: Journal;
  /** Directory of the journal. */
  directory: string;
  /** Where it is noted which parts of the store were read. */
  checked: string;
  /** Where it is noted since when parts are lost. */
  lost: string;
  /** For copies of trace files that are being read; holds nothing that lasts. */
  scratch: string;
  catalog: ArchiveCatalog;
  retentionMs: number;
  lag: () => number;
  /** A trace file was read. */
  onRead: (file: SelectedFile) => Promise<void>;
  clock: () => number;
  log: Logger;
}

/**
 * Looks whether the trace store holds what was indexed, at the start, every hour and when something cannot be read,
 * and brings back what is missing from what is left of the journal and from trace files. What it had done before a restart is counted in the store: it goes on where something is missing.
 */
export class StoreCare {
  private readonly options: StoreCareOptions;
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private readonly check: PartsCheck;
  private readonly lost: LostParts;
  /** Something has become known since the last look began. */
  private suspicious = false;
  private wanted: Refillable | undefined;
  private lookAgainMs = LOOK_FIRST_MS;
  /** Still missing after everything was read, and the files that need not be read again. */
  private left = new HourCounts();
  private readonly read = new Set<string>();
  /** Files that could not be read, and what was said of each. */
  private readonly unreadable = new Map<string, string>();
  readonly state: StoreState = {
    missing: 0,
    unavailable: 0,
    refilling: undefined,
    refilled: 0,
    unreadableFiles: 0,
    checking: undefined,
    damagedParts: [],
  };

  constructor(options: StoreCareOptions) {
    this.options = options;
    const { store, checked: file, lost, clock, log } = options;
    this.lost = new LostParts(lost, clock, log);
    this.check = new PartsCheck({
      ...{ store, file, clock, log },
      onProgress: (progress) => {
        this.state.checking = progress;
      },
      onTakenOut: () => this.lookSoon(),
    });
  }

  async start(): Promise<void> {
    const { scratch, log } = this.options;
    await rm(scratch, { recursive: true, force: true }).catch((err) =>
      log.warn({ err }, 'copies of trace files that an earlier run has left cannot be removed now'),
    );
    await this.lost.read();
    await this.check.start();
    this.look();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.check.stop();
    await this.running;
  }

  /** The store could not read something. */
  suspect(): void {
    this.check.suspect();
    this.lookSoon();
  }

  /** It may have lost what it had. */
  lookSoon(): void {
    this.suspicious = true;
    this.look();
  }

  /** Looks for traces wherever they may be, also where none seems to be missing. */
  refill(wanted: Refillable): void {
    this.wanted = wanted;
    this.look();
  }

  private look(): void {
    if (this.running || this.stopping.signal.aborted) return;
    clearTimeout(this.timer);
    this.running = this.work().then((pause) => {
      this.running = undefined;
      if (this.stopping.signal.aborted) return;
      const again = this.suspicious || this.wanted ? Math.min(pause, RETRY_MS) : pause;
      this.timer = setTimeout(() => this.look(), again);
      this.timer.unref();
    });
  }

  /** Rejects never. @returns when to look again, ms */
  private async work(): Promise<number> {
    const { log } = this.options;
    this.suspicious = false;
    try {
      await this.countDamaged();
      await this.fill();
      if (this.state.missing === 0 && this.lost.days().length === 0) return HOUR;
      const pause = this.lookAgainMs;
      this.lookAgainMs = Math.min(pause * 2, LOOK_MOST_MS);
      return pause;
    } catch (err) {
      if (!this.stopping.signal.aborted)
        log.warn({ err }, 'it could not be looked whether the trace store is whole; it is tried again');
      return RETRY_MS;
    } finally {
      this.state.refilling = undefined;
    }
  }

  private async countDamaged(): Promise<void> {
    const { store, log } = this.options;
    const before = this.state.damagedParts.length;
    this.state.damagedParts = await store.damagedParts();
    if (before === 0 && this.state.damagedParts.length > 0)
      log.error({ parts: this.state.damagedParts }, 'the trace store has put damaged parts aside');
    await this.lost.note(this.state.damagedParts);
  }

  private async fill(): Promise<void> {
    const { log } = this.options;
    const { wanted } = this;
    const isLost = this.lost.isUnsought;
    this.wanted = undefined;
    const missing = await this.count();
    const fresh = isMore(missing, this.left);
    if (fresh) {
      const traces = totalOf(missing);
      log.error({ traces }, `the trace store holds ${traces} traces less than it should; it is filled again`);
    }
    // What has come meanwhile is missed anew if it is lost again.
    if (!fresh) this.left = missing;
    if (fresh || wanted || isLost) {
      this.read.clear();
      this.lookAgainMs = LOOK_FIRST_MS;
    }
    const hours = wanted ? this.hoursOf(wanted) : this.withLost(missing);
    if (totalOf(hours) === 0) return;
    const before = this.state.refilled;
    await this.refillFrom(hours, fresh || isLost || wanted !== undefined);
    if (!wanted) this.lost.isUnsought = false;
    this.left = await this.count();
    const left = totalOf(this.left);
    this.state.unavailable = left;
    const traces = this.state.refilled - before;
    if (traces > 0) log.info({ traces }, 'traces are in the trace store again');
    if (fresh && left > 0)
      log.error({ traces: left }, 'missing traces are neither in the journal nor in trace files');
  }

  /** What is missing now. What was indexed is known first: more may come meanwhile, but not less. */
  private async count(): Promise<HourCounts> {
    const { store, accounting } = this.options;
    const from = this.since();
    const indexed = accounting.indexed(from);
    const missing = missingOf(indexed, await store.held(from));
    this.state.missing = totalOf(missing);
    this.state.unavailable = Math.min(this.state.unavailable, this.state.missing);
    return missing;
  }

  /** The first hour that retention leaves whole. */
  private since(): number {
    const { clock, retentionMs } = this.options;
    return hourOf(clock() - retentionMs) + HOUR;
  }

  private hoursOf({ projectId, from = 0, to = Number.POSITIVE_INFINITY }: Refillable): HourCounts {
    const hours = new HourCounts();
    for (const [project, hour, traces] of this.options.accounting.indexed(this.since()).rows()) {
      if (projectId !== undefined && project !== projectId) continue;
      if (hour + HOUR > from && hour < to) hours.add(project, hour, traces);
    }
    return hours;
  }

  /**
   * And the hours of lost parts: where traces were lost from the journal or came twice, counts do not tell what the
   * parts held.
   */
  private withLost(missing: HourCounts): HourCounts {
    const hours = new HourCounts();
    hours.addAll(missing.rows());
    for (const day of this.lost.days()) hours.addAll(this.hoursOf(day).rows());
    return hours;
  }

  private async refillFrom(hours: HourCounts, withJournal: boolean): Promise<void> {
    const { store, lag, journal, directory } = this.options;
    const { signal } = this.stopping;
    const filler = new Filler({
      ...{ store, signal, lag },
      onFilled: (traces) => {
        this.state.refilled += traces;
        this.state.missing = Math.max(this.state.missing - traces, 0);
      },
    });
    const files = await this.filesOf(hours);
    this.state.refilling = { files: files.length, filesDone: 0 };
    if (withJournal) await this.bringIn(tracesInJournal(directory, journal), hours, filler);
    for (const [done, file] of files.entries()) {
      this.state.refilling = { files: files.length, filesDone: done };
      await this.fillFrom(file, hours, filler);
    }
  }

  /** Files that may have traces of these hours and were not read yet. */
  private async filesOf(hours: HourCounts): Promise<SelectedFile[]> {
    const files: SelectedFile[] = [];
    for (const projectId of new Set([...hours.rows()].map(([id]) => id))) {
      const wanted = hours.hours(projectId);
      const [first = 0] = wanted;
      const some = await this.options.catalog.recorded(projectId, first, (wanted.at(-1) ?? 0) + HOUR);
      files.push(
        ...some.filter(
          (file) =>
            !this.read.has(idOf(file)) &&
            wanted.some((hour) => file.first_time < hour + HOUR && file.last_time >= hour),
        ),
      );
    }
    return files;
  }

  /** A file that cannot be read costs only itself; where that may pass, it is read when it is looked again. */
  private async fillFrom(file: SelectedFile, hours: HourCounts, filler: Filler): Promise<void> {
    const { catalog, scratch, log, onRead } = this.options;
    let unreadable = 0;
    try {
      const traces = tracesInFile(catalog, file, scratch, () => unreadable++);
      await this.bringIn(traces, hours, filler);
      await onRead(file);
      this.unreadable.delete(idOf(file));
    } catch (err) {
      this.stopping.signal.throwIfAborted();
      this.tellUnreadable(file, err as Error);
      if (mayPass(err)) return;
    } finally {
      this.state.unreadableFiles = this.unreadable.size;
    }
    if (unreadable > 0)
      log.error({ key: file.key, lines: unreadable }, 'lines of a trace file are no traces of its project');
    this.read.add(idOf(file));
  }

  /** Once, as long as the reason is the same. */
  private tellUnreadable(file: SelectedFile, err: Error): void {
    const { bucket, key } = file;
    if (this.unreadable.get(idOf(file)) === err.message) return;
    this.unreadable.set(idOf(file), err.message);
    this.options.log.error({ err, bucket, key }, 'a trace file cannot be read: its traces stay missing');
  }

  private async bringIn(traces: AsyncIterable<FoundTrace>, hours: HourCounts, filler: Filler): Promise<void> {
    for await (const trace of traces) {
      this.stopping.signal.throwIfAborted();
      if (hours.get(trace.projectId, hourOf(trace.recordTime)) > 0) await filler.add(trace);
    }
    await filler.flush();
  }
}

/** What is gone or was changed stays so; a key that is disabled, or a store that is away, does not. */
const mayPass = (error: unknown) => !(error instanceof CtsError && [404, 500].includes(error.status));
const idOf = ({ bucket, key }: SelectedFile) => `${bucket} ${key}`;
