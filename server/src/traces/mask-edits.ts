export const MASK = '********';
/** Stands for what could hold secrets, and was not looked through for them. */
export const UNSEEN = `${MASK} (not looked through)`;
/** Everything from a place on is masked, since nobody looks there. */
export const unseenFrom = (text: string, start: number): Edit => ({ start, end: text.length, text: UNSEEN });

/** A stretch of a text, and what comes in its place. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** The text with its edits made. Of two that overlap, the first one's text stands for both. */
export function applied(text: string, edits: Edit[]): string {
  let result = '';
  let copied = 0;
  for (const edit of edits.sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (edit.start >= copied) result += text.slice(copied, edit.start) + edit.text;
    copied = Math.max(copied, edit.end);
  }
  return copied === 0 ? text : result + text.slice(copied);
}

/** The same place in what a string says and in the string. */
interface Place {
  text: number;
  raw: number;
}

/** What a text with escapes says. */
export interface Unescaped {
  text: string;
  /** Where it begins, and where each escaped ends; between them both go on alike. */
  places: Place[];
  /** A text as it is written among the escapes. */
  escaped: (text: string) => string;
}

const JSON_ESCAPE = /\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))/g;
/** Of JSON, of programs, of URLs and forms, of markup. Of the last, none stands for a letter. */
const ANY_ESCAPE =
  /\\(?:u([0-9a-fA-F]{4})|(["'`\\/bfnrt])|x([0-9a-fA-F]{2}))|%([0-9a-fA-F]{2})|&(quot|apos|amp|lt|gt|#34|#39|#x22|#x27);|\+/g;
const CONTROLS: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const ENTITIES: Record<string, string> = {
  ...{ quot: '"', '#34': '"', '#x22': '"', apos: "'", '#39': "'", '#x27': "'" },
  ...{ amp: '&', lt: '<', gt: '>' },
};

const escapeJson = (text: string) => JSON.stringify(text).slice(1, -1);

/** What the inner of a JSON string says. Takes what is no right escaped, at a cut say, as it is. */
export function unescapeJson(raw: string): Unescaped {
  return unescapeBy(raw, JSON_ESCAPE, escapeJson);
}

/** What any text says below one level of escapes; bytes beyond ASCII become characters of their own. */
export function unescapeAny(raw: string): Unescaped {
  return unescapeBy(raw, ANY_ESCAPE, escapeLike(raw));
}

function escapeLike(raw: string): (text: string) => string {
  if (raw.includes('%22')) return encodeURIComponent;
  if (/&(?:quot|#34|#x22);/.test(raw)) return (text) => text.replaceAll('"', '&quot;');
  return raw.includes('\\') ? escapeJson : (text) => text;
}

function unescapeBy(raw: string, pattern: RegExp, escaped: (text: string) => string): Unescaped {
  const places: Place[] = [{ text: 0, raw: 0 }];
  let text = '';
  let copied = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(raw); match; match = pattern.exec(raw)) {
    const [whole, code, letter, byte, octet, entity] = match;
    const hex = code ?? byte ?? octet;
    text += raw.slice(copied, match.index);
    if (hex) text += String.fromCharCode(Number.parseInt(hex, 16));
    else if (letter) text += CONTROLS[letter] ?? letter;
    else text += entity ? ENTITIES[entity] : ' ';
    copied = match.index + whole.length;
    places.push({ text: text.length, raw: copied });
  }
  return { text: text + raw.slice(copied), places, escaped };
}

/** Edits of what a text says as edits of the text in which it stands. @param offset of it there */
export function liftEdits(edits: Edit[], { places, escaped }: Unescaped, offset: number): Edit[] {
  const rawOf = (at: number) => {
    let low = 0;
    for (let high = places.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((places[middle] as Place).text <= at) low = middle;
      else high = middle;
    }
    const { text, raw } = places[low] as Place;
    return offset + raw + (at - text);
  };
  return edits.map(({ start, end, text }) => ({ start: rawOf(start), end: rawOf(end), text: escaped(text) }));
}
