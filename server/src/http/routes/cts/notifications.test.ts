import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House } from '../../../testing/house.ts';

const house = new House();
let token: string;
let projectId: string;
const topic = (name = 'alerts', project = projectId, region = 'local') =>
  `urn:smn:${region}:${project}:${name}`;
const v3 = (method: string, path: string, body?: unknown) =>
  house.call(method, `/v3/${projectId}${path}`, { token, body });

let count = 0;
const OPERATION = { service_type: 'IAM', resource_type: 'user', trace_names: ['login'] };
const custom = (change: object = {}) => ({
  notification_name: `n${++count}`,
  operation_type: 'customized',
  operations: [OPERATION],
  ...change,
});
const create = (change: object = {}) => v3('POST', '/notifications', custom(change));
const users = (groups: number, each: number) =>
  Array.from({ length: groups }, (_, group) => ({
    user_group: `g${group}`,
    user_list: Array.from({ length: each }, (_, user) => `u${group}-${user}`),
  }));
const operations = (services: number, each: number) =>
  Array.from({ length: services }, (_, service) => ({
    service_type: `S${service}`,
    resource_type: 'r',
    trace_names: Array.from({ length: each }, (_, name) => `op${name}`),
  }));
const filter = (...rule: string[]) => ({ condition: 'AND', is_support_filter: true, rule });

beforeAll(async () => {
  await house.start();
  ({ token, projectId } = await house.signIn({ project: 'local' }));
  await v3('POST', '/tracker', { tracker_type: 'system', tracker_name: 'system' });
  for (const name of ['alerts', 'other']) {
    await house.call('POST', `/v2/${projectId}/notifications/topics`, { token, body: { name } });
  }
}, 60_000);
afterAll(() => house.stop());

test('with a topic it is enabled, without one disabled, and the answer is whole', async () => {
  const notify_user_list = [{ user_group: 'admin', user_list: ['root'] }];
  const { status, body } = await create({
    topic_id: topic(),
    notify_user_list,
    filter: filter('trace_rating != normal'),
  });
  expect(status).toBe(201);
  expect(body).toEqual({
    notification_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    notification_name: 'n1',
    notification_type: 'smn',
    operation_type: 'customized',
    operations: [OPERATION],
    notify_user_list,
    filter: filter('trace_rating != normal'),
    status: 'enabled',
    topic_id: topic(),
    project_id: projectId,
    domain_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    create_time: expect.any(Number),
  });
  const complete = await create({ operation_type: 'complete', operations: undefined });
  expect(complete.body).toMatchObject({ status: 'disabled', operations: [], notify_user_list: [] });
  expect(complete.body).not.toHaveProperty('topic_id');
  expect((await create({ topic_id: 'urn:fss:local:p:function:f' })).body.notification_type).toBe('fun');
  expect((await v3('GET', '/notifications/fun')).body.notifications).toHaveLength(1);
  expect((await v3('GET', '/notifications/smn')).body.notifications).toHaveLength(2);
  expect((await v3('GET', '/notifications/smn?notification_name=n1')).body.notifications).toHaveLength(1);
});

