import { ERRORS } from '../../errors.ts';
import type { Metadata } from '../../metadata/index.ts';
import { endCredentialsOf } from '../epochs.ts';
import { MOST_MEMBERSHIPS, MOST_USERS } from '../limits.ts';
import { takeOver, type Withheld } from '../outside-groups.ts';
import { skeletonOf } from '../outside-names.ts';
import { type Group, newId, type User } from './entities.ts';
import type { Groups } from './groups.ts';
import { refuseFull } from './room.ts';
import type { Users } from './users.ts';

/** Users whom an outside provider tells of. */
export class OutsideUsers {
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  private readonly changed: () => void;
  private readonly users: Users;
  private readonly groups: Groups;

  constructor(
    options: { metadata: Metadata; clock: () => number; changed: () => void },
    users: Users,
    groups: Groups,
  ) {
    this.metadata = options.metadata;
    this.clock = options.clock;
    this.changed = options.changed;
    this.users = users;
    this.groups = groups;
  }

  /**
   * A person whom an outside provider has told, made when it comes for the first time. Its groups are those
   * told that the account has; what it loses of them ends what was issued to it before.
   * @returns the groups that it is in now, and those whose membership was left as it was (`takeOver`)
   * @throws CtsError 403 when the name is that of somebody else or looks like it, or the user is disabled
   */
  async admit(
    domainId: string,
    outside: { externalId: string; name: string; groups: readonly string[] },
  ): Promise<{ user: User; groups: Group[]; withheld: Withheld[] }> {
    const { externalId, name } = outside;
    const all = await this.groups.list(domainId);
    const told = all.filter((group) => outside.groups.includes(group.name)).slice(0, MOST_MEMBERSHIPS);
    const { userId, groups, withheld } = await this.metadata.transaction().execute(async (transaction) => {
      const users = await transaction
        .selectFrom('users')
        .select(['id', 'name', 'external_id', 'enabled'])
        .where('domain_id', '=', domainId)
        .execute();
      const same = users.find(({ external_id }) => external_id === externalId);
      // Whoever has its name already keeps it, whatever others were called later.
      if (same?.name !== name) {
        const looks = skeletonOf(name);
        if (users.some((user) => user !== same && skeletonOf(user.name) === looks)) {
          throw ERRORS.nameTaken(name);
        }
      }
      if (same && same.enabled !== 1) throw ERRORS.iamForbidden(`the user ${name} is disabled`);
      const id = same?.id ?? newId();
      const values = { name, external_id: externalId };
      if (same) {
        await transaction.updateTable('users').set(values).where('id', '=', id).execute();
      } else {
        await refuseFull(transaction, 'users', MOST_USERS, domainId);
        await transaction
          .insertInto('users')
          .values({ id, domain_id: domainId, password_hash: '', created_at: this.clock(), ...values })
          .execute();
      }
      const { left, ...taken } = await takeOver(transaction, { id, domainId }, all, told);
      if (left) await endCredentialsOf(transaction, [id]);
      return { userId: id, ...taken };
    });
    this.changed();
    return { user: await this.users.get(domainId, userId), groups, withheld };
  }
}
