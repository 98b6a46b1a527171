import { partsOf } from './parts.ts';

/** Texts that the language would read otherwise. */
const PLAIN = /^[^\s(),"*<>-][^\s(),"*]*$/;
const KEYWORD = /^(?:OR|AND|NOT)$/;

/** A value as a query names it: exactly this text. */
export const quoted = (text: string): string =>
  PLAIN.test(text) && !KEYWORD.test(text) && !text.includes('..')
    ? text
    : `"${text.replace(/["\\]/g, '\\$&')}"`;

/** A query that asks for more, or for less: `without` leaves out what the term finds. A term it has is not repeated. */
export function narrowed(query: string, term: string, without = false): string {
  const added = without ? `-${term}` : term;
  const parts = partsOf(query) ?? [`(${query.trim()})`];
  return parts.includes(added) ? query.trim() : [...parts, added].join(' ');
}
