import { readFile } from 'node:fs/promises';
import { dataOf } from '@opencts/client';
import { makePassword } from '../iam/index.ts';
import { type Command, type Commands, type Context, pick, unknown } from './command.ts';
import { askSecret } from './connection.ts';

const users = async ({ api }: Context) => (await dataOf(api.GET('/v3/users'))).users;
const groups = async ({ api }: Context) => (await dataOf(api.GET('/v3/groups'))).groups;
const projects = async ({ api }: Context) => (await dataOf(api.GET('/v3/projects'))).projects;
const userOf = async (context: Context) => pick(await users(context), context.args.USER, 'user');
const groupOf = async (context: Context) => pick(await groups(context), context.args.GROUP, 'group');

/** A role by its name, its name for people, or its id. */
async function roleOf({ api, args }: Context) {
  const { roles } = await dataOf(api.GET('/v3/roles'));
  const found = roles.find(({ id, name, display_name }) =>
    [id, name, display_name].includes(args.ROLE ?? ''),
  );
  if (!found) throw unknown('role', args.ROLE);
  return found;
}

/** A password from OPENCTS_NEW_PASSWORD, from the terminal, or a made one that is shown once. */
async function newPassword({ options }: Context): Promise<{ password: string; made: boolean }> {
  const { OPENCTS_NEW_PASSWORD } = process.env;
  if (OPENCTS_NEW_PASSWORD) return { password: OPENCTS_NEW_PASSWORD, made: false };
  if (options.ask) return { password: await askSecret('New password', 'OPENCTS_NEW_PASSWORD'), made: false };
  return { password: makePassword(), made: true };
}

const ASK = {
  ask: { type: 'boolean', help: 'ask for the password; else OPENCTS_NEW_PASSWORD, else one is made' },
} as const;
const DESCRIPTION = { description: { type: 'string', help: 'text for people' } } as const;
const text = (value: string | boolean | undefined) => (typeof value === 'string' ? value : undefined);
const shown = (made: boolean, password: string) => (made ? { password, note: 'shown this once' } : {});

function enabling(enabled: boolean): Command {
  return {
    usage: 'USER',
    summary: enabled ? 'Let a user in again' : 'Shut a user out, at once',
    async run(context) {
      const { id, name } = await userOf(context);
      const body = { user: { enabled } };
      await context.api.PATCH('/v3/users/{user_id}', { params: { path: { user_id: id } }, body });
      return `${name} is ${enabled ? 'enabled' : 'disabled'}`;
    },
  };
}

export const USERS: Commands = {
  list: {
    usage: '',
    summary: 'List the users of the account',
    columns: ['name', 'id', 'enabled', 'create_time', 'description'],
    run: users,
  },
  create: {
    usage: 'NAME',
    summary: 'Create a user',
    options: { ...ASK, ...DESCRIPTION },
    async run(context) {
      const { password, made } = await newPassword(context);
      const { api, args, options } = context;
      const body = { user: { name: args.NAME ?? '', password, description: text(options.description) } };
      const { user } = await dataOf(api.POST('/v3/users', { body }));
      return { id: user.id, name: user.name, ...shown(made, password) };
    },
  },
  'set-password': {
    usage: 'USER',
    summary: "Set a user's password",
    options: ASK,
    async run(context) {
      const { id, name } = await userOf(context);
      const { password, made } = await newPassword(context);
      const params = { path: { user_id: id } };
      await context.api.PATCH('/v3/users/{user_id}', { params, body: { user: { password } } });
      return { name, ...shown(made, password) };
    },
  },
  enable: enabling(true),
  disable: enabling(false),
  delete: {
    usage: 'USER',
    summary: 'Delete a user, with its access keys',
    async run(context) {
      const { id, name } = await userOf(context);
      await context.api.DELETE('/v3/users/{user_id}', { params: { path: { user_id: id } } });
      return `${name} is deleted`;
    },
  },
};

export const GROUPS: Commands = {
  list: {
    usage: '',
    summary: 'List the groups of the account',
    columns: ['name', 'id', 'description'],
    run: groups,
  },
  create: {
    usage: 'NAME',
    summary: 'Create a group',
    options: DESCRIPTION,
    async run({ api, args, options }) {
      const body = { group: { name: args.NAME ?? '', description: text(options.description) } };
      const { group } = await dataOf(api.POST('/v3/groups', { body }));
      return { id: group.id, name: group.name };
    },
  },
  members: {
    usage: 'GROUP',
    summary: 'List the users of a group',
    columns: ['name', 'id', 'enabled'],
    async run(context) {
      const path = { group_id: (await groupOf(context)).id };
      return (await dataOf(context.api.GET('/v3/groups/{group_id}/users', { params: { path } }))).users;
    },
  },
  'add-user': {
    usage: 'GROUP USER',
    summary: 'Add a user to a group',
    async run(context) {
      const [group, user] = [await groupOf(context), await userOf(context)];
      const path = { group_id: group.id, user_id: user.id };
      await context.api.PUT('/v3/groups/{group_id}/users/{user_id}', { params: { path } });
      return `${user.name} is in ${group.name}`;
    },
  },
  'remove-user': {
    usage: 'GROUP USER',
    summary: 'Remove a user from a group',
    async run(context) {
      const [group, user] = [await groupOf(context), await userOf(context)];
      const path = { group_id: group.id, user_id: user.id };
      await context.api.DELETE('/v3/groups/{group_id}/users/{user_id}', { params: { path } });
      return `${user.name} is no longer in ${group.name}`;
    },
  },
  delete: {
    usage: 'GROUP',
    summary: 'Delete a group',
    async run(context) {
      const { id, name } = await groupOf(context);
      await context.api.DELETE('/v3/groups/{group_id}', { params: { path: { group_id: id } } });
      return `${name} is deleted`;
    },
  },
};

