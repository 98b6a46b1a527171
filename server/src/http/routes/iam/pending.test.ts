import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, PASSWORD, trace } from '../../../testing/house.ts';

const house = new House();
let root: Awaited<ReturnType<House['signIn']>>;

beforeAll(async () => {
  await house.start({ OPENCTS_REGIONS: 'local' });
  root = await house.signIn({});
});
afterAll(() => house.stop());

/** A call whose body has begun, and comes to its end later. */
async function begin(
  method: string,
  route: string,
  headers: Record<string, string>,
  first: string,
  rest: string,
) {
  const { hostname, port } = new URL(house.app.url);
  const socket = net.connect(Number(port), hostname);
  await once(socket, 'connect');
  const lines = Object.entries({
    host: 'opencts',
    connection: 'close',
    'content-length': Buffer.byteLength(first + rest),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${route} HTTP/1.1\r\n${lines.join('')}\r\n${first}`);
  // The service has read the head before anything else happens.
  await new Promise((resolve) => setTimeout(resolve, 200));
  return async () => {
    socket.write(rest);
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
  };
}

const JSON_BODY = { 'content-type': 'application/json' };
const manage = (method: string, route: string, body?: unknown) =>
  house.call(method, route, { token: root.token, body });

async function administrator(name: string) {
  const id = await house.addUser(root, name, [
    { role: 'Security Administrator', scope: 'domain' },
    { role: 'Tenant Administrator', scope: 'projects' },
  ]);
  return { id, ...(await house.signIn({ name })) };
}

test.each<[string, (user: { id: string; token: string }) => Promise<unknown>]>([
  ['the user was disabled', ({ id }) => manage('PATCH', `/v3/users/${id}`, { user: { enabled: false } })],
  [
    'the password was reset',
    ({ id }) => manage('PATCH', `/v3/users/${id}`, { user: { password: `${PASSWORD}2` } }),
  ],
  ['the user was deleted', ({ id }) => manage('DELETE', `/v3/users/${id}`)],
  [
    'the token was revoked',
    ({ token }) => house.call('DELETE', '/v3/auth/tokens', { token, headers: { 'x-subject-token': token } }),
  ],
])('a call that was begun before %s takes no effect afterwards', async (what, end) => {
  const name = `m${what.length}${what.slice(4, 8).trim()}`;
  const user = await administrator(name);
  const body = JSON.stringify({ user: { name: `back-${name}`, password: PASSWORD } });
  const finish = await begin(
    'POST',
    '/v3/users',
    { 'x-auth-token': user.token, ...JSON_BODY },
    body.slice(0, 5),
    body.slice(5),
  );
  expect([200, 204]).toContain(((await end(user)) as { status: number }).status);
  expect(await finish()).toBe(401);
  const { users } = (await manage('GET', `/v3/users?name=back-${name}`)).body;
  expect(users).toEqual([]);
});

test('a report that goes on after its ingest key was revoked is refused from there on', async () => {
  const { token, projectId } = await house.signIn({ project: 'local' });
  await house.call('POST', `/v3/${projectId}/tracker`, {
    token,
    body: { tracker_type: 'system', tracker_name: 'system' },
  });
  const { body: key } = await house.call('POST', `/v3/${projectId}/ingest-keys`, {
    token,
    body: { name: 'streaming' },
  });
  const line = `${JSON.stringify(trace())}\n`;
  const finish = await begin(
    'POST',
    `/v3/${projectId}/traces`,
    { authorization: `Bearer ${key.key}`, 'content-type': 'application/x-ndjson' },
    line,
    line,
  );
  const { status } = await house.call('DELETE', `/v3/${projectId}/ingest-keys/${key.id}`, { token });
  expect(status).toBe(204);
  expect(await finish()).toBe(401);
});

test('what an administrator set is not undone by a change of the own password that was under way', async () => {
  const id = await house.addUser(root, 'racer', []);
  for (let round = 0; round < 5; round++) {
    const original = round === 0 ? PASSWORD : `set-by-root-${round - 1}`;
    const { token } = await house.signIn({ name: 'racer', password: original });
    const own = Array.from({ length: 3 }, () =>
      house.call('POST', `/v3/users/${id}/password`, {
        token,
        body: { user: { original_password: original, password: `own-choice-${round}` } },
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, round * 20));
    const reset = await manage('PATCH', `/v3/users/${id}`, { user: { password: `set-by-root-${round}` } });
    expect(reset.status).toBe(200);
    const done = (await Promise.all(own)).filter(({ status }) => status < 300);
    expect(done.length).toBeLessThanOrEqual(1);
    // Whoever came last decides, and the administrator was answered last or refused nobody.
    await house.signIn({ name: 'racer', password: `set-by-root-${round}` });
  }
});

test.each([
  ['users', { user: { name: 'twin', password: PASSWORD } }],
  ['groups', { group: { name: 'twin' } }],
  ['projects', { project: { name: 'local_twin' } }],
])('the same made many times at once, of %s, is made once, and never a failure', async (kind, body) => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => manage('POST', `/v3/${kind}`, body)));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
});
