import { privateKey, signedToken, valueOfPart } from './mask-bodies.ts';
import { type Edit, MASK, unescapeAny } from './mask-edits.ts';
import type { SecretNames } from './mask-names.ts';
import { at, past } from './mask-sticky.ts';
import { ANY_SPACE, type Lead, QUOTE, SPACE, valueAt } from './mask-value.ts';

/*
 * Text that is no JSON: messages, command lines, headers, URLs, forms, XML, JSON with something around it.
 * Every word is looked at once; where it is the name of a secret and a value follows, that is masked and the
 * search goes on behind it. So each character is passed a bounded number of times.
 */
const WORD = /(?:[A-Za-z]|%[0-9A-Fa-f]{2})(?:[A-Za-z0-9_.-]|%[0-9A-Fa-f]{2})*|[{[]/g;
/** What of a word with escapes of URLs is its name. */
const LAST_WORD = /[A-Za-z][A-Za-z0-9_.-]*\]?$/;
const SEPARATOR = /=>|:=|[:=]/y;
/** Users of a URL with their password. */
const URL_PASSWORD = /:\/\/[^\s/@:"']*:([^\s/"'?#]+)@/y;
const BEARER = / +(?=[A-Za-z0-9._~+/-]{0,40}[0-9._])[A-Za-z0-9._~+/-]{8,}=*/y;
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
/** What ends the name of a member in brackets: `user[password]=`. */
const BRACKET = /\]?/y;
/** The rest of a tag of markup, and what its text begins with. */
const TAG = /(?:\s[^<>]{0,500})?>\s{0,100}(<!\[CDATA\[)?/y;
/** What stands before the name in a tag. */
const TAG_START = /<(?:[\w.-]{1,40}:)?$/;
/** A letter takes three characters, and two more for each level of escapes. */
const LONGEST_ESCAPED = 600;
const MOST_ESCAPED = 8;
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
  if (word === 'BEGIN') return privateKey(text, start);
  if (word.startsWith('eyJ')) return signedToken(start, word);
  if (/^content-disposition$/i.test(word)) return valueOfPart(text, start, end, names);
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

/** What leads to a value, when a word is the name of a secret and something like a value follows. */
function leadOf(text: string, start: number, word: string, names: SecretNames): Lead | undefined {
  if (at(IDENTIFIED, text, start) && USER.test(text.slice(Math.max(0, start - 128), start))) {
    const statement = {
      secrecy: 'all',
      name: start,
      around: undefined,
      slashes: '',
      kind: 'member',
    } as const;
    return { ...statement, start: IDENTIFIED.lastIndex };
  }
  const before = text[start - 1] ?? '';
  const isParameter = PARAMETER.test(text.slice(Math.max(0, start - 5), start));
  const name = nameOf(word);
  const isShort = isParameter && text[start + word.length] === '=';
  const secrecy = isShort ? names.ofParameter(name) : names.of(name);
  if (!secrecy) return undefined;
  const tag =
    TAG_START.test(text.slice(Math.max(0, start - 42), start)) && at(TAG, text, start + word.length);
  if (tag) {
    const kind = tag[1] ? 'cdata' : 'element';
    return { secrecy, name: start, around: undefined, slashes: '', start: TAG.lastIndex, kind };
  }
  const end = past(BRACKET, text, start + word.length);
  const quote = at(QUOTE, text, end);
  const around = /["'`]/.test(before) ? before : undefined;
  const base = { secrecy, name: start, around, slashes: quote?.[1] ?? '' };
  const spaced = quote ? past(ANY_SPACE, text, end + quote[0].length) : past(SPACE, text, end);
  const separator = at(SEPARATOR, text, spaced)?.[0];
  if (separator === undefined) {
    if (SPOKEN.test(name) && text[spaced] === "'" && spaced > end)
      return { ...base, start: spaced, kind: 'member' };
    const isFlag = before === '-' && !quote && spaced > end && text[spaced] !== '-';
    return isFlag ? { ...base, start: spaced, kind: 'flag' } : undefined;
  }
  // A part of a path or an ARN: `…:secret:name`.
  if (separator === ':' && !quote && /[:/]/.test(before) && /\S/.test(text[spaced + 1] ?? ''))
    return undefined;
  const isMember = quote !== null || separator === ':' || separator === ':=';
  const isSetting = !isParameter && BEHIND_SETTING.test(text.slice(Math.max(0, start - 3), start));
  const kind = isMember ? 'member' : isParameter ? 'parameter' : isSetting ? 'setting' : 'pair';
  return {
    ...base,
    start: past(quote ? ANY_SPACE : SPACE, text, spaced + separator.length),
    kind: !quote && separator === ':' && HEADER.test(word) ? 'header' : kind,
  };
}
