import type { Indexing } from './ingest/index.ts';
import type { Journal } from './journal/index.ts';

/** Traces of one hour of record_time. `indexed` = journalled less those that the indexer still has before it. */
export interface AccountedHour {
  time: number;
  journalled: number;
  indexed: number;
}

/** What the journal took and the indexer passed on, by project and hour. */
export class Accounting {
  private readonly journal: Journal;
  private readonly indexer: Indexing;

  constructor(journal: Journal, indexer: Indexing) {
    this.journal = journal;
    this.indexer = indexer;
  }

  /** Hours that begin in [from, to), epoch ms, ascending; those without traces are left out. */
  hours(projectId: string, from: number, to: number): AccountedHour[] {
    const { counts } = this.journal;
    return counts
      .hours(projectId)
      .filter((hour) => hour >= from && hour < to)
      .map((hour) => {
        const journalled = counts.get(projectId, hour);
        return { time: hour, journalled, indexed: journalled - this.indexer.pending.get(projectId, hour) };
      });
  }
}
