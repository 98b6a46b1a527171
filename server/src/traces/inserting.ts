import type { TraceStore } from './query.ts';

/** What the store knows a trace by. */
interface Known {
  projectId: string;
  traceId: string;
  time: number;
}

/** Of some traces those that the store does not have. */
export async function missingIn<Item extends Known>(
  store: Pick<TraceStore, 'known'>,
  traces: readonly Item[],
): Promise<Item[]> {
  const byProject = new Map<string, Item[]>();
  for (const trace of traces) {
    const some = byProject.get(trace.projectId);
    if (some) some.push(trace);
    else byProject.set(trace.projectId, [trace]);
  }
  const known = new Set<string>();
  for (const [projectId, some] of byProject) {
    const ids = some.map(({ traceId }) => traceId);
    let [from, to] = [Number.POSITIVE_INFINITY, 0];
    for (const { time } of some) [from, to] = [Math.min(from, time), Math.max(to, time)];
    for (const id of await store.known(projectId, ids, from, to)) known.add(projectId + id);
  }
  return traces.filter(({ projectId, traceId }) => !known.has(projectId + traceId));
}

export interface Insertion<Item> {
  insert: (traces: readonly Item[], token: string) => Promise<void>;
  /** Whether an error blames what was inserted. */
  blames: (error: unknown) => boolean;
  /** The store does not take this one. */
  refuse: (trace: Item, error: unknown) => void;
}

/** Inserts traces; what is refused is halved until the one that the store cannot take stands alone. */
export async function insertAll<Item>(
  traces: readonly Item[],
  token: string,
  insertion: Insertion<Item>,
): Promise<void> {
  const [first] = traces;
  if (first === undefined) return;
  try {
    await insertion.insert(traces, token);
  } catch (error) {
    if (!insertion.blames(error)) throw error;
    if (traces.length === 1) {
      insertion.refuse(first, error);
      return;
    }
    const half = traces.length >> 1;
    await insertAll(traces.slice(0, half), `${token}a`, insertion);
    await insertAll(traces.slice(half), `${token}b`, insertion);
  }
}
