/** Columns of the table. Bytes of characters beyond ASCII begin anew. */
const BYTES = 256;
const FOUND = -1;
/** Texts up to this size are written to one buffer, again and again. */
const scratch = Buffer.allocUnsafeSlow(256 * 1024);

/**
 * Looks for any of some words in a text, in one pass and a table's look-up a byte (Aho and Corasick, 1975): every
 * trace passes here. Each look-up waits for the one before, so four parts of the text are walked side by side.
 * Case does not matter, and separators stand for nothing wherever they are.
 */
export class WordFinder {
  /** Where to go on, by what was seen so far (a multiple of {@link BYTES}) and the next byte. */
  private readonly table: Int32Array;

  /** @param texts words without separators; case counts only beyond ASCII. @param separators characters of ASCII */
  constructor(texts: readonly string[], separators: string) {
    const words = texts.map(bytesOf);
    // States are the beginnings of words.
    const beginnings = new Map<string, number>();
    for (const word of words) {
      for (let length = 0; length < word.length; length++) {
        const beginning = word.slice(0, length);
        if (!beginnings.has(beginning)) beginnings.set(beginning, beginnings.size * BYTES);
      }
    }
    this.table = new Int32Array(beginnings.size * BYTES);
    const letters = new Set(words.join(''));
    for (const [beginning, state] of beginnings) {
      for (const letter of letters) {
        const next = follow(beginning + letter, words, beginnings);
        this.table[state + letter.charCodeAt(0)] = next;
        if (/[a-z]/.test(letter)) this.table[state + letter.toUpperCase().charCodeAt(0)] = next;
      }
      for (const separator of separators) this.table[state + separator.charCodeAt(0)] = state;
    }
  }

  in(text: string): boolean {
    if (text.length * 3 <= scratch.length) return this.inBytes(scratch, 0, scratch.write(text, 0));
    const bytes = Buffer.from(text, 'utf8');
    return this.inBytes(bytes, 0, bytes.length);
  }

  /** In UTF-8, from `start` to `end`. */
  inBytes(bytes: Uint8Array, start: number, end: number): boolean {
    const { table } = this;
    const part = (end - start) >> 2;
    const second = start + part;
    const third = second + part;
    const fourth = third + part;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let at = 0; at < part; at++) {
      a = table[a + (bytes[start + at] as number)] as number;
      b = table[b + (bytes[second + at] as number)] as number;
      c = table[c + (bytes[third + at] as number)] as number;
      d = table[d + (bytes[fourth + at] as number)] as number;
      if ((a | b | c | d) === FOUND) return true;
    }
    return (
      this.goesOn(a, bytes, second, end) ||
      this.goesOn(b, bytes, third, end) ||
      this.goesOn(c, bytes, fourth, end) ||
      this.goesOn(d, bytes, fourth + part, end)
    );
  }

  /** Whether a word that had begun before a part comes to its end there. A new one is the part's own matter. */
  private goesOn(begun: number, bytes: Uint8Array, from: number, end: number): boolean {
    let state = begun;
    const isLast = end - from < 4;
    for (let at = from; at < end && (state > 0 || isLast); at++) {
      state = this.table[state + (bytes[at] as number)] as number;
      if (state === FOUND) return true;
    }
    return false;
  }
}

/** A word in UTF-8, a character for each byte; letters of ASCII are small. */
const bytesOf = (word: string) =>
  Buffer.from(word, 'utf8')
    .toString('latin1')
    .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/** The longest beginning of a word that fits the end of what was seen. */
function follow(seen: string, words: readonly string[], beginnings: ReadonlyMap<string, number>): number {
  if (words.some((word) => seen.endsWith(word))) return FOUND;
  for (let from = 0; ; from++) {
    const state = beginnings.get(seen.slice(from));
    if (state !== undefined) return state;
  }
}
