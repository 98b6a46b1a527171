import { randomBytes } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Logger } from 'pino';
import { ERRORS } from '../errors.ts';
import type { Database, Metadata } from '../metadata/index.ts';
import { administered } from './administrators.ts';
import {
  endCredentialsFor,
  endCredentialsOf,
  endCredentialsOfHolders,
  endCredentialsOfMembers,
} from './epochs.ts';
import {
  MOST_GRANTS,
  MOST_GROUPS,
  MOST_MEMBERSHIPS,
  MOST_PROJECTS,
  MOST_ROLES,
  MOST_USERS,
} from './limits.ts';
import { takeOver, type Withheld } from './outside-groups.ts';
import { skeletonOf } from './outside-names.ts';
import type { PasswordWork } from './password-work.ts';
import { checkPolicy, narrows, type PolicyDocument, readPolicy } from './policy.ts';
import type { Holdings } from './principal.ts';
import { type Role, SYSTEM_ROLES } from './roles.ts';

export interface Domain {
  id: string;
  name: string;
}

export interface Account extends Domain {
  description: string;
  enabled: boolean;
}

export interface Project {
  id: string;
  name: string;
  region: string;
  description: string;
  enabled: boolean;
  /** Changes when everything that was issued for it must end. */
  epoch: string;
  domain: Domain;
}

export interface User {
  id: string;
  name: string;
  domainId: string;
  description: string;
  enabled: boolean;
  /** Epoch ms. */
  createdAt: number;
}

export interface Group {
  id: string;
  name: string;
  domainId: string;
  description: string;
  createdAt: number;
}

export interface Grant {
  groupId: string;
  roleId: string;
  scope: string;
}

/** Scope of a grant on the account itself, and on all its projects, those to come as well. */
export const ACCOUNT_SCOPE = 'domain';
export const ALL_PROJECTS_SCOPE = 'projects';

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

/**
 * Accounts and what is in them: projects, users, groups, custom roles, grants. Everything but accounts is
 * looked up within one account, so that no id of another is of any use.
 */
export class Directory {
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  private readonly regions: readonly string[];
  private readonly passwords: PasswordWork;
  private readonly changed: () => void;
  private readonly log: Logger;
  /** Roles whose policies were told to be of no use: once each. */
  private readonly reported = new Set<string>();

  /** @param options.changed is told of every change that may concern somebody's permissions */
  constructor(options: {
    metadata: Metadata;
    clock: () => number;
    regions: readonly string[];
    log: Logger;
    passwords: PasswordWork;
    changed: () => void;
  }) {
    this.metadata = options.metadata;
    this.log = options.log;
    this.clock = options.clock;
    this.regions = options.regions;
    this.passwords = options.passwords;
    this.changed = options.changed;
  }

  /** Gives every account a project in each region, named like it: SDKs look for it. */
  async completeProjects(): Promise<void> {
    for (const { id } of await this.metadata.selectFrom('domains').select('id').execute()) {
      const known = await this.projects(id);
      for (const region of this.regions) {
        if (!known.some(({ name }) => name === region)) await this.addProject(id, { name: region, region });
      }
    }
  }

  // Accounts

  async accounts(): Promise<Account[]> {
    const rows = await this.metadata.selectFrom('domains').selectAll().orderBy('name').execute();
    return rows.map(toAccount);
  }

  async account(id: string): Promise<Account> {
    return toAccount(await this.accountRow(id));
  }

  /** @throws CtsError 409 when the name is taken */
  async addAccount({ name, description = '', admin, operator = false }: NewAccount): Promise<Account> {
    await this.refuseTaken('domains', 'account', [['name', name]]);
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
    return this.account(domain_id);
  }

  async changeAccount(id: string, change: { description?: string; enabled?: boolean }): Promise<Account> {
    await this.accountRow(id);
    const values = columns(change, ['description']);
    if (values) {
      await this.metadata.transaction().execute(async (transaction) => {
        await transaction.updateTable('domains').set(values).where('id', '=', id).execute();
        if (change.enabled === false) await endCredentialsFor(transaction, 'domains', id);
      });
    }
    this.changed();
    return this.account(id);
  }