describe('a notification that breaks a rule', () => {
  test.each<[string, () => object, string]>([
    ['no name', () => ({ notification_name: undefined }), 'CTS.0003'],
    ['an empty name', () => ({ notification_name: '' }), 'CTS.0411'],
    ['a name of 65', () => ({ notification_name: 'x'.repeat(65) }), 'CTS.0411'],
    ['a name with a blank', () => ({ notification_name: 'a b' }), 'CTS.0411'],
    ['a name that is taken', () => ({ notification_name: 'n1' }), 'CTS.0400'],
    ['an unknown type', () => ({ operation_type: 'typical' }), 'CTS.0003'],
    ['customized without operations', () => ({ operations: [] }), 'CTS.0401'],
    ['complete with operations', () => ({ operation_type: 'complete' }), 'CTS.0401'],
    [
      'complete with users',
      () => ({ operation_type: 'complete', operations: [], notify_user_list: users(1, 1) }),
      'CTS.0003',
    ],
    ['1,001 operations', () => ({ operations: operations(7, 143) }), 'CTS.0401'],
    ['101 services', () => ({ operations: operations(101, 1) }), 'CTS.0401'],
    ['an operation without a name', () => ({ operations: [{ ...OPERATION, trace_names: [] }] }), 'CTS.0003'],
    ['11 groups', () => ({ notify_user_list: users(11, 1) }), 'CTS.0003'],
    ['51 users', () => ({ notify_user_list: users(3, 17) }), 'CTS.0003'],
    ['7 conditions', () => ({ filter: filter(...Array(7).fill('code = 200')) }), 'CTS.0003'],
    ['an unknown field', () => ({ filter: filter('user = root') }), 'CTS.0003'],
    ['a field of every object', () => ({ filter: filter('constructor = x') }), 'CTS.0003'],
    ['no operator', () => ({ filter: filter('code 200') }), 'CTS.0003'],
    ['an unknown rating', () => ({ filter: filter('trace_rating = high') }), 'CTS.0003'],
    ['an unknown source', () => ({ filter: filter('trace_type = system') }), 'CTS.0003'],
    ['an api_version of 65', () => ({ filter: filter(`api_version = ${'1'.repeat(65)}`) }), 'CTS.0003'],
    ['a code of 257', () => ({ filter: filter(`code = ${'1'.repeat(257)}`) }), 'CTS.0003'],
    ['a resource id of 351', () => ({ filter: filter(`resource_id = ${'1'.repeat(351)}`) }), 'CTS.0003'],
    ['an empty resource name', () => ({ filter: filter('resource_name = ') }), 'CTS.0003'],
    ['an unknown junction', () => ({ filter: { ...filter(), condition: 'XOR' } }), 'CTS.0003'],
    ['no URN', () => ({ topic_id: 'alerts' }), 'CTS.0402'],
    ["another project's topic", () => ({ topic_id: topic('alerts', 'f'.repeat(32)) }), 'CTS.0402'],
    ["another region's topic", () => ({ topic_id: topic('alerts', projectId, 'eu-de') }), 'CTS.0402'],
  ])('%s', async (_name, change, code) => {
    const { status, body } = await create(change());
    expect([status, body.error_code]).toEqual([400, code]);
    expect(body.error_msg.length).toBeGreaterThan(15);
  });

  test.each<[string, () => object]>([
    ['a name of 64', () => ({ notification_name: '-'.repeat(64) })],
    ['a Chinese name', () => ({ notification_name: '告警' })],
    ['1,000 operations of 100 services', () => ({ operations: operations(100, 10) })],
    ['50 users in 10 groups', () => ({ notify_user_list: users(10, 5) })],
    ['6 conditions', () => ({ filter: filter(...Array(6).fill('code=200')) })],
    ['values with blanks and =', () => ({ filter: filter('resource_name != a = b != c') })],
    [
      'the longest values',
      () => ({ filter: filter(`code = ${'1'.repeat(256)}`, `resource_id = ${'1'.repeat(350)}`) }),
    ],
  ])('at the edge: %s', async (_name, change) => {
    expect((await create(change())).status).toBe(201);
  });
});

