/*
 * JSON as text: what was sent is evidence, so it is read token by token and never written anew. Numbers keep
 * their digits, members their order, also those that are named twice (RFC 8259 leaves both open).
 */

export type TokenKind = '{' | '}' | '[' | ']' | ',' | ':' | 'name' | 'string' | 'scalar';

export interface Token {
  kind: TokenKind;
  start: number;
  end: number;
}

type Expected = 'value' | 'first value' | 'name' | 'first name' | 'colon' | 'comma' | 'end';

const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;

/** The tokens of a JSON text, as far as it is one. @returns whether the whole text is one value */
export function* tokensOf(text: string): Generator<Token, boolean> {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  for (let at = pastSpace(text, 0); at < text.length; at = pastSpace(text, at)) {
    const start = at;
    const first = text[at] as string;
    const isValue = expected === 'value' || expected === 'first value';
    let kind: TokenKind;
    if (first === '"') {
      const isName = expected === 'name' || expected === 'first name';
      const end = endOfString(text, at + 1);
      if (!(isValue || isName) || end === text.length || !isString(text, at + 1, end)) return false;
      kind = isName ? 'name' : 'string';
      at = end + 1;
    } else if (first === '{' || first === '[') {
      if (!isValue) return false;
      kind = first;
      at++;
    } else if (first === '}' || first === ']') {
      const isEmpty = expected === (first === '}' ? 'first name' : 'first value');
      if (open.at(-1) !== (first === '}' ? '{' : '[') || !(isEmpty || expected === 'comma')) return false;
      kind = first;
      at++;
    } else if (first === ',' || first === ':') {
      if (expected !== (first === ',' ? 'comma' : 'colon')) return false;
      kind = first;
      at++;
    } else {
      SCALAR.lastIndex = at;
      if (!isValue || !SCALAR.test(text)) return false;
      kind = 'scalar';
      at = SCALAR.lastIndex;
    }
    yield { kind, start, end: at };
    if (kind === '{' || kind === '[') open.push(kind);
    else if (kind === '}' || kind === ']') open.pop();
    expected = following(kind, open.at(-1));
  }
  return expected === 'end';
}

function following(kind: TokenKind, around: '{' | '[' | undefined): Expected {
  switch (kind) {
    case '{':
      return 'first name';
    case '[':
      return 'first value';
    case 'name':
      return 'colon';
    case ':':
      return 'value';
    case ',':
      return around === '{' ? 'name' : 'value';
    default:
      return around ? 'comma' : 'end';
  }
}

function pastSpace(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) break;
  }
  return at;
}

/** Index of the quotation mark that closes a string, or the text's length. */
export function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x5c) at++;
    else if (character === 0x22) return at;
  }
  return text.length;
}

const HEX4 = /[0-9a-fA-F]{4}/y;

/** Whether the inner of a string has right escapes only, and no control characters. */
function isString(text: string, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20) return false;
    if (code !== 0x5c) continue;
    const letter = text[++at] as string;
    if (letter === 'u') {
      HEX4.lastIndex = at + 1;
      if (!HEX4.test(text)) return false;
    } else if (!'"\\/bfnrt'.includes(letter)) return false;
  }
  return true;
}

/** A member of an object: its name as it is meant, and where its value stands in the text. */
export interface Member {
  name: string;
  start: number;
  end: number;
}

/** The members of a JSON object, in their order, also those that are named twice. Undefined: it is none. */
export function membersIn(text: string): Member[] | undefined {
  const members: Member[] = [];
  const tokens = tokensOf(text);
  let depth = 0;
  let last: Member | undefined;
  for (let token = tokens.next(); ; token = tokens.next()) {
    if (token.done) return token.value && depth === 0 ? members : undefined;
    const { kind, start, end } = token.value;
    if (depth === 0 && kind !== '{') return undefined;
    if (depth === 1 && kind === 'name') {
      last = { name: JSON.parse(text.slice(start, end)) as string, start: -1, end: -1 };
      members.push(last);
    } else if (last && kind !== ':' && !(depth === 1 && (kind === ',' || kind === '}'))) {
      if (last.start < 0) last.start = start;
      last.end = end;
    }
    if (kind === '{' || kind === '[') depth++;
    else if (kind === '}' || kind === ']') depth--;
  }
}

/** A JSON text without what stands between its tokens. */
export function compacted(text: string): string {
  let result = '';
  for (const { start, end } of tokensOf(text)) result += text.slice(start, end);
  return result;
}

/** A JSON text as JSON.stringify writes it, but with its own numbers, and its members as often and in the order as they stand. */
export function canonical(text: string): string {
  let result = '';
  for (const { kind, start, end } of tokensOf(text)) {
    const token = text.slice(start, end);
    const isEscaped = (kind === 'string' || kind === 'name') && token.includes('\\');
    result += isEscaped ? JSON.stringify(JSON.parse(token)) : token;
  }
  return result;
}

/** The elements of a JSON list, as they stand in the text. Undefined: it is none. */
export function elementsIn(text: string): string[] | undefined {
  const elements: string[] = [];
  const tokens = tokensOf(text);
  let depth = 0;
  let from = -1;
  for (let token = tokens.next(); ; token = tokens.next()) {
    if (token.done) return token.value && depth === 0 ? elements : undefined;
    const { kind, start, end } = token.value;
    if (depth === 0 && kind !== '[') return undefined;
    if (kind === '}' || kind === ']') depth--;
    if (depth === 1 && kind !== ',') {
      if (from < 0) from = start;
      if (kind !== '{' && kind !== '[') {
        elements.push(text.slice(from, end));
        from = -1;
      }
    }
    if (kind === '{' || kind === '[') depth++;
  }
}

/** A JSON text on lines of its own for every member and element; what is none stays as it is. */
export function indented(text: string): string {
  const tokens = tokensOf(text);
  let result = '';
  let depth = 0;
  let last: TokenKind | undefined;
  for (let token = tokens.next(); ; token = tokens.next()) {
    if (token.done) return token.value ? result : text;
    const { kind, start, end } = token.value;
    const opened = last === '{' || last === '[';
    const closes = kind === '}' || kind === ']';
    if (closes) depth--;
    if (last === ',' || opened !== closes) result += `\n${'  '.repeat(depth)}`;
    result += text.slice(start, end);
    if (kind === ':') result += ' ';
    if (kind === '{' || kind === '[') depth++;
    last = kind;
  }
}
