import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SERVICES } from '../../../iam/index.ts';
import { connectMetadata, type Metadata } from '../../../metadata/index.ts';
import { House, PASSWORD } from '../../../testing/house.ts';

const house = new House();
type Caller = Awaited<ReturnType<House['signIn']>>;
let operator: Caller;
/** Administrator of a tenant. */
let root: Caller;
let metadata: Metadata;

const as = (caller: Caller, method: string, route: string, body?: unknown) =>
  house.call(method, route, { token: caller.token, body });
const told = ({ body }: { body: { error?: { message: string }; error_msg?: string } }) =>
  body.error?.message ?? body.error_msg;

beforeAll(async () => {
  await house.start({ OPENCTS_REGIONS: 'eu-de,eu-nl' });
  metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  operator = await house.signIn({});
  await as(operator, 'POST', '/v3/domains', {
    domain: { name: 'acme', admin: { name: 'root', password: PASSWORD } },
  });
  root = await house.signIn({ account: 'acme', name: 'root' });
}, 60_000);
afterAll(async () => {
  await metadata.destroy();
  await house.stop();
});

const allow = (...Action: string[]) => ({ Version: '1.1', Statement: [{ Effect: 'Allow', Action }] });
const deny = (...Action: string[]) => ({ Version: '1.1', Statement: [{ Effect: 'Deny', Action }] });
let names = 0;
const makeRole = async (caller: Caller, policy: object) =>
  (await as(caller, 'POST', '/v3.0/OS-ROLE/roles', { role: { display_name: `role ${++names}`, policy } }))
    .body.role.id as string;
const makeGroup = async (caller: Caller) =>
  (await as(caller, 'POST', '/v3/groups', { group: { name: `group ${++names}` } })).body.group.id as string;
const makeUser = async (caller: Caller) => {
  const name = `user ${++names}`;
  const { body } = await as(caller, 'POST', '/v3/users', { user: { name, password: PASSWORD } });
  return { id: body.user.id as string, name };
};
const grantPath = (caller: Caller, group: string, role: string, scope: string) =>
  ({
    domain: `/v3/domains/${caller.domainId}/groups/${group}/roles/${role}`,
    projects: `/v3/OS-INHERIT/domains/${caller.domainId}/groups/${group}/roles/${role}/inherited_to_projects`,
  })[scope] ?? `/v3/projects/${scope}/groups/${group}/roles/${role}`;
const systemRole = async (name: string) =>
  (await as(root, 'GET', `/v3/roles?display_name=${encodeURIComponent(name)}`)).body.roles[0].id as string;
/** A user of the tenant who holds policies, and may do everything in IAM unless told otherwise. */
async function holder(
  grants: [policy: object, scope: string][],
  iam = true,
): Promise<Caller & { name: string }> {
  const { id, name } = await makeUser(root);
  const group = await makeGroup(root);
  for (const [policy, scope] of [...(iam ? [[allow('iam:*:*'), 'domain'] as const] : []), ...grants]) {
    const { status } = await as(root, 'PUT', grantPath(root, group, await makeRole(root, policy), scope));
    expect(status).toBe(204);
  }
  await as(root, 'PUT', `/v3/groups/${group}/users/${id}`);
  return { ...(await house.signIn({ account: 'acme', name })), name };
}

