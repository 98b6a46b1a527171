import { sql, type Transaction } from 'kysely';
import { type CtsError, ERRORS } from '../errors.ts';
import type { Database, Metadata } from '../metadata/index.ts';
import { ACCOUNT_SCOPE, ALL_PROJECTS_SCOPE } from './directory/entities.ts';
import { holdsRole } from './epochs.ts';
import { POLICIES_AT_ONCE } from './limits.ts';
import { Permissions, readPolicy } from './policy.ts';
import { type Role, SYSTEM_ROLES } from './roles.ts';

const systemRole = (name: string) => SYSTEM_ROLES.find((role) => role.name === name) as Role;
/** Roles that nobody could give any more when their last holder has lost them: nobody gives more than they hold. */
const HANDED_ON = [systemRole('te_admin'), systemRole('operator')];

/** Groups that hold one of some roles somewhere: those given, or those of the account that deny something (of IAM). */
interface Holding {
  roles: readonly string[] | keyof Denying;
  scope: 'account' | 'projects' | 'all projects';
}

/** What somebody of an account must keep. */
interface Right {
  /** Whoever has it is enabled, in a group of each of these, and in none of those. */
  by: readonly Holding[];
  without: readonly Holding[];
  refusal: () => CtsError;
}

const SECURITY: Holding = { roles: [systemRole('secu_admin').id], scope: 'account' };
const NOT_ABLE: Holding = { roles: 'ofIam', scope: 'account' };
const HINDERED: Holding = { roles: 'all', scope: 'projects' };

const RIGHTS: readonly Right[] = [
  // Administers the account: nothing of IAM is denied to it there.
  { by: [SECURITY], without: [NOT_ABLE], refusal: ERRORS.lastAdministrator },
  // Nothing is denied to it in projects either: only it can lift every denial.
  { by: [SECURITY], without: [NOT_ABLE, HINDERED], refusal: ERRORS.lastAdministrator },
  ...HANDED_ON.flatMap((role): Right[] => {
    const inAccount: Holding = { roles: [role.id], scope: 'account' };
    const inProjects: Holding = { roles: [role.id], scope: 'all projects' };
    const refusal = () => ERRORS.lastHolder(role.displayName);
    return [
      // Gives the role.
      { by: [SECURITY, inAccount, inProjects], without: [NOT_ABLE], refusal },
      // Holds it, whether it can give it or not.
      { by: [inProjects], without: [], refusal },
    ];
  }),
];

/** Those whose rights a change can take: a user, the members of a group, or the holders of a role. */
export type Touched = { user: string } | { group: string } | { role: string };

/**
 * Does what may take rights away, a denial that is given among it, unless it takes them from the last who could
 * give them back.
 * @param touched undefined: it takes no rights
 * @throws CtsError 409
 */
export function administered<Result>(
  metadata: Metadata,
  domainId: string,
  touched: Touched | undefined,
  work: (transaction: Transaction<Database>) => Promise<Result>,
): Promise<Result> {
  return metadata.transaction().execute(async (transaction) => {
    const lost = touched && (await watchAdministrators(transaction, domainId, touched));
    const result = await work(transaction);
    const refusal = await lost?.();
    if (refusal) throw refusal;
    return result;
  });
}

/**
 * Others keep what they have: a right is gone when somebody touched had it, and neither any of them has it now nor
 * anybody else. So little is looked at: nobody else, unless somebody touched has lost something, and then once.
 * @returns tells what the account had when this was called, and has no more
 */
export async function watchAdministrators(
  transaction: Transaction<Database>,
  domainId: string,
  touched: Touched,
): Promise<() => Promise<CtsError | undefined>> {
  const ids = await idsOf(transaction, domainId, touched);
  const readDenying = () => once(() => denyingRoles(transaction, domainId));
  const denying = readDenying();
  const before = groupsOf(transaction, domainId, denying);
  const after = () => groupsOf(transaction, domainId, 'role' in touched ? readDenying() : denying);
  const had: Right[] = [];
  for (const right of RIGHTS) {
    if (await isHeld(transaction, domainId, right, before, ids, true)) had.push(right);
  }
  const othersHave = new Map<Right, boolean>();
  return async () => {
    // What becomes of a user changes nothing of what groups hold.
    const now = 'user' in touched ? before : after();
    for (const right of had) {
      if (await isHeld(transaction, domainId, right, now, ids, true)) continue;
      const others = othersHave.get(right) ?? (await isHeld(transaction, domainId, right, now, ids, false));
      othersHave.set(right, others);
      if (!others) return right.refusal();
    }
    return undefined;
  };
}

