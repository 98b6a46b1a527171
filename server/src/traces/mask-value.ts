import { type Edit, MASK } from './mask-edits.ts';
import { beginsLine, deeperLines } from './mask-lines.ts';
import type { Secrecy } from './mask-names.ts';
import { at, nextOf, past } from './mask-sticky.ts';

/** A quotation mark, at any depth of escaping, also as in markup. */
export const QUOTE = /(\\*)(["'`])|&quot;/y;
const ESCAPES = /\\*/y;
/** A line can go on behind a backslash. */
export const SPACE = /(?:[^\S\r\n]|\\\r?\n)*/y;
export const ANY_SPACE = /\s*/y;
const SCHEME = /(?:bearer|basic|token|digest|negotiate|apikey)[^\S\r\n]+(?=[^\s"'])/iy;
const HARMLESS = /^(?:null|true|false|none|nil|undefined|\**)$/i;
const LINE = /(?:\\+(?![\\nr"'`])|[^\r\n\\])*/y;
/** A comma behind which another member begins. */
const NEXT_MEMBER = /,\s{0,8}["']?[A-Za-z_][A-Za-z0-9_.-]{0,63}["']?\s{0,8}[:=]/y;
/** What a block of YAML begins with. */
const BLOCK = /[|>][+-]?\d?[^\S\r\n]*(?=\r?\n)/y;
/** A member of a structure that the lines below a name hold. */
const FIRST_MEMBER = /(?:- +)?["']?[\w.-]{1,64}["']?:(?=\s)/y;
/** What a value goes on with up to the next setting of a connection string. */
const SETTING = /(?:[^;=\r\n"'`<>\\]{0,100}(?=;))?/y;
/** What makes a value of a text, in SQL, programs and command lines. */
const CALL = /(?:[a-z_][\w.]{0,40}\(\s{0,4}){1,4}(?=["'])|\$\(/iy;
/** Values of a header, as programs write them. */
const LIST = /\[(?![[{"\\])[^[\]\r\n]+\]/y;
const LONGEST_ELEMENT = 4000;
/** What ends a value besides marks. */
const ENDS: Partial<Record<Lead['kind'], string>> = { parameter: '&;#', pair: '&;', setting: ';' };
/** What closes something around a value. */
const CLOSING = ',;)}]';

/** What stands before a value. */
export interface Lead {
  secrecy: Secrecy;
  /** Where the name begins. */
  name: number;
  /** Where the value does. */
  start: number;
  /** The mark before the name. */
  around: string | undefined;
  /** Escapes of the marks around the name. */
  slashes: string;
  /** Whether it is that of a header, also in other notations. */
  isHeader: boolean;
  kind: 'member' | 'pair' | 'setting' | 'parameter' | 'header' | 'flag' | 'element' | 'cdata';
}

/** Where a value is, and what it is as a whole. */
export function valueAt(text: string, lead: Lead): Edit | undefined {
  const { start, kind, slashes } = lead;
  if (kind === 'element') return bare(text, start, endOfElement(text, lead));
  if (kind === 'cdata') return bare(text, start, endOf(text, ']]>', start));
  const block = blockAt(text, lead);
  if (block) return block;
  const quote = at(QUOTE, text, start);
  if (quote) return quoted(text, start + quote[0].length, quote);
  const call = at(CALL, text, start);
  if (call) return { start, end: endOfStructure(text, start, '(', ')'), text: MASK };
  const first = text[start];
  const list = lead.isHeader && at(LIST, text, start);
  if (list) return { start: start + 1, end: start + list[0].length - 1, text: MASK };
  if (first === '{' || (first === '[' && kind !== 'header')) {
    if (lead.secrecy === 'text' || kind === 'flag') return undefined;
    return { start, end: endOfStructure(text, start), text: `${slashes}"${MASK}${slashes}"` };
  }
  if (kind === 'header') return header(text, lead);
  return bare(text, start, endOfWord(text, past(SCHEME, text, start), lead));
}

/** Elements in it are passed over where all of it is secret. */
function endOfElement(text: string, { name, start, secrecy }: Lead): number {
  if (secrecy === 'all') {
    const opening = text.lastIndexOf('<', name);
    const tag = text.slice(opening + 1, start).split(/[\s>]/, 1)[0] as string;
    const close = nextOf(text, `</${tag}`, start);
    if (close !== -1 && close < start + LONGEST_ELEMENT) return close;
  }
  return endOf(text, '<', start);
}

/** The lines below the name, where the value does not stand behind it. */
function blockAt(text: string, { name, start, secrecy, kind }: Lead): Edit | undefined {
  const isBlock = at(BLOCK, text, start) !== null;
  if (!isBlock && !(kind === 'member' || kind === 'header')) return undefined;
  const first = isBlock ? BLOCK.lastIndex : past(SPACE, text, start);
  if (text[first] !== '\n' && text[first] !== '\r') return undefined;
  if (!isBlock && !beginsLine(text, name)) return undefined;
  const below = deeperLines(text, name, first, true);
  if (!below || (secrecy === 'text' && at(FIRST_MEMBER, text, below.start))) return undefined;
  return { ...below, text: MASK };
}

/** To the end of the line, and of the lines into which it is folded. */
function header(text: string, { name, start, around }: Lead): Edit | undefined {
  if (around) return bare(text, start, past(LINE, text.slice(0, endOf(text, around, start)), start));
  const end = past(LINE, text, start);
  const folded = beginsLine(text, name) ? deeperLines(text, name, end, false) : undefined;
  return bare(text, start, folded?.end ?? end);
}

function quoted(text: string, inner: number, quote: RegExpExecArray): Edit | undefined {
  const [mark] = quote;
  if (quote[2] === undefined) return bare(text, inner, endOf(text, mark, inner));
  if (text.startsWith(mark + mark, inner)) {
    const start = inner + 2 * mark.length;
    return bare(text, start, endOf(text, mark.repeat(3), start));
  }
  return bare(text, inner, endOfQuoted(text, inner, quote));
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
function endOfStructure(text: string, start: number, opening = '{[', closing = '}]'): number {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const character = text[index];
    if (character === '\\' || character === '"' || (character === "'" && opening === '(')) {
      const quote = at(QUOTE, text, index);
      index = quote
        ? past(QUOTE, text, endOfQuoted(text, index + quote[0].length, quote))
        : past(ESCAPES, text, index);
      index--;
    } else if (opening.includes(character as string)) {
      depth++;
    } else if (closing.includes(character as string)) {
      depth--;
      if (depth === 0) return index + 1;
    }
  }
  return text.length;
}

/** Where a value without marks around it ends. */
function endOfWord(text: string, start: number, { kind }: Lead): number {
  const ends = `"'\`<>${ENDS[kind] ?? ''}`;
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
  if (kind === 'setting') return past(SETTING, text, end);
  while (end > start && CLOSING.includes(text[end - 1] as string)) end--;
  return end;
}
