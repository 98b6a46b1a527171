import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMetadata } from '../../../metadata/index.ts';
import { House, trace } from '../../../testing/house.ts';
import { MailServer } from '../../../testing/mail.ts';
import { Receiver } from '../../../testing/receiver.ts';
import { until } from '../../../testing/until.ts';

const house = new House();
const receiver = new Receiver();
const mail = new MailServer();
let admin: Awaited<ReturnType<House['signIn']>>;
let topic: string;
const v2 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v2/${admin.projectId}/notifications${route}`, { token: admin.token, body });
const v3 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v3/${admin.projectId}${route}`, { token: admin.token, body });
const report = (...changes: Record<string, unknown>[]) =>
  v3('POST', '/traces', { traces: changes.map((change) => trace(change)) });

const quiet = (ms = 300) => new Promise((resolve) => setTimeout(resolve, ms));

async function subscribe(protocol: string, endpoint: string, of = topic, extension?: object) {
  const { body } = await v2('POST', `/topics/${of}/subscriptions`, { protocol, endpoint, extension });
  return body.subscription_urn as string;
}
async function confirmed(endpoint: string, of = topic, extension?: object) {
  const before = receiver.of('SubscriptionConfirmation').length;
  const urn = await subscribe('http', endpoint, of, extension);
  const asked = await until(() => receiver.of('SubscriptionConfirmation')[before]);
  expect((await fetch(asked.body.subscribe_url)).status).toBe(200);
  return urn;
}
const notify = (change: object) =>
  v3('POST', '/notifications', {
    operation_type: 'customized',
    operations: [{ service_type: 'ECS', resource_type: 'ecs', trace_names: ['deleteServer'] }],
    topic_id: topic,
    ...change,
  });

beforeAll(async () => {
  await receiver.start();
  await mail.start();
  await house.start({
    OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8',
    OPENCTS_SMTP_URL: mail.url,
    OPENCTS_MAIL_FROM: 'audit@example.com',
  });
  admin = await house.signIn({ project: 'local' });
  await v3('POST', '/tracker', { tracker_type: 'system', tracker_name: 'system' });
  topic = (await v2('POST', '/topics', { name: 'alerts', display_name: 'Alerts of Acme' })).body.topic_urn;
}, 60_000);
afterAll(async () => {
  await house.stop();
  await receiver.stop();
  await mail.stop();
});

