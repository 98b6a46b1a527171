import type { JsonColumn, MemberTest, Query, TextColumn, TextTest, Words } from '@opencts/client/query';
import { expressionOf } from './words.ts';

/** SQL for what a query speaks of, in the table that it is asked of. Absent text is empty, other absent values are null. */
export interface Expressions {
  text(column: TextColumn): string;
  /** JSON text that the engine can read. */
  json(column: JsonColumn): string;
  /** A comparison of a time with one in epoch ms. */
  instant(column: 'time' | 'record_time', operator: '>=' | '<=', placeholder: string): string;
  number(column: 'content_length' | 'total_time'): string;
  /** A nullable Bool. */
  flag: string;
  /** All text of a trace, in lower case. */
  all: string;
}

/** A query as a condition of a statement, and the values of its parameters, which begin with `q_`. */
export function conditionOf(
  query: Query,
  of: Expressions,
): { where: string; parameters: Record<string, string | number> } {
  const writer = new Writer(of);
  return { where: writer.write(query), parameters: writer.parameters };
}

class Writer {
  readonly parameters: Record<string, string | number> = {};
  private readonly of: Expressions;

  constructor(of: Expressions) {
    this.of = of;
  }

  /** A placeholder for a value. */
  private put(value: string | number, type: 'String' | 'Int64' | 'Float64'): string {
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
      const address = `toIPv6OrNull(${this.of.text('source_ip')})`;
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
    return `arrayFilter(e -> e NOT IN ('', 'null'), ${elements(values)})`;
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
          : ` OR (${isNumber} AND length(v) <= 15 AND toFloat64OrNull(v) = ${this.put(is.number, 'Float64')})`;
      return `if(startsWith(v, '"'), ${text} = ${given}, v = ${given}${number})`;
    }
    if ('like' in is) {
      const like = `LIKE ${this.like(is.like)}`;
      return `if(startsWith(v, '"'), ${text} ${like}, match(v, '^(-?[0-9]{1,15}|true|false)$') AND v ${like})`;
    }
    return `(${isNumber} AND ${this.within('toFloat64OrZero(v)', is, 'Float64')})`;
  }
}

/** What is no list stays as it is. */
const elements = (values: string) =>
  `arrayFlatten(arrayMap(e -> if(startsWith(trimLeft(e), '['), JSONExtractArrayRaw(e), [e]), ${values}))`;
