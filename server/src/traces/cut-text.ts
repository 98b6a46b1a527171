import { tokensOf } from '@opencts/client/json';

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

/** Whether a text takes at most so many bytes of UTF-8. */
export const fits = (text: string, most: number) =>
  text.length * 3 <= most || Buffer.byteLength(text) <= most;

/**
 * The beginning of a text, at most so many bytes of UTF-8, with a mark ({@link CUT}) where something is missing.
 * JSON stays JSON; what is none, or too deep for it, is cut as plain text.
 */
export function cutText(text: string, most: number): string {
  if (fits(text, most)) return text;
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
