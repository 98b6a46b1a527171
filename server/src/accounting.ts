import type { Indexing } from './ingest/index.ts';
import { FOLLOWERS, type FollowerName, type Journal, type Quarantine } from './journal/index.ts';

/**
 * Traces of one hour of record_time. `indexed` = journalled less those that the indexer still has before it, and
 * those that it has set aside.
 */
export interface AccountedHour {
  time: number;
  journalled: number;
  indexed: number;
  /** That a follower could not process, by the follower. */
  quarantined: Record<FollowerName, number>;
}

/** What the journal took and the indexer passed on, by project and hour. */
export class Accounting {
  private readonly journal: Journal;
  private readonly indexer: Indexing;
  private readonly quarantine: Quarantine;

  constructor(journal: Journal, indexer: Indexing, quarantine: Quarantine) {
    this.journal = journal;
    this.indexer = indexer;
    this.quarantine = quarantine;
  }

  /** Hours that begin in [from, to), epoch ms, ascending; those without traces are left out. */
  hours(projectId: string, from: number, to: number): AccountedHour[] {
    const { counts } = this.journal;
    return counts
      .hours(projectId)
      .filter((hour) => hour >= from && hour < to)
      .map((hour) => {
        const journalled = counts.get(projectId, hour);
        const aside = (name: FollowerName) => this.quarantine.counts[name].get(projectId, hour);
        const quarantined = Object.fromEntries(FOLLOWERS.map((name) => [name, aside(name)]));
        return {
          time: hour,
          journalled,
          indexed: journalled - this.indexer.pending.get(projectId, hour) - aside('indexer'),
          quarantined: quarantined as Record<FollowerName, number>,
        };
      });
  }
}
