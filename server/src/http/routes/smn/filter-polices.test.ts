import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectMetadata } from '../../../metadata/index.ts';
import { House, PASSWORD, trace } from '../../../testing/house.ts';
import { Receiver } from '../../../testing/receiver.ts';
import { until } from '../../../testing/until.ts';

/*
 * Filter policies of subscriptions: whether a message with attributes is for a subscriber is decided when it is
 * published. A and B are those of the clouds' own example.
 */
const house = new House();
const receiver = new Receiver();
let admin: Awaited<ReturnType<House['signIn']>>;
let topic: string;
const urns: Record<string, string> = {};
type Attribute = { name: string; type: string; value: string | string[] };

const v2 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v2/${admin.projectId}/notifications${route}`, { token: admin.token, body });
const polices = (method: string, body: unknown) => v2(method, '/subscriptions/filter_polices', body);

async function subscribe(name: string): Promise<void> {
  const endpoint = `${receiver.url}/${name}`;
  const { body } = await v2('POST', `/topics/${topic}/subscriptions`, { protocol: 'http', endpoint });
  urns[name] = body.subscription_urn;
  const asked = await until(() =>
    receiver.of('SubscriptionConfirmation').find((one) => one.path === `/${name}`),
  );
  expect((await fetch(asked.body.subscribe_url)).status).toBe(200);
}

const A = [
  { name: 'week', string_equals: ['sunday', 'wednesday'] },
  { name: 'time', string_equals: ['morning', 'afternoon'] },
];
const B = [
  { name: 'week', string_equals: ['monday', 'tuesday', 'wednesday'] },
  { name: 'time', string_equals: ['night', 'midnight'] },
];
const setFor = (name: string, filter_polices: unknown, method = 'PUT') =>
  polices(method, { polices: [{ subscription_urn: urns[name], filter_polices }] });
const policesOf = async (name: string) =>
  (await v2('GET', `/topics/${topic}/subscriptions`)).body.subscriptions.find(
    (one: { subscription_urn: string }) => one.subscription_urn === urns[name],
  ).filter_polices;

/** Who gets a message; all have got the one behind it, which is for everybody. */
async function whoGets(message_attributes?: Attribute[]): Promise<string[]> {
  const { status, body } = await v2('POST', `/topics/${topic}/publish`, { message: 'm', message_attributes });
  expect(status, JSON.stringify(body)).toBe(200);
  const behind = (await v2('POST', `/topics/${topic}/publish`, { message: 'behind' })).body.message_id;
  const got = (id: string) =>
    receiver
      .of('Notification')
      .filter((one) => one.body.message_id === id)
      .map(({ path }) => path.slice(1));
  await until(() => got(behind).length === Object.keys(urns).length || undefined);
  return got(body.message_id).sort();
}
const string = (name: string, value: string | string[]) => ({ name, type: 'STRING', value });
const array = (name: string, value: string[]) => ({ name, type: 'STRING_ARRAY', value });

beforeAll(async () => {
  await receiver.start();
  await house.start({ OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' });
  admin = await house.signIn({ project: 'local' });
  await house.call('POST', `/v3/${admin.projectId}/tracker`, {
    token: admin.token,
    body: { tracker_type: 'system', tracker_name: 'system' },
  });
  topic = (await v2('POST', '/topics', { name: 'alerts' })).body.topic_urn;
  for (const name of ['a', 'b', 'c']) await subscribe(name);
}, 60_000);
afterAll(async () => {
  await house.stop();
  await receiver.stop();
});

test('policies are made for several subscriptions, and listed with them', async () => {
  expect(await policesOf('a')).toEqual([]);
  const { status, body } = await polices('POST', {
    polices: [
      { subscription_urn: urns.a, filter_polices: A },
      { subscription_urn: urns.b, filter_polices: B },
    ],
  });
  expect([status, body]).toEqual([200, { request_id: expect.any(String), batch_result: [] }]);
  expect([await policesOf('a'), await policesOf('b'), await policesOf('c')]).toEqual([A, B, []]);
  const { subscriptions } = (await v2('GET', '/subscriptions')).body;
  expect(subscriptions.map((one: { filter_polices: unknown }) => one.filter_polices)).toEqual([A, B, []]);
});

describe('a message goes to', () => {
  test.each<[string, Attribute[] | undefined, string[]]>([
    ['everybody, without attributes', undefined, ['a', 'b', 'c']],
    ['everybody, with none of them', [], ['a', 'b', 'c']],
    ['whoever has one of its values', [string('week', 'sunday')], ['a']],
    ['whoever has one of its values, written as a list of one', [string('week', ['sunday'])], ['a']],
    [
      'nobody, where one attribute is for A and another for B',
      [string('week', 'sunday'), string('time', 'night')],
      [],
    ],
    ['whoever has a value of each attribute', [string('week', 'monday'), string('time', 'night')], ['b']],
    ['whoever has any value of a list', [array('week', ['sunday', 'monday'])], ['a', 'b']],
    [
      'both, where each finds a value in each list',
      [array('week', ['sunday', 'monday']), array('time', ['morning', 'night'])],
      ['a', 'b'],
    ],
    ['nobody, where no policy has its name', [string('place', 'here')], []],
    [
      'nobody, where one of two names is in no policy',
      [string('week', 'sunday'), string('place', 'here')],
      [],
    ],
    ['nobody, where only the case is the same', [string('week', 'Sunday')], []],
    [
      'subscribers of a protocol',
      [{ name: 'smn_protocol', type: 'PROTOCOL', value: ['http', 'sms'] }],
      ['a', 'b', 'c'],
    ],
    ['no subscriber of other protocols', [{ name: 'smn_protocol', type: 'PROTOCOL', value: ['email'] }], []],
    [
      'subscribers of a protocol whose policies match',
      [{ name: 'smn_protocol', type: 'PROTOCOL', value: ['http'] }, string('week', 'tuesday')],
      ['b'],
    ],
  ])('%s', async (_name, attributes, expected) => {
    expect(await whoGets(attributes)).toEqual(expected);
  });
});

test('a key event has no attributes, and goes to everybody', async () => {
  const v3 = (route: string, body: unknown) =>
    house.call('POST', `/v3/${admin.projectId}${route}`, { token: admin.token, body });
  await v3('/notifications', { notification_name: 'all', operation_type: 'complete', topic_id: topic });
  await v3('/traces', { traces: [trace({ trace_name: 'deleteServer', resource_name: 'told' })] });
  const paths = await until(() => {
    const told = receiver.of('Notification').filter(({ body }) => body.message.includes('"told"'));
    return told.length === 3 ? told.map(({ path }) => path).sort() : undefined;
  });
  expect(paths).toEqual(['/a', '/b', '/c']);
  const { notifications } = (
    await house.call('GET', `/v3/${admin.projectId}/notifications/smn`, { token: admin.token })
  ).body;
  await house.call(
    'DELETE',
    `/v3/${admin.projectId}/notifications?notification_id=${notifications[0].notification_id}`,
    { token: admin.token },
  );
});

test('policies are replaced and removed, and what is published then goes by them', async () => {
  const other = [{ name: 'week', string_equals: ['friday'] }];
  expect((await setFor('a', other)).status).toBe(200);
  expect(await policesOf('a')).toEqual(other);
  expect(await whoGets([string('week', 'sunday')])).toEqual([]);
  expect(await whoGets([string('week', 'friday')])).toEqual(['a']);
  const { status, body } = await polices('DELETE', { subscription_urns: [urns.a] });
  expect([status, body.batch_result]).toEqual([200, []]);
  expect(await policesOf('a')).toEqual([]);
  expect(await whoGets([string('week', 'friday')])).toEqual([]);
  expect(await whoGets()).toEqual(['a', 'b', 'c']);
  await setFor('a', A);
});

test('one that is refused costs none of the others', async () => {
  const unknown = `${topic}:${'0'.repeat(32)}`;
  const others = await strangersSubscription();
  const given = [unknown, others, 'urn:smn:x', urns.c];
  const { status, body } = await polices('POST', {
    polices: given.map((subscription_urn) => ({ subscription_urn, filter_polices: A })),
  });
  expect(status).toBe(200);
  expect(body.batch_result).toEqual([
    { subscription_urn: unknown, code: 'SMN.0013', message: expect.stringContaining(unknown) },
    { subscription_urn: others, code: 'SMN.0013', message: expect.stringContaining(others) },
    { subscription_urn: 'urn:smn:x', code: 'SMN.0014', message: expect.stringContaining('32 hex') },
  ]);
  expect(await policesOf('c')).toEqual(A);
  expect((await polices('DELETE', { subscription_urns: given })).body.batch_result).toHaveLength(3);
  expect(await policesOf('c')).toEqual([]);
});

/** Of another account, which has policies. */
async function strangersSubscription(): Promise<string> {
  const domain = { name: 'strangers', admin: { name: 'admin', password: PASSWORD } };
  await house.call('POST', '/v3/domains', { token: (await house.signIn({})).token, body: { domain } });
  const stranger = await house.signIn({ account: 'strangers', project: 'local' });
  const at = (route: string, body: unknown) =>
    house.call('POST', `/v2/${stranger.projectId}/notifications${route}`, { token: stranger.token, body });
  const { topic_urn } = (await at('/topics', { name: 'alerts' })).body;
  const endpoint = `${receiver.url}/stranger`;
  return (await at(`/topics/${topic_urn}/subscriptions`, { protocol: 'http', endpoint })).body
    .subscription_urn;
}

describe('refused are policies with', () => {
  const good = { name: 'week', string_equals: ['sunday'] };
  const many = (count: number) => Array.from({ length: count }, (_, i) => ({ ...good, name: `w${i}` }));
  test.each<[string, unknown]>([
    ['none', []],
    ['more than five', many(6)],
    ...['', 'Week', '_week', 'week_', 'a__b', 'smn_week', 'w-1', 'x'.repeat(33), 'wéek'].map(
      (name): [string, unknown] => [`the name ${name}`, [{ ...good, name }]],
    ),
    ...[
      [],
      ['a', 'a'],
      [''],
      ['a b'],
      ['x'.repeat(33)],
      [null],
      Array.from({ length: 11 }, (_, i) => `v${i}`),
    ].map((string_equals): [string, unknown] => [
      `the values ${JSON.stringify(string_equals)}`,
      [{ ...good, string_equals }],
    ]),
    ['no values', [{ name: 'week' }]],
  ])('%s', async (_name, filter_polices) => {
    for (const method of ['POST', 'PUT']) {
      const { status, body } = await setFor('c', filter_polices, method);
      expect([status, body.code], JSON.stringify(body)).toEqual([400, expect.stringMatching(/^(SMN|CTS)\./)]);
    }
    expect(await policesOf('c')).toEqual([]);
  });

  test('a name twice, which costs no other subscription', async () => {
    const both = [
      { subscription_urn: urns.c, filter_polices: [good, good] },
      { subscription_urn: urns.b, filter_polices: B },
    ];
    const { body } = await polices('POST', { polices: both });
    expect(body.batch_result).toMatchObject([{ subscription_urn: urns.c, code: 'SMN.00011027' }]);
    expect([await policesOf('b'), await policesOf('c')]).toEqual([B, []]);
  });

  test('more than 100 subscriptions', async () => {
    const one = { subscription_urn: urns.c, filter_polices: [good] };
    expect((await polices('POST', { polices: Array(101).fill(one) })).status).toBe(400);
    expect((await polices('DELETE', { subscription_urns: Array(101).fill(urns.c) })).status).toBe(400);
    expect((await polices('POST', { polices: [] })).status).toBe(400);
    expect(await policesOf('c')).toEqual([]);
  });
});

describe('refused is a message whose attributes have', () => {
  test.each<[string, unknown]>([
    ['a name twice', [string('week', 'a'), string('week', 'b')]],
    ['a name that policies cannot have', [string('smn_protocol', 'http')]],
    ['a type that is not known', [{ name: 'week', type: 'NUMBER', value: '1' }]],
    ['an empty value', [string('week', '')]],
    ['a value with a space', [string('week', 'a b')]],
    ['several values for a string', [string('week', ['a', 'b'])]],
    ['one text for a list', [{ name: 'week', type: 'STRING_ARRAY', value: 'a' }]],
    ['a value twice', [array('week', ['a', 'a'])]],
    [
      'eleven values',
      [
        array(
          'week',
          Array.from({ length: 11 }, (_, i) => `v${i}`),
        ),
      ],
    ],
    ['another protocol', [{ name: 'smn_protocol', type: 'PROTOCOL', value: ['pigeon'] }]],
    ['another name for protocols', [{ name: 'week', type: 'PROTOCOL', value: ['http'] }]],
    ['too many of them', Array.from({ length: 11 }, (_, i) => string(`w${i}`, 'a'))],
  ])('%s', async (_name, message_attributes) => {
    const { status, body } = await v2('POST', `/topics/${topic}/publish`, {
      message: 'no',
      message_attributes,
    });
    expect([status, body.code], JSON.stringify(body)).toEqual([400, 'SMN.00011027']);
    expect(body.message).toContain('message_attributes');
  });
});

test('policies that cannot be read count as none, and cost nothing else', async () => {
  const metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  const id = urns.a?.split(':').at(-1) as string;
  const keep = (filter_polices: string) =>
    metadata.updateTable('smn_subscriptions').set({ filter_polices }).where('id', '=', id).execute();
  for (const torn of ['{torn', 'null', '[{"name":7}]']) {
    await keep(torn);
    expect(await policesOf('a')).toEqual([]);
    expect(await whoGets([string('week', 'sunday')])).toEqual([]);
    expect(await whoGets()).toEqual(['a', 'b', 'c']);
  }
  await keep(JSON.stringify(A));
  await metadata.destroy();
});

test('each call is a trace, which says what became of it', async () => {
  await setFor('c', A, 'POST');
  await setFor('c', B);
  await polices('DELETE', { subscription_urns: [urns.c] });
  await polices('DELETE', { subscription_urns: [`${topic}:${'0'.repeat(32)}`] });
  await house.searchable(admin.token);
  const { body } = await house.call(
    'GET',
    `/v3/${admin.projectId}/traces?service_type=SMN&resource_type=filter_polices&limit=200`,
    { token: admin.token },
  );
  const told = body.traces.map((one: Record<string, string>) => [one.trace_name, one.resource_id, one.code]);
  for (const name of ['batchCreateFilterPolices', 'batchUpdateFilterPolices', 'batchDeleteFilterPolices']) {
    expect(told).toContainEqual([name, urns.c, '200']);
  }
  // Nothing was changed by the last one.
  expect(told[0]).toEqual(['batchDeleteFilterPolices', expect.anything(), '404']);
});
