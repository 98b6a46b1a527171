import { ACCOUNT_SCOPE, ALL_PROJECTS_SCOPE, type Domain, type Project } from './directory.ts';
import { Permissions } from './policy.ts';
import type { Role } from './roles.ts';

/** Actions that concern the account itself or the installation, not a project. */
const OF_ACCOUNT = /^(?:iam|opencts):/i;

/** Who calls, and with which scope. */
export interface Principal {
  /** A user, or the name of an ingest key in a user's place. */
  user: { id: string; name: string; domain: Domain };
  /** Access key that the request is signed with. */
  accessKeyId?: string;
  /** The key is a temporary one: it must not make others, or it would never end. */
  temporary?: boolean;
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

/**
 * What the roles of a user let it do in a project, or without one in all projects of the account alike.
 * Actions of `iam:` and `opencts:` are judged by the roles held in the account itself.
 */
export function rightsOf(
  held: readonly HeldRole[],
  projectId: string | undefined,
): Pick<Principal, 'roles' | 'hasRights' | 'allows' | 'mayEnable'> {
  const account = effective(held.filter(({ scope }) => scope === ACCOUNT_SCOPE));
  const project = effective(
    held.filter(
      ({ scope }) => scope === ALL_PROJECTS_SCOPE || (projectId !== undefined && scope === projectId),
    ),
  );
  const inAccount = new Permissions(account.map(({ policy }) => policy));
  const inProject = new Permissions(project.map(({ policy }) => policy));
  const allows = (action: string) => (OF_ACCOUNT.test(action) ? inAccount : inProject).allows(action);
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

/** Each role once, without those that need another one which is not held. */
function effective(held: readonly HeldRole[]): Role[] {
  const roles = [...new Map(held.map(({ role }) => [role.id, role])).values()];
  return roles.filter(({ needs }) => needs === undefined || roles.some(({ name }) => name === needs));
}

/** What an ingest key may do: report, and nothing else. */
export const REPORTER: Pick<Principal, 'roles' | 'hasRights' | 'allows' | 'mayEnable'> = {
  roles: [],
  hasRights: true,
  allows: (action) => action === 'cts:trace:report',
  mayEnable: () => false,
};
