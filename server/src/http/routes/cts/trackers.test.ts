import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House, PASSWORD, trace } from '../../../testing/house.ts';

const house = new House();
type Caller = Awaited<ReturnType<House['signIn']>>;
let admin: Caller;
let account: Caller;
let global: Caller;

beforeAll(async () => {
  await house.start({ OPENCTS_REGIONS: 'eu-de,eu-nl', OPENCTS_GLOBAL_REGION: 'eu-de' });
  admin = await house.signIn({ project: 'eu-nl' });
  global = await house.signIn({ project: 'eu-de' });
  account = await house.signIn({});
}, 60_000);
afterAll(() => house.stop());

const at = (caller: Caller, method: string, path: string, body?: unknown) =>
  house.call(method, `/v3/${caller.projectId}${path}`, { token: caller.token, body });
const v3 = (method: string, path: string, body?: unknown) => at(admin, method, path, body);
const report = (caller: Caller, ...traces: object[]) =>
  at(caller, 'POST', '/traces?trace_ids=true', { traces });

const SYSTEM = { tracker_type: 'system', tracker_name: 'system' };
const data = (name: string, change: object = {}) => ({
  tracker_type: 'data',
  tracker_name: name,
  data_bucket: {
    data_bucket_name: `bucket-of-${name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`,
    data_event: ['READ', 'WRITE'],
  },
  ...change,
});

/** The newest trace of an operation of the service itself. */
async function audited(caller: Caller, name: string, filter = '') {
  await house.searchable(account.token);
  const { body } = await at(caller, 'GET', `/traces?trace_name=${name}&limit=1${filter}`);
  return body.traces[0];
}

