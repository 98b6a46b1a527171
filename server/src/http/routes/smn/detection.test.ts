import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { House, PASSWORD } from '../../../testing/house.ts';
import { Receiver } from '../../../testing/receiver.ts';
import { until } from '../../../testing/until.ts';

/*
 * Whether an endpoint can be reached is tried with a real request, which goes no further than that of a subscription
 * would, and tells no more of what is there.
 */
const SECRET = 'plain-words-of-a-hook';
const house = new House();
const receiver = new Receiver();
type Caller = Awaited<ReturnType<House['signIn']>>;
let admin: Caller;
let topic: string;

const as = ({ token, projectId }: Caller, method: string, route: string, body?: unknown) =>
  house.call(method, `/v2/${projectId}/notifications${route}`, { token, body });
const begin = (body: unknown, of = topic) => as(admin, 'POST', `/topics/${of}/detection`, body);
const look = (task: string, of = topic, who = admin) => as(who, 'GET', `/topics/${of}/detection/${task}`);
const at = (path: string, more: object = {}) => ({
  protocol: 'http',
  endpoint: `${receiver.url}${path}`,
  ...more,
});
const resultOf = (task: string) =>
  until(async () => {
    const { status, body } = await look(task);
    expect(status, JSON.stringify(body)).toBe(200);
    if (body.status !== 1) return body;
    expect(body.detail).toBeUndefined();
  });
async function tried(body: unknown) {
  const answer = await begin(body);
  expect([answer.status, Object.keys(answer.body).sort()], JSON.stringify(answer.body)).toEqual([
    200,
    ['request_id', 'task_id'],
  ]);
  return resultOf(answer.body.task_id);
}

beforeAll(async () => {
  await receiver.start();
  await house.start({ OPENCTS_DELIVERY_NETWORKS: '127.0.0.1/32' });
  admin = await house.signIn({ project: 'local' });
  await house.call('POST', `/v3/${admin.projectId}/tracker`, {
    token: admin.token,
    body: { tracker_type: 'system', tracker_name: 'system' },
  });
  topic = (await as(admin, 'POST', '/topics', { name: 'alerts' })).body.topic_urn;
}, 60_000);
beforeEach(() => {
  Object.assign(receiver, { says: 'told', always: 200 });
  receiver.received.length = 0;
});
/** What an account may try begins anew, and what came of it is forgotten. */
async function anHourLater(): Promise<void> {
  house.skew += 3_700_000;
  admin = await house.signIn({ project: 'local' });
}
afterAll(async () => {
  await house.stop();
  await receiver.stop();
});

test('an endpoint that answers can be reached', async () => {
  const told = await tried(at('/hook', { extension: { header: { 'x-hook-auth': SECRET } } }));
  expect(told).toMatchObject({ status: 0, detail: { httpCode: 200 }, request_id: expect.any(String) });
  // What is there is nobody's matter where it is well.
  expect(told.detail.httpResponse).not.toContain('told');
  const [{ path, headers, body } = { path: '', headers: {}, body: {} }] = receiver.received;
  expect(path).toBe('/hook');
  expect(headers).toMatchObject({
    'x-hook-auth': SECRET,
    'x-smn-message-type': 'Detection',
    'x-smn-topic-urn': topic,
  });
  expect(body).toMatchObject({ type: 'Detection', topic_urn: topic, signature: expect.any(String) });
  expect((await as(admin, 'GET', '/subscriptions')).body.subscription_count).toBe(0);
});

test('one that refuses is told with its answer, bounded and without the headers that it was sent', async () => {
  receiver.always = 403;
  receiver.says = `you said ${SECRET}, and ${'x'.repeat(10_000)}`;
  const told = await tried(at('/hook', { extension: { header: { 'x-hook-auth': SECRET } } }));
  expect(told).toMatchObject({ status: 2, detail: { httpCode: 403 } });
  expect(told.detail.httpResponse).toContain('you said ********, and xxx');
  expect(told.detail.httpResponse.length).toBeLessThan(400);
});

test('one that leads on is not followed', async () => {
  receiver.always = 302;
  const other = await new Receiver().start();
  receiver.location = `${other.url}/inside`;
  expect(await tried(at('/hook'))).toMatchObject({ status: 2, detail: { httpCode: 302 } });
  expect(other.received).toEqual([]);
  await other.stop();
});

test('nobody there, and an answer that is cut off', async () => {
  expect(await tried({ protocol: 'http', endpoint: 'http://127.0.0.1:1/x' })).toMatchObject({
    status: 2,
    detail: { httpCode: -1, httpResponse: expect.stringContaining('ECONNREFUSED') },
  });
  receiver.always = 'hang';
  const { body } = await begin(at('/slow'));
  expect((await look(body.task_id)).body).toEqual({ status: 1, request_id: expect.any(String) });
  expect(await resultOf(body.task_id)).toMatchObject({ status: 2, detail: { httpCode: -1 } });
}, 30_000);

