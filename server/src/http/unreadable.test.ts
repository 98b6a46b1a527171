import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectMetadata, type Metadata } from '../metadata/index.ts';
import { House, PASSWORD, trace } from '../testing/house.ts';
import { Receiver } from '../testing/receiver.ts';
import { until } from '../testing/until.ts';
import { clickhouseStore } from '../traces/index.ts';

/*
 * A stored row that cannot be read costs itself only: not the list in which it stands, not the start, not what others
 * have stored; and it is told. The rows are broken behind the service's back.
 */
const BUCKET = 'unreadable';
const house = new House();
const receiver = new Receiver();
let admin: Awaited<ReturnType<House['signIn']>>;
let topic: string;
const ENVIRONMENT = { OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8', OPENCTS_TRANSFER_CYCLE: '1' };
const v3 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v3/${admin.projectId}${route}`, { token: admin.token, body });
const v2 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v2/${admin.projectId}/notifications${route}`, { token: admin.token, body });

async function breakRows(change: (metadata: Metadata) => Promise<unknown>): Promise<void> {
  const metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  await change(metadata);
  await metadata.destroy();
}

async function subscribe(place: string): Promise<string> {
  const before = receiver.of('SubscriptionConfirmation').length;
  const { body } = await v2('POST', `/topics/${topic}/subscriptions`, {
    protocol: 'http',
    endpoint: `${receiver.url}/${place}`,
  });
  const asked = await until(() => receiver.of('SubscriptionConfirmation')[before]);
  await fetch(asked.body.subscribe_url);
  return (body.subscription_urn as string).split(':').at(-1) as string;
}

const notify = async (name: string, change: object = {}): Promise<string> => {
  const { body } = await v3('POST', '/notifications', {
    notification_name: name,
    operation_type: 'customized',
    operations: [{ service_type: 'ECS', resource_type: 'ecs', trace_names: ['deleteServer'] }],
    topic_id: topic,
    ...change,
  });
  return body.notification_id;
};

/** A deletion is reported, and told at a place. */
async function isTold(place = '/good'): Promise<void> {
  const id = randomUUID();
  await v3('POST', '/traces', { traces: [trace({ trace_name: 'deleteServer', trace_id: id })] });
  await until(() => receiver.of('Notification').some((one) => one.path === place && one.text.includes(id)));
}

const logged = (...words: string[]) =>
  until(() =>
    house.logged.find((line) => /"level":50/.test(line) && words.every((word) => line.includes(word))),
  );

beforeAll(async () => {
  await receiver.start();
  await house.start(ENVIRONMENT);
  admin = await house.signIn({ project: 'local' });
  const obs_info = { bucket_name: BUCKET, is_obs_created: true };
  await v3('POST', '/tracker', { tracker_type: 'system', tracker_name: 'system', obs_info });
  topic = (await v2('POST', '/topics', { name: 'alerts' })).body.topic_urn;
  await subscribe('good');
  await notify('good');
}, 60_000);
afterAll(async () => {
  await house.stop();
  await receiver.stop();
});
beforeEach(() => {
  house.logged.length = 0;
});

const again = async () => {
  await house.restart({ ...ENVIRONMENT, OPENCTS_DATA_DIR: house.directory });
  admin = await house.signIn({ project: 'local' });
};

test('a stored trace that cannot be read costs only itself in lists, pages, exports, and by its id', async () => {
  const store = clickhouseStore({
    server: { socketPath: path.join(house.directory, 'engine', 'engine.sock') },
    database: 'opencts',
    cluster: '',
  });
  const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const broken: Record<string, unknown>[] = [
    { extra: '{"a":' },
    { extra: '[1]' },
    { extra: 'null' },
    { extra: deep },
    { extra: '{"trace_id":"x","time":"y","user":7}' },
    { user: '{"name":' },
    { user: '"jane"' },
    { user: deep },
    { user: '{"name":{"a":1}}' },
    { trace_name: '', service_type: '', code: 'x'.repeat(3000), trace_rating: 'odd' },
    { request: '\u0000', message: '{"' },
    { content_length: '9223372036854775807', total_time: -5 },
  ];
  const time = Date.now();
  const rows = broken.map((change) => ({
    ...{ trace_name: 'createServer', trace_rating: 'normal', trace_type: 'ApiCall', service_type: 'ECS' },
    ...{ resource_type: 'ecs', resource_name: 'broken', record_time: time, time, event_type: 'system' },
    ...{ tracker_name: 'system', project_id: admin.projectId, domain_id: admin.domainId },
    ...{ trace_id: randomUUID(), user: '{"name":"jane","domain":{"id":"d"}}' },
    ...change,
  }));
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await store.insert(Buffer.from(lines), 'broken');
  await store.close();
  for (const { trace_id } of rows) {
    const { status, body } = await v3('GET', `/traces?trace_id=${trace_id}`);
    expect([status, body.traces?.[0]?.trace_id]).toEqual([200, trace_id]);
  }
  for (const route of [
    `/v3/${admin.projectId}/traces?limit=200`,
    `/v1.0/${admin.projectId}/system/trace?limit=200`,
    `/v2.0/${admin.projectId}/system/trace?limit=200`,
  ]) {
    const { status, body } = await house.call('GET', route, { token: admin.token });
    expect(status, route).toBe(200);
    const found = body.traces.map((one: { trace_id: string }) => one.trace_id);
    expect(found).toEqual(expect.arrayContaining(rows.map(({ trace_id }) => trace_id)));
  }
  const { status, body } = await v3('GET', '/traces/export');
  expect(status).toBe(200);
  for (const { trace_id } of rows) expect(body).toContain(trace_id);
});