/** As JSON. */
async function idsOf(
  transaction: Transaction<Database>,
  domainId: string,
  touched: Touched,
): Promise<string> {
  if ('user' in touched) return JSON.stringify([touched.user]);
  const rows = await ('group' in touched
    ? transaction
        .selectFrom('memberships')
        .select('user_id as id')
        .where('group_id', '=', touched.group)
        .execute()
    : transaction
        .selectFrom('users')
        .select('id')
        .where('domain_id', '=', domainId)
        .where(holdsRole(touched.role))
        .execute());
  return JSON.stringify(rows.map(({ id }) => id));
}

/** Ids of groups, as JSON. */
type GroupsOf = (holding: Holding) => Promise<string>;

/** Groups of an account as they are when they are asked for, each kind once. */
function groupsOf(
  transaction: Transaction<Database>,
  domainId: string,
  denying: () => Promise<Denying>,
): GroupsOf {
  const known = new Map<Holding, string>();
  return async (holding) => {
    let found = known.get(holding);
    if (found === undefined) {
      const { roles, scope } = holding;
      const ids = typeof roles === 'string' ? (await denying())[roles] : roles;
      found = await groupsWith(transaction, domainId, ids, scope);
      known.set(holding, found);
    }
    return found;
  };
}

async function groupsWith(
  transaction: Transaction<Database>,
  domainId: string,
  roles: readonly string[],
  scope: Holding['scope'],
): Promise<string> {
  if (roles.length === 0) return NONE;
  const rows = await transaction
    .selectFrom('groups')
    .select('id')
    .where('domain_id', '=', domainId)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('grants')
          .select('scope')
          .whereRef('grants.group_id', '=', 'groups.id')
          .where(sql<boolean>`role_id IN (SELECT value FROM json_each(${JSON.stringify(roles)}))`)
          .where(
            'grants.scope',
            scope === 'projects' ? '!=' : '=',
            scope === 'all projects' ? ALL_PROJECTS_SCOPE : ACCOUNT_SCOPE,
          ),
      ),
    )
    .execute();
  return JSON.stringify(rows.map(({ id }) => id));
}

const NONE = '[]';

/** Whether one of some users has a right, or one of all others. @param ids of the users, as JSON */
async function isHeld(
  transaction: Transaction<Database>,
  domainId: string,
  { by, without }: Right,
  groups: GroupsOf,
  ids: string,
  within: boolean,
): Promise<boolean> {
  const holders: string[] = [];
  for (const holding of by) {
    const found = await groups(holding);
    if (found === NONE) return false;
    holders.push(found);
  }
  const isAny = async (denied: readonly string[]) => {
    // "+" keeps each search to the few rows of one user.
    const isIn = (list: string) =>
      sql<boolean>`EXISTS (SELECT 1 FROM memberships
        WHERE user_id = users.id AND +group_id IN (SELECT value FROM json_each(${list})))`;
    const listed = sql`(SELECT value FROM json_each(${ids}))`;
    const { rows } = await sql`SELECT 1 FROM users
      WHERE ${within ? sql`id IN ${listed} AND +domain_id` : sql`+id NOT IN ${listed} AND domain_id`} = ${domainId}
        AND enabled = 1
        AND ${sql.join(holders.map(isIn), sql` AND `)}
        ${sql.join(
          denied.map((list) => sql`AND NOT ${isIn(list)}`),
          sql` `,
        )}
      LIMIT 1`.execute(transaction);
    return rows.length > 0;
  };
  // Most changes touch nobody to whom it would matter what is denied.
  if (!(await isAny([]))) return false;
  const denied: string[] = [];
  for (const holding of without) denied.push(await groups(holding));
  return denied.every((list) => list === NONE) || isAny(denied);
}

/** Roles of an account that deny something, and those that deny something of IAM. */
interface Denying {
  all: string[];
  ofIam: string[];
}

async function denyingRoles(transaction: Transaction<Database>, domainId: string): Promise<Denying> {
  const denying: Denying = { all: [], ofIam: [] };
  for (let after: string | undefined; ; ) {
    const from = after;
    const rows = await transaction
      .selectFrom('roles')
      .select(['id', 'name', 'policy'])
      .where('domain_id', '=', domainId)
      .$if(from !== undefined, (query) => query.where('name', '>', String(from)))
      .orderBy('name')
      .limit(POLICIES_AT_ONCE)
      .execute();
    for (const { id, policy } of rows) {
      const permissions = new Permissions([readPolicy(policy).policy]);
      if (permissions.denied.length > 0) denying.all.push(id);
      if (permissions.byService(['iam']).denied.length > 0) denying.ofIam.push(id);
    }
    const last = rows.at(-1);
    if (rows.length < POLICIES_AT_ONCE || !last) return denying;
    after = last.name;
  }
}

function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => {
    value ??= read();
    return value;
  };
}
