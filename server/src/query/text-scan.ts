import type { TextColumn, Words } from '@opencts/client/query';
import { ALL_COLUMNS, type Line } from './columns.ts';
import { add, has, lowerCode, put, type Row, rowOf } from './rows.ts';
import type { Steps } from './steps.ts';
import { boundsOf, isInWord, isSpace, isWritten } from './words.ts';

const BACKSLASH = 0x5c;
const LINE_FEED = 0x0a;
const LETTER_U = 0x75;

/** What a character of ASCII is. */
const SPACE = 1;
const PARTING = 2;
/** n, r, t: a space, when a backslash stands before it. */
const BLANK = 4;
/** n, r, t, b, f: a word may begin behind it, when a backslash stands before it. */
const ENDING = 8;
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return (
    (isSpace(character) ? SPACE : 0) |
    (isInWord(character) ? 0 : PARTING) |
    ('nrt'.includes(character) ? BLANK : 0) |
    ('nrtbf'.includes(character) ? ENDING : 0)
  );
});
/** Parts words, and may be written as an escape. */
const isSign = (code: number) => code !== BACKSLASH && (kindOf(code) & PARTING) !== 0;
const kindOf = (code: number) => (code < 128 ? (KINDS[code] as number) : 0);

/** Words, and the column in which alone they are looked for; undefined: in all text. */
interface Sought {
  words: Words;
  column: TextColumn | undefined;
}

/**
 * Looks for many words at once: what `expressionOf` finds of each, in one pass over the text of a trace, however often
 * it is nearly there. The characters of all words are a row of places, and for each place it is known whether what was
 * just read is the word before it (Shift-And: 32 places in a number).
 */
export class TextScan {
  private readonly sought: Sought[] = [];
  private readonly indexes = new Map<string, number>();
  private readonly steps: Steps;
  private places: Places | undefined;

  constructor(steps: Steps) {
    this.steps = steps;
  }

  /** @returns where it stands in what is found */
  add(words: Words, column?: TextColumn): number {
    const key = JSON.stringify([words, column]);
    const known = this.indexes.get(key);
    if (known !== undefined) return known;
    this.places = undefined;
    const index = this.sought.push({ words, column }) - 1;
    this.indexes.set(key, index);
    return index;
  }

  /** Which of the words stand in a trace. */
  find(line: Line): boolean[] {
    this.places ??= new Places(this.sought);
    const pass = new Pass(this.places);
    for (const [index, column] of ALL_COLUMNS.entries()) {
      if (index > 0) pass.part();
      const text = line[column];
      if (text !== undefined && text !== '') pass.read(String(text), column);
    }
    pass.end();
    this.steps.taken += pass.steps;
    return this.places.behind.map((place) => has(pass.found, place));
  }
}

/** Where words begin: those that begin where a word of the trace does, those that begin behind the escape of a sign, and those that begin anywhere. */
interface Begins {
  atWord: Row;
  atSign: Row;
  anywhere: Row;
}

/** Before each character of the words a place, and one behind each of the words. */
class Places {
  readonly none: Row;
  private readonly count: number;
  /** Behind each of the words. */
  readonly behind: number[] = [];
  /** All of those, and those behind words that may go on in the trace. */
  readonly ends: Row;
  readonly openEnds: Row;
  /** By character of ASCII: where it is wanted. */
  readonly ascii: Row[];
  /** By other units of UTF-16. */
  readonly others = new Map<number, Row>();
  readonly spaces: Row;
  /** A backslash that comes is passed: where any number of them is wanted, or a quote or slash that they may stand before. */
  readonly passing: Row;
  /** Of words that are looked for in one column. */
  readonly narrow: Row;
  /** Of words whose signs may stand there as escapes. */
  readonly escapable: Row;
  /** By character of ASCII: whether one of the words can begin with it. */
  readonly first = new Uint8Array(128);
  private readonly begins = new Map<string, Begins>();
  /** Of words that are looked for in all text. */
  readonly everywhere: Begins;