test('an e-mail subscriber confirms by the button, not by the link alone', async () => {
  const urn = await subscribe('email', 'jane@example.com');
  const { to, text } = await until(() => mail.received[0]);
  expect(to).toEqual(['jane@example.com']);
  expect(text).toMatch(/From: .*Alerts of Acme.* <audit@example.com>/);
  expect(text).toMatch(/Subject: Confirm your subscription to Alerts of Acme/);
  const link = /https?:\/\/\S+\/smn\/subscription\/confirm\?[^\s"<]+/.exec(text)?.[0] ?? '';
  const page = await fetch(link);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const status = async () =>
    (await v2('GET', '/subscriptions')).body.subscriptions.find(
      (one: { subscription_urn: string }) => one.subscription_urn === urn,
    ).status;
  expect(await status()).toBe(0);
  const action = /action="([^"]+)"/.exec(await page.text())?.[1]?.replaceAll('&#38;', '&') ?? '';
  const pressed = await fetch(`${house.app.url}${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect([pressed.status, await pressed.text()]).toEqual([200, expect.stringContaining('Confirmed')]);
  expect(await status()).toBe(1);
  expect((await fetch(link)).status).toBe(403);
});

test('a deletion is told by e-mail and HTTP, each once, and nothing else is', async () => {
  await confirmed(`${receiver.url}/hook`);
  expect((await notify({ notification_name: 'deletions' })).body).toMatchObject({ status: 'enabled' });
  mail.received.length = 0;
  receiver.received.length = 0;
  await report(
    {
      trace_name: 'deleteServer',
      resource_name: 'web-1',
      resource_id: 'i-1',
      source_ip: '192.0.2.4',
      code: '204',
    },
    { trace_name: 'createServer' },
    { trace_name: 'deleteServer', resource_type: 'server' },
    { service_type: 'EVS', trace_name: 'deleteServer' },
  );
  const told = await until(() => receiver.of('Notification')[0]);
  const { text } = await until(() => mail.received[0]);
  expect(told.body.subject).toBe('[OpenCTS] deleteServer on web-1 by jane succeeded');
  expect(JSON.parse(told.body.message)).toMatchObject({
    notification_name: 'deletions',
    trace: { trace_name: 'deleteServer', resource_id: 'i-1', user: { name: 'jane' } },
    link: expect.stringContaining('/console/'),
  });
  expect(text).toContain('Subject: [OpenCTS] deleteServer on web-1 by jane succeeded');
  expect(text).toMatch(/What: +Delete ECS \(deleteServer\), succeeded \(code 204\)/);
  expect(text).toMatch(/Resource: +web-1, i-1/);
  expect(text).toMatch(/From: +192\.0\.2\.4/);
  expect(text).toContain('key event notification "deletions"');
  expect(text).toMatch(/List-Unsubscribe:\s+<http/);
  expect(text).toContain('text/html');
  await quiet();
  expect(receiver.of('Notification')).toHaveLength(1);
  expect(mail.received).toHaveLength(1);
});

test('users and filters hold; what is disabled, or has no topic any more, is told nothing', async () => {
  receiver.received.length = 0;
  const made = await notify({
    notification_name: 'of eve'.replace(' ', '_'),
    operations: [{ service_type: 'VPC', resource_type: 'vpc', trace_names: ['updateVpc'] }],
    notify_user_list: [{ user_group: 'g', user_list: ['eve'] }],
    filter: {
      condition: 'AND',
      is_support_filter: true,
      rule: ['trace_rating != normal', 'resource_name = web = 1'],
    },
  });
  const vpc = {
    service_type: 'VPC',
    resource_type: 'vpc',
    trace_name: 'updateVpc',
    resource_name: 'web = 1',
    code: '403',
  };
  const eve = { user: { name: 'eve', domain: { id: 'd' } } };
  await report(
    { ...vpc },
    { ...vpc, ...eve, code: '200' },
    { ...vpc, ...eve, resource_name: 'x' },
    { ...vpc, ...eve },
  );
  await until(() => receiver.of('Notification')[0]);
  await quiet();
  expect(receiver.of('Notification')).toHaveLength(1);
  const { create_time, domain_id, project_id, notification_type, ...kept } = made.body;
  await v3('PUT', '/notifications', { ...kept, status: 'disabled' });
  await report({ ...vpc, ...eve });
  await v3('PUT', '/notifications', { ...kept, status: 'enabled' });
  await report({ ...vpc, ...eve, resource_id: 'later' });
  await until(() => receiver.of('Notification')[1]);
  await quiet();
  const told = receiver.of('Notification').map(({ body }) => JSON.parse(body.message).trace.resource_id);
  expect(told).toEqual([undefined, 'later']);
  await v3('DELETE', `/notifications?notification_id=${kept.notification_id}`);
});

test('a query tells what it finds, as far as operations and filter allow', async () => {
  receiver.received.length = 0;
  const all = await notify({
    ...{ notification_name: 'by_query', operation_type: 'complete', operations: undefined },
    query: '"web 1" request.server.flavor:s3.* -user:eve ip:192.0.2.0/24',
  });
  const some = await notify({
    ...{ notification_name: 'some_by_query', query: 'user:jane' },
    operations: [{ service_type: 'VPC', resource_type: 'vpc', trace_names: ['updateVpc'] }],
    filter: { condition: 'OR', is_support_filter: true, rule: ['code = 403'] },
  });
  const meant = {
    ...{ trace_name: 'createServer', source_ip: '192.0.2.7' },
    request: { server: { flavor: 's3.large' }, text: 'of\nweb 1' },
  };
  const vpc = { service_type: 'VPC', resource_type: 'vpc', trace_name: 'updateVpc', code: '403' };
  await report(
    { ...meant, resource_id: 'meant' },
    { ...meant, source_ip: '192.0.3.7' },
    { ...meant, user: { name: 'eve', domain: { id: 'd' } } },
    { ...meant, request: { ...meant.request, text: 'web 10' } },
    { ...meant, request: { ...meant.request, server: { flavor: 'c3.large' } } },
    { ...vpc, resource_id: 'vpc' },
    { ...vpc, code: '200' },
    { ...vpc, user: { name: 'eve', domain: { id: 'd' } } },
    { ...vpc, trace_name: 'deleteVpc' },
  );
  await until(() => receiver.of('Notification')[1]);
  await quiet();
  const told = receiver.of('Notification').map(({ body }) => JSON.parse(body.message).trace.resource_id);
  expect(told.sort()).toEqual(['meant', 'vpc']);
  await house.searchable(admin.token);
  const { operation_type, query } = all.body;
  const preview = await v3('POST', '/notifications/preview', { operation_type, query });
  expect(preview.body).toMatchObject({ count: 1, traces: [{ resource_id: 'meant' }] });
  for (const { body } of [all, some])
    await v3('DELETE', `/notifications?notification_id=${body.notification_id}`);
});

test('while a receiver fails, messages wait in their order; it is given up on nothing', async () => {
  receiver.received.length = 0;
  receiver.answers = [500, 503, 'cut', 429];
  for (const id of ['a', 'b', 'c']) await report({ trace_name: 'deleteServer', resource_id: id });
  await until(() => (receiver.answers.length === 0 ? true : undefined));
  await until(() =>
    new Set(receiver.of('Notification').map(({ body }) => body.message_id)).size === 3 ? true : undefined,
  );
  const ids = receiver.of('Notification').map(({ body }) => JSON.parse(body.message).trace.resource_id);
  // An answer that breaks off behind its 200 is one.
  expect(ids).toEqual(['a', 'a', 'a', 'b', 'b', 'c']);
  // That the last one is delivered is noted a moment after the receiver has it.
  const hook = await until(async () => {
    const [, one] = (await v3('GET', '/smn/subscriptions')).body.subscriptions;
    return one.waiting === 0 ? one : undefined;
  });
  expect(hook).toMatchObject({ state: 'confirmed', dead: 0 });
  const { attempts } = (await v3('GET', `/smn/subscriptions/${hook.subscription_id}/attempts`)).body;
  expect(attempts[0]).toMatchObject({ delivered: true, answer: expect.stringContaining('200 OK') });
  expect(attempts.some(({ answer }: { answer: string }) => answer.includes('503'))).toBe(true);
}, 60_000);

test('the preview tells which traces of the last days would have been told', async () => {
  await report(
    {
      trace_name: 'stopServer',
      resource_name: 'a "b"',
      user: { name: 'eve', domain: { id: 'd' } },
      code: '403',
    },
    { trace_name: 'stopServer', resource_name: 'web' },
    { trace_name: 'stopServer', resource_type: 'server' },
  );
  await house.searchable(admin.token);
  const preview = async (change: object) =>
    (
      await v3('POST', '/notifications/preview', {
        operation_type: 'customized',
        operations: [
          { service_type: 'ECS', resource_type: 'ecs', trace_names: ['stopServer', "o'x"] },
          { service_type: 'X', resource_type: 'y', trace_names: ['z'] },
        ],
        ...change,
      })
    ).body;
  const rule = (...rules: string[]) => ({ condition: 'AND', is_support_filter: true, rule: rules });
  expect(await preview({})).toMatchObject({ count: 2, traces: [{}, {}] });
  expect(await preview({ notify_user_list: [{ user_group: 'g', user_list: ['eve'] }] })).toMatchObject({
    count: 1,
  });
  expect(await preview({ filter: rule('resource_name = a "b"') })).toMatchObject({
    count: 1,
    traces: [{ resource_name: 'a "b"' }],
  });
  expect(await preview({ filter: rule('code != 403', 'resource_name != x') })).toMatchObject({ count: 1 });
  expect(
    await preview({ filter: { ...rule('code = 403', 'resource_name = web'), condition: 'OR' } }),
  ).toMatchObject({
    count: 2,
  });
  expect(await preview({ operations: [] })).toEqual({ count: 0, traces: [] });
  expect((await preview({ operation_type: 'complete', operations: undefined })).count).toBeGreaterThan(5);
  expect((await preview({ filter: rule('nonsense = 1') })).error_msg).toContain('filter.rule.0');
});

test('a subscriber that keeps failing is paused, which a trace says, and resumed when it answers', async () => {
  receiver.received.length = 0;
  receiver.always = 500;
  await report({ trace_name: 'deleteServer', resource_id: 'paused' });
  await until(() => receiver.of('Notification')[0]);
  // As if it had failed for half an hour already.
  const metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  // That it failed is noted a moment after the receiver has it.
  await until(async () => {
    const { numUpdatedRows } = await metadata
      .updateTable('smn_subscriptions')
      .set({ failing_since: Date.now() - 31 * 60_000, next_at: Date.now() })
      .where('failures', '>', 0)
      .executeTakeFirst();
    return numUpdatedRows > 0n ? true : undefined;
  });
  await metadata.destroy();
  const traceOf = (name: string) =>
    until(async () => {
      const { body } = await v3('GET', `/traces?service_type=SMN&trace_name=${name}&trace_type=SystemAction`);
      return body.traces[0];
    });
  expect(await traceOf('pauseSubscription')).toMatchObject({
    resource_type: 'subscription',
    resource_name: `${receiver.url}/********`,
    trace_rating: 'warning',
    message: expect.stringContaining('500'),
  });
  const state = async () =>
    (await v3('GET', '/smn/subscriptions')).body.subscriptions.find(
      (one: { protocol: string }) => one.protocol === 'http',
    );
  expect(await state()).toMatchObject({ state: 'paused', paused_by: 'failures', waiting: 1 });
  receiver.always = 200;
  await v3('POST', `/smn/subscriptions/${(await state()).subscription_id}/resume`);
  await until(async () => ((await state()).waiting === 0 ? true : undefined));
  expect(await state()).toMatchObject({ state: 'confirmed' });
}, 60_000);
