import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sure } from '../clock/index.ts';
import { CtsError } from '../errors.ts';
import { type Metadata, openMetadata } from '../metadata/index.ts';
import { Iam } from './iam.ts';
import { MOST_GRANTS, MOST_GROUPS, MOST_MEMBERSHIPS, MOST_ROLES, MOST_USERS } from './limits.ts';
import { SYSTEM_ROLES } from './roles.ts';

let directory: string;
let metadata: Metadata;
let iam: Iam;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-administrators-'));
  metadata = await openMetadata(path.join(directory, 'metadata.db'));
  await sql`PRAGMA synchronous = OFF`.execute(metadata);
  iam = new Iam({
    metadata,
    rootKey: randomBytes(32),
    time: sure(() => Date.now()),
    regions: ['eu-de'],
    log: pino({ level: 'silent' }),
  });
  await iam.start({ domain: 'acme', user: 'admin', password: 'a-password-of-the-tests' });
});

afterAll(async () => {
  await iam.stop();
  await metadata.destroy();
  await rm(directory, { recursive: true, force: true });
});

const idOf = (name: string) => SYSTEM_ROLES.find((role) => role.name === name)?.id as string;
const [SECURITY, TENANT, OPERATOR] = [idOf('secu_admin'), idOf('te_admin'), idOf('operator')];

/** Policies, and what they deny; some are of no form that is allowed. */
const POLICIES = [
  { text: policy('Allow', 'iam:*:*'), iam: false, any: false },
  { text: policy('Deny', 'iam:users:*'), iam: true, any: true },
  { text: policy('Deny', 'cts:trace:list'), iam: false, any: true },
  { text: policy('Deny', '*:*:*'), iam: true, any: true },
  { text: policy('Deny', 'IAM:users:list'), iam: true, any: true },
  {
    text: '{"Statement":[{"Effect":"D\\u0065ny","Action":["i*:users:list"],"x":1},7]}',
    iam: true,
    any: true,
  },
  { text: 'not JSON', iam: false, any: false },
] as const;

function policy(effect: string, action: string): string {
  return JSON.stringify({ Version: '1.1', Statement: [{ Effect: effect, Action: [action] }] });
}

interface Model {
  users: { id: string; enabled: boolean; groups: Set<string> }[];
  groups: string[];
  /** Which policy each role has. */
  roles: Map<string, number>;
  grants: { group: string; role: string; scope: string }[];
}

/** The rule, as plainly as it can be said: everybody is counted. */
function administratorsOf({ users, roles, grants }: Model) {
  const enabled = users.filter((user) => user.enabled);
  const holders = (isRole: (role: string) => boolean, isScope: (scope: string) => boolean) =>
    new Set(
      enabled
        .filter(({ groups }) =>
          grants.some(({ group, role, scope }) => groups.has(group) && isRole(role) && isScope(scope)),
        )
        .map(({ id }) => id),
    );
  const denies = (what: 'iam' | 'any') => (role: string) => POLICIES[roles.get(role) ?? 0]?.[what] === true;
  const inAccount = (scope: string) => scope === 'domain';
  const inAllProjects = (scope: string) => scope === 'projects';
  const disabled = holders(denies('iam'), inAccount);
  const hindered = holders(denies('any'), (scope) => !inAccount(scope));
  const able = [...holders((role) => role === SECURITY, inAccount)].filter((id) => !disabled.has(id));
  const free = able.filter((id) => !hindered.has(id));
  const counts: [name: string, count: number][] = [
    ['administrator', able.length],
    ['administrator', free.length],
  ];
  for (const [name, id] of [
    ['Tenant Administrator', TENANT],
    ['OpenCTS Operator', OPERATOR],
  ] as const) {
    const here = holders((role) => role === id, inAccount);
    const there = holders((role) => role === id, inAllProjects);
    counts.push([name, able.filter((user) => here.has(user) && there.has(user)).length], [name, there.size]);
  }
  return counts;
}

/** What would be gone; undefined: nothing. */
function lost(before: Model, after: Model): string | undefined {
  const now = administratorsOf(after);
  return administratorsOf(before).find(([, had], index) => had > 0 && now[index]?.[1] === 0)?.[0];
}

const copyOf = (model: Model): Model => ({
  users: model.users.map((user) => ({ ...user, groups: new Set(user.groups) })),
  groups: [...model.groups],
  roles: new Map(model.roles),
  grants: [...model.grants],
});

