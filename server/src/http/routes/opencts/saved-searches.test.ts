import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, PASSWORD } from '../../../testing/house.ts';

const house = new House();
type Caller = Awaited<ReturnType<House['signIn']>>;
let admin: Caller;
let jane: Caller;
let stranger: Caller;

beforeAll(async () => {
  await house.start();
  const account = await house.signIn({});
  admin = await house.signIn({ project: 'local' });
  await house.call('POST', `/v3/${admin.projectId}/tracker`, {
    token: admin.token,
    body: { tracker_type: 'system', tracker_name: 'system' },
  });
  await house.addUser(account, 'jane', [{ role: 'CTS ReadOnlyAccess', scope: admin.projectId }]);
  jane = await house.signIn({ name: 'jane', project: 'local' });
  const domain = { name: 'others', admin: { name: 'admin', password: PASSWORD } };
  await house.call('POST', '/v3/domains', { token: account.token, body: { domain } });
  stranger = await house.signIn({ account: 'others', project: 'local' });
}, 60_000);
afterAll(() => house.stop());

const route = `/saved-searches`;
const ask = (caller: Caller, method: string, path = '', body?: unknown, projectId = caller.projectId) =>
  house.call(method, `/v3/${projectId}${route}${path}`, { token: caller.token, body });
const names = async (caller: Caller) =>
  (await ask(caller, 'GET')).body.saved_searches.map((one: { name: string }) => one.name);

test('who reads traces keeps searches, alone or for all readers of the project; it leaves a trace', async () => {
  const view = 'range=7d&q=status%3Afailed';
  const made = await ask(jane, 'POST', '', { name: 'failures', view });
  expect(made.status).toBe(201);
  expect((await ask(admin, 'POST', '', { name: 'failures', view: '', shared: true })).status).toBe(201);
  expect((await ask(admin, 'POST', '', { name: 'mine', view: '' })).status).toBe(201);
  expect(await names(jane)).toEqual(['failures', 'failures']);
  const { body } = await ask(jane, 'GET');
  expect(body.saved_searches).toContainEqual({
    id: made.body.id,
    name: 'failures',
    view,
    shared: false,
    own: true,
    user_name: 'jane',
    create_time: expect.any(Number),
  });
  expect(await names(admin)).toEqual(['failures', 'mine']);
  expect(await names(stranger)).toEqual([]);
  await house.searchable(admin.token);
  const kept = await house.call('GET', `/v3/${admin.projectId}/traces?trace_name=createSavedSearch`, {
    token: admin.token,
  });
  expect(kept.body.traces).toHaveLength(3);
});

test('nobody removes what another keeps, nor reaches into another account', async () => {
  const [shared] = (await ask(jane, 'GET')).body.saved_searches.filter((one: { own: boolean }) => !one.own);
  const removed = await ask(jane, 'DELETE', `/${shared.id}`);
  expect([removed.status, removed.body.error_msg]).toEqual([404, `you keep no search ${shared.id} here`]);
  expect((await ask(stranger, 'DELETE', `/${shared.id}`)).status).toBe(404);
  expect((await ask(stranger, 'GET', '', undefined, admin.projectId)).status).toBe(403);
  expect((await ask(admin, 'DELETE', `/${shared.id}`)).status).toBe(204);
  expect(await names(admin)).toEqual(['mine']);
});

test('a name is kept once, and as many searches as there may be', async () => {
  const again = await ask(jane, 'POST', '', { name: 'failures', view: '' });
  expect([again.status, again.body.error_msg]).toEqual([
    400,
    'name is "failures", as of another search of yours',
  ]);
  for (const body of [{ name: '', view: '' }, { name: 'x'.repeat(65), view: '' }, { name: 'x' }]) {
    expect((await ask(jane, 'POST', '', body)).status).toBe(400);
  }
  for (let i = 1; i < 50; i++) {
    expect((await ask(jane, 'POST', '', { name: `search ${i}`, view: '' })).status).toBe(201);
  }
  const full = await ask(jane, 'POST', '', { name: 'one more', view: '' });
  expect([full.status, full.body.error_msg]).toEqual([
    400,
    'a user keeps at most 50 searches in a project, and all users 500; remove one first',
  ]);
  expect((await ask(admin, 'POST', '', { name: 'another', view: '' })).status).toBe(201);
});

test('searches go with whoever keeps them', async () => {
  const account = await house.signIn({});
  const { status } = await house.call('DELETE', `/v3/users/${jane.userId}`, { token: account.token });
  expect(status).toBe(204);
  expect(await names(admin)).toEqual(['another', 'mine']);
});
