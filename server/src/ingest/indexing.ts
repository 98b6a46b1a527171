import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type DamageReport, HourCounts, type Position } from '../journal/index.ts';
import type { IndexerNews, IndexerOrder, IndexerSetup } from './indexer-thread.ts';

/** The same file seen from `src/` and from `dist/`. */
const THREAD = fileURLToPath(new URL('../../dist/ingest/indexer-thread.js', import.meta.url));
/** The thread hears of the journal's new end at most this often. */
const TELL_EVERY_MS = 5;

export interface IndexingOptions extends IndexerSetup {
  onDamage: (damage: DamageReport) => void;
  /** The thread ended by itself; the process cannot go on without it. */
  onFatal: (error: Error) => void;
}

/** The indexer as the rest of the service sees it: its thread, and what waits for it. */
export class Indexing {
  private readonly options: IndexingOptions;
  private worker: Worker | undefined;
  private stopped: () => void = () => undefined;
  private started: () => void = () => undefined;
  /** The journal's end that the thread has not heard of yet. */
  private untold: Position | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Journalled and not yet in the store, per project and hour. */
  readonly pending = new HourCounts();
  pendingTraces = 0;
  indexedTraces = 0;
  /** Traces that the store refused; they were set aside. */
  refusedTraces = 0;
  /** record_time of the oldest trace that waits, while the store is behind; else undefined. */
  oldestWaiting: number | undefined;

  constructor(options: IndexingOptions) {
    this.options = options;
  }

  /** Starts the thread; resolves when it has counted what waits in the journal. */
  async start(): Promise<void> {
    const { onDamage, onFatal, ...workerData } = this.options;
    const started = new Promise<void>((resolve) => {
      this.started = resolve;
    });
    const worker = new Worker(THREAD, { workerData });
    const failed = new Promise<never>((_, reject) => worker.once('error', reject));
    worker.on('message', (news: IndexerNews) => this.hear(news));
    await Promise.race([started, failed]);
    failed.catch(onFatal);
    this.worker = worker;
  }

  /** Feeds the store from now on: its tables are up to date. */
  begin(): void {
    this.order('begin');
  }

  /** Finishes the insert under way and notes the position. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.tellEnd();
    const stopped = new Promise<void>((resolve) => {
      this.stopped = resolve;
    });
    this.order('stop');
    await stopped;
  }

  /** The journal took traces and is durable up to `end`. */
  journalled(counts: HourCounts, traces: number, end: Position): void {
    this.pending.addAll(counts.rows());
    this.pendingTraces += traces;
    this.untold = end;
    this.timer ??= setTimeout(() => this.tellEnd(), TELL_EVERY_MS);
  }

  private tellEnd(): void {
    this.timer = undefined;
    if (this.untold) this.order({ end: this.untold });
    this.untold = undefined;
  }

  private order(order: IndexerOrder): void {
    this.worker?.postMessage(order);
  }

  private hear(news: IndexerNews): void {
    switch (news.kind) {
      case 'started':
        this.pending.addAll(news.backlog);
        this.pendingTraces += news.traces;
        this.started();
        break;
      case 'passed':
        for (const [projectId, hour, traces] of news.passed) this.pending.add(projectId, hour, -traces);
        this.pendingTraces -= news.traces;
        this.indexedTraces += news.traces - news.refused;
        this.refusedTraces += news.refused;
        break;
      case 'waiting':
        this.oldestWaiting = news.since;
        break;
      case 'damage':
        this.options.onDamage(news.damage);
        break;
      case 'stopped':
        this.stopped();
        break;
    }
  }
}
