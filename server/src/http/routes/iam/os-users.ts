import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { Profile, type User } from '../../../iam/index.ts';
import { about } from '../../audit.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { home, ownAccount, refuseTemporary, selfOr } from './callers.ts';
import { Description, Enabled, Id, Name, Password } from './fields.ts';
import { doc, may } from './keystone-route.ts';
import { changeUser } from './user-change.ts';
import { viewsUnder } from './views.ts';

const OsUserView = Type.Interface([Type.Required(Profile)], {
  id: Id,
  name: Type.String(),
  domain_id: Id,
  enabled: Type.Boolean(),
  description: Type.String(),
  is_domain_owner: Type.Boolean(),
  create_time: Type.String({ description: 'UTC, as in 2026-11-05 09:30:00.0' }),
  links: Type.Object({ self: Type.String() }),
});
const Answer = Type.Object({ user: OsUserView });
const Changed = Type.Interface([Profile], {
  name: Type.Optional(Name),
  password: Type.Optional(Password),
  description: Description,
  enabled: Enabled,
});

/** Users as the clouds' own API of version 3.0 has them (`docs/reference/iam-auth.md` 4). */
export const osUserRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { iam, publicUrl }) => {
  const { directory, delegation } = iam;
  const { self } = viewsUnder(publicUrl);
  const OneUser = Type.Object({ user_id: Id });

  const osUserView = (user: User): Static<typeof OsUserView> => ({
    id: user.id,
    name: user.name,
    domain_id: user.domainId,
    enabled: user.enabled,
    description: user.description,
    is_domain_owner: false,
    create_time: new Date(user.createdAt).toISOString().slice(0, 19).replace('T', ' ').concat('.0'),
    ...{ email: '', areacode: '', phone: '', access_mode: 'default', pwd_status: false },
    ...{ xuser_type: '', xuser_id: '' },
    ...user.profile,
    links: self(`/v3.0/OS-USER/users/${user.id}`),
  });

  server.post(
    '/v3.0/OS-USER/users',
    {
      config: may('iam:users:createUser', ['user', 'createUser', 'user.name']),
      schema: {
        ...doc('Create a user', { 201: Answer }),
        body: Type.Object({
          user: Type.Interface([Changed], { name: Name, domain_id: Type.Optional(Id) }),
        }),
      },
    },
    async (request, reply) => {
      const { domain_id, name, password, description, enabled, ...more } = request.body.user;
      ownAccount(request.principal, domain_id);
      if (password !== undefined) refuseTemporary(request.principal);
      const wanted = { name, password, description, enabled, profile: profileIn(more) };
      const user = await directory.users.add(home(request.principal), wanted);
      about(request, { resourceId: user.id });
      return reply.code(201).send({ user: osUserView(user) });
    },
  );
  server.get(
    '/v3.0/OS-USER/users/:user_id',
    {
      config: may('signed-in'),
      schema: { ...doc('A user', { 200: Answer }), params: OneUser },
    },
    async ({ principal, params }) => {
      selfOr(principal, params.user_id, 'iam:users:getUser');
      return { user: osUserView(await directory.users.get(home(principal), params.user_id)) };
    },
  );
  server.put(
    '/v3.0/OS-USER/users/:user_id',
    {
      config: may('iam:users:updateUser', ['user', 'updateUser']),
      schema: {
        ...doc('Change a user', { 200: Answer }),
        params: OneUser,
        body: Type.Object({ user: Changed }),
      },
    },
    async (request) => {
      const { name, password, description, enabled, ...more } = request.body.user;
      const change = { name, password, description, enabled, profile: profileIn(more) };
      return { user: osUserView(await changeUser(request, delegation, request.params.user_id, change)) };
    },
  );
};

/** Of what was sent, what a profile has. */
function profileIn(sent: Profile): Profile {
  const { email, areacode, phone, access_mode, pwd_status, xuser_type, xuser_id } = sent;
  const all = { email, areacode, phone, access_mode, pwd_status, xuser_type, xuser_id };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
