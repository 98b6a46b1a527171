import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, PASSWORD } from '../testing/house.ts';

/** What a masker of plain text cannot know for a secret. */
const SECRET = 'Wintergarden7Stairs';
const HOOK = `https://hooks.example.com/services/T000/B000/${SECRET}`;
const MASK = '********';
const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
let jane: string;
let access: string;
let topic: string;

const call = (method: string, path: string, body: object) =>
  house.call(method, path, { token: admin.token, body });
const v3 = () => `/v3/${admin.projectId}`;
const subscriptions = () => `/v2/${admin.projectId}/notifications/topics/${topic}/subscriptions`;
async function traces(): Promise<Record<string, string>[]> {
  await house.searchable(admin.token);
  const { body } = await house.call('GET', `${v3()}/traces?trace_type=system&limit=200`, {
    token: admin.token,
  });
  return body.traces;
}

beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
  await call('POST', `${v3()}/tracker`, { tracker_type: 'system', tracker_name: 'system' });
  const made = await call('POST', '/v3/users', { user: { name: 'jane', password: PASSWORD } });
  jane = made.body.user.id;
  const key = await call('POST', '/v3.0/OS-CREDENTIAL/credentials', { credential: { user_id: jane } });
  access = key.body.credential.access;
  topic = (await call('POST', `/v2/${admin.projectId}/notifications/topics`, { name: 'alerts' })).body
    .topic_urn;
}, 60_000);
afterAll(() => house.stop());

test('what a call that is about credentials does not know is hidden in its trace', async () => {
  const calls: [method: string, path: string, body: object][] = [
    ['POST', '/v3/users', { user: { name: 'joe', pasword: SECRET } }],
    ['POST', '/v3/users', { user: { name: 'jim' }, pass: SECRET }],
    ['PATCH', `/v3/users/${jane}`, { user: { pasword: SECRET } }],
    ['PATCH', `/v3/users/${jane}`, { user: { description: 'known', nested: { deep: [SECRET] } } }],
    ['PATCH', `/v3/users/${jane}`, { user: SECRET }],
    ['POST', `/v3/users/${admin.userId}/password`, { user: { password: PASSWORD, old: SECRET } }],
    ['POST', '/v3.0/OS-USER/users', { user: { name: 'jill', kennwort: SECRET } }],
    ['PUT', `/v3.0/OS-USER/users/${jane}`, { user: { kennwort: SECRET } }],
    [
      'POST',
      '/v3/domains',
      { domain: { name: 'acme', admin: { name: 'r', password: PASSWORD, pw2: SECRET } } },
    ],
    ['POST', '/v3.0/OS-CREDENTIAL/credentials', { credential: { user_id: jane, sk: SECRET } }],
    ['PUT', `/v3.0/OS-CREDENTIAL/credentials/${access}`, { credential: { description: 'd', sk: SECRET } }],
    [
      'POST',
      '/v3.0/OS-CREDENTIAL/securitytokens',
      { auth: { identity: { methods: ['token'], old: SECRET } } },
    ],
    ['POST', `${v3()}/ingest-keys`, { name: 'shop', bearer_text: SECRET }],
    ['POST', `${v3()}/keys`, { alias: 'audit', material: SECRET }],
    ['POST', subscriptions(), { protocol: HOOK, endpoint: 'https://hooks.example.com/a' }],
    [
      'POST',
      subscriptions(),
      { protocol: 'https', endpoint: 'https://hooks.example.com/b', extension: { form: HOOK } },
    ],
    [
      'POST',
      subscriptions(),
      { subscriptions: [{ protocol: HOOK, endpoint: 'https://hooks.example.com/c' }] },
    ],
  ];
  for (const [method, path, body] of calls) {
    const { body: answer } = await call(method, path, body);
    expect(JSON.stringify(answer), path).not.toContain(HOOK);
  }
  const all = await traces();
  expect(all.length).toBeGreaterThan(calls.length);
  expect(all.filter((trace) => JSON.stringify(trace).includes(SECRET))).toEqual([]);
  const changed = all
    .filter(({ trace_name }) => trace_name === 'updateUser')
    .map((one) => String(one.request));
  expect(changed.some((request) => request.includes('pasword') && request.includes(MASK))).toBe(true);
  // What is known stays to be read.
  expect(changed.some((request) => request.includes('known'))).toBe(true);
});

test('a value that is not allowed, no id, or a parameter that nobody knows is hidden in the trace of a call about users', async () => {
  const none = '0'.repeat(32);
  const wrong = `${SECRET}!`;
  const calls: [method: string, path: string, body: object][] = [
    ['PATCH', `/v3/users/${jane}`, { user: { name: wrong } }],
    ['POST', '/v3/users', { user: { name: wrong } }],
    ['PATCH', `/v3/users/${jane}`, { user: { description: SECRET.repeat(20) } }],
    ['PUT', `/v3.0/OS-USER/users/${jane}`, { user: { access_mode: SECRET } }],
    ['PATCH', `/v3/users/${wrong}`, { user: { description: 'seen' } }],
    ['DELETE', `/v3/users/${wrong}`, {}],
    ['DELETE', `/v3/groups/${SECRET.repeat(30)}`, {}],
    ['PATCH', `/v3/users/${jane}?q=${SECRET}`, { user: { description: 'seen' } }],
    ['PATCH', `/v3/users/${none}`, { user: { description: 'seen' } }],
  ];
  for (const [method, path, body] of calls) await call(method, path, body);
  const all = await traces();
  expect(all.filter((trace) => JSON.stringify(trace).includes(SECRET))).toEqual([]);
  const seen = all.filter(({ request }) => String(request).includes('seen'));
  expect(seen.filter(({ resource_id }) => resource_id === jane)).toHaveLength(1);
  const unknown = seen.filter(({ resource_id }) => resource_id === none);
  expect(unknown.map(({ response }) => String(response).includes(`there is no user ${none}`))).toEqual([
    true,
  ]);
  // A refusal says still what is wrong.
  expect(all.some(({ response }) => /user.name is .*must hold 1 to 64/.test(String(response)))).toBe(true);
});

test('a refusal repeats no more of a value than a word', async () => {
  for (const [path, body] of [
    [subscriptions(), { protocol: HOOK, endpoint: 'https://hooks.example.com/d' }],
    [subscriptions(), { protocol: 'https', endpoint: HOOK, extension: { form: HOOK } }],
    [`${v3()}/tracker`, { tracker_type: HOOK, tracker_name: 'system' }],
    [`${v3()}/notifications`, { notification_name: 'n', operation_type: `x ${SECRET}` }],
  ] as const) {
    const { status, body: answer } = await call('POST', path, body);
    expect([status, JSON.stringify(answer).includes(SECRET)]).toEqual([400, false]);
    expect(answer.message ?? answer.error_msg).toContain('must be one of');
  }
  const named = await call('POST', `${v3()}/tracker`, { tracker_type: 'sistem', tracker_name: 'system' });
  expect(named.body.error_msg).toContain('"sistem"');
});

test('the name of a way to sign in that nobody knows is repeated as a word only', async () => {
  const identity = { methods: ['password'], [`${SECRET}:x`]: {} };
  const { status, body } = await house.call('POST', '/v3/auth/tokens', { body: { auth: { identity } } });
  expect([status, JSON.stringify(body).includes(SECRET)]).toEqual([401, false]);
});
