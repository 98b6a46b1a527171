import type { FairQueueOptions } from '../shares/index.ts';

const MB = 1024 ** 2;

/** Searches of one account that have not ended; and of all accounts. */
export const MOST_UNFINISHED = 5;
export const MOST_UNFINISHED_IN_ALL = 100;
/** Searches of one account that are kept; beyond it its oldest that has ended is forgotten. */
export const MOST_KEPT = 10;
/** Bytes on disk of what one search may find: it ends there, as at its limit. */
export const MAX_FOUND_BYTES = 128 * MB;
/** Files that are scanned in one go: as long as a search of another account waits at the most. */
export const BATCH_BYTES = 8 * MB;
export const BATCH_FILES = 64;
/** Memory of the search engine that one scan, and one look at findings, may take. */
export const MAX_SCAN_MEMORY = 192 * MB;
/** Bytes of rows that a scan holds at a time. */
export const SCAN_BLOCK_BYTES = 16 * MB;

/** Batches of searches: accounts take turns batch by batch. */
export const SEARCH_SHARES: FairQueueOptions = {
  name: 'searches',
  atOnce: 2,
  each: 1,
  waiting: MOST_UNFINISHED,
  waitingInAll: MOST_UNFINISHED_IN_ALL * 2,
  retryAfter: 10,
};
/** Looks at what searches have found. */
export const FINDING_SHARES: FairQueueOptions = {
  name: 'findings',
  atOnce: 4,
  each: 2,
  waiting: 60,
  retryAfter: 5,
};
