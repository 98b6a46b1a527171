import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { makeDirectory, replaceFile } from '../durable.ts';
import {
  comparePositions,
  type Journal,
  JournalReader,
  type Position,
  readPosition,
} from '../journal/index.ts';
import type { Metadata } from '../metadata/index.ts';
import type { StoredLine, TraceKey, TraceStore } from '../traces/index.ts';
import type { Archiving } from './archiving.ts';
import { assertNoneThere } from './listed-before.ts';
import { isOpen, type ListedJob, ListedJobs, type Switching } from './listed-jobs.ts';
import { idsFolder, ListedSlice, moveAnnounced } from './listed-slice.ts';
import { PassedIds, type Watch } from './passed-ids.ts';
import type { Route } from './route.ts';
import type { RouteHistory } from './route-history.ts';
import { LISTED } from './spool.ts';
import { UncutIds } from './uncut-ids.ts';

const LOOK_EVERY_MS = 1_000;
/** Traces that are asked for at a time. */
const PAGE_TRACES = 2_000;
const SLICE_TRACES = 50_000;
/** What is done pauses for as long as it took, but at the most so long. */
const MOST_PAUSE_MS = 5_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 60_000;
/** Of a job that another run has ended. */
const GONE = 'the tracker was deleted, or its transfer set up anew';

export interface ListingOptions {
  metadata: Metadata;
  store: Pick<TraceStore, 'extentOf' | 'linesOf'>;
  journal: Journal;
  /** Directory of the journal. */
  directory: string;
  spool: string;
  history: RouteHistory;
  archiving: Pick<Archiving, 'hold' | 'position' | 'failingSince' | 'underWay'>;
  /** Where trackers transfer to now. */
  routes: () => Promise<readonly Route[]>;
  clock: () => number;
  log: Logger;
  /** Something has come into the spool. */
  onSpooled: () => void;
  /** Traces of one folder in the spool, about. */
  sliceTraces?: number;
}

/** What is remembered of a job as long as the process runs. */
interface Progress {
  uncut: UncutIds;
  passed: PassedIds;
}

/**
 * Brings traces of the trace list into trace files, of trackers whose transfer was switched on with that wish. What
 * goes with the transfer is noted: by the archiver while it cuts, and before that out of the journal; all others are
 * written, oldest first. A folder of files is announced before it comes into the spool: from then on it comes there
 * whatever happens, and before that nothing of it was there, so that each trace is in one file.
 */
export class Listing {
  private readonly options: ListingOptions;
  private readonly jobs: ListedJobs;
  private readonly progress = new Map<string, Progress>();
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  /** Ends what is being done of a job, for whoever wants to change jobs. */
  private hurry = new AbortController();
  private held = 0;
  private running: Promise<void> = Promise.resolve();
  private failures = 0;
  /** Jobs whose folders are removed, or about to be. */
  private readonly tidied = new Set<string>();
  /** Traces of the list that are still to be looked at. */
  left = 0;
  /** Traces that came into files. */
  written = 0;

