export { bucketExists, refuseNewBucket } from './bucket-refusals.ts';
export { Configurations, readConfiguration } from './configurations.ts';
export type { LifecycleChange } from './lifecycle.ts';
export { MOST_BUCKETS, MOST_DATA_TRACKERS } from './limits.ts';
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
export {
  type StoredTracker,
  type TrackerOwner,
  Trackers,
  type Transfer,
  toAnswer,
} from './trackers.ts';
