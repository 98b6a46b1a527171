import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hideAddress } from '../../../auditing/index.ts';
import { House, trace } from '../../../testing/house.ts';
import { Receiver } from '../../../testing/receiver.ts';

const house = new House();
const receiver = new Receiver();
let admin: Awaited<ReturnType<House['signIn']>>;
let topic: string;
const v2 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v2/${admin.projectId}/notifications${route}`, { token: admin.token, body });
const v3 = (method: string, route: string, body?: unknown, token = admin.token) =>
  house.call(method, `/v3/${admin.projectId}${route}`, { token, body });
const arrived = async (count = 1) => {
  await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(count);
  return receiver.received;
};

beforeAll(async () => {
  await receiver.start();
  await house.start({ OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' });
  admin = await house.signIn({ project: 'local' });
  await v3('POST', '/tracker', { tracker_type: 'system', tracker_name: 'system' });
});
afterAll(async () => {
  await house.stop();
  await receiver.stop();
});
let topics = 0;
beforeEach(async () => {
  receiver.received.length = 0;
  topic = (await v2('POST', '/topics', { name: `alerts-${++topics}`, display_name: 'Alerts' })).body
    .topic_urn;
});

const subscribe = async (form: string, path = `/${form}-${topics}`) => {
  const { status, body } = await v2('POST', `/topics/${topic}/subscriptions`, {
    protocol: 'http',
    endpoint: `${receiver.url}${path}`,
    extension: { form },
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return (body.subscription_urn as string).split(':').at(-1) as string;
};
const confirm = (id: string, endpoint: string, token?: string) =>
  v3('POST', `/smn/subscriptions/${id}/confirm`, { endpoint }, token);

test.each(['slack', 'teams', 'plain'])(
  'a receiver of the form %s is asked in its form, confirmed by hand, and told',
  async (form) => {
    const id = await subscribe(form);
    const [asked] = await arrived();
    const link =
      /https?:[^"|>\\]+confirm\?[^"|>\\]+/.exec(asked?.text ?? '')?.[0].replaceAll('&amp;', '&') ?? '';
    // What opens the link to show a picture of it confirms nothing.
    expect(await (await fetch(link)).text()).toContain('<form');
    await v2('POST', `/topics/${topic}/publish`, { subject: 'Too early', message: 'x' });
    const endpoint = `${receiver.url}/${form}-${topics}`;
    expect(await confirm(id, `${receiver.url}/other`)).toMatchObject({
      status: 400,
      body: { code: 'SMN.0012' },
    });
    expect((await confirm(id, endpoint)).status).toBe(200);
    expect((await fetch(link)).status).toBe(403);
    await v2('POST', `/topics/${topic}/publish`, {
      subject: 'Hello <!channel>',
      message: 'World & <https://evil.example|all> [x](http://evil.example)',
    });
    const told = (await arrived(2))[1];
    expect(told?.headers['content-type']).toContain('application/json');
    const body = told?.body;
    if (form === 'slack') {
      expect(body).toEqual({
        text: '*Hello &lt;!channel&gt;*\nWorld &amp; &lt;https://evil.example|all&gt; [x](http://evil.example)',
      });
    } else if (form === 'teams') {
      expect(body.attachments[0]).toMatchObject({
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: { type: 'AdaptiveCard', body: [{ type: 'RichTextBlock' }, { type: 'RichTextBlock' }] },
      });
    } else {
      expect(body).toMatchObject({ title: 'Hello <!channel>', text: expect.stringContaining('World') });
    }
  },
);

test('a key event says what, who, which, when, from where, and where to look', async () => {
  const ids = [await subscribe('slack'), await subscribe('teams'), await subscribe('plain')];
  await arrived(3);
  for (const [index, form] of ['slack', 'teams', 'plain'].entries()) {
    expect((await confirm(ids[index] ?? '', `${receiver.url}/${form}-${topics}`)).status).toBe(200);
  }
  receiver.received.length = 0;
  const made = await v3('POST', '/notifications', {
    notification_name: 'deletions',
    operation_type: 'customized',
    operations: [{ service_type: 'ECS', resource_type: 'ecs', trace_names: ['deleteServer'] }],
    topic_id: topic,
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const sent = trace({
    trace_name: 'deleteServer',
    resource_name: 'web-1',
    resource_id: 'i-1',
    source_ip: '203.0.113.7',
    user: { name: 'jane <b>', domain: { id: 'd1', name: 'acme' } },
  });
  const reported = await v3('POST', '/traces', { traces: [sent] });
  expect(reported.body, JSON.stringify(reported)).toMatchObject({ accepted: 1 });
  await arrived(3);
  for (const { text } of receiver.received) {
    for (const part of [
      'deleteServer',
      'web-1',
      'jane',
      '203.0.113.7',
      'UTC',
      '/console/?project=',
      'deletions',
    ]) {
      if (part === 'deletions' && !text.startsWith('{"text"') && !text.startsWith('{"type"')) continue;
      expect(text).toContain(part);
    }
  }
  const slack = receiver.received.find(({ path }) => path.startsWith('/slack'));
  expect(slack?.body.text).toMatch(/<http[^|>]+trace=[^|>]+\|Look at it in OpenCTS>/);
  expect(slack?.body.text).not.toContain('<b>');
});

describe('confirming by hand', () => {
  test('is for receivers that cannot confirm by themselves', async () => {
    for (const [protocol, endpoint] of [
      ['http', `${receiver.url}/self`],
      ['email', 'jane@example.com'],
      ['sms', '+491701234567'],
    ]) {
      const { body } = await v2('POST', `/topics/${topic}/subscriptions`, { protocol, endpoint });
      const id = body.subscription_urn.split(':').at(-1);
      expect((await confirm(id, endpoint ?? '')).status).toBe(400);
      expect((await v2('GET', `/topics/${topic}/subscriptions`)).body.subscriptions.at(-1).status).toBe(0);
    }
  });

  test('needs a right of its own, is recorded, and never crosses a project', async () => {
    const id = await subscribe('slack');
    const endpoint = `${receiver.url}/slack-${topics}`;
    await house.addUser(admin, `reader-${topics}`, [{ role: 'SMN ReadOnlyAccess', scope: admin.projectId }]);
    const reader = await house.signIn({ name: `reader-${topics}`, project: 'local' });
    expect((await confirm(id, endpoint, reader.token)).status).toBe(403);
    expect((await confirm('f'.repeat(32), endpoint)).status).toBe(404);
    expect((await confirm(id, endpoint)).status).toBe(200);
    await house.searchable(admin.token);
    const { body } = await v3(
      'GET',
      '/traces?service_type=SMN&trace_name=confirmSubscriptionByHand&limit=200',
    );
    const ended = body.traces.map((one: { code: string; resource_name: string }) => [
      one.code,
      one.resource_name,
    ]);
    expect(ended).toContainEqual(['200', hideAddress(endpoint)]);
  });

  test('the form cannot be changed afterwards, and is for http and https alone', async () => {
    const id = await subscribe('slack');
    const change = (form?: string) =>
      v2('PUT', `/topics/${topic}/subscriptions/${topic}:${id}`, {
        extension: { form, header: { 'x-a': 'b' } },
      });
    expect((await change('opencts')).status).toBe(400);
    expect((await change()).status).toBe(200);
    const { subscriptions } = (await v3('GET', '/smn/subscriptions')).body;
    expect(subscriptions.at(-1).extension).toEqual({ form: 'slack', header: { 'x-a': '********' } });
    const wrong = { protocol: 'email', endpoint: 'a@b.cc', extension: { form: 'slack' } };
    expect((await v2('POST', `/topics/${topic}/subscriptions`, wrong)).body.code).toBe('SMN.0012');
    const odd = { protocol: 'http', endpoint: `${receiver.url}/x`, extension: { form: 'morse' } };
    expect((await v2('POST', `/topics/${topic}/subscriptions`, odd)).body.code).toBe('SMN.0012');
  });
});

test.each([
  ['NUL', 'a\0b'],
  ['CR', 'a\rBcc: c@d.ee'],
  ['LF', 'a\nb'],
  ['ESC', 'a\x1b[2J'],
  ['a turn of direction', 'a\u202eb'],
])('%s in what becomes a header is refused with its field', async (_, text) => {
  const refusals = [
    [await v2('POST', `/topics/${topic}/publish`, { subject: text, message: 'm' }), 'SMN.0008'],
    [await v2('POST', '/topics', { name: 'odd', display_name: text }), 'SMN.0003'],
    [await v2('PUT', `/topics/${topic}`, { display_name: text }), 'SMN.0003'],
    [await v2('POST', '/topics', { name: text }), 'SMN.0002'],
    [
      await v2('POST', `/topics/${topic}/subscriptions`, {
        protocol: 'email',
        endpoint: 'a@b.cc',
        remark: text,
      }),
      'SMN.0017',
    ],
  ] as const;
  for (const [{ status, body }, code] of refusals) {
    expect(status).toBe(400);
    // NUL is refused wherever it stands in a body.
    expect(text.includes('\0') ? ['CTS.0003', code] : [code]).toContain(body.code);
  }
});

test('control characters in texts are refused, line breaks are not', async () => {
  for (const text of ['a\x1b[2J', 'a\x07', 'a\x7f']) {
    expect((await v2('POST', `/topics/${topic}/publish`, { message: text })).body.code).toBe('SMN.0009');
    const template = { message_template_name: `t-${topics}`, content: text, protocol: 'default' };
    expect((await v2('POST', '/message_template', template)).body.code).toBe('SMN.0024');
  }
  expect((await v2('POST', `/topics/${topic}/publish`, { message: 'a\r\n\tb' })).status).toBe(200);
});
