import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { ERRORS } from '../../../errors.ts';
import type { AccessKey, Principal } from '../../../iam/index.ts';
import { MAX_TOKEN } from '../../../iam/index.ts';
import { about } from '../../audit.ts';
import { sendLongList } from '../../long-list.ts';
import { HIDE_OTHERS, NoBody, Sought } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { home, refuseTemporary, selfOr } from './callers.ts';
import { Description, Id } from './fields.ts';
import { doc, may } from './keystone-route.ts';
import { CredentialView, keystoneTime, viewed } from './views.ts';

const Access = Type.Object({ access: Type.String() });

/** Access keys: permanent and temporary (`docs/reference/iam-auth.md` 7). */
export const accessKeyRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { iam, gate }) => {
  const { directory, delegation, accessKeys } = iam;

  const keyView = (key: AccessKey): Static<typeof CredentialView> => ({
    access: key.access,
    user_id: key.userId,
    status: key.active ? 'active' : 'inactive',
    description: key.description,
    create_time: keystoneTime(key.createdAt),
    last_use_time: key.lastUsedAt === undefined ? null : keystoneTime(key.lastUsedAt),
  });
  /** A key of the account, which the caller may act on. */
  async function keyOf(principal: Principal, access: string, action: string): Promise<AccessKey> {
    const key = await accessKeys.find(home(principal), access);
    // Whoever may not know of it gets the same answer as for one that is not there.
    if (!key || (key.userId !== principal.user.id && !principal.allows(action))) {
      throw ERRORS.iamNotFound('access key', access);
    }
    return key;
  }

  /** Whose key is made: its name, or what was sent for its id. */
  async function nameOfUser({ principal, body }: FastifyRequest): Promise<string> {
    const { user_id } = (body as { credential: { user_id: string } }).credential;
    const user = directory.users.get(home(principal), user_id);
    return user.then(
      ({ name }) => name,
      () => user_id,
    );
  }

  server.post(
    '/v3.0/OS-CREDENTIAL/credentials',
    {
      config: may('signed-in', ['user', 'createCredential', nameOfUser]),
      schema: {
        ...doc('Create an access key; its secret is shown this once', {
          201: Type.Object({ credential: Type.Interface([CredentialView], { secret: Type.String() }) }),
        }),
        body: Type.Object(
          { credential: Type.Object({ user_id: Id, description: Description }, HIDE_OTHERS) },
          HIDE_OTHERS,
        ),
      },
    },
    async (request, reply) => {
      const { principal } = request;
      const { user_id, description } = request.body.credential;
      about(request, { resourceId: user_id });
      refuseTemporary(principal);
      selfOr(principal, user_id, 'iam:credentials:createCredential');
      const user = await directory.users.get(home(principal), user_id);
      about(request, { resourceName: user.name });
      const make = () => accessKeys.add(user_id, description);
      const { secret, ...key } = await delegation.actingAs(principal, user_id, make);
      return reply.code(201).send({ credential: { ...keyView(key), secret } });
    },
  );
  server.get(
    '/v3.0/OS-CREDENTIAL/credentials',
    {
      config: may('signed-in'),
      schema: {
        ...doc('List access keys', { 200: Type.Object({ credentials: Type.Array(CredentialView) }) }),
        querystring: Type.Object({ user_id: Type.Optional(Sought) }),
      },
    },
    async ({ principal, query }, reply) => {
      const all = principal.allows('iam:credentials:listCredentials');
      const own = principal.user.id;
      const userId = query.user_id || (all ? undefined : own);
      const isHidden = userId !== undefined && userId !== own && !all;
      const pages = isHidden ? [] : viewed(accessKeys.pages(home(principal), userId), keyView);
      return sendLongList(reply, gate, { name: 'credentials', item: CredentialView, pages, rest: {} });
    },
  );
  server.get(
    '/v3.0/OS-CREDENTIAL/credentials/:access',
    {
      config: may('signed-in'),
      schema: {
        ...doc('An access key', { 200: Type.Object({ credential: CredentialView }) }),
        params: Access,
      },
    },
    async ({ principal, params }) => ({
      credential: keyView(await keyOf(principal, params.access, 'iam:credentials:getCredential')),
    }),
  );
  server.put(
    '/v3.0/OS-CREDENTIAL/credentials/:access',
    {
      config: may('signed-in', ['user', 'updateCredential']),
      schema: {
        ...doc('Turn an access key on or off', { 200: Type.Object({ credential: CredentialView }) }),
        params: Access,
        body: Type.Object(
          {
            credential: Type.Object(
              { status: Type.Optional(Type.Enum(['active', 'inactive'])), description: Description },
              HIDE_OTHERS,
            ),
          },
          HIDE_OTHERS,
        ),
      },
    },
    async (request) => {
      const { principal, params, body } = request;
      const key = await keyOf(principal, params.access, 'iam:credentials:updateCredential');
      about(request, { resourceId: key.userId, resourceName: key.access });
      const { status, description } = body.credential;
      const active = status && status === 'active';
      if (active) refuseTemporary(principal);
      const change = () => accessKeys.change(key.access, { active, description });
      await (active && !key.active ? delegation.actingAs(principal, key.userId, change) : change());
      return { credential: keyView(await keyOf(principal, params.access, 'iam:credentials:getCredential')) };
    },
  );
  server.delete(
    '/v3.0/OS-CREDENTIAL/credentials/:access',
    {
      config: may('signed-in', ['user', 'deleteCredential']),
      schema: { ...doc('Delete an access key', { 204: NoBody }), params: Access },
    },
    async (request, reply) => {
      const key = await keyOf(request.principal, request.params.access, 'iam:credentials:deleteCredential');
      about(request, { resourceId: key.userId, resourceName: key.access });
      await accessKeys.remove(key.access);
      return reply.code(204).send();
    },
  );
  server.post(
    '/v3.0/OS-CREDENTIAL/securitytokens',
    {
      config: may('signed-in', ['user', 'createTemporaryCredential']),
      schema: {
        ...doc('Create a temporary access key', {
          201: Type.Object({
            credential: Type.Object({
              access: Type.String(),
              secret: Type.String(),
              securitytoken: Type.String(),
              expires_at: Type.String(),
            }),
          }),
        }),
        body: Type.Object({
          auth: Type.Object({
            identity: Type.Object({
              methods: Type.Array(Type.Enum(['token']), { maxItems: 8 }),
              token: Type.Optional(
                Type.Object({
                  id: Type.Optional(Type.String({ maxLength: MAX_TOKEN, format: 'password' })),
                  duration_seconds: Type.Optional(Type.Integer({ minimum: 900, maximum: 86_400 })),
                }),
              ),
            }),
          }),
        }),
      },
    },
    async (request, reply) => {
      const { user } = request.principal;
      refuseTemporary(request.principal);
      const seconds = request.body.auth.identity.token?.duration_seconds ?? 900;
      const { access, secret, expiresAt, securityToken } = iam.makeTemporaryKey(request.principal, seconds);
      about(request, { resourceId: user.id, resourceName: access });
      return reply.code(201).send({
        credential: { access, secret, securitytoken: securityToken, expires_at: keystoneTime(expiresAt) },
      });
    },
  );
};