test.each(['no JSON', '[]', 'null', '{"operation_type":"customized","operations":7}'])(
  'a notification that was stored as %s costs only itself',
  async (settings) => {
    const id = await notify('broken');
    await breakRows((metadata) =>
      metadata.updateTable('notifications').set({ settings }).where('id', '=', id).execute(),
    );
    await again();
    const { status, body } = await v3('GET', '/notifications/smn');
    expect(status).toBe(200);
    expect(body.notifications).toContainEqual(
      expect.objectContaining({ notification_id: id, notification_name: 'broken', status: 'disabled' }),
    );
    await isTold();
    await logged('notifications', id);
    const changed = await v3('PUT', '/notifications', {
      ...{ notification_id: id, notification_name: 'mended', operation_type: 'complete', status: 'disabled' },
    });
    expect([changed.status, changed.body.operation_type]).toEqual([200, 'complete']);
    expect((await v3('DELETE', `/notifications?notification_id=${id}`)).status).toBe(204);
  },
);

test('a condition that no rule allows any more costs only its notification', async () => {
  const id = await notify('condition');
  await breakRows((metadata) =>
    metadata
      .updateTable('notifications')
      .set({
        settings: JSON.stringify({
          ...{ operation_type: 'complete', topic_id: topic, agency_name: '' },
          filter: { is_support_filter: true, condition: 'AND', rule: ['gone = 1'] },
        }),
      })
      .where('id', '=', id)
      .execute(),
  );
  await again();
  await isTold();
  await logged('notification', id);
  await v3('DELETE', `/notifications?notification_id=${id}`);
});

test('a query that cannot be read any more costs only its notification', async () => {
  const id = await notify('query', { operation_type: 'complete', operations: [], query: 'user:jane' });
  await breakRows((metadata) =>
    metadata.updateTable('notifications').set({ query: 'gone:1' }).where('id', '=', id).execute(),
  );
  await again();
  expect((await v3('GET', '/notifications/smn')).body.notifications).toContainEqual(
    expect.objectContaining({ notification_id: id, query: 'gone:1', status: 'disabled' }),
  );
  await isTold();
  await logged('notifications', id, 'query', 'there is no field gone');
  await v3('DELETE', `/notifications?notification_id=${id}`);
});

test.each(['no JSON', '[]', 'null'])(
  'a subscription with the extension %s costs only itself',
  async (extension) => {
    const id = await subscribe('broken');
    await breakRows((metadata) =>
      metadata.updateTable('smn_subscriptions').set({ extension }).where('id', '=', id).execute(),
    );
    await again();
    for (const route of ['/subscriptions', `/topics/${topic}/subscriptions`]) {
      const { status, body } = await v2('GET', route);
      expect(status).toBe(200);
      expect(JSON.stringify(body)).toContain(id);
    }
    await isTold();
    await logged('smn_subscriptions', id);
    await breakRows((metadata) => metadata.deleteFrom('smn_subscriptions').where('id', '=', id).execute());
  },
);