const SCOPE = {
  in: {
    type: 'string',
    help: 'where it holds: a project, "projects" for all of the account, "account" for the account itself (default: projects)',
  },
} as const;

/** Grants or revokes. */
function granting(method: 'put' | 'delete'): Command {
  return {
    usage: 'ROLE GROUP',
    summary: method === 'put' ? 'Grant a role to a group' : 'Revoke a role of a group',
    options: SCOPE,
    async run(context) {
      const { api, options } = context;
      const [role, group] = [await roleOf(context), await groupOf(context)];
      const where = text(options.in) ?? 'projects';
      const ids = { group_id: group.id, role_id: role.id };
      const ofAccount = { params: { path: { ...ids, scope_id: group.domain_id } } };
      if (where === 'account') {
        await api.request(method, '/v3/domains/{scope_id}/groups/{group_id}/roles/{role_id}', ofAccount);
      } else if (where === 'projects') {
        await api.request(
          method,
          '/v3/OS-INHERIT/domains/{scope_id}/groups/{group_id}/roles/{role_id}/inherited_to_projects',
          ofAccount,
        );
      } else {
        const path = { ...ids, scope_id: pick(await projects(context), where, 'project').id };
        await api.request(method, '/v3/projects/{scope_id}/groups/{group_id}/roles/{role_id}', {
          params: { path },
        });
      }
      return `${role.display_name} is ${method === 'put' ? 'granted to' : 'revoked from'} ${group.name} in ${where}`;
    },
  };
}

export const ROLES: Commands = {
  list: {
    usage: '',
    summary: 'List the roles of the system and of the account',
    columns: ['display_name', 'name', 'description'],
    run: async ({ api }) => (await dataOf(api.GET('/v3/roles'))).roles,
  },
  show: {
    usage: 'ROLE',
    summary: 'Show a role with its policy',
    run: roleOf,
  },
  create: {
    usage: 'NAME FILE',
    summary: 'Create a custom policy from a JSON file with Version and Statement',
    options: DESCRIPTION,
    async run({ api, args, options }) {
      const policy = JSON.parse(await readFile(args.FILE ?? '', 'utf8'));
      const body = {
        role: { display_name: args.NAME ?? '', description: text(options.description), policy },
      };
      const { role } = await dataOf(api.POST('/v3.0/OS-ROLE/roles', { body }));
      return { id: role.id, name: role.display_name };
    },
  },
  delete: {
    usage: 'ROLE',
    summary: 'Delete a custom policy',
    async run(context) {
      const { id, display_name } = await roleOf(context);
      await context.api.DELETE('/v3.0/OS-ROLE/roles/{role_id}', { params: { path: { role_id: id } } });
      return `${display_name} is deleted`;
    },
  },
  grant: granting('put'),
  revoke: granting('delete'),
};

export const PROJECTS: Commands = {
  list: {
    usage: '',
    summary: 'List the projects of the account',
    columns: ['name', 'id', 'enabled', 'description'],
    run: projects,
  },
  create: {
    usage: 'NAME',
    summary: 'Create a project; its name begins with its region, as in eu-de_team',
    options: DESCRIPTION,
    async run({ api, args, options }) {
      const body = { project: { name: args.NAME ?? '', description: text(options.description) } };
      const { project } = await dataOf(api.POST('/v3/projects', { body }));
      return { id: project.id, name: project.name };
    },
  },
};

export const ACCOUNTS: Commands = {
  list: {
    usage: '',
    summary: 'List the accounts of the installation (its operator only)',
    columns: ['name', 'id', 'enabled', 'description'],
    run: async ({ api }) => (await dataOf(api.GET('/v3/domains'))).domains,
  },
  create: {
    usage: 'NAME ADMIN',
    summary: 'Create an account with its first administrator (the operator only)',
    options: { ...ASK, ...DESCRIPTION },
    async run(context) {
      const { api, args, options } = context;
      const { password, made } = await newPassword(context);
      const admin = { name: args.ADMIN ?? '', password };
      const body = { domain: { name: args.NAME ?? '', description: text(options.description), admin } };
      const { domain } = await dataOf(api.POST('/v3/domains', { body }));
      return { id: domain.id, name: domain.name, admin: admin.name, ...shown(made, password) };
    },
  },
};

export const KEYS: Commands = {
  list: {
    usage: '[USER]',
    summary: 'List access keys, of one user or of all',
    columns: ['access', 'user', 'status', 'create_time', 'last_use_time', 'description'],
    async run(context) {
      const known = await users(context);
      const { USER } = context.args;
      const query = USER ? { user_id: pick(known, USER, 'user').id } : {};
      const call = context.api.GET('/v3.0/OS-CREDENTIAL/credentials', { params: { query } });
      const { credentials } = await dataOf(call);
      return credentials.map((key) => ({ user: known.find(({ id }) => id === key.user_id)?.name, ...key }));
    },
  },
  create: {
    usage: 'USER',
    summary: 'Create an access key; its secret is shown this once',
    options: DESCRIPTION,
    async run(context) {
      const { id } = await userOf(context);
      const body = { credential: { user_id: id, description: text(context.options.description) } };
      const { credential } = await dataOf(context.api.POST('/v3.0/OS-CREDENTIAL/credentials', { body }));
      return { access: credential.access, secret: credential.secret, note: 'shown this once' };
    },
  },
  delete: {
    usage: 'ACCESS',
    summary: 'Delete an access key',
    async run({ api, args }) {
      const access = args.ACCESS ?? '';
      await api.DELETE('/v3.0/OS-CREDENTIAL/credentials/{access}', { params: { path: { access } } });
      return `${access} is deleted`;
    },
  },
};