describe('enabling', () => {
  test('before it, nothing is recorded, and the producer is told', async () => {
    const { status, body } = await report(
      admin,
      trace(),
      trace({ service_type: 'IAM', resource_type: 'user' }),
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 0, rejected: [], not_recorded: 2, trace_ids: [null, null] });
    expect(body.not_recorded_reasons[0]).toBe('CTS is not enabled in this project');
  });

  test.each([
    [['CTS FullAccess'], false],
    [['Security Administrator'], false],
    [['CTS Administrator', 'Security Administrator'], false],
    [['CTS Administrator', 'Tenant Guest', 'Security Administrator'], true],
    [['CTS FullAccess', 'Security Administrator'], true],
  ])('with the roles %j: %s', async (roles, allowed) => {
    const name = `u${roles.join('').replaceAll(' ', '')}`;
    const grants = roles.map((role) => ({
      role,
      scope: role === 'Security Administrator' ? 'domain' : admin.projectId,
    }));
    await house.addUser(account, name, grants);
    const user = await house.signIn({ name, project: 'eu-nl' });
    const { status, body } = await at(user, 'POST', '/tracker', SYSTEM);
    if (allowed) {
      expect(status).toBe(201);
      await at(admin, 'DELETE', '/trackers');
      await at(global, 'DELETE', '/trackers');
    } else {
      expect([status, body.error_code]).toEqual([403, 'CTS.0013']);
    }
  });

  test('makes the tracker here and in the region of global services, once', async () => {
    const { status, body } = await v3('POST', '/tracker', SYSTEM);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: 'enabled',
      project_id: admin.projectId,
      domain_id: admin.domainId,
      obs_info: { bucket_name: '', is_sort_by_service: true, is_obs_created: false },
      lts: { is_lts_enabled: false, log_group_name: 'CTS', log_topic_name: 'system-trace' },
    });
    expect((await at(global, 'GET', '/trackers')).body.trackers).toHaveLength(1);
    expect((await v3('POST', '/tracker', SYSTEM)).body.error_code).toBe('CTS.0201');
    expect(await audited(global, 'createTracker')).toMatchObject({ user: { name: 'admin' } });
  });

  test('global services are recorded in their region only, others where they are', async () => {
    const mine = { resource_id: 'where-am-i' };
    const { body } = await report(
      admin,
      trace(mine),
      trace({ ...mine, service_type: 'IAM', resource_type: 'user' }),
      trace({ ...mine, service_type: 'DNS', resource_type: 'publicZone' }),
      trace({ ...mine, service_type: 'DNS', resource_type: 'privateZone' }),
      trace({ ...mine, event_type: 'global' }),
    );
    expect(body).toMatchObject({ accepted: 5, not_recorded: 0 });
    await house.searchable(account.token);
    const types = async (caller: Caller) =>
      (await at(caller, 'GET', '/traces?resource_id=where-am-i&limit=50')).body.traces
        .map((one: { service_type: string; event_type: string }) => `${one.service_type} ${one.event_type}`)
        .sort();
    expect(await types(admin)).toEqual(['DNS system', 'ECS system']);
    expect(await types(global)).toEqual(['DNS global', 'ECS global', 'IAM global']);
  });

  test('is_sync_global_trace brings copies, each once', async () => {
    const settings = { is_sync_global_trace: true, is_support_read_only: true };
    expect((await v3('PUT', '/configuration', settings)).status).toBe(204);
    const login = trace({
      service_type: 'IAM',
      resource_type: 'user',
      trace_id: '11111111-1111-4111-8111-111111111111',
      resource_id: 'copied',
    });
    expect((await report(global, login)).body).toMatchObject({ accepted: 1 });
    expect((await report(global, login)).body).toMatchObject({ accepted: 0, duplicates: 1 });
    await house.searchable(account.token);
    for (const caller of [admin, global]) {
      expect((await at(caller, 'GET', '/traces?resource_id=copied')).body.meta_data.count).toBe(1);
    }
  });

  test('reads are recorded or not, as configured', async () => {
    const read = trace({ read_only: true });
    const known = trace({ service_type: 'CTS', resource_type: 'tracker', trace_name: 'listTrackers' });
    const configure = (settings: object) =>
      v3('PUT', '/configuration', { is_sync_global_trace: false, ...settings });
    await configure({ is_support_read_only: false });
    expect((await report(admin, read, known, trace())).body).toMatchObject({ accepted: 1, not_recorded: 2 });
    await configure({ is_support_read_only: false, support_read_only_services: ['ECS'] });
    expect((await report(admin, read, known, trace())).body).toMatchObject({ accepted: 2, not_recorded: 1 });
    await configure({ is_support_read_only: true });
    expect((await report(admin, read, known, trace())).body).toMatchObject({ accepted: 3, not_recorded: 0 });
    expect((await v3('GET', '/configuration')).body).toMatchObject({ is_support_read_only: true });
    expect((await v3('PUT', '/configuration', { is_support_read_only: true })).body.error_code).toBe(
      'CTS.0003',
    );
  });

  test('disabling is recorded before it takes effect; then nothing is, and what was stays', async () => {
    expect((await v3('PUT', '/tracker', { ...SYSTEM, status: 'disabled', obs_info: {} })).body.status).toBe(
      'disabled',
    );
    const { body } = await report(admin, trace());
    expect(body).toMatchObject({ accepted: 0, not_recorded_reasons: ['the management tracker is disabled'] });
    expect(await audited(admin, 'updateTracker')).toMatchObject({
      resource_name: 'system',
      code: '200',
      trace_rating: 'normal',
      request: expect.stringContaining('disabled'),
    });
    expect((await v3('PUT', '/tracker', { ...SYSTEM, status: 'enabled' })).body.status).toBe('enabled');
    expect((await report(admin, trace())).body.accepted).toBe(1);
  });

  test('while it is disabled, what is done to it is recorded all the same', async () => {
    const set = (change: object) => v3('PUT', '/tracker', { ...SYSTEM, ...change });
    await set({ status: 'disabled' });
    const { body: tracker } = await set({ is_support_validate: true });
    expect((await set({ obs_info: { bucket_name: 'UPPER' } })).status).toBe(400);
    expect(await audited(admin, 'updateTracker', '&trace_rating=normal')).toMatchObject({
      resource_id: tracker.id,
      request: expect.stringContaining('is_support_validate'),
    });
    expect(await audited(admin, 'updateTracker', '&trace_rating=warning')).toMatchObject({
      code: '400',
      request: expect.stringContaining('UPPER'),
    });
    expect((await report(admin, trace())).body.accepted).toBe(0);
    expect((await v3('DELETE', '/trackers?tracker_name=system')).status).toBe(204);
    expect(await audited(admin, 'deleteTracker')).toMatchObject({ code: '204', resource_id: tracker.id });
    expect((await v3('POST', '/tracker', SYSTEM)).status).toBe(201);
  });

  test('what is refused is told at the tracker that it was meant for', async () => {
    const { id } = (await v3('GET', '/trackers?tracker_name=system')).body.trackers[0];
    const change = { obs_info: { bucket_name: 'no-such-bucket-anywhere', is_obs_created: false } };
    expect((await v3('PUT', '/tracker', { ...SYSTEM, ...change })).status).toBe(400);
    const told = await audited(admin, 'updateTracker', '&trace_rating=failed');
    expect(told).toMatchObject({ resource_id: id, code: '400' });
    expect(told.request).toContain('no-such-bucket-anywhere');
  });

  test('deleting is recorded, too, and enabling again brings it back', async () => {
    expect((await v3('DELETE', '/trackers?tracker_name=system')).status).toBe(204);
    expect((await report(admin, trace())).body.accepted).toBe(0);
    expect(await audited(admin, 'deleteTracker')).toMatchObject({ code: '204', resource_name: 'system' });
    expect((await v3('GET', '/trackers?tracker_name=system')).body.error_code).toBe('CTS.0214');
    expect((await v3('GET', '/trackers')).body).toEqual({ trackers: [] });
    expect((await v3('POST', '/tracker', SYSTEM)).status).toBe(201);
    expect((await report(admin, trace())).body.accepted).toBe(1);
  });
});

