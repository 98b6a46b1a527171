/*
 * JSON as text: what was sent is evidence, so it is read token by token and never written anew. Numbers keep
 * their digits, members their order, also those that are named twice (RFC 8259 leaves both open).
 */

export type TokenKind = '{' | '}' | '[' | ']' | ',' | ':' | 'name' | 'string' | 'scalar';

export interface Token {
  kind: TokenKind;
  start: number;
  end: number;
}

type Expected = 'value' | 'first value' | 'name' | 'first name' | 'colon' | 'comma' | 'end';

const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;

/** The tokens of a JSON text, as far as it is one. @returns whether the whole text is one value */
export function* tokensOf(text: string): Generator<Token, boolean> {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  for (let at = pastSpace(text, 0); at < text.length; at = pastSpace(text, at)) {
    const start = at;
    const first = text[at] as string;
    const isValue = expected === 'value' || expected === 'first value';
    let kind: TokenKind;
    if (first === '"') {
      const isName = expected === 'name' || expected === 'first name';
      const end = endOfString(text, at + 1);
      if (!(isValue || isName) || end === text.length || !isString(text, at + 1, end)) return false;
      kind = isName ? 'name' : 'string';
      at = end + 1;
    } else if (first === '{' || first === '[') {
      if (!isValue) return false;
      kind = first;
      at++;
    } else if (first === '}' || first === ']') {
      const isEmpty = expected === (first === '}' ? 'first name' : 'first value');
      if (open.at(-1) !== (first === '}' ? '{' : '[') || !(isEmpty || expected === 'comma')) return false;
      kind = first;
      at++;
    } else if (first === ',' || first === ':') {
      if (expected !== (first === ',' ? 'comma' : 'colon')) return false;
      kind = first;
      at++;
    } else {
      SCALAR.lastIndex = at;
      if (!isValue || !SCALAR.test(text)) return false;
      kind = 'scalar';
      at = SCALAR.lastIndex;
    }
    yield { kind, start, end: at };
    if (kind === '{' || kind === '[') open.push(kind);
    else if (kind === '}' || kind === ']') open.pop();
    expected = following(kind, open.at(-1));
  }
  return expected === 'end';
}

function following(kind: TokenKind, around: '{' | '[' | undefined): Expected {
  switch (kind) {
    case '{':
      return 'first name';
    case '[':
      return 'first value';
    case 'name':
      return 'colon';
    case ':':
      return 'value';
    case ',':
      return around === '{' ? 'name' : 'value';
    default:
      return around ? 'comma' : 'end';
  }
}

function pastSpace(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) break;
  }
  return at;
}

/** Index of the quotation mark that closes a string, or the text's length. */
export function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x5c) at++;
    else if (character === 0x22) return at;
  }
  return text.length;
}

const HEX4 = /[0-9a-fA-F]{4}/y;

/** Whether the inner of a string has right escapes only, and no control characters. */
function isString(text: string, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20) return false;
    if (code !== 0x5c) continue;
    const letter = text[++at] as string;
    if (letter === 'u') {
      HEX4.lastIndex = at + 1;
      if (!HEX4.test(text)) return false;
    } else if (!'"\\/bfnrt'.includes(letter)) return false;
  }
  return true;
}

/** A member of an object: its name as it is meant, and where its value stands in the text. */
export interface Member {
  name: string;
  start: number;
  end: number;
}

/** The members of a JSON object, in their order, also those that are named twice. Undefined: it is none. */
export function membersIn(text: string): Member[] | undefined {
  const members: Member[] = [];
  const tokens = tokensOf(text);
  let depth = 0;
  let last: Member | undefined;
  for (let token = tokens.next(); ; token = tokens.next()) {
    if (token.done) return token.value && depth === 0 ? members : undefined;
    const { kind, start, end } = token.value;
    if (depth === 0 && kind !== '{') return undefined;
    if (depth === 1 && kind === 'name') {
      last = { name: JSON.parse(text.slice(start, end)) as string, start: -1, end: -1 };
      members.push(last);
    } else if (last && kind !== ':' && !(depth === 1 && (kind === ',' || kind === '}'))) {
      if (last.start < 0) last.start = start;
      last.end = end;
    }
    if (kind === '{' || kind === '[') depth++;
    else if (kind === '}' || kind === ']') depth--;
  }
}

