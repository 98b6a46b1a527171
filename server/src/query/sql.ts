import {
  type JsonColumn,
  type MemberTest,
  MOST_DIGITS,
  type Query,
  type TextColumn,
  type TextTest,
  type Words,
} from '@opencts/client/query';
import { NUMBER_MARK, PLAIN_SCALAR } from './values.ts';
import { certainOf, expressionOf, wordsIn } from './words.ts';

/** SQL for what a query speaks of, in the table that it is asked of. Absent text is empty, other absent values are null. */
export interface Expressions {
  text(column: TextColumn): string;
  /** JSON text that the engine can read, with numbers that it would write in another way as texts behind {@link NUMBER_MARK}. */
  json(column: JsonColumn): string;
  /** A comparison of a time with one in epoch ms. */
  instant(column: 'time' | 'record_time', operator: '>=' | '<=', placeholder: string): string;
  number(column: 'content_length' | 'total_time'): string;
  /** A nullable Bool. */
  flag: string;
  /** All text of a trace, in lower case. */
  all: string;
  /** Of the words of `all`, cut where a character of ASCII is neither letter nor digit. */
  words?: TextIndex;
  /** Of the hexadecimal numbers in it, cut where there is another character. */
  ids?: TextIndex;
}

/** Answers which texts `all` has. */
export interface TextIndex {
  /** Whether it knows of a text. */
  holds(text: string): boolean;
  hasAny(placeholder: string): string;
  hasAll(placeholder: string): string;
}

/** Columns of which a value is rare enough that its words are looked for in an index. */
const TELLING = new Set<TextColumn>(['resource_name', 'resource_id', 'request_id']);
/** Questions to the indexes that one query asks. */
const MOST_LOOKS = 64;

/**
 * A query as a condition of a statement, and the values of its parameters, which begin with `q_`. What the indexes of
 * text know of all that it finds comes beside it: it holds wherever the condition does.
 */
export function conditionOf(
  query: Query,
  of: Expressions,
): { where: string; certain: string | undefined; parameters: Record<string, string | number | string[]> } {
  const writer = new Writer(of);
  const where = writer.write(query);
  return { where, certain: writer.certain(query), parameters: writer.parameters };
}

class Writer {
  readonly parameters: Record<string, string | number | string[]> = {};
  private readonly of: Expressions;
  /** At the indexes. */
  private looks = 0;

  constructor(of: Expressions) {
    this.of = of;
  }

  /** A placeholder for a value. */
  private put(
    value: string | number | string[],
    type: 'String' | 'Int64' | 'Float64' | 'Array(String)',
  ): string {
    const name = `q_${Object.keys(this.parameters).length}`;
    this.parameters[name] = value;
    return `{${name}:${type}}`;
  }

  write(query: Query): string {
    if ('all' in query) return this.joined(query.all, ' AND ', '1');
    if ('any' in query) return this.joined(query.any, ' OR ', '0');
    if ('not' in query) return `NOT ${this.write(query.not)}`;
    if ('words' in query) return this.finds(this.of.all, query.words);
    if ('member' in query) {
      const { column, path } = query.member;
      return `arrayExists(v -> ${this.member(query.is)}, ${this.valuesAt(this.of.json(column), path)})`;
    }
    if ('network' in query) {
      const { first, last } = query.network;
      const text = this.of.text('source_ip');
      // To some programs such a number is octal: it is no address that others would read as the same.
      const address = `if(match(${text}, '(^|[.:])0[0-9]+[.]|[.]0[0-9]+$'), NULL, toIPv6OrNull(${text}))`;
      const bound = (hex: string) => `toIPv6(${this.put(hex.match(/.{4}/g)?.join(':') ?? '', 'String')})`;
      return `ifNull(${address} >= ${bound(first)} AND ${address} <= ${bound(last)}, 0)`;
    }
    switch (query.column) {
      case 'read_only': {
        if (!('equals' in query)) return `isNotNull(${this.of.flag})`;
        return `ifNull(${this.of.flag} = ${query.equals}, 0)`;
      }
      case 'time':
      case 'record_time': {
        const { column, from, to } = query;
        const bounds = [
          ...(from === undefined ? [] : [this.of.instant(column, '>=', this.put(from, 'Int64'))]),
          ...(to === undefined ? [] : [this.of.instant(column, '<=', this.put(to, 'Int64'))]),
        ];
        return `(${bounds.join(' AND ') || '1'})`;
      }
      case 'content_length':
      case 'total_time': {
        const number = this.of.number(query.column);
        return `(isNotNull(${number}) AND ifNull(${this.within(number, query, 'Int64')}, 0))`;
      }
    }
    return this.text(this.of.text(query.column), query.is);
  }

  /** What the indexes know of every trace that a query finds. */
  certain(query: Query): string | undefined {
    const certain = this.of.words && this.certainIn(query);
    return this.looks > MOST_LOOKS ? undefined : certain;
  }

