import { afterAll, beforeAll, expect, test } from 'vitest';
import { House } from '../../../testing/house.ts';

const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;

beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
  const account = await house.signIn({});
  await house.addUser(account, 'reader', [{ role: 'CTS ReadOnlyAccess', scope: admin.projectId }]);
  await house.addUser(account, 'nobody', []);
});
afterAll(() => house.stop());

const rights = (token: string) => house.call('GET', `/v3/${admin.projectId}/rights`, { token });

test('what a caller may do is what the service lets through', async () => {
  const reader = await house.signIn({ name: 'reader', project: 'local' });
  const { status, body } = await rights(reader.token);
  expect(status).toBe(200);
  expect(body.actions).toContain('cts:trace:list');
  expect(body.actions.filter((action: string) => /:(create|update|delete)/.test(action))).toEqual([]);
  const tracker = { tracker_type: 'system', tracker_name: 'system' };
  const refused = await house.call('POST', `/v3/${admin.projectId}/tracker`, {
    token: reader.token,
    body: tracker,
  });
  expect([refused.status, refused.body.error_msg]).toEqual([
    403,
    expect.stringContaining('cts:tracker:create'),
  ]);

  const all = (await rights(admin.token)).body.actions as string[];
  expect(all).toEqual(expect.arrayContaining(['cts:tracker:create', 'smn:topic:update', 'kms:cmk:create']));
});

test('nobody is told the rights of another project, and a stranger none', async () => {
  const { status } = await house.call('GET', `/v3/${'f'.repeat(32)}/rights`, { token: admin.token });
  expect(status).toBe(403);
  expect((await rights('no token')).status).toBe(401);
});
