import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { ERRORS } from '../errors.ts';
import type { Metadata } from '../metadata/index.ts';
import { removeMadeInVain } from './in-vain.ts';
import { withKeyTrouble } from './key-trouble.ts';
import { merge } from './merge.ts';
import type { TrackerOwner } from './owner.ts';
import {
  alsoListed,
  checkDataBucket,
  checkEvents,
  checkListed,
  checkName,
  checkRoom,
  checkTogether,
} from './rules.ts';
import type { TrackerRequest } from './schema.ts';
import { DEFAULTS, type TrackerSettings } from './settings.ts';
import { type StoredTracker, toTracker, valuesOf } from './stored-tracker.ts';
import { TrackerTags } from './tags.ts';
import { projectOf, type Rerouted, type Transfer } from './transfer.ts';
import { TransferBucket, type TransferBucketOptions } from './transfer-bucket.ts';

export interface TrackersOptions extends TransferBucketOptions {
  clock: () => number;
  /** What a tracker transfers, and where to, changes in this transaction. */
  rerouting: (transaction: Metadata, change: Rerouted) => Promise<void>;
  /** Stores a tracker of which the traces of the list go to the bucket, too. @throws CtsError when they cannot */
  withListed: <Result>(
    tracker: { projectId: string; name: string },
    bucket: string,
    store: () => Promise<Result>,
  ) => Promise<Result>;
  /** What is recorded has changed. */
  changed: () => Promise<void>;
}

/** The trackers of all projects: what is recorded, and where it is transferred to. */
export class Trackers {
  readonly tags: TrackerTags;
  private readonly options: TrackersOptions;
  private readonly bucket: TransferBucket;

  constructor(options: TrackersOptions) {
    this.options = options;
    this.tags = new TrackerTags(options.metadata);
    this.bucket = new TransferBucket(options);
  }

  async list(projectId: string): Promise<StoredTracker[]> {
    const rows = await this.options.metadata
      .selectFrom('trackers')
      .leftJoin('deliveries', 'deliveries.tracker_id', 'trackers.id')
      .leftJoin('listed_jobs', 'listed_jobs.tracker_id', 'trackers.id')
      .selectAll('trackers')
      .select(['deliveries.detail', 'deliveries.message'])
      .select([
        'listed_jobs.state as listed_state',
        'listed_jobs.bucket as listed_bucket',
        'listed_jobs.total as listed_total',
        'listed_jobs.traces as listed_written',
        'listed_jobs.message as listed_message',
      ])
      .select(({ selectFrom }) =>
        selectFrom('trace_files')
          .select(({ fn }) => fn.max('delivered_at').as('at'))
          // The greatest of all values is one that is no number, or no time.
          .where(sql`typeof(delivered_at)`, '=', 'integer')
          .where('delivered_at', '<=', Number.MAX_SAFE_INTEGER)
          .whereRef('trace_files.tracker_id', '=', 'trackers.id')
          .as('transferred_at'),
      )
      .where('trackers.project_id', '=', projectId)
      .orderBy('trackers.created_at')
      .orderBy('trackers.id')
      .execute();
    return withKeyTrouble(this.options, projectId, rows.map(toTracker));
  }

  /** All trackers that have a bucket, of all projects. */
  async transfers(): Promise<Transfer[]> {
    const rows = await this.options.metadata
      .selectFrom('trackers')
      .innerJoin('projects', 'projects.id', 'trackers.project_id')
      .selectAll('trackers')
      .select(['projects.name as project_name', 'projects.filed_as', 'projects.region', 'projects.domain_id'])
      .execute();
    return rows
      .map((row) => ({
        tracker: toTracker(row),
        project: { filedAs: row.filed_as || row.project_name, region: row.region, domainId: row.domain_id },
      }))
      .filter(({ tracker }) => tracker.settings.bucket !== '');
  }

  async find(projectId: string, name: string): Promise<StoredTracker | undefined> {
    return (await this.list(projectId)).find((tracker) => tracker.name === name);
  }

  /** @throws CtsError 404 CTS.0214 */
  async get(projectId: string, name: string): Promise<StoredTracker> {
    const tracker = await this.find(projectId, name);
    if (!tracker) throw ERRORS.noSuchTracker(name);
    return tracker;
  }

  /** @throws CtsError 400 with the code of the rule that is broken (`docs/reference/cts-errors.md` 2) */
  async create(owner: TrackerOwner, request: TrackerRequest): Promise<StoredTracker> {
    checkName(request);
    const known = await this.list(owner.projectId);
    const { tracker_type: type, tracker_name: name } = request;
    checkRoom(request, known);
    const tracker = await this.settle(owner, request, {}, known, async (settings) => {
      const made: StoredTracker = {
        id: randomUUID(),
        projectId: owner.projectId,
        type,
        name,
        enabled: request.status !== 'disabled',
        settings,
        createdAt: this.options.clock(),
      };
      await this.store(made, undefined, alsoListed(request), async (transaction, others) => {
        checkRoom(request, others);
        const { id, projectId: project_id, createdAt: created_at } = made;
        await transaction
          .insertInto('trackers')
          .values({ id, project_id, type, name, created_at, ...valuesOf(made) })
          .execute();
      });
      return made;
    });
    await this.options.changed();
    return tracker;
  }

