import type { Transaction } from 'kysely';
import { type CtsError, ERRORS } from '../errors.ts';
import type { Database, Metadata } from '../metadata/index.ts';
import { ACCOUNT_SCOPE, ALL_PROJECTS_SCOPE } from './directory/entities.ts';
import { Permissions, readPolicy } from './policy.ts';
import { type Role, SYSTEM_ROLES } from './roles.ts';

const systemRole = (name: string) => SYSTEM_ROLES.find((role) => role.name === name) as Role;
const SECURITY = systemRole('secu_admin');
/** Roles that nobody could give any more when their last holder has lost them: nobody gives more than they hold. */
const HANDED_ON = [systemRole('te_admin'), systemRole('operator')];

/** How many enabled users of an account hold Security Administrator in it, and what they can give. */
interface Administrators {
  /** Those to whom nothing of IAM is denied in the account. */
  able: number;
  /** Those of them to whom nothing is denied in projects either: only they can lift every denial. */
  free: number;
  /** Of each role that is handed on. */
  roles: {
    role: Role;
    /** Those of the able who hold it in the account and in all projects. */
    givers: number;
    /** Enabled users who hold it in all projects, whether they can give it or not. */
    holders: number;
  }[];
}

/**
 * Does what may take rights away, a denial that is given among it, unless it takes them from the last who could
 * give them back.
 * @throws CtsError 409
 */
export function administered<Result>(
  metadata: Metadata,
  domainId: string,
  work: (transaction: Transaction<Database>) => Promise<Result>,
): Promise<Result> {
  return metadata.transaction().execute(async (transaction) => {
    const lost = await watchAdministrators(transaction, domainId);
    const result = await work(transaction);
    const refusal = await lost();
    if (refusal) throw refusal;
    return result;
  });
}

/** @returns tells what the account had when this was called, and has no more: administrators, holders of a role */
export async function watchAdministrators(
  transaction: Transaction<Database>,
  domainId: string,
): Promise<() => Promise<CtsError | undefined>> {
  const before = await administratorsOf(transaction, domainId);
  const gone = (had: number, has: number) => had > 0 && has === 0;
  return async () => {
    const now = await administratorsOf(transaction, domainId);
    if (gone(before.able, now.able) || gone(before.free, now.free)) return ERRORS.lastAdministrator();
    const lost = before.roles.find(({ givers, holders }, index) => {
      const has = now.roles[index];
      return has && (gone(givers, has.givers) || gone(holders, has.holders));
    });
    return lost && ERRORS.lastHolder(lost.role.displayName);
  };
}

async function administratorsOf(
  transaction: Transaction<Database>,
  domainId: string,
): Promise<Administrators> {
  const denying = await denyingRoles(transaction, domainId);
  const holders = async (scope: 'account' | 'projects' | 'all projects', roles: readonly string[]) => {
    const rows = await transaction
      .selectFrom('users')
      .innerJoin('memberships', 'memberships.user_id', 'users.id')
      .innerJoin('grants', 'grants.group_id', 'memberships.group_id')
      .select('users.id')
      .distinct()
      .where('users.domain_id', '=', domainId)
      .where('users.enabled', '=', 1)
      .where('grants.role_id', 'in', roles)
      .where(
        'grants.scope',
        scope === 'projects' ? '!=' : '=',
        scope === 'all projects' ? ALL_PROJECTS_SCOPE : ACCOUNT_SCOPE,
      )
      .execute();
    return new Set(rows.map(({ id }) => id));
  };
  const disabled = await holders('account', denying.ofIam);
  const hindered = await holders('projects', denying.all);
  const able = [...(await holders('account', [SECURITY.id]))].filter((id) => !disabled.has(id));
  const free = able.filter((id) => !hindered.has(id));
  const roles: Administrators['roles'] = [];
  for (const role of HANDED_ON) {
    const inAccount = await holders('account', [role.id]);
    const inProjects = await holders('all projects', [role.id]);
    const givers = able.filter((id) => inAccount.has(id) && inProjects.has(id));
    roles.push({ role, givers: givers.length, holders: inProjects.size });
  }
  return { able: able.length, free: free.length, roles };
}

/** Granted roles of an account that deny something, and those that deny something of IAM. */
async function denyingRoles(transaction: Transaction<Database>, domainId: string) {
  const granted = await transaction
    .selectFrom('roles')
    .innerJoin('grants', 'grants.role_id', 'roles.id')
    .select(['roles.id', 'roles.policy'])
    .distinct()
    .where('roles.domain_id', '=', domainId)
    .execute();
  const policies = granted.map(({ id, policy }) => ({
    id,
    permissions: new Permissions([readPolicy(policy).policy]),
  }));
  const denying = (of: (permissions: Permissions) => Pick<Permissions, 'denied'>) =>
    policies.filter(({ permissions }) => of(permissions).denied.length > 0).map(({ id }) => id);
  return {
    all: denying((permissions) => permissions),
    ofIam: denying((permissions) => permissions.byService(['iam'])),
  };
}
