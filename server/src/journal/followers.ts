/** Everybody who follows the journal: a segment goes when all of them have passed it. Their order is part of the format of replays. */
export const FOLLOWERS = ['indexer', 'archiver', 'notifier'] as const;
export type FollowerName = (typeof FOLLOWERS)[number];

/** Something for each of them. */
export const byFollower = <Value>(of: (name: FollowerName) => Value): Record<FollowerName, Value> =>
  Object.fromEntries(FOLLOWERS.map((name) => [name, of(name)])) as Record<FollowerName, Value>;
