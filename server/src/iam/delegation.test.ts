import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { sure } from '../clock/index.ts';
import { CtsError } from '../errors.ts';
import { type Metadata, openMetadata } from '../metadata/index.ts';
import type { User } from './directory/index.ts';
import { Iam } from './iam.ts';
import { rightsOf } from './principal.ts';
import { SYSTEM_ROLES } from './roles.ts';

/** Actions that are watched, and where each is judged. */
const OF_ACCOUNT = ['iam:users:updateUser', 'iam:groups:updateGroup', 'opencts:account:list'];
const OF_PROJECT = ['cts:trace:list', 'cts:tracker:create', 'smn:topic:list'];
const PATTERNS = [
  ...[
    'cts:*:*',
    'cts:trace:*',
    'cts:*:list',
    'cts:tracker:create',
    '*:*:list',
    'c*:t*:*',
    'smn:*:*',
    'CTS:Trace:List',
  ],
  ...[
    'iam:*:*',
    'iam:groups:*',
    'iam:permissions:*',
    'iam:*:update*',
    '*:*:*',
    'opencts:*:*',
    'opencts:account:list',
  ],
];
/** What each call asks of its caller before anything else, as its route does. */
const ASKS = {
  addGroup: 'iam:groups:createGroup',
  changeGroup: 'iam:groups:updateGroup',
  removeGroup: 'iam:groups:deleteGroup',
  addMember: 'iam:permissions:addUserToGroup',
  removeMember: 'iam:permissions:removeUserFromGroup',
  addRole: 'iam:roles:createRole',
  changeRole: 'iam:roles:updateRole',
  removeRole: 'iam:roles:deleteRole',
  grant: 'iam:permissions:grantRoleToGroup',
  revoke: 'iam:permissions:revokeRoleFromGroup',
  enable: 'iam:users:updateUser',
  disable: 'iam:users:updateUser',
  takeOver: 'iam:users:updateUser',
} as const;

const statement = fc.record({
  Effect: fc.constantFrom('Allow' as const, 'Allow' as const, 'Deny' as const),
  Action: fc.array(fc.constantFrom(...PATTERNS), { minLength: 1, maxLength: 2 }),
});
const call = fc.record({
  what: fc.constantFrom(...(Object.keys(ASKS) as (keyof typeof ASKS)[])),
  actor: fc.nat(),
  /** Whether ids may be those of another account: they must be of no use. */
  anyAccount: fc.nat(6).map((n) => n === 0),
  user: fc.nat(),
  group: fc.nat(),
  role: fc.nat(),
  scope: fc.nat(),
  policy: fc.record({ Statement: fc.array(statement, { minLength: 1, maxLength: 2 }) }),
});

/** The plain meaning of what is stored: who may what, where. Knows nothing of how the service decides it. */
class Reference {
  readonly rights = new Set<string>();
  readonly users: { id: string; domain: string }[];

  private constructor(users: { id: string; domain_id: string }[]) {
    this.users = users.map(({ id, domain_id }) => ({ id, domain: domain_id }));
  }

  static async read(metadata: Metadata): Promise<Reference> {
    const [domains, projects, users, memberships, roles, grants] = await Promise.all([
      metadata.selectFrom('domains').selectAll().execute(),
      metadata.selectFrom('projects').selectAll().execute(),
      metadata.selectFrom('users').selectAll().execute(),
      metadata.selectFrom('memberships').selectAll().execute(),
      metadata.selectFrom('roles').selectAll().execute(),
      metadata.selectFrom('grants').selectAll().execute(),
    ]);
    const policies = new Map<string, (typeof SYSTEM_ROLES)[number]['policy']>([
      ...SYSTEM_ROLES.map(({ id, policy }) => [id, policy] as const),
      ...roles.map(({ id, policy }) => [id, JSON.parse(policy)] as const),
    ]);
    const reference = new Reference(users);
    for (const user of users) {
      if (user.enabled !== 1) continue;
      const groups = memberships.filter(({ user_id }) => user_id === user.id).map(({ group_id }) => group_id);
      const held = grants.filter(({ group_id }) => groups.includes(group_id));
      const may = (action: string, scopes: string[]) => {
        const statements = held
          .filter(({ scope }) => scopes.includes(scope))
          .flatMap(({ role_id }) => policies.get(role_id)?.Statement ?? []);
        const hit = (effect: string) =>
          statements.some(
            ({ Effect, Action }) => Effect === effect && Action.some((pattern) => matches(pattern, action)),
          );
        return hit('Allow') && !hit('Deny');
      };
      const operates = domains.find(({ id }) => id === user.domain_id)?.name === 'operator';
      for (const action of OF_ACCOUNT) {
        if (action.startsWith('opencts') && !operates) continue;
        if (may(action, ['domain'])) reference.rights.add(`${user.id} ${action} domain`);
      }
      for (const { id } of projects.filter(({ domain_id }) => domain_id === user.domain_id)) {
        for (const action of OF_PROJECT) {
          if (may(action, ['projects', id])) reference.rights.add(`${user.id} ${action} ${id}`);
        }
      }
    }
    return reference;
  }

