import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { ERRORS } from '../errors.ts';
import type { Keyring } from '../kms/index.ts';
import type { DeliveryTrouble, Metadata } from '../metadata/index.ts';
import { type Buckets, ObjectStoreError } from '../objects/index.ts';
import { uuidOf } from '../text.ts';
import { bucketExists, refuseBucket, refuseNewBucket } from './bucket-refusals.ts';
import { removeMadeInVain } from './in-vain.ts';
import { type LifecycleOptions, setLifecycle } from './lifecycle.ts';
import { MOST_DATA_TRACKERS, MOST_TAGS } from './limits.ts';
import { MANAGEMENT_TRACKER, type Tag, type Tracker, type TrackerRequest } from './schema.ts';
import { DEFAULTS, readSettings, type TrackerSettings } from './settings.ts';

const DATA_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;
const RESERVED_NAMES = ['system', 'system-trace'];
export const AGENCY = 'cts_admin_trust';

/** Whose tracker: a project, its account and region. */
export interface TrackerOwner {
  projectId: string;
  domainId: string;
  region: string;
  /** Whoever acts may let objects of a bucket go sooner than before. */
  mayShortenLives?: boolean;
}

export interface StoredTracker {
  id: string;
  projectId: string;
  type: 'system' | 'data';
  name: string;
  enabled: boolean;
  settings: TrackerSettings;
  /** Epoch ms. */
  createdAt: number;
  /** Why its last delivery failed, or its key cannot be used. */
  trouble?: { detail: DeliveryTrouble; message: string };
  /** What is stored of it cannot be read; the trouble says why. */
  isUnreadable?: true;
  /** When its last trace file was written, epoch ms. */
  lastTransferAt?: number;
  /** How the traces of the list come into a bucket, if that was wanted. */
  listed?: { bucket: string; state: ListedState; total: number; written: number; message: string };
}

type ListedState = NonNullable<Tracker['obs_info']['listed']>['state'];

/** A tracker and its project, which tell what is transferred, and where to. */
export interface Transfer {
  tracker: StoredTracker;
  project: { filedAs: string; region: string; domainId: string };
}

/** A change of what a tracker transfers; one that is made has nothing before, one that is deleted nothing after. */
export interface Rerouted {
  before?: Transfer | undefined;
  after?: Transfer | undefined;
  /** The traces of the list are to go there, too. */
  alsoListed?: boolean;
}

export interface TrackersOptions {
  metadata: Metadata;
  buckets: Buckets;
  /** Keys of trace files, where the object store has none of its own. */
  keyring: Keyring;
  clock: () => number;
  /** How long the objects of a bucket stay is about to change. */
  onLifecycle: LifecycleOptions['onLifecycle'];
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
  private readonly options: TrackersOptions;

