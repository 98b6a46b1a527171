import { setImmediate } from 'node:timers/promises';
import { ERRORS } from '../errors.ts';
import { ACCOUNT_SCOPE, ALL_PROJECTS_SCOPE, type Directory, type Grant } from './directory/index.ts';
import { isWithin, Permissions, type PolicyDocument } from './policy.ts';
import { type Holdings, lacking, type Principal, reachOf } from './principal.ts';

type Giver = Pick<Principal, 'user'>;

/**
 * Changes of who may do what, on behalf of somebody: nobody gives more than they hold themselves, in the place
 * where it would hold. To lift a denial is to give what it denied, and to deny takes no less; to act in a user's place (set its password,
 * make it a key) is to be given all that it holds.
 *
 * Changes of one account go one after the other, so that what was looked at still holds when it is written.
 */
export class Delegation {
  private readonly directory: Directory;
  /** The last change of each account that is under way. */
  private readonly last = new Map<string, Promise<unknown>>();

  constructor(directory: Directory) {
    this.directory = directory;
  }

  /** @throws CtsError 403, 404, 409 */
  grant(giver: Giver, grant: Grant): Promise<void> {
    return this.inTurn(giver, async (domainId) => {
      const role = await this.directory.roles.get(domainId, grant.roleId);
      const given = [{ role, scope: grant.scope }];
      await this.checkGiven(giver, given);
      await this.checkDenied(giver, given);
      await this.directory.roles.grant(domainId, grant);
    });
  }

  /** @throws CtsError 403, 404, 409 */
  revoke(giver: Giver, grant: Grant): Promise<void> {
    return this.inTurn(giver, async (domainId) => {
      const role = await this.directory.roles.get(domainId, grant.roleId);
      await this.checkLifted(giver, [{ role, scope: grant.scope }]);
      await this.directory.roles.revoke(domainId, grant);
    });
  }

  /** @throws CtsError 403, 404, 409 */
  addMember(giver: Giver, groupId: string, userId: string): Promise<void> {
    return this.inTurn(giver, async (domainId) => {
      const { held } = await this.directory.roles.holdingsOfGroup(domainId, groupId);
      await this.checkGiven(giver, held);
      await this.checkDenied(giver, held);
      await this.directory.groups.addMember(domainId, groupId, userId);
    });
  }

  /** @throws CtsError 403, 404, 409 */
  removeMember(giver: Giver, groupId: string, userId: string): Promise<void> {
    return this.inTurn(giver, async (domainId) => {
      await this.checkLifted(giver, (await this.directory.roles.holdingsOfGroup(domainId, groupId)).held);
      await this.directory.groups.removeMember(domainId, groupId, userId);
    });
  }

  /** An outside provider names groups: another name is other members. @throws CtsError 403, 404, 409 */
  changeGroup(giver: Giver, groupId: string, change: Parameters<Directory['groups']['change']>[2]) {
    return this.inTurn(giver, async (domainId) => {
      const { name } = await this.directory.groups.get(domainId, groupId);
      if (change.name !== undefined && change.name !== name) {
        const { held } = await this.directory.roles.holdingsOfGroup(domainId, groupId);
        await this.checkGiven(giver, held);
        await this.checkDenied(giver, held);
        await this.checkLifted(giver, held);
      }
      return this.directory.groups.change(domainId, groupId, change);
    });
  }

  /** @throws CtsError 403, 404, 409 */
  removeGroup(giver: Giver, groupId: string) {
    return this.inTurn(giver, async (domainId) => {
      await this.checkLifted(giver, (await this.directory.roles.holdingsOfGroup(domainId, groupId)).held);
      return this.directory.groups.remove(domainId, groupId);
    });
  }

  /**
   * Who holds the role gets what its policy has more, and what it no longer denies; what it denies besides is denied
   * to them.
   * @throws CtsError 400, 403, 404, 409
   */
  changeRole(giver: Giver, roleId: string, change: Parameters<Directory['roles']['change']>[2]) {
    return this.inTurn(giver, async (domainId) => {
      const before = await this.directory.roles.custom(domainId, roleId);
      if (change.policy) await this.checkChanged(giver, before, change.policy);
      return this.directory.roles.change(domainId, roleId, change);
    });
  }

  /** @throws CtsError 403, 404 */
  removeRole(giver: Giver, roleId: string) {
    return this.inTurn(giver, async (domainId) => {
      const role = await this.directory.roles.custom(domainId, roleId);
      const scopes = await this.directory.roles.scopesOf(domainId, roleId);
      await this.checkLifted(
        giver,
        scopes.map((scope) => ({ role, scope })),
      );
      return this.directory.roles.remove(domainId, roleId);
    });
  }

