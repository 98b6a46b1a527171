/** How long a statement waits while another process holds the lock of the metadata. */
export const LOCK_WAIT_MS = 3_000;
/** How long a write waits for the writes before it. */
export const TURN_WAIT_MS = 10_000;
/** Statements that wait for the metadata at a time. */
export const MOST_WAITING = 10_000;
/** Rows of one result; a query that could give more asks by pages. */
export const MOST_ROWS = 100_000;
/** Threads that read, besides the one that writes. */
export const READERS = 2;
/** Rows that one statement changes or removes; others who write come in between. */
export const PIECE_ROWS = 1000;
/** Between two pieces: whoever waits for the lock looks for it every few ms. */
export const PIECE_PAUSE_MS = 10;
