import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:http';
import fc from 'fast-check';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Authorization, isSignedBy } from '../../../iam/index.ts';
import { House, PASSWORD } from '../../../testing/house.ts';

const house = new House();
type Caller = Awaited<ReturnType<House['signIn']>>;
let admin: Caller;
let key: { access: string; secret: string };
let host: string;

beforeAll(async () => {
  await house.start({ OPENCTS_REGIONS: 'local,eu-nl' });
  admin = await house.signIn({ project: 'local' });
  host = new URL(house.app.url).host;
  const { body } = await house.call('POST', '/v3.0/OS-CREDENTIAL/credentials', {
    token: admin.token,
    body: { credential: { user_id: admin.userId } },
  });
  key = body.credential;
}, 60_000);
afterAll(() => house.stop());

type Scheme = 'access' | 'derived' | 'hkdf';
const SCHEMES: Scheme[] = ['access', 'derived', 'hkdf'];

/** What goes over the wire. Headers are pairs, so that one can be sent twice. */
interface Wire {
  method: string;
  target: string;
  headers: [name: string, value: string][];
  body: string;
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest();
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * Signs as the clients do, by `docs/reference/iam-auth.md` 5 and not by the code here.
 * @param asSigned of what the signature is made
 */
function sign(
  scheme: Scheme,
  wire: Partial<Wire> & { target: string },
  { names = ['host', 'x-sdk-date'], query = pairsOf(wire.target), body = wire.body ?? '', by = key } = {},
): Wire {
  const { method = 'GET', target } = wire;
  const iso = new Date(Date.now()).toISOString().replace(/[-:]|\.\d+/g, '');
  const headers: [string, string][] = [...(wire.headers ?? []), ['host', host], ['x-sdk-date', iso]];
  const day = iso.slice(0, 8);
  const path = target.split('?')[0] ?? '';
  const canonical = [
    method,
    path.endsWith('/') ? path : `${path}/`,
    query
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .sort()
      .join('&'),
    names.map((name) => `${name}:${headers.find(([one]) => one === name)?.[1] ?? ''}\n`).join(''),
    names.join(';'),
    hash(body),
  ].join('\n');
  const common = `SignedHeaders=${names.join(';')}, Signature=`;
  const scope = { access: '', derived: `${day}/eu-de/cts/sdk_request`, hkdf: `${day}/eu-de/cts` }[scheme];
  const algorithm = scheme === 'hkdf' ? 'V11-HMAC-SHA256' : 'SDK-HMAC-SHA256';
  const toSign = [algorithm, iso, ...(scope ? [scope] : []), hash(canonical)].join('\n');
  const secret = {
    access: () => by.secret,
    derived: () => scope.split('/').reduce<Buffer | string>(hmac, `SDK${by.secret}`),
    hkdf: () => hmac(hmac(by.access, by.secret), `${scope}\u0001`).toString('hex'),
  }[scheme]();
  const signature = createHmac('sha256', secret).update(toSign).digest('hex');
  const who = scheme === 'access' ? `Access=${by.access}` : `Credential=${by.access}/${scope}`;
  headers.push(['authorization', `${algorithm} ${who}, ${common}${signature}`]);
  return { method, target, headers, body: wire.body ?? '' };
}

function pairsOf(target: string): [string, string][] {
  return [...new URLSearchParams(target.split('?')[1] ?? '')];
}

/** Sends exactly these bytes: no client tidies the path or joins headers. */
function send({ method, target, headers, body }: Wire): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(house.app.url);
    const sent = request({ hostname, port, method, path: target, headers: headers.flat(), setHost: false });
    sent.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(body === '' ? undefined : body);
  });
}

const sized = (body: string): [string, string][] => [
  ['content-type', 'application/json'],
  ['content-length', String(Buffer.byteLength(body))],
];
const traces = () => `/v3/${admin.projectId}/traces?limit=2&user=jane%20doe`;
const tracker = () => `/v3/${admin.projectId}/tracker`;
const BODY = '{"tracker_type":"system","tracker_name":"system"}';