describe('a query', () => {
  const whole = { operation_type: 'complete', operations: undefined };

  test('stands in the answers, stays where a change does not name it, and goes when it is empty', async () => {
    const query = 'status:failed -source:IAM "web 1"';
    const made = await create({ ...whole, topic_id: topic(), query: ` ${query} ` });
    expect(made).toMatchObject({ status: 201, body: { query, status: 'enabled' } });
    const named = `/notifications/smn?notification_name=${made.body.notification_name}`;
    expect((await v3('GET', named)).body.notifications).toEqual([made.body]);
    const { notification_id, notification_name } = made.body;
    const base = { notification_id, notification_name, operation_type: 'complete', status: 'enabled' };
    const put = async (change: object) => (await v3('PUT', '/notifications', { ...base, ...change })).body;
    expect(await put({})).toEqual(made.body);
    expect(await put({ query: 'user:eve' })).toMatchObject({ query: 'user:eve' });
    expect((await put({ query: 'user:' })).error_msg).toMatch(/^query at its end: /);
    expect(await put({ query: '' })).not.toHaveProperty('query');
    expect((await v3('GET', named)).body.notifications[0]).not.toHaveProperty('query');
  });

  test('one that is customized has it beside operations, users and filter', async () => {
    const made = await create({
      ...{ notify_user_list: users(1, 1), filter: filter('code = 403'), query: 'ip:192.0.2.0/24' },
    });
    expect(made).toMatchObject({ status: 201, body: { query: 'ip:192.0.2.0/24', operations: [OPERATION] } });
  });

  test.each([
    [
      'what cannot be read',
      'user:jane (name:x',
      /^query at character 11, .*: this parenthesis is not closed/,
    ],
    [
      'an unknown field',
      'usr:jane',
      /^query at character 1, "usr": there is no field usr; did you mean user\?/,
    ],
    ['a time', 'user:jane -(x OR time:>-15m)', /cannot ask for their time or record_time/],
    ['whether there is a time', 'record_time:*', /cannot ask for their time/],
    ['9 words', 'a b c d e f g agent:j -"k"', /has 9 words and patterns; .* at most 8/],
    ['patterns', 'a b c d e f g name:x* request.a:>1', /has 9 words and patterns/],
    ['65 characters of words', `${'x'.repeat(40)} ${'y'.repeat(25)}`, /have 65 characters; .* at most 64/],
    ['4,097 characters', `name:(${'x,'.repeat(2045)}x)`, /query .* 4096|4096/],
  ])('is refused: %s', async (_name, query, reason) => {
    for (const made of [
      await create({ ...whole, query }),
      await v3('POST', '/notifications/preview', { operation_type: 'complete', query }),
    ]) {
      expect([made.status, made.body.error_code]).toEqual([400, 'CTS.0003']);
      expect(made.body.error_msg).toMatch(reason);
    }
  });

  test('at the edge', async () => {
    const values = Array.from({ length: 150 }, (_, i) => `operation${i}`).join(',');
    const query = `name:(${values}) a b c d user:j* agent:b ip:10.0.0.0/8 request.a:>1 resource:*x*,*x*`;
    expect((await create({ ...whole, query })).status).toBe(201);
    expect((await create({ ...whole, query: `"${'x'.repeat(64)}"` })).status).toBe(201);
  });

  test('20 notifications of a project have one', async () => {
    const { notifications } = (await v3('GET', '/notifications/smn')).body;
    const there = notifications.filter((one: { query?: string }) => one.query !== undefined).length;
    const made = [];
    for (let i = there; i < 20; i++) made.push((await create({ ...whole, query: `user:u${i}` })).body);
    const refusal = {
      status: 400,
      body: { error_code: 'CTS.0407', error_msg: expect.stringContaining('20') },
    };
    expect(await create({ ...whole, query: 'user:eve' })).toMatchObject(refusal);
    const other = (await create(whole)).body;
    const put = (one: object) =>
      v3('PUT', '/notifications', { ...one, operation_type: 'complete', operations: [] });
    expect(await put({ ...other, query: 'user:eve' })).toMatchObject(refusal);
    expect((await put({ ...made[0], query: 'user:eve' })).status).toBe(200);
    expect((await put({ ...made[0], query: '' })).status).toBe(200);
    expect((await put({ ...other, query: 'user:eve' })).status).toBe(200);
    for (const { notification_id } of [...made, other]) {
      await v3('DELETE', `/notifications?notification_id=${notification_id}`);
    }
  });
});

