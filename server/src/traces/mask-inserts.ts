import { type Edit, MASK } from './mask-edits.ts';
import { isNoSecret, type SecretNames } from './mask-names.ts';
import { at } from './mask-sticky.ts';

const INTO =
  /insert\s{1,8}(?:(?:ignore|low_priority|high_priority|delayed|or\s{1,8}\w{1,10})\s{1,8})?into\s{1,8}[^\s(]{1,200}\s{0,8}\(([^()]{1,2000})\)\s{0,8}values?\s{0,8}(?=\()/iy;
const MARKS = /["'`[\]\s]/g;
/** What a statement is given later, or what the database fills in. */
const FILLED_IN = /^(?:\?|[:@$%][\w()]{0,64}|default)$/i;
const OPENING = /^(?:[en]|u&)?(?=['"])/i;

/** Secrets in the rows of an insert, by the names of its columns, and where the rows end. */
export function insertedSecrets(
  text: string,
  start: number,
  names: SecretNames,
): { edits: Edit[]; end: number } | undefined {
  const into = at(INTO, text, start);
  if (!into) return undefined;
  const columns = (into[1] as string)
    .split(',')
    .map((name) => names.of(name.replaceAll(MARKS, '')) !== undefined);
  if (!columns.includes(true)) return undefined;
  const edits: Edit[] = [];
  let column = 0;
  let depth = 0;
  let from = INTO.lastIndex;
  let index = from;
  for (; index < text.length; index++) {
    const character = text[index] as string;
    if (character === "'" || character === '"') {
      // The statement stands within such marks.
      if (depth === 0) break;
      index = endOfText(text, index);
    } else if (character === '(') {
      depth++;
      if (depth > 1) continue;
      column = 0;
      from = index + 1;
    } else if (depth === 1 && (character === ',' || character === ')')) {
      if (columns[column]) edits.push(...secretOf(text, from, index));
      column++;
      from = index + 1;
      if (character === ')') depth--;
    } else if (character === ')') {
      depth--;
    } else if (depth === 0 && !/[\s,]/.test(character)) {
      break;
    }
  }
  if (depth > 0 && columns[column]) edits.push(...secretOf(text, from, text.length));
  return { edits, end: index };
}

/** Where the text in marks ends that begins at a place; a doubled mark begins another one. */
function endOfText(text: string, start: number): number {
  const mark = text[start];
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === mark) return index;
  }
  return text.length;
}

function secretOf(text: string, from: number, to: number): Edit[] {
  const said = text.slice(from, to);
  const whole = said.trim();
  if (whole === '' || FILLED_IN.test(whole)) return [];
  const start = from + said.indexOf(whole);
  const lead = OPENING.exec(whole)?.[0].length;
  const isClosed = lead !== undefined && whole.length > lead + 1 && whole.endsWith(whole[lead] as string);
  const inner = lead === undefined ? whole : whole.slice(lead + 1, isClosed ? -1 : undefined);
  if (isNoSecret(inner)) return [];
  const begins = start + (lead === undefined ? 0 : lead + 1);
  return [{ start: begins, end: begins + inner.length, text: MASK }];
}
