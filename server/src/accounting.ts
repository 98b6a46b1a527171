import type { Indexing } from './ingest/index.ts';
import { byFollower, type FollowerName, HourCounts, type Journal, type Quarantine } from './journal/index.ts';

/**
 * Traces of one hour of record_time. `indexed` = journalled less those that the indexer still has before it, those
 * that it has set aside, and those that are lost.
 */
export interface AccountedHour {
  time: number;
  journalled: number;
  indexed: number;
  /** That a follower could not process, by the follower. */
  quarantined: Record<FollowerName, number>;
  /** That were in a part of the journal that is gone, and that the follower had not seen. */
  lost: Record<FollowerName, number>;
  /** Will be in a trace file, where there is a transfer: of a cycle that has not ended, or of a file on its way. */
  awaiting: number;
}

/** What the transfer has before it, by project and hour. */
export type Awaiting = (projectId: string, hour: number) => number;

/** What the journal took and the indexer passed on, by project and hour. */
export class Accounting {
  private readonly journal: Journal;
  private readonly indexer: Indexing;
  private readonly quarantine: Quarantine;
  private readonly awaiting: Awaiting;

  constructor(journal: Journal, indexer: Indexing, quarantine: Quarantine, awaiting: Awaiting) {
    this.journal = journal;
    this.indexer = indexer;
    this.quarantine = quarantine;
    this.awaiting = awaiting;
  }

  /** Hours that begin in [from, to), epoch ms, ascending; those without traces are left out. */
  hours(projectId: string, from: number, to: number): AccountedHour[] {
    const { counts, gaps } = this.journal;
    const lostTo = byFollower((name) => gaps.lostTo(name));
    return counts
      .hours(projectId)
      .filter((hour) => hour >= from && hour < to)
      .map((time) => {
        const journalled = counts.get(projectId, time);
        const quarantined = byFollower((name) => this.quarantine.counts[name].get(projectId, time));
        const lost = byFollower((name) => lostTo[name].get(projectId, time));
        const indexed = this.indexedOf(projectId, time, lostTo.indexer);
        const awaiting = this.awaiting(projectId, time);
        return { time, journalled, indexed, quarantined, lost, awaiting };
      });
  }

  /** What the trace store should hold of all projects, of hours from this instant on. */
  indexed(from: number): HourCounts {
    const indexed = new HourCounts();
    const lost = this.journal.gaps.lostTo('indexer');
    for (const [projectId, hour] of this.journal.counts.rows()) {
      if (hour >= from) indexed.add(projectId, hour, this.indexedOf(projectId, hour, lost));
    }
    return indexed;
  }

  private indexedOf(projectId: string, hour: number, lost: HourCounts): number {
    const away = [this.indexer.pending, this.quarantine.counts.indexer, lost];
    const without = away.reduce((sum, counts) => sum + counts.get(projectId, hour), 0);
    return this.journal.counts.get(projectId, hour) - without;
  }
}