  /**
   * Members that are left out stay as they are.
   * @param beforehand what is to be done when all is in order, before anything is stored
   * @throws CtsError 400, 404, 409 when another call changed it meanwhile
   */
  async update(
    owner: TrackerOwner,
    request: TrackerRequest,
    beforehand: (planned: StoredTracker) => Promise<void>,
  ): Promise<StoredTracker> {
    checkName(request);
    const known = await this.list(owner.projectId);
    const before = known.find(({ name }) => name === request.tracker_name);
    if (!before || before.type !== request.tracker_type) throw ERRORS.noSuchTracker(request.tracker_name);
    const tracked = request.data_bucket?.data_bucket_name;
    if (tracked && before.settings.dataBucket && tracked !== before.settings.dataBucket.name) {
      throw ERRORS.refused(
        'CTS.0212',
        'data_bucket.data_bucket_name',
        `data_bucket.data_bucket_name is ${tracked}; the tracked bucket ${before.settings.dataBucket.name} cannot be changed`,
      );
    }
    const others = known.filter(({ id }) => id !== before.id);
    const tracker = await this.settle(owner, request, before, others, async (settings) => {
      const enabled = request.status === undefined ? before.enabled : request.status === 'enabled';
      const planned = { ...before, enabled, settings };
      await beforehand(planned);
      await this.store(planned, before, alsoListed(request), async (transaction) => {
        // Whatever was wrong with the delivery may be right now; the next one tells.
        await transaction.deleteFrom('deliveries').where('tracker_id', '=', before.id).execute();
        const { numUpdatedRows } = await transaction
          .updateTable('trackers')
          .set(valuesOf(planned))
          .where('id', '=', before.id)
          .where((row) => row.and(valuesOf(before)))
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) throw ERRORS.contended();
      });
      return planned;
    });
    await this.options.changed();
    return tracker;
  }

  /**
   * Stores a tracker if all is still in order: others may have been stored while the bucket was looked at.
   * @param before as it was; absent: it is new
   */
  private async store(
    tracker: StoredTracker,
    before: StoredTracker | undefined,
    alsoListed: boolean,
    write: (
      transaction: Metadata,
      others: readonly Pick<StoredTracker, 'type' | 'name'>[],
    ) => Promise<unknown>,
  ): Promise<void> {
    const { id, projectId, settings } = tracker;
    await this.options.metadata.transaction().execute(async (transaction) => {
      const rows = await transaction
        .selectFrom('trackers')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('id', '!=', id)
        .execute();
      const others = rows.map(toTracker);
      checkEvents(settings, others);
      const project = await projectOf(transaction, projectId);
      if (settings.bucket !== '' && settings.bucket !== before?.settings.bucket) {
        const bucket = await transaction
          .selectFrom('buckets')
          .select('name')
          .where('name', '=', settings.bucket)
          .where('domain_id', '=', project.domainId)
          .executeTakeFirst();
        if (!bucket) throw ERRORS.contended();
      }
      await write(transaction, others);
      await this.options.rerouting(transaction, {
        before: before && { tracker: before, project },
        after: { tracker, project },
        alsoListed: alsoListed && settings.bucket !== before?.settings.bucket,
      });
    });
  }

  async remove(trackers: readonly StoredTracker[]): Promise<void> {
    if (trackers.length === 0) return;
    const ids = trackers.map(({ id }) => id);
    await this.options.metadata.transaction().execute(async (transaction) => {
      const rows = await transaction.deleteFrom('trackers').where('id', 'in', ids).returningAll().execute();
      for (const tracker of rows.map(toTracker)) {
        const project = await projectOf(transaction, tracker.projectId);
        await this.options.rerouting(transaction, { before: { tracker, project } });
      }
    });
    await this.options.changed();
  }

  /**
   * Merges what was sent into the settings, checks the result against the world, and has it stored. A bucket that
   * was made for it goes again when it comes to nothing.
   */
  private async settle(
    owner: TrackerOwner,
    request: TrackerRequest,
    { id, settings: before = DEFAULTS, listed, enabled = true }: Partial<StoredTracker>,
    others: readonly StoredTracker[],
    store: (settings: TrackerSettings) => Promise<StoredTracker>,
  ): Promise<StoredTracker> {
    const settings = merge(request, before);
    checkTogether(request, settings);
    checkEvents(settings, others);
    if (request.tracker_type === 'data') checkDataBucket(settings);
    const bucketIsNew = settings.bucket !== '' && settings.bucket !== before.bucket;
    if (alsoListed(request)) checkListed(request, settings, bucketIsNew, enabled, listed?.bucket);
    const encryptionIsNew = !before.isEncrypted || settings.kmsId !== before.kmsId;
    // The keyring is asked before a bucket is made, a store that has keys of its own after it.
    const encrypts = settings.isEncrypted && settings.bucket !== '' && (bucketIsNew || encryptionIsNew);
    if (encrypts) await this.bucket.checkKey(owner, settings.kmsId);
    const made = bucketIsNew && (await this.bucket.prepare(owner, request, settings));
    try {
      if (bucketIsNew || encrypts) await this.bucket.checkWritable(settings);
      if (settings.bucket !== '' && settings.lock && (bucketIsNew || !before.lock)) {
        await this.bucket.checkLock(settings.bucket, settings.lock.mode);
      }
      const tracker = { id, name: request.tracker_name };
      const said = bucketIsNew ? 0 : before.bucketLifecycle;
      if (settings.bucket !== '') await this.bucket.settleLifecycle(owner, tracker, settings, said);
      const { tracker_name: name } = request;
      const storeIt = () => store(settings);
      if (!alsoListed(request) || !bucketIsNew) return await storeIt();
      return await this.options.withListed({ projectId: owner.projectId, name }, settings.bucket, storeIt);
    } catch (error) {
      if (made) await removeMadeInVain(this.options, settings.bucket);
      throw error;
    }
  }
}