describe.each(SCHEMES)('a signature of the scheme %s', (scheme) => {
  test('lets in what was signed', async () => {
    expect(await send(sign(scheme, { target: traces() }))).toBe(200);
    const posted = sign(scheme, { method: 'POST', target: tracker(), body: BODY, headers: sized(BODY) });
    expect([201, 400]).toContain(await send(posted));
    const repeated = `/v3/${admin.projectId}/traces?limit=2&limit=3`;
    expect(await send(sign(scheme, { target: repeated }))).not.toBe(401);
  });

  test('does not let in a parameter that was added, repeated, changed or hidden', async () => {
    const wire = sign(scheme, { target: traces() });
    const changes = [
      '&limit=3',
      '&limit=2',
      '&LIMIT=3',
      '&trace_type=data',
      '&user=',
      '&=',
      '&%6cimit=3',
      '&from=1&from=2',
      '#',
      '#&limit=3',
      ';limit=3',
      '?limit=3',
    ].map((added) => wire.target + added);
    const [path, query = ''] = wire.target.split('?') as [string, string];
    changes.push(
      path,
      `${path}?limit=2`,
      `${path}?user=jane%20doe&limit=3`,
      `${path}?limit=2&user=jane%2520doe`,
      `${path}?limit=2&user=jane%20doe%00`,
      `${path}?limit=2&user=jane%20doe%zz`,
      `${path}?limit=2&user=jane#doe`,
      `${path}?limit=3&${query}`,
      `${path}?${query}&${query}`,
    );
    for (const target of changes) expect([target, await send({ ...wire, target })]).toEqual([target, 401]);
  });

  test('does not let in a value that was cut off by a raw #', async () => {
    const target = `/v3/${admin.projectId}/traces?limit=2&user=a%23b&trace_type=data`;
    const wire = sign(scheme, { target });
    expect(await send(wire)).toBe(200);
    expect(await send({ ...wire, target: target.replace('%23', '#') })).toBe(401);
  });

  test('does not let in another path, however it is spelled', async () => {
    const wire = sign(scheme, { target: `/v3/${admin.projectId}/trackers` });
    expect(await send(wire)).toBe(200);
    for (const target of [
      `/v3//${admin.projectId}/trackers`,
      `/v3/./${admin.projectId}/trackers`,
      `/v3/${admin.projectId}/x/../trackers`,
      `/v3/${admin.projectId}/x/%2e%2e/trackers`,
      `/v3/${admin.projectId}%2Ftrackers`,
      `/v3/${admin.projectId}/trackers//`,
      `/V3/${admin.projectId}/trackers`,
      `/v3/${admin.projectId}/tracker%73x`,
      `/v3/${admin.projectId}/quotas`,
      `/v3/${admin.projectId}/trackers;x`,
    ]) {
      expect([target, await send({ ...wire, target })]).toEqual([
        target,
        expect.toSatisfy((s) => s === 401 || s === 404),
      ]);
    }
    // The same in another spelling is the same.
    const respelled = `/v3/${admin.projectId}/%74rackers`;
    expect(await send({ ...wire, target: respelled })).toBe(200);
  });

  test('does not let in another method, or another body', async () => {
    const wire = sign(scheme, { target: traces() });
    expect(await send({ ...wire, method: 'HEAD' })).toBe(401);
    const inBody = { ...wire, headers: [...wire.headers, ...sized('{}')], body: '{}' };
    expect(await send(inBody)).toBe(401);
    const overridden = [...wire.headers, ['x-http-method-override', 'DELETE']] as Wire['headers'];
    expect(await send({ ...wire, headers: overridden })).toBe(200);
    const posted = sign(scheme, { method: 'POST', target: tracker(), body: BODY, headers: sized(BODY) });
    for (const body of ['', '{}', BODY.replace('system"}', 'sys1234"}'), `${BODY}\n`]) {
      const headers = posted.headers.map(([name, value]): [string, string] =>
        name === 'content-length' ? [name, String(body.length)] : [name, value],
      );
      expect([body, await send({ ...posted, headers, body })]).toEqual([body, 401]);
    }
  });

  test('does not take a body for a query, nor a query for a body', async () => {
    const body = '{"a":1}';
    const posted = sign(scheme, { method: 'POST', target: tracker(), body, headers: sized(body) });
    const bare = posted.headers.filter(([name]) => name !== 'content-length');
    for (const query of [body, encoded(body), `${encoded(body)}=`]) {
      const target = `${tracker()}?${query}`;
      expect(await send({ ...posted, target, headers: [...bare, ['content-length', '0']], body: '' })).toBe(
        401,
      );
    }
  });

  test('does not let in what only says what its body is', async () => {
    for (const told of ['UNSIGNED-PAYLOAD', 'unsigned-payload', hash(''), hash('{}'), '']) {
      const header: [string, string] = ['x-sdk-content-sha256', told];
      const wire = sign(scheme, { method: 'POST', target: tracker(), headers: [header] });
      const names = ['host', 'x-sdk-content-sha256', 'x-sdk-date'];
      const listed = sign(scheme, { method: 'POST', target: tracker(), headers: [header] }, { names });
      for (const one of [wire, listed]) {
        const headers = [...one.headers, ...sized(BODY)];
        expect([told, await send({ ...one, headers, body: BODY })]).toEqual([told, 401]);
      }
    }
  });

  test('does not let in headers that are sent twice, or listed and not sent', async () => {
    const wire = sign(scheme, { target: traces() });
    const date = wire.headers.find(([name]) => name === 'x-sdk-date')?.[1] ?? '';
    for (const header of [
      ['x-sdk-date', date],
      ['x-sdk-date', '20200101T000000Z'],
      ['x-security-token', 'x'],
    ] as [string, string][]) {
      const twice = { ...wire, headers: [...wire.headers, header, header] };
      expect([header, await send(twice)]).toEqual([header, expect.toSatisfy((s) => s === 401 || s === 400)]);
    }
    for (const name of ['x-project-id', 'x-absent', 'constructor', '__proto__', 'toString']) {
      const listed = sign(scheme, { target: traces() }, { names: ['host', 'x-sdk-date', name] });
      expect([name, await send(listed)]).toEqual([name, 401]);
    }
    const withoutDate = sign(scheme, { target: traces() }, { names: ['host'] });
    expect(await send(withoutDate)).toBe(401);
    const elsewhere = wire.headers.map(([name, value]): [string, string] =>
      name === 'host' ? [name, 'evil.example'] : [name, value],
    );
    expect(await send({ ...wire, headers: elsewhere })).toBe(401);
  });
});

