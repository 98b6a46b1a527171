import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMetadata, type Metadata } from '../metadata/index.ts';
import { House, PASSWORD } from '../testing/house.ts';

/** Calls that are sent at the same time. */
const AT_ONCE = 20;
/** Places that are left for them, where there are as many. */
const LEFT = 5;

const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
let metadata: Metadata;
/** What the bounds are of, by its kind. */
const owners: Record<string, string> = {};
beforeAll(async () => {
  await house.start();
  metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  admin = await house.signIn({ project: 'local' });
  const { domainId: account, projectId: project } = admin;
  Object.assign(owners, { account, project, region: 'eu' });
  await call('POST', `/v3/${project}/tracker`, { tracker_type: 'system', tracker_name: 'system' });
  const { topic_urn } = await call('POST', smn('/topics'), { name: 'full' });
  const { topics } = await call('GET', smn('/topics'));
  const { user } = await call('POST', '/v3/users', { user: { name: 'jane', password: PASSWORD } });
  const { group } = await call('POST', '/v3/groups', { group: { name: 'readers' } });
  Object.assign(owners, { urn: topic_urn, topic: topics[0].topic_id, user: user.id, group: group.id });
  const data = await call('POST', `/v3/${project}/tracker`, dataTracker('tagged'));
  Object.assign(owners, { tracker: data.id });
  const roles = await call('GET', '/v3/roles');
  Object.assign(owners, { role: roles.roles[0].id });
}, 60_000);
afterAll(async () => {
  await metadata.destroy();
  await house.stop();
});

const send = (method: string, route: string, body?: unknown) =>
  house.call(method, route, { token: admin.token, body });
async function call(method: string, route: string, sent?: unknown) {
  const { status, body } = await send(method, route, sent);
  expect([route, status < 300, body]).toEqual([route, true, body]);
  return body;
}
const smn = (route: string) => `/v2/${owners.project}/notifications${route}`;
const dataTracker = (name: string) => ({
  tracker_type: 'data',
  tracker_name: name,
  data_bucket: { data_bucket_name: `bucket-${name}`, data_event: ['READ'] },
});

interface Kind {
  most: number;
  table: string;
  /** Column, and which of the owners it holds. */
  of: readonly [column: string, owner: string];
  /** A row that stands for one that was made before. */
  row(i: number): Record<string, string | number>;
  create(i: number): ReturnType<typeof send>;
}

