import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ERRORS } from '../../errors.ts';
import {
  ACCOUNT_SCOPE,
  ALL_PROJECTS_SCOPE,
  PolicyDocument,
  type Principal,
  type Role,
} from '../../iam/index.ts';
import { about } from '../audit.ts';
import { NoBody } from '../schemas.ts';
import type { ServerDeps } from '../server.ts';
import { Description, doc, home, Id, listOf, may, RoleView, viewsUnder } from './shared.ts';

/** Roles, custom policies, and which group holds which role where. */
export const roleRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { iam, publicUrl }) => {
  const { directory, delegation } = iam;
  const { self, listLinks } = viewsUnder(publicUrl);

  const roleView = (role: Role) => ({
    id: role.id,
    name: role.name,
    display_name: role.displayName,
    description: role.description,
    type: 'AX',
    catalog: role.operatorOnly ? 'OPENCTS' : 'BASE',
    policy: role.policy,
    links: self(`/v3/roles/${role.id}`),
  });
  const OneRole = Type.Object({ role_id: Id });
  const RoleName = Type.String({
    pattern: '^[\\p{L}\\p{N} _-]{1,64}$',
    rule: 'must hold 1 to 64 of letters, digits, space, "_" and "-"',
  });
  const NewRole = Type.Object({
    role: Type.Object({ display_name: RoleName, description: Description, policy: PolicyDocument }),
  });

  for (const path of ['/v3/roles', '/v3.0/OS-ROLE/roles']) {
    server.get(
      path,
      {
        config: may('iam:roles:listRoles'),
        schema: {
          ...doc('List roles', { 200: listOf('roles', RoleView) }),
          querystring: Type.Object({
            name: Type.Optional(Type.String()),
            display_name: Type.Optional(Type.String()),
          }),
        },
      },
      async ({ principal, query }) => ({
        roles: (await directory.roles.list(home(principal)))
          .filter(({ name }) => !query.name || name === query.name)
          .filter(({ displayName }) => !query.display_name || displayName === query.display_name)
          .map(roleView),
        ...listLinks(path),
      }),
    );
    server.get(
      `${path}/:role_id`,
      {
        config: may('iam:roles:getRole'),
        schema: { ...doc('A role', { 200: Type.Object({ role: RoleView }) }), params: OneRole },
      },
      async ({ principal, params }) => ({
        role: roleView(await directory.roles.get(home(principal), params.role_id)),
      }),
    );
  }
  server.post(
    '/v3.0/OS-ROLE/roles',
    {
      config: may('iam:roles:createRole', ['Policy', 'createRole', 'role.display_name']),
      schema: { ...doc('Create a custom policy', { 201: Type.Object({ role: RoleView }) }), body: NewRole },
    },
    async (request, reply) => {
      const { display_name, description, policy } = request.body.role;
      const role = await directory.roles.add(home(request.principal), {
        name: display_name,
        description,
        policy,
      });
      about(request, { resourceId: role.id });
      return reply.code(201).send({ role: roleView(role) });
    },
  );
  server.patch(
    '/v3.0/OS-ROLE/roles/:role_id',
    {
      config: may('iam:roles:updateRole', ['Policy', 'updateRole']),
      schema: {
        ...doc('Change a custom policy', { 200: Type.Object({ role: RoleView }) }),
        params: OneRole,
        body: Type.Object({
          role: Type.Object({ description: Description, policy: Type.Optional(PolicyDocument) }),
        }),
      },
    },
    async (request) => {
      about(request, { resourceId: request.params.role_id });
      const { description, policy } = request.body.role;
      const change = { description, policy };
      const role = await delegation.changeRole(request.principal, request.params.role_id, change);
      about(request, { resourceName: role.displayName });
      return { role: roleView(role) };
    },
  );
  server.delete(
    '/v3.0/OS-ROLE/roles/:role_id',
    {
      config: may('iam:roles:deleteRole', ['Policy', 'deleteRole']),
      schema: { ...doc('Delete a custom policy', { 200: NoBody }), params: OneRole },
    },
    async (request, reply) => {
      about(request, { resourceId: request.params.role_id });
      const role = await delegation.removeRole(request.principal, request.params.role_id);
      about(request, { resourceName: role.displayName });
      // Go clients take nothing else.
      return reply.code(200).send();
    },
  );

  const Scoped = Type.Object({ scope_id: Id, group_id: Id });
  const Granted = Type.Object({ scope_id: Id, group_id: Id, role_id: Id });
  /** Where a grant holds: in one project, in the account itself, in all projects. */
  const SCOPES = [
    {
      base: '/v3/projects/:scope_id/groups/:group_id/roles',
      end: '',
      where: 'a project',
      scopeOf: (_principal: Principal, id: string) => id,
    },
    {
      base: '/v3/domains/:scope_id/groups/:group_id/roles',
      end: '',
      where: 'the account',
      scopeOf: accountScope,
    },
    {
      base: '/v3/OS-INHERIT/domains/:scope_id/groups/:group_id/roles',
      end: '/inherited_to_projects',
      where: 'all projects of the account',
      scopeOf: (principal: Principal, id: string) => accountScope(principal, id) && ALL_PROJECTS_SCOPE,
    },
  ];
  for (const { base, end, where, scopeOf } of SCOPES) {
    server.get(
      `${base}${end}`,
      {
        config: may('iam:permissions:listRolesForGroup'),
        schema: {
          ...doc(`Roles of a group in ${where}`, { 200: listOf('roles', RoleView) }),
          params: Scoped,
        },
      },
      async ({ principal, params }) => {
        const domainId = home(principal);
        const scope = scopeOf(principal, params.scope_id);
        const roles = await directory.roles.list(domainId);
        const granted = (await directory.roles.grants(domainId, params.group_id)).filter(
          (one) => one.scope === scope,
        );
        return {
          roles: roles.filter(({ id }) => granted.some(({ roleId }) => roleId === id)).map(roleView),
          ...listLinks(base),
        };
      },
    );
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      server.route({
        method,
        url: `${base}/:role_id${end}`,
        config: {
          GET: may('iam:permissions:checkRoleForGroup'),
          PUT: may('iam:permissions:grantRoleToGroup', ['group', 'updateGroupAssignsByRole']),
          DELETE: may('iam:permissions:revokeRoleFromGroup', ['group', 'updateGroupAssignsByRole']),
        }[method],
        schema: {
          ...doc(
            `${{ GET: 'Check', PUT: 'Grant', DELETE: 'Revoke' }[method]} a role of a group in ${where}`,
            { 204: NoBody },
          ),
          params: Granted,
        },
        handler: async (request, reply) => {
          const { principal, params } = request;
          const domainId = home(principal);
          const grant = {
            groupId: params.group_id,
            roleId: params.role_id,
            scope: scopeOf(principal, params.scope_id),
          };
          if (method === 'GET') {
            const known = await directory.roles.grants(domainId, grant.groupId);
            if (!known.some(({ roleId, scope }) => roleId === grant.roleId && scope === grant.scope)) {
              throw ERRORS.iamNotFound('grant of the role', grant.roleId);
            }
          } else {
            const { name } = await directory.groups.get(domainId, grant.groupId);
            about(request, { resourceId: grant.groupId, resourceName: name });
            if (method === 'PUT') await delegation.grant(principal, grant);
            else await delegation.revoke(principal, grant);
          }
          return reply.code(204).send();
        },
      });
    }
  }
};

function accountScope(principal: Principal, domainId: string): string {
  if (domainId !== home(principal)) throw ERRORS.iamNotFound('account', domainId);
  return ACCOUNT_SCOPE;
}
