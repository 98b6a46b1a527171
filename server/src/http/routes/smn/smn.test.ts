import { createVerify, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { House } from '../../../testing/house.ts';
import { Receiver } from '../../../testing/receiver.ts';
import { until } from '../../../testing/until.ts';

const house = new House();
const receiver = new Receiver();
let admin: Awaited<ReturnType<House['signIn']>>;
let topic: string;
const v2 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v2/${admin.projectId}/notifications${route}`, { token: admin.token, body });
const v3 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v3/${admin.projectId}${route}`, { token: admin.token, body });

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

test('a topic is made once, and named by its URN', async () => {
  const made = await v2('POST', '/topics', { name: 'alerts', display_name: 'Alerts' });
  topic = made.body.topic_urn;
  expect(made).toMatchObject({ status: 201, body: { request_id: expect.any(String) } });
  expect(topic).toBe(`urn:smn:local:${admin.projectId}:alerts`);
  expect(await v2('POST', '/topics', { name: 'alerts', display_name: 'Other' })).toMatchObject({
    status: 200,
    body: { topic_urn: topic },
  });
  expect((await v2('GET', `/topics/${encodeURIComponent(topic)}`)).body).toMatchObject({
    name: 'alerts',
    display_name: 'Alerts',
    push_policy: 0,
  });
});

test('an HTTP subscriber confirms by the link, and gets what is published, signed', async () => {
  const made = await v2('POST', `/topics/${topic}/subscriptions`, {
    protocol: 'http',
    endpoint: `${receiver.url}/hook`,
    extension: { header: { 'x-team': 'blue' } },
  });
  expect(made.status).toBe(201);
  const asked = await until(() => receiver.of('SubscriptionConfirmation')[0]);
  expect((await v2('GET', '/subscriptions')).body.subscriptions).toMatchObject([{ status: 0 }]);
  expect((await fetch(asked.body.subscribe_url)).status).toBe(200);
  expect((await fetch(asked.body.subscribe_url)).status).toBe(403);
  expect((await v2('GET', '/subscriptions')).body.subscriptions).toMatchObject([{ status: 1 }]);
  const { message_id } = (
    await v2('POST', `/topics/${topic}/publish`, { subject: 'Hello', message: 'World' })
  ).body;
  const told = await until(() => receiver.of('Notification')[0]);
  expect(told.body).toMatchObject({ message_id, subject: 'Hello', message: 'World', topic_urn: topic });
  expect(told.headers).toMatchObject({
    'x-smn-message-type': 'Notification',
    'x-smn-message-id': message_id,
    'x-smn-topic-urn': topic,
    'x-team': 'blue',
  });
  const certificate = new X509Certificate(await (await fetch(told.body.signing_cert_url)).text());
  for (const [names, { body }] of [
    [['message', 'message_id', 'subject', 'timestamp', 'topic_urn', 'type'], told],
    [['message', 'message_id', 'subscribe_url', 'timestamp', 'topic_urn', 'type'], asked],
  ] as const) {
    const text = names.map((name) => `${name}\n${body[name]}\n`).join('');
    const verify = createVerify('RSA-SHA256').update(text);
    expect(verify.verify(certificate.publicKey, body.signature, 'base64')).toBe(true);
  }
});