test('a change replaces operations, users and filter, and keeps the topic', async () => {
  const made = (
    await create({ topic_id: topic(), notify_user_list: users(1, 1), filter: filter('code = 1') })
  ).body;
  const put = (change: object) => v3('PUT', '/notifications', { ...base, ...change });
  const base = {
    notification_id: made.notification_id,
    notification_name: made.notification_name,
    operation_type: 'complete',
    status: 'disabled',
  };
  const { status, body } = await put({ notification_name: 'renamed' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    notification_name: 'renamed',
    operations: [],
    notify_user_list: [],
    topic_id: topic(),
  });
  expect(body).not.toHaveProperty('filter');
  expect((await put({ notification_name: 'n1' })).body.error_code).toBe('CTS.0400');
  expect((await put({ topic_id: '' })).body).not.toHaveProperty('topic_id');
  expect((await put({ status: 'enabled' })).body.error_code).toBe('CTS.0404');
  expect((await put({ status: 'error' })).body.error_code).toBe('CTS.0003');
  expect((await put({ notification_id: 'nobody' })).body.error_code).toBe('CTS.0403');
  expect((await put({ notification_id: undefined })).body.error_code).toBe('CTS.0003');
});

test('several are deleted at once, however they are named; an unknown one is told', async () => {
  const ids = await Promise.all(
    Array.from({ length: 6 }, async () => (await create()).body.notification_id as string),
  );
  const gone = (query: string) => v3('DELETE', `/notifications?${query}`);
  expect((await gone(`notification_id=${ids[0]}`)).status).toBe(204);
  expect((await gone(`notification_id=${ids[1]}%2C${ids[2]}`)).status).toBe(204);
  expect((await gone(`notification_id=${ids[3]}&notification_id=${ids[4]}`)).status).toBe(204);
  const partly = await gone(`notification_id="${ids[5]},${ids[0]}"`);
  expect([partly.status, partly.body.error_code]).toEqual([404, 'CTS.0403']);
  const left = (await v3('GET', '/notifications/smn')).body.notifications;
  expect(left.filter((one: { notification_id: string }) => ids.includes(one.notification_id))).toEqual([]);
  expect((await gone('')).body.error_code).toBe('CTS.0003');
  expect((await v3('GET', '/notifications/mail')).body.error_code).toBe('CTS.0410');
  expect((await v3('GET', '/notifications/smn?notification_name=none')).body.error_code).toBe('CTS.0403');
});

test('the hundred and first', async () => {
  const { resources } = (await v3('GET', '/quotas')).body;
  const { used, quota } = resources.find(({ type }: { type: string }) => type === 'smn_notification');
  expect(quota).toBe(100);
  for (let i = used; i < 100; i++) expect((await create()).status).toBe(201);
  const { status, body } = await create();
  expect([status, body.error_code]).toEqual([400, 'CTS.0407']);
});

test('every change is a trace, named for what was done', async () => {
  const made = (await v3('GET', '/notifications/smn?notification_name=n1')).body.notifications[0];
  await v3('PUT', '/notifications', { ...made, topic_id: topic('other'), status: 'disabled' });
  await v3('PUT', '/notifications', { ...made, topic_id: topic('other'), status: 'enabled' });
  await house.searchable(token);
  const { body } = await v3('GET', '/traces?service_type=CTS&resource_type=notification&limit=200');
  const names = body.traces.map((one: { trace_name: string }) => one.trace_name);
  expect(names.slice(0, 2)).toEqual(['updateNotificationStatus', 'updateNotification']);
  expect(new Set(names)).toEqual(
    new Set(['createNotification', 'updateNotification', 'updateNotificationStatus', 'deleteNotification']),
  );
  const failed = body.traces.find((one: { code: string }) => one.code === '400');
  expect(failed).toMatchObject({ trace_rating: 'warning', user: { name: 'admin' }, source_ip: '127.0.0.1' });
});
