import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type, { type Static } from 'typebox';
import { ERRORS } from '../../../errors.ts';
import {
  ACCOUNT_SCOPE,
  ALL_PROJECTS_SCOPE,
  type Grant,
  PolicyDocument,
  type Principal,
  type Role,
} from '../../../iam/index.ts';
import { about } from '../../audit.ts';
import { MAX_FILTER_VALUE } from '../../limits.ts';
import { sendLongList } from '../../long-list.ts';
import { NoBody, Sought } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { home } from './callers.ts';
import { Description, Id } from './fields.ts';
import { doc, may } from './keystone-route.ts';
import { PAGING, pageOf } from './paging.ts';
import { listOf, RoleView, viewed, viewsUnder } from './views.ts';

const ById = Type.Object({ id: Id });
const AssignmentView = Type.Object({
  role: ById,
  group: ById,
  scope: Type.Object({
    project: Type.Optional(ById),
    domain: Type.Optional(ById),
    'OS-INHERIT:inherited_to': Type.Optional(Type.String()),
  }),
  links: Type.Object({ assignment: Type.String() }),
});

const SoughtAssignments = Type.Object({
  'role.id': Type.Optional(Id),
  'group.id': Type.Optional(Id),
  'user.id': Type.Optional(
    Type.String({
      maxLength: MAX_FILTER_VALUE,
      description: 'Roles are held by groups: of its groups',
    }),
  ),
  'scope.project.id': Type.Optional(Id),
  'scope.domain.id': Type.Optional(Id),
  'scope.OS-INHERIT:inherited_to': Type.Optional(Type.Enum(['projects'])),
});

