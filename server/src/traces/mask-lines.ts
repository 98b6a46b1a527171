/** How far a line is looked back at. */
const LONGEST_INDENT = 200;
/** What stands before a name at the beginning of a line, or of a text within it, also as an element of a list. */
const INDENT = /(?:^|[\r\n"'`=(>\]])([^\S\r\n]*(?:- +)*)["']?$/;

/** What a line begins with before a name; undefined: with something else. */
function indentBefore(text: string, name: number): string | undefined {
  return INDENT.exec(text.slice(Math.max(0, name - LONGEST_INDENT), name))?.[1];
}

export const beginsLine = (text: string, name: number) => indentBefore(text, name) !== undefined;

/**
 * The lines that stand deeper than the one in which a name is, and belong to it in YAML and in folded headers.
 * @param end of the name's line
 * @param withBlank whether lines without anything can be among them
 */
export function deeperLines(
  text: string,
  name: number,
  end: number,
  withBlank: boolean,
): { start: number; end: number } | undefined {
  const least = (indentBefore(text, name) ?? indentOfLine(text, end)).length;
  let start: number | undefined;
  let last = end;
  for (let line = behindBreak(text, end); line < text.length; ) {
    const first = pastIndent(text, line);
    const stop = endOfLine(text, first);
    if (first < stop) {
      if (first - line <= least) break;
      start ??= first;
      last = stop;
    } else if (!withBlank) break;
    line = behindBreak(text, stop);
  }
  return start === undefined ? undefined : { start, end: last };
}

function indentOfLine(text: string, end: number): string {
  const start = text.lastIndexOf('\n', end - 1) + 1;
  return text.slice(start, pastIndent(text, start));
}

function pastIndent(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}

/** Of a text that goes on, always further. */
function behindBreak(text: string, at: number): number {
  return at + (text.startsWith('\r\n', at) ? 2 : 1);
}