/** A JSON text without what stands between its tokens. */
export function compacted(text: string): string {
  let result = '';
  for (const { start, end } of tokensOf(text)) result += text.slice(start, end);
  return result;
}

/** Ends a string, stands as an element, and names a member, where something was left out. */
const CUT = '…';
const CUT_MEMBER = `"${CUT}":"left out"`;
const CUT_ELEMENT = `"${CUT}"`;
/** UTF-8 of the longest mark, a comma and a quotation mark. */
const ROOM = Buffer.byteLength(CUT_MEMBER) + 2;

/** Where a text can be cut, and what goes behind it. */
interface Place {
  at: number;
  mark: string;
  closers: string;
}

/**
 * The beginning of a text, at most so many bytes of UTF-8, with a mark ({@link CUT}) where something is missing.
 * JSON stays JSON; what is none, or too deep for it, is cut as plain text.
 */
export function cutText(text: string, most: number): string {
  if (text.length * 3 <= most || Buffer.byteLength(text) <= most) return text;
  const place = placeToCut(text, most);
  if (place) return text.slice(0, place.at) + place.mark + place.closers;
  return text.slice(0, fitting(text, 0, text.length, most - Buffer.byteLength(CUT))) + CUT;
}

function placeToCut(text: string, most: number): Place | undefined {
  const open: string[] = [];
  let bytes = 0;
  let counted = 0;
  let best: Place | undefined;
  for (const { kind, start, end } of tokensOf(text)) {
    bytes += bytesOf(text, counted, start);
    const room = most - bytes - open.length - ROOM;
    if (room < 0) break;
    if (kind === 'string' && end - start > room) {
      const at = fitting(text, start + 1, end - 1, room);
      return { at: beforeEscape(text, start + 1, at), mark: `${CUT}"`, closers: closing(open) };
    }
    bytes += bytesOf(text, start, end);
    counted = end;
    if (kind === '{' || kind === '[') open.push(kind === '{' ? '}' : ']');
    else if (kind === '}' || kind === ']') open.pop();
    if (kind === ',' || kind === ':' || kind === 'name' || open.length === 0) continue;
    if (bytes + open.length + ROOM > most) break;
    const separator = kind === '{' || kind === '[' ? '' : ',';
    const mark = separator + (open.at(-1) === '}' ? CUT_MEMBER : CUT_ELEMENT);
    best = { at: end, mark, closers: closing(open) };
  }
  return best;
}

const closing = (open: readonly string[]) => [...open].reverse().join('');

function bytesOf(text: string, start: number, end: number): number {
  return Buffer.byteLength(text.slice(start, end));
}

/** The last place up to which a part of a text takes at most so many bytes, between whole characters. */
function fitting(text: string, start: number, end: number, most: number): number {
  let left = most;
  let at = start;
  while (at < end) {
    const code = text.codePointAt(at) as number;
    left -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (left < 0) break;
    at += code < 0x10000 ? 1 : 2;
  }
  return at;
}

/** The last place at or before `at` that is not within an escape of the string that begins at `start`; pairs stay whole. */
function beforeEscape(text: string, start: number, at: number): number {
  let place = start;
  for (let next = start; next <= at; ) {
    place = next;
    if (text[next] !== '\\') next++;
    else if (/^\\ud[89ab]..\\ud[c-f]/i.test(text.slice(next, next + 12))) next += 12;
    else next += text[next + 1] === 'u' ? 6 : 2;
  }
  return place;
}
