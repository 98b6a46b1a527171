import { compacted, elementsIn, membersIn } from '@opencts/client/json';
import type { Trace } from '../../api/types.ts';
import { wordsOf } from '../../operation-words.ts';

/** A member of a request that is other than what the requests before had asked for. */
export type Change = { path: string } & (
  | { kind: 'named'; after: string }
  | { kind: 'changed'; before: string; after: string }
  | { kind: 'removed'; before: string }
  /** Its value is not recorded: whether it is another than before is not known. */
  | { kind: 'masked' }
);

/** Values of a request by their paths: `server.name`, `tags[0].key`; null takes a value away. */
export interface Members {
  values: Map<string, string | null>;
  /** Lengths of its lists. */
  lists: Map<string, number>;
  /** There are more members than are looked at. */
  cut: boolean;
}

/** Members of one request that are compared; what is larger than this is no setting. */
const MOST_MEMBERS = 500;
/** Operations that say the whole of what they name. A list of theirs replaces the one before; others add to it. */
const REPLACING = /^(update|modify|change|edit|set|put|replace|configure|reset)/i;

/** Operations that say what they look for, not what is to be. */
const READING = new Set(
  'check describe download get head list lookup query read search select show view'.split(' '),
);

const isRead = ({ read_only, trace_name }: Trace) => read_only ?? READING.has(wordsOf(trace_name).verb);

/** What stands where a secret was. */
export const isMasked = (value: string) => /^\*{4,}$/.test(value);

/**
 * What each operation on a resource asked to be other than the operations before it had.
 * @param traces oldest first
 * @returns by trace id; nothing for the first that names a value at all, for reads, and for what did not succeed
 */
export function changesOf(traces: readonly Trace[]): Map<string, Change[]> {
  const knownOf = new Map<string | undefined, Map<string, string>>();
  const found = new Map<string, Change[]>();
  for (const trace of traces) {
    const { trace_id, trace_name, trace_rating, request, event_type, resource_name } = trace;
    if (trace_rating !== 'normal' || isRead(trace)) continue;
    // One id is that of many objects where it is data, and of one resource, whatever its name, where it is not.
    const object = event_type === 'data' ? resource_name : undefined;
    const known = knownOf.get(object) ?? new Map<string, string>();
    knownOf.set(object, known);
    const asked = membersOf(request);
    const gone = removed(asked, known, REPLACING.test(trace_name));
    const changes = known.size > 0 ? [...compared(asked, known), ...gone] : [];
    if (changes.length > 0) found.set(trace_id, changes);
    for (const { path } of gone) known.delete(path);
    for (const [path, value] of asked.values) if (value !== null) known.set(path, value);
  }
  return found;
}

function compared({ values }: Members, known: ReadonlyMap<string, string>): Change[] {
  return [...values].flatMap(([path, after]): Change[] => {
    const before = known.get(path);
    if (after === null) return [];
    if (isMasked(after)) return [{ path, kind: 'masked' }];
    if (before === undefined) return [{ path, kind: 'named', after }];
    return before === after ? [] : [{ path, kind: 'changed', before, after }];
  });
}

/** A request that does not name a member leaves it as it is: only null and shorter lists take something away. */
function removed({ values, lists, cut }: Members, known: ReadonlyMap<string, string>, replacing: boolean) {
  const nulls = [...values].filter(([, value]) => value === null).map(([path]) => path);
  const ends = replacing && !cut ? [...lists] : [];
  const isGone = (path: string) =>
    nulls.some((taken) => path === taken || path.startsWith(`${taken}.`) || path.startsWith(`${taken}[`)) ||
    ends.some(
      ([list, length]) =>
        path.startsWith(`${list}[`) && Number.parseInt(path.slice(list.length + 1), 10) >= length,
    );
  return [...known]
    .filter(([path]) => isGone(path))
    .map(([path, before]) => ({ path, kind: 'removed' as const, before }));
}

/** Members of a request body, as they were written; none when it is no JSON object or list. */
export function membersOf(request: unknown): Members {
  const found: Members = { values: new Map(), lists: new Map(), cut: false };
  const walk = (path: string, value: string) => {
    if (found.values.size >= MOST_MEMBERS) {
      found.cut = true;
    } else if (value.startsWith('[')) {
      const items = elementsIn(value) ?? [];
      found.lists.set(path, items.length);
      for (const [index, item] of items.entries()) walk(`${path}[${index}]`, item);
    } else if (value.startsWith('{')) {
      for (const [name, values] of valuesIn(value)) {
        const inner = path === '' ? name : `${path}.${name}`;
        if (values.length === 1) walk(inner, values[0] as string);
        else found.values.set(inner, values.map(compacted).join(', '));
      }
    } else {
      found.values.set(path, said(value));
    }
  };
  const body = (typeof request === 'string' ? request : (JSON.stringify(request) ?? '')).trim();
  if (membersIn(body) ?? elementsIn(body)) walk('', body);
  return found;
}

/** Values of an object by their names; of one that is named again all. */
function valuesIn(object: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const { name, start, end } of membersIn(object) ?? []) {
    values.set(name, [...(values.get(name) ?? []), object.slice(start, end)]);
  }
  return values;
}

/** What a value says: text itself, others as they were written. */
function said(value: string): string | null {
  if (value === 'null') return null;
  return value.startsWith('"') ? (JSON.parse(value) as string) : value;
}
