import { type CtsError, ERRORS } from '../errors.ts';
import type { Metadata } from '../metadata/index.ts';
import { type Bucket, type Buckets, ObjectStoreError } from '../objects/index.ts';
import type { TrackerOwner } from './owner.ts';
import { readSettings } from './settings.ts';

/** How long the objects of a bucket stay from now on. */
export interface LifecycleChange {
  bucket: Bucket;
  /** 0: for good. */
  days: number;
  /** Project and tracker that it was set at. */
  projectId: string;
  tracker: string;
}

export interface LifecycleOptions {
  metadata: Metadata;
  buckets: Buckets;
  /** Makes a change, and records it; what cannot be recorded is not done. */
  onLifecycle: (change: LifecycleChange, work: () => Promise<void>) => Promise<unknown>;
}

/**
 * Sets how long the objects of a bucket stay. That is a matter of the project that had the bucket made, however
 * many others write into it; and nobody's files go sooner than they could count on.
 * @param tracker at which it is set; id absent: it is being made
 * @throws CtsError 400 CTS.0217, 403, 503
 */
export async function setLifecycle(
  { metadata, buckets, onLifecycle }: LifecycleOptions,
  owner: TrackerOwner,
  tracker: { id?: string; name: string },
  bucket: Bucket,
  days: number,
): Promise<void> {
  if (bucket.projectId !== owner.projectId) {
    throw refuse(bucket, days, 'only the project that had the bucket made sets how long its objects stay');
  }
  const shorter = days !== 0 && (bucket.lifecycleDays === 0 || days < bucket.lifecycleDays);
  if (shorter) {
    if (!owner.mayShortenLives) throw ERRORS.actionDenied('obs:bucket:PutLifecycleConfiguration');
    if (await isReliedOn(metadata, bucket, tracker.id)) {
      throw refuse(
        bucket,
        days,
        `files of other trackers lie there, which count on ${told(bucket.lifecycleDays)}`,
      );
    }
  }
  const change = { bucket, days, projectId: owner.projectId, tracker: tracker.name };
  await onLifecycle(change, () => buckets.setLifecycle(bucket.name, days)).catch((error) => {
    if (!(error instanceof ObjectStoreError)) throw error;
    if (error.problem === 'away') {
      throw ERRORS.unavailable(`the object store does not answer: ${error.message}`, 10);
    }
    throw refuse(bucket, days, error.message);
  });
}

/** Whether another tracker transfers into a bucket, or has done so: of whichever project. */
export async function isReliedOn(metadata: Metadata, { name }: Bucket, trackerId = ''): Promise<boolean> {
  const file = await metadata
    .selectFrom('trace_files')
    .select('key')
    .where('bucket', '=', name)
    .where('tracker_id', '!=', trackerId)
    .limit(1)
    .executeTakeFirst();
  if (file) return true;
  const trackers = await metadata
    .selectFrom('trackers')
    .select('settings')
    .where('id', '!=', trackerId)
    .execute();
  return trackers.some(({ settings }) => readSettings(settings).settings.bucket === name);
}

const told = (days: number) => (days === 0 ? 'staying for good' : `${days} days`);

function refuse({ name }: Bucket, days: number, reason: string): CtsError {
  return ERRORS.refused(
    'CTS.0217',
    'obs_info.bucket_lifecycle',
    `obs_info.bucket_lifecycle is ${days}, but the lifecycle of the bucket ${name} cannot be set: ${reason}`,
  );
}
