import { type Field, fieldOf, likeliest, PARENTS, WORDS } from './fields.ts';
import { parse as parseText } from './grammar.ts';
import {
  lower,
  type NumberColumn,
  type Query,
  type TextColumn,
  type TextTest,
  type TimeColumn,
  type Words,
} from './query.ts';
import { MOST_DIGITS, networkOf, numberOf, spanOf } from './values.ts';

/** Characters of a query. */
export const MAX_QUERY = 4096;
/** Words and values of a query. */
export const MOST_TERMS = 200;
/** Parentheses and negations in one another. */
export const MOST_NESTED = 32;
/** Names in the path to a member of JSON. */
export const MOST_NAMES = 32;
/** `*` in a value. */
export const MOST_STARS = 4;

/** A query that cannot be read. */
export class QueryProblem extends Error {
  override readonly name = 'QueryProblem';
  /** Where it stands in the text: characters from the beginning. */
  readonly at: number;
  readonly end: number;

  constructor(message: string, at: number, end: number) {
    super(message);
    this.at = at;
    this.end = end;
  }
}

interface Place {
  at: number;
  end: number;
}
interface Value extends Place {
  operator: '' | '<' | '<=' | '>' | '>=';
  text: string;
  quoted: boolean;
}
/** What `grammar.peggy` makes of a text. */
type Read =
  | { kind: 'all' | 'any'; of: Read[] }
  | { kind: 'not'; of: Read }
  | ({ kind: 'term'; name: string; path: string[]; values: Value[] } & Place)
  | ({ kind: 'text'; text: string; quoted: boolean } & Place);

/**
 * Reads a query (`docs/query.md`). An empty one is all traces.
 * @param now epoch ms, for times that are told from now on
 * @throws QueryProblem what is wrong with it, and where
 */
export function parseQuery(text: string, now: number): Query {
  if (text.length > MAX_QUERY) {
    throw new QueryProblem(`it is longer than ${MAX_QUERY} characters`, MAX_QUERY, text.length);
  }
  checkNesting(text);
  let read: Read;
  try {
    read = parseText(text, {}) as Read;
  } catch (error) {
    const { location } = error as { location?: { start: { offset: number }; end: { offset: number } } };
    if (!location) throw error;
    const { start, end } = location;
    throw new QueryProblem((error as Error).message, start.offset, end.offset);
  }
  const meaning = new Meaning(now);
  return meaning.of(read);
}

const QUOTED = /"(?:\\["\\]|[^"])*"?/g;
const NEGATED = new RegExp(`(?:-|NOT\\s+){${MOST_NESTED + 1}}`);

/** What nests too deeply is not even read. @throws QueryProblem */
function checkNesting(text: string): void {
  const bare = text.replace(QUOTED, (quoted) => '_'.repeat(quoted.length));
  const refuse = (at: number) => {
    throw new QueryProblem(`parentheses and negations nest deeper than ${MOST_NESTED}`, at, at + 1);
  };
  let depth = 0;
  for (let at = 0; at < bare.length; at++) {
    if (bare[at] === '(') depth++;
    if (bare[at] === ')') depth--;
    if (depth > MOST_NESTED) refuse(at);
  }
  const negated = NEGATED.exec(bare);
  if (negated) refuse(negated.index);
}

/** Gives what was read its meaning. */
class Meaning {
  private readonly now: number;
  private terms = 0;

  constructor(now: number) {
    this.now = now;
  }

  of(read: Read): Query {
    switch (read.kind) {
      case 'all':
        return { all: read.of.map((one) => this.of(one)) };
      case 'any':
        return { any: read.of.map((one) => this.of(one)) };
      case 'not':
        return { not: this.of(read.of) };
      case 'text':
        this.count(read);
        return freeText(read);
      case 'term':
        return this.term(read);
    }
  }

  /** Each name of a path costs as much as a word. */
  private count(place: Place, terms = 1): void {
    this.terms += terms;
    if (this.terms > MOST_TERMS)
      throw new QueryProblem(`it has more than ${MOST_TERMS} words`, place.at, place.end);
  }

  private term({ name, path, values, at, end }: Read & { kind: 'term' }): Query {
    const field = fieldOf(name, path);
    if (!field) throw unknownField(name, path, { at, end });
    if (path.length > MOST_NAMES) throw new QueryProblem(`it has more than ${MOST_NAMES} names`, at, end);
    const tests = values.map((value) => {
      this.count(value, 1 + path.length);
      return this.test(field, value);
    });
    return oneOf(tests);
  }

  private test(field: Field, value: Value): Query {
    const { text, quoted, operator } = value;
    if (text === '*' && !quoted && operator === '') return exists(field);
    switch (field.kind) {
      case 'time': {
        const [from, to] = bounds(value, (one) => spanOf(one, this.now) ?? refuse(value, one, A_TIME));
        return whole(field.column, from, to);
      }
      case 'number': {
        const [from, to] = bounds(value, (one) => pointOf(one) ?? refuse(value, one, A_NUMBER));
        return whole(field.column, from, to);
      }
      case 'flag': {
        if (operator !== '' || !/^(?:true|false)$/i.test(text)) refuse(value, text, 'true or false');
        return { column: field.column, equals: text.toLowerCase() === 'true' };
      }
      case 'member': {
        const { column, path } = field;
        const member = { column, path };
        if (operator !== '' || (!quoted && isRange(text))) {
          const [from, to] = bounds(value, (one) => pointOf(one) ?? refuse(value, one, A_NUMBER));
          return { member, is: { from, to } };
        }
        const test = textTest(value);
        if (!('equals' in test)) return { member, is: test };
        return { member, is: text.length <= MOST_DIGITS ? { ...test, number: numberOf(text) } : test };
      }
      case 'code':
        if (operator !== '' || (!quoted && isRange(text))) {
          const [from, to] = bounds(value, (one) => pointOf(one) ?? refuse(value, one, A_NUMBER));
          return onColumns(field.columns, { from, to });
        }
        return onColumns(field.columns, textTest(value));
    }
    if (operator !== '') {
      throw new QueryProblem(
        `${operator} compares numbers and times; this field is text`,
        value.at,
        value.end,
      );
    }
    switch (field.kind) {
      case 'rating':
        if (lower(text) === 'failed') return { not: { column: 'trace_rating', is: { equals: 'normal' } } };
        break;
      case 'address': {
        const network = networkOf(text);
        if (network) return { column: 'source_ip', network };
        if (text.includes('/')) refuse(value, text, 'an address or a network such as 192.0.2.0/24');
        break;
      }
      case 'words':
        return oneOf(field.columns.map((column) => ({ column, is: { words: wordsOf(value) } })));
    }
    return onColumns(field.columns, textTest(value));
  }
}

const A_TIME = 'a time such as 2026-11-29, 2026-11-29T12:20Z or -15m';
const A_NUMBER = 'a number';

function refuse(value: Value, given: string, wanted: string): never {
  throw new QueryProblem(`${JSON.stringify(given)} is not ${wanted}`, value.at, value.end);
}

function unknownField(name: string, path: readonly string[], { at, end }: Place): QueryProblem {
  const given = [name, ...path].join('.');
  const parent = PARENTS.find((one) => one === given.toLowerCase());
  const near = parent ? undefined : likeliest(name, path);
  const advice = parent
    ? `name a member of it, as ${parent}.id`
    : `${near ? `did you mean ${near}? ` : ''}Put a text with a colon in quotes`;
  return new QueryProblem(`there is no field ${given}; ${advice}`, at, end);
}

const oneOf = (tests: Query[]): Query => (tests.length === 1 && tests[0] ? tests[0] : { any: tests });

const onColumns = (columns: readonly TextColumn[], is: TextTest): Query =>
  oneOf(columns.map((column) => ({ column, is })));

function exists(field: Field): Query {
  switch (field.kind) {
    case 'member':
      return { member: { column: field.column, path: field.path }, is: { exists: true } };
    case 'number':
    case 'time':
      return { column: field.column, exists: true };
    case 'flag':
      return { column: field.column, exists: true };
    default:
      return onColumns(field.columns, { exists: true });
  }
}

/** Of a column that holds whole numbers. */
const whole = (
  column: NumberColumn | TimeColumn,
  from: number | undefined,
  to: number | undefined,
): Query => ({
  column,
  ...(from === undefined ? {} : { from: within(Math.ceil(from)) }),
  ...(to === undefined ? {} : { to: within(Math.floor(to)) }),
});

/** No column holds more, and no statement takes more. */
const within = (number: number) =>
  Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, number));

