/*
 * The thread of the indexer. It reads the journal and feeds the trace store without a turn of the event loop
 * of the requests, which under full ingest takes many milliseconds; and it takes none of theirs.
 */
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { destination, pino } from 'pino';
import {
  Follower,
  type FollowerSetup,
  followedJournal,
  HourCounts,
  serveFollower,
} from '../journal/index.ts';
import { type ClickHouseOptions, clickhouseStore } from '../traces/index.ts';
import { countInto, INDEXER, Indexer } from './indexer.ts';

export interface IndexerSetup extends FollowerSetup {
  store: ClickHouseOptions;
}

/** To the thread: begin to insert. */
export type IndexerOrder = 'begin';

/** Traces per project and hour, as rows of HourCounts. */
type Rows = [string, number, number][];

/** From the thread. */
export type IndexerNews =
  | { kind: 'backlog'; backlog: Rows; traces: number }
  | { kind: 'passed'; passed: Rows; traces: number; refused: number }
  | { kind: 'waiting'; since: number | undefined }
  | { kind: 'failed'; reason: string };

const setup = workerData as IndexerSetup;
const tell = (news: IndexerNews) => parentPort?.postMessage(news);

const log = pino({ level: setup.logLevel, base: null }, destination({ fd: 2, sync: true }));
const { journal, aside } = followedJournal(INDEXER, setup);
const follower = await Follower.open(INDEXER, journal, path.join(setup.directory, 'positions'), {
  onLost: (reason) =>
    log.error({ reason }, 'how far the indexer was is lost; it brings in what the trace store does not have'),
});
const store = clickhouseStore(setup.store);
const indexer = new Indexer({
  journal,
  journalId: setup.journalId,
  follower,
  store,
  aside,
  log,
  passed: (counts, traces, refused) => tell({ kind: 'passed', passed: [...counts.rows()], traces, refused }),
  waiting: (since) => tell({ kind: 'waiting', since }),
  failed: (reason) => tell({ kind: 'failed', reason }),
});

const backlog = new HourCounts();
let traces = 0;
for (let position = follower.position; ; ) {
  const { frames, next } = await journal.read(position, 4 * 1024 * 1024);
  if (next.segment === position.segment && next.offset === position.offset) break;
  traces += countInto(backlog, frames);
  position = next;
}
tell({ kind: 'backlog', backlog: [...backlog.rows()], traces });
serveFollower<IndexerOrder>(
  journal,
  async () => {
    await indexer.stop();
    await store.close();
  },
  () => indexer.start(),
);
