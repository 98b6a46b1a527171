import type { Trace, TraceUser } from '../trace.ts';
import { COLUMNS } from './schema.ts';

/** A row as JSONEachRow gives it; absent text is empty, other absent values are null. */
export type Row = Record<string, string | number | boolean | null>;

const DERIVED = new Set(['user_name', 'access_key_id']);
const INSTANTS = new Set(['time', 'record_time']);

/** The select list: every column of a trace, instants as epoch ms under names of their own. */
export const SELECTED = Object.keys(COLUMNS)
  .filter((name) => !DERIVED.has(name))
  .map((name) => (INSTANTS.has(name) ? `toUnixTimestamp64Milli(${name}) AS ${name}_ms` : name))
  .join(', ');

const MEMBERS = Object.keys(COLUMNS).filter((name) => !DERIVED.has(name) && name !== 'extra');
const COUNTS = new Set(['content_length', 'total_time']);

/** A trace as query answers give it: absent members left out, `user` an object, extra members back in place. */
export function toTrace(row: Row): Trace {
  const trace: Record<string, unknown> = {};
  for (const name of MEMBERS) {
    const value = INSTANTS.has(name) ? row[`${name}_ms`] : row[name];
    if (value === null || value === undefined) continue;
    if (name === 'user') {
      if (value !== '') trace.user = JSON.parse(value as string) as TraceUser;
    } else if (INSTANTS.has(name) || COUNTS.has(name)) {
      trace[name] = Number(value);
    } else if (value !== '' || (name === 'source_ip' && row.trace_type === 'SystemAction')) {
      trace[name] = value;
    }
  }
  // Spreading defines members even where their name is special, such as __proto__.
  return (row.extra ? { ...trace, ...(JSON.parse(row.extra as string) as object) } : trace) as Trace;
}