  of(userId: string): string[] {
    return [...this.rights].filter((right) => right.startsWith(`${userId} `)).map((right) => right.slice(33));
  }
}

const one = <T>(all: readonly T[], n: number) => all[n % all.length] as T;
const matches = (pattern: string, action: string) =>
  new RegExp(`^${pattern.replaceAll('*', '[^:]*')}$`, 'i').test(action);

async function inHouse(work: (iam: Iam, metadata: Metadata) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-rights-'));
  const metadata = await openMetadata(path.join(directory, 'metadata.db'));
  const options = { metadata, rootKey: randomBytes(32), time: sure(Date.now), regions: ['eu-de', 'eu-nl'] };
  const iam = new Iam({ ...options, log: pino({ level: 'silent' }) });
  await iam.start({ domain: 'operator', user: 'admin', password: 'a-password' });
  await iam.directory.accounts.add({ name: 'tenant', admin: { name: 'admin', password: 'a-password' } });
  try {
    await work(iam, metadata);
  } finally {
    await metadata.destroy();
    await rm(directory, { recursive: true, force: true });
  }
}

/** All that is stored of an account, or with it. */
async function dump(metadata: Metadata, domainId: string): Promise<string> {
  const users = await metadata.selectFrom('users').selectAll().where('domain_id', '=', domainId).execute();
  const groups = await metadata.selectFrom('groups').selectAll().where('domain_id', '=', domainId).execute();
  const ids = groups.map(({ id }) => id);
  return JSON.stringify([
    await metadata.selectFrom('domains').selectAll().where('id', '=', domainId).execute(),
    await metadata.selectFrom('projects').selectAll().where('domain_id', '=', domainId).execute(),
    await metadata.selectFrom('roles').selectAll().where('domain_id', '=', domainId).execute(),
    await metadata.selectFrom('memberships').selectAll().where('group_id', 'in', ids).execute(),
    await metadata.selectFrom('grants').selectAll().where('group_id', 'in', ids).execute(),
    users,
    groups,
  ]);
}

async function usersOf({ directory }: Iam, domainId: string): Promise<User[]> {
  const users: User[] = [];
  for await (const page of directory.users.pages(domainId)) users.push(...page);
  return users;
}