const newId = () => randomBytes(16).toString('hex');
const SCOPES = ['domain', 'projects', 'project'];
const numbers = (most: number) => fc.nat({ max: most - 1 });
const situation = fc.record({
  users: fc.array(
    fc.record({
      enabled: numbers(4).map((one) => one > 0),
      groups: fc.uniqueArray(numbers(4), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  policies: fc.array(numbers(POLICIES.length), { minLength: 2, maxLength: 3 }),
  grants: fc.array(fc.tuple(numbers(4), numbers(6), numbers(3)), { maxLength: 14 }),
  change: fc.record({
    kind: fc.constantFrom(
      'join',
      'leave',
      'disable',
      'enable',
      'remove user',
      'remove group',
      'grant',
      'revoke',
      'policy',
      'outside',
    ),
    user: numbers(4),
    group: numbers(4),
    grant: numbers(14),
    role: numbers(6),
    scope: numbers(3),
    policy: numbers(5),
    told: fc.uniqueArray(numbers(4), { maxLength: 4 }),
  }),
});

type Situation = typeof situation extends fc.Arbitrary<infer One> ? One : never;

/** The situation in the metadata, as an account of its own. */
async function account({ users, policies, grants }: Omit<Situation, 'change'>) {
  const [domainId, project] = [newId(), newId()];
  const groups = Array.from({ length: 4 }, newId);
  const custom = policies.map(() => newId());
  const roles = [SECURITY, TENANT, OPERATOR, ...custom];
  const model: Model = {
    users: users.map(({ enabled, groups: of }) => ({
      id: newId(),
      enabled,
      groups: new Set(of.map((index) => groups[index] as string)),
    })),
    groups,
    roles: new Map(custom.map((id, index) => [id, policies[index] as number])),
    grants: [],
  };
  for (const [group, role, scope] of grants) {
    const grant = {
      group: groups[group] as string,
      role: roles[role % roles.length] as string,
      scope: scope === 2 ? project : (SCOPES[scope] as string),
    };
    if (!model.grants.some((one) => JSON.stringify(one) === JSON.stringify(grant))) model.grants.push(grant);
  }
  const created_at = 1;
  await metadata.transaction().execute(async (db) => {
    await db
      .insertInto('domains')
      .values({ id: domainId, name: domainId, operator: 1, created_at })
      .execute();
    await db
      .insertInto('projects')
      .values({ id: project, domain_id: domainId, name: 'eu-de', region: 'eu-de', created_at })
      .execute();
    for (const { id, enabled } of model.users) {
      const row = { id, domain_id: domainId, name: id, password_hash: '', created_at };
      await db
        .insertInto('users')
        .values({ ...row, enabled: enabled ? 1 : 0, external_id: id })
        .execute();
    }
    const rows = groups.map((id) => ({ id, domain_id: domainId, name: id, description: '', created_at }));
    await db.insertInto('groups').values(rows).execute();
    for (const [id, index] of model.roles) {
      const row = { id, domain_id: domainId, name: id, description: '', created_at };
      await db
        .insertInto('roles')
        .values({ ...row, policy: POLICIES[index]?.text as string })
        .execute();
    }
    for (const { group, role, scope } of model.grants) {
      await db.insertInto('grants').values({ group_id: group, role_id: role, scope }).execute();
    }
    for (const user of model.users) {
      for (const group of user.groups) {
        await db.insertInto('memberships').values({ group_id: group, user_id: user.id }).execute();
      }
    }
  });
  return { domainId, project, roles, custom, model };
}

/** The account as the metadata have it. */
async function found(domainId: string, model: Model): Promise<unknown> {
  const users = await metadata
    .selectFrom('users')
    .select(['id', 'enabled'])
    .where('domain_id', '=', domainId)
    .execute();
  const memberships = await metadata
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .selectAll('memberships')
    .where('domain_id', '=', domainId)
    .execute();
  const grants = await metadata
    .selectFrom('grants')
    .innerJoin('groups', 'groups.id', 'grants.group_id')
    .selectAll('grants')
    .where('domain_id', '=', domainId)
    .execute();
  const policies = await metadata
    .selectFrom('roles')
    .select(['id', 'policy'])
    .where('domain_id', '=', domainId)
    .execute();
  return plain({
    users: users.map(({ id, enabled }) => ({
      id,
      enabled: enabled === 1,
      groups: new Set(memberships.filter(({ user_id }) => user_id === id).map(({ group_id }) => group_id)),
    })),
    groups: model.groups,
    roles: new Map(
      policies.map(({ id, policy }) => {
        const known = model.roles.get(id) ?? 0;
        return [
          id,
          POLICIES[known]?.text === policy ? known : POLICIES.findIndex(({ text }) => text === policy),
        ];
      }),
    ),
    grants: grants.map(({ group_id, role_id, scope }) => ({ group: group_id, role: role_id, scope })),
  });
}

const plain = ({ users, roles, grants }: Model) => ({
  users: users.map(({ id, enabled, groups }) => JSON.stringify([id, enabled, [...groups].sort()])).sort(),
  roles: [...roles].map((one) => JSON.stringify(one)).sort(),
  grants: grants.map((one) => JSON.stringify(one)).sort(),
});

/** What an outside provider tells takes effect group by group, but for what would take the last administrator. */
function takenOver(model: Model, userId: string, told: readonly string[]): Model {
  let now = model;
  const attempt = (group: string, joins: boolean): boolean => {
    const next = copyOf(now);
    const groups = next.users.find(({ id }) => id === userId)?.groups as Set<string>;
    if (joins) groups.add(group);
    else groups.delete(group);
    if (lost(model, next)) return false;
    now = next;
    return true;
  };
  const { groups } = model.users.find(({ id }) => id === userId) as Model['users'][number];
  const sorted = [...model.groups].sort();
  let open = [
    ...sorted.filter((group) => groups.has(group) && !told.includes(group)).map((group) => [group, false]),
    ...sorted.filter((group) => !groups.has(group) && told.includes(group)).map((group) => [group, true]),
  ] as [string, boolean][];
  for (let round = 0; round < 2; round++) open = open.filter(([group, joins]) => !attempt(group, joins));
  return now;
}

test('a change is refused when the account would have nobody left of those who can give rights back, and only then', async () => {
  let refusals = 0;
  await fc.assert(
    fc.asyncProperty(situation, async ({ change, ...others }) => {
      const { domainId, project, roles, custom, model } = await account(others);
      const after = copyOf(model);
      const user = after.users[change.user % after.users.length] as Model['users'][number];
      const group = model.groups[change.group] as string;
      const { directory: all } = iam;
      let work: () => Promise<unknown>;
      if (change.kind === 'join') {
        user.groups.add(group);
        work = () => all.groups.addMember(domainId, group, user.id);
      } else if (change.kind === 'leave') {
        if (!user.groups.delete(group)) return;
        work = () => all.groups.removeMember(domainId, group, user.id);
      } else if (change.kind === 'disable' || change.kind === 'enable') {
        user.enabled = change.kind === 'enable';
        work = () => all.users.change(domainId, user.id, { enabled: change.kind === 'enable' });
      } else if (change.kind === 'remove user') {
        after.users = after.users.filter((one) => one !== user);
        work = () => all.users.remove(domainId, user.id);
      } else if (change.kind === 'remove group') {
        after.grants = after.grants.filter((one) => one.group !== group);
        for (const one of after.users) one.groups.delete(group);
        work = () => all.groups.remove(domainId, group);
      } else if (change.kind === 'grant') {
        const scope = change.scope === 2 ? project : (SCOPES[change.scope] as string);
        const grant = { group, role: roles[change.role % roles.length] as string, scope };
        if (!after.grants.some((one) => JSON.stringify(one) === JSON.stringify(grant)))
          after.grants.push(grant);
        work = () => all.roles.grant(domainId, { groupId: group, roleId: grant.role, scope });
      } else if (change.kind === 'revoke') {
        const grant = after.grants[change.grant];
        if (!grant) return;
        after.grants.splice(change.grant, 1);
        work = () =>
          all.roles.revoke(domainId, { groupId: grant.group, roleId: grant.role, scope: grant.scope });
      } else if (change.kind === 'policy') {
        const role = custom[change.role % custom.length] as string;
        after.roles.set(role, change.policy);
        work = () =>
          all.roles.change(domainId, role, { policy: JSON.parse(POLICIES[change.policy]?.text as string) });
      } else {
        const told = change.told.map((index) => model.groups[index] as string);
        if (!user.enabled) return;
        await all.outsideUsers.admit(domainId, { externalId: user.id, name: user.id, groups: told });
        expect(await found(domainId, model)).toEqual(plain(takenOver(model, user.id, told)));
        return;
      }
      const refusal = lost(model, after);
      const answer: unknown = await work().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refusal) {
        refusals++;
        expect(answer).toBeInstanceOf(CtsError);
        expect(answer).toMatchObject({ status: 409 });
        if (refusal !== 'administrator') expect((answer as CtsError).message).toContain(refusal);
        else expect((answer as CtsError).message).not.toMatch(/Tenant Administrator|OpenCTS Operator/);
      } else expect(answer).toBeUndefined();
      expect(await found(domainId, after)).toEqual(plain(refusal ? model : after));
    }),
    { numRuns: 600 },
  );
  // Some thirty, by chance.
  expect(refusals).toBeGreaterThan(5);
}, 120_000);

/** As many users, groups, memberships and grants as an account may have. @param held what each group holds first */
async function fullAccount(held: [role: string, scope: string][]) {
  const domainId = newId();
  const created_at = 1;
  await metadata.insertInto('domains').values({ id: domainId, name: domainId, created_at }).execute();
  const id = (kind: string) => sql.raw(`'${domainId.slice(0, 20)}${kind}' || printf('%011d', i)`);
  const count = (most: number) =>
    sql.raw(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${most})`);
  await metadata.transaction().execute(async (db) => {
    await sql`${count(MOST_USERS)} INSERT INTO users (id, domain_id, name, password_hash, created_at)
      SELECT ${id('u')}, ${domainId}, 'u' || i, '', 1 FROM n`.execute(db);
    await sql`${count(MOST_GROUPS)} INSERT INTO groups (id, domain_id, name, description, created_at)
      SELECT ${id('g')}, ${domainId}, 'g' || i, '', 1 FROM n`.execute(db);
    await sql`${count(MOST_ROLES)} INSERT INTO roles (id, domain_id, name, description, policy, created_at)
      SELECT ${id('r')}, ${domainId}, 'r' || i, '', ${policy('Deny', 'cts:trace:list')}, 1 FROM n`.execute(
      db,
    );
    await sql`${count(MOST_MEMBERSHIPS * MOST_USERS)} INSERT INTO memberships (user_id, group_id)
      SELECT users.id, groups.id FROM n
        JOIN users ON users.domain_id = ${domainId} AND users.name = 'u' || (i / ${sql.lit(MOST_MEMBERSHIPS)})
        JOIN groups ON groups.domain_id = ${domainId}
          AND groups.name = 'g' || ((i / 50 * 7 + i % 50 * 10) % ${sql.lit(MOST_GROUPS)})`.execute(db);
    await sql`${count(MOST_GRANTS - held.length)} INSERT INTO grants (group_id, role_id, scope)
      SELECT groups.id, ${id('r')}, 'domain' FROM n JOIN groups ON groups.domain_id = ${domainId}`.execute(
      db,
    );
    for (const [role, scope] of held) {
      await sql`INSERT INTO grants (group_id, role_id, scope)
        SELECT id, ${role}, ${scope} FROM groups WHERE domain_id = ${domainId}`.execute(db);
    }
  });
  const named = async (table: 'users' | 'groups' | 'roles', name: string) => {
    const of = metadata.selectFrom(table).select('id').where('domain_id', '=', domainId);
    return (await of.where('name', '=', name).executeTakeFirstOrThrow()).id;
  };
  return { domainId, named };
}

test.each<[string, [role: string, scope: string][]]>([
  ['who all have no rights', []],
  [
    'who could all administer it, and are all denied something',
    [
      [SECURITY, 'domain'],
      [TENANT, 'projects'],
      [OPERATOR, 'projects'],
    ],
  ],
])(
  'a change in an account with all that it may have, %s, keeps no other account waiting',
  async (_, held) => {
    const { domainId, named } = await fullAccount(held);
    const { groups, roles, users } = iam.directory;
    const [user, group, role] = [
      await named('users', 'u0'),
      await named('groups', 'g0'),
      await named('roles', 'r0'),
    ];
    const changes: [string, () => Promise<unknown>][] = [
      ['leaves', () => groups.removeMember(domainId, group, user)],
      ['joins', () => groups.addMember(domainId, group, user)],
      ['revoked', () => roles.revoke(domainId, { groupId: group, roleId: role, scope: 'domain' })],
      ['granted', () => roles.grant(domainId, { groupId: group, roleId: role, scope: 'projects' })],
      [
        'changed',
        () => roles.change(domainId, role, { policy: JSON.parse(policy('Deny', 'iam:users:list')) }),
      ],
      ['disabled', () => users.change(domainId, user, { enabled: false })],
      ['removed', () => users.remove(domainId, user)],
      ['group removed', async () => groups.remove(domainId, await named('groups', 'g1'))],
      ['role removed', async () => roles.remove(domainId, await named('roles', 'r1'))],
    ];
    for (const [name, change] of changes) {
      let going = true;
      const done = change()
        .then(
          () => 'done',
          ({ status }: CtsError) => status,
        )
        .finally(() => {
          going = false;
        });
      let waited = 0;
      while (going) {
        const asked = performance.now();
        await metadata.updateTable('domains').set({ description: name }).where('name', '=', 'acme').execute();
        waited = Math.max(waited, performance.now() - asked);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      // To deny something of IAM to all who could administer the account is refused.
      expect([name, await done]).toEqual([name, name === 'changed' && held.length > 0 ? 409 : 'done']);
      expect(waited, name).toBeLessThan(1000);
    }
  },
  120_000,
);
