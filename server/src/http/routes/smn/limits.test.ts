import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House } from '../../../testing/house.ts';

const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
let topic: string;
let topicId: string;
const v2 = (method: string, route: string, body?: unknown, headers = {}) =>
  house.call(method, `/v2/${admin.projectId}${route}`, { token: admin.token, body, headers });
const smn = (method: string, route: string, body?: unknown) => v2(method, `/notifications${route}`, body);

beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
  await house.call('POST', `/v3/${admin.projectId}/tracker`, {
    token: admin.token,
    body: { tracker_type: 'system', tracker_name: 'system' },
  });
  topic = (await smn('POST', '/topics', { name: 'alerts' })).body.topic_urn;
  topicId = (await smn('GET', '/topics?name=alerts')).body.topics[0].topic_id;
}, 60_000);
afterAll(() => house.stop());

/** A value at the edge of its rule is taken, one beyond gets the code of `docs/reference/smn-api.md` 12. */
const EDGES: [what: string, call: (beyond: boolean) => ReturnType<typeof smn>, code: string][] = [
  ['name of a topic', (b) => smn('POST', '/topics', { name: 'n'.repeat(b ? 256 : 255) }), 'SMN.0002'],
  [
    'display_name in bytes',
    (b) => smn('POST', '/topics', { name: 'd', display_name: 'ü'.repeat(b ? 97 : 96) }),
    'SMN.0003',
  ],
  [
    'introduction in bytes',
    (b) => smn('PUT', `/topics/${topic}/attributes/introduction`, { value: 'x'.repeat(b ? 121 : 120) }),
    'SMN.0047',
  ],
  [
    'access_policy in bytes',
    (b) =>
      smn('PUT', `/topics/${topic}/attributes/access_policy`, {
        value: JSON.stringify({ a: 'x'.repeat(30 * 1024 - 8 + (b ? 1 : 0)) }),
      }),
    'SMN.0047',
  ],
  [
    'remark in bytes',
    (b) =>
      smn('POST', `/topics/${topic}/subscriptions`, {
        protocol: 'email',
        endpoint: `r${b}@example.com`,
        remark: 'x'.repeat(b ? 129 : 128),
      }),
    'SMN.0017',
  ],
  [
    'own headers',
    (b) =>
      smn('POST', `/topics/${topic}/subscriptions`, {
        protocol: 'https',
        endpoint: `https://example.com/${b}`,
        extension: {
          header: Object.fromEntries(Array.from({ length: b ? 11 : 10 }, (_, i) => [`x-${i}`, 'v'])),
        },
      }),
    'SMN.0012',
  ],
  [
    'subject',
    (b) => smn('POST', `/topics/${topic}/publish`, { subject: 's'.repeat(b ? 513 : 512), message: 'm' }),
    'SMN.0008',
  ],
  [
    'message in bytes',
    (b) => smn('POST', `/topics/${topic}/publish`, { message: 'm'.repeat(256 * 1024 + (b ? 1 : 0)) }),
    'SMN.0009',
  ],
  [
    'time_to_live',
    (b) => smn('POST', `/topics/${topic}/publish`, { message: 'm', time_to_live: b ? '604801' : '604800' }),
    'SMN.0019',
  ],
  [
    'name of a template',
    (b) =>
      smn('POST', '/message_template', {
        message_template_name: 't'.repeat(b ? 65 : 64),
        content: 'x',
        protocol: 'default',
      }),
    'SMN.0032',
  ],
  [
    'placeholders of a template',
    (b) =>
      smn('POST', '/message_template', {
        message_template_name: `p${b}`,
        content: '{a}'.repeat(b ? 257 : 256),
        protocol: 'default',
      }),
    'SMN.0024',
  ],
  [
    'different placeholders',
    (b) =>
      smn('POST', '/message_template', {
        message_template_name: `q${b}`,
        content: Array.from({ length: b ? 91 : 90 }, (_, i) => `{t${i}}`).join(''),
        protocol: 'default',
      }),
    'SMN.0024',
  ],
  [
    'tags of a topic',
    (b) =>
      v2('POST', `/smn_topic/${topicId}/tags/action`, {
        action: 'create',
        tags: Array.from({ length: b ? 21 : 20 }, (_, i) => ({ key: `k${i}`, value: '' })),
      }),
    'SMN.0075',
  ],
  ['limit of a page', (b) => smn('GET', `/topics?limit=${b ? 101 : 100}`), 'SMN.0015'],
];
test.each(EDGES)('%s: the limit is taken, one more is refused with its code', async (_, call, code) => {
  const taken = await call(false);
  expect(taken.status, JSON.stringify(taken.body)).toBeLessThan(300);
  const refused = await call(true);
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect(refused.body).toMatchObject({ code, message: expect.any(String), request_id: expect.any(String) });
});

