import type { Words } from '@opencts/client/query';

/** Syntax of an expression that the trace store's engine (RE2) and JavaScript with `v` or `u` share. */
const SYNTAX = /[\\^$.*+?()[\]{}|]/;
const SPACES = /[ \t\r\n]/;
export const isSpace = (character: string) => SPACES.test(character);
/** What words are made of: letters and digits of ASCII, and all characters beyond it. Others part them. */
const IN_WORD = /[0-9A-Za-z\u0080-\u{10ffff}]/u;
export const isInWord = (character: string) => IN_WORD.test(character);
const PARTING = String.raw`\x{0}-/:-@\[-\x{60}\x{7b}-\x{7f}`;
/** Of what parts words, without the backslash, the last digits as an escape: `\u0026` is `&`. */
const PARTING_CODES = '[012][0-9a-f]|3[a-f]|40|5[bd-f]|60|7[b-f]';

/** Words with a backslash are looked for as they are written, and so is the text in which they are. */
export const isWritten = ({ text }: Words) => text.includes('\\');

/** Whether words are found only where a word of the trace begins, and only where one ends. */
export function boundsOf({ text, begins, ends }: Words): { before: boolean; behind: boolean } {
  const characters = [...text];
  const [first = '', last = ''] = [characters[0], characters.at(-1)];
  return { before: begins && isInWord(first), behind: ends && isInWord(last) };
}

/**
 * An expression that finds words in the text of a trace, in lower case. JSON within JSON writes quotes, slashes and
 * backslashes with backslashes before them, spaces, signs and letters beyond ASCII as escapes: all of these are found.
 * @param form of characters by number: RE2 writes them as `\x{80}`, JavaScript as `\u{80}`
 */
export function expressionOf(words: Words, form: 'x' | 'u'): string {
  const parting = `[${PARTING.replaceAll('\\x', `\\${form}`)}]`;
  const bounds = boundsOf(words);
  const escapes = !isWritten(words);
  let needle = '';
  let space = false;
  for (const character of words.text) {
    const isBlank = isSpace(character);
    if (!(isBlank && space)) needle += found(character, form, escapes);
    space = isBlank;
  }
  const before = bounds.before
    ? String.raw`(?:^|${parting}|\\[nrtbf]${escapes ? String.raw`|\\u00(?:${PARTING_CODES})` : ''})`
    : '';
  const behind = bounds.behind ? `(?:$|${parting})` : '';
  return before + needle + behind;
}

/** @param escapes whether signs may be written as escapes */
function found(character: string, form: 'x' | 'u', escapes: boolean): string {
  if (isSpace(character)) {
    return String.raw`(?:[ \t\r\n]|\\+(?:[nrt]${escapes ? '|u00(?:20|09|0a|0d)' : ''}))+`;
  }
  if (character === '\\') return String.raw`\\+`;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80 && isInWord(character)) return character;
  if (code < 0x80) {
    const plain = SYNTAX.test(character) ? `\\${character}` : character;
    const signs = character === '"' || character === '/' ? String.raw`\\*${plain}` : plain;
    return escapes ? String.raw`(?:${signs}|\\+u00${code.toString(16).padStart(2, '0')})` : signs;
  }
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  const escaped = units.map((unit) => String.raw`\\+u${unit.toString(16).padStart(4, '0')}`).join('');
  return `(?:\\${form}{${code.toString(16)}}|${escaped})`;
}

/** The words of a text in lower case, cut where a character of ASCII is neither letter nor digit. */
export const wordsIn = (text: string): string[] => text.match(new RegExp(`${IN_WORD.source}+`, 'gu')) ?? [];

/** Letters that end an escape, which stands before a word as if it were of it: `\n` before `web` reads as `nweb`. */
const LETTERS = ['n', 'r', 't', 'b', 'f'];
/** Escapes by number of all that parts words, `\u0026`, with the same effect. */
const NUMBERS = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code))
  .filter((character) => !isInWord(character) && character !== '\\')
  .map(numberOf);

function numberOf(character: string): string {
  return `u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * What a text that the expression finds has for certain: of each list at least one, among its `wordsIn` lower case.
 * None: nothing is certain.
 */
export function certainOf(words: Words): string[][] {
  const { text, begins, ends } = words;
  const certain: string[][] = [];
  for (const { 0: word, index } of text.matchAll(new RegExp(`${IN_WORD.source}+`, 'gu'))) {
    const before = text[index - 1];
    if (before === undefined && !begins) continue;
    if (index + word.length === text.length && !ends) continue;
    const leads = ['', ...leadsOf(before, !isWritten(words))];
    certain.push([...leads.map((lead) => lead + word), ...escapedTails(word)]);
  }
  return certain;
}

/** What may stand before a word as if it were of it. @param before what does stand there; undefined: anything */
function leadsOf(before: string | undefined, escapes: boolean): string[] {
  if (before === undefined) return escapes ? [...LETTERS, ...NUMBERS] : LETTERS;
  const characters = isSpace(before) ? [' ', '\t', '\r', '\n'] : [before];
  const numbers = escapes ? characters.map(numberOf) : [];
  return isSpace(before) ? ['n', 'r', 't', ...numbers] : numbers;
}

/** The last word of those into which the escape of a character parts a word, for each that may be the last escaped. */
function escapedTails(word: string): string[] {
  const tails: string[] = [];
  let end = 0;
  for (const character of word) {
    end += character.length;
    if (character < '\u0080') continue;
    tails.push(numberOf(word.charAt(end - 1)) + word.slice(end));
  }
  return tails;
}
