import { type Api as Calls, createApi, dataOf, type paths, tracesOf } from '@opencts/client/api';
import { HERE, headers, type Project } from './session.ts';
import type { AccountedHour, FacetValue, Histogram, TracePage, TraceParameters, Tracker } from './types.ts';

export { OpenCtsError as ApiError } from '@opencts/client/api';
export type Parameters = TraceParameters;
type ExportParameters = NonNullable<paths['/v3/{project_id}/traces/export']['get']['parameters']['query']>;
export type Facet = NonNullable<
  paths['/v3/{project_id}/traces/facets']['get']['parameters']['query']
>['field'];

/** Reads and changes one project. Every call rejects with ApiError; 401 means that the session is over. */
export class Api {
  /** Typed calls of every route. */
  readonly calls: Calls;
  /** The project in the path of a call. */
  readonly path: { project_id: string };

  constructor({ id }: Project) {
    this.path = { project_id: id };
    this.calls = createApi({ url: HERE, headers: { ...headers, 'x-project-id': id } });
  }

  traces(parameters: Parameters, signal?: AbortSignal): Promise<TracePage> {
    const params = { path: this.path, query: parameters };
    return tracesOf(dataOf(this.calls.GET('/v3/{project_id}/traces', { params, signal, parseAs: 'text' })));
  }

  histogram(parameters: Parameters & { buckets: number }, signal?: AbortSignal): Promise<Histogram> {
    const params = { path: this.path, query: parameters };
    return dataOf(this.calls.GET('/v3/{project_id}/traces/histogram', { params, signal }));
  }

  /** @param limit values at the most */
  async facet(
    field: Facet,
    parameters: Parameters,
    signal?: AbortSignal,
    limit = 500,
  ): Promise<FacetValue[]> {
    const params = { path: this.path, query: { ...parameters, field, limit } };
    return (await dataOf(this.calls.GET('/v3/{project_id}/traces/facets', { params, signal }))).values;
  }

  async accounting(from: number, to: number, signal?: AbortSignal): Promise<AccountedHour[]> {
    const params = { path: this.path, query: { from, to } };
    return (await dataOf(this.calls.GET('/v3/{project_id}/accounting', { params, signal }))).hours;
  }

  exportTraces(parameters: ExportParameters): Promise<Blob> {
    const params = { path: this.path, query: parameters };
    const call = this.calls.GET('/v3/{project_id}/traces/export', { params, parseAs: 'blob' });
    return dataOf(call) as Promise<Blob>;
  }

  /** The tracker that records what is done in the project; undefined: CTS is not enabled. */
  async managementTracker(signal?: AbortSignal): Promise<Tracker | undefined> {
    const params = { path: this.path, query: { tracker_type: 'system' } } as const;
    const { trackers } = await dataOf(this.calls.GET('/v3/{project_id}/trackers', { params, signal }));
    return trackers[0];
  }

  enable(): Promise<Tracker> {
    return dataOf(
      this.calls.POST('/v3/{project_id}/tracker', {
        params: { path: this.path },
        body: { tracker_type: 'system', tracker_name: 'system' },
      }),
    );
  }
}