  // Projects

  async projects(domainId: string): Promise<Project[]> {
    const rows = await this.projectRows()
      .where('projects.domain_id', '=', domainId)
      .orderBy('projects.name')
      .execute();
    return rows.map(toProject);
  }

  /** @throws CtsError 404 */
  async project(domainId: string, id: string): Promise<Project> {
    const row = await this.projectRows()
      .where('projects.domain_id', '=', domainId)
      .where('projects.id', '=', id)
      .executeTakeFirst();
    if (!row) throw ERRORS.iamNotFound('project', id);
    return toProject(row);
  }

  /** A project by id, of whichever account. */
  async anyProject(id: string): Promise<Project | undefined> {
    const row = await this.projectRows().where('projects.id', '=', id).executeTakeFirst();
    return row && toProject(row);
  }

  /** @param project.name begins with the name of its region, as in `eu-de_team` */
  async addProject(
    domainId: string,
    project: { name: string; region?: string; description?: string },
  ): Promise<Project> {
    const { name, description = '' } = project;
    const region = project.region ?? name.split('_')[0] ?? '';
    if (!this.regions.includes(region)) {
      throw ERRORS.iamInvalid(
        'name',
        `a project belongs to a region: its name must be one, or begin with one and "_"; there are ${this.regions.join(', ')}`,
      );
    }
    await this.refuseTaken('projects', 'project', [
      ['domain_id', domainId],
      ['name', name],
    ]);
    const id = newId();
    const row = { id, domain_id: domainId, name, region, description, created_at: this.clock() };
    await this.withRoom('projects', MOST_PROJECTS, domainId, (transaction) =>
      transaction.insertInto('projects').values(row).execute(),
    );
    this.changed();
    return this.project(domainId, id);
  }

  async changeProject(
    domainId: string,
    id: string,
    change: { description?: string; enabled?: boolean },
  ): Promise<Project> {
    await this.project(domainId, id);
    const values = columns(change, ['description']);
    if (values) {
      await this.metadata.transaction().execute(async (transaction) => {
        await transaction.updateTable('projects').set(values).where('id', '=', id).execute();
        if (change.enabled === false) await endCredentialsFor(transaction, 'projects', id);
      });
    }
    this.changed();
    return this.project(domainId, id);
  }

  /** The account's project of that name in a region; the one named like the region is the main one. */
  async mainProject(domainId: string, region: string): Promise<Project | undefined> {
    return (await this.projects(domainId)).find(({ name }) => name === region);
  }

  // Users

  async users(domainId: string, name?: string): Promise<User[]> {
    let query = this.metadata.selectFrom('users').selectAll().where('domain_id', '=', domainId);
    if (name !== undefined) query = query.where('name', '=', name);
    return (await query.orderBy('name').execute()).map(toUser);
  }

