import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectMetadata } from '../../../metadata/index.ts';
import { House, PASSWORD } from '../../../testing/house.ts';

const house = new House();
type Caller = Awaited<ReturnType<House['signIn']>>;
let operator: Caller;
beforeAll(async () => {
  await house.start();
  operator = await house.signIn({});
}, 60_000);
afterAll(() => house.stop());

const as = ({ token }: Caller, method: string, route: string, body?: unknown) =>
  house.call(method, route, { token, body });
const must = async (caller: Caller, method: string, route: string, sent?: unknown) => {
  const { status, body } = await as(caller, method, route, sent);
  expect([route, status < 300, body]).toEqual([route, true, body]);
  return body;
};

let accounts = 0;
/** An account with its first administrator. */
async function account() {
  const name = `account-${++accounts}`;
  await must(operator, 'POST', '/v3/domains', {
    domain: { name, admin: { name: 'root', password: PASSWORD } },
  });
  const root = await house.signIn({ account: name, name: 'root' });
  const [group] = (await must(root, 'GET', '/v3/groups?name=admin')).groups as { id: string }[];
  const { roles } = (await must(root, 'GET', '/v3/roles')) as {
    roles: { id: string; display_name: string }[];
  };
  const role = (of: string) => roles.find(({ display_name }) => display_name === of)?.id ?? '';
  const inAccount = (of: string, to = group?.id) =>
    `/v3/domains/${root.domainId}/groups/${to}/roles/${role(of)}`;
  const inProjects = (of: string, to = group?.id) =>
    `/v3/OS-INHERIT/domains/${root.domainId}/groups/${to}/roles/${role(of)}/inherited_to_projects`;
  const user = async (userName: string) => {
    const { user: made } = await must(root, 'POST', '/v3/users', {
      user: { name: userName, password: PASSWORD },
    });
    return made.id as string;
  };
  const groupOf = async (groupName: string, ...users: string[]) => {
    const { group: made } = await must(root, 'POST', '/v3/groups', { group: { name: groupName } });
    for (const id of users) await must(root, 'PUT', `/v3/groups/${made.id}/users/${id}`);
    return made.id as string;
  };
  const enter = (userName: string) => house.signIn({ account: name, name: userName });
  return { root, group: group?.id ?? '', role, inAccount, inProjects, user, groupOf, enter };
}

const LAST = expect.stringMatching(/^nobody could .* any more: first give another enabled user/);
const told = ({ status, body }: { status: number; body: { error_msg?: string } }) => [status, body.error_msg];

describe('the role Tenant Administrator stays with somebody who can give it', () => {
  const ways: [string, (of: Awaited<ReturnType<typeof account>>) => [method: string, route: string]][] = [
    ['taken from the group in projects', (of) => ['DELETE', of.inProjects('Tenant Administrator')]],
    ['taken from the group in the account', (of) => ['DELETE', of.inAccount('Tenant Administrator')]],
    ['its group is deleted', (of) => ['DELETE', `/v3/groups/${of.group}`]],
    ['its holder leaves the group', (of) => ['DELETE', `/v3/groups/${of.group}/users/${of.root.userId}`]],
  ];
  test.each(ways)('%s', async (_, way) => {
    const of = await account();
    // Somebody else administers users: only the other role is at stake.
    const helpers = await of.groupOf('helpers', await of.user('helper'));
    await must(of.root, 'PUT', of.inAccount('Security Administrator', helpers));
    const [method, route] = way(of);
    expect(told(await as(of.root, method, route))).toEqual([409, LAST]);
    expect((await as(of.root, method, route)).body.error_msg).toContain('Tenant Administrator');
    // With a second holder it goes.
    await must(of.root, 'PUT', of.inAccount('Tenant Administrator', helpers));
    await must(of.root, 'PUT', of.inProjects('Tenant Administrator', helpers));
    expect((await as(of.root, method, route)).status).toBe(204);
  });

  test.each([
    ['is disabled', 'PATCH', { user: { enabled: false } }],
    ['is removed', 'DELETE', undefined],
  ])('its holder %s by somebody who may not give it', async (_, method, body) => {
    const of = await account();
    const helpers = await of.groupOf('helpers', await of.user('helper'));
    await must(of.root, 'PUT', of.inAccount('Security Administrator', helpers));
    const helper = await of.enter('helper');
    expect(told(await as(helper, method, `/v3/users/${of.root.userId}`, body))).toEqual([409, LAST]);
    expect((await must(of.root, 'GET', '/v3/users')).users).toHaveLength(2);
  });

  test('where nobody can give it any more, its last holder keeps it', async () => {
    const of = await account();
    const [sole, helper] = [await of.user('sole'), await of.user('helper')];
    const [soles, helpers] = [await of.groupOf('soles', sole), await of.groupOf('helpers', helper)];
    await must(of.root, 'PUT', of.inProjects('Tenant Administrator', soles));
    await must(of.root, 'PUT', of.inAccount('Security Administrator', helpers));
    // As it could come to be before this was looked at.
    const metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
    await metadata.deleteFrom('users').where('id', '=', of.root.userId).execute();
    await metadata.destroy();
    const by = await of.enter('helper');
    for (const [method, route] of [
      ['DELETE', of.inProjects('Tenant Administrator', soles)],
      ['DELETE', `/v3/groups/${soles}/users/${sole}`],
      ['DELETE', `/v3/groups/${soles}`],
      ['DELETE', `/v3/users/${sole}`],
    ] as const) {
      expect(told(await as(by, method, route)), route).toEqual([409, LAST]);
    }
  });

  test('of calls at the same moment that take it from one of the last two, one is refused', async () => {
    for (const way of ['leave', 'remove', 'revoke'] as const) {
      const of = await account();
      const [one, two] = [await of.user('one'), await of.user('two')];
      const [first, second] = [await of.groupOf('first', one), await of.groupOf('second', two)];
      for (const to of [first, second]) {
        await must(of.root, 'PUT', of.inAccount('Security Administrator', to));
        await must(of.root, 'PUT', of.inAccount('Tenant Administrator', to));
        await must(of.root, 'PUT', of.inProjects('Tenant Administrator', to));
      }
      await must(
        of.root,
        'PUT',
        of.inAccount('Security Administrator', await of.groupOf('helpers', await of.user('helper'))),
      );
      const by = await of.enter('helper');
      await must(await of.enter('one'), 'DELETE', `/v3/users/${of.root.userId}`);
      const routes = {
        leave: [`/v3/groups/${first}/users/${one}`, `/v3/groups/${second}/users/${two}`],
        remove: [`/v3/users/${one}`, `/v3/users/${two}`],
        revoke: [of.inProjects('Tenant Administrator', first), of.inProjects('Tenant Administrator', second)],
      }[way];
      const answers = await Promise.all(routes.map((route) => as(by, 'DELETE', route)));
      expect(answers.map(({ status }) => status).sort(), way).toEqual([204, 409]);
    }
  });
});

test('the account that operates the installation keeps an operator', async () => {
  const [group] = (await must(operator, 'GET', '/v3/groups?name=admin')).groups;
  const { roles } = await must(operator, 'GET', '/v3/roles');
  const { id } = roles.find(
    ({ display_name }: { display_name: string }) => display_name === 'OpenCTS Operator',
  );
  const route = `/v3/domains/${operator.domainId}/groups/${group.id}/roles/${id}`;
  const { status, body } = await as(operator, 'DELETE', route);
  expect([status, body.error_msg]).toEqual([409, LAST]);
  expect(body.error_msg).toContain('OpenCTS Operator');
});
