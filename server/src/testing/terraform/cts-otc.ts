import type { Json } from './provider.ts';
import { type Arguments, COMPUTED, type Place, type Resource } from './resource.ts';

const v3 = ({ projectId }: Place, path: string) => `/v3/${projectId}/${path}`;
const SYSTEM = { tracker_name: 'system', tracker_type: 'system' };
const given = (value: Json) => value || undefined;

/** Every switch is sent, set or not; texts only when they are set. */
const trackerBody = (state: Arguments) => ({
  ...SYSTEM,
  is_lts_enabled: state.is_lts_enabled ?? false,
  is_support_validate: state.is_support_validate ?? false,
  obs_info: {
    bucket_name: given(state.bucket_name),
    file_prefix_name: given(state.file_prefix_name),
    is_obs_created: state.is_obs_created ?? false,
    compress_type: given(state.compress_type),
    is_sort_by_service: state.is_sort_by_service ?? false,
  },
});
const put = (place: Place, body: object, path = v3(place, 'tracker')) =>
  place.project.send('PUT', path, { body, taken: [200] });

/** `opentelekomcloud_cts_tracker_v3`: one that is there is refused, and has to be imported. */
export const trackerOfOtc: Resource = {
  name: 'opentelekomcloud_cts_tracker_v3',
  schema: {
    is_lts_enabled: COMPUTED,
    is_support_validate: COMPUTED,
    bucket_name: COMPUTED,
    status: '',
    file_prefix_name: COMPUTED,
    compress_type: COMPUTED,
    is_obs_created: COMPUTED,
    is_sort_by_service: COMPUTED,
  },
  async create(place, wanted) {
    const made = await place.project.send('POST', v3(place, 'tracker'), { body: trackerBody(wanted) });
    if (wanted.status === 'disabled') await put(place, { ...trackerBody(wanted), status: 'disabled' });
    return made.tracker_name;
  },
  async read(place) {
    const found = await place.project.find(v3(place, 'trackers?tracker_name=system'));
    const tracker = found?.trackers[0];
    return (
      tracker && {
        is_lts_enabled: tracker.lts.is_lts_enabled,
        is_support_validate: tracker.is_support_validate,
        status: tracker.status,
        ...tracker.obs_info,
      }
    );
  },
  async update(place, _id, after, before) {
    // An argument that is no longer given stays as the state has it.
    const state = { ...before, ...after };
    if (before.status === 'disabled') await put(place, { ...SYSTEM, status: 'enabled', obs_info: {} });
    await put(place, { ...trackerBody(state), status: 'enabled' });
    if (after.status === 'disabled') await put(place, { ...trackerBody(state), status: 'disabled' });
  },
  destroy: (place) => place.project.send('DELETE', v3(place, 'trackers?tracker_name=system')),
  imported: () => ({}),
};

const v1 = ({ projectId }: Place, path: string) => `/v1.0/${projectId}/${path}`;

/** `opentelekomcloud_cts_tracker_v1` of older versions, which looks for its bucket among all that are listed. */
export const oldTrackerOfOtc: Resource = {
  name: 'opentelekomcloud_cts_tracker_v1',
  schema: { bucket_name: '', file_prefix_name: COMPUTED, status: COMPUTED },
  async create(place, { bucket_name, file_prefix_name }) {
    const smn = { is_support_smn: false, topic_id: '', operations: [], is_send_all_key_operation: false };
    const body = { bucket_name, file_prefix_name: given(file_prefix_name), smn };
    return (await place.project.send('POST', v1(place, 'tracker'), { body })).tracker_name;
  },
  read: async (place, _id, { bucket_name }) =>
    (await place.project.send('GET', v1(place, 'tracker'))).find(
      (one: Json) => one.bucket_name === bucket_name,
    ),
  update: (place, id, after) => put(place, after, v1(place, `tracker/${id}`)),
  destroy: (place) => place.project.send('DELETE', v1(place, 'tracker')),
};

const filterOf = ({ filter }: Arguments) => filter && { is_support_filter: true, ...filter[0] };

/** `opentelekomcloud_cts_event_notification_v3`: its id is `notification_id/name`. */
export const notificationOfOtc: Resource = {
  name: 'opentelekomcloud_cts_event_notification_v3',
  schema: {
    notification_name: '',
    operation_type: '',
    operations: COMPUTED,
    notify_user_list: COMPUTED,
    topic_id: COMPUTED,
    status: COMPUTED,
    filter: COMPUTED,
  },
  async create(place, wanted) {
    const made = await place.project.send('POST', v3(place, 'notifications'), {
      body: {
        notification_name: wanted.notification_name,
        operation_type: wanted.operation_type,
        operations: wanted.operations,
        notify_user_list: wanted.notify_user_list,
        topic_id: given(wanted.topic_id),
        filter: filterOf(wanted),
      },
    });
    const id = `${made.notification_id}/${made.notification_name}`;
    if (wanted.topic_id && wanted.status === 'disabled') await this.update?.(place, id, wanted, {});
    return id;
  },
  async read(place, id) {
    const name = id.split('/')[1];
    const found = (await place.project.find(v3(place, `notifications/smn?notification_name=${name}`)))
      ?.notifications[0];
    return found && { ...found, filter: [{ condition: found.filter?.condition, rule: found.filter?.rule }] };
  },
  async update(place, id, after, before) {
    const changed = (name: string) => JSON.stringify(after[name]) !== JSON.stringify(before[name]);
    const customized = after.operation_type === 'customized';
    const put = await place.project.send('PUT', v3(place, 'notifications'), {
      body: {
        notification_id: id.split('/')[0],
        notification_name: after.notification_name,
        operation_type: after.operation_type,
        status: after.status ?? 'enabled',
        operations: customized || changed('operations') ? after.operations : undefined,
        notify_user_list: customized || changed('notify_user_list') ? after.notify_user_list : undefined,
        topic_id: after.status !== 'disabled' || changed('topic_id') ? given(after.topic_id) : undefined,
        filter: changed('filter') ? filterOf(after) : undefined,
      },
      taken: [200],
    });
    return put;
  },
  destroy: (place, id) =>
    place.project.send('DELETE', v3(place, `notifications?notification_id=${id.split('/')[0]}`)),
  imported: () => ({}),
};
