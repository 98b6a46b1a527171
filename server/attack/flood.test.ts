import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { expect, test } from 'vitest';
import { connectMetadata } from '../src/metadata/index.ts';
import { Receiver } from '../src/testing/receiver.ts';
import {
  type Caller,
  makeAccount,
  memoryOf,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
  trace,
  until,
} from './harness.ts';

/** `OPENCTS_FLOOD_TRACES=8000` for the whole of it: 160 million messages are wanted. */
const TRACES = Number(process.env.OPENCTS_FLOOD_TRACES ?? 2_000);
const NOTIFICATIONS = 100;
const SUBSCRIPTIONS = 200;
const MOST_WAIT_MS = 10_000;
const MOST_MEMORY_MB = 2_048;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function call(server: RunningServer, by: Caller, method: string, route: string, body?: object) {
  const response = await fetch(`${server.url}${route.replace('{p}', by.projectId)}`, {
    method,
    headers: { 'x-auth-token': by.token, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  expect(response.status, await response.clone().text()).toBeLessThan(300);
  return (await response.json()) as Record<string, string>;
}

const notification = (name: string, topic_id: string | undefined) => ({
  notification_name: name,
  operation_type: 'customized',
  operations: [{ service_type: 'ECS', resource_type: 'ecs', trace_names: ['deleteServer'] }],
  topic_id,
});

/** Tells each deleteServer of a project to a receiver. */
async function notify(server: RunningServer, by: Caller, endpoint: string, receiver: Receiver) {
  const asked = () => receiver.of('SubscriptionConfirmation').filter(({ path }) => endpoint.endsWith(path));
  const { topic_urn } = await call(server, by, 'POST', '/v2/{p}/notifications/topics', { name: 'alerts' });
  const subscription = { protocol: 'http', endpoint };
  await call(server, by, 'POST', `/v2/{p}/notifications/topics/${topic_urn}/subscriptions`, subscription);
  await until(async () => asked().length > 0);
  expect((await fetch(asked()[0]?.body.subscribe_url)).status).toBe(200);
  await call(server, by, 'POST', '/v3/{p}/notifications', notification('n0', topic_urn));
  return topic_urn;
}

/** Very many subscriptions and notifications: written where those of the API lie. */
async function widen(directory: string, projectId: string, endpoint: string): Promise<void> {
  const metadata = connectMetadata(path.join(directory, 'metadata.db'));
  const topic = await metadata
    .selectFrom('smn_topics')
    .select('id')
    .where('project_id', '=', projectId)
    .executeTakeFirstOrThrow();
  const subscription = await metadata
    .selectFrom('smn_subscriptions')
    .selectAll()
    .where('topic_id', '=', topic.id)
    .executeTakeFirstOrThrow();
  const first = await metadata
    .selectFrom('notifications')
    .selectAll()
    .where('project_id', '=', projectId)
    .executeTakeFirstOrThrow();
  await metadata
    .insertInto('smn_subscriptions')
    .values(
      Array.from({ length: SUBSCRIPTIONS - 1 }, (_, i) => ({
        ...{ ...subscription, id: randomBytes(16).toString('hex'), endpoint: `${endpoint}${i}` },
      })),
    )
    .execute();
  await metadata
    .insertInto('notifications')
    .values(
      Array.from({ length: NOTIFICATIONS - 2 }, (_, i) => ({
        ...{ ...first, id: randomUUID(), name: `more-${i}` },
      })),
    )
    .execute();
  await metadata.destroy();
}

test('one project wants very many messages: key events of others go on, nothing is late or grows', async () => {
  const directory = await temporaryDirectory();
  const server = await startServer(directory, { OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' });
  const [flooded, receiver] = await Promise.all([new Receiver().start(), new Receiver().start()]);
  const flooding = { token: server.token, projectId: server.projectId, userId: '' };
  const topic = await notify(server, flooding, `${flooded.url}/flood`, flooded);
  const other = await makeAccount(server, 'other');
  await notify(server, other, `${receiver.url}/hook`, receiver);
  flooded.always = 503;
  await widen(directory, server.projectId, `${flooded.url}/flood`);
  // The last by the API: the notifier hears of all of them.
  await call(server, flooding, 'POST', '/v3/{p}/notifications', notification('last', topic));

  const sentAt = new Map<string, number>();
  const waits = new Map<string, number>();
  let health = 0;
  let memory = 0;
  const ended = new AbortController();
  const asking = (async () => {
    while (!ended.signal.aborted) {
      const began = Date.now();
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      health = Math.max(health, Date.now() - began);
      memory = Math.max(memory, memoryOf(server.process.pid ?? 0));
      for (const { body } of receiver.of('Notification').slice(waits.size)) {
        const id = JSON.parse(body.message).trace.trace_id as string;
        waits.set(id, Date.now() - (sentAt.get(id) ?? 0));
      }
      await pause(50);
    }
  })();
  const tell = async () => {
    const id = randomUUID();
    sentAt.set(id, Date.now());
    await call(server, other, 'POST', '/v3/{p}/traces', { traces: [trace({ trace_id: id })] });
  };
  await tell();
  await until(async () => waits.size === 1);
  const began = Date.now();
  for (let at = 0; at < TRACES; at += 1_000) {
    await call(server, flooding, 'POST', '/v3/{p}/traces', {
      traces: Array.from({ length: 1_000 }, () => trace()),
    });
    await tell();
  }
  for (let i = 0; i < 40; i++) {
    await tell();
    await pause(250);
  }
  await until(async () => waits.size === sentAt.size, 3_000);
  const took = Date.now() - began;
  ended.abort();
  await asking;
  const slowest = Math.max(...waits.values());
  console.log({ took, slowest, health, memory: Math.round(memory) });
  expect(slowest).toBeLessThan(MOST_WAIT_MS);
  expect(health).toBeLessThan(1_000);
  expect(memory).toBeLessThan(MOST_MEMORY_MB);
  expect(server.log.filter((line) => line.includes('"level":50'))).toEqual([]);
  expect(await server.stop()).toBe(0);
  await Promise.all([flooded.stop(), receiver.stop()]);
  await removeDirectory(directory);
});
