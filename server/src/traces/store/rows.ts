import { membersOf } from '@opencts/client/json';
import { userOf } from '../line.ts';
import type { Members } from '../query.ts';
import type { Trace } from '../trace.ts';
import { COLUMNS, DERIVED } from './schema.ts';

/** A row as JSONEachRow gives it; absent text is empty, other absent values are null. */
export type Row = Record<string, string | number | boolean | null>;

const INSTANTS = new Set(['time', 'record_time']);

/** What a line of a list shows. */
const LINE = [
  'trace_id',
  'trace_name',
  'trace_rating',
  'trace_type',
  'service_type',
  'resource_type',
  'resource_name',
  'resource_id',
  'time',
  'user_name',
  'source_ip',
  'code',
];

const selectList = (names: string[]) =>
  names
    .map((name) => (INSTANTS.has(name) ? `toUnixTimestamp64Milli(${name}) AS ${name}_ms` : name))
    .join(', ');

/** The select list: columns of a trace, instants as epoch ms under names of their own. */
export const SELECTED: Record<Members, string> = {
  all: selectList(Object.keys(COLUMNS).filter((name) => !DERIVED.includes(name))),
  line: selectList(LINE),
};

const MEMBERS = Object.keys(COLUMNS).filter((name) => !DERIVED.includes(name) && name !== 'extra');
const COUNTS = new Set(['content_length', 'total_time']);

/** Whether a row is another one recorded again. */
export const isCopy = (row: Row, of: Row): boolean =>
  Object.keys(row).every((name) => name === 'record_time_ms' || row[name] === of[name]);

/** A trace as query answers give it: absent members left out, `user` an object, extra members back in place. */
export function toTrace(row: Row): Trace {
  const trace: Record<string, unknown> = {};
  for (const name of MEMBERS) {
    const value = INSTANTS.has(name) ? row[`${name}_ms`] : row[name];
    if (value === null || value === undefined) continue;
    if (name === 'user') {
      if (value !== '') trace.user = userOf(value);
    } else if (INSTANTS.has(name) || COUNTS.has(name)) {
      trace[name] = Number(value);
    } else if (value !== '' || (name === 'source_ip' && row.trace_type === 'SystemAction')) {
      trace[name] = value;
    }
  }
  if (row.user_name) trace.user = { name: row.user_name as string };
  // Spreading defines members even where their name is special, such as __proto__. What is known counts.
  return (row.extra ? { ...trace, ...membersOf(row.extra as string), ...trace } : trace) as Trace;
}
