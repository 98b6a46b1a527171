import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectMetadata, type Metadata } from '../../../metadata/index.ts';
import { House, PASSWORD } from '../../../testing/house.ts';

const house = new House();
let provider: Server;
let issuer: string;
let admin: Awaited<ReturnType<House['signIn']>>;

async function listen(): Promise<void> {
  provider = createServer();
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
}

/** What the provider tells of people who are out of the ordinary, by their login. */
const NAMES: Record<string, string> = {
  odd: `<b>odd</b>\r\nSet-Cookie: a=b\u202e${'x'.repeat(3_000)}`,
  cyrillic: '\u0430dmin',
  capitals: 'ADMIN',
  wide: '\uff41\uff44\uff4d\uff49\uff4e',
};
const GROUPS: Record<string, unknown> = {
  chief: ['admin', 'denied'],
  texts: 'others, auditors',
  paths: ['/company/auditors'],
  none: ['strangers'],
  wrong: { auditors: true },
};

/** A real provider, with a login form that takes any password. */
function provide(redirectUri: string): void {
  const oidc = new Provider(issuer, {
    clients: [{ client_id: 'opencts', client_secret: 'the-secret-of-opencts', redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email'] },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => ({
        sub,
        preferred_username: NAMES[sub] ?? sub.replace(/^other-/, ''),
        groups: GROUPS[sub] ?? ['auditors', 'not in this account'],
      }),
    }),
    pkce: { required: () => true },
    cookies: { keys: ['a key of the tests'] },
  });
  provider.on('request', oidc.callback());
}

/** A browser's cookies, redirects and forms, as far as the journey needs them. */
class Visitor {
  private readonly cookies = new Map<string, Map<string, string>>();

  async go(url: string, form?: Record<string, string>, method = form ? 'POST' : 'GET'): Promise<Response> {
    const { origin } = new URL(url);
    const jar = this.cookies.get(origin) ?? new Map<string, string>();
    this.cookies.set(origin, jar);
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        'x-opencts-client': 'console',
      },
      body: form && new URLSearchParams(form),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const equals = pair.indexOf('=');
      const value = pair.slice(equals + 1);
      if (value === '') jar.delete(pair.slice(0, equals));
      else jar.set(pair.slice(0, equals), value);
    }
    return response;
  }

  /** Follows redirects until a page, or until an address that `stop` knows. */
  async follow(url: string, stop = (_next: string) => false): Promise<{ url: string; response: Response }> {
    let at = url;
    let response = await this.go(at);
    for (let next = response.headers.get('location'); next; next = response.headers.get('location')) {
      at = new URL(next, at).href;
      if (stop(at)) break;
      response = await this.go(at);
    }
    return { url: at, response };
  }

  /** Signs in at the provider. @returns where the provider sends the person back to */
  async throughProvider(login: string): Promise<string> {
    const back = (next: string) => next.startsWith(house.app.url);
    let page = await this.follow(`${house.app.url}/oidc/login?return=/console/?range=1d`, (next) =>
      next.includes('/oidc/callback'),
    );
    for (const form of [{ prompt: 'login', login, password: 'any' }, { prompt: 'consent' }]) {
      if (back(page.url)) break;
      const answer = await this.go(page.url, form as Record<string, string>);
      page = await this.follow(new URL(answer.headers.get('location') ?? '', page.url).href, back);
    }
    return page.url;
  }

  /** Begins the session of whoever has just come back. */
  enter = async () => {
    const response = await this.go(`${house.app.url}/oidc/session`, undefined, 'POST');
    return { status: response.status, session: await response.json() };
  };
}

/** The metadata of the service, from another connection. */
async function store<Result>(work: (metadata: Metadata) => Promise<Result>): Promise<Result> {
  const metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  try {
    return await work(metadata);
  } finally {
    await metadata.destroy();
  }
}

