export const MASK = '********';

/** A stretch of a text, and what comes in its place. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** The text with its edits made; one within another is void. */
export function applied(text: string, edits: Edit[]): string {
  let result = '';
  let copied = 0;
  for (const edit of edits.sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (edit.start < copied) continue;
    result += text.slice(copied, edit.start) + edit.text;
    copied = edit.end;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

/** The same place in what a string says and in the string. */
interface Place {
  text: number;
  raw: number;
}

/** What the inner of a JSON string says. */
export interface Unescaped {
  text: string;
  /** Where it begins, and where each escape ends; between them both go on alike. */
  places: Place[];
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|.?)/gs;
const CONTROLS: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Takes what is no right escape, at a cut say, as it is. */
export function unescapeJson(raw: string): Unescaped {
  const places: Place[] = [{ text: 0, raw: 0 }];
  if (!raw.includes('\\')) return { text: raw, places };
  let text = '';
  let copied = 0;
  ESCAPE.lastIndex = 0;
  for (let match = ESCAPE.exec(raw); match; match = ESCAPE.exec(raw)) {
    const [whole, hex] = match;
    const letter = whole[1] ?? '\\';
    text += raw.slice(copied, match.index);
    text += hex ? String.fromCharCode(Number.parseInt(hex, 16)) : (CONTROLS[letter] ?? letter);
    copied = match.index + whole.length;
    places.push({ text: text.length, raw: copied });
  }
  return { text: text + raw.slice(copied), places };
}

/** Edits of what a string says as edits of the text in which the string stands. @param offset of its inner */
export function liftEdits(edits: Edit[], { places }: Unescaped, offset: number): Edit[] {
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
  return edits.map(({ start, end, text }) => ({
    start: rawOf(start),
    end: rawOf(end),
    text: JSON.stringify(text).slice(1, -1),
  }));
}
