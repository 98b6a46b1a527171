import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, PASSWORD, trace } from '../testing/house.ts';

const house = new House();
type Caller = Awaited<ReturnType<House['signIn']>>;
/** Owners of everything that has MINE or SECRET in it, and those who want to see it. */
let owner: Caller;
let thieves: Caller[];
/** What the thieves know: every id and name of the owner's things. */
let known: string[];
const MINE = 'crown-jewels';
/** What the thieves cannot have written themselves: their own requests are in their own traces. */
const SECRET = 'nobody-else-knows';

const as = (caller: Caller, method: string, path: string, body?: unknown) =>
  house.call(method, path, { token: caller.token, body });

beforeAll(async () => {
  await house.start({ OPENCTS_REGIONS: 'eu-de,eu-nl' });
  owner = await house.signIn({ project: 'eu-de' });
  const account = await house.signIn({});
  const p = (path: string) => `/v3/${owner.projectId}${path}`;
  const system = { tracker_type: 'system', tracker_name: 'system' };
  const { id } = (await as(owner, 'POST', p('/tracker'), system)).body;
  const obs_info = { bucket_name: MINE, is_obs_created: true };
  await as(owner, 'PUT', p('/tracker'), { ...system, obs_info });
  await as(owner, 'POST', p(`/cts-tracker/${id}/tags`), { tag: { key: MINE, value: SECRET } });
  const { notification_id } = (
    await as(owner, 'POST', p('/notifications'), { notification_name: MINE, operation_type: 'complete' })
  ).body;
  const key = (await as(owner, 'POST', p('/ingest-keys'), { name: SECRET })).body;
  const kms = (await as(owner, 'POST', p('/keys'), { alias: MINE, description: SECRET })).body;
  const reported = await as(owner, 'POST', p('/traces?trace_ids=true'), {
    traces: [
      trace({ resource_id: MINE, resource_name: SECRET, user: { name: SECRET, domain: { id: 'd' } } }),
    ],
  });
  const { user } = (
    await as(account, 'POST', '/v3/users', { user: { name: MINE, password: PASSWORD, description: SECRET } })
  ).body;
  const { group } = (await as(account, 'POST', '/v3/groups', { group: { name: MINE, description: SECRET } }))
    .body;
  const { credential } = (
    await as(account, 'POST', '/v3.0/OS-CREDENTIAL/credentials', {
      credential: { user_id: user.id, description: SECRET },
    })
  ).body;
  await as(account, 'POST', '/v3/domains', {
    domain: { name: 'thieves', admin: { name: 'root', password: PASSWORD } },
  });
  thieves = [
    await house.signIn({ account: 'thieves', name: 'root', project: 'eu-de' }),
    await house.signIn({ account: 'thieves', name: 'root' }),
    await house.signIn({ project: 'eu-nl' }),
  ];
  for (const thief of thieves.filter(({ projectId }) => projectId !== '')) {
    await as(thief, 'POST', `/v3/${thief.projectId}/tracker`, system);
  }
  known = [
    ...[
      owner.projectId,
      owner.domainId,
      owner.userId,
      id,
      notification_id,
      key.id,
      kms.id,
      user.id,
      group.id,
    ],
    ...[credential.access, reported.body.trace_ids[0], MINE, 'system', 'default', 'eu-de', ''],
  ];
  await house.searchable(owner.token);
}, 60_000);
afterAll(() => house.stop());

const QUERY = [
  ...['trace_id', 'next', 'user', 'resource_id', 'resource_name', 'tracker_name', 'service_type', 'marker'],
  ...[
    'name',
    'user_id',
    'domain_id',
    'project_id',
    'parent_id',
    'notification_name',
    'notification_id',
    'field',
  ],
  ...['access_key_id', 'enterprise_project_id', 'trace_type', 'display_name'],
];

/** A request that a thief might try: its own project in the path or the owner's, known ids anywhere. */
const attempt = () => {
  const routes = house.app.routes.filter(
    ({ method, action }) => method === 'GET' && action !== 'open' && !action.startsWith('opencts:'),
  );
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.constantFrom("' OR 1=1 --", '%27', '*', '%', '..', '0', 'user', '\\') },
  );
  return fc.record({
    thief: fc.constantFrom(...thieves),
    route: fc.constantFrom(...routes),
    own: fc.boolean(),
    ids: fc.array(value, { minLength: 4, maxLength: 4 }),
    query: fc.dictionary(fc.constantFrom(...QUERY), value, { maxKeys: 4 }),
    headers: fc.dictionary(
      fc.constantFrom('x-project-id', 'x-domain-id'),
      fc.constantFrom(owner.projectId, owner.domainId),
    ),
  });
};

