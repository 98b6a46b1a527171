import type { Logger } from 'pino';
import type { Metadata } from '../../metadata/index.ts';
import type { PasswordWork } from '../password-work.ts';
import { Accounts } from './accounts.ts';
import { Groups } from './groups.ts';
import { OutsideUsers } from './outside-users.ts';
import { Projects } from './projects.ts';
import { Roles } from './roles.ts';
import { Users } from './users.ts';

export * from './entities.ts';

/**
 * Accounts and what is in them: projects, users, groups, custom roles, grants. Everything but accounts is
 * looked up within one account, so that no id of another is of any use.
 */
export class Directory {
  readonly accounts: Accounts;
  readonly projects: Projects;
  readonly users: Users;
  readonly groups: Groups;
  readonly roles: Roles;
  readonly outsideUsers: OutsideUsers;

  /** @param options.changed is told of every change that may concern somebody's permissions */
  constructor(options: {
    metadata: Metadata;
    clock: () => number;
    regions: readonly string[];
    log: Logger;
    passwords: PasswordWork;
    changed: () => void;
  }) {
    this.accounts = new Accounts(options);
    this.projects = new Projects(options);
    this.users = new Users(options, this.accounts);
    this.groups = new Groups(options, this.users);
    this.roles = new Roles(options, this.projects, this.groups);
    this.outsideUsers = new OutsideUsers(options, this.users, this.groups);
  }
}
