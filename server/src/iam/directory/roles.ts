import type { Selectable } from 'kysely';
import type { Logger } from 'pino';
import { ERRORS } from '../../errors.ts';
import type { Database, Metadata } from '../../metadata/index.ts';
import { administered } from '../administrators.ts';
import { endCredentialsOfHolders, endCredentialsOfMembers } from '../epochs.ts';
import { GROUPS_AT_ONCE, MOST_GRANTS, MOST_ROLES, POLICIES_AT_ONCE } from '../limits.ts';
import { checkPolicy, deniesAny, narrows, type PolicyDocument, readPolicy } from '../policy.ts';
import type { Holdings } from '../principal.ts';
import { type Role, type RoleType, SYSTEM_ROLES } from '../roles.ts';
import { columns } from './columns.ts';
import { ACCOUNT_SCOPE, ALL_PROJECTS_SCOPE, type Grant, newId } from './entities.ts';
import type { Groups } from './groups.ts';
import type { Projects } from './projects.ts';
import { withRoom } from './room.ts';

/** Roles of the system and of accounts, and the groups that hold them. */
export class Roles {
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  private readonly log: Logger;
  private readonly changed: () => void;
  private readonly projects: Projects;
  private readonly groups: Groups;
  /** Roles whose policies were told to be of no use: once each. */
  private readonly reported = new Set<string>();

  constructor(
    options: { metadata: Metadata; clock: () => number; log: Logger; changed: () => void },
    projects: Projects,
    groups: Groups,
  ) {
    this.metadata = options.metadata;
    this.clock = options.clock;
    this.log = options.log;
    this.changed = options.changed;
    this.projects = projects;
    this.groups = groups;
  }

