/** The match of a sticky pattern. */
export function at(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

/** Behind the match, if there is one. */
export const past = (pattern: RegExp, text: string, index: number) =>
  index + (at(pattern, text, index)?.[0].length ?? 0);
