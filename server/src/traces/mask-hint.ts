/** Columns of the table. Bytes of characters beyond ASCII begin anew. */
const BYTES = 256;
const FOUND = -1;
/** Bytes of each part that are passed before somebody looks whether a word was found. */
const STRIDE = 32;
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
  /** Where a word has been found; from there, everything leads to it. */
  private readonly found: number;

  /** @param texts words without separators; case counts only beyond ASCII. @param separators characters of ASCII */
  constructor(texts: readonly string[], separators: string) {
    const words = texts.map(bytesOf);
    const table = tableOf(words);
    goOnBehind(table);
    this.found = table.length;
    for (let column = 0; column < BYTES; column++) table.push(FOUND);
    this.table = Int32Array.from(table, (next) => (next === FOUND ? this.found : next));
    const letters = new Set(words.join(''));
    for (let state = 0; state < this.table.length; state += BYTES) {
      for (const letter of letters) {
        const next = this.table[state + letter.charCodeAt(0)] as number;
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
    const { table, found } = this;
    const part = (end - start) >> 2;
    const second = start + part;
    const third = second + part;
    const fourth = third + part;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let at = 0; at < part; ) {
      for (const stop = Math.min(at + STRIDE, part); at < stop; at++) {
        a = table[a + (bytes[start + at] as number)] as number;
        b = table[b + (bytes[second + at] as number)] as number;
        c = table[c + (bytes[third + at] as number)] as number;
        d = table[d + (bytes[fourth + at] as number)] as number;
      }
      if (a === found || b === found || c === found || d === found) return true;
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
      if (state === this.found) return true;
    }
    return false;
  }
}

/** A word in UTF-8, a character for each byte; letters of ASCII are small. */
const bytesOf = (word: string) =>
  Buffer.from(word, 'utf8')
    .toString('latin1')
    .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/**
 * The words letter by letter, all first ones, all second ones and so on: what is used most stands together. Where a
 * word has ended, nothing more is looked at.
 */
function tableOf(words: readonly string[]): number[] {
  const table: number[] = new Array(BYTES).fill(0);
  let begun = words.map((word) => ({ word, state: 0 }));
  for (let index = 0; begun.length > 0; index++) {
    for (const one of begun) {
      const cell = one.state + one.word.charCodeAt(index);
      if (table[cell] !== FOUND && index === one.word.length - 1) table[cell] = FOUND;
      else if (table[cell] === 0) {
        table[cell] = table.length;
        for (let column = 0; column < BYTES; column++) table.push(0);
      }
      one.state = table[cell] as number;
    }
    begun = begun.filter(({ state }) => state !== FOUND);
  }
  return table;
}

/**
 * Where a byte goes on with no word that was begun, it may go on with a shorter one that ends what was seen: the state
 * of that has been filled before, since states are taken by their length.
 */
function goOnBehind(table: number[]): void {
  /** States, and the one of the longest beginning of a word that ends what was seen there. */
  const waiting = [{ state: 0, shorter: 0 }];
  for (const { state, shorter } of waiting) {
    for (let byte = 0; byte < BYTES; byte++) {
      const next = table[state + byte] as number;
      const other = state === 0 ? 0 : (table[shorter + byte] as number);
      if (other === FOUND || next === 0) table[state + byte] = other;
      else if (next > 0) waiting.push({ state: next, shorter: other });
    }
  }
}
