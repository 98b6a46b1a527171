export { type AsideChange, AsideKeeper, type SetAside } from './aside.ts';
export { HourCounts, hourOf } from './counts.ts';
export type { DamageReport } from './damage.ts';
export { type Bookmark, Following, type Stretch } from './follow.ts';
export { Follower } from './follower.ts';
export {
  type FollowerEars,
  type FollowerNews,
  FollowerThread,
  type MissingPart,
} from './follower-thread.ts';
export { byFollower, FOLLOWERS, type FollowerName } from './followers.ts';
export type { Frame, Replay, Routing } from './frame.ts';
export { describeGap, type Gap } from './gaps.ts';
export { type FollowerSetup, followedJournal, serveFollower } from './in-thread.ts';
export { Journal, type JournalEntry, type JournalOptions } from './journal.ts';
export { readPosition } from './positions.ts';
export {
  type AsideFilter,
  formatMark,
  type Mark,
  parseMark,
  Quarantine,
} from './quarantine.ts';
export { type JournalRead, JournalReader } from './reader.ts';
export { comparePositions, formatPosition, type Position, sortablePosition } from './segment.ts';
export { JournalSnapshot } from './snapshot.ts';
