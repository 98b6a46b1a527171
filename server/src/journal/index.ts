export { HourCounts, hourOf } from './counts.ts';
export type { DamageReport } from './damage.ts';
export { FOLLOWERS, Follower } from './follower.ts';
export type { Frame, Routing } from './frame.ts';
export { Journal, type JournalEntry, type JournalOptions } from './journal.ts';
export { JournalReader } from './reader.ts';
export { comparePositions, formatPosition, type Position } from './segment.ts';
