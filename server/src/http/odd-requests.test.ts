import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSqlite, type Sqlite } from '../sqlite.ts';
import { House, PASSWORD } from '../testing/house.ts';
import { ODD_BODIES, ODD_IDS, ODD_QUERIES, ODD_VALUES, sendRaw } from '../testing/odd.ts';

const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
/** Things that are there, by the name of the parameter that takes their ids. */
const ids: Record<string, string> = {};
/** Schemas of bodies, and names of parameters, by method and path. */
const documented = new Map<string, { body: Schema | undefined; query: string[] }>();
let sqlite: Sqlite;

interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  pattern?: string;
  minLength?: number;
  minimum?: number;
}

const SYSTEM = { tracker_type: 'system', tracker_name: 'system' };

beforeAll(async () => {
  await house.start({ OPENCTS_LOG_LEVEL: 'info' });
  admin = await house.signIn({ project: 'local' });
  const as = { token: admin.token };
  const made = async (route: string, body: object) => (await house.call('POST', route, { ...as, body })).body;
  const v3 = `/v3/${admin.projectId}`;
  await made(`${v3}/tracker`, SYSTEM);
  const { user } = await made('/v3/users', { user: { name: 'jane', password: PASSWORD } });
  const { group } = await made('/v3/groups', { group: { name: 'a group' } });
  const { topic_urn } = await made(`/v2/${admin.projectId}/notifications/topics`, { name: 'alerts' });
  const { domain } = await made('/v3/domains', {
    domain: { name: 'other', admin: { name: 'root', password: PASSWORD } },
  });
  const { project } = await made('/v3/projects', { project: { name: 'local_team' } });
  Object.assign(ids, {
    ...{ project_id: admin.projectId, user_id: user.id, group_id: group.id, topic_urn },
    ...{ domain_id: admin.domainId, id: project?.id ?? domain?.id, resource_type: 'cts-tracker' },
    role_id: '0'.repeat(31).concat('1'),
  });
  const { body } = await house.call('GET', '/openapi.json');
  const operations = Object.entries(body.paths as Record<string, Record<string, Operation>>);
  for (const [route, methods] of operations) {
    for (const [method, operation] of Object.entries(methods)) {
      documented.set(`${method.toUpperCase()} ${route}`, {
        body: operation.requestBody?.content?.['application/json']?.schema,
        query: (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name),
      });
    }
  }
  sqlite = openSqlite(path.join(house.directory, 'metadata.db'));
}, 60_000);
afterAll(async () => {
  sqlite.close();
  await house.stop();
});

interface Operation {
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  parameters?: { name: string; in: string }[];
}

const pathOf = (url: string) =>
  url.replaceAll(/:([a-z_]+)/g, (_, name: string) => encodeURIComponent(ids[name] ?? 'x'));
const docOf = (method: string, url: string) =>
  documented.get(`${method === 'HEAD' ? 'GET' : method} ${url.replaceAll(/:([a-z_]+)/g, '{$1}')}`);

const CANDIDATES = [
  'a1',
  'abc',
  '1',
  'local_x',
  '+4915112345678',
  'http://8.8.8.8/x',
  '1700000000000',
  'en-us',
];

/** A body that the schema allows, as far as it says what it allows. */
function sample(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum.at(-1);
  const [first] = schema.anyOf ?? schema.allOf ?? [];
  if (first) return sample(first);
  if (schema.type === 'object' || schema.properties) {
    const members = Object.entries(schema.properties ?? {});
    return Object.fromEntries(members.map(([name, member]) => [name, sample(member)]));
  }
  if (schema.type === 'array') return schema.items ? [sample(schema.items)] : [];
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  if (schema.type === 'boolean') return true;
  const pattern = new RegExp(schema.pattern ?? '', 'u');
  return CANDIDATES.find((one) => pattern.test(one) && one.length >= (schema.minLength ?? 0)) ?? PASSWORD;
}

/** Text of bodies that begin as the sample and have an odd value in one place. */
function* disturbed(schema: Schema): Generator<string> {
  const good = sample(schema) as Record<string, unknown>;
  if (typeof good !== 'object' || good === null) return;
  const text = JSON.stringify(good);
  yield text;
  for (const value of ODD_VALUES) yield text.replace(/\{/, `{"junk":${value},`).replace(/,\}/, '}');
  const places = [...text.matchAll(/"([a-z_]+)":/g)].map(({ index, 0: whole }) => index + whole.length);
  for (const [turn, place] of places.entries()) {
    const rest = text.slice(place);
    const value = /^(?:"(?:[^"\\]|\\.)*"|[^,{}[\]]+)/.exec(rest)?.[0];
    if (value === undefined) continue;
    for (const odd of [0, 7, 14].map((step) => ODD_VALUES[(turn + step) % ODD_VALUES.length])) {
      yield text.slice(0, place) + odd + rest.slice(value.length);
    }
  }
  // Within the objects inside as well.
  yield text.replaceAll('{', `{"junk":${ODD_VALUES[0]},`).replaceAll(',}', '}');
}

/** What is kept of the house's own affairs, not of what anybody manages. */
const BOOKKEEPING =
  /^(?:operations|identity_version|known_networks|smn_(?:tokens|confirmations|messages|deliveries|attempts|certificates)|notifier_positions|trace_files|archived_hours|deliveries|chains|digests|earlier_routes|kysely_.*|sqlite_.*)$/;
const UNTOLD = ['last_used_at', 'failures', 'failing_since', 'next_at', 'paused'];

