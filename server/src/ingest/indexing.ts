import { fileURLToPath } from 'node:url';
import { type FollowerEars, FollowerThread, HourCounts, type Position } from '../journal/index.ts';
import type { IndexerNews, IndexerOrder, IndexerSetup } from './indexer-thread.ts';

/** The same file seen from `src/` and from `dist/`. */
const THREAD = fileURLToPath(new URL('../../dist/ingest/indexer-thread.js', import.meta.url));

/** The indexer as the rest of the service sees it: its thread, and what waits for it. */
export class Indexing {
  private readonly thread: FollowerThread<IndexerOrder, IndexerNews>;
  /** Journalled and not yet in the store, per project and hour. */
  readonly pending = new HourCounts();
  pendingTraces = 0;
  indexedTraces = 0;
  /** record_time of the oldest trace that waits, while the store is behind; else undefined. */
  oldestWaiting: number | undefined;
  /** Why the store does not take them. */
  problem: string | undefined;

  constructor(setup: IndexerSetup, ears: FollowerEars) {
    this.thread = new FollowerThread(THREAD, setup, ears, (news) => this.hear(news));
  }

  /** Starts the thread; resolves when it has counted what waits in the journal. */
  start(): Promise<void> {
    return this.thread.start();
  }

  /** Feeds the store from now on: its tables are up to date. */
  begin(): void {
    this.thread.order('begin');
  }

  /** Finishes the insert under way and notes the position. */
  stop(): Promise<void> {
    return this.thread.stop();
  }

  /** The journal took traces and is durable up to `end`. */
  journalled(counts: HourCounts, traces: number, end: Position): void {
    this.pending.addAll(counts.rows());
    this.pendingTraces += traces;
    this.thread.journalled(end);
  }

  private hear(news: IndexerNews): void {
    switch (news.kind) {
      case 'backlog':
        this.pending.addAll(news.backlog);
        this.pendingTraces += news.traces;
        break;
      case 'passed':
        for (const [projectId, hour, traces] of news.passed) this.pending.add(projectId, hour, -traces);
        this.pendingTraces -= news.traces;
        this.indexedTraces += news.traces - news.refused;
        break;
      case 'waiting':
        this.oldestWaiting = news.since;
        if (news.since === undefined) this.problem = undefined;
        break;
      case 'failed':
        this.problem = news.reason;
        break;
    }
  }
}