  /** @throws CtsError 404 */
  async user(domainId: string, id: string): Promise<User> {
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
  async addUser(
    domainId: string,
    user: { name: string; password?: string; description?: string; enabled?: boolean },
  ): Promise<User> {
    await this.accountRow(domainId);
    await this.refuseTaken('users', 'user', [
      ['domain_id', domainId],
      ['name', user.name],
    ]);
    const id = newId();
    const { name, description = '', enabled = true } = user;
    const password_hash =
      user.password === undefined ? '' : await this.passwords.hash(domainId, user.password);
    const row = {
      id,
      domain_id: domainId,
      name,
      description,
      password_hash,
      enabled: enabled ? 1 : 0,
      created_at: this.clock(),
    };
    await this.withRoom('users', MOST_USERS, domainId, (transaction) =>
      transaction.insertInto('users').values(row).execute(),
    );
    return this.user(domainId, id);
  }

  /**
   * A person whom an outside provider has told, made when it comes for the first time. Its groups are those
   * told that the account has; what it loses of them ends what was issued to it before.
   * @returns the groups that it is in now, and those whose membership was left as it was (`takeOver`)
   * @throws CtsError 403 when the name is that of somebody else or looks like it, or the user is disabled
   */
  async admitOutsideUser(
    domainId: string,
    outside: { externalId: string; name: string; groups: readonly string[] },
  ): Promise<{ user: User; groups: Group[]; withheld: Withheld[] }> {
    const { externalId, name } = outside;
    const all = await this.groups(domainId);
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
    return { user: await this.user(domainId, userId), groups, withheld };
  }

  /**
   * @param epoch at which alone it is changed: credentials must not have ended since
   * @throws CtsError 401 when they have
   */
  async changeUser(
    domainId: string,
    id: string,
    change: { name?: string; description?: string; enabled?: boolean; password?: string },
    epoch?: string,
  ): Promise<User> {
    const user = await this.user(domainId, id);
    if (change.name !== undefined && change.name !== user.name) {
      await this.refuseTaken('users', 'user', [
        ['domain_id', domainId],
        ['name', change.name],
      ]);
    }
    const { password } = change;
    const password_hash = password === undefined ? undefined : await this.passwords.hash(domainId, password);
    const values = columns({ ...change, password_hash }, ['name', 'description', 'password_hash']);
    if (values) {
      await administered(this.metadata, domainId, async (transaction) => {
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
    return this.user(domainId, id);
  }

  async removeUser(domainId: string, id: string): Promise<User> {
    const user = await this.user(domainId, id);
    await administered(this.metadata, domainId, (transaction) =>
      transaction.deleteFrom('users').where('id', '=', id).execute(),
    );
    this.changed();
    return user;
  }

  // Groups

  async groups(domainId: string, name?: string): Promise<Group[]> {
    let query = this.metadata.selectFrom('groups').selectAll().where('domain_id', '=', domainId);
    if (name !== undefined) query = query.where('name', '=', name);
    return (await query.orderBy('name').execute()).map(toGroup);
  }

  /** @throws CtsError 404 */
  async group(domainId: string, id: string): Promise<Group> {
    const row = await this.metadata
      .selectFrom('groups')
      .selectAll()
      .where('domain_id', '=', domainId)
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw ERRORS.iamNotFound('group', id);
    return toGroup(row);
  }

  async addGroup(domainId: string, group: { name: string; description?: string }): Promise<Group> {
    const { name, description = '' } = group;
    await this.refuseTaken('groups', 'group', [
      ['domain_id', domainId],
      ['name', name],
    ]);
    const id = newId();
    const row = { id, domain_id: domainId, name, description, created_at: this.clock() };
    await this.withRoom('groups', MOST_GROUPS, domainId, (transaction) =>
      transaction.insertInto('groups').values(row).execute(),
    );
    return this.group(domainId, id);
  }

  async changeGroup(
    domainId: string,
    id: string,
    change: { name?: string; description?: string },
  ): Promise<Group> {
    const group = await this.group(domainId, id);
    if (change.name !== undefined && change.name !== group.name) {
      await this.refuseTaken('groups', 'group', [
        ['domain_id', domainId],
        ['name', change.name],
      ]);
    }
    const values = columns(change, ['name', 'description']);
    if (values) await this.metadata.updateTable('groups').set(values).where('id', '=', id).execute();
    return this.group(domainId, id);
  }

  async removeGroup(domainId: string, id: string): Promise<Group> {
    const group = await this.group(domainId, id);
    await administered(this.metadata, domainId, async (transaction) => {
      await endCredentialsOfMembers(transaction, id);
      await transaction.deleteFrom('groups').where('id', '=', id).execute();
    });
    this.changed();
    return group;
  }

  async members(domainId: string, groupId: string): Promise<User[]> {
    await this.group(domainId, groupId);
    const rows = await this.metadata
      .selectFrom('users')
      .innerJoin('memberships', 'memberships.user_id', 'users.id')
      .selectAll('users')
      .where('memberships.group_id', '=', groupId)
      .orderBy('users.name')
      .execute();
    return rows.map(toUser);
  }

  async groupsOf(domainId: string, userId: string): Promise<Group[]> {
    await this.user(domainId, userId);
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
    await this.group(domainId, groupId);
    await this.user(domainId, userId);
    await administered(this.metadata, domainId, async (transaction) => {
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
    await this.group(domainId, groupId);
    const { numDeletedRows } = await administered(this.metadata, domainId, async (transaction) => {
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

  // Roles and grants

  /** The system's roles and those that the account has made. */
  async roles(domainId: string): Promise<Role[]> {
    const rows = await this.metadata
      .selectFrom('roles')
      .selectAll()
      .where('domain_id', '=', domainId)
      .orderBy('name')
      .execute();
    return [...SYSTEM_ROLES, ...rows.map((row) => this.toRole(row))];
  }

  /** What a user holds by all its groups, of roles that its account has. */
  async holdings(domainId: string, userId: string): Promise<Holdings> {
    const grants = await this.metadata
      .selectFrom('grants')
      .innerJoin('memberships', 'memberships.group_id', 'grants.group_id')
      .innerJoin('groups', 'groups.id', 'grants.group_id')
      .select(['grants.role_id', 'grants.scope'])
      .distinct()
      .where('memberships.user_id', '=', userId)
      .where('groups.domain_id', '=', domainId)
      .execute();
    return this.holdingsOf(domainId, grants);
  }

  /** What a group gives to its members. */
  async holdingsOfGroup(domainId: string, groupId: string): Promise<Holdings> {
    const grants = await this.grants(domainId, groupId);
    return this.holdingsOf(
      domainId,
      grants.map(({ roleId, scope }) => ({ role_id: roleId, scope })),
    );
  }

  private async holdingsOf(
    domainId: string,
    grants: readonly { role_id: string; scope: string }[],
  ): Promise<Holdings> {
    const roles = new Map<string, Role>(SYSTEM_ROLES.map((role) => [role.id, role]));
    const custom = [...new Set(grants.map(({ role_id }) => role_id))].filter((id) => !roles.has(id));
    if (custom.length > 0) {
      const rows = await this.metadata
        .selectFrom('roles')
        .selectAll()
        .where('domain_id', '=', domainId)
        .where('id', 'in', custom)
        .execute();
      for (const row of rows) roles.set(row.id, this.toRole(row));
    }
    const held = grants.flatMap(({ role_id, scope }) => {
      const role = roles.get(role_id);
      return role ? [{ role, scope }] : [];
    });
    return { held, operator: await this.isOperator(domainId) };
  }

  /** Where a role is granted in an account. */
  async scopesOf(domainId: string, roleId: string): Promise<string[]> {
    const rows = await this.metadata
      .selectFrom('grants')
      .innerJoin('groups', 'groups.id', 'grants.group_id')
      .select('grants.scope')
      .distinct()
      .where('groups.domain_id', '=', domainId)
      .where('grants.role_id', '=', roleId)
      .execute();
    return rows.map(({ scope }) => scope);
  }

  /** @throws CtsError 404 */
  async role(domainId: string, id: string): Promise<Role> {
    const role = (await this.roles(domainId)).find((one) => one.id === id);
    if (!role) throw ERRORS.iamNotFound('role', id);
    return role;
  }

  async addRole(
    domainId: string,
    role: { name: string; description?: string; policy: PolicyDocument },
  ): Promise<Role> {
    const { name, description = '', policy } = role;
    if ((await this.roles(domainId)).some((known) => known.name === name || known.displayName === name)) {
      throw ERRORS.iamConflict('role', name);
    }
    const id = newId();
    const text = await this.policyText(domainId, policy);
    const row = { id, domain_id: domainId, name, description, policy: text, created_at: this.clock() };
    await this.withRoom('roles', MOST_ROLES, domainId, (transaction) =>
      transaction.insertInto('roles').values(row).execute(),
    );
    return this.role(domainId, id);
  }

  async changeRole(
    domainId: string,
    id: string,
    change: { description?: string; policy?: PolicyDocument },
  ): Promise<Role> {
    const role = await this.customRole(domainId, id);
    const policy = change.policy && (await this.policyText(domainId, change.policy));
    const values = columns({ description: change.description, policy }, ['description', 'policy']);
    if (values) {
      await administered(this.metadata, domainId, async (transaction) => {
        await transaction.updateTable('roles').set(values).where('id', '=', id).execute();
        if (change.policy && narrows(change.policy, role.policy))
          await endCredentialsOfHolders(transaction, id);
      });
    }
    this.changed();
    return this.role(domainId, id);
  }

  async removeRole(domainId: string, id: string): Promise<Role> {
    const role = await this.customRole(domainId, id);
    await this.metadata.transaction().execute(async (transaction) => {
      await endCredentialsOfHolders(transaction, id);
      await transaction.deleteFrom('grants').where('role_id', '=', id).execute();
      await transaction.deleteFrom('roles').where('id', '=', id).execute();
    });
    this.changed();
    return role;
  }

  async grants(domainId: string, groupId: string): Promise<Grant[]> {
    await this.group(domainId, groupId);
    const rows = await this.metadata
      .selectFrom('grants')
      .selectAll()
      .where('group_id', '=', groupId)
      .execute();
    return rows.map(({ group_id, role_id, scope }) => ({ groupId: group_id, roleId: role_id, scope }));
  }

  async grant(domainId: string, { groupId, roleId, scope }: Grant): Promise<void> {
    await this.group(domainId, groupId);
    const role = await this.role(domainId, roleId);
    if (role.operatorOnly && !(await this.isOperator(domainId))) {
      throw ERRORS.iamForbidden(
        `only the account that operates this installation can grant ${role.displayName}`,
      );
    }
    if (scope !== ACCOUNT_SCOPE && scope !== ALL_PROJECTS_SCOPE) await this.project(domainId, scope);
    await administered(this.metadata, domainId, async (transaction) => {
      const { held } = await transaction
        .selectFrom('grants')
        .select(({ fn }) => fn.countAll<number>().as('held'))
        .where('group_id', '=', groupId)
        .executeTakeFirstOrThrow();
      if (held >= MOST_GRANTS) {
        throw ERRORS.iamFull(`a group holds at most ${MOST_GRANTS} roles, counted in each scope`);
      }
      await transaction
        .insertInto('grants')
        .values({ group_id: groupId, role_id: roleId, scope })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
    this.changed();
  }

  /** @throws CtsError 404 when there is no such grant */
  async revoke(domainId: string, { groupId, roleId, scope }: Grant): Promise<void> {
    await this.group(domainId, groupId);
    const { numDeletedRows } = await administered(this.metadata, domainId, async (transaction) => {
      const deleted = await transaction
        .deleteFrom('grants')
        .where('group_id', '=', groupId)
        .where('role_id', '=', roleId)
        .where('scope', '=', scope)
        .executeTakeFirstOrThrow();
      if (deleted.numDeletedRows > 0n) await endCredentialsOfMembers(transaction, groupId);
      return deleted;
    });
    if (numDeletedRows === 0n) throw ERRORS.iamNotFound('grant of the role', roleId);
    this.changed();
  }

  /** Whether an account operates the installation: the first one does, for good. */
  private async isOperator(domainId: string): Promise<boolean> {
    const row = await this.metadata
      .selectFrom('domains')
      .select('operator')
      .where('id', '=', domainId)
      .executeTakeFirst();
    return row?.operator === 1;
  }

  /** A policy as it is stored. @throws CtsError 400, 403 */
  private async policyText(domainId: string, policy: PolicyDocument): Promise<string> {
    return JSON.stringify(checkPolicy(policy, await this.isOperator(domainId)));
  }

  private toRole(row: { id: string; name: string; description: string; policy: string }): Role {
    const { id, name, description } = row;
    const { policy, problem } = readPolicy(row.policy);
    if (problem !== undefined && !this.reported.has(id)) {
      this.reported.add(id);
      this.log.error({ role: id, name, problem }, 'the policy of a role is not valid: it grants nothing');
    }
    return { id, name, displayName: name, description, policy };
  }

  /** Adds one to those of an account, unless it has as many as it may: others who add one wait. @throws CtsError 400 */
  private async withRoom(
    table: Counted,
    most: number,
    domainId: string,
    add: (transaction: Transaction<Database>) => Promise<unknown>,
  ): Promise<void> {
    await this.metadata.transaction().execute(async (transaction) => {
      await refuseFull(transaction, table, most, domainId);
      await add(transaction);
    });
  }

  /** A role that the account itself has made. @throws CtsError 403 for one of the system, 404 */
  async customRole(domainId: string, id: string): Promise<Role> {
    const role = await this.role(domainId, id);
    if (SYSTEM_ROLES.includes(role)) {
      throw ERRORS.iamForbidden(`${role.displayName} is a role of the system and cannot be changed`);
    }
    return role;
  }

  private async accountRow(id: string) {
    const row = await this.metadata.selectFrom('domains').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw ERRORS.iamNotFound('account', id);
    return row;
  }

  private projectRows() {
    return this.metadata
      .selectFrom('projects')
      .innerJoin('domains', 'domains.id', 'projects.domain_id')
      .selectAll('projects')
      .select('domains.name as domain_name');
  }

  private async refuseTaken(
    table: 'domains' | 'projects' | 'users' | 'groups',
    kind: string,
    key: ['domain_id' | 'name', string][],
  ): Promise<void> {
    let query = this.metadata.selectFrom(table).select('id');
    for (const [column, value] of key) query = query.where(column as 'name', '=', value);
    if (await query.executeTakeFirst()) throw ERRORS.iamConflict(kind, key.at(-1)?.[1] ?? '');
  }
}

/** What an account has a bounded number of. */
type Counted = 'projects' | 'users' | 'groups' | 'roles';

/** @throws CtsError 400 */
async function refuseFull(
  transaction: Transaction<Database>,
  table: Counted,
  most: number,
  domainId: string,
): Promise<void> {
  const { count } = await transaction
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('domain_id', '=', domainId)
    .executeTakeFirstOrThrow();
  if (count >= most) throw ERRORS.iamFull(`an account has at most ${most} ${table}`);
}

export function newId(): string {
  return randomBytes(16).toString('hex');
}

/**
 * What a statement sets: of a change that somebody sent, the columns that are named here, and `enabled` as 0 or 1.
 * Whatever else is in it goes no further. @returns undefined when there is nothing to set
 */
function columns<Column extends string>(
  change: { [column in Column]?: string } & { enabled?: boolean },
  names: readonly Column[],
): ({ [column in Column]?: string } & { enabled?: number }) | undefined {
  const given = names.flatMap((name) => {
    const value: string | undefined = change[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const { enabled } = change;
  if (given.length === 0 && enabled === undefined) return undefined;
  const values = Object.fromEntries(given) as { [column in Column]?: string };
  return { ...values, ...(enabled === undefined ? {} : { enabled: enabled ? 1 : 0 }) };
}

function toAccount(row: { id: string; name: string; description: string; enabled: number }): Account {
  const { id, name, description } = row;
  return { id, name, description, enabled: row.enabled === 1 };
}

function toProject(row: {
  id: string;
  name: string;
  region: string;
  description: string;
  enabled: number;
  epoch: string;
  domain_id: string;
  domain_name: string;
}): Project {
  const { id, name, region, description, epoch } = row;
  return {
    id,
    name,
    region,
    description,
    enabled: row.enabled === 1,
    epoch,
    domain: { id: row.domain_id, name: row.domain_name },
  };
}

function toUser(row: {
  id: string;
  name: string;
  domain_id: string;
  description: string;
  enabled: number;
  created_at: number;
}): User {
  const { id, name, description } = row;
  return {
    id,
    name,
    domainId: row.domain_id,
    description,
    enabled: row.enabled === 1,
    createdAt: row.created_at,
  };
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
