export { toAnswer } from './answer.ts';
export { bucketExists, refuseNewBucket } from './bucket-refusals.ts';
export { Configurations, readConfiguration } from './configurations.ts';
export type { LifecycleChange } from './lifecycle.ts';
export { MOST_BUCKETS, MOST_DATA_TRACKERS } from './limits.ts';
export type { TrackerOwner } from './owner.ts';
export { Recording } from './recording.ts';
export {
  BUCKET_NAME,
  BUCKET_RULE,
  Configuration,
  MANAGEMENT_TRACKER,
  ObsInfo,
  Tag,
  Tracker,
  TrackerRequest,
} from './schema.ts';
export { readSettings as readTracker } from './settings.ts';
export type { StoredTracker } from './stored-tracker.ts';
export { Trackers } from './trackers.ts';
export type { Transfer } from './transfer.ts';