  private certainIn(query: Query): string | undefined {
    if ('all' in query) {
      const some = query.all.map((one) => this.certainIn(one)).filter((one) => one !== undefined);
      return some.length > 0 ? `(${some.join(' AND ')})` : undefined;
    }
    if ('any' in query) {
      const each = query.any.map((one) => this.certainIn(one));
      return each.length > 0 && !each.includes(undefined) ? `(${each.join(' OR ')})` : undefined;
    }
    if ('words' in query) return this.has(certainOf(query.words));
    if (!('column' in query && 'is' in query)) return undefined;
    const { column, is } = query;
    if ('words' in is) return this.has(certainOf(is.words));
    if (!('equals' in is && TELLING.has(column))) return undefined;
    return this.has(wordsIn(is.equals).map((word) => [word]));
  }

  /** @param lists of each at least one word */
  private has(lists: string[][]): string | undefined {
    const { words, ids } = this.of;
    const others = lists.filter((list) => !list.every((word) => words?.holds(word)));
    const looks = [...this.looksAt(lists, words), ...this.looksAt(others.map(idsOf), ids)];
    this.looks += looks.length;
    return looks.length > 0 ? `(${looks.join(' AND ')})` : undefined;
  }

  private looksAt(lists: string[][], index: TextIndex | undefined): string[] {
    if (!index) return [];
    const known = lists.filter((list) => list.every((text) => index.holds(text)));
    const alone = known.filter((list) => list.length === 1).flat();
    const looks = known
      .filter((list) => list.length > 1)
      .map((list) => index.hasAny(this.put(list, 'Array(String)')));
    if (alone.length > 0) looks.push(index.hasAll(this.put([...new Set(alone)], 'Array(String)')));
    return looks;
  }

  private joined(queries: readonly Query[], by: string, none: string): string {
    return queries.length === 0 ? none : `(${queries.map((one) => this.write(one)).join(by)})`;
  }

  private text(text: string, is: TextTest): string {
    if ('equals' in is) return `lower(${text}) = ${this.put(is.equals, 'String')}`;
    if ('like' in is) return `lower(${text}) LIKE ${this.like(is.like)}`;
    if ('exists' in is) return `${text} != ''`;
    if ('words' in is) return this.finds(`lower(${text})`, is.words);
    const number = this.within(`toFloat64OrZero(${text})`, is, 'Float64');
    return `(match(${text}, '^[0-9]{1,15}$') AND ${number})`;
  }

  private finds(text: string, words: Words): string {
    return `match(${text}, ${this.put(expressionOf(words, 'x'), 'String')})`;
  }

  private like(pattern: readonly string[]): string {
    return this.put(pattern.map((part) => part.replace(/[\\%_]/g, '\\$&')).join('%'), 'String');
  }

  private within(
    number: string,
    { from, to }: { from?: number; to?: number },
    type: 'Int64' | 'Float64',
  ): string {
    const bounds = [
      ...(from === undefined ? [] : [`${number} >= ${this.put(from, type)}`]),
      ...(to === undefined ? [] : [`${number} <= ${this.put(to, type)}`]),
    ];
    return `(${bounds.join(' AND ') || '1'})`;
  }

  /** An array of JSON texts. */
  private valuesAt(json: string, path: readonly string[]): string {
    let values = `[${json}]`;
    for (const name of path) {
      values = `arrayMap(e -> JSONExtractRaw(e, ${this.put(name, 'String')}), ${elements(values)})`;
    }
    return `arrayMap(e -> ${asSent('e')}, arrayFilter(e -> e NOT IN ('', 'null'), ${elements(values)}))`;
  }

  /** Of a JSON text `v`. */
  private member(is: MemberTest): string {
    if ('exists' in is) return '1';
    const text = 'lower(JSONExtractString(v))';
    const isNumber = "match(v, '^[-0-9]')";
    if ('equals' in is) {
      const given = this.put(is.equals, 'String');
      const number =
        is.number === undefined
          ? ''
          : ` OR (${isNumber} AND length(v) <= ${MOST_DIGITS} AND toFloat64OrNull(v) = ${this.put(is.number, 'Float64')})`;
      return `if(startsWith(v, '"'), ${text} = ${given}, v = ${given}${number})`;
    }
    if ('like' in is) {
      const like = `LIKE ${this.like(is.like)}`;
      return `if(startsWith(v, '"'), ${text} ${like}, match(v, '${PLAIN_SCALAR}') AND v ${like})`;
    }
    return `(${isNumber} AND ${this.within('toFloat64OrZero(v)', is, 'Float64')})`;
  }
}

const MARKED = `"${NUMBER_MARK}`;
const MARKED_BYTES = Buffer.byteLength(MARKED);

/** JSON text of a value, in which a number that is marked is what it was. */
const asSent = (json: string) =>
  `if(startsWith(${json}, '${MARKED}'), substring(${json}, ${MARKED_BYTES + 1}, length(${json}) - ${MARKED_BYTES + 1}), ${json})`;

/** What is no list stays as it is. */
const elements = (values: string) =>
  `arrayFlatten(arrayMap(e -> if(startsWith(trimLeft(e), '['), JSONExtractArrayRaw(e), [e]), ${values}))`;

/** What hexadecimal numbers end them, with what stands before as if it were of them. */
const idsOf = (words: string[]): string[] => [
  ...new Set(words.map((word) => /[0-9a-f]*$/.exec(word)?.[0] ?? '')),
];
