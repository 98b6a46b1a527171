import { tokensOf } from '@opencts/client/json';
import { past } from './mask-sticky.ts';

/** Ends a string, stands as an element, and names a member, where something was left out. */
const CUT = '…';
const CUT_MEMBER = `"${CUT}":"left out"`;
const CUT_ELEMENT = `"${CUT}"`;
/** UTF-8 of the longest mark, a comma and a quotation mark. */
const ROOM = Buffer.byteLength(CUT_MEMBER) + 2;

/** A bracket that is open, and those around it: a place is kept with them, which costs the same however deep it is. */
interface Open {
  closer: '}' | ']';
  around: Open | undefined;
  depth: number;
}

/** Where a text can be cut, and what goes behind it. */
interface Place {
  at: number;
  mark: string;
  open: Open | undefined;
}

/** Whether a text takes at most so many bytes of UTF-8. */
export const fits = (text: string, most: number) =>
  text.length * 3 <= most || Buffer.byteLength(text) <= most;

/**
 * The beginning of a text, at most so many bytes of UTF-8, with a mark ({@link CUT}) where something is missing.
 * JSON stays JSON; what is none, or too deep for it, is cut as plain text.
 * @param isCut whether the text was cut off already: then it is marked, too
 */
export function cutText(text: string, most: number, isCut = false): string {
  if (!isCut && fits(text, most)) return text;
  const place = placeToCut(text, most);
  if (place) return text.slice(0, place.at) + place.mark + closing(place.open);
  return text.slice(0, fitting(text, 0, text.length, most - Buffer.byteLength(CUT))) + CUT;
}

/** In JSON, whole or cut off. */
function placeToCut(text: string, most: number): Place | undefined {
  let open: Open | undefined;
  let depth = 0;
  let bytes = 0;
  let counted = 0;
  let expectsValue = true;
  let best: Place | undefined;
  for (const { kind, start, end } of tokensOf(text)) {
    bytes += bytesOf(text, counted, start);
    const room = most - bytes - depth - ROOM;
    if (room < 0) return best;
    if (kind === 'string' && end - start > room) return within(text, start, end - 1, room, open);
    bytes += bytesOf(text, start, end);
    counted = end;
    if (kind === '{' || kind === '[')
      open = { closer: kind === '{' ? '}' : ']', around: open, depth: depth + 1 };
    else if (kind === '}' || kind === ']') open = open?.around;
    depth = open?.depth ?? 0;
    expectsValue = kind === ':' || kind === '[' || (kind === ',' && open?.closer === ']');
    if (kind === ',' || kind === ':' || kind === 'name' || depth === 0) continue;
    if (bytes + depth + ROOM > most) return best;
    const separator = kind === '{' || kind === '[' ? '' : ',';
    const mark = separator + (open?.closer === '}' ? CUT_MEMBER : CUT_ELEMENT);
    best = { at: end, mark, open };
  }
  // It is JSON no further: it was cut off there, or is none.
  const rest = past(SPACE, text, counted);
  if (past(PART_OF_SCALAR, text, rest) === text.length) return best;
  if (past(PART_OF_STRING, text, rest) < text.length) return undefined;
  const room = most - bytes - bytesOf(text, counted, rest) - depth - ROOM;
  return expectsValue && room > 0 ? within(text, rest, text.length, room, open) : best;
}

/** In a string. @param end of its inner */
function within(text: string, start: number, end: number, room: number, open: Open | undefined): Place {
  const at = beforeEscape(text, start + 1, fitting(text, start + 1, end, room));
  return { at, mark: `${CUT}"`, open };
}

const SPACE = /[ \t\r\n]*/y;
/** Up to where a text is cut off. */
const PART_OF_SCALAR = /[\w.+-]{0,100}/y;
const PART_OF_STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*\\?(?:u[0-9a-fA-F]{0,3})?/y;

function closing(open: Open | undefined): string {
  let closers = '';
  for (let at = open; at; at = at.around) closers += at.closer;
  return closers;
}

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