describe('refused as subscribing is', () => {
  test.each([
    'http://127.0.0.2/x',
    'http://10.0.0.1/x',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/x',
    'http://[::ffff:10.0.0.1]/x',
    'http://2130706434/x',
    'https://8.8.8.8:22/',
    'http://user:password@8.8.8.8/',
    'ftp://8.8.8.8/',
    'https://8.8.8.8/#x',
    'http:/8.8.8.8',
    'not a URL',
    '',
  ])('%s', async (endpoint) => {
    const protocol = endpoint.startsWith('https') ? 'https' : 'http';
    const tested = await begin({ protocol, endpoint });
    const subscribed = await as(admin, 'POST', `/topics/${topic}/subscriptions`, { protocol, endpoint });
    expect([tested.status, tested.body.code]).toEqual([subscribed.status, subscribed.body.code]);
    expect(tested.status).toBeGreaterThanOrEqual(400);
    if (endpoint) expect(tested.body.message).not.toContain(endpoint);
  });

  test('a name of a private network, when it is resolved', async () => {
    // No name leads out of here; that of this machine is refused by itself.
    const told = await begin({ protocol: 'http', endpoint: 'http://localhost:1/x' });
    if (told.status === 200) expect((await resultOf(told.body.task_id)).status).toBe(2);
    else expect(told.body.code).toBe('SMN.0069');
  });

  test.each([
    ['another protocol', { protocol: 'email', endpoint: 'jane@example.com' }],
    ['another scheme', { protocol: 'https', endpoint: 'http://8.8.8.8/' }],
    ['no protocol', { endpoint: 'http://8.8.8.8/' }],
    ['no endpoint', { protocol: 'http' }],
    [
      'a header of the service',
      {
        ...{ protocol: 'http', endpoint: 'http://8.8.8.8/' },
        extension: { header: { 'x-smn-topic-urn': 'x' } },
      },
    ],
  ])('%s', async (_what, body) => {
    const answer = await begin(body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(400);
  });

  test('a masked value of a header', async () => {
    const { body } = await begin(at('/', { extension: { header: { 'x-a': '********' } } }));
    expect(body.code).toBe('SMN.0012');
  });
  test('nothing of it has gone out', () => expect(receiver.received).toEqual([]));
});

test('a task is of its project and topic, and ends', async () => {
  const { task_id } = (await begin(at('/mine'))).body;
  const other = (await as(admin, 'POST', '/topics', { name: 'other' })).body.topic_urn;
  const domain = { name: 'strangers', admin: { name: 'admin', password: PASSWORD } };
  await house.call('POST', '/v3/domains', { token: (await house.signIn({})).token, body: { domain } });
  const stranger = await house.signIn({ account: 'strangers', project: 'local' });
  const theirs = (await as(stranger, 'POST', '/topics', { name: 'alerts' })).body.topic_urn;
  expect((await look(task_id)).status).toBe(200);
  expect((await look(task_id, other)).status).toBe(404);
  expect((await look(task_id, theirs, stranger)).status).toBe(404);
  expect((await look(task_id, topic, stranger)).status).toBe(404);
  expect((await look('0'.repeat(32))).status).toBe(404);
  await resultOf(task_id);
  await anHourLater();
  expect((await look(task_id)).status).toBe(404);
});

test('who may not subscribe may not try endpoints', async () => {
  await house.addUser(admin, 'reader', [{ role: 'SMN ReadOnlyAccess', scope: admin.projectId }]);
  const reader = await house.signIn({ name: 'reader', project: 'local' });
  expect((await as(reader, 'POST', `/topics/${topic}/detection`, at('/x'))).status).toBe(403);
  expect(receiver.received).toEqual([]);
});

test('each is a trace, without the secrets', async () => {
  await anHourLater();
  await tried(at('/services/T000/hook-token-wxyz', { extension: { header: { 'x-hook-auth': SECRET } } }));
  await house.searchable(admin.token);
  const { body } = await house.call(
    'GET',
    `/v3/${admin.projectId}/traces?trace_name=publishHttpDetect&limit=200`,
    { token: admin.token },
  );
  const told = JSON.stringify(body.traces);
  expect(body.traces[0]).toMatchObject({ resource_id: topic, resource_name: 'alerts', code: '200' });
  expect(told).not.toContain(SECRET);
  expect(told).not.toContain('hook-token');
});

test('an account tries so many endpoints within a minute, and other accounts theirs', async () => {
  await anHourLater();
  const answers = [];
  for (let i = 0; i < 61; i++) answers.push(await begin(at(`/${i}`)));
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.map(({ status }) => status)).toEqual([429]);
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  const stranger = await house.signIn({ account: 'strangers', project: 'local' });
  const theirs = (await as(stranger, 'GET', '/topics')).body.topics[0].topic_urn;
  expect((await as(stranger, 'POST', `/topics/${theirs}/detection`, at('/theirs'))).status).toBe(200);
  await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(61);
});

test('many that hang keep no other account waiting', async () => {
  await anHourLater();
  receiver.always = 'hang';
  const own = await Promise.all(Array.from({ length: 30 }, (_, i) => begin(at(`/hang-${i}`))));
  expect(own.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
  receiver.always = 200;
  const stranger = await house.signIn({ account: 'strangers', project: 'local' });
  const theirs = (await as(stranger, 'GET', '/topics')).body.topics[0].topic_urn;
  const { body } = await as(stranger, 'POST', `/topics/${theirs}/detection`, at('/quick'));
  await expect
    .poll(async () => (await look(body.task_id, theirs, stranger)).body.status, { timeout: 3_000 })
    .toBe(0);
});
