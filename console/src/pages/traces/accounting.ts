import type { AccountedHour, Follower } from '../../api/types.ts';

/** What became of everything that was recorded in some hours. */
export interface Accounts {
  recorded: number;
  /** On their way to the trace list. */
  underway: number;
  archived: number;
  /** Will be in trace files. */
  awaiting: number;
  /** In no trace file, nor on the way to one, for other reasons than those below. */
  unarchived: number;
  /** Set aside, by what they are missing in. */
  quarantined: Readonly<Record<Follower, number>>;
  /** Gone with a part of the journal, by what they are missing in. */
  lost: Readonly<Record<Follower, number>>;
}

export function accountsOf(hours: readonly AccountedHour[]): Accounts {
  const sum = (of: (hour: AccountedHour) => number) => hours.reduce((all, hour) => all + of(hour), 0);
  const byFollower = (what: 'quarantined' | 'lost') => ({
    indexer: sum((hour) => hour[what].indexer),
    archiver: sum((hour) => hour[what].archiver),
    notifier: sum((hour) => hour[what].notifier),
  });
  return {
    recorded: sum(({ journalled }) => journalled),
    underway: sum(({ journalled, stored, quarantined, lost }) =>
      Math.max(journalled - stored - quarantined.indexer - lost.indexer, 0),
    ),
    archived: sum(({ archived }) => archived),
    awaiting: sum(({ awaiting }) => awaiting),
    unarchived: sum(({ journalled, archived, awaiting, quarantined, lost }) =>
      Math.max(journalled - archived - awaiting - quarantined.archiver - lost.archiver, 0),
    ),
    quarantined: byFollower('quarantined'),
    lost: byFollower('lost'),
  };
}
