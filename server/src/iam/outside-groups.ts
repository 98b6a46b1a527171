import type { Transaction } from 'kysely';
import type { Database } from '../metadata/index.ts';
import { watchAdministrators } from './administrators.ts';
import type { Group } from './directory/entities.ts';
import { MOST_MEMBERSHIPS } from './limits.ts';

export interface TakenOver {
  /** What the user is in now. */
  groups: Group[];
  /** Groups in which it is not, or still is, against what was told. */
  withheld: Withheld[];
  /** It has lost a membership. */
  left: boolean;
}

/** last: nobody could administer the account otherwise; full: the user is in as many groups as it may. */
export interface Withheld {
  group: Group;
  why: 'last' | 'full';
}

interface Change {
  group: Group;
  joins: boolean;
}

/**
 * Puts a user into the groups that an outside provider told, and no others. What would take the rights to
 * administer the account from the last who has them stays as it is, and counts among the groups that a user may
 * be in.
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
  const lost = await watchAdministrators(transaction, user.domainId, { user: user.id });
  const put = async ({ group: { id } }: Change, joins: boolean) => {
    if (joins)
      await transaction.insertInto('memberships').values({ group_id: id, user_id: user.id }).execute();
    else {
      await transaction
        .deleteFrom('memberships')
        .where('user_id', '=', user.id)
        .where('group_id', '=', id)
        .execute();
    }
    if (joins) isIn.add(id);
    else isIn.delete(id);
  };
  const attempt = async (change: Change): Promise<Withheld['why'] | undefined> => {
    if (change.joins && isIn.size >= MOST_MEMBERSHIPS) return 'full';
    await put(change, change.joins);
    if (!(await lost())) return undefined;
    await put(change, !change.joins);
    return 'last';
  };
  // Left first, which makes room.
  const changes: Change[] = [
    ...all
      .filter(({ id }) => isIn.has(id))
      .filter((group) => !told.includes(group))
      .map(leaving),
    ...told.filter(({ id }) => !isIn.has(id)).map(joining),
  ];
  let withheld: Withheld[] = [];
  // Twice: a group that makes the user an administrator may take the place of another, which makes room again.
  let open = changes;
  for (let round = 0; round < 2; round++) {
    withheld = [];
    for (const change of open) {
      const why = await attempt(change);
      if (why) withheld.push({ group: change.group, why });
    }
    const left = withheld.map(({ group }) => group);
    open = open.filter(({ group }) => left.includes(group));
  }
  return {
    groups: all.filter(({ id }) => isIn.has(id)),
    withheld,
    left: changes.some((change) => !change.joins && !open.includes(change)),
  };
}

const leaving = (group: Group): Change => ({ group, joins: false });
const joining = (group: Group): Change => ({ group, joins: true });
