import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, PASSWORD, trace } from '../../../testing/house.ts';
import { Receiver } from '../../../testing/receiver.ts';
import { until } from '../../../testing/until.ts';

const house = new House();
const receiver = new Receiver();
type Caller = Awaited<ReturnType<House['signIn']>>;
let costly: Caller;
let other: Caller;

const as = (caller: Caller, method: string, path: string, body?: unknown) =>
  house.call(method, path, { token: caller.token, body });

/** A topic with a subscriber at a place. */
async function topicOf(caller: Caller, place: string): Promise<string> {
  const { projectId } = caller;
  await as(caller, 'POST', `/v3/${projectId}/tracker`, { tracker_type: 'system', tracker_name: 'system' });
  const topics = `/v2/${projectId}/notifications/topics`;
  const { topic_urn } = (await as(caller, 'POST', topics, { name: 'alerts' })).body;
  const endpoint = `${receiver.url}/${place}`;
  const before = receiver.of('SubscriptionConfirmation').length;
  await as(caller, 'POST', `${topics}/${topic_urn}/subscriptions`, { protocol: 'http', endpoint });
  const asked = await until(() => receiver.of('SubscriptionConfirmation')[before]);
  await fetch(asked.body.subscribe_url);
  return topic_urn;
}
async function notify(caller: Caller, name: string, topic_id: string, query: string): Promise<void> {
  const made = await as(caller, 'POST', `/v3/${caller.projectId}/notifications`, {
    ...{ notification_name: name, operation_type: 'complete', topic_id, query },
  });
  expect(made.status).toBe(201);
}
const told = (place: string) =>
  receiver
    .of('Notification')
    .filter((one) => one.path === `/${place}`)
    .map(({ body }) => JSON.parse(body.message).trace.resource_id as string);

beforeAll(async () => {
  await receiver.start();
  await house.start({ OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' });
  const operator = await house.signIn({});
  await as(operator, 'POST', '/v3/domains', {
    domain: { name: 'costly', admin: { name: 'root', password: PASSWORD } },
  });
  other = await house.signIn({ project: 'local' });
  costly = await house.signIn({ account: 'costly', name: 'root', project: 'local' });
}, 60_000);
afterAll(async () => {
  await house.stop();
  await receiver.stop();
});

test('as many queries as there can be, and traces that are nearly what they look for, keep no other account from its key events', async () => {
  const [own, theirs] = [await topicOf(other, 'own'), await topicOf(costly, 'theirs')];
  await notify(other, 'deletions', own, 'name:deleteServer user:jane');
  for (let rule = 0; rule < 20; rule++) {
    const words = Array.from({ length: 8 }, (_, word) => String.raw`"\\\\\\ ${rule} ${word}"`);
    await notify(costly, `n${rule}`, theirs, `source:ECS (${words.join(' OR ')} OR resource_id:last)`);
  }
  const large = (resource_id: string) => trace({ resource_id, resource_name: '\\'.repeat(120 * 1024) });
  const traces = [...Array.from({ length: 39 }, () => large('large')), large('last')];
  const reported = await as(costly, 'POST', `/v3/${costly.projectId}/traces`, { traces });
  expect(reported.body).toMatchObject({ accepted: 40 });
  await as(other, 'POST', `/v3/${other.projectId}/traces`, {
    traces: [trace({ trace_name: 'deleteServer', resource_id: 'web-1' })],
  });
  await until(() => told('own')[0]);
  await until(() => (told('theirs').length >= 20 ? true : undefined));
  expect(told('own')).toEqual(['web-1']);
  expect(new Set(told('theirs'))).toEqual(new Set(['last']));
}, 120_000);
