import { ERRORS } from '../../errors.ts';
import type { Metadata } from '../../metadata/index.ts';
import { endCredentialsFor } from '../epochs.ts';
import type { PasswordWork } from '../password-work.ts';
import { SYSTEM_ROLES } from '../roles.ts';
import { columns } from './columns.ts';
import { ACCOUNT_SCOPE, type Account, ALL_PROJECTS_SCOPE, newId } from './entities.ts';
import { refuseTaken } from './room.ts';

/** Roles whose holders administer an account. */
const ADMINISTRATOR_ROLES = ['secu_admin', 'te_admin'];

export interface NewAccount {
  name: string;
  description?: string;
  /** Its first administrator. */
  admin: { name: string; password: string };
  /** Whether its administrators operate the installation: never true for an account that somebody asks for. */
  operator?: boolean;
}

/** Accounts: each with a project in every region, and its first administrator. */
export class Accounts {
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  private readonly regions: readonly string[];
  private readonly passwords: PasswordWork;
  private readonly changed: () => void;

  constructor(options: {
    metadata: Metadata;
    clock: () => number;
    regions: readonly string[];
    passwords: PasswordWork;
    changed: () => void;
  }) {
    this.metadata = options.metadata;
    this.clock = options.clock;
    this.regions = options.regions;
    this.passwords = options.passwords;
    this.changed = options.changed;
  }

  async list(): Promise<Account[]> {
    const rows = await this.metadata.selectFrom('domains').selectAll().orderBy('name').execute();
    return rows.map(toAccount);
  }

  /** @throws CtsError 404 */
  async get(id: string): Promise<Account> {
    return toAccount(await this.row(id));
  }

  /** @throws CtsError 409 when the name is taken */
  async add({ name, description = '', admin, operator = false }: NewAccount): Promise<Account> {
    await refuseTaken(this.metadata, 'domains', 'account', [['name', name]]);
    const created_at = this.clock();
    const domain_id = newId();
    const password_hash = await this.passwords.hash('accounts', admin.password);
    const user_id = newId();
    const group_id = newId();
    const roles = [...ADMINISTRATOR_ROLES, ...(operator ? ['operator'] : [])];
    await this.metadata.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('domains')
        .values({ id: domain_id, name, description, operator: operator ? 1 : 0, created_at })
        .execute();
      for (const region of this.regions) {
        const project = { id: newId(), domain_id, name: region, region, created_at };
        await transaction.insertInto('projects').values(project).execute();
      }
      await transaction
        .insertInto('users')
        .values({ id: user_id, domain_id, name: admin.name, password_hash, created_at })
        .execute();
      const group = { id: group_id, domain_id, name: 'admin', description: 'Administrators', created_at };
      await transaction.insertInto('groups').values(group).execute();
      await transaction.insertInto('memberships').values({ group_id, user_id }).execute();
      const grants = SYSTEM_ROLES.filter((role) => roles.includes(role.name)).flatMap(({ id }) =>
        [ACCOUNT_SCOPE, ALL_PROJECTS_SCOPE].map((scope) => ({ group_id, role_id: id, scope })),
      );
      await transaction.insertInto('grants').values(grants).execute();
    });
    return this.get(domain_id);
  }

  async change(id: string, change: { description?: string; enabled?: boolean }): Promise<Account> {
    await this.row(id);
    const values = columns(change, ['description']);
    if (values) {
      await this.metadata.transaction().execute(async (transaction) => {
        await transaction.updateTable('domains').set(values).where('id', '=', id).execute();
        if (change.enabled === false) await endCredentialsFor(transaction, 'domains', id);
      });
    }
    this.changed();
    return this.get(id);
  }

  private async row(id: string) {
    const row = await this.metadata.selectFrom('domains').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw ERRORS.iamNotFound('account', id);
    return row;
  }
}

function toAccount(row: { id: string; name: string; description: string; enabled: number }): Account {
  const { id, name, description } = row;
  return { id, name, description, enabled: row.enabled === 1 };
}
