import { membersIn } from '@opencts/client/json';
import {
  addressOf,
  hexOf,
  type JsonColumn,
  lower,
  type Query,
  type TextColumn,
  type TextTest,
} from '@opencts/client/query';
import type { Line } from './columns.ts';
import { MemberScan } from './member-scan.ts';
import { PatternScan } from './pattern-scan.ts';
import type { Steps } from './steps.ts';
import { TextScan } from './text-scan.ts';
import { isWithin } from './values.ts';

/** Whether a query finds a trace. */
export type Test = (trace: Asked) => boolean;

/** What it takes to know: a look at single columns, reading JSON, reading all text; the more, the later. */
const COST = { columns: 0, members: 1, text: 2 };
interface Part {
  test: Test;
  cost: number;
}

/**
 * Queries that are asked of the same traces one by one, in memory. Whatever they are and whatever a trace says, its
 * text is read at most once for all of them, and only if one of them depends on it.
 */
export class Queries {
  /** How much was looked at so far: numbers of a table, tokens, and comparisons. */
  readonly steps: Steps = { taken: 0 };
  private readonly text = new TextScan(this.steps);
  private readonly members = new Map<JsonColumn, MemberScan>();
  private readonly patterns = new Map<TextColumn, PatternScan>();

  add(query: Query): Test {
    return this.part(query).test;
  }

  /** A trace, of which the tests of these queries can be made. */
  of(line: Line): Asked {
    return new Asked(line, this.text, this.members, this.patterns);
  }

  private part(query: Query): Part {
    if ('all' in query) {
      const { tests, cost } = this.parts(query.all);
      return { test: (trace) => tests.every((test) => test(trace)), cost };
    }
    if ('any' in query) {
      const { tests, cost } = this.parts(query.any);
      return { test: (trace) => tests.some((test) => test(trace)), cost };
    }
    if ('not' in query) {
      const { test, cost } = this.part(query.not);
      return { test: (trace) => !test(trace), cost };
    }
    if ('words' in query) {
      const index = this.text.add(query.words);
      return { test: (trace) => trace.hasWords(index), cost: COST.text };
    }
    if ('member' in query) {
      const { column, path } = query.member;
      const scan = this.members.get(column) ?? new MemberScan(this.steps);
      this.members.set(column, scan);
      const numbers = scan.add(path, query.is);
      return { test: (trace) => trace.hasMember(column, numbers), cost: COST.members };
    }
    if ('is' in query) {
      const { column, is } = query;
      if ('words' in is) {
        const index = this.text.add(is.words, column);
        return { test: (trace) => trace.hasWords(index), cost: COST.text };
      }
      if ('like' in is) {
        const patterns = this.patterns.get(column) ?? new PatternScan(this.steps);
        this.patterns.set(column, patterns);
        const index = patterns.add(is.like);
        return { test: (trace) => trace.isLike(column, index), cost: COST.columns };
      }
      return { test: textTest(column, is), cost: COST.columns };
    }
    return { test: columnTest(query), cost: COST.columns };
  }

  /** What is known cheaply comes first: often it decides. */
  private parts(queries: readonly Query[]): { tests: Test[]; cost: number } {
    const parts = queries.map((query) => this.part(query)).sort((a, b) => a.cost - b.cost);
    return { tests: parts.map(({ test }) => test), cost: parts.at(-1)?.cost ?? COST.columns };
  }
}

type TextColumnTest = Exclude<TextTest, { words: unknown } | { like: unknown }>;
type ColumnQuery = Exclude<Extract<Query, { column: string }>, { is: TextTest }>;

function columnTest(query: ColumnQuery): Test {
  if ('network' in query) {
    const { first, last } = query.network;
    return ({ address }) => first <= address && address <= last;
  }
  const { column } = query;
  if (column === 'read_only') {
    return 'equals' in query
      ? ({ line }) => line.read_only === query.equals
      : ({ line }) => line.read_only !== undefined;
  }
  return ({ line }) => {
    const value = line[column];
    return value !== undefined && isWithin(value, query);
  };
}

const CODE = /^[0-9]{1,15}$/;

function textTest(column: TextColumn, is: TextColumnTest): Test {
  if ('equals' in is) return (trace) => trace.lower(column) === is.equals;
  if ('exists' in is) return (trace) => trace.text(column) !== '';
  return (trace) => {
    const text = trace.text(column);
    return CODE.test(text) && isWithin(Number(text), is);
  };
}

/** A trace that is asked about: what is read of it is kept for the next test. */
export class Asked {
  readonly line: Line;
  private readonly scan: TextScan;
  private readonly scans: ReadonlyMap<JsonColumn, MemberScan>;
  private readonly patterns: ReadonlyMap<TextColumn, PatternScan>;
  private readonly lowered = new Map<TextColumn, string>();
  private readonly likes = new Map<TextColumn, readonly number[]>();
  private readonly members = new Map<JsonColumn, Set<number>>();
  private words: boolean[] | undefined;
  private user: { name: string; key: string } | undefined;
  private hex: string | undefined;

  constructor(
    line: Line,
    scan: TextScan,
    scans: ReadonlyMap<JsonColumn, MemberScan>,
    patterns: ReadonlyMap<TextColumn, PatternScan>,
  ) {
    this.line = line;
    this.patterns = patterns;
    this.scan = scan;
    this.scans = scans;
  }

  hasWords(index: number): boolean {
    this.words ??= this.scan.find(this.line);
    return this.words[index] === true;
  }

  /** Whether one of some tests of members holds. */
  hasMember(column: JsonColumn, numbers: readonly number[]): boolean {
    let found = this.members.get(column);
    if (!found) {
      const text = this.line[column];
      found = (typeof text === 'string' && this.scans.get(column)?.find(text)) || new Set();
      this.members.set(column, found);
    }
    return numbers.some((number) => found.has(number));
  }

  /** Whether the text of a column is one of its patterns. */
  isLike(column: TextColumn, index: number): boolean {
    const found = this.likes.get(column) ?? this.patterns.get(column)?.find(this.text(column)) ?? [];
    this.likes.set(column, found);
    return found.includes(index);
  }

  /** The text of a column; empty: it has none. */
  text(column: TextColumn): string {
    if (column === 'user_name' || column === 'access_key_id') {
      this.user ??= userIn(this.line.user);
      return column === 'user_name' ? this.user.name : this.user.key;
    }
    return String(this.line[column] ?? '');
  }

  lower(column: TextColumn): string {
    const text = this.lowered.get(column) ?? lower(this.text(column));
    this.lowered.set(column, text);
    return text;
  }

  /** The source address in hexadecimal digits; empty: there is none. */
  get address(): string {
    if (this.hex === undefined) {
      const address = addressOf(this.text('source_ip'));
      this.hex = address === undefined ? '' : hexOf(address);
    }
    return this.hex;
  }
}

function userIn(user: string | undefined): { name: string; key: string } {
  const members = user === undefined ? [] : (membersIn(user) ?? []);
  const text = (wanted: string) => {
    const member = members.find(({ name }) => name === wanted);
    const json = member && user?.slice(member.start, member.end);
    return json?.startsWith('"') ? (JSON.parse(json) as string) : '';
  };
  return { name: text('name'), key: text('access_key_id') };
}
