export { bucketAddress } from './address.ts';
export { type Bucket, Buckets } from './buckets.ts';
export { DirectoryStore, isObjectKey } from './directory.ts';
export { openS3, type S3Options } from './s3.ts';
export { storeOfAws, storeOfSettings } from './settings.ts';
export {
  type Listing,
  type ListOptions,
  type NewObject,
  type ObjectHead,
  type ObjectLock,
  type ObjectProblem,
  type ObjectStore,
  ObjectStoreError,
  type RefusalReason,
  type StreamedObject,
} from './store.ts';
export { objectBytes } from './whole-object.ts';
