export { type Bucket, Buckets } from './buckets.ts';
