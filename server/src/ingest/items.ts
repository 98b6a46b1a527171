import { isUtf8 } from 'node:buffer';
import { type CtsError, ERRORS, syntaxReason } from '../errors.ts';
import { MAX_DEPTH, membersIn, type Written } from '../traces/index.ts';
import { type Measure, memberWithMost } from './blame.ts';
import { type Extent, endOfString, extentOf, Places, pastSpace } from './json-extent.ts';
import { MAX_BESIDE_BYTES, MAX_ITEM_BYTES, MAX_ITEM_VALUES, MOST_BESIDE, WHOLE_BODY } from './limits.ts';

const [QUOTE, COMMA, COLON, OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [
  0x22, 0x2c, 0x3a, 0x7b, 0x7d, 0x5b, 0x5d,
];
/** Levels around a request: the trace, and those of a user. */
const LEVELS = MAX_DEPTH + 2;

/** Text of traces that are parsed at once. Much longer ones are collected with the old, which costs more. */
const AT_ONCE = 64 * 1024;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** Stands for an item that cannot be read; it costs only itself. */
export class Unreadable {
  readonly reason: string;
  /** The member in which the fault stands. */
  readonly field: string | undefined;

  constructor(reason: string, field?: string) {
    this.reason = reason;
    this.field = field;
  }
}

/** An item that was read. */
export interface Sent {
  /** What JavaScript makes of it. */
  value: unknown;
  /** Names in it, at all levels; more than the value has: one stands twice. Undefined: it was never written. */
  names: number | undefined;
  /** A number in it has a fraction or an exponent: JavaScript may have rounded it to another one. */
  hasFractions: boolean;
  /** How it was written. */
  readonly text: string;
  /** Where its members are, if they are written as JavaScript would write them. */
  readonly written: Written | undefined;
}

/** A line of NDJSON; null: one that is larger than any trace may be. */
export const parseLine = (bytes: Buffer | null): Sent | Unreadable =>
  bytes ? parseItem(unmarked(bytes), 'line') : tooLarge('line');

/** Some editors and tools put a mark in front. */
export const unmarked = (bytes: Buffer) =>
  bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
    ? bytes.subarray(BYTE_ORDER_MARK.length)
    : bytes;

const tooLarge = (what: string) => new Unreadable(`the ${what} is larger than ${MAX_ITEM_BYTES} bytes`);

/** What may be traces, each read when it is its turn. */
export interface Items {
  items: unknown[];
  read: (item: unknown) => Sent | Unreadable;
}

/** Lines of NDJSON; null stands for one that is larger than any trace may be. */
export const linesOf = (items: (Buffer | null)[]): Items => ({
  items,
  read: (line) => parseLine(line as Buffer | null),
});

/** What was never written. */
export const objectsOf = (items: unknown[]): Items => ({
  items,
  read: (value) => ({
    value,
    names: undefined,
    hasFractions: false,
    written: undefined,
    get text() {
      return JSON.stringify(value);
    },
  }),
});

/**
 * The traces of `{"traces": […]}`, taken apart before they are parsed: a broken one costs only itself, and in a large
 * body each costs no more at a time than one trace.
 * @param most traces
 * @throws CtsError 400 when it is not that, 413 when there are more traces
 */
export function tracesOf(body: Buffer, most: number): Items {
  const bytes = unmarked(body);
  if (bytes.length === 0) {
    throw ERRORS.invalidBody('traces', 'the body is empty; it must be {"traces": [...]}');
  }
  const parts = splitTraces(bytes, most);
  if (parts.length === 0) throw ERRORS.invalidBody('traces', 'traces is empty; send at least one trace');
  const isParsed = bytes.length <= WHOLE_BODY && parseAll(bytes, parts);
  const read = isParsed
    ? (part: unknown) => part as Part
    : (part: unknown) => parsePart(part as Part, 'trace');
  return { items: parts, read };
}

/** A value within JSON text, and what is known of it: its own bytes and text are made when they are asked for. */
class Part implements Sent {
  value: unknown;
  readonly extent: Extent;
  readonly start: number;
  private readonly whole: Buffer;
  private readonly places: Places;
  private readonly firstPlace: number;
  private readonly lastPlace: number;

  /** @param places of values, to which those of its members are added */
  constructor(whole: Buffer, start: number, places: Places) {
    this.whole = whole;
    this.start = start;
    this.places = places;
    this.firstPlace = places.length;
    this.extent = extentOf(whole, start, places);
    this.lastPlace = places.length;
  }

  get bytes(): Buffer {
    return this.whole.subarray(this.start, this.extent.end);
  }

  get length(): number {
    return this.extent.end - this.start;
  }

  get names(): number {
    return this.extent.names;
  }

  get hasFractions(): boolean {
    return this.extent.hasFractions;
  }

  get text(): string {
    return this.bytes.toString('utf8');
  }

  get written(): Written | undefined {
    const { whole, length, firstPlace, lastPlace, extent } = this;
    const places = this.places.all;
    if (!extent.isPlain || extent.hasFractions) return undefined;
    return { bytes: whole, length, places, first: firstPlace, last: lastPlace, isCompact: extent.isCompact };
  }
}

/**
 * Parses the traces of a body that is in order many at once: that takes half as long, since they are alike.
 * @returns whether it did; else one of them has to be looked at by itself
 */
function parseAll(body: Buffer, parts: readonly Part[]): boolean {
  const isOrdinary = parts.every(
    ({ length, extent: { depth, values } }) =>
      length <= MAX_ITEM_BYTES && depth <= LEVELS && values <= MAX_ITEM_VALUES,
  );
  if (!isOrdinary || !isUtf8(body)) return false;
  try {
    for (let first = 0; first < parts.length; ) first = parseSome(body, parts, first);
    return true;
  } catch {
    return false;
  }
}

/** @returns the first that is left */
function parseSome(body: Buffer, parts: readonly Part[], first: number): number {
  const { start } = parts[first] as Part;
  let next = first + 1;
  while (next < parts.length && (parts[next] as Part).extent.end - start <= AT_ONCE) next++;
  const { end } = (parts[next - 1] as Part).extent;
  const values = JSON.parse(`[${body.toString('utf8', start, end)}]`) as unknown[];
  for (let at = first; at < next; at++) (parts[at] as Part).value = values[at - first];
  return next;
}

/** @param what it is, in the words of a rejection */
export const parseItem = (bytes: Buffer, what: string) =>
  parsePart(new Part(bytes, 0, new Places(bytes.length)), what);

function parsePart(part: Part, what: string): Sent | Unreadable {
  const { bytes } = part;
  const { depth, values } = part.extent;
  if (bytes.length > MAX_ITEM_BYTES) return tooMuch(bytes, tooLarge(what), (_, length) => length);
  if (depth > LEVELS) {
    const reason = `the ${what} is nested deeper than ${MAX_DEPTH} levels`;
    return tooMuch(bytes, new Unreadable(reason), (inner) => inner.depth);
  }
  if (values > MAX_ITEM_VALUES) {
    const reason = `the ${what} holds more than ${MAX_ITEM_VALUES} values`;
    return tooMuch(bytes, new Unreadable(reason), (inner) => inner.values);
  }
  if (!isUtf8(bytes)) return noText(bytes, what);
  try {
    part.value = JSON.parse(bytes.toString('utf8'));
    return part;
  } catch (error) {
    return new Unreadable(`the ${what} is not valid JSON: ${syntaxReason(error)}`);
  }
}

/** With the member that is too much. */
function tooMuch(bytes: Buffer, { reason }: Unreadable, measure: Measure): Unreadable {
  const member = memberWithMost(bytes, measure);
  return member === undefined ? new Unreadable(reason) : new Unreadable(`${reason}, in ${member}`, member);
}

/** Where bytes are no UTF-8. */
function noText(bytes: Buffer, what: string): Unreadable {
  const text = bytes.toString('utf8');
  const again = Buffer.from(text);
  let at = 0;
  while (bytes[at] === again[at]) at++;
  const place = bytes.subarray(0, at).toString('utf8').length;
  const member = membersIn(text)?.find(({ start, end }) => start <= place && place < end)?.name;
  const where = member === undefined ? '' : `, in ${member}`;
  return new Unreadable(`the ${what} is not valid UTF-8 at byte ${at}${where}`, member);
}

/**
 * Takes `{"traces": […]}` apart without parsing the traces.
 * @param most traces
 * @throws CtsError 400 when it is not that, 413 when there are more traces
 */
function splitTraces(bytes: Buffer, most: number): Part[] {
  let traces: Part[] | undefined;
  let isNamed = false;
  let beside = 0;
  let besideBytes = 0;
  let at = pastSpace(bytes, 0);
  if (bytes[at] !== OPEN_OBJECT) throw notThat();
  for (at = pastSpace(bytes, at + 1); bytes[at] !== CLOSE_OBJECT; ) {
    if (bytes[at] !== QUOTE) throw broken(at);
    const begin = at;
    const behindName = endOfString(bytes, at + 1) + 1;
    const name = parsed(bytes, at, behindName);
    at = pastSpace(bytes, behindName);
    if (bytes[at] !== COLON) throw broken(at);
    at = pastSpace(bytes, at + 1);
    if (name === 'traces') {
      if (isNamed) throw namedTwice();
      isNamed = true;
    }
    if (name === 'traces' && bytes[at] === OPEN_ARRAY) {
      traces = [];
      at = splitList(bytes, at, most, traces);
    } else {
      const { end } = extentOf(bytes, at);
      besideBytes += end - begin;
      if (++beside > MOST_BESIDE || besideBytes > MAX_BESIDE_BYTES) throw muchBeside();
      parsed(bytes, at, end);
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
function splitList(bytes: Buffer, from: number, most: number, items: Part[]): number {
  const places = new Places(bytes.length - from);
  let at = pastSpace(bytes, from + 1);
  if (bytes[at] === CLOSE_ARRAY) return at + 1;
  for (;;) {
    if (items.length === most) throw ERRORS.tooManyTraces(most);
    const item = new Part(bytes, at, places);
    const { end } = item.extent;
    if (end === at) throw brokenItem(bytes, at, item, items.length);
    items.push(item);
    at = pastSpace(bytes, end);
    if (bytes[at] === CLOSE_ARRAY) return at + 1;
    if (bytes[at] !== COMMA) throw brokenItem(bytes, at, item, items.length - 1);
    at = pastSpace(bytes, at + 1);
  }
}

const notThat = () =>
  ERRORS.invalidBody('traces', 'traces is missing or not an array; the body must be {"traces": [...]}');

const muchBeside = () =>
  ERRORS.invalidBody(
    undefined,
    `the body holds more than ${MOST_BESIDE} members, or ${MAX_BESIDE_BYTES} bytes, beside traces; it must be {"traces": [...]}`,
  );

const namedTwice = () =>
  ERRORS.invalidBody('traces', 'traces is named twice in the body; send all traces in one array');

const broken = (at: number) =>
  ERRORS.invalidBody(
    undefined,
    `the body is not valid JSON at byte ${at}, or it was cut off; ${REFUSED_WHOLE}`,
  );

/** One answer tells of a whole body: what is taken of a broken one would be sent again, or never. */
const REFUSED_WHOLE =
  'none of its traces was taken: correct it and send it again, or send NDJSON, where a broken line costs only itself';

/** Where the traces cannot be told apart any more. @param at what should be a comma or the end of the list */
function brokenItem(bytes: Buffer, at: number, item: Part, index: number): CtsError {
  const name = `traces.${index}`;
  const sent = parsePart(item, 'trace');
  const fault =
    item.length === 0
      ? `${name} is missing at byte ${at}`
      : `${name}, which begins at byte ${item.start}, ${
          sent instanceof Unreadable ? `has no end (${sent.reason})` : 'is followed by neither "," nor "]"'
        }`;
  const where = at < bytes.length ? `is not valid JSON at byte ${at}` : `was cut off at byte ${at}`;
  return ERRORS.invalidBody(name, `the body ${where}: ${fault}; ${REFUSED_WHOLE}`);
}

/** A part of the body beside the traces. */
function parsed(bytes: Buffer, start: number, end: number): unknown {
  const sent = parseItem(bytes.subarray(start, end), 'body');
  if (sent instanceof Unreadable) throw ERRORS.invalidBody(undefined, sent.reason);
  return sent.value;
}