  constructor(options: TrackersOptions) {
    this.options = options;
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
    return this.withKeyTrouble(projectId, rows.map(toTracker));
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

  /** Tags of some trackers, by tracker id. */
  async tags(trackers: readonly StoredTracker[]): Promise<Map<string, Required<Tag>[]>> {
    const tags = new Map<string, Required<Tag>[]>(trackers.map(({ id }) => [id, []]));
    if (trackers.length === 0) return tags;
    const rows = await this.options.metadata
      .selectFrom('tracker_tags')
      .selectAll()
      .where('tracker_id', 'in', [...tags.keys()])
      .orderBy('key')
      .execute();
    for (const { tracker_id, key, value } of rows) tags.get(tracker_id)?.push({ key, value });
    return tags;
  }

  /** Adds tags; a key that is there takes the new value. @throws CtsError 400 beyond 20 tags */
  async addTags(tracker: StoredTracker, tags: readonly Tag[]): Promise<void> {
    await this.options.metadata.transaction().execute(async (transaction) => {
      const known = await transaction
        .selectFrom('tracker_tags')
        .select('key')
        .where('tracker_id', '=', tracker.id)
        .execute();
      const keys = new Set([...known, ...tags].map(({ key }) => key));
      if (keys.size > MOST_TAGS) {
        throw ERRORS.invalidBody('tags', `tags would be ${keys.size}; a tracker has at most ${MOST_TAGS}`);
      }
      for (const { key, value = '' } of tags) {
        await transaction
          .insertInto('tracker_tags')
          .values({ tracker_id: tracker.id, key, value })
          .onConflict((conflict) => conflict.columns(['tracker_id', 'key']).doUpdateSet({ value }))
          .execute();
      }
    });
  }

  /** Removes tags by key, or only where the value is the one given. */
  async removeTags(tracker: StoredTracker, tags: readonly { key: string; value?: string }[]): Promise<void> {
    await this.options.metadata.transaction().execute(async (transaction) => {
      for (const { key, value } of tags) {
        let query = transaction
          .deleteFrom('tracker_tags')
          .where('tracker_id', '=', tracker.id)
          .where('key', '=', key);
        if (value !== undefined) query = query.where('value', '=', value);
        await query.execute();
      }
    });
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
    if (encrypts) await this.checkKey(owner, settings.kmsId);
    const made = bucketIsNew && (await this.prepareBucket(owner, request, settings));
    try {
      if (bucketIsNew || encrypts) await this.checkWritable(settings);
      if (settings.bucket !== '' && settings.lock && (bucketIsNew || !before.lock)) {
        await this.checkLock(settings.bucket, settings.lock.mode);
      }
      const tracker = { id, name: request.tracker_name };
      const said = bucketIsNew ? 0 : before.bucketLifecycle;
      if (settings.bucket !== '') await this.settleLifecycle(owner, tracker, settings, said);
      const { tracker_name: name } = request;
      const storeIt = () => store(settings);
      if (!alsoListed(request) || !bucketIsNew) return await storeIt();
      return await this.options.withListed({ projectId: owner.projectId, name }, settings.bucket, storeIt);
    } catch (error) {
      if (made) await removeMadeInVain(this.options, settings.bucket);
      throw error;
    }
  }

  /** @throws CtsError 400 when objects in the bucket cannot be locked, 503 */
  private async checkLock(bucket: string, mode: string): Promise<void> {
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
  private async settleLifecycle(
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
  private async checkKey({ projectId }: TrackerOwner, kmsId: string): Promise<void> {
    const { buckets, keyring } = this.options;
    const problem = buckets.encryptByThemselves ? undefined : await keyring.problem(projectId, kmsId);
    if (problem) throw ERRORS.keyUnusable(`kms_id is ${kmsId}, but this key ${problem}`);
  }

  /** @throws CtsError 400 when the object store cannot take trace files, 503 */
  private async checkWritable({ bucket, isEncrypted, kmsId }: TrackerSettings): Promise<void> {
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

  /** Turning a key off is told at once, and so is turning it on: what happened at the last delivery is old. */
  private async withKeyTrouble(projectId: string, trackers: StoredTracker[]): Promise<StoredTracker[]> {
    const { buckets, keyring } = this.options;
    const hasKey = ({ settings }: StoredTracker) => settings.isEncrypted && settings.bucket !== '';
    if (buckets.encryptByThemselves || !trackers.some(hasKey)) return trackers;
    const problemOf = await keyring.problems(projectId);
    return trackers.map((tracker) => {
      if (!hasKey(tracker)) return tracker;
      const { kmsId } = tracker.settings;
      const problem = problemOf(kmsId);
      if (problem) {
        return { ...tracker, trouble: { detail: 'kmsKeyUnusable', message: `the key ${kmsId} ${problem}` } };
      }
      const { trouble, ...rest } = tracker;
      return trouble && trouble.detail !== 'kmsKeyUnusable' ? tracker : rest;
    });
  }

  /** The transfer bucket must be there, or is made when that is asked for. @returns whether it was made */
  private async prepareBucket(
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

/** @throws CtsError 400 when one more of that name is one too many */
function checkRoom(
  { tracker_type: type, tracker_name: name }: TrackerRequest,
  known: readonly Pick<StoredTracker, 'type' | 'name'>[],
): void {
  if (known.some((tracker) => tracker.name === name)) {
    throw type === 'system'
      ? ERRORS.refused('CTS.0201', 'tracker_name', 'this project has its management tracker already')
      : ERRORS.refused('CTS.0208', 'tracker_name', `there is already a tracker ${name} in this project`);
  }
  if (type === 'data' && known.filter((tracker) => tracker.type === 'data').length >= MOST_DATA_TRACKERS) {
    throw ERRORS.refused(
      'CTS.0200',
      undefined,
      `a project has at most ${MOST_DATA_TRACKERS} data trackers; delete one first`,
    );
  }
}

function checkName({ tracker_type: type, tracker_name: name }: TrackerRequest): void {
  if (type === 'system') {
    if (name === MANAGEMENT_TRACKER) return;
    throw ERRORS.refused(
      'CTS.0204',
      'tracker_name',
      `tracker_name is ${quote(name)}; a management tracker must be called system`,
    );
  }
  if (RESERVED_NAMES.includes(name)) {
    throw ERRORS.refused(
      'CTS.0207',
      'tracker_name',
      `tracker_name is ${name}; a data tracker must not be called ${RESERVED_NAMES.join(' or ')}`,
    );
  }
  if (!DATA_NAME.test(name)) {
    throw ERRORS.refused(
      'CTS.0203',
      'tracker_name',
      `tracker_name is ${quote(name)}; it must hold 1 to 32 of letters, digits, "-" and "_", and begin with a letter or digit`,
    );
  }
}

const quote = (text: string) => JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);

/**
 * What was sent over what was set (`docs/reference/cts-api.md` 3.3). Absent members, and an empty `obs_info`,
 * change nothing.
 */
function merge(request: TrackerRequest, before: TrackerSettings): TrackerSettings {
  const { obs_info: obs = {}, data_bucket: data } = request;
  const bucket = obs.bucket_name ?? before.bucket;
  const dataBucket = data
    ? {
        name: before.dataBucket?.name ?? data.data_bucket_name ?? '',
        events: [...new Set(data.data_event ?? before.dataBucket?.events ?? [])],
      }
    : before.dataBucket;
  const wantsEncryption = request.is_support_trace_files_encryption ?? before.isEncrypted;
  const endsEncryption = request.is_support_trace_files_encryption === false;
  const kmsId = request.kms_id ?? (endsEncryption ? '' : before.kmsId);
  return {
    isLtsEnabled: request.is_lts_enabled ?? before.isLtsEnabled,
    bucket,
    filePrefix: obs.file_prefix_name ?? before.filePrefix,
    isObsCreated: obs.is_obs_created ?? before.isObsCreated,
    // What was set at one bucket says nothing of another.
    bucketLifecycle: obs.bucket_lifecycle ?? (bucket === before.bucket ? before.bucketLifecycle : 0),
    isSortByService: obs.is_sort_by_service ?? before.isSortByService,
    isValidated: request.is_support_validate ?? before.isValidated,
    // Without a transfer there is nothing to encrypt; some clients ask for it without a key then.
    isEncrypted: wantsEncryption && (kmsId !== '' || bucket !== ''),
    kmsId,
    isOrganizationTracker: request.is_organization_tracker ?? before.isOrganizationTracker,
    excludedServices: request.management_event_selector?.exclude_service ?? before.excludedServices,
    // Nobody has chosen one for the transfer that may begin later, whatever a client sends as it ends this one.
    compressType: obs.bucket_name === '' ? undefined : (obs.compress_type ?? before.compressType),
    ...lockOf(obs, before.lock),
    ...(dataBucket ? { dataBucket } : {}),
  };
}

function lockOf(
  { object_lock_mode: mode, object_lock_days: days }: NonNullable<TrackerRequest['obs_info']>,
  before: TrackerSettings['lock'],
): Pick<TrackerSettings, 'lock'> {
  if (mode === '' || (mode === undefined && !before)) return {};
  return { lock: { mode: mode ?? before?.mode ?? 'GOVERNANCE', days: days ?? before?.days ?? 0 } };
}

/** Rules between members. */
function checkTogether(request: TrackerRequest, settings: TrackerSettings): void {
  const { tracker_type: type } = request;
  if (type === 'system' && request.data_bucket) {
    throw ERRORS.refused(
      'CTS.0206',
      'data_bucket',
      'data_bucket is for data trackers, not for a management tracker',
    );
  }
  if (type === 'data' && request.management_event_selector) {
    throw ERRORS.invalidBody(
      'management_event_selector',
      'management_event_selector is for the management tracker',
    );
  }
  if (type === 'data' && request.is_support_trace_files_encryption) {
    throw ERRORS.invalidBody(
      'is_support_trace_files_encryption',
      'is_support_trace_files_encryption is for the management tracker',
    );
  }
  if (type === 'system' && request.obs_info?.bucket_lifecycle) {
    throw ERRORS.invalidBody(
      'obs_info.bucket_lifecycle',
      'obs_info.bucket_lifecycle is for data trackers; the bucket of a management tracker keeps its own',
    );
  }
  if (settings.lock && settings.lock.days < 1) {
    throw ERRORS.invalidBody(
      'obs_info.object_lock_days',
      'obs_info.object_lock_days is missing; with object_lock_mode it says how long files are locked',
    );
  }
  if (settings.isEncrypted && settings.kmsId === '') {
    throw ERRORS.refused('CTS.0221', 'kms_id', 'kms_id is empty; encryption of trace files needs a key');
  }
  if (settings.isOrganizationTracker) {
    throw ERRORS.refused(
      'CTS.0228',
      'is_organization_tracker',
      'is_organization_tracker is true, but there is no organization in which CTS is a trusted service',
    );
  }
  const { dataBucket } = settings;
  if (dataBucket && dataBucket.name !== '' && dataBucket.name === settings.bucket) {
    throw ERRORS.refused(
      'CTS.0213',
      'obs_info.bucket_name',
      `obs_info.bucket_name is ${settings.bucket}, which is the bucket that is tracked; transfer to another one`,
    );
  }
}

const alsoListed = ({ obs_info }: TrackerRequest): boolean => obs_info?.also_listed === true;

/** @param listedTo bucket that the traces of the list come to, or have come to, already */
function checkListed(
  { status }: TrackerRequest,
  { bucket }: TrackerSettings,
  bucketIsNew: boolean,
  wasEnabled: boolean,
  listedTo: string | undefined,
): void {
  const refuse = (reason: string) =>
    ERRORS.invalidBody('obs_info.also_listed', `obs_info.also_listed cannot be done: ${reason}`);
  if (bucket === '') throw refuse('the tracker has no bucket');
  if (status === 'disabled' || (status === undefined && !wasEnabled)) {
    throw refuse('the tracker is disabled; enable it at the same time');
  }
  if (!bucketIsNew && listedTo !== bucket) {
    throw refuse(
      `the tracker transfers to ${bucket} already; what is in the trace list comes along when a transfer is switched on, or goes to another bucket`,
    );
  }
}

/** Each operation of a bucket is tracked by one tracker of the project. */
function checkEvents({ dataBucket }: TrackerSettings, others: readonly StoredTracker[]): void {
  if (!dataBucket) return;
  for (const { name, settings: theirs } of others) {
    const shared =
      theirs.dataBucket?.name === dataBucket.name &&
      dataBucket.events.find((event) => theirs.dataBucket?.events.includes(event));
    if (!shared) continue;
    throw ERRORS.refused(
      'CTS.0209',
      'data_bucket.data_event',
      `${shared} of the bucket ${dataBucket.name} is tracked by ${name} already`,
    );
  }
}

function checkDataBucket({ dataBucket }: TrackerSettings): void {
  if (!dataBucket || dataBucket.name === '') {
    throw ERRORS.refused(
      'CTS.0210',
      'data_bucket.data_bucket_name',
      'data_bucket.data_bucket_name is missing; a data tracker tracks one bucket',
    );
  }
  if (dataBucket.events.length === 0) {
    throw ERRORS.refused(
      'CTS.0219',
      'data_bucket.data_event',
      'data_bucket.data_event is empty; choose READ, WRITE or both',
    );
  }
}

/** @param location region of the transfer bucket */
export function toAnswer(tracker: StoredTracker, owner: TrackerOwner): Tracker {
  const { settings } = tracker;
  const transfers = settings.bucket !== '';
  const trouble = (transfers || tracker.isUnreadable) && tracker.enabled ? tracker.trouble : undefined;
  return {
    id: tracker.id,
    create_time: tracker.createdAt,
    tracker_type: tracker.type,
    tracker_name: tracker.name,
    status: trouble ? 'error' : tracker.enabled ? 'enabled' : 'disabled',
    ...(trouble ? { detail: trouble.detail, detail_message: trouble.message } : {}),
    ...(tracker.lastTransferAt ? { last_transfer: tracker.lastTransferAt } : {}),
    domain_id: owner.domainId,
    project_id: tracker.projectId,
    agency_name: AGENCY,
    is_support_validate: settings.isValidated,
    is_support_trace_files_encryption: settings.isEncrypted,
    kms_id: settings.kmsId,
    is_organization_tracker: settings.isOrganizationTracker,
    ...(tracker.type === 'system'
      ? { management_event_selector: { exclude_service: settings.excludedServices as 'KMS'[] } }
      : {}),
    lts: {
      is_lts_enabled: settings.isLtsEnabled,
      log_group_name: 'CTS',
      log_topic_name: tracker.type === 'system' ? 'system-trace' : tracker.name,
    },
    obs_info: {
      bucket_name: settings.bucket,
      file_prefix_name: settings.filePrefix,
      is_obs_created: settings.isObsCreated,
      is_authorized_bucket: transfers && trouble === undefined,
      bucket_lifecycle: settings.bucketLifecycle,
      compress_type: settings.compressType,
      is_sort_by_service: settings.isSortByService,
      bucket_location: transfers ? owner.region : '',
      ...(settings.lock
        ? { object_lock_mode: settings.lock.mode, object_lock_days: settings.lock.days }
        : {}),
      ...(tracker.listed ? { listed: listedAnswer(tracker.listed) } : {}),
    },
    ...(settings.dataBucket
      ? {
          data_bucket: {
            data_bucket_name: settings.dataBucket.name,
            search_enabled: true,
            data_event: settings.dataBucket.events,
          },
        }
      : {}),
    ...logIds(tracker),
  };
}

/** Clients read the ids of a log group and stream where that is switched on: the same ones, for good. */
function logIds({ id, projectId, settings }: StoredTracker): Pick<Tracker, 'group_id' | 'stream_id'> {
  const idOf = (of: string) => uuidOf(createHash('sha256').update(of).digest('hex').slice(0, 32));
  return settings.isLtsEnabled
    ? { group_id: idOf(`log group ${projectId}`), stream_id: idOf(`log stream ${id}`) }
    : { group_id: '', stream_id: '' };
}

function listedAnswer({ state, total, written, message }: NonNullable<StoredTracker['listed']>) {
  return { state, total, written, ...(message === '' ? {} : { message }) };
}

async function projectOf(transaction: Metadata, id: string): Promise<Transfer['project']> {
  const { name, filed_as, region, domain_id } = await transaction
    .selectFrom('projects')
    .select(['name', 'filed_as', 'region', 'domain_id'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return { filedAs: filed_as || name, region, domainId: domain_id };
}

/** What of a tracker changes. */
const valuesOf = ({ enabled, settings }: Pick<StoredTracker, 'enabled' | 'settings'>) => ({
  enabled: enabled ? 1 : 0,
  settings: JSON.stringify(settings),
});

function toTracker(row: {
  id: string;
  project_id: string;
  type: 'system' | 'data';
  name: string;
  enabled: number;
  settings: string;
  created_at: number;
  detail?: DeliveryTrouble | null;
  message?: string | null;
  transferred_at?: number | null;
  listed_state?: ListedState | null;
  listed_bucket?: string | null;
  listed_total?: number | null;
  listed_written?: number | null;
  listed_message?: string | null;
}): StoredTracker {
  const { settings, problem } = readSettings(row.settings);
  const unreadable = {
    detail: 'noBucket' as const,
    message: `the stored settings of the tracker cannot be read: ${problem}; save it anew`,
  };
  return {
    id: row.id,
    projectId: row.project_id,
    type: row.type,
    name: row.name,
    enabled: row.enabled === 1,
    settings,
    createdAt: row.created_at,
    ...(row.detail ? { trouble: { detail: row.detail, message: row.message ?? '' } } : {}),
    ...(problem === undefined ? {} : { trouble: unreadable, isUnreadable: true }),
    ...(row.transferred_at ? { lastTransferAt: row.transferred_at } : {}),
    ...(row.listed_state
      ? {
          listed: {
            state: row.listed_state,
            bucket: row.listed_bucket ?? '',
            total: row.listed_total ?? 0,
            written: row.listed_written ?? 0,
            message: row.listed_message ?? '',
          },
        }
      : {}),
  };
}
