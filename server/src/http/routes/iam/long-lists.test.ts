import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMetadata } from '../../../metadata/index.ts';
import { House } from '../../../testing/house.ts';
import { longestPause } from '../../../testing/longest-pause.ts';

const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
/** `docs/limits.md`; some users and groups are there already. */
const [USERS, GROUPS, MOST_ROLES, MOST_GRANTS] = [4990, 490, 200, 200];

/** As many users, groups, policies and grants as an account may have; all users are in the group g0. */
beforeAll(async () => {
  await house.start();
  admin = await house.signIn({});
  const metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  const { domainId } = admin;
  const actions = Array.from({ length: 8 }, (_, s) => ({
    Effect: 'Allow',
    Action: Array.from({ length: 30 }, (_, i) => `cts:kind${s}:${'x'.repeat(8)}${i}`),
  }));
  const count = (most: number) =>
    sql.raw(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${most})`);
  await metadata.transaction().execute(async (db) => {
    await sql`${count(USERS)} INSERT INTO users (id, domain_id, name, password_hash, enabled, created_at)
      SELECT printf('aa%030x', i), ${domainId}, printf('u%05d', i), '', i % 2, i FROM n`.execute(db);
    await sql`${count(GROUPS)} INSERT INTO groups (id, domain_id, name, description, created_at)
      SELECT printf('bb%030x', i), ${domainId}, 'g' || i, '', i FROM n`.execute(db);
    await sql`${count(MOST_ROLES)} INSERT INTO roles (id, domain_id, name, description, policy, created_at)
      SELECT printf('cc%030x', i), ${domainId}, printf('r%05d', i), '',
        ${JSON.stringify({ Version: '1.1', Statement: actions })}, i FROM n`.execute(db);
    await sql`${count(MOST_GRANTS)} INSERT INTO grants (group_id, role_id, scope)
      SELECT groups.id, printf('cc%030x', i), iif(i % 2 = 0, 'domain', 'projects')
      FROM n JOIN groups ON groups.id LIKE 'bb%'`.execute(db);
    await sql`INSERT INTO memberships (group_id, user_id)
      SELECT printf('bb%030x', 0), id FROM users WHERE id LIKE 'aa%'`.execute(db);
    await sql`INSERT INTO access_keys (access, user_id, sealed_secret, description, active, created_at)
      SELECT 'AK' || substr(id, 15), id, '', '', 1, created_at FROM users WHERE id LIKE 'aa%'`.execute(db);
  });
  await metadata.destroy();
}, 120_000);
afterAll(() => house.stop());

const id = (kind: string, i: number) => `${kind}${i.toString(16).padStart(30, '0')}`;
const bytesOf = async (route: string) => {
  const response = await fetch(`${house.app.url}${route}`, { headers: { 'x-auth-token': admin.token } });
  expect([route, response.status]).toEqual([route, 200]);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const pieces: Uint8Array[] = [];
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) pieces.push(piece);
  return pieces;
};
type Item = Record<string, unknown> & { id: string };
const read = async (route: string): Promise<Record<string, Item[]>> =>
  JSON.parse(Buffer.concat(await bytesOf(route)).toString());

test.each([
  ['/v3/role_assignments', 'role_assignments', GROUPS * MOST_GRANTS],
  ['/v3/users', 'users', USERS],
  [`/v3/groups/${id('bb', 0)}/users`, 'users', USERS],
  ['/v3/roles', 'roles', MOST_ROLES],
  ['/v3.0/OS-CREDENTIAL/credentials', 'credentials', USERS],
])('%s is whole, and keeps nobody waiting', async (route, name, items) => {
  await bytesOf(route);
  const pauses: number[] = [];
  for (let i = 0; i < 3; i++) pauses.push(await longestPause(() => bytesOf(route)));
  // The shortest: others are at the machine as well.
  expect(Math.min(...pauses)).toBeLessThan(250);
  const { [name]: all = [], links } = await read(route);
  expect(all.length).toBeGreaterThanOrEqual(items);
  expect(all.length).toBeLessThan(items + 30);
  expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(all.length);
  if (name !== 'credentials') {
    expect(links).toEqual({ self: `${house.app.url}${route}`, next: null, previous: null });
  }
});

test.each<[query: string, found: number]>([
  [`group.id=${id('bb', 7)}`, MOST_GRANTS],
  [`role.id=${id('cc', 4)}`, GROUPS],
  [`group.id=${id('bb', 7)}&role.id=${id('cc', 4)}`, 1],
  [`user.id=${id('aa', 7)}`, MOST_GRANTS],
  [`user.id=${id('aa', 7)}&group.id=${id('bb', 1)}`, 0],
  [`group.id=${id('bb', 7)}&scope.OS-INHERIT:inherited_to=projects`, MOST_GRANTS / 2],
  [`group.id=${id('bb', 7)}&scope.project.id=domain`, 0],
  [`group.id=${id('bb', 7)}&scope.domain.id=DOMAIN`, MOST_GRANTS],
  [`group.id=${id('bb', 7)}&scope.domain.id=${id('dd', 1)}`, 0],
  ['group.id=&role.id=&scope.project.id=none', 0],
])('role assignments sought by %s', async (query, found) => {
  const { role_assignments: all = [] } = await read(
    `/v3/role_assignments?${query.replace('DOMAIN', admin.domainId)}`,
  );
  expect(all).toHaveLength(found);
});

test('what is sought in a list of users is found, in order of their names', async () => {
  const names = async (query: string) => (await read(`/v3/users?${query}`)).users?.map(({ name }) => name);
  expect(await names('name=u00007')).toEqual(['u00007']);
  expect(await names('name=none')).toEqual([]);
  const enabled = await names('enabled=true');
  expect(enabled).toHaveLength(USERS / 2 + 1);
  expect(enabled).toEqual([...(enabled ?? [])].sort());
});
