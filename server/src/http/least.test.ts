import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House } from '../testing/house.ts';

const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
/** Documents of the API, by method and path. */
let paths: Record<string, Record<string, Operation>>;

interface Schema {
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  allOf?: Schema[];
}
interface Operation {
  requestBody?: { content: { 'application/json': { schema: Schema } } };
}
type Json = Record<string, unknown>;

beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
  paths = (await house.call('GET', '/openapi.json')).body.paths;
  await call('POST', '/v3/{project_id}/tracker', { tracker_type: 'system', tracker_name: 'system' });
  await call('POST', `${SMN}/topics`, { name: 'alerts' });
}, 60_000);
afterAll(() => house.stop());

const SMN = '/v2/{project_id}/notifications';
const ALERTS = () => `urn:smn:local:${admin.projectId}:alerts`;

async function call(method: string, path: string, body?: unknown): Promise<Json> {
  const route = path.replace('{project_id}', admin.projectId).replace('{topic_urn}', ALERTS());
  const answer = await house.call(method, route, { token: admin.token, body });
  expect([method, route, answer.status, answer.body.error_msg]).toEqual([
    method,
    route,
    expect.toSatisfy((status: number) => status < 300),
    undefined,
  ]);
  return answer.body;
}

/** Values that clients read as none. */
const isNone = (value: unknown): boolean =>
  [undefined, null, '', 0, false].includes(value as never) ||
  (typeof value === 'object' && Object.values(value as object).every(isNone));

/** Members that can be set, were not sent, and have a value in the answer, as `obs_info.compress_type`. */
function unasked(schemas: Schema[], sent: Json, answered: Json, at = ''): string[] {
  const whole = schemas.flatMap(function open(one: Schema): Schema[] {
    return [one, ...(one.anyOf ?? []).flatMap(open), ...(one.allOf ?? []).flatMap(open)];
  });
  const names = new Set(whole.flatMap(({ properties }) => Object.keys(properties ?? {})));
  return [...names].flatMap((name) => {
    const value = answered[name];
    if (isNone(value)) return [];
    const below = whole.flatMap(({ properties }) => properties?.[name] ?? []);
    const isObject = typeof value === 'object' && !Array.isArray(value);
    if (isObject) return unasked(below, (sent[name] ?? {}) as Json, value as Json, `${at}${name}.`);
    return sent[name] === undefined ? [`${at}${name}`] : [];
  });
}

interface Resource {
  made: string;
  /** What changes it, where other members can be set by that. */
  changed?: [method: string, path: string];
  least: () => Json;
  read: (made: Json) => Promise<unknown>;
  /** What the clouds answer although nobody gave it. */
  defaults?: string[];
}

const named = (list: unknown, name: string, value: unknown) =>
  (list as Json[]).find((one) => one[name] === value);
const trackerCalled = (name: string) => async () =>
  named((await call('GET', '/v3/{project_id}/trackers')).trackers, 'tracker_name', name);
