import { elementsIn, membersIn } from '@opencts/client/json';
import {
  addressOf,
  hexOf,
  type JsonColumn,
  lower,
  type MemberTest,
  type Query,
  type TextColumn,
  type TextTest,
} from '@opencts/client/query';
import { ALL_COLUMNS, type Line } from './columns.ts';
import { expressionOf, isLike } from './words.ts';

/** Whether a trace, as it is journalled, is one of those that are meant. */
export type Matcher = (line: Line) => boolean;

/** A query as a test of one trace; it means what `conditionOf` makes of it for the trace store. */
export function compiled(query: Query): Matcher {
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

function textOf(line: Line, column: TextColumn): string {
  if (column === 'user_name') return userMember(line, 'name');
  if (column === 'access_key_id') return userMember(line, 'access_key_id');
  return String(line[column] ?? '');
}

function userMember({ user }: Line, name: string): string {
  const value = user === undefined ? undefined : membersIn(user)?.find((member) => member.name === name);
  const text = value && user?.slice(value.start, value.end);
  return text?.startsWith('"') ? (JSON.parse(text) as string) : '';
}

function allText(line: Line): string {
  return ALL_COLUMNS.map((column) => line[column] ?? '').join('\n');
}

/** JSON texts of what a path leads to, through lists as well; of lists their elements. */
function valuesAt(line: Line, column: JsonColumn, path: readonly string[]): string[] {
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
    return json === is.equals || (is.number !== undefined && isNumber(json) && Number(json) === is.number);
  if ('like' in is || !isNumber(json)) return false;
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = is;
  return from <= Number(json) && Number(json) <= to;
}

const isNumber = (json: string) => /^[-0-9]/.test(json);
