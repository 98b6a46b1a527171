import type { Transaction } from 'kysely';
import { ERRORS } from '../errors.ts';
import type { Database, Metadata } from '../metadata/index.ts';
import { ACCOUNT_SCOPE } from './directory.ts';
import { Permissions, readPolicy } from './policy.ts';
import { SYSTEM_ROLES } from './roles.ts';

/** How many enabled users of an account hold Security Administrator in it. */
interface Administrators {
  /** Those to whom nothing of IAM is denied in the account. */
  able: number;
  /** Those of them to whom nothing is denied in projects either: only they can lift every denial. */
  free: number;
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
    if (await lost()) throw ERRORS.lastAdministrator();
    return result;
  });
}

/** @returns tells whether the account had administrators when this was called, and has none any more */
export async function watchAdministrators(
  transaction: Transaction<Database>,
  domainId: string,
): Promise<() => Promise<boolean>> {
  const before = await administratorsOf(transaction, domainId);
  return async () => {
    const now = await administratorsOf(transaction, domainId);
    return (before.able > 0 && now.able === 0) || (before.free > 0 && now.free === 0);
  };
}

async function administratorsOf(
  transaction: Transaction<Database>,
  domainId: string,
): Promise<Administrators> {
  const granted = await transaction
    .selectFrom('roles')
    .innerJoin('grants', 'grants.role_id', 'roles.id')
    .select(['roles.id', 'roles.policy'])
    .distinct()
    .where('roles.domain_id', '=', domainId)
    .execute();
  const denying = (services?: readonly string[]) =>
    granted
      .filter(({ policy }) => {
        const permissions = new Permissions([readPolicy(policy).policy]);
        return (services ? permissions.byService(services) : permissions).denied.length > 0;
      })
      .map(({ id }) => id);
  const holders = transaction
    .selectFrom('memberships')
    .innerJoin('grants', 'grants.group_id', 'memberships.group_id')
    .select('memberships.user_id');
  const inAccount = holders.where('grants.scope', '=', ACCOUNT_SCOPE);
  const inProjects = holders.where('grants.scope', '!=', ACCOUNT_SCOPE);
  const role = SYSTEM_ROLES.find(({ name }) => name === 'secu_admin')?.id ?? '';
  const able = await transaction
    .selectFrom('users')
    .select(({ eb }) => eb('id', 'in', inProjects.where('grants.role_id', 'in', denying())).as('hindered'))
    .where('domain_id', '=', domainId)
    .where('enabled', '=', 1)
    .where('id', 'in', inAccount.where('grants.role_id', '=', role))
    .where('id', 'not in', inAccount.where('grants.role_id', 'in', denying(['iam'])))
    .execute();
  return { able: able.length, free: able.filter(({ hindered }) => !hindered).length };
}
