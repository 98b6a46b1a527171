/*
 * The thread of the indexer. It reads the journal and feeds the trace store without a turn of the event loop
 * of the requests, which under full ingest takes many milliseconds; and it takes none of theirs.
 */
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { destination, pino } from 'pino';
import {
  type DamageReport,
  Follower,
  HourCounts,
  hourOf,
  JournalReader,
  type Position,
} from '../journal/index.ts';
import { type ClickHouseOptions, clickhouseStore } from '../traces/index.ts';
import { INDEXER, Indexer } from './indexer.ts';

export interface IndexerSetup {
  /** Directory of the journal. */
  directory: string;
  journalId: string;
  /** Durable end at the start. */
  end: Position;
  store: ClickHouseOptions;
  logLevel: string;
}

/** To the thread: the journal is durable up to here; or: begin to insert; or: finish the insert under way and end. */
export type IndexerOrder = { end: Position } | 'begin' | 'stop';

/** Traces per project and hour, as rows of HourCounts. */
type Rows = [string, number, number][];

/** From the thread. */
export type IndexerNews =
  | { kind: 'started'; backlog: Rows; traces: number }
  | { kind: 'passed'; passed: Rows; traces: number; refused: number }
  | { kind: 'waiting'; since: number | undefined }
  | { kind: 'damage'; damage: DamageReport }
  | { kind: 'stopped' };

const { directory, journalId, end, store: storeOptions, logLevel } = workerData as IndexerSetup;
const tell = (news: IndexerNews) => parentPort?.postMessage(news);

const log = pino({ level: logLevel, base: null }, destination({ fd: 2, sync: true }));
const journal = new JournalReader(directory, end, (damage) => tell({ kind: 'damage', damage }));
const follower = await Follower.open(INDEXER, journal, path.join(directory, 'positions'));
const store = clickhouseStore(storeOptions);
const indexer = new Indexer({
  journal,
  journalId,
  follower,
  store,
  log,
  clock: Date.now,
  passed: (counts, traces, refused) => tell({ kind: 'passed', passed: [...counts.rows()], traces, refused }),
  waiting: (since) => tell({ kind: 'waiting', since }),
  setAside: async (line, reason) => {
    const file = path.join(directory, 'damaged', 'unindexable.ndjson');
    log.error({ reason, file }, 'the trace store refused a trace; it was kept aside');
    await appendFile(file, line, { flush: true });
  },
});

parentPort?.on('message', async (order: IndexerOrder) => {
  if (order === 'begin') {
    indexer.start();
    return;
  }
  if (order !== 'stop') {
    journal.advance(order.end);
    return;
  }
  await indexer.stop();
  await store.close();
  tell({ kind: 'stopped' });
  parentPort?.close();
});

const backlog = new HourCounts();
let traces = 0;
for (let position = follower.position; ; ) {
  const { frames, next } = await journal.read(position, 4 * 1024 * 1024);
  if (next.segment === position.segment && next.offset === position.offset) break;
  for (const frame of frames) backlog.add(frame.projectId, hourOf(frame.recordTime), 1);
  traces += frames.length;
  position = next;
}
tell({ kind: 'started', backlog: [...backlog.rows()], traces });
