import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House } from '../../../testing/house.ts';
import {
  configurationOfHuawei,
  configured,
  dataTrackerOfHuawei,
  fresh,
  type Keys,
  keysOf,
  lives,
  needTopic,
  notificationOfHuawei,
  notificationOfOtc,
  oldTrackerOfOtc,
  type Places,
  Provider,
  planned,
  REGION,
  type Resource,
  systemTrackerOfHuawei,
  trackerOfOtc,
} from '../../../testing/terraform/index.ts';

// Call by call as the providers of both clouds do, whose binaries cannot be had here: `docs/reference/terraform.md` 3, 4.
const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
let keys: Keys;
let place: Places;

beforeAll(async () => {
  ({ admin, keys, places: place } = await configured(house));
  for (const bucket_name of ['audit-archive', 'audit-other', 'audit-web']) {
    await house.call('POST', `/v3/${admin.projectId}/buckets`, { token: admin.token, body: { bucket_name } });
  }
}, 60_000);
afterAll(() => house.stop());

describe('the management tracker', () => {
  test.each(['otc', 'otcKeys'] as const)('of Open Telekom Cloud, %s', async (who) => {
    await lives(trackerOfOtc, place[who], [
      { status: 'enabled' },
      { status: 'enabled', bucket_name: 'audit-archive', file_prefix_name: 'tf' },
      { status: 'disabled', bucket_name: 'audit-archive', compress_type: 'json', is_sort_by_service: true },
      { status: 'enabled', bucket_name: 'audit-other', is_support_validate: true, is_lts_enabled: true },
    ]);
    await lives(trackerOfOtc, place[who], [{ status: 'disabled', bucket_name: 'audit-archive' }]);
  });

  test.each(['otc', 'otcKeys'] as const)('of Open Telekom Cloud, by v1.0, %s', async (who) => {
    await lives(oldTrackerOfOtc, place[who], [
      { bucket_name: 'audit-archive' },
      { bucket_name: 'audit-archive', file_prefix_name: 'tf' },
      { bucket_name: 'audit-other', file_prefix_name: 'tf', status: 'disabled' },
    ]);
    const path = `/v1.0/${place[who].projectId}/tracker?tracker_name=system`;
    expect(await place[who].project.send('GET', path)).toMatchObject({ bucket_name: '', status: 'disabled' });
  });

  test('of Huawei Cloud', async () => {
    const { body } = await house.call('POST', `/v3/${admin.projectId}/keys`, {
      token: admin.token,
      body: { alias: 'files' },
    });
    const to = { delete_tracker: true, bucket_name: 'audit-archive', file_prefix: 'tf' };
    await lives(systemTrackerOfHuawei, place.huawei, [
      { delete_tracker: true },
      { ...to, tags: { team: 'blue' } },
      { ...to, kms_id: body.id, validate_file: true, tags: { team: 'red', a: '' } },
      { ...to, compress_type: 'gzip', is_sort_by_service: false, enabled: false },
      { ...to, bucket_name: 'audit-other', compress_type: 'json', lts_enabled: true },
      { ...to, bucket_name: 'audit-other', compress_type: 'json', exclude_service: ['KMS'] },
    ]);
  });

  test('of Huawei Cloud: what is no longer given is not sent, and stays', async () => {
    const before = { bucket_name: 'audit-archive', file_prefix: 'tf', compress_type: 'gzip' };
    const id = await systemTrackerOfHuawei.create(place.huawei, before);
    await systemTrackerOfHuawei.update?.(place.huawei, id, {}, before);
    const attributes = await systemTrackerOfHuawei.read(place.huawei, id, {});
    expect(planned(systemTrackerOfHuawei, {}, attributes)).toEqual([
      'bucket_name',
      'file_prefix',
      'compress_type',
    ]);
    await systemTrackerOfHuawei.destroy(place.huawei, id, { delete_tracker: true });
  });

  test('of Huawei Cloud, destroyed without being deleted, and made again', async () => {
    const given = { bucket_name: 'audit-archive', file_prefix: 'tf', tags: { team: 'blue' } };
    for (const round of ['first', 'second']) {
      const id = await systemTrackerOfHuawei.create(place.huawei, given);
      const attributes = await systemTrackerOfHuawei.read(place.huawei, id, given);
      expect(planned(systemTrackerOfHuawei, given, attributes), round).toEqual([]);
      await systemTrackerOfHuawei.destroy(place.huawei, id, given);
    }
    const least = await systemTrackerOfHuawei.create(place.huawei, {});
    const attributes = await systemTrackerOfHuawei.read(place.huawei, least, {});
    expect(planned(systemTrackerOfHuawei, {}, attributes)).toEqual([]);
    await systemTrackerOfHuawei.destroy(place.huawei, least, { delete_tracker: true });
  });
});

