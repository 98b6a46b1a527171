import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Receiver } from '../src/testing/receiver.ts';
import { call, notification, notify, subscribe, widen } from './flooding.ts';
import {
  makeAccount,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
  until,
} from './harness.ts';

const KILLS = 5;
const ENV = { OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' };
/** More than one piece of a publication holds. */
const READERS = 1_201;
const WATCHERS = 10;
const NOTIFICATIONS = 4;
/** Subscribers of one account that are served at once: what each of them was given may come again. */
const AT_ONCE = 8;
const MOST_START_MS = 15_000;
const MOST_WAIT_MS = 10_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test(`after ${KILLS} kill -9 in a flood of publications and key events all that was acknowledged is delivered`, async () => {
  const directory = await temporaryDirectory();
  const [flooded, receiver] = await Promise.all([new Receiver().start(), new Receiver().start()]);
  let server = await startServer(directory, ENV);
  const by = { token: server.token, projectId: server.projectId, userId: '' };
  const alerts = await notify(server, by, `${flooded.url}/watch`, flooded);
  const news = await subscribe(server, by, 'news', `${flooded.url}/read`, flooded);
  const other = await makeAccount(server, 'other');
  await notify(server, other, `${receiver.url}/hook`, receiver);
  const watchers = { endpoint: `${flooded.url}/watch`, subscriptions: WATCHERS - 1 };
  await widen(directory, by.projectId, 'alerts', { ...watchers, notifications: NOTIFICATIONS - 2 });
  await widen(directory, by.projectId, 'news', {
    endpoint: `${flooded.url}/read`,
    subscriptions: READERS - 1,
  });
  // The last by the API: the notifier hears of all of them.
  await call(server, by, 'POST', '/v3/{p}/notifications', notification('last', alerts));

  const published = new Set<string>();
  const reported = new Set<string>();
  /** Until the server is gone. */
  const flood = (of: RunningServer) => {
    const forever = async (work: () => Promise<unknown>, wait: number) => {
      for (;;) {
        try {
          await work();
        } catch {
          return;
        }
        await pause(wait);
      }
    };
    const publish = async () => {
      const message = randomUUID();
      await call(of, { ...by, token: of.token }, 'POST', `/v2/{p}/notifications/topics/${news}/publish`, {
        message,
        time_to_live: '604800',
      });
      published.add(message);
    };
    const tell = async () => {
      const { trace_ids = [] } = await report(
        of,
        Array.from({ length: 5 }, () => trace({ trace_id: randomUUID() })),
      );
      for (const id of trace_ids) if (id) reported.add(id);
    };
    return Promise.all([forever(publish, 1_000), forever(tell, 300)]);
  };
  let slowestStart = 0;
  let slowestOther = 0;
  /** While the flood waits others are served. */
  const lookAtOther = async () => {
    const id = randomUUID();
    const began = Date.now();
    await call(server, other, 'POST', '/v3/{p}/traces', { traces: [trace({ trace_id: id })] });
    await until(async () => receiver.of('Notification').some(({ text }) => text.includes(id)), 300);
    slowestOther = Math.max(slowestOther, Date.now() - began);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  };
  for (let round = 0; round < KILLS; round++) {
    const flooding = flood(server);
    await pause(200 + Math.random() * 1_000);
    await server.kill();
    await flooding;
    const began = Date.now();
    server = await startServer(directory, ENV);
    slowestStart = Math.max(slowestStart, Date.now() - began);
    await lookAtOther();
  }

  /** How often each message came to each subscriber. */
  const told = () => {
    const counts = { watch: new Map<string, number>(), read: new Map<string, number>() };
    const ids = new Map<string, number>();
    for (const { path, body } of flooded.of('Notification')) {
      const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
      const doubled = `${path} ${body.message_id}`;
      if (count(ids, doubled).get(doubled) !== 1) continue;
      if (path.startsWith('/read')) count(counts.read, body.message);
      else count(counts.watch, JSON.parse(body.message).trace.trace_id);
    }
    return { ...counts, ids };
  };
  const complete = () => {
    const { read, watch } = told();
    return (
      [...published].every((message) => read.get(message) === READERS) &&
      [...reported].every((id) => watch.get(id) === WATCHERS * NOTIFICATIONS)
    );
  };
  for (const end = Date.now() + 300_000; Date.now() < end && !complete(); ) await pause(1_000);
  // What was not acknowledged, and reached somebody, reaches everybody.
  await pause(3_000);
  const { read, watch, ids } = told();
  const doubled = [...ids.values()].reduce((sum, times) => sum + times - 1, 0);
  console.log({ published: published.size, reported: reported.size, doubled, slowestStart, slowestOther });
  expect([...published].filter((message) => read.get(message) !== READERS)).toEqual([]);
  expect([...reported].filter((id) => watch.get(id) !== WATCHERS * NOTIFICATIONS)).toEqual([]);
  expect(new Set(read.values())).toEqual(new Set([READERS]));
  expect(new Set(watch.values())).toEqual(new Set([WATCHERS * NOTIFICATIONS]));
  expect(Math.min(published.size, reported.size)).toBeGreaterThanOrEqual(KILLS);
  expect(doubled).toBeLessThanOrEqual(KILLS * AT_ONCE);
  expect(slowestStart).toBeLessThan(MOST_START_MS);
  expect(slowestOther).toBeLessThan(MOST_WAIT_MS);
  expect(await server.stop()).toBe(0);
  await Promise.all([flooded.stop(), receiver.stop()]);
  await removeDirectory(directory);
}, 600_000);