const isRange = (text: string) => /^.+\.\..+$/.test(text);
const pointOf = (text: string) => {
  const number = numberOf(text);
  return number === undefined ? undefined : { first: number, last: number };
};

/** What `<5`, `5..7` and `5` are from and to, the ends included. */
function bounds(
  { operator, text, quoted }: Value,
  read: (text: string) => { first: number; last: number },
): [from: number | undefined, to: number | undefined] {
  if (operator === '' && !quoted && isRange(text)) {
    const middle = text.indexOf('..');
    return [read(text.slice(0, middle)).first, read(text.slice(middle + 2)).last];
  }
  const { first, last } = read(text);
  switch (operator) {
    case '':
      return [first, last];
    case '>=':
      return [first, undefined];
    case '<=':
      return [undefined, last];
    case '>':
      return [above(last), undefined];
    case '<':
      return [undefined, below(first)];
  }
}

/** The next number that a double can be. */
function above(number: number): number {
  if (number === 0) return Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, number);
  view.setBigInt64(0, view.getBigInt64(0) + (number > 0 ? 1n : -1n));
  return view.getFloat64(0);
}
const below = (number: number) => -above(-number);

/** A whole value, with `*` for anything. */
function textTest({ text, quoted, at, end }: Value): { equals: string } | { like: string[] } {
  const parts = quoted ? [text] : text.split('*');
  if (parts.length - 1 > MOST_STARS) throw new QueryProblem(`it has more than ${MOST_STARS} *`, at, end);
  const [only = ''] = parts;
  return parts.length === 1 ? { equals: lower(only) } : { like: parts.map(lower) };
}

function freeText(read: Read & { kind: 'text' }): Query {
  if (!read.quoted) {
    const flag = Object.hasOwn(WORDS, read.text) ? WORDS[read.text] : undefined;
    // What is not known to change nothing may have changed something.
    const reads: Query = { column: 'read_only', equals: true };
    if (flag !== undefined) return flag ? reads : { not: reads };
  }
  return { words: wordsOf(read) };
}

/** Words in a text: whole ones, but where a `*` stands. */
function wordsOf({ text, quoted, at, end }: Place & { text: string; quoted: boolean }): Words {
  const begins = quoted || !text.startsWith('*');
  const ends = quoted || !text.endsWith('*');
  const inner = text.slice(begins ? 0 : 1, ends || text === '*' ? undefined : -1);
  if (inner.trim() === '') throw new QueryProblem('there is no word in it', at, end);
  if (!quoted && inner.includes('*')) {
    throw new QueryProblem(
      'in a text, * stands before or behind a word; in quotes it is a character',
      at,
      end,
    );
  }
  return { text: lower(inner), begins, ends };
}
