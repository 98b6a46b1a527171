import { NUMBER_MARK } from '../../query/index.ts';

/*
 * Whole numbers beyond 64 bits, numbers beyond a double and halves of surrogate pairs are JSON, but the engine's parser
 * refuses the whole text for one of them.
 */

/** Strings are matched to be passed over: what looks like a number in one is text. */
const STRING = String.raw`("(?:[^"\\\\]|\\\\.)*")`;
/** Numbers that the engine refuses, or writes in another way than they are written. */
const ODD = '-0|-?[0-9]+[.eE]|-?[0-9]{16}';
const WHOLE_ODD = '-?[0-9]+[.eE][-+.0-9eE]*|-?[0-9]{16,}|-0';

/**
 * SQL that gives a JSON text as the engine can read it: numbers that it would not give back as they are written are
 * texts behind {@link NUMBER_MARK}, of halves of surrogate pairs nothing is left.
 */
export function readableJson(text: string): string {
  const before = String.raw`[:,[]\\s*`;
  const all = marked(text, before);
  const exact = `if(match(${text}, '${before}(?:${ODD})'), ${all}, ${text})`;
  // In another form the engine works out the last case for every row, which takes ten times as long.
  return String.raw`multiIf(isValidJSON(${exact}), ${exact}, position(${text}, '\\u') > 0, ${withoutHalves(all)}, ${exact})`;
}

/** SQL that gives it without the marks: numbers are as they were written. */
export const unmarked = (json: string): string =>
  String.raw`replaceRegexpAll(${json}, '"${NUMBER_MARK}([-+.0-9eE]*)"', '\\1')`;

/** Two signs that no JSON has stand around each number, and where there is none they are taken away. */
const marked = (text: string, before: string) =>
  String.raw`replaceAll(replaceAll(replaceAll(
    replaceRegexpAll(${text}, '${STRING}|(${before})(${WHOLE_ODD})', '\\1\\2\x01\\3\x02'),
    '\x01\x02', ''), '\x01', '"${NUMBER_MARK}'), '\x02', '"')`;

/**
 * SQL that gives a text member of a JSON text, which is made readable only where it has to be: of a number that the
 * engine refuses one digit is left.
 * @param usual a member that nearly every text has: where the engine finds it, it has read the whole
 */
export const textMember = (text: string, name: string, usual: string): string =>
  `if(JSONExtractString(${text}, '${usual}') != '' OR isValidJSON(${text}),
    JSONExtractString(${text}, '${name}'), JSONExtractString(${without(text)}, '${name}'))`;

function withoutHalves(text: string): string {
  // A pair of backslashes is one that says itself: what follows it is no escape.
  const halves = String.raw`(\\\\\\\\)|\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}`;
  return String.raw`replaceRegexpAll(${text}, '${halves}', '\\1')`;
}

function without(text: string): string {
  const first = String.raw`([:,[]\\s*-?[0-9])`;
  const long = `${first}[0-9]{18,}(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?`;
  const large = `${first}[0-9]*(?:[.][0-9]+)?[eE][+]?[0-9]{3,}`;
  return String.raw`replaceRegexpAll(${withoutHalves(text)}, '${STRING}|${long}|${large}', '\\1\\2\\3')`;
}