describe('a tracker that breaks a rule', () => {
  const bucket = (bucket_name: string, more: object = {}) => ({
    ...SYSTEM,
    obs_info: { bucket_name, is_obs_created: true, ...more },
  });
  beforeAll(async () => {
    await v3('POST', '/tracker', data('taken'));
    await v3('PUT', '/tracker', bucket('there-already'));
    await house.call('POST', '/v3/domains', {
      token: account.token,
      body: { domain: { name: 'neighbour', admin: { name: 'root', password: PASSWORD } } },
    });
    const neighbour = await house.signIn({ account: 'neighbour', name: 'root', project: 'eu-nl' });
    await at(neighbour, 'POST', '/tracker', bucket('of-the-neighbour'));
  });

  test.each<[string, 'POST' | 'PUT', object, string]>([
    ['no type', 'POST', { tracker_name: 'system' }, 'CTS.0003'],
    ['unknown type', 'POST', { ...SYSTEM, tracker_type: 'audit' }, 'CTS.0202'],
    ['a management tracker of another name', 'POST', { ...SYSTEM, tracker_name: 'mine' }, 'CTS.0204'],
    ['unknown status', 'PUT', { ...SYSTEM, status: 'error' }, 'CTS.0205'],
    [
      'data_bucket on a management tracker',
      'PUT',
      { ...SYSTEM, data_bucket: data('x').data_bucket },
      'CTS.0206',
    ],
    ['a data tracker named system', 'POST', data('system'), 'CTS.0207'],
    ['a data tracker named system-trace', 'POST', data('system-trace'), 'CTS.0207'],
    ['a name that begins with _', 'POST', data('_x'), 'CTS.0203'],
    ['a name of 33', 'POST', data('x'.repeat(33)), 'CTS.0203'],
    ['an empty name', 'POST', data(''), 'CTS.0203'],
    ['a name that is taken', 'POST', data('taken'), 'CTS.0208'],
    [
      'an operation that is tracked',
      'POST',
      data('again', { data_bucket: { data_bucket_name: 'bucket-of-taken', data_event: ['READ'] } }),
      'CTS.0209',
    ],
    ['no bucket to track', 'POST', data('none', { data_bucket: { data_event: ['READ'] } }), 'CTS.0210'],
    ['no data_bucket', 'POST', { tracker_type: 'data', tracker_name: 'none' }, 'CTS.0210'],
    [
      'no event to track',
      'POST',
      data('none', { data_bucket: { data_bucket_name: 'abc', data_event: [] } }),
      'CTS.0219',
    ],
    [
      'an unknown event',
      'POST',
      data('none', { data_bucket: { data_bucket_name: 'abc', data_event: ['DELETE'] } }),
      'CTS.0225',
    ],
    [
      'another bucket to track',
      'PUT',
      data('taken', { data_bucket: { data_bucket_name: 'another' } }),
      'CTS.0212',
    ],
    [
      'transfer to the tracked bucket',
      'PUT',
      data('taken', { obs_info: { bucket_name: 'bucket-of-taken' } }),
      'CTS.0213',
    ],
    ['a bucket that is not there', 'PUT', bucket('not-there', { is_obs_created: false }), 'CTS.0211'],
    ["another account's bucket", 'PUT', bucket('of-the-neighbour', { is_obs_created: false }), 'CTS.0211'],
    ['a bucket to make that is there', 'PUT', bucket('of-the-neighbour'), 'CTS.0215'],
    ['a bucket name of 2', 'PUT', bucket('ab'), 'CTS.0231'],
    ['a bucket name of 64', 'PUT', bucket('a'.repeat(64)), 'CTS.0231'],
    ['a bucket named like an address', 'PUT', bucket('192.168.1.1'), 'CTS.0231'],
    ['a bucket name with ..', 'PUT', bucket('a..b'), 'CTS.0231'],
    ['a bucket name with -.', 'PUT', bucket('a-.b'), 'CTS.0231'],
    ['a bucket name in capitals', 'PUT', bucket('Audit'), 'CTS.0231'],
    ['a path as bucket name', 'PUT', bucket('../../etc'), 'CTS.0231'],
    ['a prefix of 65', 'PUT', { ...SYSTEM, obs_info: { file_prefix_name: 'x'.repeat(65) } }, 'CTS.0218'],
    ['a prefix with a slash', 'PUT', { ...SYSTEM, obs_info: { file_prefix_name: 'a/b' } }, 'CTS.0218'],
    [
      'encryption without a key',
      'PUT',
      { ...SYSTEM, is_support_trace_files_encryption: true, kms_id: '' },
      'CTS.0221',
    ],
    ['an organization tracker', 'PUT', { ...SYSTEM, is_organization_tracker: true }, 'CTS.0228'],
    ['an unknown compression', 'PUT', { ...SYSTEM, obs_info: { compress_type: 'zip' } }, 'CTS.0003'],
    [
      'a lifecycle on the management tracker',
      'PUT',
      { ...SYSTEM, obs_info: { bucket_lifecycle: 30 } },
      'CTS.0003',
    ],
    ['an odd lifecycle', 'PUT', data('taken', { obs_info: { bucket_lifecycle: 31 } }), 'CTS.0003'],
    ['a switch that is text', 'PUT', { ...SYSTEM, is_support_validate: 'perhaps' }, 'CTS.0003'],
    ['an unknown tracker', 'PUT', data('unknown'), 'CTS.0214'],
  ])('%s', async (_name, method, body, code) => {
    const answer = await v3(method, '/tracker', body);
    expect(answer.body.error_code).toBe(code);
    expect(answer.status).toBe(code === 'CTS.0214' ? 404 : 400);
    expect(answer.body.error_msg.length).toBeGreaterThan(15);
  });

  test.each([
    [data('x'.repeat(32)), 'a name of 32'],
    [data('A-b_9', { obs_info: { file_prefix_name: 'x'.repeat(64) } }), 'a prefix of 64'],
    [
      data('bucket3', { obs_info: { bucket_name: 'abc', is_obs_created: true, bucket_lifecycle: 1095 } }),
      'a bucket name of 3',
    ],
    [
      data('bucket63', { obs_info: { bucket_name: 'a'.repeat(63), is_obs_created: true } }),
      'a bucket name of 63',
    ],
    [
      data('nulls', { kms_id: null, agency_name: null, obs_info: null, aegncy_name: 'x' }),
      'null and unknown members',
    ],
  ])('at the edge: %#', async (body) => {
    expect((await v3('POST', '/tracker', body)).status).toBe(201);
  });

  test('the hundred and first data tracker', async () => {
    const { resources } = (await v3('GET', '/quotas')).body;
    const { used, quota } = resources.find(({ type }: { type: string }) => type === 'data_tracker');
    expect(quota).toBe(100);
    for (let i = used; i < 100; i++) expect((await v3('POST', '/tracker', data(`t${i}`))).status).toBe(201);
    expect((await v3('POST', '/tracker', data('t100'))).body.error_code).toBe('CTS.0200');
    expect((await v3('DELETE', '/trackers?tracker_type=data')).status).toBe(204);
    expect((await v3('GET', '/trackers')).body.trackers).toHaveLength(1);
  });
});

