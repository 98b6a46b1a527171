import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House, PASSWORD } from '../testing/house.ts';

/** Routes that everybody may call; whatever is added here is a decision. */
const OPEN = [
  'GET /',
  'GET /:version(^v[0-9][0-9.]*$)',
  'GET /healthz',
  // How a person comes in from a provider: nothing is told before it has.
  'GET /oidc',
  'GET /oidc/callback',
  'GET /oidc/login',
  'POST /oidc/session',
  'GET /session',
  'POST /session',
  'GET /openapi.json',
  'GET /readyz',
  // Links in messages: the token in them is the proof.
  'GET /rest/v2/notifications/subscription/confirm',
  'GET /rest/v2/notifications/subscription/unsubscribe',
  'GET /smn/:certificate',
  'GET /smn/subscription/confirm',
  'GET /smn/subscription/unsubscribe',
  'GET /v2/notifications/certifications/download/:certificate',
  'GET /v2/notifications/subscriptions/subscribe',
  'GET /v2/notifications/subscriptions/unsubscribe',
  'POST /smn/subscription/confirm',
  'POST /smn/subscription/unsubscribe',
  'GET /v3',
  'GET /v3/public-keys',
  'GET /version',
  'POST /v3/auth/tokens',
];

const house = new House();
type Caller = Awaited<ReturnType<House['signIn']>>;
let admin: Caller;
let account: Caller;
let elsewhere: Caller;
let otherAccount: Caller;
let reader: Caller;
let nobody: Caller;
let expired: string;

interface Key {
  access: string;
  secret: string;
  securityToken?: string;
}

beforeAll(async () => {
  await house.start({ OPENCTS_REGIONS: 'eu-de,eu-nl' });
  admin = await house.signIn({ project: 'eu-de' });
  account = await house.signIn({});
  elsewhere = await house.signIn({ project: 'eu-nl' });
  const enable = { tracker_type: 'system', tracker_name: 'system' };
  await house.call('POST', `/v3/${admin.projectId}/tracker`, { token: admin.token, body: enable });
  const domain = { name: 'acme', admin: { name: 'root', password: PASSWORD } };
  await house.call('POST', '/v3/domains', { token: account.token, body: { domain } });
  otherAccount = await house.signIn({ account: 'acme', name: 'root', project: 'eu-de' });
  await house.addUser(account, 'reader', [{ role: 'CTS ReadOnlyAccess', scope: admin.projectId }]);
  reader = await house.signIn({ name: 'reader', project: 'eu-de' });
  await house.addUser(account, 'nobody', []);
  nobody = await house.signIn({ name: 'nobody', project: 'eu-de' });
  house.skew = -25 * 3_600_000;
  expired = (await house.signIn({ project: 'eu-de' })).token;
  house.skew = 0;
}, 60_000);

afterAll(() => house.stop());

/** SMN has a form of its own for errors, and one code for whoever may not. */
const isCode = ({ body }: Awaited<ReturnType<House['call']>>, ...codes: string[]) =>
  [...codes, 'SMN.0001'].includes(body.error_code ?? body.code);

interface Route {
  method: string;
  /** With the project of `admin`. */
  path: string;
  ofProject: boolean;
  action: string;
}

/** Every route that is not open, with ids that could be. */
function guarded(): Route[] {
  return house.app.routes
    .filter(
      ({ method, action, url }) => method !== 'HEAD' && action !== 'open' && !/^\/(console|docs)/.test(url),
    )
    .map(({ method, url, action }) => ({
      method,
      action,
      ofProject: url.includes(':project_id'),
      path: url
        .replace(':project_id', admin.projectId)
        .replace(':resource_type', 'cts-tracker')
        .replace(':notification_type', 'smn')
        .replace(':tracker_name', 'system')
        .replace(/:[a-z_]+/g, '0'.repeat(32)),
    }));
}

const bodyOf = ({ method }: Route) => (method === 'GET' || method === 'DELETE' ? undefined : {});
const send = (route: Route, token: string | undefined) =>
  house.call(route.method, route.path, { token, body: bodyOf(route) });

/** Runs a check on every route and names those that fail it. */
async function everywhere(check: (route: Route) => Promise<string | undefined>): Promise<void> {
  const failures: string[] = [];
  let checked = 0;
  for (const route of guarded()) {
    const problem = await check(route);
    checked++;
    if (problem) failures.push(`${route.method} ${route.path}: ${problem}`);
  }
  expect(failures).toEqual([]);
  expect(checked).toBeGreaterThan(80);
}

