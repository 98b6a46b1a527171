import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Receiver } from '../src/testing/receiver.ts';
import {
  listAll,
  metric,
  type RunningServer,
  removeDirectory,
  report,
  signIn,
  startServer,
  temporaryDirectory,
  trace,
  until,
} from './harness.ts';

const LIBRARIES = ['x86_64', 'aarch64'].map(
  (machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`,
);
const LIBRARY = LIBRARIES.find(existsSync);
if (!LIBRARY) console.warn('skipped: libfaketime is not installed (apt-get install libfaketime)');

async function post(server: RunningServer, route: string, body: object): Promise<Record<string, string>> {
  const response = await fetch(`${server.url}${route.replace('{p}', server.projectId)}`, {
    method: 'POST',
    headers: { 'x-auth-token': server.token, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status, await response.clone().text()).toBeLessThan(300);
  return (await response.json()) as Record<string, string>;
}

/** Tells every deleteServer to a receiver. */
async function notify(server: RunningServer, receiver: Receiver): Promise<void> {
  const { topic_urn } = await post(server, '/v2/{p}/notifications/topics', { name: 'alerts' });
  const subscription = { protocol: 'http', endpoint: `${receiver.url}/hook` };
  await post(server, `/v2/{p}/notifications/topics/${topic_urn}/subscriptions`, subscription);
  await until(async () => receiver.of('SubscriptionConfirmation').length > 0);
  const [asked] = receiver.of('SubscriptionConfirmation');
  expect((await fetch(asked?.body.subscribe_url)).status).toBe(200);
  await post(server, '/v3/{p}/notifications', {
    notification_name: 'deletions',
    operation_type: 'customized',
    operations: [{ service_type: 'ECS', resource_type: 'ecs', trace_names: ['deleteServer'] }],
    topic_id: topic_urn,
  });
}

test.skipIf(!LIBRARY)(
  'the clock of the machine is set ahead and back, over kills and while it runs: no trace and no key event is lost',
  async () => {
    const directory = await temporaryDirectory();
    const shift = path.join(await mkdtemp(path.join(os.tmpdir(), 'opencts-shift-')), 'shift');
    const setClock = (by: string) => writeFile(shift, `${by}\n`);
    await setClock('+0');
    const env = {
      OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8',
      LD_PRELOAD: LIBRARY as string,
      FAKETIME_TIMESTAMP_FILE: shift,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    const wanted: string[] = [];
    const reportOne = async (server: RunningServer) => {
      const { status, trace_ids = [] } = await report(server, [trace()]);
      expect(status).toBe(201);
      wanted.push(...(trace_ids as string[]));
      // Those of before are there as well.
      await until(async () => {
        const listed = await listAll(server);
        return wanted.every((id) => listed.get(id) === 1);
      });
    };
    const suspect = (server: RunningServer) => metric(server, 'opencts_clock_suspect');
    const receiver = await new Receiver().start();

    let server = await startServer(directory, env);
    await notify(server, receiver);
    receiver.always = 500;
    await reportOne(server);
    await server.kill();

    await setClock('+30d');
    server = await startServer(directory, env);
    await reportOne(server);
    expect(await suspect(server)).toBe(1);
    expect(await metric(server, 'opencts_messages_dead_total')).toBe(0);

    await setClock('+0');
    Object.assign(server, await signIn(server.url));
    expect(await suspect(server)).toBe(0);
    await reportOne(server);

    await setClock('-30d');
    expect(await suspect(server)).toBe(1);
    await reportOne(server);
    await server.kill();

    await setClock('+0');
    server = await startServer(directory, env);
    expect(await suspect(server)).toBe(0);
    await reportOne(server);
    receiver.always = 200;
    const told = () =>
      receiver.of('Notification').map(({ body }) => JSON.parse(body.message).trace.trace_id as string);
    await until(async () => wanted.every((id) => told().includes(id)));
    expect(await server.stop()).toBe(0);
    await receiver.stop();
    await removeDirectory(path.dirname(shift));
    await removeDirectory(directory);
  },
);
