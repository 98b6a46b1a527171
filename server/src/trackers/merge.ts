import type { TrackerRequest } from './schema.ts';
import type { TrackerSettings } from './settings.ts';

/**
 * What was sent over what was set (`docs/reference/cts-api.md` 3.3). Absent members, and an empty `obs_info`,
 * change nothing.
 */
export function merge(request: TrackerRequest, before: TrackerSettings): TrackerSettings {
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