const named = (i: number) => ({ id: `there-${i}`, name: `there ${i}`, created_at: 1 });
const KINDS: Record<string, Kind> = {
  projects: {
    most: 200,
    table: 'projects',
    of: ['domain_id', 'account'],
    row: (i) => ({ ...named(i), region: 'local', description: '' }),
    create: (i) => send('POST', '/v3/projects', { project: { name: `local_${i}` } }),
  },
  users: {
    most: 5000,
    table: 'users',
    of: ['domain_id', 'account'],
    row: (i) => ({ ...named(i), description: '', password_hash: '' }),
    create: (i) => send('POST', '/v3/users', { user: { name: `new ${i}` } }),
  },
  groups: {
    most: 500,
    table: 'groups',
    of: ['domain_id', 'account'],
    row: (i) => ({ ...named(i), description: '' }),
    create: (i) => send('POST', '/v3/groups', { group: { name: `new ${i}` } }),
  },
  'custom roles': {
    most: 200,
    table: 'roles',
    of: ['domain_id', 'account'],
    row: (i) => ({ ...named(i), description: '', policy: '{"Statement":[]}' }),
    create: (i) => {
      const policy = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts:*:*'] }] };
      return send('POST', '/v3.0/OS-ROLE/roles', { role: { display_name: `new ${i}`, policy } });
    },
  },
  'groups of a user': {
    most: 50,
    table: 'memberships',
    of: ['user_id', 'user'],
    row: (i) => ({ group_id: `there-${i}` }),
    create: (i) => send('PUT', `/v3/groups/there-${400 + i}/users/${owners.user}`),
  },
  'roles of a group': {
    most: 200,
    table: 'grants',
    of: ['group_id', 'group'],
    row: (i) => ({ role_id: owners.role as string, scope: `there-${i}` }),
    create: (i) => send('PUT', `/v3/projects/${owners.project}/groups/${owners.group}/roles/there-${i}`),
  },
  'access keys': {
    most: 2,
    table: 'access_keys',
    of: ['user_id', 'user'],
    row: (i) => ({ access: `there-${i}`, sealed_secret: '', description: '', active: 1, created_at: 1 }),
    create: () => send('POST', '/v3.0/OS-CREDENTIAL/credentials', { credential: { user_id: owners.user } }),
  },
  'ingest keys': {
    most: 500,
    table: 'ingest_keys',
    of: ['project_id', 'project'],
    row: (i) => ({ ...named(i), source: '*', key_hash: `there-${i}`, created_by: '' }),
    create: (i) => send('POST', `/v3/${owners.project}/ingest-keys`, { name: `new ${i}` }),
  },
  'kms keys': {
    most: 100,
    table: 'kms_keys',
    of: ['project_id', 'project'],
    row: (i) => ({
      id: `there-${i}`,
      alias: `a${i}`,
      description: '',
      state: 'enabled',
      version: 1,
      created_at: 1,
    }),
    create: (i) => send('POST', `/v3/${owners.project}/keys`, { alias: `new-${i}` }),
  },
  topics: {
    most: 3000,
    table: 'smn_topics',
    of: ['project_id', 'project'],
    row: (i) => ({
      ...{ id: `there-${i}`, name: `there-${i}`, display_name: '', push_policy: 0, introduction: '' },
      ...{ access_policy: '', enterprise_project_id: '0', created_at: 1, updated_at: 1 },
    }),
    create: (i) => send('POST', smn('/topics'), { name: `new-${i}` }),
  },
  'tags of a topic': {
    most: 20,
    table: 'smn_topic_tags',
    of: ['topic_id', 'topic'],
    row: (i) => ({ key: `there-${i}`, value: '' }),
    create: (i) =>
      send('POST', `/v2/${owners.project}/smn_topic/${owners.topic}/tags`, {
        tag: { key: `new-${i}`, value: '' },
      }),
  },
  'confirmations to an endpoint': {
    most: 20,
    table: 'smn_confirmations',
    of: ['endpoint', 'endpoint'],
    row: () => ({ protocol: 'email', sent_at: Date.now(), domain_id: owners.account as string }),
    create: () =>
      send('POST', smn(`/topics/${owners.urn}/subscriptions`), {
        protocol: 'email',
        endpoint: owners.endpoint,
      }),
  },
  subscriptions: {
    most: 10_000,
    table: 'smn_subscriptions',
    of: ['topic_id', 'topic'],
    row: (i) => ({
      ...{ id: `there-${i}`, protocol: 'email', endpoint: `there-${i}@example.com`, remark: '', status: 0 },
      ...{ extension: '{}', created_at: 1, next_at: 0, failures: 0, paused: '' },
    }),
    create: (i) =>
      send('POST', smn(`/topics/${owners.urn}/subscriptions`), {
        protocol: 'email',
        endpoint: `new-${i}@example.com`,
      }),
  },
  templates: {
    most: 100,
    table: 'smn_templates',
    of: ['project_id', 'project'],
    row: (i) => ({ ...named(i), protocol: 'default', content: 'x', updated_at: 1 }),
    create: (i) =>
      send('POST', smn('/message_template'), {
        ...{ message_template_name: `new-${i}`, protocol: 'default', content: 'x' },
      }),
  },
  notifications: {
    most: 100,
    table: 'notifications',
    of: ['project_id', 'project'],
    row: (i) => ({
      ...{ ...named(i), type: 'smn', enabled: 0, active_since: 1 },
      settings: '{"operation_type":"complete","topic_id":"","agency_name":""}',
    }),
    create: (i) =>
      send('POST', `/v3/${owners.project}/notifications`, {
        notification_name: `new${i}`,
        operation_type: 'complete',
      }),
  },
  'data trackers': {
    most: 101,
    table: 'trackers',
    of: ['project_id', 'project'],
    row: (i) => ({
      ...{ ...named(i), type: 'data', enabled: 0 },
      settings: JSON.stringify({ bucket: '', dataBucket: { name: `there-${i}`, events: ['READ'] } }),
    }),
    create: (i) => send('POST', `/v3/${owners.project}/tracker`, dataTracker(`new-${i}`)),
  },
  'tags of a tracker': {
    most: 20,
    table: 'tracker_tags',
    of: ['tracker_id', 'tracker'],
    row: (i) => ({ key: `there-${i}`, value: '' }),
    create: (i) =>
      send('POST', `/v3/${owners.project}/cts-tracker/${owners.tracker}/tags`, {
        tag: { key: `new-${i}`, value: '' },
      }),
  },
};

const count = async ({ table, of: [column, owner] }: Kind): Promise<number> => {
  const query = sql<{ n: number }>`
    select count(*) as n from ${sql.table(table)} where ${sql.ref(column)} = ${owners[owner]}`;
  return Number((await query.execute(metadata)).rows[0]?.n);
};

/** Makes rows until few places are left. @returns how many */
async function fill(kind: Kind): Promise<number> {
  const { table, of, row, most } = kind;
  const missing = Math.max(most - LEFT - (await count(kind)), 0);
  const rows = Array.from({ length: missing }, (_, i) => ({ ...row(i), [of[0]]: owners[of[1]] as string }));
  for (let from = 0; from < rows.length; from += 500) {
    const some = rows.slice(from, from + 500);
    const columns = sql.join(Object.keys(some[0] ?? {}).map((name) => sql.ref(name)));
    const values = sql.join(some.map((one) => sql`(${sql.join(Object.values(one))})`));
    await sql`insert into ${sql.table(table)} (${columns}) values ${values}`.execute(metadata);
  }
  return most - (await count(kind));
}

test.each(Object.entries(KINDS))(
  `${AT_ONCE} calls at once take only the places that are left: %s`,
  async (_, kind) => {
    owners.endpoint = 'asked@example.com';
    const left = await fill(kind);
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => kind.create(i)));
    expect(await count(kind)).toBe(kind.most);
    const refused = answers.filter(({ status }) => status >= 300);
    expect(refused.map(({ status }) => status).filter((status) => status !== 400 && status !== 403)).toEqual(
      [],
    );
    expect(AT_ONCE - refused.length).toBe(left);
  },
);
