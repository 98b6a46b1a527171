import { type Edit, MASK, unescapeAny } from './mask-edits.ts';
import type { Secrecy, SecretNames } from './mask-names.ts';

/*
 * Text that is no JSON: messages, command lines, headers, URLs, forms, XML, JSON with something around it.
 * Every word is looked at once; where it is the name of a secret and a value follows, that is masked and the
 * search goes on behind it. So each character is passed a bounded number of times.
 */
const WORD = /(?:[A-Za-z]|%[0-9A-Fa-f]{2})(?:[A-Za-z0-9_.-]|%[0-9A-Fa-f]{2})*|[{[]/g;
/** What of a word with escapes of URLs is its name. */
const LAST_WORD = /[A-Za-z][A-Za-z0-9_.-]*\]?$/;
/** A quotation mark, at any depth of escaping, also as in markup. */
const QUOTE = /(\\*)(["'`])|&quot;/y;
const ESCAPES = /\\*/y;
const SEPARATOR = /=>|:=|[:=]/y;
const SPACE = /[^\S\r\n]*/y;
const ANY_SPACE = /\s*/y;
/** Users of a URL with their password. */
const URL_PASSWORD = /:\/\/[^\s/@:"']*:([^\s/"'?#]+)@/y;
const BEARER = / +(?=[A-Za-z0-9._~+/-]{0,40}[0-9._])[A-Za-z0-9._~+/-]{8,}=*/y;
const SCHEME = /(?:bearer|basic|token|digest|negotiate|apikey)[^\S\r\n]+(?=[^\s"'])/iy;
const HARMLESS = /^(?:null|true|false|none|nil|undefined|\**)$/i;
/** Headers whose value goes to the end of the line. */
const HEADER = /(?:authorization|cookie)$/i;
const LINE = /(?:\\+(?![\\nr"'`])|[^\r\n\\])*/y;
/** A comma behind which another member begins. */
const NEXT_MEMBER = /,\s{0,8}["']?[A-Za-z_][A-Za-z0-9_.-]{0,63}["']?\s{0,8}[:=]/y;
/** What stands before a parameter of a URL. */
const PARAMETER = /[?&#]/;
/** What ends the name of a member in brackets: `user[password]=`. */
const BRACKET = /\]?/y;
/** The rest of a tag of markup, and what its text begins with. */
const TAG = /(?:\s[^<>]{0,500})?>\s{0,100}(<!\[CDATA\[)?/y;
/** What stands before the name in a tag. */
const TAG_START = /<(?:[\w.-]{1,40}:)?$/;
/** A block of YAML: the lines that are as deep as its first. */
const BLOCK = /([|>][+-]?\d?[^\S\r\n]*\r?\n([^\S\r\n]+))[^\r\n]*(?:\r?\n\2[^\r\n]*)*/y;
/** A letter takes three characters, and two more for each level of escapes. */
const LONGEST_ESCAPED = 600;
const MOST_ESCAPED = 8;
/** What closes something around a value. */
const CLOSING = ',;)}]';

/** What stands before a value. */
interface Lead {
  secrecy: Secrecy;
  /** Of the value. */
  start: number;
  /** The mark before the name. */
  around: string | undefined;
  /** Escapes of the marks around the name. */
  slashes: string;
  kind: 'member' | 'pair' | 'parameter' | 'header' | 'flag' | 'element' | 'cdata';
}

/**
 * Where secrets stand in any text.
 * @param onStructure is called where an object or a list could begin; returns where to go on
 */
export function plainSecrets(
  text: string,
  names: SecretNames,
  onStructure: (start: number) => number,
): Edit[] {
  return secretsOf(text, onStructure, (start, word) => secretAfter(text, start, word, names));
}

/** Passwords and parameters of URLs in any text. */
export function urlSecrets(text: string, names: SecretNames): Edit[] {
  return secretsOf(
    text,
    (start) => start + 1,
    (start, word) => userSecret(text, start + word.length) ?? parameterSecret(text, start, word, names),
  );
}

function secretsOf(
  text: string,
  onStructure: (start: number) => number,
  onWord: (start: number, word: string) => Edit | undefined,
): Edit[] {
  const edits: Edit[] = [];
  WORD.lastIndex = 0;
  for (let match = WORD.exec(text); match; match = WORD.exec(text)) {
    const [word] = match;
    let next = WORD.lastIndex;
    if (word === '{' || word === '[') next = onStructure(match.index);
    else {
      const found = onWord(match.index, word);
      if (found && found.end > found.start) edits.push(found);
      if (found) next = Math.max(found.end, next);
    }
    WORD.lastIndex = next;
  }
  return edits;
}

function secretAfter(text: string, start: number, word: string, names: SecretNames): Edit | undefined {
  const end = start + word.length;
  const user = userSecret(text, end);
  if (user) return user;
  if (/^bearer$/i.test(word)) {
    const token = at(BEARER, text, end);
    if (token) return { start: end + 1, end: end + token[0].length, text: MASK };
  }
  const lead = leadOf(text, start, word, names);
  return lead && valueAt(text, lead);
}

/** The password of a user in a URL whose scheme ends here. */
function userSecret(text: string, end: number): Edit | undefined {
  const user = at(URL_PASSWORD, text, end);
  if (!user) return undefined;
  const password = user[1] as string;
  const close = end + user[0].length - 1;
  return { start: close - password.length, end: close, text: MASK };
}

function parameterSecret(text: string, start: number, word: string, names: SecretNames): Edit | undefined {
  const lead = leadOf(text, start, word, names);
  return lead?.kind === 'parameter' ? valueAt(text, lead) : undefined;
}

/** The name that a word is, below its escapes. */
function nameOf(word: string): string {
  if (!word.includes('%')) return word;
  let name = word.slice(-LONGEST_ESCAPED);
  for (let level = 0; level < MOST_ESCAPED && name.includes('%'); level++) name = unescapeAny(name).text;
  return LAST_WORD.exec(name)?.[0] ?? '';
}

/** The match of a sticky pattern. */
function at(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

const past = (pattern: RegExp, text: string, index: number) =>
  index + (at(pattern, text, index)?.[0].length ?? 0);

/** What leads to a value, when a word is the name of a secret and something like a value follows. */
function leadOf(text: string, start: number, word: string, names: SecretNames): Lead | undefined {
  const before = text[start - 1] ?? '';
  const isParameter = PARAMETER.test(before);
  const name = nameOf(word);
  const isShort = isParameter && text[start + word.length] === '=';
  const secrecy = isShort ? names.ofParameter(name) : names.of(name);
  if (!secrecy) return undefined;
  const tag =
    TAG_START.test(text.slice(Math.max(0, start - 42), start)) && at(TAG, text, start + word.length);
  if (tag) {
    const kind = tag[1] ? 'cdata' : 'element';
    return { secrecy, around: undefined, slashes: '', start: TAG.lastIndex, kind };
  }
  const end = past(BRACKET, text, start + word.length);
  const quote = at(QUOTE, text, end);
  const around = /["'`]/.test(before) ? before : undefined;
  const base = { secrecy, around, slashes: quote?.[1] ?? '' };
  const spaced = quote ? past(ANY_SPACE, text, end + quote[0].length) : past(SPACE, text, end);
  const separator = at(SEPARATOR, text, spaced)?.[0];
  if (separator === undefined) {
    const isFlag = before === '-' && !quote && spaced > end && text[spaced] !== '-';
    return isFlag ? { ...base, start: spaced, kind: 'flag' } : undefined;
  }
  // A part of a path or an ARN: `…:secret:name`.
  if (separator === ':' && !quote && /[:/]/.test(before) && /\S/.test(text[spaced + 1] ?? ''))
    return undefined;
  const isMember = quote !== null || separator === ':' || separator === ':=';
  const kind = isMember ? 'member' : isParameter ? 'parameter' : 'pair';
  return {
    ...base,
    start: past(quote ? ANY_SPACE : SPACE, text, spaced + separator.length),
    kind: !quote && separator === ':' && HEADER.test(word) ? 'header' : kind,
  };
}

function valueAt(text: string, lead: Lead): Edit | undefined {
  const { start, kind, slashes } = lead;
  if (kind === 'element') return bare(text, start, endOf(text, '<', start));
  if (kind === 'cdata') return bare(text, start, endOf(text, ']]>', start));
  const block = at(BLOCK, text, start);
  if (block) return bare(text, start + (block[1] as string).length, BLOCK.lastIndex);
  const quote = at(QUOTE, text, start);
  if (quote) {
    const inner = start + quote[0].length;
    return bare(text, inner, quote[2] ? endOfQuoted(text, inner, quote) : endOf(text, quote[0], inner));
  }
  const first = text[start];
  if (first === '{' || first === '[') {
    if (lead.secrecy === 'text' || kind === 'flag') return undefined;
    return { start, end: endOfStructure(text, start), text: `${slashes}"${MASK}${slashes}"` };
  }
  if (kind === 'header') {
    const end = past(LINE, text, start);
    return bare(text, start, lead.around ? Math.min(end, endOf(text, lead.around, start)) : end);
  }
  return bare(text, start, endOfWord(text, past(SCHEME, text, start), lead));
}

function bare(text: string, start: number, end: number): Edit | undefined {
  return end - start <= 12 && HARMLESS.test(text.slice(start, end)) ? undefined : { start, end, text: MASK };
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  return end === -1 ? text.length : end;
}

/** The closing mark is escaped as deeply as the opening one, or less. */
function endOfQuoted(text: string, from: number, [, slashes = '', mark]: RegExpExecArray): number {
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

/** Marks in it are passed over with what is between them, however they are escaped. */
function endOfStructure(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const character = text[index];
    if (character === '\\' || character === '"') {
      const quote = at(QUOTE, text, index);
      index = quote
        ? past(QUOTE, text, endOfQuoted(text, index + quote[0].length, quote))
        : past(ESCAPES, text, index);
      index--;
    } else if (character === '{' || character === '[') {
      depth++;
    } else if (character === '}' || character === ']') {
      depth--;
      if (depth === 0) return index + 1;
    }
  }
  return text.length;
}

/** Where a value without marks around it ends. */
function endOfWord(text: string, start: number, { kind }: Lead): number {
  const ends = kind === 'parameter' ? '"\'`<>&;#' : kind === 'pair' ? '"\'`<>&;' : '"\'`<>';
  let end = start;
  for (; end < text.length; end++) {
    const character = text[end] as string;
    if (text.charCodeAt(end) <= 0x20 || ends.includes(character)) break;
    if (character === '\\') {
      let behind = end + 1;
      while (text[behind] === '\\') behind++;
      if (/["'`nrt]/.test(text[behind] ?? '')) break;
      end = behind - 1;
    }
    if (character === ',' && at(NEXT_MEMBER, text, end)) break;
  }
  while (end > start && CLOSING.includes(text[end - 1] as string)) end--;
  return end;
}
