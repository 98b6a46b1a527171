import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House, PASSWORD } from '../../../testing/house.ts';

const house = new House();
type Caller = Awaited<ReturnType<House['signIn']>>;
let admin: Caller;
let account: Caller;
let acme: Caller;

beforeAll(async () => {
  await house.start({ OPENCTS_REGIONS: 'eu-de,eu-nl' });
  admin = await house.signIn({ project: 'eu-de' });
  account = await house.signIn({});
  await house.call('POST', `/v3/${admin.projectId}/tracker`, {
    token: admin.token,
    body: { tracker_type: 'system', tracker_name: 'system' },
  });
  const domain = { name: 'acme', admin: { name: 'root', password: PASSWORD } };
  const made = await as(account, 'POST', '/v3/domains', { domain });
  expect(made.status).toBe(201);
  acme = await house.signIn({ account: 'acme', name: 'root', project: 'eu-nl' });
}, 60_000);
afterAll(() => house.stop());

const as = (caller: Caller, method: string, path: string, body?: unknown) =>
  house.call(method, path, { token: caller.token, body });
const newUser = async (name: string, caller = account) =>
  (await as(caller, 'POST', '/v3/users', { user: { name, password: PASSWORD } })).body.user.id as string;

describe('users and groups', () => {
  test('are made, changed, joined and removed', async () => {
    const id = await newUser('jane');
    expect((await as(account, 'GET', `/v3/users/${id}`)).body.user).toMatchObject({
      name: 'jane',
      enabled: true,
    });
    const { group } = (await as(account, 'POST', '/v3/groups', { group: { name: 'auditors' } })).body;
    const member = `/v3/groups/${group.id}/users/${id}`;
    expect((await as(account, 'GET', member)).status).toBe(404);
    expect((await as(account, 'PUT', member)).status).toBe(204);
    expect((await as(account, 'HEAD', member)).status).toBe(204);
    expect((await as(account, 'GET', `/v3/users/${id}/groups`)).body.groups).toMatchObject([
      { name: 'auditors' },
    ]);
    expect((await as(account, 'GET', `/v3/groups/${group.id}/users`)).body.users).toMatchObject([
      { name: 'jane' },
    ]);
    const renamed = await as(account, 'PATCH', `/v3/groups/${group.id}`, { group: { name: 'readers' } });
    expect(renamed.body.group.name).toBe('readers');
    expect((await as(account, 'DELETE', member)).status).toBe(204);
    expect((await as(account, 'DELETE', `/v3/groups/${group.id}`)).status).toBe(204);
    expect((await as(account, 'DELETE', `/v3/users/${id}`)).status).toBe(204);
    expect((await as(account, 'GET', `/v3/users/${id}`)).status).toBe(404);
  });

  test.each<[string, object, number]>([
    ['a name that is taken', { name: 'admin', password: PASSWORD }, 409],
    ['a short password', { name: 'short', password: '1234567' }, 400],
    ['a name with a slash', { name: 'alice/op_service', password: PASSWORD }, 400],
    ['a name of 65', { name: 'x'.repeat(65), password: PASSWORD }, 400],
    ['another account', { name: 'x', password: PASSWORD, domain_id: 'f'.repeat(32) }, 403],
  ])('%s is refused', async (_name, user, status) => {
    const answer = await as(account, 'POST', '/v3/users', { user });
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code: status, message: expect.any(String) });
    expect(JSON.stringify(answer.body)).not.toContain('1234567');
  });

  test('nobody shuts itself out', async () => {
    const me = `/v3/users/${account.userId}`;
    expect((await as(account, 'DELETE', me)).status).toBe(403);
    expect((await as(account, 'PATCH', me, { user: { enabled: false } })).status).toBe(403);
    const own = await as(account, 'PATCH', `/v3/domains/${account.domainId}`, { domain: { enabled: false } });
    expect(own.status).toBe(403);
  });

  test('the last who may administer the account keeps it, however it is taken', async () => {
    const domain = { name: 'lonely', admin: { name: 'root', password: PASSWORD } };
    await as(account, 'POST', '/v3/domains', { domain });
    const root = await house.signIn({ account: 'lonely', name: 'root' });
    const [group] = (await as(root, 'GET', '/v3/groups?name=admin')).body.groups;
    const roles = `/v3/domains/${root.domainId}/groups/${group.id}/roles`;
    const held = (await as(root, 'GET', roles)).body.roles as { id: string; display_name: string }[];
    const administrator = held.find(({ display_name }) => display_name === 'Security Administrator');
    const second = await newUser('second', root);
    const ways = [
      `/v3/groups/${group.id}/users/${root.userId}`,
      `/v3/groups/${group.id}`,
      `${roles}/${administrator?.id}`,
    ];
    for (const way of ways) {
      const { status, body } = await as(root, 'DELETE', way);
      expect([status, body.error?.message ?? body.error_msg], way).toEqual([
        409,
        expect.stringContaining('nobody could administer the account any more'),
      ]);
    }
    await as(root, 'PUT', `/v3/groups/${group.id}/users/${second}`);
    await as(root, 'PATCH', `/v3/users/${second}`, { user: { enabled: false } });
    // One who cannot sign in is nobody who could help.
    expect((await as(root, 'DELETE', ways[0] as string)).status).toBe(409);
    await as(root, 'PATCH', `/v3/users/${second}`, { user: { enabled: true } });
    expect((await as(root, 'DELETE', ways[0] as string)).status).toBe(204);
    const left = await house.signIn({ account: 'lonely', name: 'second' });
    expect((await as(left, 'GET', `/v3/groups/${group.id}/users`)).body.users).toMatchObject([
      { name: 'second' },
    ]);
  });

  test('a user who is disabled or removed is out at once, whatever it holds', async () => {
    const id = await newUser('leaver');
    const leaver = await house.signIn({ name: 'leaver' });
    expect((await as(leaver, 'GET', '/v3/auth/projects')).status).toBe(200);
    await as(account, 'PATCH', `/v3/users/${id}`, { user: { enabled: false } });
    expect((await as(leaver, 'GET', '/v3/auth/projects')).status).toBe(401);
    await expect(house.signIn({ name: 'leaver' })).rejects.toThrow();
    await as(account, 'PATCH', `/v3/users/${id}`, { user: { enabled: true } });
    // What was issued before stays ended.
    expect((await as(leaver, 'GET', '/v3/auth/projects')).status).toBe(401);
    const back = await house.signIn({ name: 'leaver' });
    expect((await as(back, 'GET', '/v3/auth/projects')).status).toBe(200);
    await as(account, 'DELETE', `/v3/users/${id}`);
    expect((await as(back, 'GET', '/v3/auth/projects')).status).toBe(401);
  });

  test('one changes the own password, knowing the old one', async () => {
    const id = await newUser('changer');
    const changer = await house.signIn({ name: 'changer' });
    const change = (original_password: string, path = id) =>
      as(changer, 'POST', `/v3/users/${path}/password`, {
        user: { original_password, password: 'another one' },
      });
    expect((await change('wrong')).status).toBe(401);
    expect((await change(PASSWORD, account.userId)).status).toBe(403);
    expect((await change(PASSWORD)).status).toBe(204);
    await expect(house.signIn({ name: 'changer' })).rejects.toThrow();
    await expect(house.signIn({ name: 'changer', password: 'another one' })).resolves.toBeTruthy();
  });
});

