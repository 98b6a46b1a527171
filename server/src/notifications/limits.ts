/** Messages, and pieces of batches, that wait for one subscriber; what comes beyond is told in its log only. */
export const MOST_WAITING = { each: 100_000, batch: 500_000 };
/** Messages and deliveries that one transaction writes, and bytes of the messages; others write in between. */
export const PART_ROWS = 2_000;
export const PART_BYTES = 4 * 1024 * 1024;
export const ROWS_AT_ONCE = 500;
/** Rows that one project may want of one stretch of the journal; if it wants more they are written apart. */
export const SHARE_ROWS = 10_000;
/** Lists of the notifications of a project, each of which can have a thousand operations. */
export const LIST_SHARES = { name: 'notifications', atOnce: 2, each: 1, waiting: 20, retryAfter: 2 };
