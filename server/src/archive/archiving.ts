import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { DamageReport, Journal, Position } from '../journal/index.ts';
import type { ArchiverNews, ArchiverOrder, ArchiverSetup } from './archiver-thread.ts';
import type { Route } from './cutter.ts';

/** The same file seen from `src/` and from `dist/`. */
const THREAD = fileURLToPath(new URL('../../dist/archive/archiver-thread.js', import.meta.url));
const LOOK_EVERY_MS = 500;
/** Journal that may wait for the end of its cycle; a busier one is cut in between. */
const MOST_WAITING = 512 * 1024 * 1024;

export interface ArchivingOptions extends ArchiverSetup {
  journal: Journal;
  segmentSize: number;
  /** Length of a cycle; cycles begin on the wall clock's multiples of it. */
  cycleMs: number;
  clock: () => number;
  log: Logger;
  /** Trackers that transfer now. */
  routes: () => Promise<Route[]>;
  /** A stretch waits in the spool. */
  onCut: () => void;
  onDamage: (damage: DamageReport) => void;
  onFatal: (error: Error) => void;
}

/** The archiver as the rest of the service sees it: its clock, and its thread. */
export class Archiving {
  private readonly options: ArchivingOptions;
  private worker: Worker | undefined;
  private timer: NodeJS.Timeout | undefined;
  private cycle = 0;
  private ordered: { resolve: () => void; reject: (error: Error) => void } | undefined;
  private busy: Promise<void> = Promise.resolve();
  private stopped: () => void = () => undefined;
  /** Everything before it has been cut. */
  position: Position = { segment: 0, offset: 0 };
  /** Since when cutting fails, epoch ms. */
  failingSince: number | undefined;

  constructor(options: ArchivingOptions) {
    this.options = options;
  }

  /** Starts the thread; resolves when what a crash interrupted is in order. */
  async start(): Promise<void> {
    const { directory, journalId, end, spool, logLevel, onFatal, clock, cycleMs } = this.options;
    const workerData: ArchiverSetup = { directory, journalId, end, spool, logLevel };
    const worker = new Worker(THREAD, { workerData });
    this.worker = worker;
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.on('message', (news: ArchiverNews) => this.hear(news, resolve));
    });
    worker.once('error', onFatal);
    this.cycle = Math.floor(clock() / cycleMs);
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    // What an earlier run has left begins a cycle of its own.
    this.cutSoon();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.busy.catch(() => undefined);
    const stopped = new Promise<void>((resolve) => {
      this.stopped = resolve;
    });
    this.order('stop');
    await stopped;
  }

  /** Cuts what the journal holds now. Resolves when it lies in the spool. */
  cut(): Promise<void> {
    this.busy = this.busy.catch(() => undefined).then(() => this.cutNow());
    return this.busy;
  }

  private cutSoon(): void {
    const { log } = this.options;
    this.cut().catch((error) =>
      log.warn({ err: error }, 'the cycle is tried again at the end of the next one'),
    );
  }

  private async cutNow(): Promise<void> {
    const { journal, routes, clock, cycleMs } = this.options;
    const order = {
      end: journal.durableEnd,
      routes: await routes(),
      cycle: this.endOfCycle(clock(), cycleMs),
    };
    await new Promise<void>((resolve, reject) => {
      this.ordered = { resolve, reject };
      this.order(order);
    });
  }

  /** The last boundary that has passed, to the second. */
  private endOfCycle(now: number, cycleMs: number): number {
    const boundary = Math.floor(now / cycleMs) * cycleMs;
    return now - boundary < 2 * LOOK_EVERY_MS ? boundary : Math.floor(now / 1000) * 1000;
  }

  /** A clock that was set back ends a cycle, too. */
  private look(): void {
    const { clock, cycleMs, journal, segmentSize } = this.options;
    const cycle = Math.floor(clock() / cycleMs);
    const waiting = (journal.durableEnd.segment - this.position.segment) * segmentSize;
    if (cycle === this.cycle && waiting < MOST_WAITING) return;
    if (cycle === this.cycle && this.ordered) return;
    this.cycle = cycle;
    this.cutSoon();
  }

  private order(order: ArchiverOrder): void {
    this.worker?.postMessage(order);
  }

  private hear(news: ArchiverNews, started: () => void): void {
    const { onDamage, onCut, clock } = this.options;
    if ('position' in news) this.position = news.position;
    switch (news.kind) {
      case 'started':
        started();
        break;
      case 'cut':
        this.failingSince = undefined;
        this.ordered?.resolve();
        this.ordered = undefined;
        if (news.stretch) onCut();
        break;
      case 'failed':
        this.failingSince ??= clock();
        this.ordered?.reject(new Error(news.message));
        this.ordered = undefined;
        break;
      case 'damage':
        onDamage(news.damage);
        break;
      case 'stopped':
        this.stopped();
        break;
    }
  }
}
