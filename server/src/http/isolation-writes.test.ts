import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSqlite, type Sqlite } from '../sqlite.ts';
import { House, PASSWORD } from '../testing/house.ts';

const house = new House();
let database: Sqlite;
type Caller = Awaited<ReturnType<House['signIn']>>;
/** The things of a party that paths can name, by the parameter that names them. */
type Things = Record<string, string>;
/** In the account and in its project. */
interface Party {
  account: Caller;
  project: Caller;
  things: Things;
}
let owner: Party;
let thief: Party;

beforeAll(async () => {
  await house.start({ OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' });
  database = openSqlite(path.join(house.directory, 'metadata.db'));
  const domain = { name: 'thieves', admin: { name: 'admin', password: PASSWORD } };
  await house.call('POST', '/v3/domains', { token: (await house.signIn({})).token, body: { domain } });
  owner = await settle('default');
  thief = await settle('thieves');
}, 60_000);
afterAll(async () => {
  database.close();
  await house.stop();
});

/** Makes one of everything. */
async function settle(name: string): Promise<Party> {
  const account = await house.signIn({ account: name });
  const project = await house.signIn({ account: name, project: 'local' });
  const made = async (caller: Caller, route: string, body: unknown, method = 'POST') => {
    const answer = await house.call(method, route, { token: caller.token, body });
    expect([route, answer.status < 300 ? 'made' : answer.body]).toEqual([route, 'made']);
    return answer.body;
  };
  const v3 = (route: string) => `/v3/${project.projectId}${route}`;
  const v2 = (route: string) => `/v2/${project.projectId}/notifications${route}`;
  const { user } = await made(account, '/v3/users', { user: { name: 'jane', password: PASSWORD } });
  const { group } = await made(account, '/v3/groups', { group: { name: 'readers' } });
  const policy = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts:trace:list'] }] };
  const { role } = await made(account, '/v3.0/OS-ROLE/roles', { role: { display_name: 'reader', policy } });
  await made(account, `/v3/groups/${group.id}/users/${user.id}`, undefined, 'PUT');
  await made(
    account,
    `/v3/projects/${project.projectId}/groups/${group.id}/roles/${role.id}`,
    undefined,
    'PUT',
  );
  const { credential } = await made(account, '/v3.0/OS-CREDENTIAL/credentials', {
    credential: { user_id: user.id },
  });
  const tracker = await made(project, v3('/tracker'), { tracker_type: 'system', tracker_name: 'system' });
  const bucket = { bucket_name: `archive-of-${name}`, is_obs_created: true };
  await made(
    project,
    v3('/tracker'),
    { tracker_type: 'system', tracker_name: 'system', obs_info: bucket },
    'PUT',
  );
  await made(project, v3(`/cts-tracker/${tracker.id}/tags`), { tag: { key: 'a', value: 'b' } });
  const ingestKey = await made(project, v3('/ingest-keys'), { name: 'agent' });
  const cmk = await made(project, v3('/keys'), { alias: 'archive' });
  const { topic_urn } = await made(project, v2('/topics'), { name: 'alarms' });
  const { subscription_urn } = await made(project, v2(`/topics/${topic_urn}/subscriptions`), {
    protocol: 'http',
    endpoint: 'http://127.0.0.1:9/x',
  });
  const template = await made(project, v2('/message_template'), {
    ...{ message_template_name: 'plain', protocol: 'default', content: 'text' },
  });
  const notification = await made(project, v3('/notifications'), {
    ...{ notification_name: 'changes', operation_type: 'complete', topic_id: topic_urn },
  });
  return {
    account,
    project,
    things: {
      ...{ project_id: project.projectId, domain_id: account.domainId, user_id: user.id, group_id: group.id },
      ...{ role_id: role.id, access: credential.access, resource_id: tracker.id, key: 'a', topic_urn },
      ...{
        key_id: cmk.id,
        ingest_key_id: ingestKey.id,
        subscription_urn,
        notification_id: notification.notification_id,
      },
      ...{ message_template_id: template.message_template_id, bucket_name: bucket.bucket_name },
      ...{
        resource_type: 'cts-tracker',
        tracker_name: 'system',
        id: project.projectId,
        scope_id: project.projectId,
      },
    },
  };
}

/** Every column of every table: what somebody might try as a member of a body. */
function columns(): string[] {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as {
    name: string;
  }[];
  const names = tables.flatMap(
    ({ name }) => database.prepare(`PRAGMA table_info("${name}")`).all() as { name: string }[],
  );
  return [...new Set(names.map(({ name }) => name))];
}

/** What changes by itself, or by a call of anybody. */
const RESTLESS =
  /^(operations|identity_version|trace_files|archived_hours|deliveries|chains|digests|earlier_routes|notifier_positions|smn_attempts|smn_deliveries|smn_messages|kysely.*|sqlite.*|.*visits.*)$/;
const RESTLESS_COLUMNS = ['last_used_at', 'next_at', 'failures', 'failing_since', 'paused', 'pace'];
type Row = Record<string, unknown>;
const calm = (row: Row) =>
  Object.fromEntries(Object.entries(row).filter(([column]) => !RESTLESS_COLUMNS.includes(column)));
function rows(): Map<string, Row[]> {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as {
    name: string;
  }[];
  return new Map(
    tables
      .filter(({ name }) => !RESTLESS.test(name))
      .map(({ name }) => [name, (database.prepare(`SELECT * FROM "${name}"`).all() as Row[]).map(calm)]),
  );
}

/** Ids of all rows that belong to a party: they name it, or something that does. */
function idsOf({ account, things }: Party, tables: Map<string, Row[]>): Set<string> {
  const ids = new Set([account.domainId, account.userId, things.project_id ?? '']);
  for (let size = 0; size < ids.size; ) {
    size = ids.size;
    for (const row of [...tables.values()].flat()) {
      if (Object.values(row).some((value) => ids.has(String(value)))) {
        for (const name of ['id', 'access']) if (row[name] !== undefined) ids.add(String(row[name]));
      }
    }
  }
  return ids;
}

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  allOf?: Schema[];
  pattern?: string;
  minimum?: number;
  minLength?: number;
}

const TEXTS = ['changed', 'cts:trace:list', '1.1', 'WRITE', 'x'.repeat(12), '2'];
/** A value that a schema allows, with all its members or the least; those that name things name the victim's. */
function sample(schema: Schema, name: string, victim: Things, least: boolean): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum.find((one) => one !== '') ?? schema.enum[0];
  const [first] = schema.anyOf ?? schema.allOf ?? [];
  if (first) return sample(first, name, victim, least);
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties)
        .filter(([member]) => !least || schema.required?.includes(member))
        .map(([member, part]) => [member, sample(part, member, victim, least)]),
    );
  }
  if (schema.type === 'array') return [sample(schema.items ?? {}, name, victim, least)];
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  if (schema.type === 'boolean') return true;
  const fits = (text: string) => new RegExp(schema.pattern ?? '', 'u').test(text);
  const named = victim[name === 'topic_id' ? 'topic_urn' : name];
  return (named !== undefined && fits(named) ? named : undefined) ?? TEXTS.find(fits) ?? 'changed';
}

