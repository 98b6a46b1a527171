import type { Order, TraceReader } from '../../../traces/index.ts';
import { type Asking, askedFor } from '../../asked.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { isTraceId, keyOf, markerOf } from '../../trace-query.ts';

/** One page of traces. @throws CtsError 400 CTS.0300 */
export async function listTraces(
  deps: Pick<ServerDeps, 'iam' | 'clock' | 'time' | 'config'>,
  reader: TraceReader,
  asking: Asking & { query: { limit: number; next?: string; order?: Order } },
) {
  const { query, params } = asking;
  const projectId = params.project_id;
  if (query.trace_id) {
    const trace = isTraceId(query.trace_id)
      ? await reader.find(projectId, query.trace_id.toLowerCase())
      : null;
    return { traces: trace ? [trace] : [], meta_data: { count: trace ? 1 : 0, marker: null } };
  }
  const filter = await askedFor(deps, asking);
  if (query.limit === 0) return { traces: [], meta_data: { count: 0, marker: null } };
  const after = query.next ? await keyOf(query.next, projectId, reader) : undefined;
  const { traces, next } = await reader.page(filter, query.limit, after, 'all', query.order);
  return { traces, meta_data: { count: traces.length, marker: next ? markerOf(next) : null } };
}
