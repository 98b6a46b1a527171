/** Messages, and pieces of batches, that wait for one subscriber; what comes beyond is told in its log only. */
export const MOST_WAITING = { each: 100_000, batch: 500_000 };
/** Messages and deliveries that one transaction writes, and bytes of the messages; others write in between. */
export const PART_ROWS = 2_000;
export const PART_BYTES = 4 * 1024 * 1024;
export const ROWS_AT_ONCE = 500;
/** Rows that one project may want of one stretch of the journal; if it wants more they are written apart. */
export const SHARE_ROWS = 10_000;
/** Steps that the queries of one project may take in one stretch of the journal; if they take more it is looked at apart. */
export const SHARE_STEPS = 20_000_000;
/** Lists of the notifications of a project, each of which can have a thousand operations. */
export const LIST_SHARES = { name: 'notifications', atOnce: 2, each: 1, waiting: 20, retryAfter: 2 };
/** Notifications of a project that have a query: each trace that is recorded there is asked all of them. */
export const MOST_QUERIES = 20;
/** Words and patterns of one of these queries: what is looked for all over a text, or compared with every value of a list. */
export const MOST_WORDS = 8;
/** Characters of both in one of these queries. */
export const MOST_WORD_CHARACTERS = 64;