describe('changing a tracker', () => {
  test('what is left out stays; an empty obs_info changes nothing; an empty bucket ends the transfer, and nobody has chosen its compression', async () => {
    const kms_id = (await v3('POST', '/keys', { alias: 'archive' })).body.id;
    const full = {
      ...SYSTEM,
      is_support_validate: true,
      is_lts_enabled: true,
      kms_id,
      is_support_trace_files_encryption: true,
      management_event_selector: { exclude_service: ['KMS'] },
      obs_info: {
        bucket_name: 'merge-me',
        is_obs_created: true,
        file_prefix_name: 'prod',
        compress_type: 'json',
        is_sort_by_service: false,
      },
    };
    await v3('PUT', '/tracker', full);
    const before = (await v3('GET', '/trackers?tracker_name=system')).body.trackers[0];
    expect(before).toMatchObject({
      is_support_validate: true,
      kms_id,
      is_support_trace_files_encryption: true,
      lts: { is_lts_enabled: true },
      management_event_selector: { exclude_service: ['KMS'] },
      obs_info: {
        bucket_name: 'merge-me',
        file_prefix_name: 'prod',
        compress_type: 'json',
        is_sort_by_service: false,
        bucket_location: 'eu-nl',
      },
    });
    expect((await v3('PUT', '/tracker', { ...SYSTEM, obs_info: {} })).body).toEqual(before);
    const cleared = await v3('PUT', '/tracker', {
      ...SYSTEM,
      obs_info: { bucket_name: '', file_prefix_name: '' },
      kms_id: '',
      is_support_trace_files_encryption: true,
      management_event_selector: { exclude_service: [] },
    });
    expect(cleared.body).toMatchObject({
      kms_id: '',
      is_support_trace_files_encryption: false,
      management_event_selector: { exclude_service: [] },
      obs_info: { bucket_name: '', file_prefix_name: '' },
    });
    expect(cleared.body.obs_info).not.toHaveProperty('compress_type');
  });
});

