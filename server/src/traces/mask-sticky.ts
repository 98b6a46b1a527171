/** The match of a sticky pattern. */
export function at(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

/** Behind the match, if there is one. */
export const past = (pattern: RegExp, text: string, index: number) =>
  index + (at(pattern, text, index)?.[0].length ?? 0);

/** Where a mark was looked for in the text of now, and found (-1: nowhere). */
const found = new Map<string, { from: number; at: number }>();
let searched = '';

/**
 * As `text.indexOf(mark, from)`, for searches from ever further places of one text: a stretch in which there is no
 * mark is passed once, not by each of them.
 */
export function nextOf(text: string, mark: string, from: number): number {
  if (text !== searched) {
    searched = text;
    found.clear();
  }
  const known = found.get(mark);
  if (known && from >= known.from && (known.at === -1 || from <= known.at)) return known.at;
  const at = text.indexOf(mark, from);
  found.set(mark, { from, at });
  return at;
}