const RESOURCES: Record<string, Resource> = {
  'a data tracker': {
    made: '/v3/{project_id}/tracker',
    least: () => ({
      tracker_type: 'data',
      tracker_name: 'sales',
      data_bucket: { data_bucket_name: 'sales', data_event: ['READ'] },
    }),
    read: trackerCalled('sales'),
    defaults: ['agency_name', 'status', 'obs_info.is_sort_by_service'],
  },
  'the management tracker': {
    made: '',
    changed: ['put', '/v3/{project_id}/tracker'],
    least: () => ({ tracker_type: 'system', tracker_name: 'system' }),
    read: trackerCalled('system'),
    defaults: ['agency_name', 'status', 'obs_info.is_sort_by_service'],
  },
  'the management tracker, as v1.0 has it': {
    made: '',
    changed: ['put', '/v1.0/{project_id}/tracker/{tracker_name}'],
    least: () => ({}),
    read: () => call('GET', '/v1.0/{project_id}/tracker?tracker_name=system'),
    defaults: ['status'],
  },
  'a notification': {
    made: '/v3/{project_id}/notifications',
    changed: ['put', '/v3/{project_id}/notifications'],
    least: () => ({ notification_name: 'all', operation_type: 'complete' }),
    read: async () => {
      const { notifications } = await call('GET', '/v3/{project_id}/notifications/smn');
      return named(notifications, 'notification_name', 'all');
    },
    defaults: ['notification_id', 'status'],
  },
  'a topic': {
    made: `${SMN}/topics`,
    least: () => ({ name: 'least' }),
    read: ({ topic_urn }) => call('GET', `${SMN}/topics/${topic_urn}`),
    defaults: ['enterprise_project_id'],
  },
  'a subscription': {
    made: `${SMN}/topics/{topic_urn}/subscriptions`,
    least: () => ({ protocol: 'email', endpoint: 'jane@example.com' }),
    read: async () => {
      const { subscriptions } = await call('GET', `${SMN}/subscriptions`);
      return named(subscriptions, 'endpoint', 'jane@example.com');
    },
  },
  'a message template': {
    made: `${SMN}/message_template`,
    least: () => ({ message_template_name: 'least', content: 'hello' }),
    read: ({ message_template_id }) => call('GET', `${SMN}/message_template/${message_template_id}`),
    defaults: ['protocol'],
  },
  'a user': {
    made: '/v3/users',
    changed: ['patch', '/v3/users/{user_id}'],
    least: () => ({ user: { name: 'jane' } }),
    read: ({ user }) => call('GET', `/v3/users/${(user as Json).id}`),
    defaults: ['user.enabled', 'user.domain_id'],
  },
  'a user of version 3.0': {
    made: '/v3.0/OS-USER/users',
    changed: ['put', '/v3.0/OS-USER/users/{user_id}'],
    least: () => ({ user: { name: 'john' } }),
    read: ({ user }) => call('GET', `/v3.0/OS-USER/users/${(user as Json).id}`),
    defaults: ['user.enabled', 'user.domain_id', 'user.access_mode'],
  },
  'a group': {
    made: '/v3/groups',
    changed: ['patch', '/v3/groups/{group_id}'],
    least: () => ({ group: { name: 'auditors' } }),
    read: ({ group }) => call('GET', `/v3/groups/${(group as Json).id}`),
    defaults: ['group.domain_id'],
  },
  'a project': {
    made: '/v3/projects',
    changed: ['patch', '/v3/projects/{id}'],
    least: () => ({ project: { name: 'local_least' } }),
    read: ({ project }) => call('GET', `/v3/projects/${(project as Json).id}`),
    defaults: ['project.enabled', 'project.domain_id', 'project.parent_id'],
  },
  'a custom policy': {
    made: '/v3.0/OS-ROLE/roles',
    changed: ['patch', '/v3.0/OS-ROLE/roles/{role_id}'],
    least: () => ({
      role: {
        display_name: 'least',
        policy: { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts:trace:list'] }] },
      },
    }),
    read: ({ role }) => call('GET', `/v3.0/OS-ROLE/roles/${(role as Json).id}`),
    defaults: ['role.type'],
  },
  'an access key': {
    made: '/v3.0/OS-CREDENTIAL/credentials',
    changed: ['put', '/v3.0/OS-CREDENTIAL/credentials/{access}'],
    least: () => ({ credential: { user_id: admin.userId } }),
    read: ({ credential }) => call('GET', `/v3.0/OS-CREDENTIAL/credentials/${(credential as Json).access}`),
    defaults: ['credential.status'],
  },
};

describe('created with its least members, no answer has what was not given:', () => {
  test.each(Object.entries(RESOURCES))('%s', async (_, { made, changed, least, read, defaults = [] }) => {
    const sent = least();
    const answered = made ? await call('POST', made, sent) : {};
    const schemas = [made && paths[made]?.post, changed && paths[changed[1]]?.[changed[0]]]
      .filter((one) => one !== '' && one !== undefined)
      .map((operation) => (operation as Operation).requestBody?.content['application/json'].schema as Schema);
    expect(schemas).toHaveLength((made ? 1 : 0) + (changed ? 1 : 0));
    const found = (await read(answered)) as Json;
    expect(isNone(found)).toBe(false);
    expect(
      [...unasked(schemas, sent, found), ...unasked(schemas, sent, answered)].filter(
        (member) => !defaults.includes(member),
      ),
    ).toEqual([]);
  });

  test('and what was given once is told from then on', async () => {
    const body = { tracker_type: 'system', tracker_name: 'system', obs_info: { compress_type: 'gzip' } };
    const changed = await call('PUT', '/v3/{project_id}/tracker', body);
    expect(changed.obs_info).toMatchObject({ compress_type: 'gzip' });
  });
});
