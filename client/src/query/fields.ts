import type { JsonColumn, NumberColumn, TextColumn, TimeColumn } from './query.ts';

/** How the values of a field are read. */
export type Field =
  /** `words`: long texts, in which a value is looked for instead of being compared with the whole. */
  | { kind: 'text' | 'code' | 'rating' | 'address' | 'words'; columns: readonly TextColumn[] }
  | { kind: 'number'; column: NumberColumn }
  | { kind: 'time'; column: TimeColumn }
  | { kind: 'flag'; column: 'read_only' }
  | { kind: 'member'; column: JsonColumn; path: string[] };

interface Named {
  /** Its own name, as a trace has it. */
  name: string;
  /** Names beside it. */
  short: readonly string[];
  field: Field;
}

const text = (column: TextColumn, ...short: string[]): Named => ({
  name: column,
  short,
  field: { kind: 'text', columns: [column] },
});
const words = (column: TextColumn, ...short: string[]): Named => ({
  name: column,
  short,
  field: { kind: 'words', columns: [column] },
});

/** All fields that have a name of their own, in the order in which they are offered. */
export const FIELDS: readonly Named[] = [
  text('trace_name', 'name', 'operation'),
  text('service_type', 'source', 'service'),
  { name: 'user.name', short: ['user'], field: { kind: 'text', columns: ['user_name'] } },
  {
    name: 'user.access_key_id',
    short: ['key', 'access_key_id'],
    field: { kind: 'text', columns: ['access_key_id'] },
  },
  { name: 'source_ip', short: ['ip'], field: { kind: 'address', columns: ['source_ip'] } },
  { name: 'trace_rating', short: ['status', 'rating'], field: { kind: 'rating', columns: ['trace_rating'] } },
  { name: 'resource', short: [], field: { kind: 'text', columns: ['resource_name', 'resource_id'] } },
  text('resource_name'),
  text('resource_id'),
  text('resource_type', 'type'),
  { name: 'read_only', short: [], field: { kind: 'flag', column: 'read_only' } },
  { name: 'code', short: [], field: { kind: 'code', columns: ['code'] } },
  { name: 'time', short: [], field: { kind: 'time', column: 'time' } },
  words('request'),
  words('response'),
  words('message'),
  text('trace_id', 'id'),
  text('request_id'),
  text('trace_type'),
  text('event_type', 'family'),
  text('tracker_name', 'tracker'),
  words('user_agent', 'agent'),
  text('api_version'),
  text('operation_id'),
  words('location_info'),
  text('endpoint'),
  words('resource_url', 'url'),
  text('project_id', 'project'),
  text('domain_id', 'account'),
  text('resource_account_id'),
  text('enterprise_project_id', 'enterprise_project'),
  { name: 'record_time', short: [], field: { kind: 'time', column: 'record_time' } },
  { name: 'content_length', short: [], field: { kind: 'number', column: 'content_length' } },
  { name: 'total_time', short: [], field: { kind: 'number', column: 'total_time' } },
];

/** Fields into which a path leads: `request.server.name`. */
export const PARENTS: readonly JsonColumn[] = ['request', 'response', 'message', 'user', 'extra'];

/** Words that ask for what changes something, and what does not. */
export const WORDS: Readonly<Record<string, boolean>> = { write: false, read: true };

/** By which a query names a field. @param name its own one */
export const shortName = (name: string): string => FIELDS.find((one) => one.name === name)?.short[0] ?? name;

const BY_NAME = new Map(
  FIELDS.flatMap(({ name, short, field }) => [name, ...short].map((one) => [one, field])),
);
/** Members of `user` that have a name of their own in another place. */
const PLACED: Readonly<Record<string, Field | undefined>> = { user_name: BY_NAME.get('user') };

/** @param path names of members below it; names are not told apart by case */
export function fieldOf(name: string, path: readonly string[]): Field | undefined {
  const known = name.toLowerCase();
  if (path.length === 0) return BY_NAME.get(known);
  if (known === 'user' && path.length === 1) {
    const placed = BY_NAME.get(`user.${path[0]}`) ?? PLACED[path[0] ?? ''];
    if (placed) return placed;
  }
  const column = PARENTS.find((parent) => parent === known);
  return column && { kind: 'member', column, path: [...path] };
}

/** The names of all fields, short ones too. */
export const NAMES: readonly string[] = [...BY_NAME.keys()];

/** The name that was most likely meant, if one is near. @param path names of members below it */
export function likeliest(name: string, path: readonly string[]): string | undefined {
  const given = name.toLowerCase();
  let best: string | undefined;
  let least = Math.max(2, Math.ceil(given.length / 3)) + 1;
  for (const known of path.length > 0 ? PARENTS : NAMES) {
    const steps = known.startsWith(given) && given.length > 2 ? 1 : distance(given, known);
    if (steps < least) [best, least] = [known, steps];
  }
  return best && [best, ...path].join('.');
}

/** How many letters are to be added, left out or replaced. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
