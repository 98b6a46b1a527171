import type { Json } from './provider.ts';
import { type Arguments, COMPUTED, type Place, type Resource } from './resource.ts';

const v3 = ({ projectId }: Place, path: string) => `/v3/${projectId}/${path}`;
const AGENCY = { agency_name: 'cts_admin_trust' };
const SYSTEM = { tracker_name: 'system', tracker_type: 'system' };
/** What nobody gave is not sent. */
const given = (value: Json) => value || undefined;

const asList = (tags: Record<string, string> = {}) =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));
const tag = (place: Place, id: string, tags: Arguments) =>
  place.project.send('POST', v3(place, `cts-tracker/${id}/tags/create`), { body: { tags: asList(tags) } });
const untag = (place: Place, id: string, tags: Arguments) =>
  place.project.send('DELETE', v3(place, `cts-tracker/${id}/tags/delete`), { body: { tags: asList(tags) } });
const put = (place: Place, body: object) => place.project.send('PUT', v3(place, 'tracker'), { body });
const isEmpty = (tags: object = {}) => Object.keys(tags).length === 0;

async function retag(place: Place, id: string, after: Arguments, before: Arguments): Promise<void> {
  if (!isEmpty(before.tags)) await untag(place, id, before.tags);
  if (!isEmpty(after.tags)) await tag(place, id, after.tags);
}

const transfer = (state: Arguments) => ({
  bucket_name: given(state.bucket_name),
  file_prefix_name: given(state.file_prefix),
  is_sort_by_service: state.is_sort_by_service ?? true,
  compress_type: state.compress_type,
  bucket_lifecycle: given(state.obs_retention_period),
});

const common = ({ lts_enabled = false, validate_file = false }: Arguments) => ({
  is_lts_enabled: lts_enabled,
  is_support_validate: validate_file,
  ...AGENCY,
});

const systemBody = (state: Arguments) => ({
  ...SYSTEM,
  ...common(state),
  is_organization_tracker: state.organization_enabled ?? false,
  obs_info: transfer(state),
  management_event_selector: state.exclude_service && { exclude_service: state.exclude_service },
  kms_id: given(state.kms_id),
});

const shown = (tracker: Json) => ({
  bucket_name: tracker.obs_info.bucket_name,
  file_prefix: tracker.obs_info.file_prefix_name,
  is_sort_by_service: tracker.obs_info.is_sort_by_service,
  compress_type: tracker.obs_info.compress_type,
  validate_file: tracker.is_support_validate,
  lts_enabled: tracker.lts.is_lts_enabled,
  enabled: tracker.status === 'enabled',
});

const TRANSFER = {
  bucket_name: '',
  file_prefix: '',
  is_sort_by_service: true,
  compress_type: '',
  validate_file: false,
  lts_enabled: false,
  enabled: true,
};

async function systemTracker(place: Place): Promise<Json> {
  const found = await place.project.find(v3(place, 'trackers?tracker_name=system'));
  return found?.trackers.find((one: Json) => one.project_id === place.projectId);
}

const turn = (place: Place, status: string) => put(place, { ...SYSTEM, status, ...AGENCY });

async function setSystem(place: Place, id: string, after: Arguments, before?: Arguments): Promise<void> {
  if (!before || before.enabled !== after.enabled) {
    await turn(place, after.enabled === false ? 'disabled' : 'enabled');
  }
  await put(place, { ...systemBody(after), is_support_trace_files_encryption: after.kms_id !== undefined });
  await retag(place, id, after, before ?? {});
}

/** `huaweicloud_cts_tracker`: one that is there is taken over. */
export const systemTrackerOfHuawei: Resource = {
  name: 'huaweicloud_cts_tracker',
  schema: { ...TRANSFER, kms_id: '', exclude_service: [], organization_enabled: COMPUTED },
  async create(place, wanted) {
    const there = await systemTracker(place);
    if (there) {
      await setSystem(place, there.id, wanted);
      return there.id;
    }
    const encrypted = wanted.kms_id ? { is_support_trace_files_encryption: true } : {};
    const body = { ...systemBody(wanted), ...encrypted };
    const { id } = await place.project.send('POST', v3(place, 'tracker'), { body });
    if (!isEmpty(wanted.tags)) await tag(place, id, wanted.tags);
    if (wanted.enabled === false) await turn(place, 'disabled');
    return id;
  },
  async read(place) {
    const tracker = await systemTracker(place);
    return (
      tracker && {
        ...shown(tracker),
        kms_id: tracker.kms_id,
        exclude_service: tracker.management_event_selector?.exclude_service,
        organization_enabled: tracker.is_organization_tracker,
      }
    );
  },
  update: setSystem,
  async destroy(place, id, state) {
    if (state.delete_tracker) {
      return place.project.send('DELETE', v3(place, 'trackers?tracker_name=system&tracker_type=system'));
    }
    await turn(place, 'disabled');
    await put(place, {
      ...SYSTEM,
      is_lts_enabled: false,
      is_support_validate: false,
      is_support_trace_files_encryption: false,
      kms_id: '',
      obs_info: { bucket_name: '', file_prefix_name: '', is_sort_by_service: false, compress_type: 'json' },
    });
    if (!isEmpty(state.tags)) await untag(place, id, state.tags);
  },
  imported: () => ({ name: 'system' }),
};