test.each([
  ['email', 'no-address', 'SMN.0012'],
  ['email', 'a@b, c@d', 'SMN.0012'],
  ['email', 'a@b\r\nBcc: c@d', 'SMN.0012'],
  ['sms', '+49abc', 'SMN.0012'],
  ['https', 'http://example.com', 'SMN.0012'],
  ['http', 'https://example.com', 'SMN.0012'],
  ['https', 'https://user:pass@example.com', 'SMN.0012'],
  ['https', 'https://169.254.169.254/latest', 'SMN.0069'],
  ['https', 'https://[::1]:8443/', 'SMN.0069'],
  ['fax', '1', 'SMN.0011'],
])('the endpoint %s %s is refused with %s', async (protocol, endpoint, code) => {
  const { body } = await smn('POST', `/topics/${topic}/subscriptions`, { protocol, endpoint });
  expect(body).toMatchObject({ code, message: expect.any(String) });
});

test.each([
  [{ 'smn-x': 'v' }, 'x-'],
  [{ 'x-smn-y': 'v' }, 'x-smn'],
  [{ 'x-a': 'line\nbreak' }, 'ASCII'],
  [{ 'x-a': 'v'.repeat(1100) }, '1024'],
])('the header %j is refused', async (header, told) => {
  const wanted = { protocol: 'https', endpoint: 'https://example.com/h', extension: { header } };
  const { body } = await smn('POST', `/topics/${topic}/subscriptions`, wanted);
  expect(body).toMatchObject({ code: 'SMN.0012', message: expect.stringContaining(told) });
});

test('what is not there is told with its code; another project sees nothing', async () => {
  expect(await smn('GET', `/topics/urn:smn:local:${admin.projectId}:none`)).toMatchObject({
    status: 404,
    body: { code: 'SMN.0006' },
  });
  expect((await smn('GET', '/topics/nonsense')).body.code).toBe('SMN.0005');
  expect((await smn('GET', `/topics/${topic.replace('local', 'eu-de')}`)).status).toBe(404);
  expect((await smn('DELETE', `/subscriptions/${topic}`)).body.code).toBe('SMN.0014');
  expect((await smn('DELETE', `/subscriptions/${topic}:${'a'.repeat(32)}`)).body.code).toBe('SMN.0013');
  expect((await smn('GET', '/message_template/none')).body.code).toBe('SMN.0027');
  expect((await smn('GET', `/topics/${topic}/attributes?name=none`)).body.code).toBe('SMN.0046');
  for (const path of [
    '/rest/v2/notifications/subscription/confirm',
    '/v2/notifications/subscriptions/subscribe',
  ]) {
    expect((await house.call('GET', `${path}?token=none`)).body.code).toBe('SMN.0022');
  }
  expect((await house.call('GET', '/smn/SMN_local_0.pem')).status).toBe(404);
});

test('URNs come bare or escaped; deletes answer 200 with request_id', async () => {
  const { topic_urn } = (await smn('POST', '/topics', { name: 'short-lived' })).body;
  expect((await smn('GET', `/topics/${encodeURIComponent(topic_urn)}`)).status).toBe(200);
  const { subscription_urn } = (
    await smn('POST', `/topics/${topic_urn}/subscriptions`, { protocol: 'email', endpoint: 'x@example.com' })
  ).body;
  const gone = await smn('DELETE', `/subscriptions/${encodeURIComponent(subscription_urn)}`);
  expect([gone.status, Object.keys(gone.body)]).toEqual([200, ['request_id']]);
  expect((await smn('DELETE', `/topics/${topic_urn}`)).status).toBe(200);
  expect((await smn('GET', `/topics/${topic_urn}`)).status).toBe(404);
});

test('fifty subscriptions at once; one that is refused costs none of the others', async () => {
  const many = Array.from({ length: 50 }, (_, i) => ({
    protocol: i === 7 ? 'fax' : 'email',
    endpoint: `m${i}@example.com`,
  }));
  const { status, body } = await smn('POST', `/topics/${topic}/subscriptions`, { subscriptions: many });
  expect(status).toBe(201);
  expect(body.subscriptions_result).toHaveLength(50);
  expect(body.subscriptions_result[7]).toMatchObject({ code: 'SMN.0011', protocol: 'fax' });
  expect(
    body.subscriptions_result.filter((one: { subscription_urn?: string }) => one.subscription_urn),
  ).toHaveLength(49);
  const tooMany = [...many, { protocol: 'email', endpoint: 'n@example.com' }];
  expect((await smn('POST', `/topics/${topic}/subscriptions`, { subscriptions: tooMany })).status).toBe(400);
});