  constructor(sought: readonly Sought[]) {
    const units = sought.map(({ words }) => unitsOf(words.text));
    this.count = units.reduce((sum, { length }) => sum + length + 1, 0);
    this.none = this.row();
    this.ascii = Array.from({ length: 128 }, () => this.none);
    [this.ends, this.openEnds, this.spaces] = [this.row(), this.row(), this.row()];
    [this.passing, this.narrow, this.escapable] = [this.row(), this.row(), this.row()];
    this.everywhere = this.newBegins();
    let place = 0;
    for (const [index, { words, column }] of sought.entries()) {
      const start = place;
      const { before, behind } = boundsOf(words);
      for (const unit of units[index] ?? []) this.want(unit, place++);
      this.noteFirst(units[index]?.[0] ?? 0);
      this.behind.push(place);
      put(this.ends, place);
      if (!behind) put(this.openEnds, place);
      for (let at = start; at <= place; at++) {
        if (column !== undefined) put(this.narrow, at);
        if (!isWritten(words)) put(this.escapable, at);
      }
      const begins = column === undefined ? this.everywhere : this.own(column);
      put(before ? begins.atWord : begins.anywhere, start);
      if (before && !isWritten(words)) put(begins.atSign, start);
      place++;
    }
    for (const begins of this.begins.values()) merge(begins, this.everywhere);
    for (const { atWord, atSign, anywhere } of [this.everywhere, ...this.begins.values()]) {
      add(atWord, anywhere);
      add(atSign, anywhere);
    }
  }

  row(): Row {
    return rowOf(this.count);
  }

  beginsIn(column: string): Begins {
    return this.begins.get(column) ?? this.everywhere;
  }

  private newBegins(): Begins {
    return { atWord: this.row(), atSign: this.row(), anywhere: this.row() };
  }

  private own(column: string): Begins {
    const begins = this.begins.get(column) ?? this.newBegins();
    this.begins.set(column, begins);
    return begins;
  }

  private want(unit: number, place: number): void {
    if (unit >= 128) {
      const row = this.others.get(unit) ?? this.row();
      this.others.set(unit, row);
      put(row, place);
      return;
    }
    const isBlank = (kindOf(unit) & SPACE) !== 0;
    if (isBlank) put(this.spaces, place);
    if ('\\"/'.includes(String.fromCharCode(unit))) put(this.passing, place);
    for (const code of isBlank ? BLANKS : [unit]) {
      if (this.ascii[code] === this.none) this.ascii[code] = this.row();
      put(this.ascii[code] as Row, place);
    }
  }

  private noteFirst(unit: number): void {
    const isBlank = (kindOf(unit) & SPACE) !== 0;
    // All but letters and digits may be written with backslashes.
    if (unit >= 128 || kindOf(unit) & PARTING) this.first[BACKSLASH] = 1;
    for (const code of isBlank ? BLANKS : [unit]) if (code < 128) this.first[code] = 1;
  }
}

const BLANKS = [...KINDS.keys()].filter((code) => (kindOf(code) & SPACE) !== 0);

function merge(begins: Begins, more: Begins): void {
  add(begins.atWord, more.atWord);
  add(begins.atSign, more.atSign);
  add(begins.anywhere, more.anywhere);
}

/** Units of UTF-16 of words; spaces that follow one another are one. */
function unitsOf(text: string): number[] {
  const units: number[] = [];
  let wasBlank = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const isBlank = (kindOf(unit) & SPACE) !== 0;
    if (!(isBlank && wasBlank)) units.push(unit);
    wasBlank = isBlank;
  }
  return units;
}

/** One pass over the text of a trace. */
class Pass {
  readonly found: Row;
  steps = 0;
  private readonly places: Places;
  /** Where what was read is the word before. */
  private readonly reached: Row;
  /** Where this was so at one of the backslashes that were just read. */
  private readonly escaping: Row;
  /** What will be reached behind the escape of a character beyond ASCII that is being read. */
  private readonly later: Row;
  /** Whether anything of these three is. */
  private isBegun = false;

  constructor(places: Places) {
    this.places = places;
    this.found = places.row();
    this.reached = places.row();
    this.escaping = places.row();
    this.later = places.row();
  }

  read(text: string, column: string): void {
    const { places } = this;
    const { atWord, atSign, anywhere } = places.beginsIn(column);
    let mayBegin = true;
    let before = LINE_FEED;
    let laterAt = -1;
    let signAt = -1;
    for (let at = 0; at < text.length; at++) {
      const code = lowerCode(text.charCodeAt(at));
      const kind = kindOf(code);
      const escaped = before === BACKSLASH && code === LETTER_U ? hexAt(text, at + 1) : undefined;
      if (at === laterAt) this.reach();
      if (this.isBegun || (code < 128 ? places.first[code] === 1 : places.others.has(code))) {
        this.step(code, mayBegin ? atWord : at === signAt ? atSign : anywhere, kind);
        if (before === BACKSLASH && code !== BACKSLASH) {
          if (kind & BLANK) this.passBlank();
          if (escaped !== undefined && this.expect(escaped)) laterAt = at + 5;
          this.escaping.fill(0);
          this.steps += this.escaping.length;
        }
      } else {
        this.steps++;
      }
      if (escaped !== undefined && isSign(escaped)) signAt = at + 5;
      mayBegin = (kind & PARTING) !== 0 || (before === BACKSLASH && (kind & ENDING) !== 0);
      before = code;
    }
    if (laterAt === text.length) this.reach();
  }

