/** Characters that have a place of their own in the table; all others begin anew. */
const ASCII = 128;
const FOUND = -1;

/**
 * Looks for any of some words in a text, in one pass and a table's look-up a character (Aho and Corasick, 1975):
 * every trace passes here. Case does not matter, and separators stand for nothing wherever they are.
 */
export class WordFinder {
  /** Where to go on, by what was seen so far (a multiple of {@link ASCII}) and the next character. */
  private readonly table: Int32Array;

  /** @param words in lower case, ASCII, without separators. @param separators characters */
  constructor(words: readonly string[], separators: string) {
    // States are the beginnings of words.
    const beginnings = new Map<string, number>();
    for (const word of words) {
      for (let length = 0; length < word.length; length++) {
        const beginning = word.slice(0, length);
        if (!beginnings.has(beginning)) beginnings.set(beginning, beginnings.size * ASCII);
      }
    }
    this.table = new Int32Array(beginnings.size * ASCII);
    const letters = new Set(words.join(''));
    for (const [beginning, state] of beginnings) {
      for (const letter of letters) {
        const next = follow(beginning + letter, words, beginnings);
        for (const spelling of [letter, letter.toUpperCase()]) {
          this.table[state + spelling.charCodeAt(0)] = next;
        }
      }
      for (const separator of separators) this.table[state + separator.charCodeAt(0)] = state;
    }
  }

  in(text: string): boolean {
    const { table } = this;
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      state = code < ASCII ? (table[state + code] as number) : 0;
      if (state === FOUND) return true;
    }
    return false;
  }
}

/** The longest beginning of a word that fits the end of what was seen. */
function follow(seen: string, words: readonly string[], beginnings: ReadonlyMap<string, number>): number {
  if (words.some((word) => seen.endsWith(word))) return FOUND;
  for (let from = 0; ; from++) {
    const state = beginnings.get(seen.slice(from));
    if (state !== undefined) return state;
  }
}
