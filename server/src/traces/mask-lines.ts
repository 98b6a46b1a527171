import { at } from './mask-sticky.ts';

/** How far a line is looked back at. */
const LONGEST_INDENT = 200;
/** What stands before a name at the beginning of a line, or of a text within it, also as an element of a list. */
const INDENT = /(?:^|[\r\n"'`=(>\]])([^\S\r\n]*(?:- +)*)["']?$/;

/** What a line begins with before a name; undefined: with something else. */
function indentBefore(text: string, name: number): string | undefined {
  return INDENT.exec(text.slice(Math.max(0, name - LONGEST_INDENT), name))?.[1];
}

export const beginsLine = (text: string, name: number) => indentBefore(text, name) !== undefined;

/** An element of a list of YAML. */
const ITEM = /-(?=\s)/y;
/** Comments between a name and its value. */
const MOST_COMMENTS = 20;

/**
 * The lines that stand deeper than the one in which a name is, and belong to it in folded headers.
 * @param end of the name's line
 */
export function foldedLines(text: string, name: number, end: number): Lines | undefined {
  return deeperLines(text, name, end, undefined);
}

/**
 * The same of YAML: lines without anything can be among them, and comments; a list need not stand deeper.
 * @param isValue whether what begins there can be one
 */
export function linesOfYaml(
  text: string,
  name: number,
  end: number,
  isValue: (start: number) => boolean,
): Lines | undefined {
  return deeperLines(text, name, end, isValue);
}

interface Lines {
  start: number;
  end: number;
}

function deeperLines(
  text: string,
  name: number,
  end: number,
  isValue: ((start: number) => boolean) | undefined,
): Lines | undefined {
  const least = (indentBefore(text, name) ?? indentOfLine(text, end)).length;
  let lines: Lines | undefined;
  let isList = false;
  let comments = 0;
  for (let line = behindBreak(text, end); line < text.length; ) {
    const first = pastIndent(text, line);
    const stop = endOfLine(text, first);
    const indent = first - line;
    if (first === stop) {
      if (!isValue) break;
    } else if (isValue && indent <= least && text[first] === '#') {
      if (++comments > MOST_COMMENTS) break;
    } else {
      const isItem = isValue !== undefined && indent === least && at(ITEM, text, first) !== null;
      isList ||= !lines && isItem;
      if (indent <= least && !(isList && isItem)) break;
      if (!lines && isValue && !isValue(first)) return undefined;
      lines = { start: lines?.start ?? first, end: stop };
    }
    line = behindBreak(text, stop);
  }
  return lines;
}

function indentOfLine(text: string, end: number): string {
  const start = text.lastIndexOf('\n', end - 1) + 1;
  return text.slice(start, pastIndent(text, start));
}

function pastIndent(text: string, from: number): number {
  let end = from;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return end;
}

function endOfLine(text: string, from: number): number {
  let end = from;
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++;
  return end;
}

/** Of a text that goes on, always further. */
function behindBreak(text: string, end: number): number {
  return end + (text.startsWith('\r\n', end) ? 2 : 1);
}
