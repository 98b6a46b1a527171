import { beginsLine } from './mask-lines.ts';
import { at } from './mask-sticky.ts';

/** `CREATE USER jane IDENTIFIED BY 'x'`; what else is identified by something is no secret. */
const IDENTIFIED =
  /identified(?:\s{1,8}with\s{1,8}\S{1,64}\s{1,8}as|(?:\s{1,8}with\s{1,8}\S{1,64})?\s{1,8}by(?:\s{1,8}(?:password|values))?)\s{1,8}(?=["'])/iy;
const USER = /\b(?:user|grant|link)\s[^;]{0,120}$/i;
/** Without marks, in Oracle. */
const IDENTIFIED_WORD = /identified\s{1,8}by\s{1,8}(?!(?:password|random|values)\b)(?=[^\s"';])/iy;
const ONE_USER = /(?:\b(?:create|alter)\s{1,8}user|\bto)\s{1,8}\S{1,128}\s{1,8}$/i;
/** The password before, behind the new one. */
const REPLACE = /replace\s{1,8}(?=[^\s;])/iy;
const BEFORE_REPLACE = /identified\s{1,8}by\s[^;]{1,128}$/i;
/** What a value in marks follows without more: `PASSWORD 'x'`, `PASSWORD E'x'`, `PASSWORD $$x$$`. */
const SPOKEN = /^(?:password|passphrase)$/i;
const SPOKEN_VALUE = /(?:[en]|u&)?(?=')|(?=\$(?:[a-z_]\w{0,62})?\$)/iy;
/** Of Redis, alone on a line behind its name, or behind `CONFIG SET`. */
const OF_REDIS = /^(?:requirepass|masterauth|primaryauth)$/i;
const REST_OF_LINE =
  /(?:"[^"\r\n]{1,400}"|'[^'\r\n]{1,400}'|[^\s"'\\]{1,400})[^\S\r\n]{0,8}(?=[\r\n"'`]|\\+[nr"']|$)/y;
const CONFIG_SET = /\bconfig\s{1,4}set\s{1,4}$/i;
/** What stands between: `SET PASSWORD FOR jane = 'x'`. */
const WHOSE = /for\s{1,8}\S{1,128}\s{0,8}=\s{0,8}(?=["']|password\()/iy;
/** Of a line, or lines, of netrc. */
const MACHINE =
  /(?:\bmachine\s{1,20}\S{1,255}|\bdefault)\s{1,20}(?:(?:login|account)\s{1,20}\S{1,100}\s{1,20}){1,2}$/;
/** How far is looked back for the beginning of a statement. */
const LONGEST_BEFORE = 128;
const LONGEST_MACHINE = 500;

/** Where the value begins in a statement on users, when a word leads to it that is no name of a secret. */
export function statementValue(text: string, start: number, word: string): number | undefined {
  const before = () => text.slice(Math.max(0, start - LONGEST_BEFORE), start);
  if (word.length === 10) {
    if (at(IDENTIFIED, text, start)) return USER.test(before()) ? IDENTIFIED.lastIndex : undefined;
    const isWord = at(IDENTIFIED_WORD, text, start) && USER.test(before()) && ONE_USER.test(before());
    return isWord ? IDENTIFIED_WORD.lastIndex : undefined;
  }
  if (word.length !== 7 || !at(REPLACE, text, start)) return undefined;
  return BEFORE_REPLACE.test(before()) ? REPLACE.lastIndex : undefined;
}

/** Where the value begins that follows the name of a secret without a separator. @param from behind it, and spaces */
export function spokenValue(text: string, start: number, word: string, from: number): number | undefined {
  if (OF_REDIS.test(word)) {
    const isSetting = beginsLine(text, start) || CONFIG_SET.test(text.slice(Math.max(0, start - 24), start));
    return isSetting && at(REST_OF_LINE, text, from) ? from : undefined;
  }
  if (!SPOKEN.test(word)) return undefined;
  if (at(SPOKEN_VALUE, text, from)) return SPOKEN_VALUE.lastIndex;
  if (at(WHOSE, text, from)) return WHOSE.lastIndex;
  return MACHINE.test(text.slice(Math.max(0, start - LONGEST_MACHINE), start)) ? from : undefined;
}
