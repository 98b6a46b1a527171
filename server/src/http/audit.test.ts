import { createHash } from 'node:crypto';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSqlite } from '../sqlite.ts';
import { House, PASSWORD } from '../testing/house.ts';

let house: House;
let admin: Awaited<ReturnType<House['signIn']>>;

beforeEach(async () => {
  house = await new House().start();
  admin = await house.signIn({ project: 'local' });
  const system = { tracker_type: 'system', tracker_name: 'system' };
  await house.call('POST', `/v3/${admin.projectId}/tracker`, { token: admin.token, body: system });
});
afterEach(() => house.stop());

/** Something done to the metadata from outside, as a fault would. */
function damage(...statements: string[]): void {
  const sqlite = openSqlite(path.join(house.directory, 'metadata.db'), 5000);
  for (const statement of statements) sqlite.exec(statement);
  sqlite.close();
}
const REFUSE = (event: string) =>
  `create trigger refuse before ${event} on operations begin select raise(abort, 'the disk is full'); end`;

const addUser = (name: string) =>
  house.call('POST', '/v3/users', { token: admin.token, body: { user: { name, password: PASSWORD } } });
async function userNames(): Promise<string[]> {
  const { users } = (await house.call('GET', '/v3/users', { token: admin.token })).body;
  return users.map(({ name }: { name: string }) => name);
}
async function tracesOf(name: string): Promise<Record<string, unknown>[]> {
  await house.searchable(admin.token);
  const { traces } = (
    await house.call('GET', `/v3/${admin.projectId}/traces?limit=200&trace_name=${name}`, {
      token: admin.token,
    })
  ).body;
  return traces;
}

