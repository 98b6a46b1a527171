import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, House, JSON_TYPE, PASSWORD } from '../../../testing/house.ts';

const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
let temporary: { access: string; secret: string; securitytoken: string };
let off: string;
// biome-ignore lint/suspicious/noExplicitAny: a whole OpenAPI document
let document: any;

const must = async (method: string, path: string, body?: object) => {
  const answer = await house.call(method, path, { token: admin.token, body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
};

/** A request that is signed with the temporary key. */
async function signed(method: string, path: string, body: object): Promise<Answer> {
  const text = JSON.stringify(body);
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const hash = (of: string) => createHash('sha256').update(of).digest('hex');
  const head = `host:${new URL(house.app.url).host}\nx-sdk-date:${date}\n`;
  const canonical = [method, `${path}/`, '', head, 'host;x-sdk-date', hash(text)].join('\n');
  const toSign = ['SDK-HMAC-SHA256', date, hash(canonical)].join('\n');
  const signature = createHmac('sha256', temporary.secret).update(toSign).digest('hex');
  const headers = {
    ...JSON_TYPE,
    'x-sdk-date': date,
    authorization: `SDK-HMAC-SHA256 Access=${temporary.access}, SignedHeaders=host;x-sdk-date, Signature=${signature}`,
    'x-security-token': temporary.securitytoken,
  };
  return house.call(method, path, { headers, body: text });
}

beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
  const { user } = await must('POST', '/v3/users', { user: { name: 'jane', password: PASSWORD } });
  const made = await must('POST', '/v3.0/OS-CREDENTIAL/credentials', { credential: { user_id: user.id } });
  off = made.credential.access;
  await must('PUT', `/v3.0/OS-CREDENTIAL/credentials/${off}`, { credential: { status: 'inactive' } });
  const auth = { identity: { methods: ['token'] } };
  temporary = (await must('POST', '/v3.0/OS-CREDENTIAL/securitytokens', { auth })).credential;
  document = (await house.call('GET', '/openapi.json')).body;
}, 60_000);
afterAll(() => house.stop());

/** Each route that makes a credential, or brings one back, and a call of it that an administrator may make. */
const MAKING: Record<string, () => [path: string, body: object]> = {
  'POST /v3/users': () => ['/v3/users', { user: { name: 'lasting', password: PASSWORD } }],
  'PATCH /v3/users/{user_id}': () => [`/v3/users/${admin.userId}`, { user: { password: PASSWORD } }],
  'POST /v3/users/{user_id}/password': () => [
    `/v3/users/${admin.userId}/password`,
    { user: { password: `${PASSWORD}2`, original_password: PASSWORD } },
  ],
  'POST /v3.0/OS-USER/users': () => [
    '/v3.0/OS-USER/users',
    { user: { name: 'lasting', password: PASSWORD } },
  ],
  'PUT /v3.0/OS-USER/users/{user_id}': () => [
    `/v3.0/OS-USER/users/${admin.userId}`,
    { user: { password: PASSWORD } },
  ],
  'POST /v3/domains': () => [
    '/v3/domains',
    { domain: { name: 'lasting', admin: { name: 'root', password: PASSWORD } } },
  ],
  'POST /v3.0/OS-CREDENTIAL/credentials': () => [
    '/v3.0/OS-CREDENTIAL/credentials',
    { credential: { user_id: admin.userId } },
  ],
  'PUT /v3.0/OS-CREDENTIAL/credentials/{access}': () => [
    `/v3.0/OS-CREDENTIAL/credentials/${off}`,
    { credential: { status: 'active' } },
  ],
  'POST /v3.0/OS-CREDENTIAL/securitytokens': () => [
    '/v3.0/OS-CREDENTIAL/securitytokens',
    { auth: { identity: { methods: ['token'] } } },
  ],
  'POST /v3/{project_id}/ingest-keys': () => [`/v3/${admin.projectId}/ingest-keys`, { name: 'lasting' }],
};
/** They take what signs in. */
const SIGN_IN = ['POST /session', 'POST /v3/auth/tokens'];
/** Headers of subscriptions are secrets of their receivers. */
const OF_RECEIVERS = /^\/v2\/|\/smn\//;

test('every route that takes or gives a secret is known here', () => {
  const found: string[] = [];
  const secret = /"format":"password"|"(password|secret)":\{/;
  for (const [path, operations] of Object.entries<
    Record<string, { requestBody?: object; responses?: object }>
  >(document.paths)) {
    for (const [method, { requestBody, responses }] of Object.entries(operations)) {
      if (
        method === 'get' ||
        OF_RECEIVERS.test(path) ||
        !secret.test(JSON.stringify({ requestBody, responses }))
      )
        continue;
      found.push(`${method.toUpperCase()} ${path}`);
    }
  }
  const turnsOn = 'PUT /v3.0/OS-CREDENTIAL/credentials/{access}';
  expect([...new Set([...found, turnsOn])].sort()).toEqual([...Object.keys(MAKING), ...SIGN_IN].sort());
});

test('a temporary key makes no credentials and brings none back, not even of an administrator', async () => {
  for (const [route, call] of Object.entries(MAKING)) {
    const [path, body] = call();
    const { status, body: answer } = await signed(route.split(' ')[0] as string, path, body);
    expect([route, status, JSON.stringify(answer)]).toEqual([
      route,
      403,
      expect.stringContaining('temporary access key'),
    ]);
  }
  const { credential } = await must('GET', `/v3.0/OS-CREDENTIAL/credentials/${off}`);
  expect(credential.status).toBe('inactive');
  expect((await house.signIn({ project: 'local' })).userId).toBe(admin.userId);
});

test('a temporary key does what makes no credentials: users without a password, keys that are turned off', async () => {
  expect((await signed('POST', '/v3/users', { user: { name: 'without' } })).status).toBe(201);
  const access = `/v3.0/OS-CREDENTIAL/credentials/${off}`;
  expect((await signed('PUT', access, { credential: { status: 'inactive' } })).status).toBe(200);
  expect((await signed('PUT', access, { credential: { description: 'of jane' } })).status).toBe(200);
  expect((await signed('PATCH', `/v3/users/${admin.userId}`, { user: { description: 'me' } })).status).toBe(
    200,
  );
});
