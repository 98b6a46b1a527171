import { endOfString, pastSpace } from '../ingest/index.ts';
import { pastStamp } from './stamps.ts';

const [QUOTE, COLON, OPEN_OBJECT] = [0x22, 0x3a, 0x7b];
/** Members with which records, and what they are handed on in, begin. */
const KNOWN = ['eventVersion', 'EventId', 'version', 'api_version', 'code'];
/** Names that were seen are few; a file of something else may have any number. */
const MOST_NAMES = 64;
const LONGEST_NAME = 64;
const LONGEST_INDENT = 64;
/** No beginning is longer, as far as it is looked for. */
export const LONGEST_BEGINNING = 256;

/**
 * How the next record may begin where a broken one does not end: in a line of its own, or, behind a comma, with the
 * member that comes first in records, those that were seen included.
 */
export class Beginnings {
  private readonly names = new Set(KNOWN);
  /** Records of a list that is written over many lines are indented alike. */
  private indent: string | undefined;
  private isStamped = false;

  /** A list begins, whose records may be written another way. */
  enter(): void {
    this.indent = undefined;
  }

  /** @param at where an element of a list begins */
  indented(bytes: Buffer, at: number): void {
    const before = bytes.toString('latin1', Math.max(0, at - LONGEST_INDENT), at);
    this.indent ??= /\n([ \t]+)$/.exec(before)?.[1];
  }

  stamped(): void {
    this.isStamped = true;
  }

  /** @param bytes a record that is whole */
  seen(bytes: Buffer): void {
    const name = firstName(bytes, 0);
    if (name && this.names.size < MOST_NAMES) this.names.add(name);
  }

  find(bytes: Buffer, from: number, to: number): number | undefined {
    const within = bytes.subarray(from, to);
    const places = [within.indexOf('\n{')];
    if (this.indent) places.push(within.indexOf(`\n${this.indent}{`));
    if (this.isStamped) places.push(stampIn(within));
    for (const start of [',{', ', {']) places.push(this.named(within, start));
    const found = places.filter((place) => place >= 0);
    return found.length > 0 ? from + Math.min(...found) : undefined;
  }

  private named(bytes: Buffer, start: string): number {
    for (let at = bytes.indexOf(start); at >= 0; at = bytes.indexOf(start, at + 1)) {
      const name = firstName(bytes, at + start.length - 1);
      if (name !== undefined && this.names.has(name)) return at;
    }
    return -1;
  }
}

function firstName(bytes: Buffer, at: number): string | undefined {
  if (bytes[at] !== OPEN_OBJECT) return undefined;
  const quote = pastSpace(bytes, at + 1);
  if (bytes[quote] !== QUOTE) return undefined;
  const end = endOfString(bytes.subarray(0, quote + LONGEST_NAME), quote + 1);
  if (bytes[end] !== QUOTE || bytes[pastSpace(bytes, end + 1)] !== COLON) return undefined;
  return bytes.toString('utf8', quote + 1, end);
}

function stampIn(bytes: Buffer): number {
  for (let feed = bytes.indexOf('\n'); feed >= 0; feed = bytes.indexOf('\n', feed + 1)) {
    if (pastStamp(bytes, feed + 1) > feed + 1) return feed;
  }
  return -1;
}