  /** Between two columns: for words that are looked for in all text, a line ends. */
  part(): void {
    const { everywhere, narrow, first } = this.places;
    if (!this.isBegun && first[LINE_FEED] === 0) return;
    this.end();
    for (let i = 0; i < this.reached.length; i++)
      this.reached[i] = (this.reached[i] as number) & ~(narrow[i] as number);
    this.step(LINE_FEED, everywhere.anywhere, PARTING | SPACE);
    this.escaping.fill(0);
  }

  /** What was read ends as a word. */
  end(): void {
    const { ends } = this.places;
    for (let i = 0; i < ends.length; i++) {
      this.found[i] = (this.found[i] as number) | ((this.reached[i] as number) & (ends[i] as number));
    }
  }

  private step(code: number, begins: Row, kind: number): void {
    const { places } = this;
    const wanted = (code < 128 ? places.ascii[code] : places.others.get(code)) ?? places.none;
    const ending = kind & PARTING ? places.ends : places.openEnds;
    if (code === BACKSLASH) this.escape(begins);
    const staying = code === BACKSLASH ? places.passing : kind & SPACE ? places.spaces : places.none;
    const any = this.pass(begins, ending, wanted, staying);
    this.isBegun = any || code === BACKSLASH;
    this.steps += this.reached.length;
  }

  /** @param staying where there may be more of the character. @returns whether anything is reached */
  private pass(begins: Row, ending: Row, wanted: Row, staying: Row): boolean {
    const { found, reached } = this;
    let carry = 0;
    let any = 0;
    for (let i = 0; i < reached.length; i++) {
      const here = (reached[i] as number) | (begins[i] as number);
      const done = here & (ending[i] as number);
      if (done !== 0) found[i] = (found[i] as number) | done;
      const read = here & (wanted[i] as number);
      const next = (read << 1) | carry | (here & (staying[i] as number));
      carry = read >>> 31;
      reached[i] = next;
      any |= next;
    }
    return any !== 0;
  }

  private escape(begins: Row): void {
    const { escaping, reached } = this;
    for (let i = 0; i < escaping.length; i++) {
      escaping[i] = (escaping[i] as number) | (reached[i] as number) | (begins[i] as number);
    }
    this.steps += escaping.length;
  }

  /** A space was written as a backslash, or several, and a letter. */
  private passBlank(): void {
    const { spaces } = this.places;
    let carry = 0;
    for (let i = 0; i < spaces.length; i++) {
      const read = (this.escaping[i] as number) & (spaces[i] as number);
      const next = (this.reached[i] as number) | read | (read << 1) | carry;
      carry = read >>> 31;
      this.reached[i] = next;
      if (next !== 0) this.isBegun = true;
    }
    this.steps += spaces.length;
  }

  /** A unit of UTF-16 is being read as an escape. @returns whether it is wanted */
  private expect(unit: number): boolean {
    const { ascii, others, escapable, spaces } = this.places;
    const wanted = isSign(unit) ? ascii[unit] : others.get(unit);
    if (!wanted) return false;
    let carry = 0;
    for (let i = 0; i < wanted.length; i++) {
      const meant = unit < 128 ? (escapable[i] as number) : -1;
      const read = (this.escaping[i] as number) & (wanted[i] as number) & meant;
      const staying = kindOf(unit) & SPACE ? read & (spaces[i] as number) : 0;
      this.later[i] = (read << 1) | carry | staying;
      carry = read >>> 31;
    }
    this.steps += wanted.length;
    return true;
  }

  private reach(): void {
    add(this.reached, this.later);
    this.isBegun = true;
    this.steps += this.later.length;
  }
}

const HEX4 = /[0-9a-f]{4}/iy;

function hexAt(text: string, at: number): number | undefined {
  HEX4.lastIndex = at;
  const digits = HEX4.exec(text)?.[0];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}
