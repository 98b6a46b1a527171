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
export type Digest = Answer<'/v3/{project_id}/archive/digests'>['digests'][number];
export type ArchiveSearch = Answer<'/v3/{project_id}/archive/searches/{search_id}'>;
export type PublicKey = Answer<'/v3/public-keys'>['public_keys'][number];
export type Buckets = Answer<'/v3/{project_id}/buckets'>;
export type BucketQuestion =
  paths['/v3/{project_id}/checkbucket']['post']['requestBody']['content']['application/json']['buckets'][number];
export type Key = Answer<'/v3/{project_id}/keys'>['keys'][number];
export type Operation = Answer<'/v3/{project_id}/operations/details'>['operations'][number];
export type TracedOperation = Answer<'/v3/{project_id}/traces/operations'>['operations'][number];
export type Notification =
  Answer<'/v3/{project_id}/notifications/{notification_type}'>['notifications'][number];
export type Topic = Answer<'/v2/{project_id}/notifications/topics'>['topics'][number];
export type TopicHealth = Answer<'/v3/{project_id}/smn/topics'>['topics'][number];
export type Subscriber = Answer<'/v3/{project_id}/smn/subscriptions'>['subscriptions'][number];
export type Attempt =
  Answer<'/v3/{project_id}/smn/subscriptions/{subscription_id}/attempts'>['attempts'][number];
export type DeadLetter = Answer<'/v3/{project_id}/smn/dead-letters'>['dead_letters'][number];
export type QuarantineQuery = NonNullable<paths['/v3/quarantine']['get']['parameters']['query']>;
export type Quarantined = Answer<'/v3/quarantine'>['traces'][number];
export type TraceStore = Answer<'/v3/trace-store'>;
export type Clock = Answer<'/v3/clock'>;
export type Follower = Quarantined['follower'];
type Body<Call> = Call extends { requestBody: { content: { 'application/json': infer Content } } }
  ? Content
  : never;
export type NewNotification = Body<paths['/v3/{project_id}/notifications']['post']>;
export type ChangedNotification = Body<paths['/v3/{project_id}/notifications']['put']>;
export type NotificationPreview = Body<paths['/v3/{project_id}/notifications/preview']['post']>;
type TrackerCall = paths['/v3/{project_id}/tracker']['put']['requestBody'];
export type TrackerRequest = NonNullable<TrackerCall>['content']['application/json'];
