import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import {
  type AsideChange,
  AsideKeeper,
  comparePositions,
  type DamageReport,
  Follower,
  HourCounts,
  type Journal,
  JournalReader,
  type MissingPart,
  type Position,
} from '../journal/index.ts';
import { ARCHIVER, Archiver, type OnWhole, type Plan } from './archiver.ts';
import type { CutterJob, Manifest } from './cutter.ts';
import type { CutterNews, CutterSetup } from './cutter-thread.ts';
import { manifestIn, READY, readyStretches } from './spool.ts';

/** The same file seen from `src/` and from `dist/`. */
const THREAD = fileURLToPath(new URL('../../dist/archive/cutter-thread.js', import.meta.url));
const LOOK_EVERY_MS = 500;
const READ_BYTES = 8 * 1024 * 1024;
/** Journal that may wait for the end of its cycle; a busier one is cut in between. */
const MOST_WAITING = 512 * 1024 * 1024;

export interface ArchivingOptions {
  journal: Journal;
  /** Directory of the journal. */
  directory: string;
  segmentSize: number;
  spool: string;
  /** Length of a cycle; cycles begin on the wall clock's multiples of it. */
  cycleMs: number;
  clock: () => number;
  log: Logger;
  /** From a position on. */
  plan: (from: Position) => Promise<Plan>;
  /** Everything before a position has been cut. */
  onPassed: (position: Position) => Promise<void>;
  /** record_time of the newest trace in a delivered file, of those up to an instant; 0: there is none. */
  deliveredTo: (until: number) => Promise<number>;
  /** A stretch may wait in the spool. */
  onCut: () => void;
  onDamage: (damage: DamageReport) => void;
  onMissing: (missing: MissingPart) => void;
  onAside: (change: AsideChange) => void;
}

/** The archiver and its clock: every cycle becomes trace files in the spool. */
export class Archiving {
  private readonly options: ArchivingOptions;
  private archiver: Archiver | undefined;
  private reader: JournalReader | undefined;
  private timer: NodeJS.Timeout | undefined;
  private cycle = 0;
  /** All that had been journalled when the archiver last came to its end; undefined: it has not yet. */
  private passed: HourCounts | undefined;
  private cutting = 0;
  private last: Promise<void> = Promise.resolve();
  /** When what failed is tried again, by `performance.now()`. */
  private againAt = Number.POSITIVE_INFINITY;

  constructor(options: ArchivingOptions) {
    this.options = options;
  }

  /** Puts in order what a crash interrupted, and begins. */
  async start(): Promise<void> {
    const { journal, directory, spool, log, clock, cycleMs, onDamage, onAside } = this.options;
    this.reader = new JournalReader(directory, journal.durableEnd, onDamage);
    const aside = new AsideKeeper(directory, ARCHIVER, onAside);
    const follower = await Follower.open(ARCHIVER, this.reader, path.join(directory, 'positions'), {
      onLost: (reason) =>
        log.error(
          { reason },
          'how far the archiver was is lost; it goes on behind the newest trace in a trace file',
        ),
    });
    if (follower.doubt) await this.findPlace(follower, this.reader);
    this.archiver = new Archiver({
      journalId: journal.id,
      follower,
      aside,
      spool,
      log,
      cutStretch: (job) => this.inThread(job),
    });
    await this.archiver.recover();
    this.cycle = Math.floor(clock() / cycleMs);
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    // What an earlier run has left begins a cycle of its own.
    void this.cut();
  }

