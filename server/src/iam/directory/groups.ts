import { ERRORS } from '../../errors.ts';
import type { Metadata } from '../../metadata/index.ts';
import { administered } from '../administrators.ts';
import { endCredentialsOf, endCredentialsOfMembers } from '../epochs.ts';
import { MOST_GROUPS, MOST_MEMBERSHIPS, USERS_AT_ONCE } from '../limits.ts';
import { columns } from './columns.ts';
import { type Group, newId, type User } from './entities.ts';
import { refuseTaken, withRoom } from './room.ts';
import { pagesByName, type Users } from './users.ts';

/** Groups of accounts, and who is in them. */
export class Groups {
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  private readonly changed: () => void;
  private readonly users: Users;

  constructor(options: { metadata: Metadata; clock: () => number; changed: () => void }, users: Users) {
    this.metadata = options.metadata;
    this.clock = options.clock;
    this.changed = options.changed;
    this.users = users;
  }

  async list(domainId: string, name?: string): Promise<Group[]> {
    let query = this.metadata.selectFrom('groups').selectAll().where('domain_id', '=', domainId);
    if (name !== undefined) query = query.where('name', '=', name);
    return (await query.orderBy('name').execute()).map(toGroup);
  }

  /** @throws CtsError 404 */
  async get(domainId: string, id: string): Promise<Group> {
    const row = await this.metadata
      .selectFrom('groups')
      .selectAll()
      .where('domain_id', '=', domainId)
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw ERRORS.iamNotFound('group', id);
    return toGroup(row);
  }

  async add(domainId: string, group: { name: string; description?: string }): Promise<Group> {
    const { name, description = '' } = group;
    await refuseTaken(this.metadata, 'groups', 'group', [
      ['domain_id', domainId],
      ['name', name],
    ]);
    const id = newId();
    const row = { id, domain_id: domainId, name, description, created_at: this.clock() };
    await withRoom(this.metadata, 'groups', MOST_GROUPS, domainId, (transaction) =>
      transaction.insertInto('groups').values(row).execute(),
    );
    return this.get(domainId, id);
  }

  async change(
    domainId: string,
    id: string,
    change: { name?: string; description?: string },
  ): Promise<Group> {
    const group = await this.get(domainId, id);
    if (change.name !== undefined && change.name !== group.name) {
      await refuseTaken(this.metadata, 'groups', 'group', [
        ['domain_id', domainId],
        ['name', change.name],
      ]);
    }
    const values = columns(change, ['name', 'description']);
    if (values) await this.metadata.updateTable('groups').set(values).where('id', '=', id).execute();
    return this.get(domainId, id);
  }

  async remove(domainId: string, id: string): Promise<Group> {
    const group = await this.get(domainId, id);
    await administered(this.metadata, domainId, { group: id }, async (transaction) => {
      await endCredentialsOfMembers(transaction, id);
      await transaction.deleteFrom('groups').where('id', '=', id).execute();
    });
    this.changed();
    return group;
  }

  /** Members of a group, in order of their names. */
  async *members(groupId: string): AsyncGenerator<User[]> {
    yield* pagesByName((after) =>
      this.metadata
        .selectFrom('users')
        .innerJoin('memberships', 'memberships.user_id', 'users.id')
        .selectAll('users')
        .where('memberships.group_id', '=', groupId)
        .$if(after !== undefined, (query) => query.where('users.name', '>', String(after)))
        .orderBy('users.name')
        .limit(USERS_AT_ONCE)
        .execute(),
    );
  }

  /** @throws CtsError 404 when there is no such group, or the user is not in it */
  async checkMember(domainId: string, groupId: string, userId: string): Promise<void> {
    await this.get(domainId, groupId);
    const row = await this.metadata
      .selectFrom('memberships')
      .select('user_id')
      .where('group_id', '=', groupId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    if (!row) throw ERRORS.iamNotFound('member of the group', userId);
  }

  async of(domainId: string, userId: string): Promise<Group[]> {
    await this.users.get(domainId, userId);
    const rows = await this.metadata
      .selectFrom('groups')
      .innerJoin('memberships', 'memberships.group_id', 'groups.id')
      .selectAll('groups')
      .where('memberships.user_id', '=', userId)
      .orderBy('groups.name')
      .execute();
    return rows.map(toGroup);
  }

  /** @throws CtsError 409 when what the group is denied would leave nobody to administer the account */
  async addMember(domainId: string, groupId: string, userId: string): Promise<void> {
    await this.get(domainId, groupId);
    await this.users.get(domainId, userId);
    await administered(this.metadata, domainId, { user: userId }, async (transaction) => {
      const { others } = await transaction
        .selectFrom('memberships')
        .select(({ fn }) => fn.countAll<number>().as('others'))
        .where('user_id', '=', userId)
        .where('group_id', '!=', groupId)
        .executeTakeFirstOrThrow();
      if (others >= MOST_MEMBERSHIPS) {
        throw ERRORS.iamFull(`a user is in at most ${MOST_MEMBERSHIPS} groups`);
      }
      await transaction
        .insertInto('memberships')
        .values({ group_id: groupId, user_id: userId })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
    this.changed();
  }

  /** @throws CtsError 404 when the user is not in the group */
  async removeMember(domainId: string, groupId: string, userId: string): Promise<void> {
    await this.get(domainId, groupId);
    const touched = { user: userId };
    const { numDeletedRows } = await administered(this.metadata, domainId, touched, async (transaction) => {
      const deleted = await transaction
        .deleteFrom('memberships')
        .where('group_id', '=', groupId)
        .where('user_id', '=', userId)
        .executeTakeFirstOrThrow();
      if (deleted.numDeletedRows > 0n) await endCredentialsOf(transaction, [userId]);
      return deleted;
    });
    if (numDeletedRows === 0n) throw ERRORS.iamNotFound('member of the group', userId);
    this.changed();
  }
}

function toGroup(row: {
  id: string;
  name: string;
  domain_id: string;
  description: string;
  created_at: number;
}): Group {
  const { id, name, description } = row;
  return { id, name, domainId: row.domain_id, description, createdAt: row.created_at };
}
