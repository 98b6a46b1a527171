import type { Trace } from '../../api/types.ts';

/** A member of requests whose value is another than before. */
export interface Change {
  /** `server.name`, `tags[0].key` */
  path: string;
  /** Undefined: no request had named it. */
  before: string | undefined;
  after: string;
}

/** Members of one request that are compared; what is larger than this is no setting. */
const MOST_MEMBERS = 500;

/**
 * What each operation on a resource asked to be other than the operations before it had.
 * @param traces oldest first
 * @returns by trace id; nothing for the first that names a value at all, and for what did not succeed
 */
export function changesOf(traces: readonly Trace[]): Map<string, Change[]> {
  const known = new Map<string, string>();
  const found = new Map<string, Change[]>();
  for (const { trace_id, trace_rating, request } of traces) {
    if (trace_rating !== 'normal') continue;
    const asked = membersOf(request);
    if (known.size > 0) {
      const changes = [...asked]
        .filter(([path, value]) => known.get(path) !== value)
        .map(([path, after]) => ({ path, before: known.get(path), after }));
      if (changes.length > 0) found.set(trace_id, changes);
    }
    for (const [path, value] of asked) known.set(path, value);
  }
  return found;
}

/** Values of a request body by their paths; none when it is no JSON object. */
export function membersOf(request: unknown): Map<string, string> {
  const members = new Map<string, string>();
  const walk = (path: string, value: unknown) => {
    if (members.size >= MOST_MEMBERS) return;
    if (value === null || typeof value !== 'object') {
      members.set(path, typeof value === 'string' ? value : JSON.stringify(value));
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(`${path}[${index}]`, item);
    } else {
      for (const [name, item] of Object.entries(value)) walk(path === '' ? name : `${path}.${name}`, item);
    }
  };
  const body = typeof request === 'string' ? parsed(request) : request;
  if (body !== null && typeof body === 'object') walk('', body);
  return members;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
