import type { Api, Parameters } from '../../api/client.ts';
import { type Firsts, listFirsts } from '../../api/overview.ts';
import type { FacetValue, Histogram } from '../../api/types.ts';
import { type Totals, totalsOf } from '../../totals.ts';
import { type Failure, loadFailures } from '../overview/failures.ts';
import { type SignIns, signInsOf } from './sign-ins.ts';

/** What one user did in a time. */
export interface Work {
  histogram: Histogram;
  totals: Totals;
  signIns: SignIns;
  addresses: FacetValue[];
  /** Addresses never seen before the last day; undefined: there is nothing to compare with. */
  fresh: string[] | undefined;
  operations: FacetValue[];
  sources: FacetValue[];
  failures: Failure[];
}

/** @param query the user, the trace type and the time */
export async function loadWork(
  api: Api,
  query: Parameters,
  buckets: number,
  signal: AbortSignal,
): Promise<Work> {
  const [histogram, addresses, firsts, operations, sources, failures] = await Promise.all([
    api.histogram({ ...query, buckets }, signal),
    api.facet('source_ip', query, signal),
    listFirsts(api, signal, { trace_type: query.trace_type, user: query.user }),
    api.facet('trace_name', query, signal),
    api.facet('service_type', query, signal),
    loadFailures(api, query, signal),
  ]);
  return {
    histogram,
    totals: totalsOf(histogram),
    signIns: signInsOf(operations, failures),
    addresses,
    fresh: freshOf(firsts),
    operations,
    sources,
    failures,
  };
}

function freshOf({ history_from, since, source_ips }: Firsts): string[] | undefined {
  return history_from !== null && history_from < since ? source_ips.map(({ value }) => value) : undefined;
}
