import type { AccountedHour, Follower } from '../../api/types.ts';

/** What became of everything that was recorded in some hours. */
export interface Accounts {
  recorded: number;
  /** On their way to the trace list. */
  underway: number;
  archived: number;
  /** Set aside, by what they are missing in. */
  quarantined: Readonly<Record<Follower, number>>;
}

export function accountsOf(hours: readonly AccountedHour[]): Accounts {
  const sum = (of: (hour: AccountedHour) => number) => hours.reduce((all, hour) => all + of(hour), 0);
  return {
    recorded: sum(({ journalled }) => journalled),
    underway: sum(({ journalled, stored, quarantined }) =>
      Math.max(journalled - stored - quarantined.indexer, 0),
    ),
    archived: sum(({ archived }) => archived),
    quarantined: {
      indexer: sum(({ quarantined }) => quarantined.indexer),
      archiver: sum(({ quarantined }) => quarantined.archiver),
      notifier: sum(({ quarantined }) => quarantined.notifier),
    },
  };
}
