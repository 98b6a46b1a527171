import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Receiver } from '../src/testing/receiver.ts';
import { call, notification, notify, widen } from './flooding.ts';
import {
  makeAccount,
  memoryOf,
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

test('one project wants very many messages: key events of others go on, nothing is late or grows', async () => {
  const directory = await temporaryDirectory();
  const server = await startServer(directory, { OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' });
  const [flooded, receiver] = await Promise.all([new Receiver().start(), new Receiver().start()]);
  const flooding = { token: server.token, projectId: server.projectId, userId: '' };
  const topic = await notify(server, flooding, `${flooded.url}/flood`, flooded);
  const other = await makeAccount(server, 'other');
  await notify(server, other, `${receiver.url}/hook`, receiver);
  flooded.always = 503;
  await widen(directory, server.projectId, 'alerts', {
    endpoint: `${flooded.url}/flood`,
    subscriptions: SUBSCRIPTIONS - 1,
    notifications: NOTIFICATIONS - 2,
  });
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