describe('data trackers', () => {
  const object = (change: object) =>
    trace({
      service_type: 'OBS',
      resource_type: 'object',
      trace_type: 'ObsSDK',
      event_type: 'data',
      resource_id: 'sales-reports',
      resource_name: '2024/q1.parquet',
      ...change,
    });

  test('record the chosen operations on their bucket, under their name', async () => {
    const reads = { data_bucket_name: 'sales-reports', data_event: ['READ'] };
    await v3('POST', '/tracker', data('reads', { data_bucket: reads }));
    const { body } = await report(
      admin,
      object({ trace_name: 'GET.OBJECT' }),
      object({ trace_name: 'PUT.OBJECT' }),
      object({ trace_name: 'GET.OBJECT', resource_id: 'another' }),
    );
    expect(body).toMatchObject({ accepted: 1, not_recorded: 2 });
    await house.searchable(account.token);
    const list = await v3('GET', '/traces?trace_type=data&tracker_name=reads');
    expect(list.body.traces).toMatchObject([
      { trace_name: 'GET.OBJECT', tracker_name: 'reads', event_type: 'data' },
    ]);
    await v3('PUT', '/tracker', { tracker_type: 'data', tracker_name: 'reads', status: 'disabled' });
    expect((await report(admin, object({ trace_name: 'GET.OBJECT' }))).body.not_recorded_reasons).toEqual([
      'the data tracker reads is disabled',
    ]);
  });
});