  /** The system's roles and those that the account has made. */
  async list(domainId: string): Promise<Role[]> {
    const roles = [...SYSTEM_ROLES];
    for (let after: string | undefined; ; ) {
      const from = after;
      const rows = await this.metadata
        .selectFrom('roles')
        .selectAll()
        .where('domain_id', '=', domainId)
        .$if(from !== undefined, (query) => query.where('name', '>', String(from)))
        .orderBy('name')
        .limit(POLICIES_AT_ONCE)
        .execute();
      roles.push(...rows.map((row) => this.toRole(row)));
      if (rows.length < POLICIES_AT_ONCE) return roles;
      after = rows.at(-1)?.name;
    }
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
  async get(domainId: string, id: string): Promise<Role> {
    const ofSystem = SYSTEM_ROLES.find((one) => one.id === id);
    if (ofSystem) return ofSystem;
    const row = await this.metadata
      .selectFrom('roles')
      .selectAll()
      .where('domain_id', '=', domainId)
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw ERRORS.iamNotFound('role', id);
    return this.toRole(row);
  }

  async add(
    domainId: string,
    role: { name: string; description?: string; policy: PolicyDocument; type?: RoleType },
  ): Promise<Role> {
    const { name, description = '', policy, type = 'AX' } = role;
    await this.refuseTaken(domainId, name);
    const id = newId();
    const text = await this.policyText(domainId, policy);
    const row = { id, domain_id: domainId, name, description, policy: text, type, created_at: this.clock() };
    await withRoom(this.metadata, 'roles', MOST_ROLES, domainId, (transaction) =>
      transaction.insertInto('roles').values(row).execute(),
    );
    return this.get(domainId, id);
  }

  async change(
    domainId: string,
    id: string,
    change: { name?: string; description?: string; policy?: PolicyDocument; type?: RoleType },
  ): Promise<Role> {
    const role = await this.custom(domainId, id);
    const { name, description, type } = change;
    if (name !== undefined && name !== role.name) await this.refuseTaken(domainId, name);
    const policy = change.policy && (await this.policyText(domainId, change.policy));
    const values = columns({ name, description, policy, type }, ['name', 'description', 'policy', 'type']);
    if (values) {
      const touched = policy === undefined ? undefined : { role: id };
      await administered(this.metadata, domainId, touched, async (transaction) => {
        await transaction.updateTable('roles').set(values).where('id', '=', id).execute();
        if (change.policy && narrows(change.policy, role.policy))
          await endCredentialsOfHolders(transaction, id);
      });
    }
    this.changed();
    return this.get(domainId, id);
  }

  async remove(domainId: string, id: string): Promise<Role> {
    const role = await this.custom(domainId, id);
    await this.metadata.transaction().execute(async (transaction) => {
      await endCredentialsOfHolders(transaction, id);
      await transaction.deleteFrom('grants').where('role_id', '=', id).execute();
      await transaction.deleteFrom('roles').where('id', '=', id).execute();
    });
    this.changed();
    return role;
  }

  /** Grants of an account, in order of group, role and scope. */
  async *allGrants(domainId: string, sought: SoughtGrants): AsyncGenerator<Grant[]> {
    const { userId, groupId, roleId, scopes } = sought;
    const groups = await this.metadata
      .selectFrom('groups')
      .select('id')
      .where('domain_id', '=', domainId)
      .$if(groupId !== undefined, (query) => query.where('id', '=', String(groupId)))
      .$if(userId !== undefined, (query) =>
        query.where('id', 'in', ({ selectFrom }) =>
          selectFrom('memberships').select('group_id').where('user_id', '=', String(userId)),
        ),
      )
      .orderBy('id')
      .execute();
    for (let at = 0; at < groups.length; at += GROUPS_AT_ONCE) {
      const ids = groups.slice(at, at + GROUPS_AT_ONCE).map(({ id }) => id);
      const rows = await this.metadata
        .selectFrom('grants')
        .selectAll()
        .where('group_id', 'in', ids)
        .$if(roleId !== undefined, (query) => query.where('role_id', '=', String(roleId)))
        .$if(scopes !== undefined, (query) => query.where('scope', 'in', scopes ?? []))
        .orderBy('group_id')
        .orderBy('role_id')
        .orderBy('scope')
        .execute();
      yield rows.map(toGrant);
    }
  }

  async grants(domainId: string, groupId: string): Promise<Grant[]> {
    await this.groups.get(domainId, groupId);
    const rows = await this.metadata
      .selectFrom('grants')
      .selectAll()
      .where('group_id', '=', groupId)
      .execute();
    return rows.map(toGrant);
  }

  async grant(domainId: string, { groupId, roleId, scope }: Grant): Promise<void> {
    await this.groups.get(domainId, groupId);
    const role = await this.get(domainId, roleId);
    if (role.operatorOnly && !(await this.isOperator(domainId))) {
      throw ERRORS.iamForbidden(
        `only the account that operates this installation can grant ${role.displayName}`,
      );
    }
    if (scope !== ACCOUNT_SCOPE && scope !== ALL_PROJECTS_SCOPE) await this.projects.get(domainId, scope);
    const touched = deniesAny(role.policy) ? { group: groupId } : undefined;
    await administered(this.metadata, domainId, touched, async (transaction) => {
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
    await this.groups.get(domainId, groupId);
    const touched = { group: groupId };
    const { numDeletedRows } = await administered(this.metadata, domainId, touched, async (transaction) => {
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

  /** @throws CtsError 409 */
  private async refuseTaken(domainId: string, name: string): Promise<void> {
    const isTaken =
      SYSTEM_ROLES.some((known) => known.name === name || known.displayName === name) ||
      (await this.metadata
        .selectFrom('roles')
        .select('id')
        .where('domain_id', '=', domainId)
        .where('name', '=', name)
        .executeTakeFirst()) !== undefined;
    if (isTaken) throw ERRORS.iamConflict('role', name);
  }

  /** A policy as it is stored. @throws CtsError 400, 403 */
  private async policyText(domainId: string, policy: PolicyDocument): Promise<string> {
    return JSON.stringify(checkPolicy(policy, await this.isOperator(domainId)));
  }

  private toRole(row: Selectable<Database['roles']>): Role {
    const { id, name, description } = row;
    const { policy, problem } = readPolicy(row.policy);
    if (problem !== undefined && !this.reported.has(id)) {
      this.reported.add(id);
      this.log.error({ role: id, name, problem }, 'the policy of a role is not valid: it grants nothing');
    }
    const type = row.type === 'XA' ? 'XA' : 'AX';
    return { id, name, displayName: name, description, policy, type, domainId: row.domain_id };
  }

  /** A role that the account itself has made. @throws CtsError 403 for one of the system, 404 */
  async custom(domainId: string, id: string): Promise<Role> {
    const role = await this.get(domainId, id);
    if (SYSTEM_ROLES.includes(role)) {
      throw ERRORS.iamForbidden(`${role.displayName} is a role of the system and cannot be changed`);
    }
    return role;
  }
}

/** What all grants that are sought have. */
export interface SoughtGrants {
  /** They are of groups that it is in. */
  userId?: string;
  groupId?: string;
  roleId?: string;
  scopes?: readonly string[];
}

const toGrant = ({ group_id, role_id, scope }: Database['grants']): Grant => ({
  groupId: group_id,
  roleId: role_id,
  scope,
});
