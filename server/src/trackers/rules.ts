import { ERRORS } from '../errors.ts';
import { MOST_DATA_TRACKERS } from './limits.ts';
import { MANAGEMENT_TRACKER, type TrackerRequest } from './schema.ts';
import type { TrackerSettings } from './settings.ts';
import type { StoredTracker } from './stored-tracker.ts';

const DATA_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;
const RESERVED_NAMES = ['system', 'system-trace'];

/** @throws CtsError 400 when one more of that name is one too many */
export function checkRoom(
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

export function checkName({ tracker_type: type, tracker_name: name }: TrackerRequest): void {
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

const quote = (text: string) =>
  text === '' ? 'empty' : JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);

/** Rules between members. */
export function checkTogether(request: TrackerRequest, settings: TrackerSettings): void {
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

/** Whether the traces of the list are to go to the bucket, too. */
export const alsoListed = ({ obs_info }: TrackerRequest): boolean => obs_info?.also_listed === true;

/** @param listedTo bucket that the traces of the list come to, or have come to, already */
export function checkListed(
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
export function checkEvents({ dataBucket }: TrackerSettings, others: readonly StoredTracker[]): void {
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

export function checkDataBucket({ dataBucket }: TrackerSettings): void {
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
