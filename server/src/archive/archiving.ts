import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { type DamageReport, Follower, type Journal, JournalReader, type Position } from '../journal/index.ts';
import { ARCHIVER, Archiver } from './archiver.ts';
import type { CutterJob, Manifest, Route } from './cutter.ts';
import type { CutterNews, CutterSetup } from './cutter-thread.ts';

/** The same file seen from `src/` and from `dist/`. */
const THREAD = fileURLToPath(new URL('../../dist/archive/cutter-thread.js', import.meta.url));
const LOOK_EVERY_MS = 500;
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
  /** Trackers that transfer now. */
  routes: () => Promise<Route[]>;
  /** A stretch waits in the spool. */
  onCut: () => void;
  onDamage: (damage: DamageReport) => void;
}

/** The archiver and its clock: every cycle becomes trace files in the spool. */
export class Archiving {
  private readonly options: ArchivingOptions;
  private archiver: Archiver | undefined;
  private reader: JournalReader | undefined;
  private timer: NodeJS.Timeout | undefined;
  private cycle = 0;
  private cutting = 0;
  private last: Promise<void> = Promise.resolve();
  /** Since when cutting fails, epoch ms. */
  failingSince: number | undefined;

  constructor(options: ArchivingOptions) {
    this.options = options;
  }

  /** Puts in order what a crash interrupted, and begins. */
  async start(): Promise<void> {
    const { journal, directory, spool, log, clock, cycleMs, onDamage } = this.options;
    this.reader = new JournalReader(directory, journal.durableEnd, onDamage);
    const follower = await Follower.open(ARCHIVER, this.reader, path.join(directory, 'positions'));
    this.archiver = new Archiver({
      journalId: journal.id,
      follower,
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

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.last;
  }

  /** Everything before it has been cut. */
  get position(): Position {
    return this.archiver?.position ?? { segment: 0, offset: 0 };
  }

  /** Cuts what the journal holds now, one stretch after the other. Never rejects. */
  cut(): Promise<void> {
    this.cutting++;
    this.last = this.last.then(() => this.cutNow()).finally(() => this.cutting--);
    return this.last;
  }

  private async cutNow(): Promise<void> {
    const { journal, routes, clock, log, onCut } = this.options;
    try {
      const end = journal.durableEnd;
      const cycle = this.endOfCycle(clock());
      this.reader?.advance(end);
      const stretch = await this.archiver?.cut(end, await routes(), cycle);
      this.failingSince = undefined;
      if (stretch) onCut();
    } catch (error) {
      // A full spool, say: the next cycle takes the same stretch and what has come since.
      this.failingSince ??= clock();
      log.error({ err: error }, 'trace files could not be cut; the traces wait in the journal');
    }
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
    if (cycle === this.cycle && !crowded) return;
    this.cycle = cycle;
    void this.cut();
  }

  private inThread(job: CutterJob): Promise<Manifest> {
    const { directory, onDamage } = this.options;
    const workerData: CutterSetup = { directory, ...job };
    const worker = new Worker(THREAD, { workerData });
    return new Promise((resolve, reject) => {
      worker.on('message', (news: CutterNews) => {
        if (news.kind === 'cut') resolve(news.manifest);
        else onDamage(news.damage);
      });
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the thread ended with ${code}`)));
    });
  }
}