const dataIdentity = (state: Arguments) => ({ tracker_name: state.name, tracker_type: 'data' });
const dataBody = (state: Arguments) => ({
  ...dataIdentity(state),
  ...common(state),
  data_bucket: { data_bucket_name: state.data_bucket, data_event: state.data_operation ?? ['READ', 'WRITE'] },
});
const turnData = (place: Place, state: Arguments) =>
  put(place, { ...dataIdentity(state), status: state.enabled === false ? 'disabled' : 'enabled', ...AGENCY });

export const dataTrackerOfHuawei: Resource = {
  name: 'huaweicloud_cts_data_tracker',
  schema: { ...TRANSFER, data_bucket: '', data_operation: COMPUTED, obs_retention_period: 0 },
  async create(place, wanted) {
    const body = { ...dataBody(wanted), obs_info: transfer(wanted) };
    const { id } = await place.project.send('POST', v3(place, 'tracker'), { body });
    if (!isEmpty(wanted.tags)) await tag(place, id, wanted.tags);
    if (wanted.enabled === false) await turnData(place, wanted);
    return id;
  },
  async read(place, _id, { name }) {
    const found = await place.project.find(v3(place, `trackers?tracker_name=${name}&tracker_type=data`));
    const tracker = found?.trackers[0];
    return (
      tracker && {
        ...shown(tracker),
        data_bucket: tracker.data_bucket.data_bucket_name,
        data_operation: tracker.data_bucket.data_event,
        ...(tracker.obs_info.bucket_name ? { obs_retention_period: tracker.obs_info.bucket_lifecycle } : {}),
      }
    );
  },
  async update(place, id, after, before) {
    if (after.enabled !== before.enabled) await turnData(place, after);
    const moved = JSON.stringify(transfer(after)) !== JSON.stringify(transfer(before));
    // One member is misspelt there.
    const body = { ...dataBody(after), aegncy_name: 'cts_admin_trust' };
    await put(place, { ...body, ...(moved ? { obs_info: transfer(after) } : {}) });
    await retag(place, id, after, before);
  },
  destroy: (place, _id, { name }) =>
    place.project.send('DELETE', v3(place, `trackers?tracker_name=${name}&tracker_type=data`)),
};

const notificationBody = (state: Arguments) => ({
  notification_name: state.name,
  operation_type: state.operation_type,
  operations: state.operations?.map(({ service, resource, trace_names }: Json) => ({
    service_type: service,
    resource_type: resource,
    trace_names,
  })),
  notify_user_list: state.operation_users?.map(({ group, users }: Json) => ({
    user_group: group,
    user_list: users,
  })),
  topic_id: state.smn_topic ?? '',
  filter: state.filter && { is_support_filter: true, ...state.filter[0] },
  agency_name: given(state.agency_name),
});
const statusOf = ({ enabled = true }: Arguments) => (enabled ? 'enabled' : 'disabled');
const putNotification = (place: Place, id: string, state: Arguments) =>
  place.project.send('PUT', v3(place, 'notifications'), {
    body: { ...notificationBody(state), notification_id: id, status: statusOf(state) },
  });
const notificationNamed = async (place: Place, name: string): Promise<Json> =>
  (await place.project.find(v3(place, `notifications/smn?notification_name=${name}`)))?.notifications[0];

/** Its id is its name. What it was given as id is known only after it was read. */
export const notificationOfHuawei: Resource = {
  name: 'huaweicloud_cts_notification',
  schema: {
    name: '',
    operation_type: '',
    smn_topic: '',
    agency_name: '',
    operations: [],
    operation_users: [],
    enabled: true,
    filter: [],
  },
  async create(place, wanted) {
    const made = await place.project.send('POST', v3(place, 'notifications'), {
      body: notificationBody(wanted),
    });
    if (made.status !== statusOf(wanted)) await putNotification(place, '', wanted);
    return wanted.name;
  },
  async read(place, id, { name = id }) {
    const found = await notificationNamed(place, name);
    return (
      found && {
        name: found.notification_name,
        operation_type: found.operation_type,
        smn_topic: found.topic_id,
        agency_name: found.agency_name,
        operations: found.operations.map(({ service_type, resource_type, trace_names }: Json) => ({
          service: service_type,
          resource: resource_type,
          trace_names,
        })),
        operation_users: found.notify_user_list.map(({ user_group, user_list }: Json) => ({
          group: user_group,
          users: user_list,
        })),
        enabled: found.status === 'enabled',
        filter: found.filter && [{ condition: found.filter.condition, rule: found.filter.rule }],
      }
    );
  },
  async update(place, _id, after, before) {
    const { notification_id } = await notificationNamed(place, before.name);
    await putNotification(place, notification_id, after);
  },
  async destroy(place, _id, { name }) {
    const { notification_id } = await notificationNamed(place, name);
    await place.project.send('DELETE', v3(place, `notifications?notification_id=${notification_id}`));
  },
};

const configure = (place: Place, state: Arguments) =>
  place.project.send('PUT', v3(place, 'configuration'), {
    body: {
      is_sync_global_trace: state.is_sync_global_trace,
      is_support_read_only: state.is_support_read_only,
      support_read_only_services: state.support_read_only_services,
    },
    taken: [204],
  });

/** Nothing is destroyed: it is only forgotten. */
export const configurationOfHuawei: Omit<Resource, 'destroy'> = {
  name: 'huaweicloud_cts_configuration',
  schema: { is_sync_global_trace: false, is_support_read_only: false, support_read_only_services: [] },
  async create(place, wanted) {
    await configure(place, wanted);
    return 'any';
  },
  read: (place) => place.project.find(v3(place, 'configuration')),
  update: (place, _id, after) => configure(place, after),
};
