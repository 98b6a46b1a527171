import type { Api } from '../../api/client.ts';
import type { FacetValue, Histogram } from '../../api/types.ts';
import { type Totals, totalsOf } from '../../totals.ts';
import { resolveRange } from '../traces/view-state.ts';
import { type Failure, loadFailures } from './failures.ts';

export const RANGES = ['1d', '7d'] as const;
export type Range = (typeof RANGES)[number];

/** Bars at the most: a range touches one hour, or day, more than it is long. */
const BARS: Record<Range, number> = { '1d': 25, '7d': 8 };

export interface Traffic {
  histogram: Histogram;
  totals: Totals;
  sources: FacetValue[];
  users: FacetValue[];
  resourceTypes: FacetValue[];
  failures: Failure[];
}

export async function loadTraffic(api: Api, range: Range, signal: AbortSignal): Promise<Traffic> {
  const time = resolveRange(range, Date.now());
  const [histogram, sources, users, resourceTypes, failures] = await Promise.all([
    api.histogram({ ...time, buckets: BARS[range] }, signal),
    api.facet('service_type', time, signal),
    api.facet('user', time, signal),
    api.facet('resource_type', time, signal),
    loadFailures(api, time, signal),
  ]);
  return {
    histogram,
    totals: totalsOf(histogram),
    sources,
    users,
    resourceTypes,
    failures,
  };
}
