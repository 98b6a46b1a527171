import type { Api, Parameters } from '../../api/client.ts';
import type { FacetValue } from '../../api/types.ts';

export interface Failure extends FacetValue {
  rating: 'warning' | 'incident';
}

/** Operations that failed, those with grave consequences first. @param query of everything else */
export async function loadFailures(api: Api, query: Parameters, signal: AbortSignal): Promise<Failure[]> {
  const rated = async (rating: Failure['rating']): Promise<Failure[]> => {
    const values = await api.facet('trace_name', { ...query, trace_rating: rating }, signal);
    return values.map((value) => ({ ...value, rating }));
  };
  return (await Promise.all([rated('incident'), rated('warning')])).flat();
}
