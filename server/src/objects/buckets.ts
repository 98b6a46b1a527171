import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Database, Metadata } from '../metadata/index.ts';
import { type ObjectStore, ObjectStoreError } from './store.ts';

/** Object that shows whether a bucket can be written to; each trial has its own, since many go on at once. */
const trialKey = () => `opencts-write-test-${randomUUID()}`;
/**
 * How long somebody waits for an object store, in all: a request makes a bucket, tries it (once more with a
 * key), asks for its lock and removes it if that fails, which stays within 30 s.
 */
const CREATE_MS = 12_000;
const PATIENCE_MS = 5_000;
const UNDO_MS = 2_000;

export interface Bucket {
  name: string;
  domainId: string;
  region: string;
  /** Project that had it made, and decides how long its objects stay; null: it was there already. */
  projectId: string | null;
  /** Days that objects stay; 0: for good. */
  lifecycleDays: number;
}

/** Which bucket belongs to which account. Names are unique in the installation. */
export class Buckets {
  private readonly metadata: Metadata;
  private readonly objects: ObjectStore;
  private readonly clock: () => number;

  constructor(metadata: Metadata, objects: ObjectStore, clock: () => number) {
    this.metadata = metadata;
    this.objects = objects;
    this.clock = clock;
  }

  async find(name: string): Promise<Bucket | undefined> {
    const row = await this.metadata
      .selectFrom('buckets')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst();
    return row && bucketOf(row);
  }

  /** Buckets of an account, by name. */
  async list(domainId: string): Promise<Bucket[]> {
    const rows = await this.metadata
      .selectFrom('buckets')
      .selectAll()
      .where('domain_id', '=', domainId)
      .orderBy('name')
      .execute();
    return rows.map(bucketOf);
  }

  /**
   * Makes a bucket, whole or not at all. One that somebody else got meanwhile stays as it is.
   * @throws ObjectStoreError
   */
  async create(bucket: Bucket & { locking: boolean }): Promise<void> {
    const objects = this.objects.within(CREATE_MS);
    await objects.createBucket(bucket.name, bucket.region, { locking: bucket.locking });
    let isOurs: boolean;
    try {
      if (bucket.lifecycleDays > 0) await objects.setLifecycle(bucket.name, bucket.lifecycleDays);
      isOurs = await this.noteMade(bucket);
    } catch (error) {
      await this.objects
        .within(UNDO_MS)
        .removeBucket(bucket.name)
        .catch(() => undefined);
      throw error;
    }
    if (!isOurs) throw new ObjectStoreError('exists', `the bucket ${bucket.name} exists already`);
  }

  /** Removes a bucket that is forgotten; one that stays in the object store is noted again. @throws ObjectStoreError */
  async remove(bucket: Bucket): Promise<void> {
    try {
      await this.objects.within(UNDO_MS).removeBucket(bucket.name);
    } catch (error) {
      await this.note(bucket);
      throw error;
    }
  }

  /**
   * A bucket that lies in the object store and belongs to nobody yet becomes the account's that operates the
   * installation; other accounts have theirs made. Its lifecycle stays a matter of the object store.
   * @returns undefined when it is not there or not to be had
   */
  async adopt(
    name: string,
    { domainId, region }: Pick<Bucket, 'domainId' | 'region'>,
  ): Promise<Bucket | undefined> {
    const account = await this.metadata
      .selectFrom('domains')
      .select('operator')
      .where('id', '=', domainId)
      .executeTakeFirst();
    if (account?.operator !== 1) return undefined;
    const bucket = { name, domainId, region, projectId: null, lifecycleDays: 0 };
    try {
      await this.objects.within(PATIENCE_MS).checkBucket(bucket.name);
    } catch (error) {
      if (error instanceof ObjectStoreError && error.problem === 'no-bucket') return undefined;
      throw error;
    }
    await this.note(bucket);
    // Somebody may have been faster.
    return this.find(name);
  }

  /** Whether the object store encrypts with keys of its own. */
  get encryptByThemselves(): boolean {
    return this.objects.encryptsByItself;
  }

  /** Whether objects in a bucket can be locked. @throws ObjectStoreError */
  canLock(name: string): Promise<boolean> {
    return this.objects.within(PATIENCE_MS).canLock(name);
  }

  /**
   * Resolves when the bucket is fit for trace files: a small object can be put and is removed again.
   * @param encryptionKey of the store's own key management
   * @throws ObjectStoreError
   */
  async checkWritable(name: string, encryptionKey?: string): Promise<void> {
    const objects = this.objects.within(PATIENCE_MS);
    await objects.checkBucket(name);
    const body = Buffer.from('OpenCTS may write here.\n');
    const key = trialKey();
    const trial = { bucket: name, key, body, contentType: 'text/plain' };
    try {
      await objects.put({ ...trial, ...(encryptionKey ? { encryptionKey } : {}) });
    } finally {
      // Who may write need not be allowed to remove.
      await objects.remove(name, key).catch(() => undefined);
    }
  }

  async setLifecycle(name: string, days: number): Promise<void> {
    await this.objects.within(PATIENCE_MS).setLifecycle(name, days);
    await this.metadata
      .updateTable('buckets')
      .set({ lifecycle_days: days })
      .where('name', '=', name)
      .execute();
  }

  /** One that is noted already stays as it is. */
  private async note(bucket: Bucket): Promise<void> {
    await this.metadata
      .insertInto('buckets')
      .values({ ...rowOf(bucket), created_at: this.clock() })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
  }

  /**
   * Notes a bucket that was made just now. The account may have taken it for its own in between, as one that lay
   * there; it is the project's that made it.
   * @returns false when it is another's
   */
  private async noteMade(bucket: Bucket): Promise<boolean> {
    const { name: _, domain_id, ...rest } = rowOf(bucket);
    const { numInsertedOrUpdatedRows = 0n } = await this.metadata
      .insertInto('buckets')
      .values({ ...rowOf(bucket), created_at: this.clock() })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet(rest)
          .where('buckets.domain_id', '=', domain_id)
          .where('buckets.project_id', 'is', null),
      )
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows > 0n;
  }
}

const bucketOf = (row: Selectable<Database['buckets']>): Bucket => ({
  name: row.name,
  domainId: row.domain_id,
  region: row.region,
  projectId: row.project_id,
  lifecycleDays: row.lifecycle_days,
});

const rowOf = ({ name, domainId, region, projectId, lifecycleDays }: Bucket) => ({
  name,
  domain_id: domainId,
  region,
  project_id: projectId,
  lifecycle_days: lifecycleDays,
});
