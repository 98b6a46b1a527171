import type { Selectable } from 'kysely';
import { ERRORS } from '../../errors.ts';
import type { Database, Metadata } from '../../metadata/index.ts';
import { administered } from '../administrators.ts';
import { endCredentialsOf } from '../epochs.ts';
import { MOST_USERS, USERS_AT_ONCE } from '../limits.ts';
import type { PasswordWork } from '../password-work.ts';
import type { Accounts } from './accounts.ts';
import { columns } from './columns.ts';
import { newId, type Profile, readProfile, type User } from './entities.ts';
import { refuseTaken, withRoom } from './room.ts';

/** Users of accounts. */
export class Users {
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  private readonly passwords: PasswordWork;
  private readonly changed: () => void;
  private readonly accounts: Accounts;

  constructor(
    options: { metadata: Metadata; clock: () => number; passwords: PasswordWork; changed: () => void },
    accounts: Accounts,
  ) {
    this.metadata = options.metadata;
    this.clock = options.clock;
    this.passwords = options.passwords;
    this.changed = options.changed;
    this.accounts = accounts;
  }

  /** In order of their names. */
  async *pages(domainId: string, sought: { name?: string; enabled?: boolean } = {}): AsyncGenerator<User[]> {
    const { name, enabled } = sought;
    yield* pagesByName((after) =>
      this.metadata
        .selectFrom('users')
        .selectAll()
        .where('domain_id', '=', domainId)
        .$if(name !== undefined, (query) => query.where('name', '=', String(name)))
        .$if(enabled !== undefined, (query) => query.where('enabled', enabled ? '=' : '!=', 1))
        .$if(after !== undefined, (query) => query.where('name', '>', String(after)))
        .orderBy('name')
        .limit(USERS_AT_ONCE)
        .execute(),
    );
  }

  /** @throws CtsError 404 */
  async get(domainId: string, id: string): Promise<User> {
    const row = await this.metadata
      .selectFrom('users')
      .selectAll()
      .where('domain_id', '=', domainId)
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw ERRORS.iamNotFound('user', id);
    return toUser(row);
  }

  /** @param user.password absent: it can sign in only by other means */
  async add(
    domainId: string,
    user: { name: string; password?: string; description?: string; enabled?: boolean; profile?: Profile },
  ): Promise<User> {
    await this.accounts.get(domainId);
    await refuseTaken(this.metadata, 'users', 'user', [
      ['domain_id', domainId],
      ['name', user.name],
    ]);
    const id = newId();
    const { name, description = '', enabled = true, profile = {} } = user;
    const password_hash =
      user.password === undefined ? '' : await this.passwords.hash(domainId, user.password);
    const row = {
      id,
      domain_id: domainId,
      name,
      description,
      password_hash,
      enabled: enabled ? 1 : 0,
      profile: JSON.stringify(profile),
      created_at: this.clock(),
    };
    await withRoom(this.metadata, 'users', MOST_USERS, domainId, (transaction) =>
      transaction.insertInto('users').values(row).execute(),
    );
    return this.get(domainId, id);
  }

  /**
   * @param epoch at which alone it is changed: credentials must not have ended since
   * @throws CtsError 401 when they have
   */
  async change(
    domainId: string,
    id: string,
    change: {
      name?: string;
      description?: string;
      enabled?: boolean;
      password?: string;
      profile?: Profile;
    },
    epoch?: string,
  ): Promise<User> {
    const user = await this.get(domainId, id);
    if (change.name !== undefined && change.name !== user.name) {
      await refuseTaken(this.metadata, 'users', 'user', [
        ['domain_id', domainId],
        ['name', change.name],
      ]);
    }
    const { password } = change;
    const password_hash = password === undefined ? undefined : await this.passwords.hash(domainId, password);
    const profile = change.profile && JSON.stringify({ ...user.profile, ...change.profile });
    const values = columns({ ...change, password_hash, profile }, [
      'name',
      'description',
      'password_hash',
      'profile',
    ]);
    if (values) {
      const touched = change.enabled === false ? { user: id } : undefined;
      await administered(this.metadata, domainId, touched, async (transaction) => {
        let update = transaction.updateTable('users').set(values).where('id', '=', id);
        if (epoch !== undefined) update = update.where('epoch', '=', epoch);
        const { numUpdatedRows } = await update.executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) {
          throw epoch === undefined ? ERRORS.iamNotFound('user', id) : ERRORS.wrongPassword();
        }
        if (password !== undefined || change.enabled === false) await endCredentialsOf(transaction, [id]);
      });
    }
    this.changed();
    return this.get(domainId, id);
  }

  async remove(domainId: string, id: string): Promise<User> {
    const user = await this.get(domainId, id);
    await administered(this.metadata, domainId, { user: id }, (transaction) =>
      transaction.deleteFrom('users').where('id', '=', id).execute(),
    );
    this.changed();
    return user;
  }
}

/** @param read gives the next USERS_AT_ONCE after a name at the most */
export async function* pagesByName(
  read: (after: string | undefined) => Promise<Selectable<Database['users']>[]>,
): AsyncGenerator<User[]> {
  for (let after: string | undefined; ; ) {
    const rows = await read(after);
    yield rows.map(toUser);
    if (rows.length < USERS_AT_ONCE) return;
    after = rows.at(-1)?.name;
  }
}

export function toUser(
  row: Pick<
    Selectable<Database['users']>,
    'id' | 'name' | 'domain_id' | 'description' | 'enabled' | 'profile' | 'created_at'
  >,
): User {
  const { id, name, description } = row;
  return {
    id,
    name,
    domainId: row.domain_id,
    description,
    enabled: row.enabled === 1,
    profile: readProfile(row.profile).value ?? {},
    createdAt: row.created_at,
  };
}
