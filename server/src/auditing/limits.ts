/** Characters, as JSON text, of what was asked for that the trace of an operation keeps: by where they stood. */
export const MAX_PARAMS = 2 * 1024;
export const MAX_QUERY = 4 * 1024;
export const MAX_BODY = 10 * 1024;
/** Characters of one text in what was asked for. */
export const MAX_TEXT = 4 * 1024;
/**
 * Of so many times what is kept secrets are looked for, since what makes something one may be cut away: of more
 * the service would be kept busy. And characters of one text of that.
 */
export const CONTEXT = 4;
export const MAX_CONTEXT_TEXT = CONTEXT * MAX_TEXT;
/** Levels of nesting in it. */
export const MAX_LEVELS = 32;
/** Characters of an answer that is kept; a longer one is left out. */
export const MAX_RESPONSE = 16 * 1024;
/** Characters of names and ids, and of remarks of the service. */
export const MAX_NAME = 1024;
/** Characters of a user agent, and of whatever else is one short line. */
export const MAX_LINE = 256;

/** Operations of one account that are under way at a time. */
export const MAX_RUNNING = 100;
/** Operations whose traces wait for the journal; beyond, none begins. */
export const MAX_WAITING = 1_000;
