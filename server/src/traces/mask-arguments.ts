import { QUOTE } from './mask-marks.ts';
import { at } from './mask-sticky.ts';

/** What can stand before the marks of a text in programs and shells. */
const LITERAL = /(?:[bfrune]{1,2}|\$)?(?=\\*["'])/iy;
/** Between two arguments in marks, also in the log of Linux's audit: `a1="-p" a2="x"`. */
const NEXT_MARKED = /\s{0,8},?\s{0,8}(?:a\d{1,4}=|[bfrun])?(?=\\*["'])/iy;
/** Between two of a list without marks. */
const NEXT = /,[^\S\r\n]{0,4}(?=[^\s,-])/y;
const MOST_DASHES = 2;
/** How far back the beginning of a list is looked for. */
const LONGEST_LIST = 1000;

/**
 * Where the argument begins that follows a flag: `--password x`, `'--password', 'x'`, `[run, --password, x]`.
 * @param start of the flag behind its dashes
 * @param end of it
 * @param spaced behind spaces, or behind its closing mark and spaces
 */
export function argumentAfter(text: string, start: number, end: number, spaced: number): number | undefined {
  if (text[start - 1] !== '-') return undefined;
  const quote = at(QUOTE, text, end);
  if (quote) {
    const isFlag = quote[2] !== undefined && markBefore(text, start) === quote[2];
    return isFlag && at(NEXT_MARKED, text, end + quote[0].length) ? NEXT_MARKED.lastIndex : undefined;
  }
  if (at(NEXT, text, end) && isInList(text, start)) return NEXT.lastIndex;
  if (spaced === end || text[spaced] === '-') return undefined;
  return at(LITERAL, text, spaced) ? LITERAL.lastIndex : spaced;
}

/** What stands before the dashes. */
function markBefore(text: string, start: number): string | undefined {
  let dash = start - 1;
  while (text[dash] === '-' && start - dash <= MOST_DASHES) dash--;
  return text[dash];
}

/** Whether a list without marks is open before a place. */
export function isInList(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - LONGEST_LIST), start);
  const opening = Math.max(before.lastIndexOf('['), before.lastIndexOf('('));
  return opening > Math.max(before.lastIndexOf(']'), before.lastIndexOf(')'), before.lastIndexOf('\n'));
}