const groupsOfStored = async (userId: string) =>
  (
    await store((metadata) =>
      metadata
        .selectFrom('groups')
        .innerJoin('memberships', 'memberships.group_id', 'groups.id')
        .select('groups.name')
        .where('memberships.user_id', '=', userId)
        .orderBy('groups.name')
        .execute(),
    )
  ).map(({ name }) => name);

beforeAll(async () => {
  await listen();
  await house.start({
    OPENCTS_OIDC_ISSUER: issuer,
    OPENCTS_OIDC_CLIENT_SECRET: 'the-secret-of-opencts',
  });
  provide(`${house.app.url}/oidc/callback`);
  admin = await house.signIn({ project: 'local' });
  const system = { tracker_type: 'system', tracker_name: 'system' };
  await house.call('POST', `/v3/${admin.projectId}/tracker`, { token: admin.token, body: system });
  const account = await house.signIn({});
  await house.addUser(account, 'somebody', [{ role: 'CTS ReadOnlyAccess', scope: 'projects' }]);
  const { groups } = (await house.call('GET', '/v3/groups', { token: account.token })).body;
  const { id } = groups.find(({ name }: { name: string }) => name === 'group of somebody');
  await house.call('PATCH', `/v3/groups/${id}`, {
    token: account.token,
    body: { group: { name: 'auditors' } },
  });
}, 60_000);
afterAll(async () => {
  await house.stop();
  provider.close();
});

