import type { Lead } from './lead.ts';
import { CODE_AT } from './mask-codes.ts';
import { type Edit, MASK } from './mask-edits.ts';
import { beginsLine, foldedLines, linesOfYaml } from './mask-lines.ts';
import { endOfStructure, QUOTE } from './mask-marks.ts';
import { isNoSecret } from './mask-names.ts';
import { endOfTouching, endOfWord, quotedParts } from './mask-parts.ts';
import { MESSAGE_AT, REFERENCE_AT } from './mask-stand-ins.ts';
import { at, nextOf, past } from './mask-sticky.ts';

/** A line can go on behind a backslash, in shells of Windows behind a caret or a backtick. */
export const SPACE = /(?:[^\S\r\n]|[\\^`]\r?\n)*/y;
export const ANY_SPACE = /\s*/y;
const SCHEME = /(?:bearer|basic|token|digest|negotiate|apikey)[^\S\r\n]+(?=[^\s"'])/iy;
const LINE = /(?:\\+(?![\\nr"'`])|[^\r\n\\])*/y;
/** What a block of YAML begins with. */
const BLOCK = /[|>][+-]?\d?(?:[^\S\r\n]{1,80}#[^\r\n]{0,400}|[^\S\r\n]*)(?=\r?\n)/y;
/** What can stand behind a name whose value is below: a tag, an anchor, a comment. */
const NO_VALUE = /(?:[!&][\w!./:,-]{0,80}(?:[^\S\r\n]+|(?=\r?\n)))*(?:#[^\r\n]{0,400})?(?=\r?\n)/y;
/** A member of a structure that the lines below a name hold. */
const FIRST_MEMBER = /(?:- +)?["']?[\w.-]{1,64}["']?:(?=\s)/y;
/** What makes a value of a text, in SQL, programs and command lines. */
const CALL = /(?:[a-z_][\w.]{0,40}\(\s{0,4}){1,4}(?=["'])|\$\(/iy;
/** What somebody else has put in place of a secret, in brackets that are no structure. */
const STAND_IN = /[[(](?:filtered|hidden|masked|redacted|removed|sensitive(?: value)?)[\])](?!\w)/iy;
/** Values of a header, as programs write them. */
const LIST = /\[(?![[{"\\])[^[\]\r\n]+\]/y;
/** Marks of PostgreSQL around a text. */
const DOLLARS = /\$(?:[A-Za-z_]\w{0,62})?\$/y;
/** What begins a text of lines, in shells and HCL. */
const HEREDOC = /<<[-~]?[^\S\r\n]{0,8}["']?(\w{1,64})["']?[^\S\r\n]{0,8}\r?\n/y;
/** What goes on behind the first brace that closes, where braces are marks and this one is doubled. */
const DOUBLED_BRACE = /\}(?![\s,)\]}])(?:[^{}\r\n]|\}\}){0,200}\}(?=\s{0,8}(?:[;"']|$))/y;
/** Texts that are bounded by a word of their own choice are looked through up to here. */
const LONGEST_TEXT = 4000;

/** A call whose arguments are looked at by themselves. */
const SECURE_STRING = /\(?\s{0,8}ConvertTo-SecureString(?![\w-])/iy;

/** Where a build finds a secret: `--secret id=npm,src=/x`. */
const SECRET_MOUNT =
  /(?:(?:type|id|src|source|target|env|uid|gid|mode)=[\w./-]{0,200},){0,8}(?:id|src|source|target|env)=[\w./-]{1,200}(?=[\s"'\\]|$)/y;

/** Where a value is, and what it is as a whole. */
export function valueAt(text: string, lead: Lead): Edit | undefined {
  const { start, kind, slashes } = lead;
  if (lead.secrecy === 'code') return codeAt(text, lead);
  if (kind === 'element') return bare(text, start, endOfElement(text, lead));
  if (kind === 'cdata') return bare(text, start, endOf(text, ']]>', start));
  if (isElsewhere(text, lead)) return undefined;
  const block = blockAt(text, lead);
  if (block) return block;
  const quote = at(QUOTE, text, start);
  if (quote) return quoted(text, start + quote[0].length, quote, lead);
  const chosen = betweenChosen(text, start);
  if (chosen) return chosen;
  const call = at(CALL, text, start);
  if (call) return { start, end: endOfStructure(text, start, '(', ')'), text: MASK };
  if (at(STAND_IN, text, start)) return undefined;
  const first = text[start];
  const list = lead.isHeader && at(LIST, text, start);
  if (list) return { start: start + 1, end: start + list[0].length - 1, text: MASK };
  if (first === '{' || (first === '[' && kind !== 'header')) {
    if (lead.secrecy === 'text' || kind === 'flag') return undefined;
    if (first === '{' && lead.secrecy === 'no object' && kind === 'member') return undefined;
    return { start, end: endOfBraces(text, lead), text: `${slashes}"${MASK}${slashes}"` };
  }
  if (kind === 'header') return header(text, lead);
  return bare(text, start, endOfWord(text, past(SCHEME, text, start), lead));
}

/** In marks or without, where it has the form of a code; with digits first where only spaces lead to it. */
function codeAt(text: string, { start, kind }: Lead): Edit | undefined {
  const inner = past(QUOTE, text, start);
  const isBehindSpaces = inner === start && (kind === 'flag' || kind === 'header');
  if (isBehindSpaces && !/\d/.test(text[start] ?? '')) return undefined;
  return at(CODE_AT, text, inner) ? { start: inner, end: CODE_AT.lastIndex, text: MASK } : undefined;
}

/** Whether there is no secret, but what tells of one, or where it is. */
function isElsewhere(text: string, { start, name, kind }: Lead): boolean {
  if (at(SECURE_STRING, text, start) || at(REFERENCE_AT, text, start)) return true;
  if (kind === 'member' && at(MESSAGE_AT, text, start)) return true;
  const isMount = text[name - 1] === '-' && text.startsWith('secret', name);
  return isMount && at(SECRET_MOUNT, text, start) !== null;
}

/** Elements in it are passed over where all of it is secret. */
function endOfElement(text: string, { name, start, secrecy }: Lead): number {
  if (secrecy !== 'text') {
    const opening = text.lastIndexOf('<', name);
    const tag = text.slice(opening + 1, start).split(/[\s>]/, 1)[0] as string;
    const close = nextOf(text, `</${tag}`, start);
    if (close !== -1 && close < start + LONGEST_TEXT) return close;
  }
  return endOf(text, '<', start);
}

/** The lines below the name, where the value does not stand behind it. */
function blockAt(text: string, { name, start, secrecy, kind }: Lead): Edit | undefined {
  const isBlock = at(BLOCK, text, start) !== null;
  if (!isBlock && !(kind === 'member' || kind === 'header')) return undefined;
  const first = isBlock ? BLOCK.lastIndex : past(SPACE, text, start);
  if (!isBlock && !(beginsLine(text, name) && at(NO_VALUE, text, first))) return undefined;
  const end = isBlock ? first : NO_VALUE.lastIndex;
  const isValue = (from: number) => secrecy === 'all' || !at(FIRST_MEMBER, text, from);
  const below = linesOfYaml(text, name, end, isValue);
  if (!below) return undefined;
  // What looks like a tag or a comment could be a value.
  return { start: end > first ? first : below.start, end: below.end, text: MASK };
}

/** To the end of the line, and of the lines into which it is folded. */
function header(text: string, { name, start, around }: Lead): Edit | undefined {
  if (around) return bare(text, start, past(LINE, text.slice(0, endOf(text, around, start)), start));
  const end = past(LINE, text, start);
  const folded = beginsLine(text, name) ? foldedLines(text, name, end) : undefined;
  return bare(text, start, folded?.end ?? end);
}

function quoted(text: string, inner: number, quote: RegExpExecArray, lead: Lead): Edit | undefined {
  const [mark] = quote;
  if (quote[2] === undefined) return bare(text, inner, endOf(text, mark, inner));
  if (text.startsWith(mark + mark, inner)) {
    const start = inner + 2 * mark.length;
    return bare(text, start, endOf(text, mark.repeat(3), start));
  }
  const parts = quotedParts(text, inner, quote, lead);
  return parts.text === MASK ? bare(text, parts.start, parts.end) : parts;
}

/** A text whose bounds say how they end it: `$tag$…$tag$`, `<<EOT`. */
function betweenChosen(text: string, start: number): Edit | undefined {
  const dollars = text[start] === '$' && at(DOLLARS, text, start);
  if (dollars) {
    const [mark] = dollars;
    const inner = start + mark.length;
    const length = text.slice(inner, inner + LONGEST_TEXT).indexOf(mark);
    return length === -1 ? undefined : { start: inner, end: inner + length, text: MASK };
  }
  const heredoc = text[start] === '<' && at(HEREDOC, text, start);
  if (!heredoc) return undefined;
  const inner = start + heredoc[0].length;
  const lines = text.slice(inner, inner + LONGEST_TEXT);
  const length = lines.search(new RegExp(`^[^\\S\\r\\n]*${heredoc[1]}[^\\S\\r\\n]*$`, 'm'));
  return { start: inner, end: length === -1 ? inner + lines.length : inner + length - 1, text: MASK };
}

/** Of a structure, or of a value for which braces are marks, with what touches it. */
function endOfBraces(text: string, lead: Lead): number {
  const end = endOfStructure(text, lead.start);
  const isSetting = lead.kind === 'setting' || lead.kind === 'pair';
  return endOfTouching(text, isSetting ? past(DOUBLED_BRACE, text, end) : end, lead);
}

function bare(text: string, start: number, end: number): Edit | undefined {
  return isNoSecret(text.slice(start, end)) ? undefined : { start, end, text: MASK };
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  return end === -1 ? text.length : end;
}