  /**
   * Without its position the archiver goes on behind the newest trace that is in a file. What was recorded while a
   * clock was ahead tells nothing.
   */
  private async findPlace(follower: Follower, reader: JournalReader): Promise<void> {
    const { spool, deliveredTo, clock } = this.options;
    const now = clock();
    const spooled = await Promise.all(
      (await readyStretches(spool)).map((stretch) => manifestIn(path.join(spool, READY, stretch))),
    );
    const times = spooled.flatMap((manifest) => manifest?.files.map(({ to }) => to) ?? []);
    const newest = Math.max(await deliveredTo(now), ...times.filter((time) => time <= now));
    for (let at = follower.position; ; ) {
      const { frames, next } = await reader.read(at, READ_BYTES);
      const found = frames.find(({ recordTime }) => recordTime > newest);
      if (found || comparePositions(at, next) === 0) {
        await follower.save(found?.position ?? next, null);
        return;
      }
      at = next;
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.last;
  }

  /** Everything before it has been cut. */
  get position(): Position {
    return this.archiver?.position ?? { segment: 0, offset: 0 };
  }

  /** Traces of a project and an hour of record_time that wait for the end of their cycle. */
  uncut(projectId: string, hour: number): number {
    if (!this.passed) return 0;
    return Math.max(this.options.journal.counts.get(projectId, hour) - this.passed.get(projectId, hour), 0);
  }

  /** Since when cutting fails, epoch ms. */
  get failingSince(): number | undefined {
    return this.archiver?.failingSince;
  }

  /** The stretch in the spool that is not noted as cut yet. */
  get underWay(): string | undefined {
    return this.archiver?.underWay;
  }

  /** Cuts what the journal holds now, one stretch after the other. Never rejects. */
  cut(): Promise<void> {
    this.cutting++;
    this.last = this.last
      .then(() => this.cutNow())
      .then(() => undefined)
      .finally(() => this.cutting--);
    return this.last;
  }

  /** Nothing is cut while this is done, unless it asks for that: the position does not move. */
  hold<Result>(work: () => Promise<Result>): Promise<Result> {
    this.cutting++;
    const done = this.last.then(work);
    const ended = () => {
      this.cutting--;
    };
    this.last = done.then(ended, ended);
    return done;
  }

  /**
   * While it is held: cuts what the journal holds now, unless cutting has been failing before.
   * @param before done when the end is known, and the position stands where it stood
   * @returns where that ends, and whether it is cut
   * @throws Error when it fails now
   */
  async cutHeld(before: () => Promise<void>, onWhole: OnWhole): Promise<{ end: Position; isCut: boolean }> {
    if (this.failingSince !== undefined) return { end: this.options.journal.durableEnd, isCut: false };
    const end = await this.cutNow({ before, onWhole });
    if (this.failingSince !== undefined) throw new Error('trace files could not be cut; the log says why');
    return { end, isCut: true };
  }

  /** @returns the end of what was to be cut */
  private async cutNow(held?: { before: () => Promise<void>; onWhole: OnWhole }): Promise<Position> {
    const { archiver } = this;
    const { journal, plan, clock, onCut, onPassed, log } = this.options;
    const end = journal.durableEnd;
    if (!archiver) return end;
    const counts = new HourCounts();
    counts.addAll(journal.counts.rows());
    await held?.before();
    this.reader?.advance(end);
    await archiver.cut(end, plan, this.endOfCycle(clock()), held?.onWhole);
    const fails = archiver.failingSince !== undefined;
    this.againAt = fails ? performance.now() + archiver.backOffMs : Number.POSITIVE_INFINITY;
    if (fails) return end;
    this.passed = counts;
    onCut();
    await onPassed(archiver.position).catch((err) =>
      log.warn({ err }, 'routes that are over are still noted'),
    );
    return end;
  }

  /** The last boundary that has passed; in the middle of a cycle, now. */
  private endOfCycle(now: number): number {
    const { cycleMs } = this.options;
    const boundary = Math.floor(now / cycleMs) * cycleMs;
    return now - boundary < 2 * LOOK_EVERY_MS ? boundary : Math.floor(now / 1000) * 1000;
  }

  /** A clock that was set back ends a cycle, too. */
  private look(): void {
    const { clock, cycleMs, journal, segmentSize } = this.options;
    const cycle = Math.floor(clock() / cycleMs);
    const waiting = (journal.durableEnd.segment - this.position.segment) * segmentSize;
    const crowded = waiting >= MOST_WAITING && this.cutting === 0;
    const again = performance.now() >= this.againAt && this.cutting === 0;
    if (cycle === this.cycle && !crowded && !again) return;
    this.cycle = cycle;
    void this.cut();
  }

  private inThread(job: CutterJob): Promise<Manifest> {
    const { directory, onDamage, onMissing, onAside } = this.options;
    const workerData: CutterSetup = { directory, ...job };
    const worker = new Worker(THREAD, { workerData });
    return new Promise((resolve, reject) => {
      worker.on('message', (news: CutterNews) => {
        if (news.kind === 'cut') resolve(news.manifest);
        else if (news.kind === 'aside') onAside(news.change);
        else if (news.kind === 'missing') onMissing(news.missing);
        else onDamage(news.damage);
      });
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the thread ended with ${code}`)));
    });
  }
}