describe('tags', () => {
  const of = async (name: string) =>
    (await v3('GET', `/trackers?tracker_name=${name}`)).body.trackers[0].id as string;

  test('come and go, singly and in batches', async () => {
    const id = await of('system');
    const tags = (method: string, path: string, body?: unknown) =>
      v3(method, `/cts-tracker/${id}/tags${path}`, body);
    const one = await tags('POST', '/create', { tags: [{ key: 'env', value: 'prod' }, { key: 'Kürzel' }] });
    expect([one.status, one.body]).toEqual([200, '']);
    expect((await tags('POST', '', { tag: { key: 'env', value: 'test' } })).status).toBe(204);
    expect((await tags('GET', '')).body.tags).toEqual([
      { key: 'Kürzel', value: '' },
      { key: 'env', value: 'test' },
    ]);
    expect((await tags('DELETE', '/delete', { tags: [{ key: 'env', value: 'prod' }] })).status).toBe(204);
    expect((await tags('GET', '')).body.tags).toHaveLength(2);
    expect((await tags('DELETE', '/delete', { tags: [{ key: 'env' }] })).status).toBe(204);
    expect((await tags('DELETE', `/${encodeURIComponent('Kürzel')}`)).status).toBe(204);
    expect((await tags('GET', '')).body.tags).toEqual([]);
  });

  test.each([
    [{ key: '' }],
    [{ key: 'x'.repeat(129) }],
    [{ key: ' x' }],
    [{ key: 'x ' }],
    [{ key: '_sys_x' }],
    [{ key: 'a*b' }],
    [{ key: 'a', value: 'x'.repeat(256) }],
    [{ key: 'a', value: '<b>' }],
  ])('%j breaks a rule', async (tag) => {
    const answer = await v3('POST', `/cts-tracker/${await of('system')}/tags`, { tag });
    expect([answer.status, answer.body.error_code]).toEqual([400, 'CTS.0003']);
  });

  test('find and count trackers; of an unknown tracker there are none', async () => {
    const id = await of('system');
    await v3('POST', `/cts-tracker/${id}/tags/create`, {
      tags: [
        { key: 'env', value: 'prod' },
        { key: 'team', value: 'x'.repeat(255) },
      ],
    });
    const search = async (body: object) => {
      const filter = (await v3('POST', '/cts-tracker/resource-instances/filter?limit=10', body)).body;
      const count = (await v3('POST', '/cts-tracker/resource-instances/count', body)).body;
      expect(filter.total_count).toBe(count.total_count);
      return filter.resources.map((one: { resource_name: string }) => one.resource_name);
    };
    expect(await search({ tags: [{ key: 'env', values: ['test', 'prod'] }] })).toEqual(['system']);
    expect(await search({ tags: [{ key: 'env', values: ['test'] }] })).toEqual([]);
    expect(await search({ without_any_tag: true })).toEqual(['reads']);
    expect(await search({ matches: [{ key: 'resource_name', value: 'yst' }] })).toEqual(['system']);
    expect(await search({ limit: '1', offset: '1' })).toEqual(['reads']);
    expect((await v3('GET', '/cts-tracker/tags?limit=1')).body).toMatchObject({
      tags: [{ key: 'env', values: ['prod'] }],
      page_info: { next_marker: 'env' },
    });
    expect((await v3('GET', '/cts-tracker/tags?limit=1&marker=env')).body.page_info).toEqual({
      next_marker: '',
    });
    expect((await v3('GET', '/cts-tracker/nope/tags')).body.error_code).toBe('CTS.0214');
  });
});

