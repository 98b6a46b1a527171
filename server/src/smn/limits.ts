/** Dead letters that are read at once: each of them may be long. */
export const LETTERS_AT_ONCE = 100;
/** Characters of what a dead letter is about, in a list. */
export const MAX_SUMMARY = 120;