describe('templates', () => {
  test('one for each name and protocol; default is needed to publish with them', async () => {
    const make = (protocol: string) =>
      smn('POST', '/message_template', {
        message_template_name: 'alarm',
        content: `${protocol}: {what}`,
        protocol,
      });
    const { message_template_id } = (await make('email')).body;
    expect((await make('email')).body.code).toBe('SMN.0025');
    const publish = () =>
      smn('POST', `/topics/${topic}/publish`, { message_template_name: 'alarm', tags: { what: 'fire' } });
    expect((await publish()).body.code).toBe('SMN.0076');
    await make('default');
    expect((await publish()).status).toBe(200);
    expect((await smn('GET', `/message_template/${message_template_id}`)).body).toMatchObject({
      protocol: 'email',
      tag_names: ['what'],
    });
    await smn('PUT', `/message_template/${message_template_id}`, { content: '{who}' });
    expect((await smn('GET', '/message_template?message_template_name=alarm')).body).toMatchObject({
      message_template_count: 2,
      message_templates: [{ tag_names: ['who'] }, {}],
    });
    expect((await smn('DELETE', `/message_template/${message_template_id}`)).status).toBe(200);
  });

  test('there are at most 100', async () => {
    const count = (await smn('GET', '/message_template')).body.message_template_count;
    for (let i = count; i < 100; i++) {
      await smn('POST', '/message_template', {
        message_template_name: `m${i}`,
        content: 'x',
        protocol: 'default',
      });
    }
    const one = { message_template_name: 'one-more', content: 'x', protocol: 'default' };
    expect((await smn('POST', '/message_template', one)).body.code).toBe('SMN.0044');
  });
});

test('a message of parts: default is mandatory, each protocol gets its own', async () => {
  const publish = (structure: unknown) =>
    smn('POST', `/topics/${topic}/publish`, {
      message_structure: typeof structure === 'string' ? structure : JSON.stringify(structure),
    });
  for (const bad of ['{', '[]', { email: 'x' }, { default: 1 }]) {
    expect((await publish(bad)).body.code).toBe('SMN.0021');
  }
  expect((await publish({ default: 'd', email: 'e' })).status).toBe(200);
  expect((await smn('POST', `/topics/${topic}/publish`, {})).body.code).toBe('SMN.0009');
});

test('tags are found by the name of the topic, as Terraform asks', async () => {
  const byName = { 'x-smn-resourceid-type': 'name' };
  await v2('POST', '/smn_topic/alerts/tags', { tag: { key: 'k0', value: 'new' } }, byName);
  const { tags } = (await v2('GET', '/smn_topic/alerts/tags', undefined, byName)).body;
  expect(tags.find(({ key }: { key: string }) => key === 'k0')).toEqual({ key: 'k0', value: 'new' });
  expect((await v2('DELETE', '/smn_topic/alerts/tags/none', undefined, byName)).status).toBe(404);
  expect((await v2('DELETE', '/smn_topic/alerts/tags/k0', undefined, byName)).status).toBe(204);
  const found = await v2('POST', '/smn_topic/resource_instances/action', {
    action: 'filter',
    tags: [{ key: 'k1' }],
  });
  const detail = { topic_urn: expect.stringMatching(/:alerts$/), display_name: expect.any(String) };
  expect(found.body).toMatchObject({
    total_count: 1,
    resources: [{ resource_name: 'alerts', resource_detail: { ...detail, enterprise_project_id: '0' } }],
  });
  expect(found.body.resources[0].resource_detail.detail_id).toBe(found.body.resources[0].resource_id);
});

test('every change is a trace of SMN', async () => {
  await house.searchable(admin.token);
  const { body } = await house.call('GET', `/v3/${admin.projectId}/traces?service_type=SMN&limit=200`, {
    token: admin.token,
  });
  const names = new Set(body.traces.map((one: { trace_name: string }) => one.trace_name));
  for (const name of [
    ...[
      'createTopic',
      'deleteTopic',
      'updateTopicAttribute',
      'subscribe',
      'delsubscribe',
      'createMessageTemplate',
    ],
    ...['updateMessageTemplate', 'deleteMessageTemplate', 'batchCreateTag', 'deleteTag'],
  ]) {
    expect(names, name).toContain(name);
  }
});
