import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { about } from '../../audit.ts';
import { sendLongList } from '../../long-list.ts';
import { NoBody } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { home, ownAccount } from './callers.ts';
import { ByName, Description, Id, Name } from './fields.ts';
import { doc, may } from './keystone-route.ts';
import { GroupView, listOf, UserView, viewed, viewsUnder } from './views.ts';

/** Groups of an account and their members. */
export const groupRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { iam, publicUrl, gate },
) => {
  const { directory, delegation } = iam;
  const { listLinks, userView, groupView } = viewsUnder(publicUrl);

  const OneGroup = Type.Object({ group_id: Id });
  const Member = Type.Object({ group_id: Id, user_id: Id });

  server.get(
    '/v3/groups',
    {
      config: may('iam:groups:listGroups'),
      schema: { ...doc('List groups', { 200: listOf('groups', GroupView) }), querystring: ByName },
    },
    async ({ principal, query }) => ({
      groups: (await directory.groups.list(home(principal), query.name)).map(groupView),
      ...listLinks('/v3/groups'),
    }),
  );
  server.post(
    '/v3/groups',
    {
      config: may('iam:groups:createGroup', ['userGroup', 'createGroup', 'group.name']),
      schema: {
        ...doc('Create a group', { 201: Type.Object({ group: GroupView }) }),
        body: Type.Object({
          group: Type.Object({
            name: Name,
            description: Description,
            domain_id: Type.Optional(Id),
          }),
        }),
      },
    },
    async (request, reply) => {
      const { domain_id, name, description } = request.body.group;
      ownAccount(request.principal, domain_id);
      const group = await directory.groups.add(home(request.principal), { name, description });
      about(request, { resourceId: group.id });
      return reply.code(201).send({ group: groupView(group) });
    },
  );
  server.get(
    '/v3/groups/:group_id',
    {
      config: may('iam:groups:getGroup'),
      schema: { ...doc('A group', { 200: Type.Object({ group: GroupView }) }), params: OneGroup },
    },
    async ({ principal, params }) => ({
      group: groupView(await directory.groups.get(home(principal), params.group_id)),
    }),
  );
  server.patch(
    '/v3/groups/:group_id',
    {
      config: may('iam:groups:updateGroup', ['userGroup', 'updateGroup']),
      schema: {
        ...doc('Change a group', { 200: Type.Object({ group: GroupView }) }),
        params: OneGroup,
        body: Type.Object({ group: Type.Object({ name: Type.Optional(Name), description: Description }) }),
      },
    },
    async (request) => {
      about(request, { resourceId: request.params.group_id });
      const { name, description } = request.body.group;
      const change = { name, description };
      const group = await delegation.changeGroup(request.principal, request.params.group_id, change);
      about(request, { resourceName: group.name });
      return { group: groupView(group) };
    },
  );
  server.delete(
    '/v3/groups/:group_id',
    {
      config: may('iam:groups:deleteGroup', ['userGroup', 'deleteGroup']),
      schema: { ...doc('Delete a group', { 204: NoBody }), params: OneGroup },
    },
    async (request, reply) => {
      about(request, { resourceId: request.params.group_id });
      const group = await delegation.removeGroup(request.principal, request.params.group_id);
      about(request, { resourceName: group.name });
      return reply.code(204).send();
    },
  );
  server.get(
    '/v3/groups/:group_id/users',
    {
      config: may('iam:groups:getGroup'),
      schema: { ...doc('Members of a group', { 200: listOf('users', UserView) }), params: OneGroup },
    },
    async ({ principal, params }, reply) => {
      const { id } = await directory.groups.get(home(principal), params.group_id);
      return sendLongList(reply, gate, {
        name: 'users',
        item: UserView,
        pages: viewed(directory.groups.members(id), userView),
        rest: listLinks(`/v3/groups/${id}/users`),
      });
    },
  );
  server.route({
    method: ['GET'],
    url: '/v3/groups/:group_id/users/:user_id',
    config: may('iam:groups:getGroup'),
    schema: { ...doc('Whether a user is in a group', { 204: NoBody }), params: Member },
    handler: async ({ principal, params }, reply) => {
      await directory.groups.checkMember(home(principal), params.group_id, params.user_id);
      return reply.code(204).send();
    },
  });
  for (const [method, action, name] of [
    ['PUT', 'iam:permissions:addUserToGroup', 'addUserToGroup'],
    ['DELETE', 'iam:permissions:removeUserFromGroup', 'removeUserFromGroup'],
  ] as const) {
    server.route({
      method,
      url: '/v3/groups/:group_id/users/:user_id',
      config: may(action, ['userGroup', name]),
      schema: {
        ...doc(method === 'PUT' ? 'Add a user to a group' : 'Remove a user from a group', { 204: NoBody }),
        params: Member,
      },
      handler: async (request, reply) => {
        const { group_id, user_id } = request.params;
        about(request, {
          resourceId: group_id,
          resourceName: (await directory.groups.get(home(request.principal), group_id)).name,
        });
        if (method === 'PUT') await delegation.addMember(request.principal, group_id, user_id);
        else await delegation.removeMember(request.principal, group_id, user_id);
        return reply.code(204).send();
      },
    });
  }
};
