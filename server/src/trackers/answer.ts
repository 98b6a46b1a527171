import { createHash } from 'node:crypto';
import { uuidOf } from '../text.ts';
import type { TrackerOwner } from './owner.ts';
import type { Tracker } from './schema.ts';
import type { StoredTracker } from './stored-tracker.ts';

const AGENCY = 'cts_admin_trust';

/** A tracker as the API tells it. */
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
