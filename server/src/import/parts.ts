import { endOfString, extentOf, pastSpace, unmarked } from '../ingest/index.ts';
import { Beginnings, LONGEST_BEGINNING } from './beginnings.ts';
import { pastStamp } from './stamps.ts';

const [QUOTE, COMMA, COLON] = [0x22, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/** What may be a record, and the byte at which it begins. */
export interface Part {
  at: number;
  bytes: Buffer;
}

/** Members of a document that list its records: log files, `lookup-events`, CloudWatch Logs, SQS, traces. */
export const LISTS = ['Records', 'Events', 'events', 'logEvents', 'Messages', 'traces'];
const LIST_NAMES = new Set(LISTS.map((name) => JSON.stringify(name)));
/**
 * Takes JSON apart as it comes: lists, on their own or as members of documents, and documents, one after the other.
 * What is broken costs only itself wherever it can be seen where the next begins; parsers of streams end there,
 * and give values, not the text that they were written as. Owned by one reader, which gives it the bytes from
 * `at` on, and more of them when it stops before their end.
 */
export class Splitter {
  /** Behind what was taken. */
  at = 0;
  private within: 'documents' | 'list' | 'members' = 'documents';
  /** The list is a member of a document. */
  private isMember = false;
  /** Lists that are open. */
  private depth = 0;
  private readonly beginnings = new Beginnings();
  /** In the midst of what is broken, until the next record seems to begin. */
  private isLost = false;
  /** The document that it was made for is taken. */
  isDone = false;
  private readonly isForOne: boolean;

  /** @param isForOne it ends behind the first document, or behind what is broken in its place */
  constructor(isForOne = false) {
    this.isForOne = isForOne;
  }

  /**
   * @param more whether more bytes will come; `none yet`: the first of these has to be taken as it is, since no
   * record is that long
   */
  *take(bytes: Buffer, more: 'some' | 'none yet' | 'none'): Generator<Part> {
    this.at = 0;
    for (let isAll = more !== 'some'; ; isAll = more === 'none') {
      if (this.isLost) {
        if (!this.findsBeginning(bytes)) return;
        if (this.endsHere()) return;
      }
      this.at = pastFill(bytes, this.at);
      if (this.at >= bytes.length) {
        // The last of a list that is cut off.
        if (more === 'none' && this.within === 'list') yield { at: this.at, bytes: bytes.subarray(this.at) };
        return;
      }
      const before = this.at;
      const { within } = this;
      if (within === 'list') yield* this.element(bytes, isAll);
      else if (within === 'members') this.passMember(bytes, isAll);
      else yield* this.document(bytes, isAll);
      if ((this.at === before && this.within === within) || this.endsHere()) return;
    }
  }

  private endsHere(): boolean {
    this.isDone = this.isForOne && this.within === 'documents' && !this.isLost;
    return this.isDone;
  }

  private findsBeginning(bytes: Buffer): boolean {
    const next = this.beginnings.find(bytes, this.at, bytes.length);
    this.isLost = next === undefined;
    this.at = next ?? Math.max(this.at, bytes.length - LONGEST_BEGINNING);
    return next !== undefined;
  }

  private *element(bytes: Buffer, isAll: boolean): Generator<Part> {
    if (bytes[this.at] === CLOSE_ARRAY) {
      this.at++;
      if (--this.depth === 0) this.within = this.isMember ? 'members' : 'documents';
    } else if (bytes[this.at] === OPEN_ARRAY) {
      this.at++;
      this.depth++;
    } else {
      this.beginnings.indented(bytes, this.at);
      yield* this.value(bytes, isAll);
    }
  }

  private *document(bytes: Buffer, isAll: boolean): Generator<Part> {
    const before = this.at;
    const behindStamp = pastStamp(bytes, before);
    if (behindStamp > before) this.beginnings.stamped();
    this.at = behindStamp;
    yield* this.unstamped(bytes, isAll);
    // More of it has to come: it is not begun yet.
    if (this.at === behindStamp) this.at = before;
  }

  private *unstamped(bytes: Buffer, isAll: boolean): Generator<Part> {
    if (bytes[this.at] === OPEN_ARRAY) {
      this.enter(this.at, false);
      return;
    }
    const list = bytes[this.at] === OPEN_OBJECT ? listIn(bytes, pastSpace(bytes, this.at + 1)) : 'none';
    if (list === 'cut' && !isAll) return;
    if (typeof list === 'number') this.enter(list, true);
    else yield* this.value(bytes, isAll);
  }

  private enter(list: number, isMember: boolean): void {
    this.within = 'list';
    this.isMember = isMember;
    this.beginnings.enter();
    this.depth = 1;
    this.at = list + 1;
  }

  /** What stands behind a list in its document. */
  private passMember(bytes: Buffer, isAll: boolean): void {
    const list = listIn(bytes, this.at);
    if (typeof list === 'number') {
      this.enter(list, true);
      return;
    }
    if (list === 'cut' && !isAll) return;
    let at = this.at;
    while (bytes[at] === QUOTE) {
      const value = behindColon(bytes, endOfString(bytes, at + 1) + 1);
      at = pastFill(bytes, extentOf(bytes, value).end);
    }
    this.at = bytes[at] === CLOSE_OBJECT ? at + 1 : at;
    this.within = 'documents';
  }

  private *value(bytes: Buffer, isAll: boolean): Generator<Part> {
    const { at } = this;
    const { end, isWhole } = extentOf(bytes, at);
    if (end === bytes.length && !isAll) return;
    const isOne = isWhole && end > at;
    const next = this.beginnings.find(bytes, at + 1, isOne ? end : bytes.length);
    if (isOne && (next === undefined || isJson(bytes.subarray(at, end)))) {
      this.at = end;
      this.beginnings.seen(bytes.subarray(at, end));
    } else {
      this.at = next ?? bytes.length;
      this.isLost = next === undefined;
    }
    yield { at, bytes: bytes.subarray(at, this.at) };
  }
}

/** Whether bytes begin with a list, or a document that holds one. */
export function isList(bytes: Buffer): boolean {
  const at = pastFill(bytes, 0);
  if (bytes[at] === OPEN_ARRAY) return true;
  return bytes[at] === OPEN_OBJECT && typeof listIn(bytes, pastSpace(bytes, at + 1)) === 'number';
}

/** The list among the members from `start` on that holds records; `cut`: the bytes end before it is known. */
function listIn(bytes: Buffer, start: number): number | 'none' | 'cut' {
  let at = start;
  while (bytes[at] === QUOTE) {
    const behindName = endOfString(bytes, at + 1) + 1;
    const value = behindColon(bytes, behindName);
    if (value >= bytes.length) return 'cut';
    if (bytes[value] === OPEN_ARRAY && LIST_NAMES.has(bytes.toString('latin1', at, behindName))) return value;
    const { end } = extentOf(bytes, value);
    at = end > value ? pastFill(bytes, end) : end;
    if (end === value) return 'none';
  }
  return at >= bytes.length ? 'cut' : 'none';
}

function behindColon(bytes: Buffer, from: number): number {
  const at = pastSpace(bytes, from);
  return bytes[at] === COLON ? pastSpace(bytes, at + 1) : at;
}

/** Past spaces, commas, and the mark that some tools put in front. */
export function pastFill(bytes: Buffer, from: number): number {
  for (let at = from; ; ) {
    let next = pastSpace(bytes, at);
    while (bytes[next] === COMMA) next = pastSpace(bytes, next + 1);
    const rest = bytes.subarray(next, next + 3);
    next += rest.length - unmarked(rest).length;
    if (next === at) return at;
    at = next;
  }
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
