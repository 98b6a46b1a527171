import { MASK } from '../traces/index.ts';

/** Of what follows the host; a shorter one would be told by its end. */
const LEAST_REST = 12;
const END = 4;

/** Signs as people write them, and as URLs and JSON escape them. */
const ESCAPE = String.raw`(?:%(?:25)*|\\u00|\\x)`;
const SLASH = String.raw`(?:${ESCAPE}(?:2f|5c)|[\\/])`;
const COLON = `(?::|${ESCAPE}3a)`;
const SEPARATOR = `(?:${SLASH}|[?#]|${ESCAPE}(?:3f|23))`;
const NAME = String.raw`[\p{L}\p{N}_\-]`;
/** A host that no scheme tells: its name has a dot, or it has a port. */
const BARE = String.raw`(?<!${NAME}|\.)(?:${NAME}+(?:\.${NAME}+)+\.?(?::\d*)?|${NAME}+:\d+|localhost|\[[0-9a-f:.]+\](?::\d*)?)(?=${SEPARATOR})`;

// Each of them takes a time that grows with the length of the text, no faster: what they look through is anybody's.
const START = new RegExp(`https?${COLON}${SLASH}*|${COLON}${SLASH}+|${SLASH}{2,}|(?<bare>${BARE})`, 'giu');
const SEPARATORS = new RegExp(SEPARATOR, 'giu');
/** In other text a host ends with its word. */
const WORD_END = new RegExp(`${SEPARATOR}|[ "<>]`, 'giu');
const SEPARATOR_NEXT = new RegExp(`\\s*${SEPARATOR}`, 'iuy');
const HOST = /^(?:[\p{L}\p{N}._-]+|\[[0-9a-f:.]+\])(?::\d*)?$/iu;

/**
 * Whoever knows the address of a web hook can use it: of the first one in a text its host is left, and the end of
 * what follows. It is taken to end where the text does, since no character is sure to be none of it.
 */
export const hideAddress = (text: string) => hide(text, WORD_END);

/** The same of what stands where an address belongs, though it looks like none: its first part counts as the host. */
export function hideEndpoint(text: string): string {
  const odd = !find(START, text, 0) && find(SEPARATORS, text, 0);
  return odd ? hide(`//${text}`, SEPARATORS).slice(2) : hide(text, SEPARATORS);
}

/** @param ends of a host */
function hide(text: string, ends: RegExp): string {
  let told = '';
  let from = 0;
  for (let start = find(START, text, 0); start; start = find(START, text, from)) {
    const begin = start.index + (start.groups?.bare === undefined ? start[0].length : 0);
    const end = find(ends, text, begin)?.index ?? text.length;
    const authority = text.slice(begin, end);
    const host = authority.slice(authority.lastIndexOf('@') + 1);
    const separator = find(SEPARATOR_NEXT, text, end)?.[0] ?? '';
    const rest = separator === '' ? '' : text.slice(end + separator.length);
    told += text.slice(from, begin);
    if (rest !== '') {
      return `${told}${HOST.test(host) ? host : MASK}/${MASK}${rest.length < LEAST_REST ? '' : rest.slice(-END)}`;
    }
    told += host;
    from = end;
  }
  return told + text.slice(from);
}

function find(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}
