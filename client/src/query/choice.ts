import { FIELDS, shortName, WORDS } from './fields.ts';
import { partsOf } from './parts.ts';
import { lower } from './query.ts';
import { quoted } from './write.ts';

/** Values of a field that a query asks for, and those that it leaves out; in lower case. */
export interface Choice {
  wanted: ReadonlySet<string>;
  unwanted: ReadonlySet<string>;
}

/** A term of a field with a list of values, as `-name:a,"b c"`. */
interface Listed {
  without: boolean;
  /** As they are written. */
  values: string[];
}

const VALUE = /"(?:[^"\\]|\\.)*"|[^\s(),"]+/y;
const BETWEEN = /\s*(?:,|OR(?=[\s"]))?\s*/y;

/** What a query asks of a field by lists of values. @param field its own name */
export function choiceOf(query: string, field: string): Choice {
  const [wanted, unwanted] = [new Set<string>(), new Set<string>()];
  for (const part of partsOf(query) ?? []) {
    const listed = listedIn(part, field);
    for (const value of listed?.values ?? [])
      (listed?.without ? unwanted : wanted).add(meantBy(value, field));
  }
  return { wanted, unwanted };
}

/**
 * A query that also asks for this value of a field (any of those it asks for is enough), that leaves it out, or that
 * does neither any more.
 * @param field its own name
 */
export function withChoice(
  query: string,
  field: string,
  value: string,
  choice: 'wanted' | 'unwanted' | 'neither',
): string {
  const parts = partsOf(query) ?? [`(${query.trim()})`];
  const without = choice === 'unwanted';
  if (field === READ_ONLY) {
    const others = parts.filter((part) => !listedIn(part, field));
    return [...others, ...(choice === 'neither' ? [] : [wordFor((value === 'true') !== without)])].join(' ');
  }
  let isPlaced = choice === 'neither';
  const kept: string[] = [];
  for (const part of parts) {
    const listed = listedIn(part, field);
    if (!listed) {
      kept.push(part);
      continue;
    }
    const values = listed.values.filter((one) => meantBy(one, field) !== lower(value));
    if (!isPlaced && listed.without === without) {
      values.push(quoted(value));
      isPlaced = true;
    }
    if (values.length > 0) kept.push(termOf({ without: listed.without, values }, field));
  }
  if (!isPlaced) kept.push(termOf({ without, values: [quoted(value)] }, field));
  return kept.join(' ');
}

/** What reads and what changes is asked for by a word. */
const READ_ONLY = 'read_only';
const wordFor = (readOnly: boolean) => Object.keys(WORDS).find((word) => WORDS[word] === readOnly) ?? '';

const termOf = ({ without, values }: Listed, field: string) =>
  `${without ? '-' : ''}${shortName(field)}:${values.join(',')}`;

/** @returns undefined: it is no such term */
function listedIn(part: string, field: string): Listed | undefined {
  const [, minus, not, rest = ''] = /^(?:(-)|(NOT )\s*)?(.*)$/s.exec(part) ?? [];
  const without = minus !== undefined || not !== undefined;
  if (field === READ_ONLY) {
    return Object.hasOwn(WORDS, rest) ? { without, values: [rest] } : undefined;
  }
  const [, name, list = ''] = /^([A-Za-z_][A-Za-z0-9_.]*):(.*)$/s.exec(rest) ?? [];
  const known = FIELDS.find((one) => one.name === field);
  if (!name || ![field, ...(known?.short ?? [])].includes(name.toLowerCase())) return undefined;
  const values = valuesIn(/^\(.*\)$/s.test(list) ? list.slice(1, -1).trim() : list);
  return values && { without, values };
}

function valuesIn(list: string): string[] | undefined {
  const values: string[] = [];
  for (let at = 0; ; ) {
    VALUE.lastIndex = at;
    const [value] = VALUE.exec(list) ?? [];
    if (value === undefined) return undefined;
    values.push(value);
    at += value.length;
    if (at === list.length) return values;
    BETWEEN.lastIndex = at;
    const [between = ''] = BETWEEN.exec(list) ?? [];
    if (between === '') return undefined;
    at += between.length;
  }
}

/** What a value says without its quotes. */
function meantBy(value: string, field: string): string {
  if (field === READ_ONLY) return String(WORDS[value]);
  return lower(value.startsWith('"') ? value.slice(1, -1).replace(/\\(["\\])/g, '$1') : value);
}
