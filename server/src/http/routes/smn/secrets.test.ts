import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House } from '../../../testing/house.ts';
import { Receiver } from '../../../testing/receiver.ts';

const SECRET = 'plain-words-of-a-hook';
const MASK = '********';
const house = new House();
const receiver = new Receiver();
let admin: Awaited<ReturnType<House['signIn']>>;
let reader: Awaited<ReturnType<House['signIn']>>;
let topic: string;
let urn: string;
let endpoint: string;

const v2 = (method: string, route: string, body?: unknown, token = admin.token) =>
  house.call(method, `/v2/${admin.projectId}/notifications${route}`, { token, body });
const v3 = (method: string, route: string, body?: unknown, token = admin.token) =>
  house.call(method, `/v3/${admin.projectId}${route}`, { token, body });
const stateFor = async (token: string) => {
  const { body } = await v3('GET', '/smn/subscriptions', undefined, token);
  return body.subscriptions.find((one: { subscription_urn: string }) => one.subscription_urn === urn);
};
const update = (extension: unknown) => v2('PUT', `/topics/${topic}/subscriptions/${urn}`, { extension });
/** Headers that a message of the topic arrives with. */
const headersSent = async () => {
  receiver.received.length = 0;
  await v2('POST', `/topics/${topic}/publish`, { subject: 'Hello', message: 'World' });
  await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(1);
  return receiver.received[0]?.headers ?? {};
};