function state(): string {
  const tables = sqlite
    .prepare("select name from sqlite_master where type = 'table' order by name")
    .all() as { name: string }[];
  const rows = tables
    .filter(({ name }) => !BOOKKEEPING.test(name))
    .map(({ name }) => [name, sqlite.prepare(`select * from "${name}"`).all()]);
  return JSON.stringify(rows, (key, value) => (UNTOLD.includes(key) ? undefined : value));
}

const headers = (type?: string): Record<string, string> => ({
  'x-auth-token': admin.token,
  ...(type === undefined ? {} : { 'content-type': type }),
});

/** What would end the house's own recording, or the rights of who walks through it. */
const LEFT_OUT = /^(?:\/session|\/v3\/auth\/tokens)$/;

describe('requests that are odd in any way', () => {
  test('are never a failure of the service, and whatever they change is recorded', async () => {
    const failures: string[] = [];
    const changes: { requestId: string; what: string }[] = [];
    let before = state();
    let named = 0;
    const attempt = async (method: string, target: string, type?: string, body?: string | Buffer) => {
      const answer = await sendRaw(house.app.url, method, target, headers(type), body);
      const what = `${method} ${target.slice(0, 200)} ${type} ${String(body).slice(0, 120)} → ${answer.status} ${answer.text.slice(0, 200)}`;
      // No gateway of text messages is there: that is told as SMN tells it.
      if (answer.status >= 500 && !answer.text.includes('SMN.0018')) failures.push(what);
      if (answer.status >= 400 && /[\0\p{Cs}]/u.test(answer.text)) failures.push(`unfit: ${what}`);
      if (answer.status >= 400 && answer.text.length > 2_000) failures.push(`long: ${what}`);
      const after = state();
      if (after !== before) changes.push({ requestId: answer.requestId, what });
      before = after;
    };
    const changing = house.app.routes.filter(
      ({ method, url }) => ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method) && !LEFT_OUT.test(url),
    );
    for (const { method, url } of changing) {
      const schema = docOf(method, url)?.body;
      const target = pathOf(url);
      if (schema) {
        // Names are new each time, or the second would be refused for the first.
        for (const body of disturbed(schema)) {
          await attempt(method, target, 'application/json', body.replaceAll('"a1"', `"a${++named}"`));
        }
        for (const [type, body] of ODD_BODIES) await attempt(method, target, type, body);
      } else {
        for (const [type, body] of ODD_BODIES.slice(0, 4)) await attempt(method, target, type, body);
      }
      // Recording goes on, or there would be nothing to be seen.
      const tracker = { headers: headers(), body: SYSTEM };
      await house.call('POST', `/v3/${admin.projectId}/tracker`, tracker);
      await house.call('PUT', `/v3/${admin.projectId}/tracker`, {
        ...tracker,
        body: { ...SYSTEM, status: 'enabled' },
      });
      before = state();
    }
    expect([...new Set(failures)]).toEqual([]);
    expect(changes.length).toBeGreaterThan(100);

    await house.searchable(admin.token);
    const seen = new Set<string>();
    for (let next: string | null = ''; next !== null; ) {
      const query = `limit=200${next ? `&next=${encodeURIComponent(next)}` : ''}`;
      const { body } = await house.call('GET', `/v3/${admin.projectId}/traces?${query}`, {
        token: admin.token,
      });
      for (const { request_id } of body.traces) seen.add(request_id);
      next = body.meta_data.marker;
    }
    expect(changes.filter(({ requestId }) => !seen.has(requestId)).map(({ what }) => what)).toEqual([]);
  }, 300_000);

  test('at the door are refused before anybody is known', async () => {
    const failures: string[] = [];
    for (const url of ['/session', '/v3/auth/tokens', '/oidc/session']) {
      const schema = docOf('POST', url)?.body;
      const whole = ODD_BODIES.map(([type, body]) => ({ type, body }));
      const inside = [...(schema ? disturbed(schema) : [])].map((body) => ({
        type: 'application/json',
        body,
      }));
      for (const { type, body } of [...whole, ...inside]) {
        const { status, text } = await sendRaw(house.app.url, 'POST', url, { 'content-type': type }, body);
        const what = `POST ${url} ${String(body).slice(0, 120)} → ${status} ${text.slice(0, 200)}`;
        if (status < 400 || status >= 500 || text.length > 2_000) failures.push(what);
      }
    }
    expect(failures).toEqual([]);
  }, 300_000);

  test('in path and query are never a failure of the service', async () => {
    const failures: string[] = [];
    const attempt = async (method: string, target: string) => {
      const { status, text } = await sendRaw(house.app.url, method, target, headers());
      const what = `${method} ${target.slice(0, 200)} → ${status} ${text.slice(0, 300)}`;
      if (status >= 500) failures.push(what);
      if (status >= 400 && text.length > 2_000) failures.push(`long: ${what}`);
    };
    for (const { method, url } of house.app.routes) {
      if (method === 'HEAD' || method === 'OPTIONS' || LEFT_OUT.test(url)) continue;
      const names = [...url.matchAll(/:([a-z_]+)/g)].map(([, name]) => name as string);
      for (const name of names) {
        for (const odd of ODD_IDS) {
          await attempt(method, pathOf(url.replace(`:${name}`, odd)).replaceAll('%253A', '%3A'));
        }
      }
      if (method !== 'GET') continue;
      for (const name of docOf(method, url)?.query ?? []) {
        for (const query of ODD_QUERIES(name)) await attempt(method, `${pathOf(url)}?${query}`);
      }
    }
    expect([...new Set(failures)]).toEqual([]);
  }, 300_000);
});
