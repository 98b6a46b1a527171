/*
 * The thread of the notifier: matching a full ingest, and writing what was found, takes no turn of the event
 * loop of the requests.
 */
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { destination, pino } from 'pino';
import { type DamageReport, FOLLOWERS, Followers, JournalReader, type Position } from '../journal/index.ts';
import { connectMetadata } from '../metadata/index.ts';
import { Notifier } from './notifier.ts';

export interface NotifierSetup {
  /** Directory of the journal. */
  directory: string;
  journalId: string;
  /** Durable end at the start. */
  end: Position;
  /** File of the metadata store. */
  metadata: string;
  logLevel: string;
}

/** To the thread. */
export type NotifierOrder = { end: Position } | 'refresh' | 'stop';

/** From the thread. */
export type NotifierNews =
  | { kind: 'started' }
  | { kind: 'queued'; messages: number }
  | { kind: 'passed'; position: Position; matched: number }
  | { kind: 'damage'; damage: DamageReport }
  | { kind: 'stopped' };

const setup = workerData as NotifierSetup;
const tell = (news: NotifierNews) => parentPort?.postMessage(news);

const log = pino({ level: setup.logLevel, base: null }, destination({ fd: 2, sync: true }));
const journal = new JournalReader(setup.directory, setup.end, (damage) => tell({ kind: 'damage', damage }));
const followers = await Followers.open(journal, path.join(setup.directory, 'positions'), FOLLOWERS);
const metadata = connectMetadata(setup.metadata);
const notifier = new Notifier({
  journal,
  journalId: setup.journalId,
  followers,
  metadata,
  clock: Date.now,
  log,
  onQueued: (messages) => tell({ kind: 'queued', messages }),
  onPassed: (position, matched) => tell({ kind: 'passed', position, matched }),
});

parentPort?.on('message', async (order: NotifierOrder) => {
  if (order === 'refresh') notifier.refresh();
  else if (order !== 'stop') journal.advance(order.end);
  else {
    await notifier.stop();
    await metadata.destroy();
    tell({ kind: 'stopped' });
    parentPort?.close();
  }
});
await notifier.start();
tell({ kind: 'started' });
