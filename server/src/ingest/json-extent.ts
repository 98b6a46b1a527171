const [QUOTE, BACKSLASH, COMMA, COLON, POINT] = [0x22, 0x5c, 0x2c, 0x3a, 0x2e];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
const [LETTER_U, SLASH, SPACE] = [0x75, 0x2f, 0x20];
/** `e` and `E` of an exponent differ by it. */
const LOWER_CASE = 0x20;
const LETTER_E = 0x65;
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
/** Of the members of a small trace. */
const FEW_PLACES = 64;

/** Where a value ends in JSON text, how deep it is and what is in it. */
export interface Extent {
  end: number;
  /** Whether it is closed there. */
  isWhole: boolean;
  depth: number;
  values: number;
  names: number;
  hasFractions: boolean;
  /** Nothing is escaped that JavaScript writes as it is, or writes another way. */
  isPlain: boolean;
  /** No space stands between what is in it. */
  isCompact: boolean;
}

/** Places in bytes, in the order in which they were found. */
export class Places {
  private places: Int32Array;
  length = 0;

  /** @param bytes in which they are found: a guess how many there will be */
  constructor(bytes: number) {
    this.places = new Int32Array(FEW_PLACES + (bytes >> 5));
  }

  add(place: number): void {
    if (this.length === this.places.length) {
      const more = new Int32Array(2 * this.length);
      more.set(this.places);
      this.places = more;
    }
    this.places[this.length++] = place;
  }

  /** And room behind them, as long as none is added. */
  get all(): Int32Array {
    return this.places;
  }
}

export function pastSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (SPACES.has(bytes[at] as number)) at++;
  return at;
}

export function endOfString(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return Math.min(at, bytes.length);
}

/**
 * Measures the value at `start`, in one pass and without regard to whether it is right in itself.
 * @param places to which beginning and end of each value in it are added, those of the values of these not
 */
export function extentOf(bytes: Buffer, start: number, places?: Places): Extent {
  let open = 0;
  let depth = 0;
  let values = 1;
  let names = 0;
  let hasFractions = false;
  let isPlain = true;
  let isCompact = true;
  let at = start;
  for (; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) {
        if (bytes[at] !== BACKSLASH) continue;
        const escaped = bytes[++at];
        if (escaped === LETTER_U || escaped === SLASH) isPlain = false;
      }
    } else if (byte === COLON) {
      names++;
      if (places && open === 1) places.add(at + 1);
    } else if (byte === COMMA) {
      if (open === 0) break;
      values++;
      if (places && open === 1) places.add(at);
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      values++;
      if (++open > depth) depth = open;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (open === 0) break;
      if (--open === 0) {
        places?.add(at);
        at++;
        break;
      }
    } else if (byte <= SPACE) {
      isCompact = false;
    } else if (byte === POINT || ((byte | LOWER_CASE) === LETTER_E && isDigit(bytes[at - 1]))) {
      hasFractions = true;
    }
  }
  const end = Math.min(at, bytes.length);
  return { end, isWhole: open === 0, depth, values, names, hasFractions, isPlain, isCompact };
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;