describe('the older versions', () => {
  const old = (method: string, path: string, body?: unknown) =>
    house.call(method, `/v1.0/${admin.projectId}${path}`, { token: admin.token, body });

  test('v1.0 reads, changes, deletes and makes the management tracker', async () => {
    expect(
      (await old('PUT', '/tracker/system', { bucket_name: 'old-style', is_obs_created: true, lts: {} })).body,
    ).toMatchObject({
      bucket_name: 'old-style',
      obs_info: { bucket_name: 'old-style' },
      tracker_name: 'system',
    });
    expect((await old('GET', '/tracker?tracker_name=system')).body).toMatchObject({
      bucket_name: 'old-style',
    });
    expect((await old('GET', '/tracker')).body).toHaveLength(1);
    expect((await old('DELETE', '/tracker?tracker_name=system')).status).toBe(204);
    expect((await old('GET', '/tracker?tracker_name=system')).body).toMatchObject({
      bucket_name: '',
      status: 'disabled',
    });
    expect((await old('GET', '/tracker')).body).toEqual([]);
    expect(
      (await old('POST', '/tracker', { bucket_name: 'old-style', lts: { is_lts_enabled: true } })).status,
    ).toBe(201);
  });

  test('v1.0 and v2.0 list traces, each in its form', async () => {
    await report(admin, trace({ resource_id: 'old', trace_rating: 'warning' }));
    await house.searchable(account.token);
    for (const [version, user] of [
      ['v1.0', expect.stringContaining('jane')],
      ['v2.0', expect.objectContaining({ name: 'jane' })],
    ]) {
      const path = `/${version}/${admin.projectId}/system/trace?resource_id=old&trace_status=warning`;
      const { body } = await house.call('GET', path, { token: admin.token });
      expect(body).toMatchObject({
        traces: [{ resource_id: 'old', trace_rating: 'warning', trace_status: 'warning', user }],
        meta_data: { count: 1, marker: null },
      });
    }
  });

  test('have the ids of a log group and stream as the new ones, where that is switched on, and the same ones', async () => {
    const lts = (is_lts_enabled: boolean) => old('PUT', '/tracker/system', { lts: { is_lts_enabled } });
    const idsIn = ({ group_id, stream_id }: Record<string, unknown>) => [group_id, stream_id];
    const [group, stream] = idsIn((await lts(true)).body);
    expect([group, stream]).toEqual([
      expect.stringMatching(/^[0-9a-f-]{36}$/),
      expect.stringMatching(/^[0-9a-f-]{36}$/),
    ]);
    expect(group).not.toBe(stream);
    const { trackers } = (await v3('GET', '/trackers?tracker_name=system')).body;
    expect(trackers.map(idsIn)).toEqual([[group, stream]]);
    expect(idsIn((await lts(false)).body)).toEqual(['', '']);
    expect(idsIn((await lts(true)).body)).toEqual([group, stream]);
  });

  test('take enumerations in any case; the new ones do not', async () => {
    const list = (path: string) =>
      house
        .call('GET', `/${path}`, { token: admin.token })
        .then(({ status, body }) => [status, body.traces?.length]);
    await report(admin, trace({ resource_id: 'any-case', trace_rating: 'warning' }));
    await house.searchable(account.token);
    for (const version of ['v1.0', 'v2.0']) {
      const traces = `${version}/${admin.projectId}/system/trace?resource_id=any-case`;
      for (const filter of ['trace_rating=WARNING', 'trace_status=Warning']) {
        expect(await list(`${traces}&${filter}`)).toEqual([200, 1]);
      }
      expect(await list(`${traces}&trace_rating=INCIDENT`)).toEqual([200, 0]);
      expect(await list(`${traces}&trace_rating=WARN`)).toEqual([400, undefined]);
    }
    expect(await list(`v3/${admin.projectId}/traces?trace_rating=WARNING`)).toEqual([400, undefined]);
    for (const status of ['DISABLED', 'Enabled']) {
      const { body } = await old('PUT', '/tracker/system', { status });
      expect(body.status).toBe(status.toLowerCase());
    }
    expect((await old('PUT', '/tracker/system', { status: 'ON' })).body.error_code).toBe('CTS.0205');
  });

  test('v1.0 takes the id of the management tracker in the place of its name', async () => {
    const { id } = (await old('GET', '/tracker?tracker_name=system')).body;
    expect((await old('GET', `/tracker?tracker_name=${id}`)).body).toMatchObject({
      id,
      tracker_name: 'system',
    });
    expect((await old('PUT', `/tracker/${id}`, { file_prefix_name: 'by-id' })).body).toMatchObject({
      id,
      file_prefix_name: 'by-id',
    });
    await report(admin, trace({ resource_id: 'by-id' }));
    await house.searchable(account.token);
    expect((await old('GET', `/${id}/trace?resource_id=by-id`)).body.meta_data.count).toBe(1);
    expect((await old('DELETE', `/tracker?tracker_name=${id}`)).status).toBe(204);
    expect((await old('GET', `/tracker?tracker_name=${id}`)).body).toMatchObject({
      status: 'disabled',
      bucket_name: '',
    });
    expect((await old('PUT', `/tracker/${id}`, {})).body.error_code).toBe('CTS.0204');
    expect((await old('POST', '/tracker', {})).status).toBe(201);
  });

  test('versions are told to everybody; the other spelling of a path is none', async () => {
    expect((await house.call('GET', '/v1.0')).body.version.id).toBe('v1.0');
    expect((await house.call('GET', '/v7')).body.error_code).toBe('CTS.0100');
    expect((await v3('GET', '/tracker')).body.error_code).toBe('APIGW.0101');
    expect((await v3('POST', '/trackers', SYSTEM)).body.error_code).toBe('APIGW.0101');
  });
});
