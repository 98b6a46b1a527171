import type { Api, Parameters } from '../../api/client.ts';
import type { FacetValue, Trace } from '../../api/types.ts';
import { totalsOf } from '../../totals.ts';
import { lifeOf } from './life.ts';

/** What is known of a resource's last days, whatever of it is loaded. */
export interface Summary {
  operations: number;
  failed: number;
  first: Trace | undefined;
  last: Trace | undefined;
  created: Trace | undefined;
  deleted: Trace | undefined;
  /** Busiest first. */
  operators: FacetValue[];
}

/** Traces of one millisecond that are looked through; the page's limit. */
const AT_ONCE = 200;

/** @param query the resource and the time */
export async function loadSummary(
  api: Api,
  query: Parameters & { from: number; to: number },
  signal: AbortSignal,
): Promise<Summary> {
  const [histogram, names, succeeded, types, operators] = await Promise.all([
    api.histogram({ ...query, buckets: 7 }, signal),
    api.facet('trace_name', query, signal),
    api.facet('trace_name', { ...query, trace_rating: 'normal' }, signal),
    api.facet('resource_type', query, signal),
    api.facet('user', query, signal),
  ]);
  const at = async (time: number | undefined, filter: Parameters = {}) => {
    if (time === undefined || !Number.isFinite(time)) return [];
    const moment = { from: time - 1, to: time + 1, limit: AT_ONCE };
    return (await api.traces({ ...query, ...filter, ...moment }, signal)).traces;
  };
  // All objects of a bucket together are neither made nor unmade.
  const ofMany = query.trace_type === 'data' && !query.resource_name;
  const { created, deleted } = lifeOf(ofMany ? [] : succeeded, types[0]?.value ?? '');
  const [first, last, making, ending] = await Promise.all([
    at(Math.min(...names.map(({ first_time }) => first_time))),
    at(Math.max(...names.map(({ last_time }) => last_time))),
    at(created?.time, { trace_name: created?.name, trace_rating: 'normal' }),
    at(deleted?.time, { trace_name: deleted?.name, trace_rating: 'normal' }),
  ]);
  const { all, warning, incident } = totalsOf(histogram);
  return {
    operations: all,
    failed: warning + incident,
    first: first.at(-1),
    last: last[0],
    created: making.at(-1),
    deleted: ending[0],
    operators,
  };
}