beforeAll(async () => {
  await receiver.start();
  await house.start({ OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' });
  admin = await house.signIn({ project: 'local' });
  await v3('POST', '/tracker', { tracker_type: 'system', tracker_name: 'system' });
  await house.addUser(admin, 'reader', [{ role: 'SMN ReadOnlyAccess', scope: admin.projectId }]);
  reader = await house.signIn({ name: 'reader', project: 'local' });
  topic = (await v2('POST', '/topics', { name: 'alerts' })).body.topic_urn;
  endpoint = `${receiver.url}/services/T000/B000/hook-token-wxyz`;
  const { body } = await v2('POST', `/topics/${topic}/subscriptions`, {
    protocol: 'http',
    endpoint,
    extension: { form: 'plain', header: { 'x-hook-auth': SECRET, 'x-team': 'blue' } },
  });
  urn = body.subscription_urn;
  await v3('POST', `/smn/subscriptions/${urn.split(':').at(-1)}/confirm`, { endpoint });
});
afterAll(async () => {
  await house.stop();
  await receiver.stop();
});

test('values of headers are told to nobody', async () => {
  for (const { token } of [admin, reader]) {
    expect((await stateFor(token)).extension).toEqual({
      form: 'plain',
      header: { 'x-hook-auth': MASK, 'x-team': MASK },
    });
  }
  const acted = await v3('POST', `/smn/subscriptions/${urn.split(':').at(-1)}/resume`);
  expect(acted.body.extension.header).toEqual({ 'x-hook-auth': MASK, 'x-team': MASK });
});

test('an endpoint is told whole to whoever may change it, to others so that it is known again', async () => {
  expect((await stateFor(admin.token)).endpoint).toBe(endpoint);
  expect((await stateFor(reader.token)).endpoint).toBe(`${receiver.url}/${MASK}wxyz`);
  for (const route of ['/subscriptions', `/topics/${topic}/subscriptions`]) {
    expect((await v2('GET', route)).body.subscriptions[0].endpoint).toBe(endpoint);
    const told = (await v2('GET', route, undefined, reader.token)).body.subscriptions[0];
    expect(told.endpoint).toBe(`${receiver.url}/${MASK}wxyz`);
    const filter = `?endpoint=${encodeURIComponent(`${receiver.url}/${MASK}wxyz`)}`;
    expect((await v2('GET', route + filter, undefined, reader.token)).body.subscription_count).toBe(1);
    const guess = `?endpoint=${encodeURIComponent(endpoint)}`;
    expect((await v2('GET', route + guess, undefined, reader.token)).body.subscription_count).toBe(0);
  }
});

test('a value that comes back masked stays what it was', async () => {
  const { extension } = await stateFor(admin.token);
  expect((await update({ ...extension, header: { ...extension.header, 'x-team': 'green' } })).status).toBe(
    200,
  );
  expect(await headersSent()).toMatchObject({ 'x-hook-auth': SECRET, 'x-team': 'green' });
  const refused = await update({ header: { 'x-new': MASK } });
  expect(refused).toMatchObject({ status: 400, body: { code: 'SMN.0012' } });
  const made = await v2('POST', `/topics/${topic}/subscriptions`, {
    protocol: 'http',
    endpoint: `${receiver.url}/other`,
    extension: { header: { 'x-new': MASK } },
  });
  expect(made).toMatchObject({ status: 400, body: { code: 'SMN.0012' } });
});

test('what a receiver repeats of them is not in the log of deliveries', async () => {
  const { extension } = await stateFor(admin.token);
  await update({ ...extension, header: { 'x-hook-auth': SECRET } });
  receiver.says = `got x-hook-auth: ${SECRET}`;
  await headersSent();
  const route = `/smn/subscriptions/${urn.split(':').at(-1)}/attempts`;
  await expect
    .poll(async () => (await v3('GET', route)).body.attempts[0].answer)
    .toContain(`x-hook-auth: ${MASK}`);
});

test('traces hold none of them, whatever shape they came in', async () => {
  await update({ header: SECRET });
  await update({ header: { 'x-hook-auth': [SECRET] } });
  await update(SECRET);
  await v2('POST', `/topics/${topic}/subscriptions`, {
    subscriptions: [
      { protocol: 'http', endpoint: `${receiver.url}/b`, extension: { header: { 'x-hook-auth': SECRET } } },
      { protocol: 'http', endpoint: `${receiver.url}/c`, extension: [{ header: { 'x-hook-auth': SECRET } }] },
    ],
  });
  await house.searchable(admin.token);
  const { body } = await v3('GET', '/traces?trace_type=system&limit=100&service_type=SMN');
  const text = JSON.stringify(body.traces);
  expect(text).toContain('updateSubscription');
  expect(text).toContain('x-hook-auth');
  expect(text).not.toContain(SECRET);
});

test('no trace tells the endpoint whole: who reads the list gets to know its host and its end', async () => {
  const other = `${endpoint}-second`;
  await v2('POST', `/topics/${topic}/subscriptions`, {
    subscriptions: [{ protocol: 'http', endpoint: other }],
  });
  await v2('POST', `/topics/${topic}/subscriptions`, { protocol: 'pigeon', endpoint: other });
  await v3('POST', `/smn/subscriptions/${urn.split(':').at(-1)}/pause`);
  await v3('POST', `/smn/subscriptions/${urn.split(':').at(-1)}/resume`);
  await v3('POST', `/smn/subscriptions/${urn.split(':').at(-1)}/confirm`, { endpoint: other });
  await v2('POST', '/topics', { name: 'last' });
  const list = async () =>
    JSON.stringify((await v3('GET', '/traces?service_type=SMN&trace_type=system&limit=200')).body.traces);
  await expect.poll(list, { timeout: 10_000 }).toContain('"resource_name":"last"');
  const told = await list();
  expect(told).toContain(`${receiver.url}/${MASK}wxyz`);
  expect(told).toContain(`${receiver.url}/${MASK}cond`);
  expect(told).not.toContain('hook-token');
});

describe('a header in the wrong place', () => {
  const WRONG: [name: string, code: number, body: object][] = [
    ['in a member with another name', 400, { extension: { headers: { 'x-key': SECRET } } }],
    ['beside the extension', 201, { header: { 'x-key': SECRET } }],
    ['beside the extension, as a text', 201, { headers: SECRET }],
    ['in a list', 201, { 'x-key': [{ value: SECRET }] }],
    ['as a name', 400, { extension: { header: { [`authorization: Bearer ${SECRET}`]: 'v' } } }],
    ['as a name whose value is none', 400, { extension: { header: { [`x-key: ${SECRET}`]: {} } } }],
    ['as a name of the extension', 400, { extension: { [`x-key: ${SECRET}`]: 'v' } }],
    ['as a name beside the extension', 201, { [`x-key: ${SECRET}`]: 'v' }],
    ['by itself', 400, { extension: { 'x-key': SECRET } }],
  ];

  test.each(WRONG)('%s is refused or ignored, and told nowhere', async (name, code, body) => {
    const wanted = { protocol: 'http', endpoint: `${receiver.url}/${encodeURIComponent(name)}`, ...body };
    const made = await v2('POST', `/topics/${topic}/subscriptions`, wanted);
    expect(made.status).toBe(code);
    const many = await v2('POST', `/topics/${topic}/subscriptions`, { subscriptions: [wanted] });
    const tried = await v2('POST', `/topics/${topic}/detection`, wanted);
    expect(tried.status).toBe(code === 201 ? 200 : 400);
    const changed = await v2('PUT', `/topics/${topic}/subscriptions/${urn}`, body);
    if (code === 400) {
      expect(made.body.code).toBe('SMN.0012');
      expect(tried.body.code).toBe('SMN.0012');
      expect(changed).toMatchObject({ status: 400, body: { code: 'SMN.0012' } });
    }
    await house.searchable(admin.token);
    const { body: told } = await v3('GET', '/traces?trace_type=system&limit=100&service_type=SMN');
    for (const one of [made, many, tried, changed]) expect(JSON.stringify(one.body)).not.toContain(SECRET);
    expect(JSON.stringify(told.traces)).not.toContain(SECRET);
  });

  test('is named where its name is one, with those that there are', async () => {
    const refused = await update({ headers: { 'x-key': SECRET } });
    expect(refused.body.message).toBe('extension has the member "headers"; it may have header, batch, form');
  });
});
