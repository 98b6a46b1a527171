import { isUtf8 } from 'node:buffer';
import { ERRORS, syntaxReason } from '../errors.ts';
import { MAX_DEPTH } from '../traces/index.ts';
import { MAX_ITEM_BYTES, MAX_ITEM_VALUES, WHOLE_BODY } from './limits.ts';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
/** Below this an item is parsed without a look at it first: it cannot take long. */
const QUICK_BYTES = 64 * 1024;
/** Levels around a request: the trace, and those of a user. */
const LEVELS = MAX_DEPTH + 2;

const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** Stands for an item that cannot be read; it costs only itself. */
export class Unreadable {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Where a value ends in JSON text, how deep it is and how much there is in it. */
interface Extent {
  end: number;
  depth: number;
  values: number;
}

/** A line of NDJSON; null: one that is larger than any trace may be. */
export const parseLine = (bytes: Buffer | null): unknown =>
  bytes ? parseItem(unmarked(bytes), 'line') : tooLarge('line');

/** One of `{"traces": […]}`. */
export const parseTrace = (bytes: Buffer): unknown => parseItem(bytes, 'trace');

/** Some editors and tools put a mark in front. */
const unmarked = (bytes: Buffer) =>
  bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
    ? bytes.subarray(BYTE_ORDER_MARK.length)
    : bytes;

const tooLarge = (what: string) => new Unreadable(`the ${what} is larger than ${MAX_ITEM_BYTES} bytes`);

/** What may be traces, each read when it is its turn. */
export interface Items {
  items: unknown[];
  /** What JavaScript makes of an item, or why it cannot be read. */
  read: (item: unknown) => unknown;
  /** How one that can be read was written. */
  text: (item: unknown, index: number) => string;
}

const writtenIn = (bytes: unknown) => unmarked(bytes as Buffer).toString('utf8');

/** Lines of NDJSON; null stands for one that is larger than any trace may be. */
export const linesOf = (items: (Buffer | null)[]): Items => ({
  items,
  read: (line) => parseLine(line as Buffer | null),
  text: writtenIn,
});

/** What was never written. */
export const objectsOf = (items: unknown[]): Items => ({
  items,
  read: (item) => item,
  text: (item) => JSON.stringify(item),
});

/**
 * The traces of `{"traces": […]}`. What is not very large is parsed at once; what is, or no JSON as a whole, is taken
 * apart, so that it costs no more at a time than one trace, and a broken trace only itself.
 * @param most traces
 * @throws CtsError 400 when it is not that, 413 when there are more traces
 */
export function tracesOf(body: Buffer, most: number): Items {
  const bytes = unmarked(body);
  if (bytes.length === 0) {
    throw ERRORS.invalidBody('traces', 'the body is empty; it must be {"traces": [...]}');
  }
  if (!isUtf8(bytes)) throw ERRORS.invalidBody(undefined, 'the body is not valid UTF-8');
  const found = bytes.length <= WHOLE_BODY ? parseWhole(bytes) : undefined;
  const items = found ?? splitTraces(bytes, most);
  if (items.length === 0) throw ERRORS.invalidBody('traces', 'traces is empty; send at least one trace');
  if (items.length > most) throw ERRORS.tooManyTraces(most);
  if (!found) return { items, read: (item) => parseTrace(item as Buffer), text: writtenIn };
  let parts: Buffer[] | undefined;
  return {
    items,
    read: (item) => item,
    // Few traces are asked for how they were written: the body is taken apart only for these.
    text: (_item, index) => {
      parts ??= splitTraces(bytes, most);
      return writtenIn(parts[index]);
    },
  };
}

/** Undefined when it is no JSON. */
function parseWhole(bytes: Buffer): unknown[] | undefined {
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
  const traces = (body as { traces?: unknown } | null)?.traces;
  if (!Array.isArray(traces)) throw notThat();
  return traces;
}

/** @param what it is, in the words of a rejection */
function parseItem(bytes: Buffer, what: string): unknown {
  if (bytes.length > MAX_ITEM_BYTES) return tooLarge(what);
  if (!isUtf8(bytes)) return new Unreadable(`the ${what} is not valid UTF-8`);
  if (bytes.length > QUICK_BYTES) {
    const { depth, values } = extentOf(bytes, 0);
    if (depth > LEVELS) return new Unreadable(`the ${what} is nested deeper than ${MAX_DEPTH} levels`);
    if (values > MAX_ITEM_VALUES)
      return new Unreadable(`the ${what} holds more than ${MAX_ITEM_VALUES} values`);
  }
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    return new Unreadable(`the ${what} is not valid JSON: ${syntaxReason(error)}`);
  }
}

