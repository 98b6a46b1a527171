import type { LogAnew } from '../evidence/index.ts';
import type { NamedKey } from '../kms/index.ts';
import type { Bucket } from '../objects/index.ts';
import type { OwnTrace } from './fit.ts';
import { hideAddress } from './hide-address.ts';

/** That a key is gone, as its owner scheduled. */
export const deletionOf = (key: NamedKey): OwnTrace => ({
  trace_name: 'deleteKey',
  trace_type: 'SystemAction',
  service_type: 'KMS',
  resource_type: 'CMK',
  resource_id: key.id,
  resource_name: key.alias,
  code: '204',
  message: 'deleted at the time that was scheduled',
});

/** That a subscriber was paused because it keeps failing, or answers again. */
export const pauseOf = (
  { urn, endpoint }: { urn: string; endpoint: string },
  paused: boolean,
  reason: string,
): OwnTrace => ({
  trace_name: paused ? 'pauseSubscription' : 'resumeSubscription',
  trace_type: 'SystemAction',
  trace_rating: paused ? 'warning' : 'normal',
  service_type: 'SMN',
  resource_type: 'subscription',
  resource_id: urn,
  resource_name: hideAddress(endpoint),
  message: reason,
  code: '200',
});

const OF_BUCKET = {
  trace_type: 'SystemAction',
  service_type: 'OBS',
  resource_type: 'bucket',
  code: '200',
} as const;

/** That the objects of a bucket stay for other days from now on, as was set at a tracker; 0: for good. */
export const lifecycleOf = (bucket: Bucket, days: number, tracker: string): OwnTrace => ({
  ...OF_BUCKET,
  trace_name: days === 0 ? 'deleteBucketLifecycle' : 'setBucketLifecycle',
  resource_id: bucket.name,
  resource_name: bucket.name,
  request: { body: { days, days_before: bucket.lifecycleDays } },
  message: `set at the tracker ${tracker}`,
});

/** That an account's evidence log begins anew: its metadata were restored, or somebody else wrote into the bucket. */
export const logAnewOf = ({ bucket, origin, earlier, published, known }: LogAnew): OwnTrace => ({
  trace_name: 'beginEvidenceLogAnew',
  trace_type: 'SystemAction',
  trace_rating: 'incident',
  service_type: 'CTS',
  resource_type: 'evidenceLog',
  resource_name: origin,
  request: { body: { bucket, earlier, published, known } },
  code: '200',
  message: `the log in the bucket ${bucket} is not the one that is known here: restored from an older backup, or written by somebody else`,
});

/** That objects which have had their time are removed from a bucket: all of them by key. */
export const expiryOf = (bucket: string, days: number, keys: readonly string[]): OwnTrace => ({
  ...OF_BUCKET,
  trace_name: 'deleteBucketdata',
  resource_id: bucket,
  resource_name: bucket,
  response: JSON.stringify({ removed: keys }),
  message: `${keys.length} objects that had stayed for the ${days} days of the lifecycle of the bucket`,
});
