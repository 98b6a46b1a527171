import { dataOf } from '@opencts/client/api';
import type { Api } from './client.ts';
import type { BucketQuestion, Tracker, TrackerRequest } from './types.ts';

export const listTrackers = async ({ calls, path }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/{project_id}/trackers', { params: { path }, signal }))).trackers;

export const createTracker = ({ calls, path }: Api, body: TrackerRequest) =>
  dataOf(calls.POST('/v3/{project_id}/tracker', { params: { path }, body }));

export const updateTracker = ({ calls, path }: Api, body: TrackerRequest) =>
  dataOf(calls.PUT('/v3/{project_id}/tracker', { params: { path }, body }));

export const removeTracker = ({ calls, path }: Api, { tracker_type, tracker_name }: Tracker) =>
  calls.DELETE('/v3/{project_id}/trackers', {
    params: { path, query: { tracker_type, tracker_name } },
  });

/** @returns why trace files could not be written to the bucket; nothing when they can */
export async function checkBucket({ calls, path }: Api, bucket: BucketQuestion): Promise<string | undefined> {
  const body = { buckets: [bucket] };
  const answer = await dataOf(calls.POST('/v3/{project_id}/checkbucket', { params: { path }, body }));
  const verdict = answer.buckets[0]?.check_bucket_response;
  return verdict?.success ? undefined : (verdict?.error_message ?? '');
}

export const listBuckets = ({ calls, path }: Api, signal?: AbortSignal) =>
  dataOf(calls.GET('/v3/{project_id}/buckets', { params: { path }, signal }));

export const createBucket = ({ calls, path }: Api, body: { bucket_name: string; locking: boolean }) =>
  dataOf(calls.POST('/v3/{project_id}/buckets', { params: { path }, body }));
