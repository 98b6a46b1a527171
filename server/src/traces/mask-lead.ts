import { unescapeAny } from './mask-edits.ts';
import type { Secrecy, SecretNames } from './mask-names.ts';
import { at, past } from './mask-sticky.ts';
import { ANY_SPACE, type Lead, QUOTE, SPACE } from './mask-value.ts';

/** What of a word with escapes of URLs is its name. */
const LAST_WORD = /[A-Za-z][A-Za-z0-9_.-]*\]?$/;
/** The last is that of serialised PHP. */
const SEPARATOR = /=>|:=|[:=]|;s:\d{1,8}:/y;
/** Headers whose value goes to the end of the line. */
const HEADER = /(?:authorization|cookie)$/i;
/** What stands before a parameter of a URL. */
const PARAMETER = /(?:[?&#]|&amp;)$/;
/** What stands before a setting of a connection string. */
const BEHIND_SETTING = /;\s{0,2}$/;
/** `CREATE USER jane IDENTIFIED BY 'x'`; what else is identified by something is no secret. */
const IDENTIFIED = /identified(?:\s{1,8}with\s{1,8}\S{1,64})?\s{1,8}by(?:\s{1,8}password)?\s{1,8}(?=["'])/iy;
const USER = /\b(?:user|grant)\s[^;]{0,120}$/i;
/** What a quoted value follows without more: `PASSWORD 'x'` in SQL. */
const SPOKEN = /^(?:password|passphrase)$/i;
/** What stands between: `SET PASSWORD FOR jane = 'x'`. */
const WHOSE = /for\s{1,8}\S{1,128}\s{0,8}=\s{0,8}(?=["']|password\()/iy;
/** What stands before a value, in YAML and in literals of programs. */
const PREFIX = /(?:[!&][\w!./-]{1,80}[^\S\r\n]+(?=\S))*(?:[bfrune]{1,2}(?=["']))?/iy;
/** Around the name in a list of pairs: `[('Cookie', 'x'), …`. */
const PAIR_START = /[[(,]\s{0,4}[[(]\s{0,4}["']$/;
const COMMA = /,\s{0,4}(?=["'])/y;
/** What ends the name of a member in brackets, and of one of several: `user[password]=`, `password[0]=`. */
const BRACKET = /\]?(?:\[\d{0,3}\])?/y;
/** The rest of a tag of markup, and what its text begins with. */
const TAG = /(?:\s[^<>]{0,500})?>\s{0,100}(<!\[CDATA\[)?/y;
/** What stands before the name in a tag. */
const TAG_START = /<(?:[\w.-]{1,40}:)?$/;
/** A letter takes three characters, and two more for each level of escapes. */
const LONGEST_ESCAPED = 600;
const MOST_ESCAPED = 8;

/** What leads to a value, when a word is the name of a secret and something like a value follows. */
export function secretLead(text: string, start: number, word: string, names: SecretNames): Lead | undefined {
  if (at(IDENTIFIED, text, start) && USER.test(text.slice(Math.max(0, start - 128), start))) {
    const statement = {
      secrecy: 'all',
      name: start,
      around: undefined,
      slashes: '',
      isHeader: false,
      kind: 'member',
    } as const;
    return { ...statement, start: IDENTIFIED.lastIndex };
  }
  const name = nameOf(word);
  const isShort = text[start + word.length] === '=' && isParameter(text, start);
  const secrecy = isShort ? names.ofParameter(name) : names.of(name);
  return secrecy && leadOf(text, start, word, secrecy);
}

const isParameter = (text: string, start: number) =>
  PARAMETER.test(text.slice(Math.max(0, start - 5), start));

/** What leads to a value, when something like that follows a word. */
export function leadOf(text: string, start: number, word: string, secrecy: Secrecy): Lead | undefined {
  const before = text[start - 1] ?? '';
  const tag =
    TAG_START.test(text.slice(Math.max(0, start - 42), start)) && at(TAG, text, start + word.length);
  if (tag) {
    const kind = tag[1] ? 'cdata' : 'element';
    return {
      secrecy,
      name: start,
      around: undefined,
      slashes: '',
      isHeader: false,
      start: TAG.lastIndex,
      kind,
    };
  }
  const end = past(BRACKET, text, start + word.length);
  const quote = at(QUOTE, text, end);
  const around = /["'`]/.test(before) ? before : undefined;
  const base = { secrecy, name: start, around, slashes: quote?.[1] ?? '', isHeader: HEADER.test(word) };
  const spaced = quote
    ? past(ANY_SPACE, text, past(BRACKET, text, end + quote[0].length))
    : past(SPACE, text, end);
  const separator = at(SEPARATOR, text, spaced)?.[0];
  if (separator === undefined) {
    if (SPOKEN.test(word) && text[spaced] === "'" && spaced > end)
      return { ...base, start: spaced, kind: 'member' };
    if (SPOKEN.test(word) && at(WHOSE, text, spaced))
      return { ...base, start: WHOSE.lastIndex, kind: 'member' };
    const isPair =
      quote && at(COMMA, text, spaced) && PAIR_START.test(text.slice(Math.max(0, start - 12), start));
    if (isPair) return { ...base, start: COMMA.lastIndex, kind: 'member' };
    const isFlag = before === '-' && !quote && spaced > end && text[spaced] !== '-';
    return isFlag ? { ...base, start: spaced, kind: 'flag' } : undefined;
  }
  // A part of a path or an ARN: `…:secret:name`.
  if (separator === ':' && !quote && /[:/]/.test(before) && /\S/.test(text[spaced + 1] ?? ''))
    return undefined;
  const isMember = quote !== null || separator === ':' || separator === ':=';
  const isSetting = BEHIND_SETTING.test(text.slice(Math.max(0, start - 3), start));
  const kind = isMember ? 'member' : isParameter(text, start) ? 'parameter' : isSetting ? 'setting' : 'pair';
  return {
    ...base,
    start: past(PREFIX, text, past(quote ? ANY_SPACE : SPACE, text, spaced + separator.length)),
    kind: !quote && separator === ':' && HEADER.test(word) ? 'header' : kind,
  };
}

/** The name that a word is, below its escapes. */
function nameOf(word: string): string {
  if (!word.includes('%')) return word;
  let name = word.slice(-LONGEST_ESCAPED);
  for (let level = 0; level < MOST_ESCAPED && name.includes('%'); level++) name = unescapeAny(name).text;
  return LAST_WORD.exec(name)?.[0] ?? '';
}
