import { at, past } from './mask-sticky.ts';

/** A quotation mark, at any depth of escaping, also as in markup. */
export const QUOTE = /(\\*)(["'`])|&quot;/y;
const ESCAPES = /\\*/y;
/** How far a line is looked back at for marks, and ahead. */
const LONGEST_LINE = 1000;
/** No mark: `it's`, but `u'it'`. */
const APOSTROPHE = /(?:\w\w|[^\w\r\n][^\Wbefnru])'(?=\w)/gi;

/** The closing mark is escaped as deeply as the opening one, or less. */
export function endOfQuoted(text: string, from: number, [, slashes = '', mark]: RegExpExecArray): number {
  let escapes = 0;
  for (let index = from; index < text.length; index++) {
    const character = text[index];
    if (character === '\\') {
      escapes++;
      continue;
    }
    // Without escapes around, a pair of them is a backslash of the value and the mark closes after all.
    const closes = slashes === '' ? escapes % 2 === 0 : escapes <= slashes.length;
    if (character === mark && closes) return slashes === '' ? index : index - escapes;
    escapes = 0;
  }
  return text.length;
}

/** Whether a mark that opens is closed on its line. */
export function closesOnLine(text: string, from: number, quote: RegExpExecArray): boolean {
  const line = text.slice(from, from + LONGEST_LINE).split(/[\r\n]/, 1)[0] as string;
  return endOfQuoted(line, 0, quote) < line.length;
}

/** Whether something in marks of that kind has begun on the line before a place, and not ended. */
export function isWithin(text: string, mark: string, place: number): boolean {
  const before = text.slice(Math.max(0, place - LONGEST_LINE), place);
  const line = before.slice(Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1);
  const marks = mark === "'" ? line.replaceAll(APOSTROPHE, '') : line;
  let isOpen = false;
  for (let at = marks.indexOf(mark); at !== -1; at = marks.indexOf(mark, at + 1)) isOpen = !isOpen;
  return isOpen;
}

/** Where a mark stands next on a line. */
export function onLine(text: string, mark: string, from: number): number | undefined {
  const line = text.slice(from, from + LONGEST_LINE).split(/[\r\n]/, 1)[0] as string;
  const index = line.indexOf(mark);
  return index === -1 ? undefined : from + index;
}

/** Marks in it are passed over with what is between them, however they are escaped. */
export function endOfStructure(text: string, start: number, opening = '{[', closing = '}]'): number {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const character = text[index];
    if (character === '\\' || character === '"' || (character === "'" && opening === '(')) {
      const quote = at(QUOTE, text, index);
      index = quote
        ? past(QUOTE, text, endOfQuoted(text, index + quote[0].length, quote))
        : past(ESCAPES, text, index);
      index--;
    } else if (opening.includes(character as string)) {
      depth++;
    } else if (closing.includes(character as string)) {
      depth--;
      if (depth === 0) return index + 1;
    }
  }
  return text.length;
}
