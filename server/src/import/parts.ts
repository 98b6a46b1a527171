import { endOfString, extentOf, pastSpace, unmarked } from '../ingest/index.ts';
import { isRecord } from './record.ts';

const [QUOTE, COMMA, COLON] = [0x22, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/** What may be a record, and the byte at which it begins. */
export interface Part {
  at: number;
  bytes: Buffer;
}

/** Lines that are looked at for whether each is a record, and bytes of the longest of them. */
const TRIED_LINES = 16;
const LONGEST_TRIED = 2 * 1024 ** 2;
/** How the next record may begin where a broken one does not end. */
const BEGINNINGS = ['\n{', ',{"eventVersion":'];

/**
 * Takes a file apart: lists, on their own or as `Records` of an object, and objects, one after the other. What is
 * broken costs only itself wherever it can be seen where the next begins.
 */
export function* partsOf(bytes: Buffer): Generator<Part> {
  if (!isByLine(bytes)) return yield* partsWithin(bytes, 0);
  for (const { start, end } of linesOf(bytes)) yield* partsWithin(bytes.subarray(0, end), start);
}

function* linesOf(bytes: Buffer) {
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf('\n', start);
    const end = feed < 0 ? bytes.length : feed;
    if (pastSpace(bytes, start) < end) yield { start, end };
    start = end + 1;
  }
}

function isByLine(bytes: Buffer): boolean {
  if (listIn(bytes, pastMark(bytes, 0)) !== undefined) return false;
  let tried = 0;
  for (const { start, end } of linesOf(bytes)) {
    if (tried++ === TRIED_LINES) return false;
    if (end - start <= LONGEST_TRIED && isRecord(parsed(unmarked(bytes.subarray(start, end))))) return true;
  }
  return false;
}

function* partsWithin(bytes: Buffer, from: number): Generator<Part> {
  for (let at = pastMark(bytes, from); at < bytes.length; at = pastMark(bytes, at)) {
    const list = listIn(bytes, at);
    if (list === undefined) {
      const { end } = endOf(bytes, at);
      yield { at, bytes: bytes.subarray(at, end) };
      at = pastCommas(bytes, end);
    } else {
      const behind = yield* elementsOf(bytes, list);
      at = list === at ? behind : behindMembers(bytes, behind);
    }
  }
}

/** Those of lists within, too. The last of a list that is cut off is empty. @returns the place behind the list */
function* elementsOf(bytes: Buffer, list: number): Generator<Part, number> {
  let at = pastCommas(bytes, list + 1);
  while (bytes[at] !== CLOSE_ARRAY) {
    if (bytes[at] === OPEN_ARRAY) {
      at = pastCommas(bytes, at + 1);
      continue;
    }
    const { end, isWhole } = endOf(bytes, at);
    yield { at, bytes: bytes.subarray(at, end) };
    if (end === bytes.length && !isWhole) return end;
    at = pastCommas(bytes, end);
  }
  return at + 1;
}

/** Where the list begins that a value is, or holds as `Records`. */
function listIn(bytes: Buffer, start: number): number | undefined {
  if (bytes[start] === OPEN_ARRAY) return start;
  if (bytes[start] !== OPEN_OBJECT) return undefined;
  for (let at = pastSpace(bytes, start + 1); bytes[at] === QUOTE; ) {
    const behindName = endOfString(bytes, at + 1) + 1;
    const value = behindColon(bytes, behindName);
    const name = bytes.toString('latin1', at, behindName);
    if (name === '"Records"' && bytes[value] === OPEN_ARRAY) return value;
    at = pastCommas(bytes, extentOf(bytes, value).end);
  }
  return undefined;
}

/** The place behind an object of which other members follow. */
function behindMembers(bytes: Buffer, from: number): number {
  let at = pastCommas(bytes, from);
  while (bytes[at] === QUOTE) {
    const value = behindColon(bytes, endOfString(bytes, at + 1) + 1);
    at = pastCommas(bytes, extentOf(bytes, value).end);
  }
  return bytes[at] === CLOSE_OBJECT ? at + 1 : at;
}

/** Where a value ends; a broken one ends where the next record seems to begin. */
function endOf(bytes: Buffer, start: number): { end: number; isWhole: boolean } {
  const { end, isWhole } = extentOf(bytes, start);
  const isOne = isWhole && end > start;
  const next = nextRecord(bytes, start + 1, isOne ? end : bytes.length);
  if (isOne && (next === undefined || parsed(bytes.subarray(start, end)) !== undefined))
    return { end, isWhole };
  return { end: next ?? bytes.length, isWhole: false };
}

function nextRecord(bytes: Buffer, from: number, to: number): number | undefined {
  const within = bytes.subarray(from, to);
  const places = BEGINNINGS.map((beginning) => within.indexOf(beginning)).filter((place) => place >= 0);
  return places.length > 0 ? from + Math.min(...places) : undefined;
}

function behindColon(bytes: Buffer, from: number): number {
  const at = pastSpace(bytes, from);
  return bytes[at] === COLON ? pastSpace(bytes, at + 1) : at;
}

function pastCommas(bytes: Buffer, from: number): number {
  let at = pastSpace(bytes, from);
  while (bytes[at] === COMMA) at = pastSpace(bytes, at + 1);
  return at;
}

/** Past spaces, and the mark that some tools put in front. */
function pastMark(bytes: Buffer, from: number): number {
  const rest = bytes.subarray(pastSpace(bytes, from));
  return pastSpace(bytes, bytes.length - unmarked(rest).length);
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