/** Roles, custom policies, and which group holds which role where. */
export const roleRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { iam, publicUrl, gate }) => {
  const { directory, delegation } = iam;
  const { self, listLinks } = viewsUnder(publicUrl);

  const roleView = (role: Role) => ({
    id: role.id,
    name: role.name,
    domain_id: role.domainId ?? null,
    display_name: role.displayName,
    description: role.description,
    type: role.type ?? 'AX',
    catalog: role.domainId ? 'CUSTOMED' : role.operatorOnly ? 'OPENCTS' : 'BASE',
    policy: role.policy,
    links: self(`/v3/roles/${role.id}`),
  });
  const sendRoles = (reply: FastifyReply, roles: readonly Role[], path: string) =>
    sendLongList(reply, gate, {
      name: 'roles',
      item: RoleView,
      pages: [roles.map(roleView)],
      rest: listLinks(path),
    });
  const OneRole = Type.Object({ role_id: Id });
  const RoleName = Type.String({
    pattern: '^[\\p{L}\\p{N} _-]{1,64}$',
    rule: 'must hold 1 to 64 of letters, digits, space, "_" and "-"',
  });
  const RoleType = Type.Optional(
    Type.Enum(['AX', 'XA'], {
      description: 'AX: of the account, XA: of projects; kept, and nothing follows from it',
    }),
  );
  const NewRole = Type.Object({
    role: Type.Object({
      display_name: RoleName,
      description: Description,
      policy: PolicyDocument,
      type: RoleType,
    }),
  });

  for (const path of ['/v3/roles', '/v3.0/OS-ROLE/roles']) {
    server.get(
      path,
      {
        config: may('iam:roles:listRoles'),
        schema: {
          ...doc('List roles', { 200: listOf('roles', RoleView) }),
          querystring: Type.Object({
            name: Type.Optional(Sought),
            display_name: Type.Optional(Sought),
            domain_id: Type.Optional(
              Type.String({ maxLength: MAX_FILTER_VALUE, description: 'Only the policies that are its own' }),
            ),
            ...PAGING,
          }),
        },
      },
      async ({ principal, query }, reply) => {
        const roles = (await directory.roles.list(home(principal)))
          .filter(({ name }) => !query.name || name === query.name)
          .filter(({ displayName }) => !query.display_name || displayName === query.display_name)
          .filter(({ domainId }) => !query.domain_id || domainId === query.domain_id);
        return sendRoles(reply, pageOf(roles, query), path);
      },
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
      const { display_name, description, policy, type } = request.body.role;
      const role = await directory.roles.add(home(request.principal), {
        name: display_name,
        description,
        policy,
        type,
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
          role: Type.Object({
            display_name: Type.Optional(RoleName),
            description: Description,
            policy: Type.Optional(PolicyDocument),
            type: RoleType,
          }),
        }),
      },
    },
    async (request) => {
      about(request, { resourceId: request.params.role_id });
      const { display_name, description, policy, type } = request.body.role;
      const change = { name: display_name, description, policy, type };
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

  server.get(
    '/v3/role_assignments',
    {
      config: may('iam:permissions:listRolesForGroup'),
      schema: {
        ...doc('Which group holds which role where', { 200: listOf('role_assignments', AssignmentView) }),
        querystring: SoughtAssignments,
      },
    },
    async ({ principal, query }, reply) => {
      const domainId = home(principal);
      const sought = {
        userId: query['user.id'] || undefined,
        groupId: query['group.id'] || undefined,
        roleId: query['role.id'] || undefined,
        scopes: scopesAsked(domainId, query),
      };
      return sendLongList(reply, gate, {
        name: 'role_assignments',
        item: AssignmentView,
        pages: viewed(directory.roles.allGrants(domainId, sought), (grant) =>
          assignmentView(grant, domainId),
        ),
        rest: listLinks('/v3/role_assignments'),
      });
    },
  );

  function assignmentView(
    { groupId, roleId, scope }: Grant,
    domainId: string,
  ): Static<typeof AssignmentView> {
    const place = isProject(scope) ? `/v3/projects/${scope}` : `/v3/domains/${domainId}`;
    return {
      role: { id: roleId },
      group: { id: groupId },
      scope: isProject(scope)
        ? { project: { id: scope } }
        : {
            domain: { id: domainId },
            ...(scope === ALL_PROJECTS_SCOPE ? { 'OS-INHERIT:inherited_to': 'projects' } : {}),
          },
      links: { assignment: `${publicUrl()}${place}/groups/${groupId}/roles/${roleId}` },
    };
  }

  const Scoped = Type.Object({ scope_id: Id, group_id: Id });
  const Granted = Type.Object({ scope_id: Id, group_id: Id, role_id: Id });
  /** Where a grant holds: in one project, in the account itself, in all projects. */
  const SCOPES = [
    {
      base: '/v3/projects/:scope_id/groups/:group_id/roles',
      end: '',
      where: 'a project',
      scopeOf: async (principal: Principal, id: string) =>
        (await directory.projects.get(home(principal), id)).id,
    },
    {
      base: '/v3/domains/:scope_id/groups/:group_id/roles',
      end: '',
      where: 'the account',
      scopeOf: async (principal: Principal, id: string) => accountScope(principal, id),
    },
    {
      base: '/v3/OS-INHERIT/domains/:scope_id/groups/:group_id/roles',
      end: '/inherited_to_projects',
      where: 'all projects of the account',
      scopeOf: async (principal: Principal, id: string) => accountScope(principal, id) && ALL_PROJECTS_SCOPE,
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
      async ({ principal, params, url }, reply) => {
        const domainId = home(principal);
        const scope = await scopeOf(principal, params.scope_id);
        const roles = await directory.roles.list(domainId);
        const granted = (await directory.roles.grants(domainId, params.group_id)).filter(
          (one) => one.scope === scope,
        );
        const held = roles.filter(({ id }) => granted.some(({ roleId }) => roleId === id));
        return sendRoles(reply, held, url.split('?', 1)[0] as string);
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
            scope: await scopeOf(principal, params.scope_id),
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

/** Scopes of the grants that are asked for; undefined: all. */
function scopesAsked(domainId: string, query: Static<typeof SoughtAssignments>): string[] | undefined {
  const project = query['scope.project.id'];
  const domain = query['scope.domain.id'];
  const inherited = query['scope.OS-INHERIT:inherited_to'];
  if (project) return isProject(project) && !domain && !inherited ? [project] : [];
  if (domain && domain !== domainId) return [];
  if (inherited) return [ALL_PROJECTS_SCOPE];
  return domain ? [ACCOUNT_SCOPE, ALL_PROJECTS_SCOPE] : undefined;
}

const isProject = (scope: string) => scope !== ACCOUNT_SCOPE && scope !== ALL_PROJECTS_SCOPE;

function accountScope(principal: Principal, domainId: string): string {
  if (domainId !== home(principal)) throw ERRORS.iamNotFound('account', domainId);
  return ACCOUNT_SCOPE;
}
