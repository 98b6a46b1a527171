import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House, JSON_TYPE, PASSWORD, trace } from '../../../testing/house.ts';

const house = new House();
type Caller = Awaited<ReturnType<House['signIn']>>;
let operator: Caller;
let root: Caller;
let serial = 0;

/** Every way to call that one person has got. Each answers the status of a harmless call. */
interface Credentials {
  [kind: string]: () => Promise<number>;
}

beforeAll(async () => {
  await house.start({ OPENCTS_REGIONS: 'eu-de,eu-nl' });
  operator = await house.signIn({});
}, 60_000);
afterAll(() => house.stop());

const as = (caller: { token: string }, method: string, path: string, body?: unknown) =>
  house.call(method, path, { token: caller.token, body });
const must = async (caller: { token: string }, method: string, path: string, body?: unknown) => {
  const answer = await as(caller, method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
};

async function exchange(token: string, scope?: object): Promise<string> {
  const { status, headers } = await house.call('POST', '/v3/auth/tokens', {
    body: { auth: { identity: { methods: ['token'], token: { id: token } }, ...(scope ? { scope } : {}) } },
  });
  expect(status).toBe(201);
  return headers.get('x-subject-token') as string;
}

interface Key {
  access: string;
  secret: string;
  securityToken?: string;
}

async function temporaryKey(headers: Record<string, string>): Promise<Key> {
  const { status, body } = await house.call('POST', '/v3.0/OS-CREDENTIAL/securitytokens', {
    headers: { ...headers, ...JSON_TYPE },
    body: BODY,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  const { access, secret, securitytoken } = body.credential;
  return { access, secret, securityToken: securitytoken };
}
const BODY = JSON.stringify({ auth: { identity: { methods: ['token'] } } });

function signed(key: Key, method: string, path: string, body = ''): Record<string, string> {
  const date = new Date(Date.now() + house.skew).toISOString().replace(/[-:]|\.\d+/g, '');
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const head = `host:${new URL(house.app.url).host}\nx-sdk-date:${date}\n`;
  const canonical = [method, `${path}/`, '', head, 'host;x-sdk-date', hash(body)].join('\n');
  const toSign = ['SDK-HMAC-SHA256', date, hash(canonical)].join('\n');
  const signature = createHmac('sha256', key.secret).update(toSign).digest('hex');
  return {
    'x-sdk-date': date,
    authorization: `SDK-HMAC-SHA256 Access=${key.access}, SignedHeaders=host;x-sdk-date, Signature=${signature}`,
    ...(key.securityToken ? { 'x-security-token': key.securityToken } : {}),
  };
}

const LOOKUP = '/v3/auth/projects';
const withToken = (token: string) => async () => (await house.call('GET', LOOKUP, { token })).status;
const withHeaders = (headers: () => Record<string, string>) => async () =>
  (await house.call('GET', LOOKUP, { headers: headers() })).status;
const withKey = (key: Key) => withHeaders(() => signed(key, 'GET', LOOKUP));

async function session(account: string, user: string): Promise<Record<string, string>> {
  const { status, headers } = await house.call('POST', '/session', {
    body: { account, user, password: PASSWORD },
  });
  expect(status).toBe(201);
  return { cookie: headers.getSetCookie()[0]?.split(';')[0] ?? '', 'x-opencts-client': 'console' };
}

/** An account with an administrator, and in it a person in two groups with everything that one can hold. */
async function person() {
  const name = `account-${++serial}`;
  await must(operator, 'POST', '/v3/domains', {
    domain: { name, admin: { name: 'root', password: PASSWORD } },
  });
  root = await house.signIn({ account: name, name: 'root' });
  const { projects } = await must(root, 'GET', '/v3/projects?name=eu-de');
  const project = projects[0].id as string;
  const { role } = await must(root, 'POST', '/v3.0/OS-ROLE/roles', {
    role: {
      display_name: 'lists',
      policy: { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts:*:list*', 'cts:quota:get'] }] },
    },
  });
  const userId = await house.addUser(root, 'jane', [{ role: 'lists', scope: project }]);
  const { groups } = await must(root, 'GET', `/v3/users/${userId}/groups`);
  const scope = { project: { id: project } };
  const unscoped = await house.signIn({ account: name, name: 'jane' });
  const scoped = await house.signIn({ account: name, name: 'jane', project: 'eu-de' });
  const cookie = await session(name, 'jane');
  const credential = { user_id: userId };
  const permanent = (await must(unscoped, 'POST', '/v3.0/OS-CREDENTIAL/credentials', { credential }))
    .credential;
  const credentials: Credentials = {
    token: withToken(unscoped.token),
    'token of a project': withToken(scoped.token),
    'token from a token': withToken(await exchange(unscoped.token, scope)),
    session: withHeaders(() => cookie),
    'key by a token': withKey(await temporaryKey({ 'x-auth-token': unscoped.token })),
    'key by a session': withKey(await temporaryKey(cookie)),
    'key by a key': withKey(
      await temporaryKey(signed(permanent, 'POST', '/v3.0/OS-CREDENTIAL/securitytokens', BODY)),
    ),
  };
  const all = async () =>
    Object.fromEntries(
      await Promise.all(Object.entries(credentials).map(async ([kind, use]) => [kind, await use()])),
    );
  expect(new Set(Object.values(await all()))).toEqual(new Set([200]));
  return {
    name,
    project,
    role,
    userId,
    group: groups[0].id as string,
    cookie,
    unscoped,
    scoped,
    permanent,
    all,
  };
}
type Person = Awaited<ReturnType<typeof person>>;

/** What ends everything, and what gives the person back what it lost. */
const ENDS: [string, (one: Person) => Promise<unknown>, ((one: Person) => Promise<unknown>)?][] = [
  [
    'the own password is changed',
    ({ unscoped, userId }) =>
      must(unscoped, 'POST', `/v3/users/${userId}/password`, {
        user: { original_password: PASSWORD, password: 'another one' },
      }),
  ],
  [
    'an administrator sets another password',
    ({ userId }) => must(root, 'PATCH', `/v3/users/${userId}`, { user: { password: 'another one' } }),
  ],
  [
    'the user is disabled',
    ({ userId }) => must(root, 'PATCH', `/v3/users/${userId}`, { user: { enabled: false } }),
    ({ userId }) => must(root, 'PATCH', `/v3/users/${userId}`, { user: { enabled: true } }),
  ],
  [
    'the account is disabled',
    (one) => must(operator, 'PATCH', `/v3/domains/${one.unscoped.domainId}`, { domain: { enabled: false } }),
    (one) => must(operator, 'PATCH', `/v3/domains/${one.unscoped.domainId}`, { domain: { enabled: true } }),
  ],
  [
    'the user leaves a group',
    ({ group, userId }) => must(root, 'DELETE', `/v3/groups/${group}/users/${userId}`),
    ({ group, userId }) => must(root, 'PUT', `/v3/groups/${group}/users/${userId}`),
  ],
  [
    'a role is taken from its group',
    ({ group, project, role }) =>
      must(root, 'DELETE', `/v3/projects/${project}/groups/${group}/roles/${role.id}`),
    ({ group, project, role }) =>
      must(root, 'PUT', `/v3/projects/${project}/groups/${group}/roles/${role.id}`),
  ],
  ['its group is deleted', ({ group }) => must(root, 'DELETE', `/v3/groups/${group}`)],
  ['its role is deleted', ({ role }) => must(root, 'DELETE', `/v3.0/OS-ROLE/roles/${role.id}`)],
  [
    'the policy of its role gets narrower',
    ({ role }) =>
      must(root, 'PATCH', `/v3.0/OS-ROLE/roles/${role.id}`, {
        role: { policy: { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts:*:list*'] }] } },
      }),
  ],
  ['the user is deleted', ({ userId }) => must(root, 'DELETE', `/v3/users/${userId}`)],
];

describe('everything that a person holds ends at once, and does not come back', () => {
  test.each(ENDS)('when %s', async (_what, end, restore) => {
    const one = await person();
    await end(one);
    expect(new Set(Object.values(await one.all())), JSON.stringify(await one.all())).toEqual(new Set([401]));
    if (!restore) return;
    await restore(one);
    expect(new Set(Object.values(await one.all())), JSON.stringify(await one.all())).toEqual(new Set([401]));
    const anew = await house.signIn({ account: one.name, name: 'jane', project: 'eu-de' });
    expect((await as(anew, 'GET', `/v3/${one.project}/traces`)).status).toBe(200);
  });

  test('when its token is revoked, with all that was made from it and that it was made from', async () => {
    const one = await person();
    const first = (await house.signIn({ account: one.name, name: 'jane' })).token;
    const second = await exchange(first, { project: { id: one.project } });
    const third = await exchange(second);
    const key = withKey(await temporaryKey({ 'x-auth-token': third }));
    expect(await key()).toBe(200);
    const revoked = await house.call('DELETE', '/v3/auth/tokens', {
      token: one.unscoped.token,
      headers: { 'x-subject-token': second },
    });
    expect(revoked.status).toBe(204);
    for (const token of [first, second, third]) expect(await withToken(token)()).toBe(401);
    expect(await key()).toBe(401);
    // Other sign-ins of the same person go on.
    expect(new Set(Object.values(await one.all()))).toEqual(new Set([200]));
    // Signing out of the console is the same.
    const cookie = await session(one.name, 'jane');
    const byCookie = withKey(await temporaryKey(cookie));
    expect((await house.call('DELETE', '/session', { headers: cookie })).status).toBe(204);
    expect([await withHeaders(() => cookie)(), await byCookie()]).toEqual([401, 401]);
  });

  test('what a role gains, and a role that is added, end nothing', async () => {
    const one = await person();
    const policy = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts:*:*'] }] };
    await must(root, 'PATCH', `/v3.0/OS-ROLE/roles/${one.role.id}`, { role: { policy } });
    const { group } = await must(root, 'POST', '/v3/groups', { group: { name: 'more' } });
    await must(root, 'PUT', `/v3/groups/${group.id}/users/${one.userId}`);
    expect(new Set(Object.values(await one.all()))).toEqual(new Set([200]));
  });

  test('a permanent key turned off or deleted, and the temporary ones made with it', async () => {
    const one = await person();
    const path = `/v3.0/OS-CREDENTIAL/credentials/${one.permanent.access}`;
    const permanent = withKey(one.permanent);
    const made = async () =>
      withKey(await temporaryKey(signed(one.permanent, 'POST', '/v3.0/OS-CREDENTIAL/securitytokens', BODY)));
    const before = await made();
    await must(one.unscoped, 'PUT', path, { credential: { status: 'inactive' } });
    expect([await permanent(), await before()]).toEqual([401, 401]);
    await must(one.unscoped, 'PUT', path, { credential: { status: 'active' } });
    expect([await permanent(), await before()]).toEqual([200, 401]);
    const after = await made();
    expect(await after()).toBe(200);
    await must(one.unscoped, 'DELETE', path);
    expect([await permanent(), await after()]).toEqual([401, 401]);
  });

  test('a temporary key makes nothing that outlives it, not even of an administrator', async () => {
    const one = await person();
    const key = await temporaryKey({ 'x-auth-token': root.token });
    const user = { password: 'Another-Pass-11' };
    for (const [method, path, body] of [
      ['PATCH', `/v3/users/${root.userId}`, { user }],
      ['PUT', `/v3.0/OS-USER/users/${root.userId}`, { user }],
      ['PATCH', `/v3/users/${one.userId}`, { user }],
      ['POST', '/v3.0/OS-CREDENTIAL/credentials', { credential: { user_id: root.userId } }],
    ] as const) {
      const text = JSON.stringify(body);
      const headers = { ...signed(key, method, path, text), ...JSON_TYPE };
      const answer = await house.call(method, path, { headers, body: text });
      expect([answer.status, JSON.stringify(answer.body)]).toEqual([
        403,
        expect.stringContaining('temporary'),
      ]);
    }
  });

  test('a project that is disabled ends what is scoped to it', async () => {
    const one = await person();
    const { project } = await must(root, 'POST', '/v3/projects', { project: { name: 'eu-de_team' } });
    const token = await exchange(root.token, { project: { id: project.id } });
    const key = withKey(await temporaryKey({ 'x-auth-token': token }));
    const keys = `/v3/${project.id}/ingest-keys`;
    const { secret } = await must({ token }, 'POST', keys, { name: 'agent' });
    const report = async () =>
      (
        await house.call('POST', `/v3/${project.id}/traces`, {
          headers: { authorization: `Bearer ${secret}` },
          body: { traces: [trace()] },
        })
      ).status;
    expect([await withToken(token)(), await key(), await report()]).toEqual([200, 200, 200]);
    const set = (enabled: boolean) =>
      must(root, 'PATCH', `/v3/projects/${project.id}`, { project: { enabled } });
    await set(false);
    expect([await withToken(token)(), await key(), await report()]).toEqual([401, 401, 401]);
    await set(true);
    expect([await withToken(token)(), await key(), await report()]).toEqual([401, 401, 200]);
    // What is not scoped to it goes on.
    expect(new Set(Object.values(await one.all()))).toEqual(new Set([200]));
  });

  test('an ingest key of an account that is disabled', async () => {
    const one = await person();
    const { token } = await house.signIn({ account: one.name, name: 'root', project: 'eu-de' });
    const { secret } = await must({ token }, 'POST', `/v3/${one.project}/ingest-keys`, { name: 'agent' });
    const report = async () =>
      (
        await house.call('POST', `/v3/${one.project}/traces`, {
          headers: { authorization: `Bearer ${secret}` },
          body: { traces: [trace()] },
        })
      ).status;
    expect(await report()).toBe(200);
    await must(operator, 'PATCH', `/v3/domains/${root.domainId}`, { domain: { enabled: false } });
    expect([await report(), await withToken(token)()]).toEqual([401, 401]);
  });

  test('whoever changes the own password in the console stays in, elsewhere signs in again', async () => {
    const one = await person();
    const elsewhere = await session(one.name, 'jane');
    const change = await house.call('POST', `/v3/users/${one.userId}/password`, {
      headers: one.cookie,
      body: { user: { original_password: PASSWORD, password: 'another one' } },
    });
    expect(change.status).toBe(204);
    const cookie = change.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect(await withHeaders(() => ({ ...one.cookie, cookie }))()).toBe(200);
    expect([await withHeaders(() => one.cookie)(), await withHeaders(() => elsewhere)()]).toEqual([401, 401]);
    // A program is given no cookie.
    const again = await house.signIn({ account: one.name, name: 'jane', password: 'another one' });
    const answer = await as(again, 'POST', `/v3/users/${one.userId}/password`, {
      user: { original_password: 'another one', password: PASSWORD },
    });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([204, []]);
  });
});

describe('what is no token is refused, never answered 500', () => {
  test.each([
    ['nothing of ours', 'x'],
    ['unsigned claims', `${Buffer.from('{"userId":"x","expiresAt":9e15}').toString('base64url')}.`],
    [
      '__proto__',
      `${Buffer.from('{"__proto__":{"expiresAt":9e15}}').toString('base64url')}.${'A'.repeat(43)}`,
    ],
    ['no base64', '%%%.%%%'],
    ['only dots', '...'],
    ['a JWT of no algorithm', `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`],
    ['12 kB', `${'x'.repeat(12_000)}.${'A'.repeat(43)}`],
    ['an ingest key', 'octs_x'],
  ])('%s', async (_name, text) => {
    const answers = [
      await house.call('GET', LOOKUP, { token: text }),
      await house.call('GET', LOOKUP, { headers: { authorization: `Bearer ${text}` } }),
      await house.call('GET', LOOKUP, {
        headers: { cookie: `opencts_session=${encodeURIComponent(text)}`, 'x-opencts-client': 'console' },
      }),
      await house.call('POST', '/v3/auth/tokens', {
        body: { auth: { identity: { methods: ['token'], token: { id: text } } } },
      }),
      await house.call('GET', LOOKUP, {
        headers: { ...signed({ access: 'HST', secret: 'x' }, 'GET', LOOKUP), 'x-security-token': text },
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    const session = await house.call('GET', '/session', {
      headers: { cookie: `opencts_session=${encodeURIComponent(text)}`, 'x-opencts-client': 'console' },
    });
    expect([session.status, session.body]).toEqual([200, {}]);
  });

  test('a token as long as a body may be, in a sign-in', async () => {
    const id = 'x'.repeat(60_000);
    const answer = await house.call('POST', '/v3/auth/tokens', {
      body: { auth: { identity: { methods: ['token'], token: { id } } } },
    });
    expect(answer.status).toBe(401);
  });

  test('names as long as a body may be', async () => {
    const name = 'x'.repeat(60_000);
    const identity = (user: object) => ({
      auth: { identity: { methods: ['password'], password: { user: { password: PASSWORD, ...user } } } },
    });
    const domain = { name: 'default' };
    const bodies = [
      identity({ name, domain }),
      identity({ id: name }),
      identity({ name: 'admin', domain: { name } }),
    ];
    for (const body of bodies)
      expect((await house.call('POST', '/v3/auth/tokens', { body })).status).toBe(400);
    for (const body of [
      { account: name, user: 'admin', password: PASSWORD },
      { account: 'default', user: name, password: PASSWORD },
      { account: 'default', user: 'admin', password: name },
    ]) {
      expect((await house.call('POST', '/session', { body })).status).toBe(400);
    }
  });
});

describe('a sign-in is checked whole or refused', () => {
  const password = { user: { name: 'admin', domain: { name: 'default' }, password: PASSWORD } };
  const signIn = (identity: object, scope?: unknown) =>
    house.call('POST', '/v3/auth/tokens', { body: { auth: { identity, ...(scope ? { scope } : {}) } } });

  test.each<[string, object]>([
    ['totp', { methods: ['totp'], totp: { user: { id: 'x', passcode: '1' } } }],
    ['totp', { methods: ['password', 'totp'], password, totp: { user: { id: 'x', passcode: '1' } } }],
    ['totp', { methods: ['password'], password, totp: { user: { id: 'x', passcode: '1' } } }],
    ['totp', { methods: ['password', 'totp'], password }],
    ['mfa', { methods: ['mfa', 'password'], password }],
    ['assume_role', { methods: ['assume_role'], assume_role: {} }],
    ['PASSWORD', { methods: ['PASSWORD'], password }],
    ['__proto__', { methods: ['__proto__'] }],
    ['password and token', { methods: ['password', 'token'], password, token: { id: 'x' } }],
  ])('a method %s is refused by its name', async (name, identity) => {
    const { status, body } = await signIn(identity);
    expect(status).toBe(401);
    expect(body.error.message).toContain(name);
    expect(body.error.message).toContain('cannot be checked');
  });

  test.each<[unknown, number]>([
    ['unscoped', 201],
    [{ unscoped: {} }, 201],
    [{}, 201],
    [undefined, 201],
    [{ domain: { name: 'default' } }, 201],
    ['everything', 400],
    [{ system: { all: true } }, 400],
    [{ 'OS-TRUST:trust': { id: 'x' } }, 400],
    [{ unscoped: {}, project: { name: 'eu-de' } }, 400],
    [{ project: {} }, 401],
    [{ domain: { name: 'acme' } }, 401],
  ])('the scope %j is answered %i', async (scope, status) => {
    expect((await signIn({ methods: ['password'], password }, scope)).status).toBe(status);
  });
});