test('the derived scheme signs the first value of a repeated parameter only: that is not enough', async () => {
  const target = `/v3/${admin.projectId}/traces?limit=2&limit=200`;
  const wire = sign('derived', { target }, { query: [['limit', '2']] });
  expect(await send(wire)).toBe(401);
});

test('six wrong signatures from elsewhere keep nobody out', async () => {
  const wire = sign('access', { target: traces() });
  const wrong = wire.headers.map(([name, value]): [string, string] =>
    name === 'authorization' ? [name, value.replace(/.{8}$/, '00000000')] : [name, value],
  );
  for (let i = 0; i < 8; i++) expect(await send({ ...wire, headers: wrong })).toBe(401);
  expect(await send(wire)).toBe(200);
});

test('strangers who know the id of a key fill their share of large bodies only', async () => {
  const size = 12 * 1024 * 1024;
  const wire = sign('access', { method: 'POST', target: tracker() });
  const { hostname, port } = new URL(house.app.url);
  const statuses: number[] = [];
  const strangers = Array.from({ length: 12 }, () => {
    const headers = [...wire.headers, ['content-length', String(size)]].flat();
    const sent = request({ hostname, port, method: 'POST', path: wire.target, headers, setHost: false });
    sent.on('response', (response) => statuses.push(response.statusCode ?? 0));
    sent.on('error', () => undefined);
    sent.write(Buffer.alloc(size - 1));
    return sent;
  });
  await expect.poll(() => statuses.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(6);
  expect(new Set(statuses)).toEqual(new Set([503]));
  const small = sign('access', { method: 'POST', target: tracker(), body: BODY, headers: sized(BODY) });
  expect([201, 400]).toContain(await send(small));
  for (const sent of strangers) sent.destroy();
  // What they held is free again.
  const body = `"${'x'.repeat(900_000)}"`;
  const large = sign('access', { method: 'POST', target: tracker(), body, headers: sized(body) });
  await expect.poll(() => send(large), { timeout: 20_000 }).toBe(400);
});

test('what a signature covers is what a handler sees, whatever the query', async () => {
  const server = Fastify();
  let seen: Record<string, string | string[]> = {};
  server.get('/x', async ({ query }) => {
    seen = query as typeof seen;
    return {};
  });
  const part = fc.oneof(
    fc.constantFrom(
      'a',
      'b=1',
      'a=%20',
      '=',
      '',
      'a=b=c',
      'a+b=+',
      '%61=1',
      'a=%2',
      'a=%ff',
      'é=1',
      'a=#',
      '__proto__=1',
    ),
    fc.string({ maxLength: 5 }).map((text) => `p=${encodeURIComponent(text)}`),
  );
  const date = '20240517T093015Z';
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 4 }), async (parts) => {
      const target = `/x?${parts.join('&')}`;
      const authorization: Authorization = {
        scheme: 'access',
        algorithm: 'SDK-HMAC-SHA256',
        accessKey: 'AK',
        signedHeaders: ['x-sdk-date'],
        scope: '',
        signature: '',
      };
      await server.inject({ method: 'GET', url: target });
      const pairs = Object.entries(seen).flatMap(([name, value]) =>
        [value].flat().map((one): [string, string] => [name, one]),
      );
      const canonical = [
        'GET',
        '/x/',
        pairs
          .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
          .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
          .join('&'),
        `x-sdk-date:${date}\n`,
        'x-sdk-date',
        hash(''),
      ].join('\n');
      const signature = createHmac('sha256', 'SK')
        .update(['SDK-HMAC-SHA256', date, hash(canonical)].join('\n'))
        .digest('hex');
      const headers = { 'x-sdk-date': [date] };
      const holds = isSignedBy(
        'SK',
        { ...authorization, signature },
        { method: 'GET', target, headers, body: { sha256: hash(''), length: 0 } },
      );
      const readable = /^[!"$-~]*$/.test(target) && decodable(target);
      expect([target, holds]).toEqual([target, readable]);
    }),
    { numRuns: 500 },
  );
  await server.close();
});

function decodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

describe('the catalog for a client that names its project after signing, as gophertelekomcloud does', () => {
  type Key = { access: string; secret: string; securitytoken?: string };
  const identity = ['/v3', '/v3'];
  let reader: Caller;
  let second: string;
  let keys: Key[];

  const must = async (token: string, route: string, body: object) => {
    const answer = await house.call('POST', route, { token, body });
    expect(answer.status).toBe(201);
    return answer.body;
  };
  /** A permanent key of a user, and a temporary one made with its token. */
  async function keysOf({ token, userId }: Caller): Promise<Key[]> {
    const auth = { identity: { methods: ['token'], token: { duration_seconds: 900 } } };
    const permanent = await must(token, '/v3.0/OS-CREDENTIAL/credentials', {
      credential: { user_id: userId },
    });
    const temporary = await must(token, '/v3.0/OS-CREDENTIAL/securitytokens', { auth });
    return [permanent.credential, temporary.credential];
  }

  beforeAll(async () => {
    const account = await house.signIn({});
    const { project } = await must(account.token, '/v3/projects', { project: { name: 'local_second' } });
    second = project.id;
    await house.addUser(account, 'reader', [{ role: 'CTS ReadOnlyAccess', scope: admin.projectId }]);
    reader = await house.signIn({ name: 'reader', password: PASSWORD, project: 'local' });
    keys = await keysOf(reader);
  });

  async function catalogFor(by: Key, projectId?: string): Promise<string[]> {
    const { target, headers } = sign('derived', { target: '/v3/auth/catalog' }, { by });
    const unsigned: [string, string][] = [
      ...(projectId === undefined ? [] : [['x-project-id', projectId] as [string, string]]),
      ...(by.securitytoken ? [['x-security-token', by.securitytoken] as [string, string]] : []),
    ];
    const answer = await fetch(`${house.app.url}${target}`, {
      headers: [...headers.filter(([name]) => name !== 'host'), ...unsigned],
    });
    expect(answer.status).toBe(200);
    const { catalog } = (await answer.json()) as { catalog: { endpoints: { url: string }[] }[] };
    return catalog.flatMap(({ endpoints }) => endpoints.map(({ url }) => new URL(url).pathname));
  }

  test('has the services of the project, with a permanent and with a temporary key', async () => {
    for (const by of keys) {
      expect(await catalogFor(by, admin.projectId)).toContain(`/v1.0/${admin.projectId}`);
    }
  });

  test('has the identity service alone without one, and for one that the caller may not enter', async () => {
    const account = await house.signIn({});
    const body = { domain: { name: 'others', admin: { name: 'boss', password: 'correct horse' } } };
    await must(account.token, '/v3/domains', body);
    const boss = { account: 'others', name: 'boss', password: 'correct horse' };
    const other = await house.signIn({ ...boss, project: 'local' });
    expect(other.projectId).toMatch(/^[0-9a-f]{32}$/);
    for (const by of keys) {
      for (const none of [undefined, '', 'f'.repeat(32), other.projectId, second]) {
        expect(await catalogFor(by, none)).toEqual(identity);
      }
    }
  });

  test('is all that the name chooses: it gives no right to what it names', async () => {
    for (const [by, token] of keys.map((one) => [one, one.securitytoken] as const)) {
      const { target, headers } = sign('derived', { target: `/v3/${second}/trackers` }, { by });
      const unsigned: [string, string][] = [
        ['x-project-id', admin.projectId],
        ...(token ? [['x-security-token', token] as [string, string]] : []),
      ];
      expect(await send({ method: 'GET', target, headers: [...headers, ...unsigned], body: '' })).toBe(403);
    }
  });
});