describe('the installation', () => {
  const NEAR = ['opencts:*:*', '*:*:*', 'open*:*:*', 'OpenCTS:Account:List', '*s:account:*', 'o*c*s:*:*'];
  const routes = () => house.app.routes.filter(({ action }) => /^opencts:/.test(action));

  test('every route asks for an action of a service that there is', () => {
    const services = house.app.routes.map(({ action }) => action).filter((action) => action.includes(':'));
    for (const action of services) expect(SERVICES).toContain(action.split(':')[0]);
    expect(routes().length).toBeGreaterThan(4);
  });

  test.each(NEAR)('a tenant can neither write %s nor change a policy into it', async (action) => {
    const written = await as(root, 'POST', '/v3.0/OS-ROLE/roles', {
      role: { display_name: 'reach', policy: allow('cts:*:*', action) },
    });
    expect([written.status, told(written)]).toEqual([
      403,
      expect.stringContaining('policy.Statement.0.Action.1'),
    ]);
    const role = await makeRole(root, allow('cts:*:*'));
    const changed = await as(root, 'PATCH', `/v3.0/OS-ROLE/roles/${role}`, {
      role: { policy: allow(action) },
    });
    expect(changed.status).toBe(403);
  });

  test('whatever a tenant holds, in the store even, no route of the installation answers', async () => {
    const group = await makeGroup(root);
    await as(root, 'PUT', `/v3/groups/${group}/users/${root.userId}`);
    const stored = [...NEAR, 'opencts:account:list'].map((action, i) => ({
      id: `stored-${i}`,
      domain_id: root.domainId,
      name: `stored ${i}`,
      description: '',
      policy: JSON.stringify(allow(action)),
      created_at: 1,
    }));
    await metadata.insertInto('roles').values(stored).execute();
    const ids = [...stored.map(({ id }) => id), await systemRole('OpenCTS Operator')];
    for (const scope of ['domain', 'projects', (await project('eu-de')).id]) {
      await metadata
        .insertInto('grants')
        .values(ids.map((role_id) => ({ group_id: group, role_id, scope })))
        .execute();
    }
    const callers = [
      await house.signIn({ account: 'acme', name: 'root' }),
      await house.signIn({ account: 'acme', name: 'root', project: 'eu-de' }),
    ];
    for (const { method, url } of routes()) {
      for (const caller of callers) {
        for (const id of [operator.domainId, root.domainId]) {
          const body = { domain: { name: 'x', enabled: false, admin: { name: 'x', password: PASSWORD } } };
          const answer = await house.call(method, url.replace(':id', id), {
            token: caller.token,
            ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
          });
          expect(answer.status, `${method} ${url}`).toBe(403);
        }
      }
    }
    expect((await as(callers[0] as Caller, 'GET', `/v3/domains/${operator.domainId}`)).status).toBe(404);
    // The same policies go on to let and forbid what is the account's own.
    expect((await as(callers[0] as Caller, 'GET', '/v3/users')).status).toBe(200);
    await metadata.deleteFrom('grants').where('group_id', '=', group).execute();
  });

  test('an account that is made is no operator, whatever its maker sends', async () => {
    const domain = {
      name: 'sly',
      admin: { name: 'root', password: PASSWORD },
      operator: true,
      id: 'sly',
      created_at: 1,
    };
    expect((await as(operator, 'POST', '/v3/domains', { domain })).status).toBe(201);
    const sly = await house.signIn({ account: 'sly', name: 'root' });
    expect((await as(sly, 'GET', '/v3/domains')).status).toBe(403);
  });
});

const project = async (name: string) =>
  (await as(root, 'GET', `/v3/projects?name=${name}`)).body.projects[0] as { id: string };

