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
  const before = query.trim();
  const added = without ? `-${term}` : term;
  if (before === '') return added;
  if (before.split(/\s+/).includes(added)) return before;
  // Beside an OR a term would belong to its last part alone.
  return /(?:^|\s)OR(?:\s|$)/.test(before) && !/^\([^()]*\)$/.test(before)
    ? `(${before}) ${added}`
    : `${before} ${added}`;
}
