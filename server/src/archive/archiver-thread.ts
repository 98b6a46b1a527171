/*
 * The thread of the archiver: reading, compressing and hashing a cycle's traces takes whole seconds of a core,
 * which the requests would miss.
 */
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { destination, pino } from 'pino';
import { type DamageReport, FOLLOWERS, Followers, JournalReader, type Position } from '../journal/index.ts';
import { Archiver } from './archiver.ts';
import type { Route } from './cutter.ts';

export interface ArchiverSetup {
  /** Directory of the journal. */
  directory: string;
  journalId: string;
  /** Durable end at the start. */
  end: Position;
  spool: string;
  logLevel: string;
}

/** To the thread: cut everything up to here; or end. */
export type ArchiverOrder = { end: Position; routes: Route[]; cycle: number } | 'stop';

/** From the thread. */
export type ArchiverNews =
  | { kind: 'started'; position: Position }
  | { kind: 'cut'; stretch: string | undefined; position: Position }
  | { kind: 'failed'; message: string; position: Position }
  | { kind: 'damage'; damage: DamageReport }
  | { kind: 'stopped' };

const { directory, journalId, end, spool, logLevel } = workerData as ArchiverSetup;
const tell = (news: ArchiverNews) => parentPort?.postMessage(news);
const log = pino({ level: logLevel, base: null }, destination({ fd: 2, sync: true }));
const journal = new JournalReader(directory, end, (damage) => tell({ kind: 'damage', damage }));
const followers = await Followers.open(journal, path.join(directory, 'positions'), FOLLOWERS);
const archiver = new Archiver({ journal, journalId, followers, spool, log });
await archiver.recover();

parentPort?.on('message', async (order: ArchiverOrder) => {
  if (order === 'stop') {
    tell({ kind: 'stopped' });
    parentPort?.close();
    return;
  }
  journal.advance(order.end);
  try {
    const stretch = await archiver.cut(order.end, order.routes, order.cycle);
    tell({ kind: 'cut', stretch, position: archiver.position });
  } catch (error) {
    // A full spool, say: the next order tries the same stretch and what has come since.
    log.error({ err: error }, 'trace files could not be cut; they stay in the journal');
    tell({ kind: 'failed', message: (error as Error).message, position: archiver.position });
  }
});

tell({ kind: 'started', position: archiver.position });