describe('roles', () => {
  test('a custom policy lets and forbids; a denial wins; a grant holds where it was given', async () => {
    const policy = {
      Version: '1.1',
      Statement: [
        { Effect: 'Allow', Action: ['cts:*:list*', 'cts:quota:get'] },
        { Effect: 'Deny', Action: ['cts:notification:*'] },
      ],
    };
    const made = await as(account, 'POST', '/v3.0/OS-ROLE/roles', {
      role: { display_name: 'lists but notifications', policy },
    });
    expect(made.status).toBe(201);
    await house.addUser(account, 'lister', [{ role: 'lists but notifications', scope: admin.projectId }]);
    const here = await house.signIn({ name: 'lister', project: 'eu-de' });
    const get = async (path: string, caller = here) =>
      (await as(caller, 'GET', `/v3/${caller.projectId}${path}`)).status;
    expect(await get('/traces')).toBe(200);
    expect(await get('/quotas')).toBe(200);
    expect(await get('/notifications/smn')).toBe(403);
    expect(await get('/traces', await house.signIn({ name: 'lister', project: 'eu-nl' }))).toBe(403);
    const projects = (await as(here, 'GET', '/v3/auth/projects')).body.projects;
    expect(projects.map(({ name }: { name: string }) => name)).toEqual(['eu-de']);

    // A change of the policy holds at once, and so does its end.
    const { id } = made.body.role;
    const wider = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts:*:*'] }] };
    await as(account, 'PATCH', `/v3.0/OS-ROLE/roles/${id}`, { role: { policy: wider } });
    expect(await get('/notifications/smn')).toBe(200);
    expect((await as(account, 'DELETE', `/v3.0/OS-ROLE/roles/${id}`)).status).toBe(200);
    expect(await get('/traces')).toBe(401);
    expect(await get('/traces', await house.signIn({ name: 'lister', project: 'eu-de' }))).toBe(403);
  });

  test.each([
    [{ Version: '2.0', Statement: [{ Effect: 'Allow', Action: ['cts:*:*'] }] }],
    [{ Version: '1.1', Statement: [] }],
    [{ Version: '1.1', Statement: [{ Effect: 'allow', Action: ['cts:*:*'] }] }],
    [{ Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts'] }] }],
    [{ Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts:(.*)+:x'] }] }],
    [{ Version: '1.1', Statement: [{ Effect: 'Allow', Action: [] }] }],
  ])('the policy %j is refused', async (policy) => {
    const answer = await as(account, 'POST', '/v3.0/OS-ROLE/roles', {
      role: { display_name: 'bad', policy },
    });
    expect(answer.status).toBe(400);
  });

  test('a role of the system stays as it is; the operator cannot be made by other accounts', async () => {
    const { roles } = (await as(account, 'GET', '/v3/roles')).body;
    const idOf = (name: string) =>
      roles.find((role: { display_name: string }) => role.display_name === name).id;
    const full = idOf('CTS FullAccess');
    expect((await as(account, 'DELETE', `/v3.0/OS-ROLE/roles/${full}`)).status).toBe(403);
    const { groups } = (await as(acme, 'GET', '/v3/groups?name=admin')).body;
    const operator = `/v3/domains/${acme.domainId}/groups/${groups[0].id}/roles/${idOf('OpenCTS Operator')}`;
    expect((await as(acme, 'PUT', operator)).status).toBe(403);
    expect((await as(acme, 'GET', '/v3/domains')).status).toBe(403);
    expect((await as(acme, 'POST', '/v3/domains', { domain: { name: 'x' } })).status).toBe(403);
  });

  test('CTS Administrator has an effect only together with Tenant Guest', async () => {
    await house.addUser(account, 'half', [{ role: 'CTS Administrator', scope: 'projects' }]);
    await house.addUser(account, 'whole', [
      { role: 'CTS Administrator', scope: 'projects' },
      { role: 'Tenant Guest', scope: 'projects' },
    ]);
    const status = async (name: string) => {
      const caller = await house.signIn({ name, project: 'eu-nl' });
      return (await as(caller, 'GET', `/v3/${caller.projectId}/traces`)).status;
    };
    expect([await status('half'), await status('whole')]).toEqual([403, 200]);
  });
});

describe('keys', () => {
  test('a user has at most two access keys, sees no secret twice, and turns them off', async () => {
    const id = await newUser('signer');
    const signer = await house.signIn({ name: 'signer' });
    const base = '/v3.0/OS-CREDENTIAL/credentials';
    const make = () => as(signer, 'POST', base, { credential: { user_id: id } });
    const first = await make();
    expect(first.body.credential).toMatchObject({
      secret: expect.stringMatching(/^[A-Za-z0-9]{40}$/),
      status: 'active',
    });
    expect((await make()).status).toBe(201);
    const third = await make();
    expect([third.status, third.body.error.message]).toEqual([400, expect.stringContaining('akSkNumExceed')]);
    const listed = await as(signer, 'GET', base);
    expect(listed.body.credentials).toHaveLength(2);
    expect(JSON.stringify(listed.body)).not.toContain(first.body.credential.secret);
    const one = `${base}/${first.body.credential.access}`;
    expect(
      (await as(signer, 'PUT', one, { credential: { status: 'inactive' } })).body.credential.status,
    ).toBe('inactive');
    // Somebody else's key is as good as none.
    await newUser('stranger');
    const stranger = await house.signIn({ name: 'stranger' });
    for (const method of ['GET', 'DELETE']) expect((await as(stranger, method, one)).status).toBe(404);
    expect((await as(stranger, 'POST', base, { credential: { user_id: id } })).status).toBe(403);
    expect((await as(acme, 'GET', one)).status).toBe(404);
    expect((await as(signer, 'DELETE', one)).status).toBe(204);
  });

  test('an ingest key reports what it is for, is used, and ends when revoked', async () => {
    const keys = `/v3/${admin.projectId}/ingest-keys`;
    const made = await as(admin, 'POST', keys, { name: 'ecs agent', source: 'ECS' });
    expect(made.status).toBe(201);
    expect((await as(admin, 'POST', keys, { name: 'ecs agent' })).status).toBe(409);
    const report = (service_type: string, path = admin.projectId) =>
      house.call('POST', `/v3/${path}/traces`, {
        headers: { authorization: `Bearer ${made.body.secret}` },
        body: {
          traces: [
            {
              trace_name: 'createServer',
              trace_type: 'ApiCall',
              service_type,
              resource_type: 'ecs',
              time: Date.now(),
              user: { name: 'jane', domain: { id: 'd1' } },
            },
          ],
        },
      });
    expect((await report('ECS')).body).toMatchObject({ accepted: 1 });
    expect((await report('IAM')).body.rejected[0]).toMatchObject({ field: 'service_type' });
    expect((await report('ECS', acme.projectId)).body.error_code).toBe('CTS.0012');
    const [listed] = (await as(admin, 'GET', keys)).body.ingest_keys.filter(
      (key: { name: string }) => key.name === 'ecs agent',
    );
    expect(listed).toMatchObject({ source: 'ECS', created_by: 'admin', last_used_time: expect.any(Number) });
    expect(listed).not.toHaveProperty('secret');
    expect((await as(acme, 'DELETE', `/v3/${acme.projectId}/ingest-keys/${listed.id}`)).status).toBe(404);
    expect((await as(admin, 'DELETE', `${keys}/${listed.id}`)).status).toBe(204);
    const refused = await report('ECS');
    expect(refused.status).toBe(401);
    expect(refused.body.error_msg).toContain('the ingest key is unknown or revoked');
  });
});

describe('what clients look up', () => {
  test('projects by name, the account, regions, the catalog', async () => {
    const { projects } = (await as(account, 'GET', '/v3/projects?name=eu-nl')).body;
    expect(projects).toMatchObject([
      { name: 'eu-nl', is_domain: false, enabled: true, domain_id: account.domainId },
    ]);
    expect((await as(account, 'GET', '/v3/auth/domains?name=default')).body.domains).toHaveLength(1);
    expect((await as(account, 'GET', '/v3/auth/domains?name=acme')).body.domains).toEqual([]);
    expect(
      (await as(account, 'GET', '/v3/regions')).body.regions.map(({ id }: { id: string }) => id),
    ).toEqual(['eu-de', 'eu-nl']);
    const { catalog } = (await as(admin, 'GET', '/v3/auth/catalog')).body;
    expect(catalog.map(({ type }: { type: string }) => type)).toEqual([
      ...['identity', 'cts', 'ctsv2', 'ctsv3', 'smn', 'smnv2'],
    ]);
    for (const caller of [admin, account]) {
      const { token } = (
        await house.call('GET', '/v3/auth/tokens', {
          token: caller.token,
          headers: { 'x-subject-token': caller.token },
        })
      ).body;
      const [identity] = token.catalog;
      expect(identity.endpoints.map(({ region }: { region: string }) => region)).toEqual(['eu-de', 'eu-nl']);
    }
    expect((await as(account, 'GET', '/v3/regions/eu-nl')).body.region).toMatchObject({ id: 'eu-nl' });
    expect((await as(account, 'GET', '/v3/regions/mars')).status).toBe(404);
    const { status, body } = await as(account, 'POST', '/v3/projects', { project: { name: 'eu-nl_team' } });
    expect([status, body.project.name]).toEqual([201, 'eu-nl_team']);
    expect((await as(account, 'POST', '/v3/projects', { project: { name: 'mars' } })).status).toBe(400);
    await expect(house.signIn({ project: 'eu-nl_team' })).resolves.toBeTruthy();
  });
});

describe('what Terraform and the SDKs keep of users, policies and projects', () => {
  test('a user reads back as it was set, and without what was not', async () => {
    const least = { name: 'tf-least', password: PASSWORD };
    const made = await as(account, 'POST', '/v3.0/OS-USER/users', { user: least });
    const { id } = made.body.user;
    const unset = { email: '', areacode: '', phone: '', access_mode: 'default', pwd_status: false };
    expect([made.status, made.body.user]).toEqual([
      201,
      expect.objectContaining({ ...unset, description: '', enabled: true, domain_id: account.domainId }),
    ]);
    const more = { email: 'tf@example.com', areacode: '0049', phone: '3012345', access_mode: 'programmatic' };
    const change = { ...more, description: 'by Terraform', enabled: false };
    const path = `/v3.0/OS-USER/users/${id}`;
    expect((await as(account, 'PUT', path, { user: change })).body.user).toMatchObject(change);
    expect((await as(account, 'PUT', path, { user: { email: '' } })).body.user).toMatchObject({
      ...change,
      email: '',
    });
    expect((await as(account, 'GET', path)).body.user).toMatchObject({
      ...change,
      email: '',
      name: 'tf-least',
    });
    expect((await as(account, 'GET', `/v3/users/${id}`)).body.user).toMatchObject({ enabled: false });
    expect((await as(account, 'PUT', path, { user: { access_mode: 'both' } })).status).toBe(400);
    for (const [method, body] of [['GET'], ['PUT', { user: { description: 'mine' } }]] as const)
      expect((await as(acme, method, path, body)).status).toBe(404);
    expect((await as(account, 'GET', path)).body.user.description).toBe('by Terraform');
    await house.searchable(admin.token);
    const { body } = await as(
      admin,
      'GET',
      `/v3/${admin.projectId}/traces?trace_type=system&resource_id=${id}&limit=10`,
    );
    expect(body.traces.map(({ trace_name }: { trace_name: string }) => trace_name)).toEqual([
      ...['updateUser', 'updateUser', 'createUser'],
    ]);
    expect(JSON.stringify(body)).not.toContain(PASSWORD);
  });

  test('a custom policy keeps its type and takes another name', async () => {
    const policy = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts:trace:list'] }] };
    const role = { display_name: 'tf-readers', type: 'XA', policy };
    const { id } = (await as(account, 'POST', '/v3.0/OS-ROLE/roles', { role })).body.role;
    const path = `/v3.0/OS-ROLE/roles/${id}`;
    expect((await as(account, 'GET', path)).body.role).toMatchObject({
      display_name: 'tf-readers',
      type: 'XA',
    });
    const change = { display_name: 'tf-watchers', type: 'AX', description: 'watch' };
    expect((await as(account, 'PATCH', path, { role: change })).body.role).toMatchObject(change);
    expect((await as(account, 'PATCH', path, { role: { display_name: 'CTS FullAccess' } })).status).toBe(409);
    const group = { group: { name: 'tf-group' } };
    const groupId = (await as(account, 'POST', '/v3/groups', group)).body.group.id;
    const places = [
      [`/v3/projects/${admin.projectId}/groups/${groupId}/roles/${id}`, { project: { id: admin.projectId } }],
      [`/v3/domains/${account.domainId}/groups/${groupId}/roles/${id}`, { domain: { id: account.domainId } }],
    ] as const;
    for (const [place] of places) expect((await as(account, 'PUT', place)).status).toBe(204);
    const assignments = async (query: string, caller = account) =>
      (await as(caller, 'GET', `/v3/role_assignments?${query}`)).body.role_assignments;
    expect(await assignments(`group.id=${groupId}&scope.project.id=${admin.projectId}`)).toEqual([
      expect.objectContaining({ role: { id }, group: { id: groupId }, scope: places[0][1] }),
    ]);
    expect(await assignments(`role.id=${id}`)).toHaveLength(2);
    expect(await assignments(`role.id=${id}`, acme)).toEqual([]);
    const held = `/v3/projects/${admin.projectId}/groups/${groupId}/roles`;
    expect((await as(account, 'GET', held)).body).toMatchObject({
      roles: [{ id }],
      links: { self: expect.stringMatching(new RegExp(`${held}$`)) },
    });
    const foreign = `/v3/projects/${acme.projectId}/groups/${groupId}/roles`;
    expect((await as(account, 'GET', foreign)).status).toBe(404);
    expect((await assignments('')).length).toBeGreaterThan(2);
    expect((await as(account, 'DELETE', path)).status).toBe(200);
  });

  test('a project goes when nothing is set up in it', async () => {
    const { project } = (await as(account, 'POST', '/v3/projects', { project: { name: 'eu-de_gone' } })).body;
    const path = `/v3/projects/${project.id}`;
    const inside = await house.signIn({ project: 'eu-de_gone' });
    await as(inside, 'POST', `/v3/${project.id}/tracker`, { tracker_type: 'system', tracker_name: 'system' });
    const refused = await as(account, 'DELETE', path);
    expect([refused.status, refused.body.error_msg]).toEqual([
      409,
      expect.stringContaining('still has trackers'),
    ]);
    expect((await as(acme, 'DELETE', path)).status).toBe(404);
    await as(inside, 'DELETE', `/v3/${project.id}/trackers?tracker_type=system`);
    expect((await as(inside, 'DELETE', path)).status).toBe(403);
    expect((await as(account, 'DELETE', path)).status).toBe(200);
    expect((await as(account, 'GET', path)).status).toBe(404);
    expect((await as(inside, 'GET', `/v3/${project.id}/trackers`)).status).toBe(401);
    expect((await as(account, 'DELETE', `/v3/projects/${admin.projectId}`)).status).toBe(403);
  });
});

describe('sign-ins', () => {
  test('are traces of IAM, failed or not; what an unknown user typed is told nowhere', async () => {
    await house.signIn({ name: 'nobody-of-that-name', password: 'hunter22' }).catch(() => undefined);
    await house.signIn({ name: 'admin', password: 'hunter22' }).catch(() => undefined);
    await house.signIn({});
    await house.searchable(account.token);
    const { body } = await as(
      admin,
      'GET',
      `/v3/${admin.projectId}/traces?service_type=IAM&resource_type=user&limit=200`,
    );
    const of = (name: string) => body.traces.filter((one: { trace_name: string }) => one.trace_name === name);
    expect(of('login')[0]).toMatchObject({
      user: { name: 'admin' },
      trace_rating: 'normal',
      code: '201',
      event_type: 'global',
    });
    expect(of('loginfailed').slice(0, 2)).toMatchObject([
      { user: { name: 'admin' }, trace_rating: 'warning', code: '401' },
      { user: { name: '(unknown user)' }, trace_rating: 'warning' },
    ]);
    const everything = JSON.stringify(body.traces) + house.logged.join('');
    expect(everything).not.toContain('hunter22');
    expect(everything).not.toContain('nobody-of-that-name');
    expect(everything).not.toContain(PASSWORD);
  });

  test('what an administrator did is told with what was asked, without secrets', async () => {
    await house.searchable(account.token);
    const list = async (name: string) =>
      (await as(admin, 'GET', `/v3/${admin.projectId}/traces?trace_name=${name}&limit=50`)).body.traces;
    const done = (one: { code: string }) => one.code === '201';
    const created = (await list('createCredential')).find(done);
    expect(created).toMatchObject({ service_type: 'IAM', resource_type: 'user' });
    expect(created.response).toMatch(/"secret":"\*{8}"/);
    const key = (await list('createIngestKey')).find(done);
    expect(key.response).toMatch(/"secret":"\*{8}"/);
    const user = (await list('createUser')).find(done);
    expect(user.request).toMatch(/"password":"\*{8}"/);
  });
});