const told = ({ status, body }: { status: number; body: { error_code?: string; error_msg?: string } }) =>
  `${status} ${body.error_code}: ${body.error_msg}`;

describe('every route', () => {
  test('is guarded, but those that are meant to be open', () => {
    const open = house.app.routes
      .filter(
        ({ method, action, url }) => method !== 'HEAD' && action === 'open' && !/^\/(console|docs)/.test(url),
      )
      .map(({ method, url }) => `${method} ${url}`);
    expect([...new Set(open)].filter((one) => !OPEN.includes(one))).toEqual([]);
  });

  test('refuses without a token', () =>
    everywhere(async (route) => {
      const answer = await send(route, undefined);
      return answer.status === 401 && answer.body.error_code === 'APIGW.0301' ? undefined : told(answer);
    }));

  test('refuses an expired token, and says when it expired', () =>
    everywhere(async (route) => {
      const answer = await send(route, expired);
      return answer.status === 401 && /token expires, expires_at:/.test(answer.body.error_msg)
        ? undefined
        : told(answer);
    }));

  test('of a project refuses a token of another project, or of the account only', () =>
    everywhere(async (route) => {
      if (!route.ofProject) return undefined;
      for (const { token } of [elsewhere, account]) {
        const answer = await send(route, token);
        if (answer.status !== 403 || !isCode(answer, 'CTS.0012')) return told(answer);
      }
      return undefined;
    }));

  test('of a project refuses the administrator of another account', () =>
    everywhere(async (route) => {
      if (!route.ofProject) return undefined;
      const answer = await send(route, otherAccount.token);
      return answer.status === 403 && isCode(answer, 'CTS.0012') ? undefined : told(answer);
    }));

  test('that changes something refuses a role that only reads', () =>
    everywhere(async (route) => {
      if (route.action === 'signed-in') return undefined;
      const answer = await send(route, reader.token);
      const reads = /^cts:(\w+:(list|get)\w*|resource:\w+)$/.test(route.action);
      const refused = answer.status === 403 && isCode(answer, 'CTS.0013', 'IAM.0003');
      return refused === !reads ? undefined : told(answer);
    }));

  test('whose change was refused tells of the attempt', async () => {
    await house.searchable(account.token);
    const { body } = await house.call(
      'GET',
      `/v3/${admin.projectId}/traces?user=reader&trace_name=createTracker`,
      { token: admin.token },
    );
    expect(body.traces[0]).toMatchObject({ code: '403', trace_rating: 'warning', user: { name: 'reader' } });
  });

  test('refuses a user without any role', () =>
    everywhere(async (route) => {
      if (route.action === 'signed-in') return undefined;
      const answer = await send(route, nobody.token);
      return answer.status === 403 && isCode(answer, 'CTS.0002') ? undefined : told(answer);
    }));

  test('that needs no role gives a user without one nothing of others', async () => {
    const open = guarded().filter(({ action }) => action === 'signed-in');
    const answers = await Promise.all(
      open.map(async (route) => ({ route, ...(await send(route, nobody.token)) })),
    );
    const mine =
      /^\/v2\/notifications\/protocols$|^\/v3\/auth\/|^\/v3\/regions|^\/v3\/projects$|OS-CREDENTIAL\/(credentials|securitytokens)$|^\/v3\/[^/]+\/rights$/;
    for (const { route, status } of answers) {
      if (mine.test(route.path)) continue;
      expect([400, 403, 404], `${route.method} ${route.path}`).toContain(status);
    }
  });

  test('refuses an ingest key, but for reporting', async () => {
    const { body } = await house.call('POST', `/v3/${admin.projectId}/ingest-keys`, {
      token: admin.token,
      body: { name: 'of the table' },
    });
    await everywhere(async (route) => {
      if (route.action === 'cts:trace:report') return undefined;
      const answer = await house.call(route.method, route.path, {
        headers: { authorization: `Bearer ${body.secret}` },
        body: bodyOf(route),
      });
      return answer.status === 403 ? undefined : told(answer);
    });
  });
});

