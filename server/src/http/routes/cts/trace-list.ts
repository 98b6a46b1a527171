import { type Order, type TraceReader, UUID_PATTERN } from '../../../traces/index.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { filterOf, keyOf, markerOf, type TraceQuery } from '../../trace-query.ts';

const DAY = 86_400_000;
const UUID = new RegExp(UUID_PATTERN);

/** One page of a project's traces. @throws CtsError 400 CTS.0300 */
export async function listTraces(
  { clock, time, config }: Pick<ServerDeps, 'clock' | 'time' | 'config'>,
  reader: TraceReader,
  projectId: string,
  query: TraceQuery & { limit: number; next?: string; order?: Order },
) {
  if (query.trace_id) {
    const trace = UUID.test(query.trace_id)
      ? await reader.find(projectId, query.trace_id.toLowerCase())
      : null;
    return { traces: trace ? [trace] : [], meta_data: { count: trace ? 1 : 0, marker: null } };
  }
  const filter = filterOf(projectId, query, clock(), time.earliest() - config.retentionDays * DAY);
  if (query.limit === 0) return { traces: [], meta_data: { count: 0, marker: null } };
  const after = query.next ? await keyOf(query.next, projectId, reader) : undefined;
  const { traces, next } = await reader.page(filter, query.limit, after, 'all', query.order);
  return { traces, meta_data: { count: traces.length, marker: next ? markerOf(next) : null } };
}
