import type { Lead } from './lead.ts';
import { type Edit, MASK } from './mask-edits.ts';
import { closesOnLine, endOfQuoted, isWithin, onLine, QUOTE } from './mask-marks.ts';
import { at, past } from './mask-sticky.ts';

/*
 * Where a value ends, in marks or without. Shells, SQL, YAML and connection strings take what touches as one value
 * (`'a'\''b'`, `'a''b'`, `a"b c"`, `a\ b`), and encoders of forms leave `'` as it is (`it's`), while a mark can as
 * well close something around the value. Where that is open, the rest of the word belongs to the value.
 */

/** A comma behind which another member begins. */
const NEXT_MEMBER = /,\s{0,8}["']?[A-Za-z_][A-Za-z0-9_.-]{0,63}["']?\s{0,8}[:=]/y;
/** A semicolon that ends a setting or a command; others are part of a value. */
const NEXT_SETTING = /;(?:\s|$|[\w.%[-][\w .%[\]-]{0,63}=)/y;
const NEXT_COMMAND = /;(?:\s|$)/y;
/** What a value goes on with up to the next setting of a connection string. */
const SETTING = /(?:[^;=\r\n"'`<>\\]{0,100}(?=;))?/y;
/** What ends a value besides marks. */
const ENDS: Partial<Record<Lead['kind'], string>> = { parameter: '&#', pair: '&', setting: ';' };
/** What closes something around a value. */
const CLOSING = ',;)}]';
/** What a value goes on with directly behind a mark. */
const WORD = /[\w%]/y;
/** The same behind what encoders of forms leave as it is. */
const FORM_WORD = /[!()*.~"'-]+[\w%]/y;
/** What goes on with a value that was in marks. */
const TOUCHING = /[\w$+@^~-]|\\+[^\s\\"'`nrt]|\\(?: |$)|[./=]+[\w"'$]/y;
/** What a value begins with behind a doubled mark; other characters are behind one that is empty. */
const BEHIND_DOUBLED = /[^\s"'`,;:)}\]>=.&|+/\\]/y;
/** Between texts that a program or a database puts together. */
const JOIN = /\s{0,8}(?:\+|\|\|)\s{0,8}(?=["'])/y;

/** What is filled in within a value: `${A:-x y}`. */
const FILLED_IN = /\$\{\{[^}\r\n]{0,200}\}\}|\$\{[^{}\r\n]{0,200}\}/y;

/** Behind what is rather the name of another member. */
const NAMED = /["']?\s{0,4}[:=]/y;

/** A part of a value. */
interface Part {
  end: number;
  /** Where its closing mark begins, if that is the one of the whole value. */
  close?: number;
  /** Without marks; those in it have been passed. */
  isWord?: boolean;
}

/** A value in marks, with all that touches it. @param inner behind the opening mark */
export function quotedParts(text: string, inner: number, quote: RegExpExecArray, lead: Lead): Edit {
  const doubled = betweenDoubled(text, inner, quote[0]);
  if (doubled) return doubled;
  let last: Part = quotedPart(text, inner, quote);
  while (!last.isWord) {
    const next = partAt(text, last.end, quote, lead);
    if (!next || (lead.kind !== 'flag' && at(NAMED, text, next.end))) break;
    last = next;
  }
  if (last.close !== undefined) return { start: inner, end: last.close, text: MASK };
  return { start: inner, end: last.end, text: `${MASK}${quote[0]}` };
}

/** Within a text in marks, where its marks are doubled: of CSV, or of SQL within SQL. */
function betweenDoubled(text: string, inner: number, mark: string): Edit | undefined {
  if (!text.startsWith(mark, inner) || !at(BEHIND_DOUBLED, text, inner + mark.length)) return undefined;
  const start = inner + mark.length;
  let end = onLine(text, mark + mark, start);
  while (end !== undefined && text.startsWith(mark.repeat(4), end))
    end = onLine(text, mark + mark, end + 4 * mark.length);
  if (
    end === undefined ||
    text
      .slice(start, end)
      .replaceAll(mark + mark, '')
      .includes(mark)
  )
    return undefined;
  return { start, end, text: MASK };
}

function quotedPart(text: string, inner: number, quote: RegExpExecArray): Part {
  const close = endOfQuoted(text, inner, quote);
  return { close, end: past(QUOTE, text, close) };
}

/** What touches the part of a value that ends here. @param own the mark with which the value began */
function partAt(text: string, from: number, own: RegExpExecArray, lead: Lead): Part | undefined {
  if (from >= text.length) return undefined;
  const quote = at(QUOTE, text, from);
  if (quote) return quote[2] === undefined ? undefined : markedPart(text, from, quote, own, lead);
  const joined = at(JOIN, text, from);
  if (joined) return foreignPart(text, at(QUOTE, text, from + joined[0].length) as RegExpExecArray, own);
  const end = endOfTouching(text, from, lead);
  return end > from ? { end, isWord: true } : undefined;
}

function markedPart(
  text: string,
  from: number,
  quote: RegExpExecArray,
  own: RegExpExecArray,
  lead: Lead,
): Part | undefined {
  const [whole, slashes = '', mark = ''] = quote;
  const behind = from + whole.length;
  const isWord = at(WORD, text, behind) !== null;
  if (slashes.length > (own[1] ?? '').length) {
    // Escaped for a shell, between two parts.
    return isWord || (mark === own[2] && text.startsWith(own[0], behind)) ? { end: behind } : undefined;
  }
  const isOpen = isWithin(text, mark, lead.start);
  // Before a space, a mark that is not doubled rather closes something around the value.
  const opens = isWord || (!isOpen && (whole === own[0] || /\S/.test(text[behind] ?? '')));
  if (!opens) return undefined;
  if (closesOnLine(text, behind, quote)) return foreignPart(text, quote, own);
  return isWord ? { end: endOfWord(text, behind, lead), isWord } : undefined;
}

/** In marks that need not be those with which the value began. */
function foreignPart(text: string, quote: RegExpExecArray, own: RegExpExecArray): Part {
  const part = quotedPart(text, quote.index + quote[0].length, quote);
  return quote[0] === own[0] ? part : { end: part.end };
}

/** Where a value ends with the word that touches it. */
export function endOfTouching(text: string, from: number, lead: Lead): number {
  return at(TOUCHING, text, from) ? endOfWord(text, from, lead) : from;
}

/** Where a value without marks around it ends. */
export function endOfWord(text: string, start: number, lead: Lead): number {
  const ends = `<>${ENDS[lead.kind] ?? ''}`;
  let end = start;
  let least = start;
  while (end < text.length) {
    const character = text[end] as string;
    if (text.charCodeAt(end) <= 0x20 || ends.includes(character)) break;
    const next = pastCharacter(text, end, character, lead);
    if (next === undefined) break;
    if (character === '$') least = next;
    end = next;
  }
  if (lead.kind === 'setting') return past(SETTING, text, end);
  while (end > least && CLOSING.includes(text[end - 1] as string)) end--;
  return end;
}

/** Behind a character of a word; undefined: the word ends before it. */
function pastCharacter(text: string, index: number, character: string, lead: Lead): number | undefined {
  switch (character) {
    case '"':
    case "'":
    case '`':
      return pastMark(text, at(QUOTE, text, index) as RegExpExecArray, lead);
    case '$':
      return Math.max(index + 1, past(FILLED_IN, text, index));
    case '\\':
      return pastBackslashes(text, index, lead);
    case ',':
      return at(NEXT_MEMBER, text, index) ? undefined : index + 1;
    case ';':
      if (lead.kind === 'pair' && at(NEXT_SETTING, text, index)) return undefined;
      return lead.kind === 'parameter' && at(NEXT_COMMAND, text, index) ? undefined : index + 1;
    default:
      return index + 1;
  }
}

function pastBackslashes(text: string, index: number, lead: Lead): number | undefined {
  const quote = at(QUOTE, text, index);
  if (quote) return pastMark(text, quote, lead);
  let behind = index + 1;
  while (text[behind] === '\\') behind++;
  if (/[nrt]/.test(text[behind] ?? '')) return undefined;
  return text[behind] === ' ' && (behind - index) % 2 === 1 ? behind + 1 : behind;
}

/** Behind a mark in a word; undefined: it closes something around the value. */
function pastMark(text: string, quote: RegExpExecArray, { kind, start }: Lead): number | undefined {
  const behind = quote.index + quote[0].length;
  const mark = quote[2] as string;
  if (kind === 'flag' && !isWithin(text, mark, start) && closesOnLine(text, behind, quote))
    return past(QUOTE, text, endOfQuoted(text, behind, quote));
  if (at(WORD, text, behind)) return behind;
  return at(FORM_WORD, text, behind) && !isWithin(text, mark, start) ? behind : undefined;
}
