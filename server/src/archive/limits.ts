/** Bytes of text of a trace file that is looked into; the cutter's are a quarter of it. */
export const MAX_FILE_TEXT = 512 * 1024 * 1024;
/** Bytes of a line of a trace file; a trace is a quarter of it at the most. */
export const MAX_LINE = 1024 * 1024;
/** Bytes of the lines that one look into a trace file gives. */
export const MAX_SHOWN_BYTES = 4 * 1024 * 1024;
/** Folders that are told of one prefix; of more, the first by key. */
export const MOST_FOLDERS = 1000;