  /** @throws CtsError 403, 404, 409 */
  changeUser(giver: Giver, userId: string, change: Parameters<Directory['users']['change']>[2]) {
    return this.inTurn(giver, async (domainId) => {
      const { enabled } = await this.directory.users.get(domainId, userId);
      const opens = change.password !== undefined || (change.enabled === true && !enabled);
      if (opens) await this.checkTaken(giver, userId);
      return this.directory.users.change(domainId, userId, change);
    });
  }

  /** @throws CtsError 404, 409 */
  removeUser(giver: Giver, userId: string) {
    return this.inTurn(giver, (domainId) => this.directory.users.remove(domainId, userId));
  }

  /** Does what lets somebody act as a user. @throws CtsError 403, 404 */
  actingAs<Result>(giver: Giver, userId: string, work: () => Promise<Result>): Promise<Result> {
    return this.inTurn(giver, async () => {
      await this.checkTaken(giver, userId);
      return work();
    });
  }

  private async inTurn<Result>(
    { user }: Giver,
    work: (domainId: string) => Promise<Result>,
  ): Promise<Result> {
    const domainId = user.domain.id;
    const before = this.last.get(domainId);
    const mine = (before ?? Promise.resolve()).catch(() => undefined).then(() => work(domainId));
    this.last.set(domainId, mine);
    try {
      return await mine;
    } finally {
      if (this.last.get(domainId) === mine) this.last.delete(domainId);
    }
  }

  private holdings({ user }: Giver): Promise<Holdings> {
    return this.directory.roles.holdings(user.domain.id, user.id);
  }

  /** @throws CtsError 403 */
  private async checkTaken(giver: Giver, userId: string): Promise<void> {
    if (userId === giver.user.id) return;
    await this.checkGiven(giver, (await this.directory.roles.holdings(giver.user.domain.id, userId)).held);
  }

  /** @param given roles, and where they would hold. @throws CtsError 403 */
  private async checkGiven(giver: Giver, given: Holdings['held']): Promise<void> {
    const own = await this.holdings(giver);
    for (const [scope, policies] of byScope(given)) {
      const { allowed, denied } = reachOf(policies, own.operator);
      await this.refuse(giver, scope, lacking(own, scope, allowed, denied));
    }
  }

  /**
   * A denial that the giver bears is no hindrance to giving it.
   * @param given roles that may deny something, and where they would hold
   * @throws CtsError 403
   */
  private async checkDenied(giver: Giver, given: Holdings['held']): Promise<void> {
    const own = await this.holdings(giver);
    for (const [scope, policies] of byScope(given)) {
      const { denied } = reachOf(policies, own.operator);
      await this.refuse(giver, scope, lacking(own, scope, denied, denied), ERRORS.deniesMore);
    }
  }

  /** @param lifted roles that would no longer hold, and where. @throws CtsError 403 */
  private async checkLifted(giver: Giver, lifted: Holdings['held']): Promise<void> {
    const own = await this.holdings(giver);
    for (const [scope, policies] of byScope(lifted)) {
      const { denied } = reachOf(policies, own.operator);
      await this.refuse(giver, scope, lacking(own, scope, denied));
    }
  }

  /** @throws CtsError 403 */
  private async checkChanged(
    giver: Giver,
    before: { id: string; policy: PolicyDocument },
    after: PolicyDocument,
  ): Promise<void> {
    const own = await this.holdings(giver);
    const [was, is] = [reachOf([before.policy], own.operator), reachOf([after], own.operator)];
    const old = new Permissions([before.policy]);
    const more = old.beyond(is.allowed, is.denied);
    const lifted = was.denied.filter((pattern) => !isWithin(pattern, is.denied));
    const denied = is.denied.filter((pattern) => !isWithin(pattern, was.denied));
    for (const scope of await this.directory.roles.scopesOf(giver.user.domain.id, before.id)) {
      const lacked = lacking(own, scope, more, is.denied) ?? lacking(own, scope, lifted);
      await this.refuse(giver, scope, lacked);
      await this.refuse(giver, scope, lacking(own, scope, denied, is.denied), ERRORS.deniesMore);
    }
  }

  /** @throws CtsError 403 when something is lacking */
  private async refuse(
    { user }: Giver,
    scope: string,
    lacked: string | undefined,
    refusal: (action: string, where: string) => Error = ERRORS.givesMore,
  ): Promise<void> {
    if (lacked === undefined) {
      // Others have their turn between one place and the next.
      await setImmediate();
      return;
    }
    if (scope === ACCOUNT_SCOPE) throw refusal(lacked, 'the account');
    if (scope === ALL_PROJECTS_SCOPE) throw refusal(lacked, 'all projects of the account');
    const { name } = await this.directory.projects.get(user.domain.id, scope);
    throw refusal(lacked, `the project ${name}`);
  }
}

function byScope(held: Holdings['held']): Map<string, PolicyDocument[]> {
  const scopes = new Map<string, PolicyDocument[]>();
  for (const { role, scope } of held) scopes.set(scope, [...(scopes.get(scope) ?? []), role.policy]);
  return scopes;
}