describe('nobody gives more than they hold', () => {
  test('a role that the giver lacks, anywhere, is refused by name; what they hold they may give', async () => {
    const [here, there] = [(await project('eu-de')).id, (await project('eu-nl')).id];
    const giver = await holder([[allow('cts:*:*'), here]]);
    const group = await makeGroup(giver);
    const full = await systemRole('CTS FullAccess');
    const refused = await as(giver, 'PUT', grantPath(root, group, full, there));
    expect([refused.status, told(refused)]).toEqual([
      403,
      expect.stringMatching(/cts:\*:\* in the project eu-nl, which your own roles do not allow/),
    ]);
    for (const scope of ['domain', 'projects']) {
      expect((await as(giver, 'PUT', grantPath(root, group, full, scope))).status).toBe(403);
    }
    expect((await as(giver, 'PUT', grantPath(root, group, full, here))).status).toBe(204);
    const readers = await systemRole('CTS ReadOnlyAccess');
    expect((await as(giver, 'PUT', grantPath(root, group, readers, here))).status).toBe(204);
    const smn = await as(giver, 'PUT', grantPath(root, group, await systemRole('Tenant Guest'), here));
    expect([smn.status, told(smn)]).toEqual([403, expect.stringContaining('smn:*:list*')]);
    // What it may in IAM, it may give in a project, too.
    expect(
      (await as(giver, 'PUT', grantPath(root, group, await systemRole('Security Administrator'), here)))
        .status,
    ).toBe(204);
  });

  test('a denial of the giver stays one for whom they give to, unless it comes along', async () => {
    const here = (await project('eu-de')).id;
    const mixed = {
      Version: '1.1',
      Statement: [
        { Effect: 'Allow', Action: ['cts:*:*'] },
        { Effect: 'Deny', Action: ['cts:tracker:delete'] },
      ],
    };
    const giver = await holder([[mixed, 'projects']]);
    const group = await makeGroup(giver);
    const give = async (policy: object) =>
      (await as(giver, 'PUT', grantPath(root, group, await makeRole(giver, policy), here))).status;
    expect(await give(allow('cts:*:*'))).toBe(403);
    expect(await give(allow('cts:tracker:de*'))).toBe(403);
    expect(await give(allow('cts:tracker:d*a'))).toBe(204);
    expect(await give(allow('cts:trace:*'))).toBe(204);
    expect(await give(mixed)).toBe(204);
    // Nor can they take it from themselves.
    const [own] = (await as(giver, 'GET', `/v3/users/${giver.userId}/groups`)).body.groups as [
      { id: string },
    ];
    expect((await as(giver, 'DELETE', `/v3/groups/${own.id}/users/${giver.userId}`)).status).toBe(403);
    expect((await as(giver, 'DELETE', `/v3/groups/${own.id}`)).status).toBe(403);
    const held = (
      await as(giver, 'GET', grantPath(root, own.id, '', 'projects').replace('roles//', 'roles/'))
    ).body.roles as { id: string }[];
    const role = held[0]?.id as string;
    expect((await as(giver, 'DELETE', grantPath(root, own.id, role, 'projects'))).status).toBe(403);
    expect((await as(giver, 'DELETE', `/v3.0/OS-ROLE/roles/${role}`)).status).toBe(403);
    const lifted = { role: { policy: allow('cts:*:*') } };
    expect((await as(giver, 'PATCH', `/v3.0/OS-ROLE/roles/${role}`, lifted)).status).toBe(403);
    const widened = {
      ...mixed,
      Statement: [...mixed.Statement, { Effect: 'Deny', Action: ['cts:*:delete'] }],
    };
    expect(
      (await as(giver, 'PATCH', `/v3.0/OS-ROLE/roles/${role}`, { role: { policy: widened } })).status,
    ).toBe(200);
  });

  test('a denial in one project counts where somebody gives in all', async () => {
    const here = (await project('eu-de')).id;
    const denied = { Version: '1.1', Statement: [{ Effect: 'Deny', Action: ['cts:trace:list'] }] };
    const giver = await holder([
      [allow('cts:*:*'), 'projects'],
      [denied, here],
    ]);
    const group = await makeGroup(giver);
    const full = await systemRole('CTS FullAccess');
    expect((await as(giver, 'PUT', grantPath(root, group, full, 'projects'))).status).toBe(403);
    expect((await as(giver, 'PUT', grantPath(root, group, full, here))).status).toBe(403);
    expect((await as(giver, 'PUT', grantPath(root, group, full, (await project('eu-nl')).id))).status).toBe(
      204,
    );
  });

  test('nobody joins, changes or names their way to what a group or a role holds', async () => {
    const giver = await holder([]);
    const { groups } = (await as(root, 'GET', '/v3/groups?name=admin')).body;
    const admins = groups[0].id as string;
    expect((await as(giver, 'PUT', `/v3/groups/${admins}/users/${giver.userId}`)).status).toBe(403);
    expect((await as(giver, 'PATCH', `/v3/groups/${admins}`, { group: { name: 'everybody' } })).status).toBe(
      403,
    );
    expect(
      (await as(giver, 'PATCH', `/v3/groups/${admins}`, { group: { description: 'ours' } })).status,
    ).toBe(200);
    const role = await makeRole(root, allow('cts:quota:get'));
    const group = await makeGroup(root);
    await as(root, 'PUT', grantPath(root, group, role, 'projects'));
    const wider = await as(giver, 'PATCH', `/v3.0/OS-ROLE/roles/${role}`, {
      role: { policy: allow('cts:*:*') },
    });
    expect([wider.status, told(wider)]).toEqual([403, expect.stringContaining('cts:*:* in all projects')]);
    // What is granted nowhere gives nothing, and what it has already is not given again.
    expect(
      (
        await as(giver, 'PATCH', `/v3.0/OS-ROLE/roles/${role}`, {
          role: { policy: allow('cts:quota:get', 'iam:*:*') },
        })
      ).status,
    ).toBe(200);
    const loose = await makeRole(giver, allow('cts:*:*'));
    expect(
      (await as(giver, 'PATCH', `/v3.0/OS-ROLE/roles/${loose}`, { role: { policy: allow('smn:*:*') } }))
        .status,
    ).toBe(200);
  });

  test('nobody takes the place of one who holds more: no password, no key, no way back in', async () => {
    const strong = await holder([[allow('cts:*:*'), 'projects']]);
    const weak = await holder([]);
    const equal = await makeUser(root);
    const keys = '/v3.0/OS-CREDENTIAL/credentials';
    const reset = (id: string) =>
      as(weak, 'PATCH', `/v3/users/${id}`, { user: { password: 'new-password' } });
    const key = (id: string) => as(weak, 'POST', keys, { credential: { user_id: id } });
    for (const victim of [strong.userId, root.userId]) {
      for (const answer of [await reset(victim), await key(victim)]) {
        expect([answer.status, told(answer)]).toEqual([403, expect.stringMatching(/nobody gives more/)]);
      }
    }
    const { credential } = (await as(strong, 'POST', keys, { credential: { user_id: strong.userId } })).body;
    const turn = (caller: Caller, status: string) =>
      as(caller, 'PUT', `${keys}/${credential.access}`, { credential: { status } });
    expect((await turn(weak, 'inactive')).status).toBe(200);
    expect((await turn(weak, 'active')).status).toBe(403);
    expect((await turn(strong, 'active')).status).toBe(200);
    const enable = (caller: Caller, enabled: boolean) =>
      as(caller, 'PATCH', `/v3/users/${strong.userId}`, { user: { enabled } });
    expect((await enable(weak, false)).status).toBe(200);
    expect((await enable(weak, true)).status).toBe(403);
    expect((await enable(root, true)).status).toBe(200);
    expect((await reset(equal.id)).status).toBe(200);
    expect((await key(equal.id)).status).toBe(201);
    expect((await reset(weak.userId)).status).toBe(200);
  });

  test('nobody denies what they do not hold, in whatever way', async () => {
    const helper = await holder(
      [
        [
          allow(
            ...['grantRoleToGroup', 'addUserToGroup'].map((operation) => `iam:permissions:${operation}`),
            ...['iam:roles:createRole', 'iam:roles:updateRole', 'iam:groups:listGroups'],
          ),
          'domain',
        ],
      ],
      false,
    );
    const admins = (await as(helper, 'GET', '/v3/groups?name=admin')).body.groups[0].id as string;
    for (const [action, scope, lacked] of [
      ['iam:*:*', 'domain', 'iam:*:* in the account'],
      ['i*:*:*', 'domain', 'iam:*:* in the account'],
      ['*:*:*', 'projects', 'cts:*:* in all projects'],
      ['cts:trace:list', (await project('eu-de')).id, 'cts:trace:list in the project eu-de'],
    ] as const) {
      const role = await makeRole(helper, deny(action));
      const refused = await as(helper, 'PUT', grantPath(root, admins, role, scope));
      expect([refused.status, told(refused)]).toEqual([
        403,
        expect.stringContaining(`this would deny ${lacked}`),
      ]);
    }
    const role = await makeRole(root, deny('ecs:*:*'));
    const group = await makeGroup(root);
    expect((await as(helper, 'PUT', grantPath(root, group, role, 'domain'))).status).toBe(204);
    const widen = (caller: Caller) =>
      as(caller, 'PATCH', `/v3.0/OS-ROLE/roles/${role}`, { role: { policy: deny('iam:users:*') } });
    const join = (caller: Caller) => as(caller, 'PUT', `/v3/groups/${group}/users/${helper.userId}`);
    expect((await widen(helper)).status).toBe(403);
    expect((await widen(root)).status).toBe(200);
    expect((await join(helper)).status).toBe(403);
    expect((await join(root)).status).toBe(204);
    expect((await as(root, 'GET', '/v3/users')).status).toBe(200);
  });

  test('no denial takes the last administrator away, whoever gives it', async () => {
    const domain = { name: 'brink', admin: { name: 'root', password: PASSWORD } };
    expect((await as(operator, 'POST', '/v3/domains', { domain })).status).toBe(201);
    const only = await house.signIn({ account: 'brink', name: 'root' });
    const admins = (await as(only, 'GET', '/v3/groups?name=admin')).body.groups[0].id as string;
    const group = await makeGroup(only);
    const role = await makeRole(only, deny('*:*:*'));
    const harmless = await makeRole(only, deny('cts:tracker:delete'));
    const granted = (to: string, what: string) =>
      as(only, 'PUT', grantPath(only, to, what, 'domain')).then(({ status }) => status);
    const joined = (user: string) =>
      as(only, 'PUT', `/v3/groups/${group}/users/${user}`).then(({ status }) => status);
    const widened = async () =>
      (
        await as(only, 'PATCH', `/v3.0/OS-ROLE/roles/${harmless}`, {
          role: { policy: deny('cts:tracker:delete', 'iam:permissions:*') },
        })
      ).status;
    expect(await granted(admins, role)).toBe(409);
    expect(await granted(group, role)).toBe(204);
    expect(await joined(only.userId)).toBe(409);
    // One whom a denial stops does not stand in for the last.
    const second = await makeUser(only);
    expect((await as(only, 'PUT', `/v3/groups/${admins}/users/${second.id}`)).status).toBe(204);
    expect(await joined(second.id)).toBe(204);
    expect(await joined(only.userId)).toBe(409);
    expect((await as(only, 'DELETE', `/v3/groups/${admins}/users/${only.userId}`)).status).toBe(409);
    expect((await as(only, 'DELETE', `/v3/groups/${group}/users/${second.id}`)).status).toBe(204);
    expect((await as(only, 'DELETE', `/v3/groups/${admins}/users/${second.id}`)).status).toBe(204);
    // What is not of IAM may be denied even to the last; of IAM it may not become.
    expect(await granted(admins, harmless)).toBe(204);
    expect(await widened()).toBe(409);
  });

  test('no denial in projects is given to the last administrator: nobody could lift it', async () => {
    const domain = { name: 'ledge', admin: { name: 'root', password: PASSWORD } };
    expect((await as(operator, 'POST', '/v3/domains', { domain })).status).toBe(201);
    let only = await house.signIn({ account: 'ledge', name: 'root' });
    const admins = (await as(only, 'GET', '/v3/groups?name=admin')).body.groups[0].id as string;
    const here = (await as(only, 'GET', '/v3/projects?name=eu-de')).body.projects[0].id as string;
    const group = await makeGroup(only);
    const role = await makeRole(only, deny('*:*:*'));
    const narrow = await makeRole(only, allow('cts:*:*'));
    const call = async (method: string, route: string, body?: unknown) =>
      (await as(only, method, route, body)).status;
    const denyMore = () =>
      call('PATCH', `/v3.0/OS-ROLE/roles/${narrow}`, { role: { policy: deny('cts:trace:list') } });
    for (const scope of ['projects', here]) {
      expect(await call('PUT', grantPath(only, admins, role, scope))).toBe(409);
    }
    expect(await call('PUT', grantPath(only, group, role, 'projects'))).toBe(204);
    const joined = (id: string) => call('PUT', `/v3/groups/${group}/users/${id}`);
    expect(await joined(only.userId)).toBe(409);
    expect(await call('PUT', grantPath(only, admins, narrow, 'projects'))).toBe(204);
    expect(await denyMore()).toBe(409);
    // With another who is free to lift it, it can be given; that one is the last then.
    const second = await makeUser(only);
    const free = await makeGroup(only);
    const administrator = await systemRole('Security Administrator');
    expect(await call('PUT', grantPath(only, free, administrator, 'domain'))).toBe(204);
    expect(await call('PUT', `/v3/groups/${free}/users/${second.id}`)).toBe(204);
    expect(await denyMore()).toBe(200);
    only = await house.signIn({ account: 'ledge', name: 'root' });
    expect(await call('DELETE', `/v3/users/${second.id}`)).toBe(409);
    expect(await call('PATCH', `/v3/users/${second.id}`, { user: { enabled: false } })).toBe(409);
  });

  test('a role of the system is refused as such, and tells of no other account', async () => {
    const theirs = (await as(operator, 'GET', '/v3/projects?name=eu-de')).body.projects[0].id as string;
    const { groups } = (await as(operator, 'GET', '/v3/groups?name=admin')).body;
    const guests = await systemRole('Tenant Guest');
    const granted = await as(operator, 'PUT', grantPath(operator, groups[0].id, guests, theirs));
    expect(granted.status).toBe(204);
    const giver = await holder([]);
    for (const [method, body] of [
      ['PATCH', { role: { policy: allow('obs:*:*') } }],
      ['PATCH', { role: { policy: deny('obs:*:*') } }],
      ['DELETE', undefined],
    ] as const) {
      const answer = await as(giver, method, `/v3.0/OS-ROLE/roles/${guests}`, body);
      expect([answer.status, told(answer)]).toEqual([
        403,
        expect.stringContaining('is a role of the system'),
      ]);
      expect(JSON.stringify(answer.body)).not.toContain(theirs);
    }
  });

  test('an ingest key is made by whoever may report', async () => {
    const here = (await project('eu-de')).id;
    const { name } = await holder([[allow('cts:ingestKey:*'), here]], false);
    const caller = await house.signIn({ account: 'acme', name, project: 'eu-de' });
    const answer = await as(caller, 'POST', `/v3/${here}/ingest-keys`, { name: 'mine' });
    expect([answer.status, told(answer)]).toEqual([403, expect.stringContaining('cts:trace:report')]);
  });

  test('the first administrator may give everything that a tenant has', async () => {
    const group = await makeGroup(root);
    const { roles } = (await as(root, 'GET', '/v3/roles')).body as {
      roles: { id: string; display_name: string }[];
    };
    const custom = await makeRole(root, allow('ecs:*:*', 'cts:*:*', 'smn:topic:*', 'iam:users:listUsers'));
    for (const { id, display_name } of [...roles, { id: custom, display_name: 'custom' }]) {
      for (const scope of ['domain', 'projects', (await project('eu-nl')).id]) {
        const { status } = await as(root, 'PUT', grantPath(root, group, id, scope));
        expect([display_name, scope, status]).toEqual([
          display_name,
          scope,
          display_name === 'OpenCTS Operator' ? 403 : status,
        ]);
        if (!display_name.startsWith('stored') && display_name !== 'OpenCTS Operator')
          expect(status).toBe(204);
      }
    }
  });

  test('of a change and a grant at the same moment, one sees the other', async () => {
    const giver = await holder([]);
    for (let i = 0; i < 20; i++) {
      const role = await makeRole(giver, allow('iam:users:listUsers'));
      const group = await makeGroup(giver);
      const both = await Promise.all([
        as(giver, 'PATCH', `/v3.0/OS-ROLE/roles/${role}`, { role: { policy: allow('cts:*:*') } }),
        as(giver, 'PUT', grantPath(root, group, role, 'projects')),
      ]);
      expect(both.filter(({ status }) => status < 300).length, `${i}`).toBe(1);
    }
  });
});