describe('sign-in through an OpenID Connect provider', () => {
  test('a person comes back signed in, made at the first time, in the groups that the provider told', async () => {
    const visitor = new Visitor();
    const callback = await visitor.throughProvider('alice');
    const page = await visitor.follow(callback, (next) => next.includes('/console/'));
    expect(new URL(page.url).search).toBe('?range=1d&sso=1');
    const { status, session } = await visitor.enter();
    expect(status).toBe(201);
    expect(session).toMatchObject({
      user: { name: 'alice' },
      projects: [{ id: admin.projectId, name: 'local' }],
    });
    const list = await visitor.go(`${house.app.url}/v3/${admin.projectId}/traces`);
    expect(list.status).toBe(200);
    const tracker = await visitor.go(`${house.app.url}/v3/${admin.projectId}/tracker`, {});
    expect(tracker.status).toBe(403);
    // The ticket counts once.
    expect((await visitor.enter()).status).toBe(401);

    const again = new Visitor();
    await again.follow(await again.throughProvider('alice'), (next) => next.includes('/console/'));
    expect((await again.enter()).status).toBe(201);
    const users = (await house.call('GET', '/v3/users?name=alice', { token: admin.token })).body.users;
    expect(users).toHaveLength(1);
    // No password opens a user from outside.
    await expect(house.signIn({ name: 'alice', password: '' })).rejects.toThrow();
    await expect(house.signIn({ name: 'alice', password: PASSWORD })).rejects.toThrow();
  });

  test("nobody takes over another user's name", async () => {
    for (const login of ['admin', 'other-alice', 'cyrillic', 'capitals', 'wide']) {
      const visitor = new Visitor();
      const page = await visitor.follow(await visitor.throughProvider(login), (next) =>
        next.includes('/console/'),
      );
      expect(new URL(page.url).searchParams.get('sso_error')).toBe('403');
      expect((await visitor.enter()).status).toBe(401);
    }
  });

  test('a name is one short line without markup, whatever the provider tells', async () => {
    const visitor = new Visitor();
    await visitor.follow(await visitor.throughProvider('odd'), (next) => next.includes('/console/'));
    const { status, session } = await visitor.enter();
    expect(status).toBe(201);
    expect((session as { user: { name: string } }).user.name).toBe(
      `b_odd__b_ Set-Cookie_ a_b${'x'.repeat(64)}`.slice(0, 64),
    );
  });

  test.each([
    ['texts', 1, /"told":\["others","auditors"\].*"matched":\["auditors"\]/],
    ['paths', 1, /"told":\["\/company\/auditors"\].*"matched":\["auditors"\]/],
    ['none', 0, /"told":\["strangers"\].*the account has none of these/],
    ['wrong', 0, /the claim groups is neither a text nor a list of texts/],
  ])('groups told as %s; the log says what came of it', async (login, projects, line) => {
    const visitor = new Visitor();
    await visitor.follow(await visitor.throughProvider(login), (next) => next.includes('/console/'));
    const { session } = await visitor.enter();
    expect((session as { projects: unknown[] }).projects).toHaveLength(projects);
    expect(house.logged.filter((one) => one.includes(`"user":"${login}"`)).join('')).toMatch(line);
  });

  test('who leaves a group at the provider loses what was issued to it, at the next sign-in', async () => {
    const first = new Visitor();
    await first.follow(await first.throughProvider('mover'), (next) => next.includes('/console/'));
    expect((await first.enter()).status).toBe(201);
    const list = `${house.app.url}/v3/${admin.projectId}/traces`;
    expect((await first.go(list)).status).toBe(200);
    GROUPS.mover = [];
    const second = new Visitor();
    await second.follow(await second.throughProvider('mover'), (next) => next.includes('/console/'));
    expect((await second.enter()).status).toBe(201);
    expect([(await first.go(list)).status, (await second.go(list)).status]).toEqual([401, 403]);
  });

  test('a membership that would leave nobody to administer the account is not taken over', async () => {
    const call = async (method: string, route: string, body?: unknown) => {
      const answer = await house.call(method, route, { token: admin.token, body });
      expect([route, answer.status < 300, answer.body]).toEqual([route, true, answer.body]);
      return answer.body;
    };
    const enter = async () => {
      const visitor = new Visitor();
      await visitor.follow(await visitor.throughProvider('chief'), (next) => next.includes('/console/'));
      expect((await visitor.enter()).status).toBe(201);
    };
    const groupsOf = async (id: string) =>
      (await call('GET', `/v3/users/${id}/groups`)).groups.map(({ name }: { name: string }) => name);
    const { group } = await call('POST', '/v3/groups', { group: { name: 'denied' } });
    const policy = { Version: '1.1', Statement: [{ Effect: 'Deny', Action: ['cts:*:*'] }] };
    const { role } = await call('POST', '/v3.0/OS-ROLE/roles', { role: { display_name: 'none', policy } });
    const inherited = `/v3/OS-INHERIT/domains/${admin.domainId}/groups/${group.id}/roles/${role.id}`;
    await call('PUT', `${inherited}/inherited_to_projects`);
    const many = Array.from({ length: 50 }, (_, i) => `many ${String(i).padStart(2, '0')}`);
    for (const name of many) await call('POST', '/v3/groups', { group: { name } });
    // Others administer the account as well.
    await enter();
    const { id } = (await call('GET', '/v3/users?name=chief')).users[0];
    expect(await groupsOf(id)).toEqual(['admin', 'denied']);
    await call('DELETE', `/v3/groups/${group.id}/users/${id}`);
    // From here on the person is the only one.
    const administrators = (await call('GET', '/v3/groups?name=admin')).groups[0].id;
    await call('DELETE', `/v3/groups/${administrators}/users/${admin.userId}`);
    try {
      await enter();
      expect(await groupsOfStored(id)).toEqual(['admin']);
      const line = (text: string) =>
        house.logged.some((one) => one.includes(text) && one.includes('"chief"'));
      expect(line('"group":"denied","why":"nobody could administer')).toBe(true);
      expect(line('is not put into a group that the provider told')).toBe(true);
      GROUPS.chief = ['auditors'];
      await enter();
      expect(await groupsOfStored(id)).toEqual(['admin', 'auditors']);
      expect(line('stays in a group that the provider did not tell')).toBe(true);
      // What is kept counts among the groups that a user may be in.
      GROUPS.chief = many;
      await enter();
      const kept = await groupsOfStored(id);
      expect(kept).toHaveLength(50);
      expect(many.filter((name) => !kept.includes(name))).toEqual(['many 49']);
      expect(kept).toContain('admin');
      expect(line('"group":"many 49","why":"a user is in at most 50 groups"')).toBe(true);
      GROUPS.chief = ['auditors'];
    } finally {
      await store((metadata) =>
        metadata
          .insertInto('memberships')
          .values({ group_id: administrators, user_id: admin.userId })
          .execute(),
      );
      admin = await house.signIn({ project: 'local' });
    }
    // Another administers it now: the person leaves.
    await enter();
    expect(await groupsOf(id)).toEqual(['auditors']);
  });

  test('whoever is disabled between coming back and entering does not enter', async () => {
    const visitor = new Visitor();
    await visitor.follow(await visitor.throughProvider('late'), (next) => next.includes('/console/'));
    const account = await house.signIn({});
    const { users } = (await house.call('GET', '/v3/users?name=late', { token: account.token })).body;
    for (const enabled of [false, true]) {
      const body = { user: { enabled } };
      await house.call('PATCH', `/v3/users/${users[0].id}`, { token: account.token, body });
    }
    expect((await visitor.enter()).status).toBe(401);
  });

  test('a callback of another browser, a changed state, a code used twice are refused', async () => {
    const visitor = new Visitor();
    const callback = await visitor.throughProvider('bob');
    const stranger = new Visitor();
    const errorOf = (page: { url: string }) => new URL(page.url).searchParams.get('sso_error');
    const console = (next: string) => next.includes('/console/');
    expect(errorOf(await stranger.follow(callback, console))).toBe('401');
    const changed = callback.replace(/state=[^&]+/, 'state=x');
    expect(errorOf(await visitor.follow(changed, console))).toBe('401');
    // The journey's cookie went with the failure: begun anew, it works, and its code works once.
    const next = new Visitor();
    const good = await next.throughProvider('bob');
    expect(errorOf(await next.follow(good, console))).toBeNull();
    expect(errorOf(await next.follow(good, console))).toBe('401');
  });

  test('it leads to pages of the console only', async () => {
    for (const target of [
      'https://evil.example',
      '//evil.example',
      '/v3/users',
      '/console/../v3',
      '/console/\\evil',
      '/console/..//evil.example/',
      '/console/%2e%2e//evil.example/',
      '/console/%252e%252e/%2fevil.example/',
      '/console/.%2e/v3',
      '/console/./../v3',
      '/console//evil.example',
      '/console/x/..;/..//evil.example',
      '/console/\t/evil.example',
      '/console/..\n//evil.example',
      '/console/%5c%5cevil.example',
      '/console/..%5cevil.example',
      '/console/%0d%0aset-cookie:a=b',
      '/console/\uff0e\uff0e/\u2215evil.example',
      '/console@evil.example/',
      '/consolex/',
      '/console',
      'console/',
      'javascript:/console/',
      '\u0001/console/',
      ' /console/',
      '/console/#/../../x',
      '/console/%zz',
      `/console/${'x'.repeat(3_000)}`,
    ]) {
      const { status } = await house.call('GET', `/oidc/login?return=${encodeURIComponent(target)}`);
      expect([target, status]).toEqual([target, 400]);
    }
  });

  test('it leaves traces, without the codes', async () => {
    await house.searchable(admin.token);
    const path = `/v3/${admin.projectId}/traces?service_type=IAM&limit=200`;
    const { traces } = (await house.call('GET', path, { token: admin.token })).body;
    const of = (name: string) => traces.filter((one: { trace_name: string }) => one.trace_name === name);
    expect(of('oidcLoginSuccess').at(-1)).toMatchObject({ user: { name: 'alice' }, trace_rating: 'normal' });
    // The users that the first sign-ins made, each once.
    const made = of('createUser').filter((one: { trace_type: string }) => one.trace_type === 'SystemAction');
    const names = made.map((one: { resource_name: string }) => one.resource_name);
    expect(names.filter((name: string) => name === 'alice')).toHaveLength(1);
    expect(of('oidcLoginFailed')[0]).toMatchObject({ trace_rating: 'warning', code: '401' });
    expect(JSON.stringify(traces)).not.toMatch(/code=|"code":"[A-Za-z0-9_-]{20,}/);
  });
});
