import type { Transaction } from 'kysely';
import type { Database } from '../metadata/index.ts';
import { watchAdministrators } from './administrators.ts';
import type { Group } from './directory.ts';

export interface TakenOver {
  /** What the user is in now. */
  groups: Group[];
  /** Groups in which it is not, or still is, since nobody could administer the account otherwise. */
  withheld: Group[];
  /** It has lost a membership. */
  left: boolean;
}

/**
 * Puts a user into the groups that an outside provider told, and no others. What would take the rights to
 * administer the account from the last who has them stays as it is.
 * @param all groups of the account
 */
export async function takeOver(
  transaction: Transaction<Database>,
  user: { id: string; domainId: string },
  all: readonly Group[],
  told: readonly Group[],
): Promise<TakenOver> {
  const memberships = await transaction
    .selectFrom('memberships')
    .select('group_id')
    .where('user_id', '=', user.id)
    .execute();
  const isIn = new Set(memberships.map(({ group_id }) => group_id));
  const joins = told.filter(({ id }) => !isIn.has(id));
  const leaves = all.filter((group) => isIn.has(group.id) && !told.includes(group));
  const withheld: Group[] = [];
  const lost = await watchAdministrators(transaction, user.domainId);
  const join = (group_id: string) =>
    transaction.insertInto('memberships').values({ group_id, user_id: user.id }).execute();
  const leave = (group_id: string) =>
    transaction
      .deleteFrom('memberships')
      .where('user_id', '=', user.id)
      .where('group_id', '=', group_id)
      .execute();
  // Joined first: a group that makes the user an administrator may take the place of another.
  for (const [changes, make, undo] of [
    [joins, join, leave],
    [leaves, leave, join],
  ] as const) {
    for (const group of changes) {
      await make(group.id);
      if (!(await lost())) continue;
      await undo(group.id);
      withheld.push(group);
    }
  }
  const groups = all.filter((group) => told.includes(group) !== withheld.includes(group));
  return { groups, withheld, left: leaves.some((group) => !withheld.includes(group)) };
}
