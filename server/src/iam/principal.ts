import type { Bond } from './bonds.ts';
import { ACCOUNT_SCOPE, ALL_PROJECTS_SCOPE, type Domain, type Project } from './directory/entities.ts';
import {
  denialsOf,
  INSTALLATION,
  type Pattern,
  Permissions,
  type PolicyDocument,
  SERVICES,
} from './policy.ts';
import type { Role } from './roles.ts';

/** Actions that concern the account itself or the installation, not a project. */
const OF_ACCOUNT = new RegExp(`^(?:iam|${INSTALLATION}):`, 'i');
/** Only in the account that operates the installation has anybody these, whatever its policies say. */
const OF_INSTALLATION = new RegExp(`^${INSTALLATION}:`, 'i');

/** Who calls, and with which scope. */
export interface Principal {
  /** A user, or the name of an ingest key in a user's place. */
  user: { id: string; name: string; domain: Domain };
  /** Access key that the request is signed with. */
  accessKeyId?: string;
  /** The key is a temporary one: it must not make others, or it would never end. */
  temporary?: boolean;
  /** What ends the credentials, and all that is made with them. An ingest key makes nothing. */
  bond?: Bond;
  /** Of an ingest key: the trace source that it may report, `*` for any. */
  source?: string;
  /** Account that the credentials are scoped to. */
  domainId: string;
  /** Absent when they are scoped to the account only. */
  project?: Project;
  roles: { id: string; name: string }[];
  /** Whether any role is held in this scope. */
  hasRights: boolean;
  /** Whether a role allows an action such as `cts:trace:list`. */
  allows(action: string): boolean;
  /** Whether CTS may be enabled: that creates a delegation, and takes rights in IAM besides those in CTS. */
  mayEnable(): boolean;
}

/** A role held, and where: a project's id or one of the two wide scopes. */
export interface HeldRole {
  role: Role;
  scope: string;
}

/** What a user holds, and in which kind of account. */
export interface Holdings {
  held: readonly HeldRole[];
  /** The account operates the installation. */
  operator: boolean;
}

/**
 * What the roles of a user let it do in a project, or without one in all projects of the account alike.
 * Actions of `iam:` and `opencts:` are judged by the roles held in the account itself. Here, and nowhere else, is
 * decided what a caller may.
 */
export function rightsOf(
  { held, operator }: Holdings,
  projectId: string | undefined,
): Pick<Principal, 'roles' | 'hasRights' | 'allows' | 'mayEnable'> {
  const account = effective(held, ACCOUNT_SCOPE);
  const project = effective(held, projectId ?? ALL_PROJECTS_SCOPE);
  const inAccount = new Permissions(account.map(({ policy }) => policy));
  const inProject = new Permissions(project.map(({ policy }) => policy));
  const allows = (action: string) => {
    if (!OF_ACCOUNT.test(action)) return inProject.allows(action);
    return (operator || !OF_INSTALLATION.test(action)) && inAccount.allows(action);
  };
  return {
    roles: (projectId === undefined ? account : project).map(({ id, name }) => ({ id, name })),
    hasRights: account.length + project.length > 0,
    allows,
    mayEnable: () => {
      const both = new Permissions([...account, ...project].map(({ policy }) => policy));
      return allows('cts:tracker:create') && both.allows('iam:agencies:createAgency');
    },
  };
}

/**
 * The first action of what is given that its giver does not hold where it would hold. What is given counts in full,
 * whether or not it has an effect today; of the giver's own only what has.
 * @param denied denials that come along, in the same place
 */
export function lacking(
  giver: Holdings,
  scope: string,
  allowed: readonly Pattern[],
  denied: readonly Pattern[] = [],
): string | undefined {
  const policiesIn = (place: string) => effective(giver.held, place).map(({ policy }) => policy);
  // What holds in all projects holds in those as well in which the giver is denied it.
  const elsewhere =
    scope === ALL_PROJECTS_SCOPE ? giver.held.filter((one) => one.scope !== ACCOUNT_SCOPE) : [];
  const there = new Permissions([
    ...policiesIn(scope),
    ...elsewhere.map(({ role }) => denialsOf(role.policy)),
  ]);
  const inAccount = new Permissions(policiesIn(ACCOUNT_SCOPE));
  const isOfAccount = ([service]: Pattern) => OF_ACCOUNT.test(`${service}:`);
  const beyond = there.beyond(allowed, denied);
  const beyondAccount = new Set(inAccount.beyond(beyond.filter(isOfAccount), denied));
  return beyond.find((pattern) => !isOfAccount(pattern) || beyondAccount.has(pattern))?.join(':');
}

/** What policies allow and deny of the services that an account has actions of. */
export function reachOf(policies: readonly PolicyDocument[], operator: boolean) {
  const services = SERVICES.filter((service) => operator || service !== INSTALLATION);
  return new Permissions(policies).byService(services);
}

/**
 * Roles that hold in a scope, each once; what holds in all projects holds in each. Without those that need another
 * one which is not held.
 */
function effective(held: readonly HeldRole[], scope: string): Role[] {
  const holds = (where: string) =>
    where === scope || (scope !== ACCOUNT_SCOPE && where === ALL_PROJECTS_SCOPE);
  const there = held.filter((one) => holds(one.scope));
  const roles = [...new Map(there.map(({ role }) => [role.id, role])).values()];
  return roles.filter(({ needs }) => needs === undefined || roles.some(({ name }) => name === needs));
}

/** What an ingest key may do: report, and nothing else. */
export const REPORTER: Pick<Principal, 'roles' | 'hasRights' | 'allows' | 'mayEnable'> = {
  roles: [],
  hasRights: true,
  allows: (action) => action === 'cts:trace:report',
  mayEnable: () => false,
};