  constructor(options: ListingOptions) {
    this.options = options;
    this.jobs = new ListedJobs(options.metadata);
  }

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.hurry.abort();
    await this.loop;
  }

  /** Traces whose passing the archiver is to note. */
  async watches(): Promise<Watch[]> {
    const { spool } = this.options;
    const watches: Watch[] = [];
    for (const job of await this.jobs.open()) {
      const folder = idsFolder(spool, job);
      if (existsSync(folder)) {
        const { tracker_id: trackerId, bucket, up_to } = job;
        watches.push({ trackerId, bucket, folder, upTo: up_to ?? Number.POSITIVE_INFINITY });
      } else await this.jobs.end(job.id, 'ended', 'what was noted of the transfer is gone from the spool');
    }
    return watches;
  }

  /**
   * Switches a tracker's transfer on so that what is in the trace list comes into the bucket, too. Nothing is cut, and
   * no other job goes on, while it is done.
   * @throws CtsError 400 when that cannot be done exactly, 503
   */
  async switchOn<Result>(
    tracker: { projectId: string; name: string },
    bucket: string,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const { archiving } = this.options;
    return archiving.hold(() =>
      this.hold(async () => {
        await assertNoneThere(this.options, tracker, bucket);
        return work();
      }),
    );
  }

  /** In the transaction of a change of a tracker. */
  async note(transaction: Metadata, change: Switching): Promise<void> {
    const { journal, clock, spool } = this.options;
    const begun = await this.jobs.note(transaction, change, { journalId: journal.id, now: clock() });
    if (!begun) return;
    const folder = idsFolder(spool, begun);
    await makeDirectory(folder);
    // Copies of the data directory have no empty folders.
    await replaceFile(path.join(folder, 'begun'), '');
  }

  /** No job goes on while this is done. */
  async hold<Result>(work: () => Promise<Result>): Promise<Result> {
    this.held++;
    this.hurry.abort();
    try {
      await this.running;
      return await work();
    } finally {
      this.held--;
    }
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await sleep(this.pauseMs(), undefined, { signal }).catch(() => undefined);
      if (signal.aborted || this.held > 0) continue;
      await this.look();
    }
  }

  /** Does of all jobs what can be done now. Rejects never. */
  look(): Promise<void> {
    this.hurry = new AbortController();
    this.running = this.goOn();
    return this.running;
  }

  private pauseMs(): number {
    if (this.failures === 0) return LOOK_EVERY_MS;
    return Math.min(RETRY_FIRST_MS * 2 ** this.failures, RETRY_MOST_MS);
  }

  private async goOn(): Promise<void> {
    const { log } = this.options;
    let failed = false;
    const jobs = await this.jobs.all().catch(() => []);
    await this.tidy(jobs);
    const open = jobs.filter(isOpen);
    this.left = open.reduce((sum, { total, traces }) => sum + Math.max(total - traces, 0), 0);
    for (const job of open) {
      if (this.hurry.signal.aborted) return;
      try {
        await this.work(job);
        if (job.message !== '') await this.jobs.tell(job.id, '');
      } catch (err) {
        if (this.hurry.signal.aborted) return;
        failed = true;
        const { message } = err as Error;
        if (job.message !== message)
          log.error(
            { err, tracker: job.tracker },
            'traces of the list do not come into trace files; it is tried again',
          );
        await this.jobs.tell(job.id, message).catch(() => undefined);
      }
    }
    this.failures = failed ? this.failures + 1 : 0;
  }

  /** Jobs that are over are told, and what they have left goes. The archiver may still be noting something. */
  private async tidy(jobs: readonly ListedJob[]): Promise<void> {
    const { archiving, spool } = this.options;
    for (const id of await readdir(path.join(spool, LISTED)).catch(() => [])) {
      const job = jobs.find((one) => one.id === id);
      if ((job && isOpen(job)) || this.tidied.has(id)) continue;
      this.tidied.add(id);
      this.progress.delete(id);
      this.tellEnd(id, job ?? this.jobs.removed.get(id));
      const folder = path.join(spool, LISTED, id);
      void archiving
        .hold(() => rm(folder, { recursive: true, force: true }))
        .then(() => this.jobs.removed.delete(id))
        .catch(() => this.tidied.delete(id));
    }
  }

  private tellEnd(id: string, job: ListedJob | undefined): void {
    const { log } = this.options;
    const { tracker, bucket, traces, message: reason } = job ?? { message: GONE };
    const about = { job: id, tracker, bucket, traces };
    if (job?.state === 'done') log.info(about, 'the traces of the list are in trace files');
    else log.warn({ ...about, reason }, 'no more traces of the list come into trace files');
  }

  /** One job, until nothing is left to be done now. */
  private async work(first: ListedJob): Promise<void> {
    await this.moveOn(first);
    for (let known: ListedJob | undefined = first; ; ) {
      known = (await this.jobs.open()).find(({ id }) => id === first.id);
      if (!known) return;
      const { tracker_id, bucket } = known;
      const route = (await this.options.routes()).find((one) => one.trackerId === tracker_id);
      if (!route || route.bucket !== bucket) {
        return this.jobs.end(known.id, 'ended', 'the tracker transfers elsewhere');
      }
      if (known.up_to === null) {
        if (!(await this.begin(known))) return;
        continue;
      }
      if (!(await this.bringSlice(known, known.up_to, route))) return this.jobs.end(known.id, 'done');
      this.options.onSpooled();
    }
  }

  /** @returns whether the list holds all that is not noted to go with the transfer */
  private async begin(job: ListedJob): Promise<boolean> {
    const { journal, history, directory, store, log } = this.options;
    const { id, journal_id, ready_segment: segment, ready_offset: offset } = job;
    if (segment === null || offset === null || journal_id !== journal.id) {
      await history.settle();
      await journal.flushed();
      await this.jobs.await(id, journal.id, journal.durableEnd);
      return true;
    }
    const indexed = await readPosition(path.join(directory, 'positions'), 'indexer');
    if (!indexed || comparePositions(indexed.position, { segment, offset }) < 0) return false;
    const { traces, newest } = await store.extentOf(trackerOf(job));
    await this.jobs.begin(id, newest, traces);
    log.info(
      { tracker: job.tracker, bucket: job.bucket, traces },
      'traces of the list come into trace files, too',
    );
    return true;
  }

  /** @returns whether there was anything left */
  private async bringSlice(job: ListedJob, upTo: number, route: Route): Promise<boolean> {
    const slice = await ListedSlice.begin(this.options.spool, job, route);
    const last = await this.fill(slice, job, upTo).catch(async (error) => {
      // Else it would keep its part of a full disk.
      await slice.discard();
      throw error;
    });
    if (!last) return false;
    const reached = { ...last, traces: slice.traces };
    if (slice.traces === 0) await this.jobs.skip(job.id, reached);
    else if (await this.jobs.announce(job.id, reached)) {
      await this.moveOn({ ...job, pending_time: last.time, pending_traces: slice.traces });
    }
    return true;
  }

  /** @returns the last trace that was looked at; undefined: there was none */
  private async fill(slice: ListedSlice, job: ListedJob, upTo: number): Promise<TraceKey | undefined> {
    let last: TraceKey | undefined;
    const { sliceTraces = SLICE_TRACES } = this.options;
    for (let seen = 0, more = true; more && seen < sliceTraces; ) {
      const page = await this.page(job, upTo, last ?? keyOf(job));
      await slice.add(page.traces);
      last = page.last ?? last;
      seen += page.seen;
      more = page.more;
    }
    await slice.finish();
    return last;
  }

  /** What of the list comes next, without what goes with the transfer. */
  private async page(job: ListedJob, upTo: number, after: TraceKey | undefined) {
    const { store, journal } = this.options;
    const began = performance.now();
    const limit = Math.min(this.options.sliceTraces ?? PAGE_TRACES, PAGE_TRACES);
    const { lines, more } = await store.linesOf(trackerOf(job), { upTo, after, limit });
    const [first, last] = [lines[0], lines.at(-1)];
    let traces: StoredLine[] = [];
    if (first && last) {
      const { uncut, passed } = this.progressOf(job, upTo);
      // What is in the list by now was journalled before.
      await uncut.advance(journal.durableEnd);
      const gone = await passed.within(first.time, last.time);
      traces =
        gone.size === 0 ? lines : lines.filter(({ traceId }) => !gone.has(traceId.replaceAll('-', '')));
    }
    const { signal } = this.hurry;
    await sleep(Math.min(performance.now() - began, MOST_PAUSE_MS), undefined, { signal });
    return { traces, seen: lines.length, last: last && { time: last.time, traceId: last.traceId }, more };
  }

  private progressOf(job: ListedJob, upTo: number): Progress {
    const { directory, journal, archiving, history, routes, spool } = this.options;
    const known = this.progress.get(job.id);
    if (known) return known;
    const folder = idsFolder(spool, job);
    const watch = { trackerId: job.tracker_id, bucket: job.bucket, folder, upTo };
    const progress = {
      passed: new PassedIds(folder),
      uncut: new UncutIds(watch, {
        journal: new JournalReader(directory, journal.durableEnd, () => undefined),
        archived: () => archiving.position,
        periods: async (from: Position) => history.periods(from, await routes()),
      }),
    };
    this.progress.set(job.id, progress);
    return progress;
  }

  /** What was announced comes into the spool. */
  private async moveOn(job: ListedJob): Promise<void> {
    if (job.pending_time === null) return;
    await moveAnnounced(this.options.spool, job);
    await this.jobs.confirm(job.id);
    this.written += job.pending_traces;
  }
}

const trackerOf = ({ project_id: projectId, tracker: trackerName }: ListedJob) => ({
  projectId,
  trackerName,
});

const keyOf = ({ last_time: time, last_id: traceId }: ListedJob): TraceKey | undefined =>
  time === null || traceId === null ? undefined : { time, traceId };