describe('what cannot be read', () => {
  test('a stored policy that breaks the rules costs itself alone, and is told once', async () => {
    const user = await holder([[allow('cts:quota:get'), 'projects']]);
    const group = await makeGroup(root);
    await as(root, 'PUT', `/v3/groups/${group}/users/${user.userId}`);
    const stored = ['{', 'null', '[]', JSON.stringify(allow(`cts:trace:${'*'.repeat(18)}x`))].map(
      (policy, i) => ({
        ...{
          id: `broken-${i}`,
          domain_id: root.domainId,
          name: `broken ${i}`,
          description: '',
          policy,
          created_at: 1,
        },
      }),
    );
    await metadata.insertInto('roles').values(stored).execute();
    await metadata
      .insertInto('grants')
      .values(stored.map(({ id }) => ({ group_id: group, role_id: id, scope: 'projects' })))
      .execute();
    const caller = await house.signIn({ account: 'acme', name: user.name, project: 'eu-de' });
    const get = async (route: string) => (await as(caller, 'GET', `/v3/${caller.projectId}${route}`)).status;
    expect([await get('/quotas'), await get('/traces')]).toEqual([200, 403]);
    const { body, status } = await as(root, 'GET', '/v3/roles');
    expect([
      status,
      body.roles.filter(({ name }: { name: string }) => name.startsWith('broken')).length,
    ]).toEqual([200, 4]);
    const lines = house.logged.filter(
      (line) => line.includes('"broken 0"') && line.includes('it grants nothing'),
    );
    expect(lines).toHaveLength(1);
  });

  test('a change takes the members that it knows, of whatever is sent', async () => {
    const group = await makeGroup(root);
    const user = await makeUser(root);
    const role = await makeRole(root, allow('cts:*:*'));
    const extra =
      `{"id":"x","domain_id":"${operator.domainId}","created_at":1,"password_hash":"x","external_id":"x","operator":1,` +
      '"__proto__":{"domain_id":"x"},"constructor":{"prototype":{}},"links":{"self":"x"},"display_name":"other","nothing":{}}';
    const rows = async () => [
      await metadata.selectFrom('groups').selectAll().where('id', '=', group).execute(),
      await metadata.selectFrom('users').selectAll().where('id', '=', user.id).execute(),
      await metadata.selectFrom('roles').selectAll().where('id', '=', role).execute(),
      await metadata.selectFrom('domains').selectAll().execute(),
    ];
    const before = await rows();
    // Of a role alone this is a member that can be changed.
    const [renamed] = before[2] as { name?: string }[];
    const described = { description: 'changed' };
    const changes = [
      [`/v3/groups/${group}`, 'group'],
      [`/v3/users/${user.id}`, 'user'],
      [`/v3.0/OS-ROLE/roles/${role}`, 'role'],
    ] as const;
    for (const [route, wrapper] of changes) {
      // As text: an object here would lose its `__proto__`.
      const body = `{"${wrapper}":${extra},${extra.slice(1)}`;
      const headers = { 'content-type': 'application/json' };
      const { status } = await house.call('PATCH', route, { token: root.token, headers, body });
      expect([route, status]).toEqual([route, 200]);
    }
    Object.assign(renamed ?? {}, { name: 'other' });
    expect(await rows()).toEqual(before);
    for (const [route, wrapper] of changes) {
      expect((await as(root, 'PATCH', route, { [wrapper]: { ...described, domain_id: 'x' } })).status).toBe(
        200,
      );
    }
    const after = await rows();
    expect(after.slice(0, 3).map(([row]) => row)).toEqual(
      before.slice(0, 3).map(([row]) => ({ ...row, ...described })),
    );
  });
});

