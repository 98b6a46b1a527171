import { elementsIn, membersIn } from '@opencts/client/json';
import {
  addressOf,
  hexOf,
  type JsonColumn,
  lower,
  type MemberTest,
  type Pattern,
  type Query,
  type TextColumn,
  type TextTest,
} from '@opencts/client/query';
import type { TraceLine } from '../../traces/index.ts';
import { ALL_COLUMNS } from '../columns.ts';
import { expressionOf } from '../words.ts';

/** What a query means, said in other words than for the trace store: a test of one trace. */
export function compiled(query: Query): (line: TraceLine) => boolean {
  if ('all' in query) {
    const tests = query.all.map(compiled);
    return (line) => tests.every((test) => test(line));
  }
  if ('any' in query) {
    const tests = query.any.map(compiled);
    return (line) => tests.some((test) => test(line));
  }
  if ('not' in query) {
    const test = compiled(query.not);
    return (line) => !test(line);
  }
  if ('words' in query) {
    const expression = new RegExp(expressionOf(query.words, 'u'), 'u');
    return (line) => expression.test(lower(allText(line)));
  }
  if ('member' in query) {
    const { column, path } = query.member;
    return (line) => valuesAt(line, column, path).some((value) => isMember(value, query.is));
  }
  if ('network' in query) {
    const { first, last } = query.network;
    return ({ source_ip = '' }) => {
      const address = addressOf(source_ip);
      const hex = address === undefined ? '' : hexOf(address);
      return first <= hex && hex <= last;
    };
  }
  switch (query.column) {
    case 'read_only':
      return 'equals' in query
        ? ({ read_only }) => read_only === query.equals
        : ({ read_only }) => read_only !== undefined;
    case 'time':
    case 'record_time':
    case 'content_length':
    case 'total_time': {
      const { column, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
      return (line) => {
        const value = line[column];
        return value !== undefined && from <= value && value <= to;
      };
    }
  }
  const test = textTest(query.is);
  return (line) => test(textOf(line, query.column));
}

const CODE = /^[0-9]{1,15}$/;

function textTest(is: TextTest): (text: string) => boolean {
  if ('equals' in is) return (text) => lower(text) === is.equals;
  if ('like' in is) return (text) => isLike(lower(text), is.like);
  if ('exists' in is) return (text) => text !== '';
  if ('words' in is) {
    const expression = new RegExp(expressionOf(is.words, 'u'), 'u');
    return (text) => expression.test(lower(text));
  }
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = is;
  return (text) => CODE.test(text) && from <= Number(text) && Number(text) <= to;
}

function textOf(line: TraceLine, column: TextColumn): string {
  if (column === 'user_name') return userMember(line, 'name');
  if (column === 'access_key_id') return userMember(line, 'access_key_id');
  return String(line[column] ?? '');
}

function userMember({ user }: TraceLine, name: string): string {
  const value = user === undefined ? undefined : membersIn(user)?.find((member) => member.name === name);
  const text = value && user?.slice(value.start, value.end);
  return text?.startsWith('"') ? (JSON.parse(text) as string) : '';
}

function allText(line: TraceLine): string {
  return ALL_COLUMNS.map((column) => line[column] ?? '').join('\n');
}

/** JSON texts of what a path leads to, through lists as well; of lists their elements. */
function valuesAt(line: TraceLine, column: JsonColumn, path: readonly string[]): string[] {
  const text = line[column];
  if (typeof text !== 'string') return [];
  let values = [text];
  for (const name of path) {
    values = values.flatMap(elements).flatMap((value) => {
      const member = membersIn(value)?.find((one) => one.name === name);
      return member ? [value.slice(member.start, member.end)] : [];
    });
  }
  return values.flatMap(elements).filter((value) => value !== 'null');
}

const elements = (text: string) => (text.trimStart().startsWith('[') ? (elementsIn(text) ?? []) : [text]);

function isMember(json: string, is: MemberTest): boolean {
  if ('exists' in is) return true;
  if (json.startsWith('"')) {
    const text = lower(JSON.parse(json) as string);
    return 'equals' in is ? text === is.equals : 'like' in is && isLike(text, is.like);
  }
  if ('equals' in is)
    return (
      json === is.equals ||
      (is.number !== undefined && isNumber(json) && json.length <= 15 && Number(json) === is.number)
    );
  if ('like' in is) return /^(?:-?[0-9]{1,15}|true|false)$/.test(json) && isLike(json, is.like);
  if (!isNumber(json)) return false;
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = is;
  return from <= Number(json) && Number(json) <= to;
}

const isNumber = (json: string) => /^[-0-9]/.test(json);

/** Whether a text, in lower case, has the parts of a pattern one after the other, from its beginning to its end. */
function isLike(text: string, pattern: Pattern): boolean {
  const [first = '', ...others] = pattern;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
}