describe('with CTS enabled', () => {
  beforeAll(() => systemTrackerOfHuawei.create(place.huawei, {}));

  test('data trackers', async () => {
    const given = { name: 'web', data_bucket: 'web-data' };
    const to = { ...given, bucket_name: 'audit-web' };
    await lives(dataTrackerOfHuawei, place.huawei, [
      given,
      { ...to, obs_retention_period: 30, tags: { team: 'blue' } },
      { ...to, obs_retention_period: 90, data_operation: ['WRITE'], enabled: false },
      { ...to, obs_retention_period: 90, data_operation: ['READ', 'WRITE'], validate_file: true },
    ]);
    await lives(dataTrackerOfHuawei, place.huawei, [{ ...given, enabled: false, tags: { a: 'b' } }]);
  });

  const customized = {
    operation_type: 'customized',
    operations: [{ service: 'IAM', resource: 'user', trace_names: ['login', 'createUser'] }],
  };

  test('key event notifications of Huawei Cloud', async () => {
    const smn_topic = await needTopic(place.huawei);
    const filter = [{ condition: 'OR', rule: ['code = 200', 'trace_rating = warning'] }];
    const name = 'keys_1';
    await lives(notificationOfHuawei, place.huawei, [
      { name, operation_type: 'complete', smn_topic },
      { name, ...customized, smn_topic, filter, operation_users: [{ group: 'g', users: ['jane', 'bob'] }] },
      { name: 'keys_2', ...customized, smn_topic, enabled: false },
      { name: 'keys_2', operation_type: 'complete', smn_topic, agency_name: 'cts_admin_trust' },
    ]);
    await lives(notificationOfHuawei, place.huawei, [{ name, operation_type: 'complete', enabled: false }]);
  });

  test('a key event notification that is disabled from the beginning', async () => {
    const smn_topic = await needTopic(place.huawei);
    const given = { name: 'off_1', ...customized, smn_topic, enabled: false };
    await lives(notificationOfHuawei, place.huawei, [given, { ...given, enabled: true }]);
  });

  test.each(['otc', 'otcKeys'] as const)('key event notifications of Open Telekom Cloud, %s', async (who) => {
    const topic_id = await needTopic(place[who]);
    const operations = [{ service_type: 'IAM', resource_type: 'user', trace_names: ['login'] }];
    const given = { notification_name: `otc-${who}`, operation_type: 'customized', operations };
    const filter = [{ condition: 'AND', rule: ['code = 200'] }];
    await lives(notificationOfOtc, place[who], [
      { ...given, topic_id, status: 'enabled' },
      { ...given, topic_id, status: 'enabled', filter },
      { ...given, topic_id, status: 'disabled' },
    ]);
    await lives(notificationOfOtc, place[who], [{ ...given, topic_id, status: 'disabled' }]);
    await lives(notificationOfOtc, place[who], [
      { notification_name: 'least', operation_type: 'complete', status: 'disabled' },
    ]);
  });

  test('settings of recording', async () => {
    const { schema } = configurationOfHuawei;
    const stages = [
      { is_sync_global_trace: true, is_support_read_only: true },
      {
        is_sync_global_trace: false,
        is_support_read_only: false,
        support_read_only_services: ['IAM', 'CTS'],
      },
      { is_sync_global_trace: true, is_support_read_only: true },
    ];
    for (const given of stages) {
      await configurationOfHuawei.create(place.huawei, given);
      const attributes = await configurationOfHuawei.read(place.huawei, '', {});
      expect(planned({ schema } as Resource, given, attributes)).toEqual([]);
    }
  });

  test('data sources', async () => {
    const { project, projectId, domainId } = place.huawei;
    const from = Date.now() - 3_600_000;
    for (const [path, member] of [
      ['quotas', 'resources'],
      ['operations', 'operations'],
      ['operations?resource_type=user&service_type=IAM', 'operations'],
      ['user-resources', 'users'],
      ['trackers', 'trackers'],
      ['cts-tracker/tags', 'tags'],
    ]) {
      expect((await project.send('GET', `/v3/${projectId}/${path}`))[member as string]).toBeInstanceOf(Array);
    }
    const query = `trace_type=system&from=${from}&to=${Date.now()}`;
    const traces = await project.send('GET', `/v3/${projectId}/traces?${query}`);
    expect(traces.meta_data).toHaveProperty('marker');
    const body = { tags: [{ key: 'team', values: ['blue'] }], limit: 1000, offset: 0 };
    const filtered = `/v3/${projectId}/cts-tracker/resource-instances/filter`;
    expect(await project.send('POST', filtered, { body })).toHaveProperty('resources');
    expect(await project.send('GET', `/v3/${domainId}/resources`)).toHaveProperty('resources');
    const buckets = [{ bucket_name: 'audit-archive', bucket_location: REGION }];
    const checked = await project.send('POST', `/v3/${domainId}/checkbucket`, { body: { buckets } });
    expect(checked.buckets[0].check_bucket_response.success).toBe(true);
  });
});

