/** What would break or turn a line: control characters, line separators, and those that change the direction. */
const UNFIT = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu;
const REPLACEMENT = '\ufffd';

/** Text of strangers as one line of valid Unicode: half of a surrogate pair is none. */
export function oneLine(text: string): string {
  return wellFormed(text.replace(UNFIT, REPLACEMENT));
}

export const wellFormed = (text: string) => Buffer.from(text, 'utf8').toString('utf8');

/** Whether a value that none of a list is may be repeated: a short word, no address and no phrase. */
export const isPlainWord = (text: string) => /^[\w.-]{1,32}$/.test(text);

/** As JSON text; what is no plain word is left out. */
export const repeated = (text: string) => (isPlainWord(text) ? ` is ${JSON.stringify(text)}; it` : '');

/** @param hex 32 digits */
export const uuidOf = (hex: string) =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
