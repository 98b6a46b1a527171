import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { expect } from 'vitest';
import { connectMetadata } from '../src/metadata/index.ts';
import type { Receiver } from '../src/testing/receiver.ts';
import { type Caller, type RunningServer, until } from './harness.ts';

export async function call(server: RunningServer, by: Caller, method: string, route: string, body?: object) {
  const response = await fetch(`${server.url}${route.replace('{p}', by.projectId)}`, {
    method,
    headers: { 'x-auth-token': by.token, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  expect(response.status, await response.clone().text()).toBeLessThan(300);
  return (await response.json()) as Record<string, string>;
}

export const notification = (name: string, topic_id: string | undefined) => ({
  notification_name: name,
  operation_type: 'customized',
  operations: [{ service_type: 'ECS', resource_type: 'ecs', trace_names: ['deleteServer'] }],
  topic_id,
});

/** Tells each deleteServer of a project to a receiver. @returns the URN of the topic */
export async function notify(server: RunningServer, by: Caller, endpoint: string, receiver: Receiver) {
  const topic_urn = await subscribe(server, by, 'alerts', endpoint, receiver);
  await call(server, by, 'POST', '/v3/{p}/notifications', notification('n0', topic_urn));
  return topic_urn;
}

/** Makes a topic, and a subscription that has confirmed. @returns the URN of the topic */
export async function subscribe(
  server: RunningServer,
  by: Caller,
  name: string,
  endpoint: string,
  receiver: Receiver,
) {
  const asked = () => receiver.of('SubscriptionConfirmation').filter(({ path }) => endpoint.endsWith(path));
  const { topic_urn } = await call(server, by, 'POST', '/v2/{p}/notifications/topics', { name });
  const subscription = { protocol: 'http', endpoint };
  await call(server, by, 'POST', `/v2/{p}/notifications/topics/${topic_urn}/subscriptions`, subscription);
  await until(async () => asked().length > 0);
  expect((await fetch(asked()[0]?.body.subscribe_url)).status).toBe(200);
  return topic_urn as string;
}

/** Very many subscriptions of a topic, and its notifications if it has one: written where those of the API lie. */
export async function widen(
  directory: string,
  projectId: string,
  topicName: string,
  { endpoint, subscriptions, notifications = 0 }: Wide,
): Promise<void> {
  const metadata = connectMetadata(path.join(directory, 'metadata.db'));
  const topic = await metadata
    .selectFrom('smn_topics')
    .select('id')
    .where('project_id', '=', projectId)
    .where('name', '=', topicName)
    .executeTakeFirstOrThrow();
  const subscription = await metadata
    .selectFrom('smn_subscriptions')
    .selectAll()
    .where('topic_id', '=', topic.id)
    .executeTakeFirstOrThrow();
  const moreSubscriptions = Array.from({ length: subscriptions }, (_, i) => ({
    ...{ ...subscription, id: randomBytes(16).toString('hex'), endpoint: `${endpoint}${i}` },
  }));
  for (let at = 0; at < subscriptions; at += 500) {
    await metadata
      .insertInto('smn_subscriptions')
      .values(moreSubscriptions.slice(at, at + 500))
      .execute();
  }
  if (notifications > 0) {
    const first = await metadata
      .selectFrom('notifications')
      .selectAll()
      .where('project_id', '=', projectId)
      .executeTakeFirstOrThrow();
    await metadata
      .insertInto('notifications')
      .values(
        Array.from({ length: notifications }, (_, i) => ({
          ...{ ...first, id: randomUUID(), name: `more-${i}` },
        })),
      )
      .execute();
  }
  await metadata.destroy();
}

/** How many more, and the beginning of their addresses. */
interface Wide {
  endpoint: string;
  subscriptions: number;
  notifications?: number;
}