describe('an operation', () => {
  test('is told with its name in the terms of the API', async () => {
    await addUser('jane');
    expect(await tracesOf('createUser')).toMatchObject([{ operation_id: 'CreateUser' }]);
  });

  test('that cannot be written down does not happen', async () => {
    damage(REFUSE('insert'));
    const refused = await addUser('jane');
    expect(refused.status).toBe(503);
    expect(refused.body.error_msg).toContain('cannot be recorded');
    expect(await userNames()).toEqual(['admin']);
    // Whoever must make room gets in all the same, and out again.
    const { token } = await house.signIn({});
    const headers = { 'x-subject-token': token };
    expect((await house.call('DELETE', '/v3/auth/tokens', { token, headers })).status).toBe(204);
    damage('drop trigger refuse');
    expect((await addUser('jane')).status).toBe(201);
    expect(await tracesOf('createUser')).toHaveLength(1);
    expect(await tracesOf('logout')).toHaveLength(1);
  });

  test('that makes something is written down with the name of what it makes', async () => {
    damage(
      'create table begun (trace text)',
      'create trigger watch after insert on operations begin insert into begun values (new.trace); end',
    );
    const v2 = `/v2/${admin.projectId}/notifications`;
    const v3 = `/v3/${admin.projectId}`;
    const policy = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts:*:*'] }] };
    const urn = `urn:smn:local:${admin.projectId}:made-topic`;
    const data_bucket = { data_bucket_name: 'watched', data_event: ['READ'] };
    const endpoints = ['c@b.example', 'd@b.example'];
    const subscriptions = endpoints.map((endpoint) => ({ protocol: 'email', endpoint }));
    const credential = { user_id: admin.userId, description: '' };
    const creations: [route: string, body: object, name: string, status?: number][] = [
      ['/v3/users', { user: { name: 'made user' } }, 'made user'],
      ['/v3/groups', { group: { name: 'made group' } }, 'made group'],
      ['/v3/projects', { project: { name: 'local_made' } }, 'local_made'],
      ['/v3/domains', { domain: { name: 'made', admin: { name: 'a', password: PASSWORD } } }, 'made'],
      ['/v3.0/OS-ROLE/roles', { role: { display_name: 'made role', policy } }, 'made role'],
      [`${v3}/ingest-keys`, { name: 'made key' }, 'made key'],
      [`${v3}/keys`, { alias: 'made-alias' }, 'made-alias'],
      [`${v3}/tracker`, { tracker_type: 'data', tracker_name: 'made', data_bucket }, 'made'],
      [`${v3}/notifications`, { notification_name: 'told', operation_type: 'complete' }, 'told'],
      [`${v2}/topics`, { name: 'made-topic' }, 'made-topic'],
      [`${v2}/topics/${urn}/subscriptions`, { protocol: 'email', endpoint: 'a@b.example' }, 'a@b.example'],
      [`${v2}/topics/${urn}/subscriptions`, { subscriptions }, 'made-topic'],
      ['/v3.0/OS-CREDENTIAL/credentials', { credential }, 'admin'],
      ['/v3.0/OS-CREDENTIAL/credentials', { credential: { user_id: 'no one' } }, 'no one', 404],
      [`/v1.0/${admin.projectId}/tracker`, { bucket_name: '' }, 'system', 400],
      [
        `${v2}/message_template`,
        { message_template_name: 'text', content: 'x', protocol: 'default' },
        'text',
      ],
    ];
    for (const [route, body, , expected = 201] of creations) {
      const { status } = await house.call('POST', route, { token: admin.token, body });
      expect([route, status]).toEqual([route, expected]);
    }
    const sqlite = openSqlite(path.join(house.directory, 'metadata.db'));
    const begun = sqlite.prepare('select trace from begun order by rowid').all() as { trace: string }[];
    sqlite.close();
    expect(begun.map(({ trace }) => JSON.parse(trace).resource_name)).toEqual(
      creations.map(([, , name]) => name),
    );
  });

  test('that was under way when the service ended is told of by the next start', async () => {
    await addUser('jane');
    const [made] = await tracesOf('createUser');
    const stored = {
      ...{ time: Date.now(), trace_name: 'deleteUser', trace_type: 'ApiCall', service_type: 'IAM' },
      ...{ resource_type: 'user', resource_id: 'u1', user: made?.user },
    };
    await house.restart({}, () =>
      damage(
        `insert into operations (id, started_at, domain_id, project_id, trace, places, ended) values
         ('0a0a0a0a-0000-7000-8000-000000000001', ${Date.now()}, '${admin.domainId}', null, '${JSON.stringify(stored)}', null, 0)`,
      ),
    );
    const [left, ...others] = await tracesOf('deleteUser');
    expect(others).toEqual([]);
    expect(left).toMatchObject({ trace_rating: 'warning', resource_id: 'u1' });
    expect(left?.message).toContain('may have taken effect or not');
    expect(left?.code).toBeUndefined();
    await house.restart();
    expect(await tracesOf('deleteUser')).toHaveLength(1);
  });

  test('whose trace is in the journal is not told of twice', async () => {
    damage(REFUSE('delete'));
    expect((await addUser('jane')).status).toBe(201);
    expect(await tracesOf('createUser')).toHaveLength(1);
    await house.restart({}, () => damage('drop trigger refuse'));
    const [trace, ...others] = await tracesOf('createUser');
    expect(others).toEqual([]);
    expect(trace).toMatchObject({ code: '201', trace_rating: 'normal' });
  });

  test('is recorded as the console’s by its session alone', async () => {
    const sign = { account: 'default', user: 'admin', password: PASSWORD };
    const entered = await house.call('POST', '/session', { body: sign });
    const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const console = { 'x-opencts-client': 'console' };
    const group = (name: string) => ({ group: { name } });
    await house.call('POST', '/v3/groups', { headers: { cookie, ...console }, body: group('a') });
    await house.call('POST', '/v3/groups', { token: admin.token, headers: console, body: group('b') });
    // A token of the API is no session, wherever it stands.
    const asCookie = { cookie: `opencts_session=${admin.token}`, ...console };
    expect((await house.call('POST', '/v3/groups', { headers: asCookie, body: group('c') })).status).toBe(
      401,
    );
    const types = (await tracesOf('createGroup')).map((one) => [one.resource_name, one.trace_type]);
    expect(types.sort()).toEqual([
      ['a', 'ConsoleAction'],
      ['b', 'ApiCall'],
    ]);
    const logins = (await tracesOf('login')).map((one) => one.trace_type);
    expect(logins).toContain('ConsoleAction');
  });

  test('of the service itself, and of people without credentials, is recorded', async () => {
    const v3 = `/v3/${admin.projectId}`;
    const as = { token: admin.token };
    const key = (await house.call('POST', `${v3}/keys`, { ...as, body: { alias: 'archive' } })).body;
    const days = { ...as, body: { pending_days: 7 } };
    expect((await house.call('POST', `${v3}/keys/${key.id}/schedule-deletion`, days)).status).toBe(200);
    const topics = `/v2/${admin.projectId}/notifications/topics`;
    const { topic_urn } = (await house.call('POST', topics, { ...as, body: { name: 'alerts' } })).body;
    const message = { ...as, body: { subject: 'Hello', message: 'the code is 4711' } };
    expect((await house.call('POST', `${topics}/${topic_urn}/publish`, message)).status).toBe(200);
    const body = { protocol: 'http', endpoint: 'http://8.8.8.8/hook' };
    await house.call('POST', `${topics}/${topic_urn}/subscriptions`, { ...as, body });
    // The proof as it would arrive at the subscriber.
    const token = createHash('sha256').update('the token').digest('hex');
    damage(`update smn_tokens set hash = '${token}'`);
    const link = '/smn/subscription/confirm?token=the%20token';
    expect((await house.call('GET', link)).status).toBe(200);
    expect((await house.call('GET', link)).status).toBe(403);
    expect(await tracesOf('confirmSubscription')).toMatchObject([
      { resource_name: 'http://8.8.8.8/********', user: { name: '(subscriber)' }, code: '200' },
    ]);
    const [published] = await tracesOf('publishMessage');
    expect(published).toMatchObject({ resource_name: 'alerts', code: '200' });
    expect(JSON.stringify(published)).not.toContain('4711');
    await house.restart({}, () => damage('update kms_keys set deletion_at = 1'));
    admin = await house.signIn({ project: 'local' });
    await expect
      .poll(() => tracesOf('deleteKey'), { timeout: 10_000 })
      .toMatchObject([{ trace_type: 'SystemAction', resource_id: key.id, resource_name: 'archive' }]);
  });

  test('says of itself nothing that its caller could make up', async () => {
    const headers = {
      'x-forwarded-for': '203.0.113.9, <script>',
      'x-request-id': 'mine',
      'request-id': 'mine',
      'x-real-ip': '203.0.113.9',
      'user-agent': `agent${'x'.repeat(5_000)}`,
    };
    await house.call('POST', '/v3/groups', { token: admin.token, headers, body: { group: { name: 'g' } } });
    const [trace] = await tracesOf('createGroup');
    expect(trace).toMatchObject({ source_ip: '127.0.0.1', api_version: 'v3' });
    expect(trace?.request_id).not.toBe('mine');
    expect(String(trace?.user_agent).length).toBeLessThanOrEqual(256);
  });
});

test('behind proxies, the caller’s address is what the outermost trusted one says, if it is an address', async () => {
  await house.restart({ OPENCTS_TRUST_PROXY: '127.0.0.1,10.0.0.0/8' });
  const given = [
    ['198.51.100.7', '198.51.100.7'],
    ['203.0.113.9, 198.51.100.7', '198.51.100.7'],
    ['203.0.113.9, 198.51.100.7, 10.1.2.3', '198.51.100.7'],
    ['198.51.100.7:5443', '198.51.100.7'],
    ['<script>alert(1)</script>', '127.0.0.1'],
    ['<script>, 10.1.2.3', '10.1.2.3'],
    ['unknown', '127.0.0.1'],
    ['', '127.0.0.1'],
  ];
  for (const [index, [forwarded = '']] of given.entries()) {
    const headers = { 'x-forwarded-for': forwarded };
    const body = { group: { name: `g${index}` } };
    await house.call('POST', '/v3/groups', { token: admin.token, headers, body });
  }
  const traces = await tracesOf('createGroup');
  const seen = given.map((_, index) => traces.find((one) => one.resource_name === `g${index}`)?.source_ip);
  expect(seen).toEqual(given.map(([, expected]) => expected));
});