test('whatever a caller of another project asks for, nothing of it is in the answer', async () => {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(attempt(), async ({ thief, route, own, ids, query, headers }) => {
      let next = 0;
      const path = route.url.replaceAll(/:[a-z_]+/g, (name) => {
        if (name === ':project_id') return own && thief.projectId ? thief.projectId : owner.projectId;
        return encodeURIComponent(ids[next++] ?? '') || 'x';
      });
      const wide = { ...query, from: String(Date.now() - 6 * 86_400_000), limit: '200' };
      const answer = await house.call('GET', `${path}?${new URLSearchParams(wide)}`, {
        token: thief.token,
        headers,
      });
      expect(answer.status).toBeLessThan(500);
      if (answer.status === 200) answered++;
      // What thieves asked for stands in the traces of their own attempts.
      const text = JSON.stringify(answer.body, (_key, value) =>
        value?.request && value.user?.id === thief.userId ? { ...value, request: '' } : value,
      );
      // A refusal may repeat what was asked for; an answer may not know of it. A user of the owner's account
      // who is in another project may see the account's users and groups.
      const ofAccount = thief.domainId === owner.domainId && !route.url.includes(':project_id');
      if (answer.status === 200 && !ofAccount) expect(text).not.toContain(SECRET);
    }),
    { numRuns: 1500 },
  );
  expect(answered).toBeGreaterThan(100);
});

test('whatever a caller of another project sends, nothing of the owner changes', async () => {
  const p = (path: string) => `/v3/${owner.projectId}${path}`;
  const things = [
    ...[
      p('/trackers'),
      p('/notifications/smn'),
      p('/ingest-keys'),
      p('/configuration'),
      p('/cts-tracker/tags'),
    ],
    ...['/v3/users', '/v3/groups', '/v3.0/OS-CREDENTIAL/credentials', '/v3/projects'],
  ];
  const state = async () => {
    const bodies = await Promise.all(things.map(async (path) => (await as(owner, 'GET', path)).body));
    return JSON.stringify(bodies).replaceAll(/"last_use[a-z_]*":[^,}]*/g, '');
  };
  const before = await state();
  const strangers = thieves.filter(({ domainId }) => domainId !== owner.domainId);
  for (const { method, url, action } of house.app.routes) {
    if (['GET', 'HEAD', 'OPTIONS'].includes(method) || action === 'open' || action === 'signed-in') continue;
    for (const thief of strangers) {
      for (const own of [true, false]) {
        for (const id of known.filter((one) => one !== '')) {
          const path = url.replaceAll(/:[a-z_]+/g, (name) =>
            name === ':project_id' ? (own && thief.projectId) || owner.projectId : encodeURIComponent(id),
          );
          const query = method === 'DELETE' ? `?notification_id=${id}&tracker_name=${id}` : '';
          const body = {
            notification_id: id,
            notification_name: MINE,
            operation_type: 'complete',
            status: 'disabled',
          };
          const answer = await as(thief, method, path + query, body);
          expect(answer.status).toBeLessThan(500);
        }
      }
    }
  }
  expect(await state()).toBe(before);
}, 120_000);

test('what is injected into a filter is a text that no trace has, and nothing else', async () => {
  const nasty = [
    ...[
      "' OR 1=1 --",
      "\\' OR 1=1 --",
      "') OR ('1'='1",
      "'; DROP TABLE opencts.traces; --",
      '{project:String}',
    ],
    ...['\u0000', 'a\r\nX-Evil: 1', '%', '*', '\\', '\ud83d', '$(1+1)', 'x'.repeat(64)],
  ];
  const filters = [
    ...[
      'service_type',
      'resource_type',
      'resource_id',
      'resource_name',
      'trace_name',
      'user',
      'tracker_name',
    ],
    ...['access_key_id', 'enterprise_project_id', 'trace_id'],
  ];
  const p = (path: string) => `/v3/${owner.projectId}${path}`;
  const paths = [p('/traces'), `/v2.0/${owner.projectId}/system/trace`, p('/traces/histogram')];
  for (const path of paths) {
    for (const filter of filters.filter((one) => !path.includes('histogram') || one !== 'trace_id')) {
      for (const text of nasty) {
        if (path.startsWith('/v2.0') && filter === 'tracker_name') continue;
        const answer = await as(owner, 'GET', `${path}?${new URLSearchParams({ [filter]: text })}`);
        expect([answer.status, answer.body.traces ?? answer.body.buckets], `${filter}=${text}`).toEqual([
          200,
          [],
        ]);
        expect(answer.headers.get('x-evil')).toBeNull();
      }
    }
  }
  const { body } = await as(owner, 'GET', p('/traces'));
  expect(body.meta_data.count).toBeGreaterThan(0);
});