describe('every route, signed', () => {
  /** A signature of the scheme `access` (`docs/reference/iam-auth.md` 5). */
  function sign(key: Key, route: Route, body: string, at = new Date(), signed = body) {
    const date = at.toISOString().replace(/[-:]|\.\d+/g, '');
    const { host } = new URL(house.app.url);
    const canonical = [
      route.method,
      `${route.path.split('?')[0]}/`.replace('//', '/').replace(/\/\/$/, '/'),
      '',
      `host:${host}\nx-sdk-date:${date}\n`,
      'host;x-sdk-date',
      createHash('sha256').update(signed).digest('hex'),
    ].join('\n');
    const toSign = ['SDK-HMAC-SHA256', date, createHash('sha256').update(canonical).digest('hex')].join('\n');
    const signature = createHmac('sha256', key.secret).update(toSign).digest('hex');
    return {
      'x-sdk-date': date,
      authorization: `SDK-HMAC-SHA256 Access=${key.access}, SignedHeaders=host;x-sdk-date, Signature=${signature}`,
      ...(key.securityToken ? { 'x-security-token': key.securityToken } : {}),
    };
  }

  /** A key of its own, so that no test counts another's failures. */
  async function freshKey(): Promise<Key> {
    const auth = { identity: { methods: ['token'] } };
    const { body } = await house.call('POST', '/v3.0/OS-CREDENTIAL/securitytokens', {
      token: admin.token,
      body: { auth },
    });
    const { access, secret, securitytoken } = body.credential;
    return { access, secret, securityToken: securitytoken };
  }

  const sendSigned = (route: Route, headers: Record<string, string>, body: string) =>
    house.call(route.method, route.path, {
      headers,
      body: route.method === 'GET' ? undefined : body,
    });

  test('lets a right signature in', () =>
    everywhere(async (route) => {
      const body = route.method === 'GET' ? '' : '{}';
      const answer = await sendSigned(route, sign(await freshKey(), route, body), body);
      return answer.status === 401 ? told(answer) : undefined;
    }));

  test.each<[string, (route: Route, key: Key, body: string) => Record<string, string>, RegExp]>([
    [
      'a wrong secret',
      (route, key, body) => sign({ ...key, secret: 'x'.repeat(40) }, route, body),
      /verify aksk signature fail/,
    ],
    [
      'a time 16 minutes ago',
      (route, key, body) => sign(key, route, body, new Date(Date.now() - 16 * 60_000)),
      /verify aksk signature fail/,
    ],
    [
      'a time 16 minutes ahead',
      (route, key, body) => sign(key, route, body, new Date(Date.now() + 16 * 60_000)),
      /verify aksk signature fail/,
    ],
    [
      'another method',
      (route, key, body) => sign(key, { ...route, method: 'PATCH-' }, body),
      /signature fail/,
    ],
    [
      'another path',
      (route, key, body) => sign(key, { ...route, path: `${route.path}x` }, body),
      /signature fail/,
    ],
    [
      'a temporary key without its token',
      (route, { securityToken: _, ...key }, body) => sign(key, route, body),
      /Get secretKey failed,ak:HST\w+,err:ak not exist/,
    ],
    [
      "a temporary key with another one's token",
      (route, key, body) => sign({ ...key, securityToken: foreign.securityToken as string }, route, body),
      /ak not exist/,
    ],
  ])('refuses %s', async (_name, headersOf, reason) => {
    await everywhere(async (route) => {
      const body = route.method === 'GET' ? '' : '{}';
      const answer = await sendSigned(route, headersOf(route, await freshKey(), body), body);
      return answer.status === 401 && reason.test(answer.body.error_msg) ? undefined : told(answer);
    });
  });
  let foreign: Key;
  beforeAll(async () => {
    foreign = await freshKey();
  });

  test('refuses a body that was changed after signing', () =>
    everywhere(async (route) => {
      if (route.method === 'GET') return undefined;
      const answer = await sendSigned(route, sign(await freshKey(), route, '{}'), '{"a":1}');
      return answer.status === 401 ? undefined : told(answer);
    }));

  test('whoever goes on with wrong signatures is told to stop; the right one is let in all the same', async () => {
    const [route] = guarded().filter(({ method, action }) => method === 'GET' && action === 'cts:trace:list');
    const key = await freshKey();
    const list = route as Route;
    const wrong = () => sendSigned(list, sign({ ...key, secret: 'wrong' }, list, ''), '');
    for (let i = 0; i < 5; i++) expect((await wrong()).body.error_msg).toContain('signature fail');
    expect((await wrong()).body.error_msg).toContain('AK access failed to reach the limit,forbidden');
    expect((await sendSigned(list, sign(key, list, ''), '')).status).toBe(200);
  });

  test('a contradiction between path and headers is refused', async () => {
    const route = guarded().find(
      ({ path, method }) => method === 'GET' && path.endsWith('/trackers'),
    ) as Route;
    const key = await freshKey();
    for (const header of ['x-project-id', 'x-domain-id']) {
      const answer = await sendSigned(route, { ...sign(key, route, ''), [header]: 'f'.repeat(32) }, '');
      expect(answer.body.error_code).toBe('CTS.0012');
    }
  });
});
