import { MASK } from '../traces/index.ts';

/** Shorter ones are no secrets, and stand in any text. */
const LEAST_SECRET = 4;
/** So many characters in a row that stand in a secret, too, are a part of it. */
const LEAST_PART = 8;

/** What was sent, and is not told though the other side repeats it. */
export interface Sent {
  /** Hidden wherever they stand: values of headers, proofs in links. */
  values?: readonly string[];
  /** Of HTTP(S): what follows its host is hidden. */
  endpoint?: string;
}

/** A text as it reads without its escapes, in lower-case bytes, and where each of these began. */
interface Reading {
  text: string;
  from: number[];
}

/**
 * What the other side said, without what it was sent, whole or in part and however it escapes it: some repeat what
 * they get. Proofs of other messages go as well.
 * @param answer may be cut off in the midst of one
 */
export function withoutEcho(answer: string, { values = [], endpoint }: Sent): string {
  const reading = readingOf(answer);
  const { text } = reading;
  const isHidden = new Array<boolean>(text.length).fill(false);
  const hide = (begin: number, length: number) => isHidden.fill(true, begin, begin + length);
  const { whole = '', words = [] } = endpoint === undefined ? {} : addressOf(endpoint);
  for (const secret of [...values.map(plain), whole]) hideParts(text, secret, hide);
  for (const word of words) hideWord(text, word, hide);
  for (const { 0: all, 1: proof = '', index } of text.matchAll(PROOF)) {
    hide(index + all.length - proof.length, proof.length);
  }
  return told(answer, reading, isHidden);
}

/** What stands behind `token=` in a link. */
const PROOF = /token[^a-z0-9]{1,4}([a-z0-9_-]{16,}|[a-z0-9_-]{4,}$)/g;

function hideParts(text: string, secret: string, hide: (begin: number, length: number) => void): void {
  if (secret.length < LEAST_SECRET) return;
  const part = Math.min(secret.length, LEAST_PART);
  for (let at = 0; at + part <= text.length; at++) {
    if (secret.includes(text.slice(at, at + part))) hide(at, part);
  }
  let cut = part - 1;
  while (cut >= LEAST_SECRET && !text.endsWith(secret.slice(0, cut))) cut--;
  if (cut >= LEAST_SECRET) hide(text.length - cut, cut);
}

function hideWord(text: string, word: string, hide: (begin: number, length: number) => void): void {
  const isLetter = (at: number) => /[a-z0-9]/.test(text.charAt(at));
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isLetter(at - 1) && !isLetter(at + word.length)) hide(at, word.length);
  }
}

/** Of an endpoint what follows its host, and the words of which that and its user are made. */
function addressOf(endpoint: string): { whole: string; words: string[] } {
  if (!URL.canParse(endpoint)) return { whole: plain(endpoint), words: [] };
  const { username, password, pathname, search, hash } = new URL(endpoint);
  const whole = plain(`${pathname}${search}${hash}`);
  const words = [plain(username), plain(password), ...whole.split(/[/?#&=;:,]+/)];
  return { whole, words: words.filter((word) => word.length >= LEAST_SECRET) };
}

const ESCAPES =
  /%(?:25)*(?<percent>[0-9a-f]{2})|\\+u(?<unit>[0-9a-f]{4})|\\+x(?<byte>[0-9a-f]{2})|\\+(?<itself>["/\\])|&(?:amp;)*#x0*(?<hex>[0-9a-f]{1,5});|&(?:amp;)*#0*(?<decimal>\d{1,6});|&(?:amp;)*(?<name>amp|lt|gt|quot|apos);|[\s\S]/giu;
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Bytes, since an escape with % is of one, and the other side may have taken it back. */
function readingOf(told: string): Reading {
  let text = '';
  const from: number[] = [];
  for (const { 0: all, index, groups = {} } of told.matchAll(ESCAPES)) {
    const bytes = bytesOf(all, groups);
    for (let i = 0; i < bytes.length; i++) from.push(index);
    text += bytes;
  }
  return { text: text.toLowerCase(), from };
}

const plain = (text: string) => readingOf(text).text;

function bytesOf(all: string, groups: Record<string, string | undefined>): string {
  const { percent, unit, byte, itself, hex, decimal, name } = groups;
  if (percent !== undefined) return String.fromCharCode(Number.parseInt(percent, 16));
  const code = unit ?? byte ?? hex;
  if (code !== undefined) return utf8(String.fromCodePoint(Number.parseInt(code, 16)));
  if (decimal !== undefined) return utf8(String.fromCodePoint(Number(decimal)));
  return utf8(itself ?? (name === undefined ? all : (NAMED[name.toLowerCase()] ?? all)));
}

const utf8 = (text: string) => Buffer.from(text).toString('latin1');

/** @param isHidden for each byte of the reading */
function told(answer: string, { from }: Reading, isHidden: readonly boolean[]): string {
  let said = '';
  for (let at = 0; at < from.length; ) {
    let end = at;
    while (end < from.length && isHidden[end] === isHidden[at]) end++;
    said += isHidden[at] ? MASK : answer.slice(from[at], from[end] ?? answer.length);
    at = end;
  }
  return said;
}
