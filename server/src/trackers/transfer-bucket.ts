import { ERRORS } from '../errors.ts';
import type { Keyring } from '../kms/index.ts';
import { ObjectStoreError } from '../objects/index.ts';
import { bucketExists, refuseBucket, refuseNewBucket } from './bucket-refusals.ts';
import { type LifecycleOptions, setLifecycle } from './lifecycle.ts';
import type { TrackerOwner } from './owner.ts';
import type { TrackerRequest } from './schema.ts';
import type { TrackerSettings } from './settings.ts';

export interface TransferBucketOptions extends LifecycleOptions {
  /** Keys of trace files, where the object store has none of its own. */
  keyring: Keyring;
}

/** The bucket that a tracker transfers to: whether it can take trace files as the tracker says. */
export class TransferBucket {
  private readonly options: TransferBucketOptions;

  constructor(options: TransferBucketOptions) {
    this.options = options;
  }

  /** @throws CtsError 400 when objects in the bucket cannot be locked, 503 */
  async checkLock(bucket: string, mode: string): Promise<void> {
    if (await this.options.buckets.canLock(bucket).catch(refuseBucket)) return;
    throw ERRORS.invalidBody(
      'obs_info.object_lock_mode',
      `obs_info.object_lock_mode is ${mode}, but objects in the bucket ${bucket} cannot be locked; that is decided when a bucket is made`,
    );
  }

  /**
   * A bucket that is there stays as it is while the tracker says what it said before; 0 is as the bucket has it.
   * @param said of this bucket before
   */
  async settleLifecycle(
    owner: TrackerOwner,
    tracker: { id?: string; name: string },
    { bucket: name, bucketLifecycle: days }: TrackerSettings,
    said: number,
  ): Promise<void> {
    if (days === said) return;
    const bucket = await this.options.buckets.find(name);
    if (!bucket || bucket.lifecycleDays === days) return;
    await setLifecycle(this.options, owner, tracker, bucket, days);
  }

  /** @throws CtsError 400 CTS.0222 when the keyring has no such key, or it is off */
  async checkKey({ projectId }: TrackerOwner, kmsId: string): Promise<void> {
    const { buckets, keyring } = this.options;
    const problem = buckets.encryptByThemselves ? undefined : await keyring.problem(projectId, kmsId);
    if (problem) throw ERRORS.keyUnusable(`kms_id is ${kmsId}, but this key ${problem}`);
  }

  /** @throws CtsError 400 when the object store cannot take trace files, 503 */
  async checkWritable({ bucket, isEncrypted, kmsId }: TrackerSettings): Promise<void> {
    const { buckets } = this.options;
    const key = isEncrypted && buckets.encryptByThemselves ? kmsId : undefined;
    await buckets.checkWritable(bucket).catch(refuseBucket);
    if (key === undefined) return;
    await buckets.checkWritable(bucket, key).catch((error) => {
      if (!(error instanceof ObjectStoreError)) throw error;
      if (error.problem === 'away') return refuseBucket(error);
      if (error.problem === 'unsupported') throw ERRORS.refused('CTS.0220', 'kms_id', error.message);
      throw ERRORS.keyUnusable(
        `kms_id is ${key}, but the object store does not encrypt with it: ${error.message}`,
      );
    });
  }

  /** The transfer bucket must be there, or is made when that is asked for. @returns whether it was made */
  async prepare(
    owner: TrackerOwner,
    { tracker_type: type, tracker_name: tracker }: TrackerRequest,
    settings: TrackerSettings,
  ): Promise<boolean> {
    const { buckets, onLifecycle } = this.options;
    const { bucket: name, isObsCreated, bucketLifecycle } = settings;
    const { domainId, region } = owner;
    const lifecycleDays = type === 'data' ? bucketLifecycle : 0;
    const bucket = { name, domainId, region, projectId: owner.projectId, lifecycleDays };
    const there = await buckets.find(name);
    if (!isObsCreated) {
      const usable = there ?? (await buckets.adopt(name, owner).catch(refuseBucket));
      if (usable?.domainId === domainId) return false;
      throw ERRORS.refused(
        'CTS.0211',
        'obs_info.bucket_name',
        `obs_info.bucket_name is ${name}, but there is no such bucket in your account; make it in the form of the tracker or by "opencts buckets create ${name}", or set is_obs_created to have it made`,
      );
    }
    if (there) throw bucketExists('obs_info.bucket_name', name);
    const locking = settings.lock !== undefined;
    const create = () => buckets.create({ ...bucket, locking });
    const change = { bucket: { ...bucket, lifecycleDays: 0 }, days: lifecycleDays, tracker };
    const made =
      lifecycleDays === 0 ? create() : onLifecycle({ ...change, projectId: owner.projectId }, create);
    await made.catch((error) => refuseNewBucket(error, 'obs_info.bucket_name', name));
    return true;
  }
}
