import { type Edit, MASK } from './mask-edits.ts';
import { isNoSecret } from './mask-names.ts';
import { at } from './mask-sticky.ts';

/*
 * Secrets that a command reads: `echo jane:x | chpasswd`, `docker login --password-stdin <<< x`.
 */

/** How far a command's line is looked at, before it and behind. */
const LONGEST = 600;
const VALUE = String.raw`\\{0,3}"[^"]{0,400}"|\\{0,3}'[^']{0,400}'|[^\s"'|;&<>\\]{1,400}`;
const PRODUCER = new RegExp(
  String.raw`(?:^|[\s;&|("'\`])(?:echo|printf)[^\S\r\n]{1,4}(?:-[neE]{1,3}[^\S\r\n]{1,4}){0,3}(?:["'][^"'\r\n]{0,64}%s[^"'\r\n]{0,16}["'][^\S\r\n]{1,4}|["']%s:%s[^"'\r\n]{0,16}["'][^\S\r\n]{1,4}(?:${VALUE})[^\S\r\n]{1,4})?(${VALUE})[^\S\r\n]{0,8}$`,
);
const HERE = new RegExp(String.raw`[^\r\n|;<]{0,200}<<<[^\S\r\n]{0,4}(${VALUE})`, 'y');
const HERE_LINES = /[^\r\n|;<]{0,200}<<-?[^\S\r\n]{0,4}["']?(\w{1,64})["']?[^\S\r\n]{0,8}\r?\n/y;
/** What reads a secret, by its name or its flag. */
const READS = /^(?:chpasswd|(?:smb)?passwd|kinit|password-stdin|stdin|with-token|sudo|gh)$/i;
const GH_READS = /[^\S\r\n]{1,4}secret[^\S\r\n]{1,4}set\s/y;
/** Before a program that is called as a command. */
const CALLED = /\|[^\S\r\n]{0,8}(?:sudo[^\S\r\n]{1,4}(?:-\w{1,20}[^\S\r\n]{1,4}){0,3})?(?:\/[\w/]{1,40}\/)?$/;
const SUDO_READS = /(?:[^\S\r\n]{1,4}-\w{1,20}){0,3}[^\S\r\n]{1,4}-[A-Za-z]{0,8}S\b/y;
const OF_PASSWD = /\bpasswd[^\S\r\n][^\r\n|;]{0,80}--$/;
const MARKS = /^\\{0,3}["']/;
const CLOSING = /\\{0,3}["']$/;

/** What a command reads from the one before it, or from behind its name. */
export function pipedSecret(text: string, start: number, word: string): Edit | undefined {
  if (!READS.test(word)) return undefined;
  const end = start + word.length;
  const before = text.slice(Math.max(0, start - LONGEST), start);
  if (word === 'stdin' && !OF_PASSWD.test(before)) return undefined;
  if (word === 'sudo' && !at(SUDO_READS, text, end)) return undefined;
  if (word === 'gh' && !at(GH_READS, text, end)) return undefined;
  if (/^(?:smb)?passwd$/i.test(word) && !CALLED.test(before)) return undefined;
  const ofUser = word.toLowerCase() === 'chpasswd';
  const here = at(HERE, text, end);
  if (here) return valued(here.index + here[0].length, here[1] as string, ofUser);
  const lines = ofUser ? at(HERE_LINES, text, end) : null;
  if (lines) return linesOf(text, lines.index + lines[0].length, lines[1] as string);
  const pipe = before.lastIndexOf('|');
  if (pipe === -1 || /[\r\n;]/.test(before.slice(pipe))) return undefined;
  const value = PRODUCER.exec(before.slice(0, pipe))?.[1];
  if (!value) return undefined;
  const close = start - before.length + before.slice(0, pipe).trimEnd().length;
  return valued(close, value, ofUser);
}

/** @param close where the value ends, marks and all */
function valued(close: number, value: string, ofUser: boolean): Edit | undefined {
  const opening = MARKS.exec(value)?.[0].length ?? 0;
  const said = value.slice(
    opening,
    opening ? -(CLOSING.exec(value)?.[0].length ?? 0) || undefined : undefined,
  );
  const user = ofUser ? said.indexOf(':') + 1 : 0;
  const secret = said.slice(user).replace(/(?:\\+n|\s)+$/, '');
  if (secret === '' || isNoSecret(secret) || /^\$\{?\w+\}?$/.test(secret)) return undefined;
  const start = close - value.length + opening + user;
  return { start, end: start + secret.length, text: MASK };
}

function linesOf(text: string, start: number, mark: string): Edit | undefined {
  const lines = text.slice(start, start + LONGEST * 8);
  const close = lines.search(new RegExp(String.raw`^[^\S\r\n]*${mark}[^\S\r\n]*$`, 'm'));
  const end = close === -1 ? lines.length : close - 1;
  return end > 0 ? { start, end: start + end, text: MASK } : undefined;
}