test('by no sequence of calls does anybody gain what whoever called did not hold, nor reach another account', async () => {
  let done = 0;
  let refused = 0;
  let gained = 0;
  const sequence = fc.array(call, { minLength: 30, maxLength: 60, size: 'max' });
  await fc.assert(
    fc.asyncProperty(sequence, (calls) =>
      inHouse(async (iam, metadata) => {
        const { directory, delegation } = iam;
        const accounts = await directory.accounts.list();
        // Each account begins with its administrator, one who may everything in IAM alone, and others.
        for (const { id } of accounts) {
          const [root] = await usersOf(iam, id);
          const giver = { user: { id: root?.id ?? '', name: 'admin', domain: { id, name: '' } } };
          const helpers = await directory.groups.add(id, { name: 'helpers' });
          const groupId = helpers.id;
          const security = SYSTEM_ROLES.find(({ name }) => name === 'secu_admin')?.id ?? '';
          await delegation.grant(giver, { groupId, roleId: security, scope: 'domain' });
          for (const name of ['helper', 'jane', 'john']) {
            const user = await directory.users.add(id, { name });
            if (name === 'helper') await delegation.addMember(giver, groupId, user.id);
          }
          await directory.roles.add(id, {
            name: 'first',
            policy: { Statement: [{ Effect: 'Allow', Action: ['cts:trace:*'] }] },
          });
        }
        let names = 0;
        for (const { what, anyAccount, ...pick } of calls) {
          const before = await Reference.read(metadata);
          // Those who may do nothing are asked seldom.
          const able = before.users.filter(({ id }) =>
            before.of(id).some((right) => right.startsWith('iam:')),
          );
          const actor = one(pick.actor % 10 === 0 ? before.users : able, pick.actor);
          const held = await directory.roles.holdings(actor.domain, actor.id);
          const own = { id: actor.id, name: '', domain: { id: actor.domain, name: '' } };
          const { enabled } = await directory.users.get(actor.domain, actor.id);
          if (!enabled || !rightsOf(held, undefined).allows(ASKS[what])) continue;
          const meant = accounts.filter(({ id }) => anyAccount || id === actor.domain);
          const every = async <T>(list: (id: string) => Promise<T[]>) =>
            (await Promise.all(meant.map(({ id }) => list(id)))).flat();
          const userId = one(await every((id) => usersOf(iam, id)), pick.user).id;
          const groupId = one(await every((id) => directory.groups.list(id)), pick.group).id;
          // A role that has an effect only beside another one is given when it is granted, not when it takes effect.
          const roles = (await every((id) => directory.roles.list(id))).filter(
            ({ needs }) => needs === undefined,
          );
          const roleId = one(roles, pick.role).id;
          const projects = (await every((id) => directory.projects.list(id))).map(({ id }) => id);
          const scope = one(['domain', 'projects', ...projects], pick.scope);
          const others = accounts.filter(({ id }) => id !== actor.domain);
          const dumps = async () => Promise.all(others.map(({ id }) => dump(metadata, id)));
          const untouched = await dumps();
          const giver = { user: own };
          const { policy } = pick;
          const run = {
            addGroup: () => directory.groups.add(actor.domain, { name: `g${++names}` }),
            changeGroup: () => delegation.changeGroup(giver, groupId, { name: `g${++names}` }),
            removeGroup: () => delegation.removeGroup(giver, groupId),
            addMember: () => delegation.addMember(giver, groupId, userId),
            removeMember: () => delegation.removeMember(giver, groupId, userId),
            addRole: () => directory.roles.add(actor.domain, { name: `r${++names}`, policy }),
            changeRole: () => delegation.changeRole(giver, roleId, { policy }),
            removeRole: () => delegation.removeRole(giver, roleId),
            grant: () => delegation.grant(giver, { groupId, roleId, scope }),
            revoke: () => delegation.revoke(giver, { groupId, roleId, scope }),
            enable: () => delegation.changeUser(giver, userId, { enabled: true }),
            disable: () => delegation.changeUser(giver, userId, { enabled: false }),
            takeOver: async () => {
              if (userId !== actor.id) await directory.users.get(actor.domain, userId);
              return delegation.actingAs(giver, userId, async () => 'acted');
            },
          };
          const attempt: Promise<unknown> = run[what]();
          const outcome = await attempt.then(
            () => 'done',
            (error) => {
              if (!(error instanceof CtsError) || error.status >= 500) throw error;
              return undefined;
            },
          );
          if (outcome === undefined) refused++;
          else done++;
          expect(await dumps()).toEqual(untouched);
          const after = await Reference.read(metadata);
          const mine = new Set(before.of(actor.id));
          for (const { id } of after.users) {
            const had = new Set(before.of(id));
            for (const right of after.of(id).filter((now) => !had.has(now))) {
              gained++;
              expect(mine, `${what} gave ${right}`).toContain(right);
            }
          }
          if (what === 'takeOver' && outcome !== undefined) {
            for (const right of before.of(userId)) expect(mine, `${what} took ${right}`).toContain(right);
          }
          // What the service decides is what the reference says.
          for (const { id, domain } of after.users) {
            if (!(await directory.users.get(domain, id)).enabled) continue;
            const holdings = await directory.roles.holdings(domain, id);
            const decided = OF_ACCOUNT.filter(rightsOf(holdings, undefined).allows).map(
              (action) => `${action} domain`,
            );
            for (const project of await directory.projects.list(domain)) {
              const { allows } = rightsOf(holdings, project.id);
              decided.push(...OF_PROJECT.filter(allows).map((action) => `${action} ${project.id}`));
            }
            expect(decided.sort()).toEqual(after.of(id).sort());
          }
        }
      }),
    ),
    { numRuns: 20, endOnFailure: true },
  );
  expect(Math.min(done, refused, gained)).toBeGreaterThan(20);
}, 180_000);
