import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Receiver } from '../src/testing/receiver.ts';
import {
  KILLS,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
  until,
} from './harness.ts';

const ENV = { OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function call(server: RunningServer, method: string, route: string, body: object) {
  const response = await fetch(`${server.url}${route.replace('{p}', server.projectId)}`, {
    method,
    headers: { 'x-auth-token': server.token, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status, await response.clone().text()).toBeLessThan(300);
  return (await response.json()) as Record<string, string>;
}

/** Tells each deleteServer to a receiver; with `batch`, many in one request. */
async function notify(
  server: RunningServer,
  receiver: Receiver,
  batch?: { traces: number; seconds: number },
) {
  const { topic_urn } = await call(server, 'POST', '/v2/{p}/notifications/topics', { name: 'alerts' });
  await call(server, 'POST', `/v2/{p}/notifications/topics/${topic_urn}/subscriptions`, {
    protocol: 'http',
    endpoint: `${receiver.url}/hook`,
    extension: batch ? { batch } : {},
  });
  await until(async () => receiver.of('SubscriptionConfirmation').length > 0);
  const [asked] = receiver.of('SubscriptionConfirmation');
  expect((await fetch(asked?.body.subscribe_url)).status).toBe(200);
  await call(server, 'POST', '/v3/{p}/notifications', {
    notification_name: 'deletions',
    operation_type: 'customized',
    operations: [{ service_type: 'ECS', resource_type: 'ecs', trace_names: ['deleteServer'] }],
    topic_id: topic_urn,
  });
}

test.each<[string, { traces: number; seconds: number } | undefined]>([
  ['one by one', undefined],
  ['in batches', { traces: 500, seconds: 1 }],
])(
  'after many kill -9 between acknowledgement and delivery each matched trace is delivered, %s',
  async (_, batch) => {
    const directory = await temporaryDirectory();
    const receiver = await new Receiver().start();
    const wanted = new Set<string>();
    const kills = batch ? KILLS / 2 : KILLS;
    for (let round = 0; round < kills; round++) {
      const server = await startServer(directory, ENV);
      if (round === 0) await notify(server, receiver, batch);
      const stop = new AbortController();
      const produce = async () => {
        while (!stop.signal.aborted) {
          const traces = Array.from({ length: 20 }, (_, i) =>
            trace({ trace_id: randomUUID(), trace_name: i === 0 ? 'deleteServer' : 'createServer' }),
          );
          try {
            const { trace_ids = [] } = await report(server, traces);
            if (trace_ids[0]) wanted.add(trace_ids[0]);
          } catch {
            return;
          }
          await pause(5);
        }
      };
      const producing = produce();
      await pause(50 + Math.random() * 900);
      await server.kill();
      stop.abort();
      await producing;
    }
    const server = await startServer(directory, ENV);
    const delivered = () => {
      const ids = receiver.of('Notification').flatMap(({ body }) => {
        const { trace: one, traces = [one] } = JSON.parse(body.message);
        return traces.map(({ trace_id }: { trace_id: string }) => trace_id as string);
      });
      return new Set(ids);
    };
    for (const end = Date.now() + 120_000; Date.now() < end; await pause(500)) {
      const there = delivered();
      if ([...wanted].every((id) => there.has(id))) break;
    }
    const there = delivered();
    expect([...wanted].filter((id) => !there.has(id))).toEqual([]);
    expect(wanted.size).toBeGreaterThan(kills);
    expect(await server.stop()).toBe(0);
    await receiver.stop();
    await removeDirectory(directory);
  },
);
