/** Rows that one statement changes or removes; others who write come in between. */
export const PIECE_ROWS = 1000;
/** Between two pieces: whoever waits for the lock looks for it every few ms. */
export const PIECE_PAUSE_MS = 10;
/** Dead letters that are read at once: each of them may be long. */
export const LETTERS_AT_ONCE = 100;
/** Characters of what a dead letter is about, in a list. */
export const MAX_SUMMARY = 120;
