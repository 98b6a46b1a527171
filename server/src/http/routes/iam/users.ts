import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import { addressOf } from '../../address.ts';
import { about } from '../../audit.ts';
import { sendLongList } from '../../long-list.ts';
import { NoBody } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { home, ownAccount, refuseTemporary, selfOr } from './callers.ts';
import { ByName, Description, Enabled, Id, Name, Password } from './fields.ts';
import { doc, may } from './keystone-route.ts';
import { changeUser } from './user-change.ts';
import { GroupView, listOf, UserView, viewed, viewsUnder } from './views.ts';

/** Users of an account. */
export const userRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { iam, publicUrl, sessions, gate },
) => {
  const { directory, delegation } = iam;
  const { listLinks, userView, groupView } = viewsUnder(publicUrl);

  const OneUser = Type.Object({ user_id: Id });

  server.get(
    '/v3/users',
    {
      config: may('iam:users:listUsers'),
      schema: {
        ...doc('List users', { 200: listOf('users', UserView) }),
        querystring: Type.Interface([ByName], { enabled: Enabled }),
      },
    },
    async ({ principal, query: { name, enabled } }, reply) =>
      sendLongList(reply, gate, {
        name: 'users',
        item: UserView,
        pages: viewed(directory.users.pages(home(principal), { name, enabled }), userView),
        rest: listLinks('/v3/users'),
      }),
  );
  server.post(
    '/v3/users',
    {
      config: may('iam:users:createUser', ['user', 'createUser', 'user.name']),
      schema: {
        ...doc('Create a user', { 201: Type.Object({ user: UserView }) }),
        body: Type.Object({
          user: Type.Object({
            name: Name,
            password: Type.Optional(Password),
            description: Description,
            enabled: Enabled,
            domain_id: Type.Optional(Id),
          }),
        }),
      },
    },
    async (request, reply) => {
      const { domain_id, name, password, description, enabled } = request.body.user;
      ownAccount(request.principal, domain_id);
      if (password !== undefined) refuseTemporary(request.principal);
      const wanted = { name, password, description, enabled };
      const user = await directory.users.add(home(request.principal), wanted);
      about(request, { resourceId: user.id });
      return reply.code(201).send({ user: userView(user) });
    },
  );
  server.get(
    '/v3/users/:user_id',
    {
      config: may('signed-in'),
      schema: { ...doc('A user', { 200: Type.Object({ user: UserView }) }), params: OneUser },
    },
    async ({ principal, params }) => {
      selfOr(principal, params.user_id, 'iam:users:getUser');
      return { user: userView(await directory.users.get(home(principal), params.user_id)) };
    },
  );
  server.patch(
    '/v3/users/:user_id',
    {
      config: may('iam:users:updateUser', ['user', 'updateUser']),
      schema: {
        ...doc('Change a user', { 200: Type.Object({ user: UserView }) }),
        params: OneUser,
        body: Type.Object({
          user: Type.Object({
            name: Type.Optional(Name),
            password: Type.Optional(Password),
            description: Description,
            enabled: Enabled,
          }),
        }),
      },
    },
    async (request) => {
      const { name, password, description, enabled } = request.body.user;
      const change = { name, password, description, enabled };
      return { user: userView(await changeUser(request, delegation, request.params.user_id, change)) };
    },
  );
  server.delete(
    '/v3/users/:user_id',
    {
      config: may('iam:users:deleteUser', ['user', 'deleteUser']),
      schema: { ...doc('Delete a user', { 204: NoBody }), params: OneUser },
    },
    async (request, reply) => {
      const { principal, params } = request;
      about(request, { resourceId: params.user_id });
      if (params.user_id === principal.user.id) throw ERRORS.iamForbidden('you cannot delete yourself');
      const user = await delegation.removeUser(principal, params.user_id);
      about(request, { resourceName: user.name });
      return reply.code(204).send();
    },
  );
  server.post(
    '/v3/users/:user_id/password',
    {
      config: may('signed-in', ['user', 'changePassword']),
      schema: {
        ...doc('Change the own password', { 204: NoBody }),
        params: OneUser,
        body: Type.Object({
          user: Type.Object({
            password: Password,
            original_password: Type.String({ maxLength: 1024, format: 'password' }),
          }),
        }),
      },
    },
    async (request, reply) => {
      const { principal, params, body } = request;
      about(request, { resourceId: params.user_id, resourceName: principal.user.name });
      refuseTemporary(principal);
      if (params.user_id !== principal.user.id) {
        throw ERRORS.iamForbidden('this changes your own password; an administrator changes those of others');
      }
      const { password, original_password } = body.user;
      const address = addressOf(request);
      const token = await iam.changePassword(principal.user.id, original_password, password, address);
      // All that was issued before has ended, this session too: whoever is at the console stays in.
      if (request.bySession) sessions.keep(reply, token, publicUrl());
      return reply.code(204).send();
    },
  );
  server.get(
    '/v3/users/:user_id/groups',
    {
      config: may('signed-in'),
      schema: { ...doc('Groups of a user', { 200: listOf('groups', GroupView) }), params: OneUser },
    },
    async ({ principal, params }) => {
      selfOr(principal, params.user_id, 'iam:groups:listGroups');
      const groups = await directory.groups.of(home(principal), params.user_id);
      return { groups: groups.map(groupView), ...listLinks(`/v3/users/${params.user_id}/groups`) };
    },
  );
};