describe('the place of the account in a path', () => {
  const paths = ['resources'];

  test.each(paths)('%s: the id, or left unfilled, with or without a project beside it', async (path) => {
    const { domainId } = place.huawei;
    const bare = new Provider('huawei', house.app.url, keys);
    for (const provider of [bare, place.huawei.account, place.huawei.project]) {
      for (const account of [domainId, '{domain_id}', encodeURIComponent('{domain_id}')]) {
        expect(await provider.send('GET', `/v3/${account}/${path}`), account).toHaveProperty('resources');
      }
    }
    await expect(bare.send('GET', '/v3/{domain_id}/trackers')).rejects.toMatchObject({ status: 403 });
  });

  test('whoever has rights in a project alone names it beside the signature, as the provider does', async () => {
    const { projectId, domainId } = place.huawei;
    const name = fresh('reader-');
    const user_id = await house.addUser(admin, name, [{ role: 'CTS ReadOnlyAccess', scope: projectId }]);
    const own = await keysOf(house, admin.token, user_id);
    const hint = { 'x-project-id': projectId };
    const reader = new Provider('huawei', house.app.url, own, hint);
    expect(await reader.send('GET', `/v3/${domainId}/resources`)).toHaveProperty('resources');
    const elsewhere = (await house.signIn({ project: 'eu-nl' })).projectId;
    const stranger = new Provider('huawei', house.app.url, own, { 'x-project-id': elsewhere });
    await expect(stranger.send('GET', `/v3/${domainId}/resources`)).rejects.toMatchObject({ status: 403 });
    const nowhere = new Provider('huawei', house.app.url, own, {
      'x-project-id': 'f'.repeat(32),
    });
    await expect(nowhere.send('GET', `/v3/${domainId}/resources`)).rejects.toMatchObject({ status: 403 });
    // Elsewhere a header that no signature covers chooses nothing.
    await expect(reader.send('GET', `/v3/${elsewhere}/trackers`)).rejects.toMatchObject({ status: 403 });
  });
});
