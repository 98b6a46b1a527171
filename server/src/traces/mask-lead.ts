import type { Lead } from './lead.ts';
import { argumentAfter } from './mask-arguments.ts';
import { unescapeAny } from './mask-edits.ts';
import { QUOTE } from './mask-marks.ts';
import type { Secrecy, SecretNames } from './mask-names.ts';
import { saidValue } from './mask-said.ts';
import { spokenValue, statementValue } from './mask-statements.ts';
import { at, past } from './mask-sticky.ts';
import { ANY_SPACE, SPACE } from './mask-value.ts';

/** What of a word with escapes of URLs is its name. */
const LAST_WORD = /[A-Za-z][A-Za-z0-9_.-]*\]?$/;
/** As {@link QUOTE}. */
const DOUBLED = /()(")"/y;
/** The last is that of serialised PHP. */
const SEPARATOR = /=>|:=|[=!]==?(?=[^\S\r\n]|["'`])|::(?=[^\S\r\n])|[:=]|;s:\d{1,8}:/y;
/** The type of a variable in programs, between its name and its value. */
const TYPE =
  /\s{0,4}(?:&(?:'\w{1,20}\s)?(?:mut\s)?)?(?:str|[Ss]tring|std::string|bytes|any|CharSequence|SecretStr|SecureString|(?:Option|Optional|Secret|Box)[<[](?:&(?:'\w{1,20}\s)?)?[\w.]{1,40}[>\]])\??(?:\s?\|\s?(?:None|null|undefined|string))?\s{0,4}=(?!=)/y;
/** What may be done, as permissions are written: `token:read`. */
const PERMISSION = /(?:read|write|delete|create|update|list|manage|revoke|reset|view|get|use)(?=[\s"',;]|$)/y;
/** `/password:x` of programs of Windows. */
const SLASH_FLAG = /(?:^|[\s"'`])\/$/;
const PASSWORD = /^(?:password|passwd|pwd)$/i;
/** What refers to a value of elsewhere, in YAML. */
const REFERRING = /!(?:Ref|GetAtt|ImportValue|secret|env_var)[^\S\r\n]{1,8}[\w.:-]{1,200}(?=[\s,}\]]|$)/y;
/** A variable of an image, whose value is the rest of the line. */
const OF_IMAGE = /(?:^|[\r\n"'`>)])[^\S\r\n]{0,20}ENV[^\S\r\n]{1,8}$/;
/** With spaces around; without, it is a member in programs. */
const ARROW = /->(?=\s)/y;
/** Headers whose value goes to the end of the line. */
const HEADER = /(?:authorization|cookie)$/i;
/** What stands before a parameter of a URL. */
const PARAMETER = /(?:[?&#]|&amp;)$/;
/** What stands before a setting of a connection string. */
const BEHIND_SETTING = /;\s{0,2}$/;
/** What stands before a value, in YAML and in literals of programs. */
const PREFIX = /(?:[!&][\w!./-]{1,80}[^\S\r\n]+(?=\S))*(?:(?:[bfrune]{1,2}|u&|\$)(?=["']))?/iy;
/** Around the name in a list of pairs: `[('Cookie', 'x'), …`. */
const PAIR_START = /[[(,]\s{0,4}[[(]\s{0,4}["']$/;
/** The same in a call that sets it: `setenv("PASSWORD", "x")`. */
const SETTER = /\b(?:set(?!_?error)[a-z_]{0,30}|put_?env|(?:add|append)_?header)\(\s{0,4}["']$/i;
const COMMA = /,\s{0,4}(?=["'])/y;
/** The working directory in an environment, and in the log of sudo. */
const DIRECTORY = /=\/[\w./~+@-]{0,300}(?=\s|["'\]]|$)/y;
/** A directory that is no password: below a folder that stands at the root of systems. */
const DIRECTORY_PATH = String.raw`(?:\/(?:home|root|usr|var|opt|tmp|etc|srv|mnt|media|run|app|apps|workspaces?|builds?|Users|Volumes|private)(?:\/[\w.+@~ -]{0,100}){0,30}|[A-Za-z]:\\[\w.\\+@~ -]{0,300})`;
const WHOLE_DIRECTORY = new RegExp(`^${DIRECTORY_PATH}$`);
export const isKnownDirectory = (path: string) => WHOLE_DIRECTORY.test(path);
/** The same behind `pwd`, whatever separates them. */
const KNOWN_DIRECTORY = new RegExp(
  String.raw`["']?\s{0,8}[:=]\s{0,8}["']?${DIRECTORY_PATH}(?=[\s"',;}\]]|$)`,
  'y',
);
/** `passwd[12]: pam_unix(passwd:chauthtok): …`, `passwd: password changed for …` */
const LOG_OF_PASSWD =
  /\[\d{1,10}\]:\s|:[a-z]{1,20}\)|:\s(?:pam_|password\s|all\s|authentication\s|changing\s|expir|permission\s|user\s|the\s)/iy;
/** What ends the name of a member in brackets, and of one of several: `user[password]=`, `password[0]=`. */
const BRACKET = /\]?(?:\[\d{0,3}\])?/y;
/** The rest of a tag of markup, and what its text begins with. */
const TAG = /(?:\s[^<>]{0,500})?>\s{0,100}(<!\[CDATA\[)?/y;
/** What stands before the name in a tag. */
const TAG_START = /<(?:[\w.-]{1,40}:)?$/;
/** A letter takes three characters, and two more for each level of escapes. */
const LONGEST_ESCAPED = 600;
const MOST_ESCAPED = 8;

const PLAIN = { around: undefined, slashes: '', isHeader: false } as const;

/** What leads to a value, when a word is the name of a secret and something like a value follows. */
export function secretLead(text: string, start: number, word: string, names: SecretNames): Lead | undefined {
  const value = statementValue(text, start, word);
  if (value !== undefined) return { ...PLAIN, secrecy: 'all', name: start, start: value, kind: 'pair' };
  if (isOtherThing(text, start, word)) return undefined;
  const name = isNpmAuth(text, start, word) ? `_${word}` : nameOf(word);
  const isShort = text[start + word.length] === '=' && isParameter(text, start);
  const isFlag = text[start - 1] === '-';
  const secrecy = isShort
    ? names.ofParameter(name)
    : isFlag
      ? (names.ofFlag(name) ?? names.ofMember(name))
      : names.ofMember(name);
  return secrecy && leadOf(text, start, word, secrecy);
}

/** `//registry/:_auth=x`; the word begins behind the underscore. */
const isNpmAuth = (text: string, start: number, word: string) =>
  word === 'auth' && text[start - 1] === '_' && !/\w/.test(text[start - 2] ?? '');

/** Names of directories and programs, in environments and logs, which would be names of secrets elsewhere. */
function isOtherThing(text: string, start: number, word: string): boolean {
  const end = start + word.length;
  if (word === 'passwd') return at(LOG_OF_PASSWD, text, end) !== null;
  if (!/^(?:old)?pwd$/i.test(word)) return false;
  return (
    (/^[A-Z]/.test(word) && at(DIRECTORY, text, end) !== null) || at(KNOWN_DIRECTORY, text, end) !== null
  );
}

const isParameter = (text: string, start: number) =>
  PARAMETER.test(text.slice(Math.max(0, start - 5), start));

/** Whether the marks around a name are doubled, as within a text in marks of CSV. */
const isDoubled = (text: string, start: number, end: number) =>
  text[end] === '"' && text[end + 1] === '"' && text.startsWith('""', start - 2);

/** What leads to a value, when something like that follows a word. */
export function leadOf(text: string, start: number, word: string, secrecy: Secrecy): Lead | undefined {
  const before = text[start - 1] ?? '';
  const tag =
    TAG_START.test(text.slice(Math.max(0, start - 42), start)) && at(TAG, text, start + word.length);
  if (tag) {
    const kind = tag[1] ? 'cdata' : 'element';
    return { ...PLAIN, secrecy, name: start, start: TAG.lastIndex, kind };
  }
  const end = past(BRACKET, text, start + word.length);
  const quote = at(isDoubled(text, start, end) ? DOUBLED : QUOTE, text, end);
  const around = /["'`]/.test(before) ? before : undefined;
  const base = { secrecy, name: start, around, slashes: quote?.[1] ?? '', isHeader: HEADER.test(word) };
  const spaced = quote
    ? past(ANY_SPACE, text, past(BRACKET, text, end + quote[0].length))
    : past(SPACE, text, end);
  const separator = (at(SEPARATOR, text, spaced) ?? (spaced > end ? at(ARROW, text, spaced) : null))?.[0];
  if (separator === undefined) {
    if (spaced > end && OF_IMAGE.test(text.slice(Math.max(0, start - 32), start)))
      return { ...base, start: spaced, kind: 'header' };
    const spoken =
      spaced > end
        ? (spokenValue(text, start, word, spaced) ?? proseValue(text, word, secrecy, spaced))
        : undefined;
    if (spoken !== undefined) return { ...base, start: spoken, kind: 'member' };
    const isPair =
      quote && at(COMMA, text, spaced) && isFirstOfPair(text.slice(Math.max(0, start - 48), start));
    if (isPair) return { ...base, start: COMMA.lastIndex, kind: 'member' };
    const argument = argumentAfter(text, start, end, spaced);
    return argument === undefined ? undefined : { ...base, start: argument, kind: 'flag' };
  }
  if (separator === ':' && !quote && isPart(text, start, word, spaced + 1)) return undefined;
  const behind = spaced + separator.length;
  if (separator === ':' && !quote && at(TYPE, text, behind))
    return { ...base, start: past(PREFIX, text, past(SPACE, text, TYPE.lastIndex)), kind: 'member' };
  const value = past(quote ? ANY_SPACE : SPACE, text, behind);
  if (at(REFERRING, text, value)) return undefined;
  const isMember = quote !== null || separator.startsWith(':');
  const isSetting = BEHIND_SETTING.test(text.slice(Math.max(0, start - 3), start));
  const kind = isMember ? 'member' : isParameter(text, start) ? 'parameter' : isSetting ? 'setting' : 'pair';
  return {
    ...base,
    start: past(PREFIX, text, value),
    kind: !quote && separator === ':' && HEADER.test(word) ? 'header' : kind,
  };
}

const proseValue = (text: string, word: string, secrecy: Secrecy, from: number) =>
  secrecy === 'all' || secrecy === 'no object' ? saidValue(text, word, from) : undefined;

const isFirstOfPair = (before: string) => PAIR_START.test(before) || SETTER.test(before);

/** Whether a name is a part of a path or an ARN, `…:secret:name`, or of a permission. @param behind its colon */
function isPart(text: string, start: number, word: string, behind: number): boolean {
  if (!/\S/.test(text[behind] ?? '')) return false;
  if (at(PERMISSION, text, behind)) return true;
  if (!/[:/]/.test(text[start - 1] ?? '')) return false;
  return !(PASSWORD.test(word) && SLASH_FLAG.test(text.slice(Math.max(0, start - 2), start)));
}

/** The name that a word is, below its escapes. */
function nameOf(word: string): string {
  if (!word.includes('%')) return word;
  let name = word.slice(-LONGEST_ESCAPED);
  for (let level = 0; level < MOST_ESCAPED && name.includes('%'); level++) name = unescapeAny(name).text;
  return LAST_WORD.exec(name)?.[0] ?? '';
}