/** The same with further members in each object, whatever the schema knows. */
function stuffed(value: unknown, extra: Row): unknown {
  if (Array.isArray(value)) return value.map((one) => stuffed(one, extra));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, stuffed(member, extra)]);
  return { ...extra, ...Object.fromEntries(members) };
}

interface Attempt {
  method: string;
  url: string;
  action: string;
  body: Schema | undefined;
}

async function attempts(): Promise<Attempt[]> {
  const { paths } = (await house.call('GET', '/openapi.json')).body;
  const found = house.app.routes
    .filter(({ method, action }) => !['GET', 'HEAD', 'OPTIONS'].includes(method) && action !== 'open')
    // One that ends the thief's own session, and reports, which are no writes of this kind.
    .filter(({ url }) => !/^\/(session|v3\/auth\/tokens)$/.test(url) && !/\/traces$/.test(url))
    .map(({ method, url, action }) => {
      const operation = paths[url.replaceAll(/:([a-z_]+)/g, '{$1}')]?.[method.toLowerCase()];
      return {
        method,
        url,
        action,
        body: operation?.requestBody?.content['application/json']?.schema as Schema | undefined,
      };
    });
  // What is deleted can no longer be changed.
  return [
    ...found.filter(({ method }) => method !== 'DELETE'),
    ...found.filter(({ method }) => method === 'DELETE'),
  ];
}

