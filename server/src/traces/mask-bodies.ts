import { type Edit, MASK } from './mask-edits.ts';
import type { SecretNames } from './mask-names.ts';
import { at, nextOf } from './mask-sticky.ts';

const KEY_LEAD = '-----BEGIN ';
const KEY_HEADER = /BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----\s*/y;
const LONGEST_KEY = 16_000;
/** Of a key that is cut off. */
const KEY_START = /[A-Za-z0-9+/=]{16}|[A-Z][A-Za-z-]{2,30}: |[A-Za-z0-9+/=_-]+\s*$/y;

/** What stands between the two lines of dashes around a private key. @param start of `BEGIN` */
export function privateKey(text: string, start: number): Edit | undefined {
  if (!text.startsWith('-----', start - 5) || !at(KEY_HEADER, text, start)) return undefined;
  const from = KEY_HEADER.lastIndex;
  const close = nextOf(text, '-----END', from);
  const isClosed = close !== -1 && close < from + LONGEST_KEY;
  if (!isClosed && !at(KEY_START, text, from)) return undefined;
  let end = isClosed ? close : text.length;
  while (end > from && /\s/.test(text[end - 1] as string)) end--;
  return { start: from, end, text: MASK };
}

/** The last private key that begins in a stretch of a text. */
export function lastKeyIn(text: string, { start, end }: Edit): Edit | undefined {
  const at = text.slice(start, end + KEY_LEAD.length).lastIndexOf(KEY_LEAD);
  return at === -1 ? undefined : privateKey(text, start + at + KEY_LEAD.indexOf('B'));
}

/** A token that its signature makes one: three parts (JWS), or five (JWE). */
const SIGNED = /^(eyJ(?:hbGci|0eXAi|raWQi|4NXQi|lbmMi)[\w-]*\.[\w-]*\.)[\w-]{16,}(?:\.[\w-]+){0,2}/;

/** Its signature; what it says of whom is evidence. */
export function signedToken(start: number, word: string): Edit | undefined {
  const token = SIGNED.exec(word);
  if (!token) return undefined;
  const [whole, said = ''] = token;
  return { start: start + said.length, end: start + whole.length, text: MASK };
}

/** What services begin the tokens with that they issue; it says which kind was shown, and stays. */
const ISSUED =
  /^(gh[opsur]_|github_pat_|gl(?:pat|ptt|rt|dt|ft|cbt|agent|soat|imt|oas)-|xox[abeoprs]-|xapp-|[rs]k_(?:live|test)_|dckr_pat_|pypi-AgEI|AIza|shp(?:at|ca|pa|ss)_|dop_v1_|glsa_|hv[brs]\.|sk-ant-|sk-proj-|npm_)[\w-]{12,}/;
const ISSUED_START = 'ghxrsdpAn';

/** A token that its beginning makes one. */
export function issuedToken(start: number, word: string): Edit | undefined {
  if (word.length < 16 || !ISSUED_START.includes(word[0] as string)) return undefined;
  const token = ISSUED.exec(word);
  if (!token || !/\d/.test(token[0].slice((token[1] as string).length))) return undefined;
  return { start: start + (token[1] as string).length, end: start + token[0].length, text: MASK };
}

/** Behind `Content-Disposition`: the other headers of a part of a form, and the empty line. */
const PART = /[^\S\r\n]*:[^\S\r\n]*form-data\b([^\r\n]{0,300})(?:\r?\n[^\r\n]{1,300}){0,4}\r?\n\r?\n/iy;
const FIELD = /;\s{0,8}name=(?:"((?:[^"\\]|\\.){0,200})"|([^\s;"]{1,200}))/i;
/** How far back the boundary is looked for, and by how many lines. */
const LONGEST_HEADERS = 800;
const MOST_HEADERS = 6;

/** The value of a part of `multipart/form-data` whose name is that of a secret. */
export function valueOfPart(text: string, start: number, end: number, names: SecretNames): Edit | undefined {
  const part = at(PART, text, end);
  if (!part) return undefined;
  const from = PART.lastIndex;
  const field = FIELD.exec(part[1] as string);
  const name = field?.[1] ?? field?.[2] ?? '';
  if (!names.of(/[A-Za-z][\w.-]*\]?$/.exec(name)?.[0] ?? '')) return undefined;
  const next = text.indexOf(`\n${boundaryBefore(text, start)}`, from - 1);
  const close = next === -1 ? text.length : next;
  const last = text[close - 1] === '\r' ? close - 1 : close;
  return last > from ? { start: from, end: last, text: MASK } : undefined;
}

/** The line before the headers of a part; a value can hold lines of dashes, too. */
function boundaryBefore(text: string, start: number): string {
  const lines = text.slice(Math.max(0, start - LONGEST_HEADERS), start).split(/\r?\n/);
  return lines.slice(-MOST_HEADERS).findLast((line) => line.startsWith('--')) ?? '--';
}
