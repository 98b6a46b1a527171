import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { House } from '../../../testing/house.ts';
import { MailServer } from '../../../testing/mail.ts';
import { type Received, Receiver } from '../../../testing/receiver.ts';

const SECRET = 'T0SECRET';
const house = new House();
const receiver = new Receiver();
const gateway = new Receiver();
const mail = new MailServer();
let admin: Awaited<ReturnType<House['signIn']>>;
let topic: string;
let count = 0;

const v2 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v2/${admin.projectId}/notifications${route}`, { token: admin.token, body });
const v3 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v3/${admin.projectId}${route}`, { token: admin.token, body });
const hook = () => `${receiver.url}/services/${SECRET}/B0SECRET/hook-${++count}`;

async function subscribe(protocol: string, endpoint: string, extension: object = {}): Promise<string> {
  const made = await v2('POST', `/topics/${topic}/subscriptions`, { protocol, endpoint, extension });
  expect(made.status).toBe(201);
  return made.body.subscription_urn.split(':').at(-1);
}
/** Once there are some, all that is told of them. */
async function attempts(id: string, least = 1): Promise<string> {
  const route = `/smn/subscriptions/${id}/attempts`;
  const all = async () => (await v3('GET', route)).body.attempts;
  await expect.poll(async () => (await all()).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(least);
  return JSON.stringify(await all());
}
/** What came to an endpoint last. */
const lastTo = (endpoint: string) =>
  receiver.received.findLast(({ path }) => endpoint.endsWith(path)) as Received;
/** The proof that was sent, of which no part may come back. */
const tokenIn = (text: string) => /token=([\w-]{20,})/.exec(decodeURIComponent(text))?.[1] as string;
function expectNothingOf(secret: string, said: string): void {
  expect(secret.length).toBeGreaterThan(20);
  for (let at = 0; at + 8 <= secret.length; at++) expect(said).not.toContain(secret.slice(at, at + 8));
}

beforeAll(async () => {
  await receiver.start();
  await gateway.start();
  await mail.start();
  await house.start({
    OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8',
    OPENCTS_SMTP_URL: mail.url,
    OPENCTS_SMS_URL: `${gateway.url}/accounts/AC0SID0SID/messages`,
    OPENCTS_SMS_BODY: '{"to":"{number}","text":"{text}"}',
    OPENCTS_SMS_HEADERS: JSON.stringify({ 'content-type': 'application/json' }),
  });
  admin = await house.signIn({ project: 'local' });
  await v3('POST', '/tracker', { tracker_type: 'system', tracker_name: 'system' });
  topic = (await v2('POST', '/topics', { name: 'alerts' })).body.topic_urn;
});
beforeEach(() => {
  for (const one of [receiver, gateway]) {
    one.received.length = 0;
    one.always = 200;
    one.says = 'told';
  }
});
afterAll(async () => {
  await house.stop();
  await receiver.stop();
  await gateway.stop();
  await mail.stop();
});

const ECHOES: [name: string, says: (received: Received) => string][] = [
  ['as it came', ({ text }) => text],
  ['from the link on', ({ text }) => text.slice(text.indexOf('token='))],
  ['from the midst of the token on', ({ text }) => text.slice(text.indexOf('token=') + 12)],
  ['encoded', ({ text }) => encodeURIComponent(text.slice(text.indexOf('confirm?')))],
  ['in JSON', ({ body }) => JSON.stringify({ got: JSON.stringify(body.subscribe_url ?? body) })],
];

test.each(ECHOES)('a receiver that repeats a confirmation %s confirms nothing', async (_name, says) => {
  for (const [status, form] of [
    [200, 'opencts'],
    [403, 'slack'],
    [200, 'plain'],
  ] as const) {
    receiver.always = status;
    receiver.says = says;
    const endpoint = hook();
    const id = await subscribe('http', endpoint, form === 'opencts' ? {} : { form });
    const told = await attempts(id);
    expectNothingOf(tokenIn(lastTo(endpoint).text), told);
    expect(told).toContain(status === 200 ? '200 OK' : '403 Forbidden');
  }
});

test.each(ECHOES)('nor does a gateway of text messages that repeats it %s', async (_name, says) => {
  for (const status of [200, 400]) {
    gateway.received.length = 0;
    gateway.always = status;
    gateway.says = (received) => `account_sid AC0SID0SID: ${says(received)}`;
    const told = await attempts(await subscribe('sms', `+4917000000${10 + ++count}`));
    expectNothingOf(tokenIn(gateway.received[0]?.text ?? ''), told);
    expect(told).toContain(String(status));
    expect(told).not.toContain('account_sid');
    expect(told).not.toContain('AC0SID');
  }
});

test('a text message that the gateway refuses tells its status, and nothing of the gateway', async () => {
  gateway.always = 401;
  gateway.says = 'no account AC0SID0SID at 10.0.0.7:8443';
  const refused = await v2('POST', '/sms', { endpoint: '+491700000001', message: 'the words of a message' });
  expect(refused.status).toBe(503);
  expect(JSON.stringify(refused.body)).toContain('401');
  expect(JSON.stringify(refused.body)).not.toMatch(/AC0SID|10\.0\.0\.7/);
  const logged = house.logged.filter((line) => line.includes('could not be handed on')).join('\n');
  expect(logged).toContain('10.0.0.7:8443');
  expect(logged).not.toMatch(/AC0SID|words of a/);
});

test('nor is told what the mail server says', async () => {
  mail.refuses = 550;
  mail.says = '5.1.1 no such box at mx7.internal.example (queue AB12)';
  const told = await attempts(await subscribe('email', 'nobody@example.com'));
  expect(told).toContain('550 5.1.1');
  expect(told).not.toMatch(/internal|AB12|127\.0\.0\.1/);
  mail.refuses = 0;
  const taken = await attempts(await subscribe('email', 'somebody@example.com'));
  expect(taken).toContain('"answer":"the mail server took it"');
});

test('a receiver that repeats a message does not tell how its subscriber leaves, nor its address', async () => {
  const endpoint = hook();
  const id = await subscribe('http', endpoint, { header: { 'x-key': 'k3y-of-the-hook' } });
  await attempts(id);
  const { searchParams } = new URL(lastTo(endpoint).body.subscribe_url);
  await house.call('GET', `/v2/notifications/subscriptions/subscribe?token=${searchParams.get('token')}`);
  const parts: ((received: Received) => string)[] = [
    ({ path }) => `Cannot POST ${path}`,
    ({ text }) => text.slice(text.indexOf('unsubscribe?')),
    ({ text }) => text.slice(text.indexOf('unsubscribe?') + 150),
    ({ path, headers }) => JSON.stringify({ path: encodeURIComponent(path), key: headers['x-key'] }),
  ];
  let answered = 0;
  // Others, which were refused, are tried again meanwhile.
  receiver.says = (received) =>
    (endpoint.endsWith(received.path) ? parts[answered++] : undefined)?.(received) ?? '';
  for (const _ of parts) await v2('POST', `/topics/${topic}/publish`, { message: 'World' });
  const told = await attempts(id, parts.length + 1);
  expect(told).toContain('Cannot POST ********');
  expect(told).not.toMatch(/SECRET|k3y-of/i);
  expectNothingOf(tokenIn(lastTo(endpoint).body.unsubscribe_url), told);
});