/** Paths in which each parameter names a thing of the thief or of the victim. */
function pathsOf(url: string, mine: Things, theirs: Things): string[] {
  const names = [...url.matchAll(/:([a-z_]+)/g)].map(([, name = '']) => name);
  return Array.from({ length: 2 ** names.length }, (_, choice) =>
    names.reduce((route, name, index) => {
      const from = (choice >> index) % 2 === 0 ? mine : theirs;
      const wanted =
        /^\/v3(\/OS-INHERIT)?\/domains\//.test(url) && /^(id|scope_id)$/.test(name) ? 'domain_id' : name;
      const key = /ingest-keys/.test(url) && name === 'key_id' ? 'ingest_key_id' : wanted;
      return route.replace(`:${name}`, encodeURIComponent(from[key] ?? from.project_id ?? ''));
    }, url),
  );
}

test('whatever members a caller sends, nothing of another account changes, and nothing is moved to it', async () => {
  const before = rows();
  const ids = idsOf(owner, before);
  const mine = idsOf(thief, before);
  const isOwners = (row: Row) => !Object.values(row).some((value) => mine.has(String(value)));
  const names = columns();
  const { things } = owner;
  const extras: Row[] = [
    Object.fromEntries(names.map((name) => [name, things[name] ?? things.domain_id])),
    Object.fromEntries(
      names.map((name) => [name, /enabled|operator|state|status/.test(name) ? 1 : things.project_id]),
    ),
    JSON.parse(
      '{"__proto__":{"domain_id":"x"},"constructor":{"prototype":1},"id":[],"domain_id":{},"policy":null}',
    ),
  ];
  const reached = new Set<string>();
  let calls = 0;
  for (const { method, url, action, body } of await attempts()) {
    for (const route of pathsOf(url, thief.things, things)) {
      for (const victim of [thief.things, things]) {
        for (const [extra, least] of extras.flatMap((one) => [[one, false] as const, [one, true] as const])) {
          const caller = url.includes(':project_id') ? thief.project : thief.account;
          const asked = body && stuffed(sample(body, '', victim, least), extra);
          const id = encodeURIComponent(victim.notification_id ?? '');
          const query = method === 'DELETE' ? `?notification_id=${id}&tracker_name=none` : '';
          const answer = await house.call(method, route + query, { token: caller.token, body: asked });
          expect(
            answer.status,
            `${method} ${route}: ${JSON.stringify(asked)} ${JSON.stringify(answer.body)}`,
          ).toBeLessThan(500);
          // The installation's matters are the operator's.
          if (action.startsWith('opencts:')) expect(answer.status).toBeGreaterThanOrEqual(400);
          if (answer.status < 300) reached.add(`${method} ${url}`);
          calls++;
        }
      }
    }
  }
  // Most routes did what they were asked for, with the thief's own things.
  expect([calls > 1000, reached.size > 40], `${reached.size}\n${[...reached].join('\n')}`).toEqual([
    true,
    true,
  ]);
  for (const [table, now] of rows()) {
    const then = before.get(table) ?? [];
    const known = new Set(then.map((row) => JSON.stringify(row)));
    const theirs = then.filter(isOwners).map((row) => JSON.stringify(row));
    expect(
      now.map((row) => JSON.stringify(row)),
      table,
    ).toEqual(expect.arrayContaining(theirs));
    const added = now.filter((row) => !known.has(JSON.stringify(row)));
    const moved = added.filter((row) =>
      Object.entries(row).some(
        ([column, value]) => /(^|_)id$|^scope$/.test(column) && ids.has(String(value)),
      ),
    );
    expect(moved, table).toEqual([]);
  }
}, 280_000);
