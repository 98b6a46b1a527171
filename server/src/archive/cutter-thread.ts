/*
 * A thread for one stretch of the journal: reading, compressing and hashing it takes whole seconds of a core,
 * which the requests would miss. It ends with its stretch, so that it takes no memory in between.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type FollowerNews, followedJournal } from '../journal/index.ts';
import { ARCHIVER } from './archiver.ts';
import { Cutter, type CutterJob, type Manifest } from './cutter.ts';

export interface CutterSetup extends CutterJob {
  /** Directory of the journal. */
  directory: string;
}

/** From the thread; a failure comes as its error. */
export type CutterNews =
  | Extract<FollowerNews, { kind: 'damage' | 'missing' | 'aside' }>
  | { kind: 'cut'; manifest: Manifest };

const { directory, ...job } = workerData as CutterSetup;
const { journal, aside } = followedJournal(ARCHIVER, { directory, end: job.stretch.to });
const news: CutterNews = { kind: 'cut', manifest: await new Cutter(journal, aside, job).cut() };
parentPort?.postMessage(news);
