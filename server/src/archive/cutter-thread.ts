/*
 * A thread for one stretch of the journal: reading, compressing and hashing it takes whole seconds of a core,
 * which the requests would miss. It ends with its stretch, so that it takes no memory in between.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type DamageReport, JournalReader } from '../journal/index.ts';
import { Cutter, type CutterJob, type Manifest } from './cutter.ts';

export interface CutterSetup extends CutterJob {
  /** Directory of the journal. */
  directory: string;
}

/** From the thread; a failure comes as its error. */
export type CutterNews = { kind: 'damage'; damage: DamageReport } | { kind: 'cut'; manifest: Manifest };

const { directory, ...job } = workerData as CutterSetup;
const tell = (news: CutterNews) => parentPort?.postMessage(news);
const journal = new JournalReader(directory, job.stretch.to, (damage) => tell({ kind: 'damage', damage }));
tell({ kind: 'cut', manifest: await new Cutter(journal, job).cut() });