/**
 * Takes `{"traces": […]}` apart without parsing the traces.
 * @param most traces
 * @throws CtsError 400 when it is not that, 413 when there are more traces
 */
function splitTraces(bytes: Buffer, most: number): Buffer[] {
  let traces: Buffer[] | undefined;
  let at = pastSpace(bytes, 0);
  if (bytes[at] !== OPEN_OBJECT) throw notThat();
  for (at = pastSpace(bytes, at + 1); bytes[at] !== CLOSE_OBJECT; ) {
    if (bytes[at] !== QUOTE) throw broken(at);
    const behindName = endOfString(bytes, at + 1) + 1;
    const name = parsed(bytes, at, behindName);
    at = pastSpace(bytes, behindName);
    if (bytes[at] !== COLON) throw broken(at);
    at = pastSpace(bytes, at + 1);
    if (name === 'traces' && bytes[at] === OPEN_ARRAY) {
      traces = [];
      at = splitList(bytes, at, most, traces);
    } else {
      const { end } = extentOf(bytes, at);
      parsed(bytes, at, end);
      if (name === 'traces') traces = undefined;
      at = end;
    }
    at = pastSpace(bytes, at);
    if (bytes[at] === COMMA) {
      at = pastSpace(bytes, at + 1);
      if (bytes[at] !== QUOTE) throw broken(at);
    } else if (bytes[at] !== CLOSE_OBJECT) {
      throw broken(at);
    }
  }
  at = pastSpace(bytes, at + 1);
  if (at < bytes.length) throw broken(at);
  if (!traces) throw notThat();
  return traces;
}

/** @returns the place behind the list that begins at `from` */
function splitList(bytes: Buffer, from: number, most: number, items: Buffer[]): number {
  let at = pastSpace(bytes, from + 1);
  if (bytes[at] === CLOSE_ARRAY) return at + 1;
  for (;;) {
    const { end } = extentOf(bytes, at);
    if (end === at) throw broken(at);
    if (items.length === most) throw ERRORS.tooManyTraces(most);
    items.push(bytes.subarray(at, end));
    at = pastSpace(bytes, end);
    if (bytes[at] === CLOSE_ARRAY) return at + 1;
    if (bytes[at] !== COMMA) throw broken(at);
    at = pastSpace(bytes, at + 1);
  }
}

const notThat = () =>
  ERRORS.invalidBody('traces', 'traces is missing or not an array; the body must be {"traces": [...]}');

const broken = (at: number) =>
  ERRORS.invalidBody(undefined, `the body is not valid JSON at byte ${at}, or it was cut off`);

/** A part of the body beside the traces. */
function parsed(bytes: Buffer, start: number, end: number): unknown {
  const value = parseItem(bytes.subarray(start, end), 'body');
  if (value instanceof Unreadable) throw ERRORS.invalidBody(undefined, value.reason);
  return value;
}

function pastSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (SPACES.has(bytes[at] as number)) at++;
  return at;
}

function endOfString(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return Math.min(at, bytes.length);
}

/** Measures the value at `start`, in one pass and without regard to whether it is right in itself. */
function extentOf(bytes: Buffer, start: number): Extent {
  let open = 0;
  let depth = 0;
  let values = 1;
  let at = start;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at + 1);
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      values++;
      if (++open > depth) depth = open;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (open === 0) break;
      open--;
      if (open === 0) return { end: at + 1, depth, values };
    } else if (byte === COMMA) {
      if (open === 0) break;
      values++;
    }
  }
  return { end: Math.min(at, bytes.length), depth, values };
}
