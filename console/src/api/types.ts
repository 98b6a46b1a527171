import type { paths } from '@opencts/client/api';

/** What a GET of the service answers, by its OpenAPI document. */
export type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

export type TracePage = Answer<'/v3/{project_id}/traces'>;
export type Trace = TracePage['traces'][number];
export type Histogram = Answer<'/v3/{project_id}/traces/histogram'>;
export type Bucket = Histogram['buckets'][number];
export type FacetValue = Answer<'/v3/{project_id}/traces/facets'>['values'][number];
export type AccountedHour = Answer<'/v3/{project_id}/accounting'>['hours'][number];
export type Tracker = Answer<'/v3/{project_id}/trackers'>['trackers'][number];
export type TraceParameters = NonNullable<paths['/v3/{project_id}/traces']['get']['parameters']['query']>;

export type ArchiveFolder = Answer<'/v3/{project_id}/archive'>['folders'][number];
export type ArchiveFile = Answer<'/v3/{project_id}/archive'>['files'][number];
export type ArchiveSearch = Answer<'/v3/{project_id}/archive/searches/{search_id}'>;
export type PublicKey = Answer<'/v3/public-keys'>['public_keys'][number];
export type Buckets = Answer<'/v3/{project_id}/buckets'>;
export type Key = Answer<'/v3/{project_id}/keys'>['keys'][number];
type TrackerCall = paths['/v3/{project_id}/tracker']['put']['requestBody'];
export type TrackerRequest = NonNullable<TrackerCall>['content']['application/json'];