test('a message that cannot be read is a dead letter, and those behind it are told', async () => {
  const trying = (next_at: number) =>
    breakRows((metadata) => metadata.updateTable('smn_subscriptions').set({ next_at }).execute());
  // Nobody is under way with it when it is broken.
  await trying(Date.now() + 60_000);
  await v3('POST', '/traces', { traces: [trace({ trace_name: 'deleteServer', resource_name: 'torn' })] });
  await until(async () => {
    let found: { id: string } | undefined;
    await breakRows(async (metadata) => {
      found = await metadata
        .selectFrom('smn_messages')
        .select('id')
        .where('content', 'like', '%torn%')
        .executeTakeFirst();
      if (!found) return;
      await metadata
        .updateTable('smn_messages')
        .set({ content: '{"torn' })
        .where('id', '=', found.id)
        .execute();
    });
    return found;
  });
  await trying(0);
  await isTold();
  const letters = async () => (await v3('GET', '/smn/dead-letters')).body.dead_letters;
  await expect
    .poll(letters)
    .toContainEqual(expect.objectContaining({ summary: 'what cannot be read', reason: 'it cannot be read' }));
});

test.each(['no JSON', 'null', '{"bucket":7}'])(
  'a tracker that was stored as %s costs only itself, and can be saved anew',
  async (settings) => {
    const other = await house.signIn({ project: 'local' });
    const data = await v3('POST', '/tracker', {
      ...{ tracker_type: 'data', tracker_name: `data-${randomUUID().slice(0, 8)}` },
      data_bucket: { data_bucket_name: 'objects', data_event: ['WRITE', 'READ'] },
    });
    expect(data.status).toBe(201);
    await breakRows((metadata) =>
      metadata.updateTable('trackers').set({ settings }).where('id', '=', data.body.id).execute(),
    );
    await again();
    const { status, body } = await v3('GET', '/trackers');
    expect(status).toBe(200);
    const found = body.trackers.find((one: { id: string }) => one.id === data.body.id);
    expect(found).toMatchObject({ status: 'error', detail: 'noBucket' });
    await logged('trackers', data.body.id);
    await isTold();
    await until(async () => {
      const { body: files } = await v3('GET', '/archive');
      return JSON.stringify(files).includes('CloudTraces') || undefined;
    });
    const removed = await v3('DELETE', `/trackers?tracker_type=data&tracker_name=${data.body.tracker_name}`);
    expect(removed.status).toBe(204);
    expect(other.projectId).toBe(admin.projectId);
  },
);

test.each(['no JSON', 'null', '{"support_read_only_services":7}'])(
  'settings of recording that were stored as %s count as none',
  async (settings) => {
    await v3('PUT', '/configuration', { is_sync_global_trace: false, is_support_read_only: true });
    await breakRows((metadata) => metadata.updateTable('configurations').set({ settings }).execute());
    await again();
    expect((await v3('GET', '/configuration')).body).toMatchObject({ is_support_read_only: true });
    await logged('configurations', admin.projectId);
    await isTold();
  },
);

test('a policy that cannot be read grants nothing, and its neighbours are listed and hold', async () => {
  const { body } = await house.call('POST', '/v3.0/OS-ROLE/roles', {
    token: admin.token,
    body: {
      role: {
        ...{ display_name: 'broken', type: 'AX', description: '' },
        policy: { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts:trace:list'] }] },
      },
    },
  });
  const { id } = body.role;
  for (const policy of ['no JSON', 'null', '{"Statement":[null,7,{"Effect":"Allow","Action":5}]}']) {
    house.logged.length = 0;
    await breakRows((metadata) =>
      metadata.updateTable('roles').set({ policy }).where('id', '=', id).execute(),
    );
    await again();
    const { status, body: all } = await house.call('GET', '/v3.0/OS-ROLE/roles', { token: admin.token });
    expect(status).toBe(200);
    expect(JSON.stringify(all)).toContain(id);
    await logged('role', id);
    expect(PASSWORD).not.toBe('');
    await isTold();
  }
});

test('what is left of an operation and cannot be read keeps nobody from starting', async () => {
  const ids: string[] = [];
  await breakRows(async (metadata) => {
    for (const [index, text] of ['no JSON', 'null', '7', '{"trace_name":7}', '{}'].entries()) {
      const row = { id: randomUUID(), started_at: Date.now() + index, domain_id: admin.domainId };
      ids.push(row.id);
      await metadata
        .insertInto('operations')
        .values({ ...row, project_id: admin.projectId, trace: text, places: 'no JSON', ended: 1 })
        .execute();
    }
  });
  await again();
  await isTold();
  for (const id of ids) await logged('operations', id);
});

test('how many rows cannot be read is measured', async () => {
  await again();
  const { body } = await house.call('GET', '/metrics', { token: admin.token });
  expect(body).toMatch(/^opencts_unreadable_rows\{table="configurations"\} 1$/m);
  expect(body).toMatch(/^opencts_unreadable_rows\{table="roles"\} [01]$/m);
});