describe('an account has as much as it may', () => {
  const fill = (most: number, prefix: string) =>
    Array.from({ length: most }, (_, i) => ({ id: `${prefix}-${i}`, name: `${prefix} ${i}`, created_at: 1 }));

  test('of users, groups, policies and projects', async () => {
    const [described, domain_id] = [{ description: '' }, root.domainId];
    const rows = fill(5000, 'full');
    for (let from = 0; from < rows.length; from += 500) {
      const some = rows.slice(from, from + 500).map((row) => ({ ...row, ...described, domain_id }));
      await metadata
        .insertInto('users')
        .values(some.map((row) => ({ ...row, password_hash: '' })))
        .execute();
      if (from === 0) await metadata.insertInto('groups').values(some).execute();
    }
    const some = rows.slice(0, 200).map((row) => ({ ...row, ...described, domain_id }));
    await metadata
      .insertInto('roles')
      .values(some.map((row) => ({ ...row, policy: '{"Statement":[]}' })))
      .execute();
    await metadata
      .insertInto('projects')
      .values(some.map((row) => ({ ...row, region: 'eu-de' })))
      .execute();
    for (const [route, body, text] of [
      ['/v3/users', { user: { name: 'one more' } }, 'at most 5000 users'],
      ['/v3/groups', { group: { name: 'one more' } }, 'at most 500 groups'],
      [
        '/v3.0/OS-ROLE/roles',
        { role: { display_name: 'more', policy: allow('cts:*:*') } },
        'at most 200 roles',
      ],
      ['/v3/projects', { project: { name: 'eu-de_more' } }, 'at most 200 projects'],
    ] as const) {
      const answer = await as(root, 'POST', route, body);
      expect([route, answer.status, told(answer)]).toEqual([route, 400, expect.stringContaining(text)]);
    }
    await metadata.deleteFrom('projects').where('id', 'like', 'full-%').execute();
  });

  test('of roles of a group, groups of a user, and keys of a project', async () => {
    const { id: project_id } = await project('eu-de');
    const [{ id: group_id }] = (await as(root, 'GET', '/v3/groups?name=admin')).body.groups;
    const rows = fill(500, 'full');
    const grants = rows.slice(0, 200).map(({ id: role_id }) => ({ group_id, role_id, scope: project_id }));
    await metadata.insertInto('grants').values(grants).execute();
    const memberships = rows.slice(0, 50).map(({ id }) => ({ group_id: id, user_id: 'full-0' }));
    await metadata.insertInto('memberships').values(memberships).execute();
    const keys = rows.map((row) => ({
      ...row,
      ...{ project_id, source: '*', key_hash: row.id, created_by: '', last_used_at: null },
    }));
    await metadata.insertInto('ingest_keys').values(keys).execute();
    const sealed = rows.slice(0, 100).map(({ id, name, created_at }) => ({
      ...{ id, project_id, alias: name, description: '', state: 'enabled' as const },
      ...{ version: 1, deletion_at: null, created_at },
    }));
    await metadata.insertInto('kms_keys').values(sealed).execute();
    const here = await house.signIn({ account: 'acme', name: 'root', project: 'eu-de' });
    const readers = await systemRole('CTS ReadOnlyAccess');
    for (const [method, route, body, text] of [
      ['PUT', grantPath(root, group_id, readers, project_id), undefined, 'at most 200 roles'],
      ['PUT', `/v3/groups/${group_id}/users/full-0`, undefined, 'at most 50 groups'],
      ['POST', `/v3/${project_id}/ingest-keys`, { name: 'more' }, 'at most 500 ingest keys'],
      ['POST', `/v3/${project_id}/keys`, { alias: 'more' }, 'at most 100 keys'],
    ] as const) {
      const answer = await as(route.includes(project_id) ? here : root, method, route, body);
      expect([route, answer.status, told(answer)]).toEqual([route, 400, expect.stringContaining(text)]);
    }
  });
});
