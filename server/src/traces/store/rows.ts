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

const PLAIN = Object.keys(COLUMNS).filter(
  (name) => !DERIVED.has(name) && !INSTANTS.has(name) && name !== 'user' && name !== 'extra',
);

/** A trace as query answers give it: absent members left out, `user` an object, extra members back in place. */
export function toTrace(row: Row): Trace {
  const trace: Record<string, unknown> = {
    time: Number(row.time_ms),
    record_time: Number(row.record_time_ms),
  };
  for (const name of PLAIN) {
    const value = row[name];
    if (value === null || value === undefined || value === '') continue;
    trace[name] = name === 'content_length' || name === 'total_time' ? Number(value) : value;
  }
  if (row.trace_type === 'SystemAction') trace.source_ip ??= '';
  if (row.user) trace.user = JSON.parse(row.user as string) as TraceUser;
  // Spreading defines members even where their name is special, such as __proto__.
  return (row.extra ? { ...trace, ...(JSON.parse(row.extra as string) as object) } : trace) as Trace;
}
