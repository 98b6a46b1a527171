import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { ERRORS } from '../../errors.ts';
import type { IssuedToken, Principal } from '../../iam/index.ts';
import { about } from '../audit.ts';
import type { ServerDeps } from '../server.ts';
import { keystoneTime } from './shared.ts';

const Reference = Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) });

const AuthRequest = Type.Object({
  auth: Type.Object({
    identity: Type.Object({
      methods: Type.Array(Type.String(), { minItems: 1 }),
      password: Type.Optional(
        Type.Object({
          user: Type.Object({
            id: Type.Optional(Type.String()),
            name: Type.Optional(Type.String()),
            password: Type.String({ maxLength: 1024 }),
            domain: Type.Optional(Reference),
          }),
        }),
      ),
      token: Type.Optional(Type.Object({ id: Type.String() })),
    }),
    scope: Type.Optional(
      Type.Object({
        project: Type.Optional(Type.Interface([Reference], { domain: Type.Optional(Reference) })),
        domain: Type.Optional(Reference),
      }),
    ),
  }),
});
type AuthRequest = Static<typeof AuthRequest>;

const OPEN = { action: 'open', keystone: true };
const LOGOUT = { service: 'IAM', resourceType: 'user', name: 'logout', evenUnrecorded: true } as const;
const SIGNED_IN = { action: 'signed-in', keystone: true };

/** The part of Keystone v3 that OpenStack clients need: discovery, tokens, catalog, projects. */
export const keystoneRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { iam, publicUrl }) => {
  const version = {
    id: 'v3.6',
    status: 'stable',
    updated: '2016-04-04T00:00:00Z',
    links: [{ rel: 'self', href: `${publicUrl()}/v3/` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
  };

  server.get('/', { config: OPEN }, async (request, reply) => {
    if (request.headers.accept?.includes('text/html')) return reply.redirect('/console/');
    return reply.code(300).send({ versions: { values: [version] } });
  });
  server.get('/v3', { config: OPEN }, async () => ({ version }));

  server.post(
    '/v3/auth/tokens',
    {
      config: {
        ...OPEN,
        audit: { service: 'IAM', resourceType: 'user', name: 'login', evenUnrecorded: true },
      },
      schema: {
        summary: 'Sign in',
        tags: ['identity'],
        body: AuthRequest,
        querystring: Type.Object({ nocatalog: Type.Optional(Type.String()) }),
      },
    },
    async (request, reply) => {
      const token = await signIn(request);
      return answer(reply.code(201), token, request.query.nocatalog === undefined);
    },
  );

  async function signIn(request: FastifyRequest<{ Body: AuthRequest }>): Promise<IssuedToken> {
    const { identity, scope = {} } = request.body.auth;
    if (identity.methods.includes('password') && identity.password) {
      const { user } = identity.password;
      about(request, { name: 'loginfailed', ...(await iam.named(user)) });
      const token = await iam.login({ user, address: request.ip }, scope);
      about(request, { name: 'login' });
      return token;
    }
    // A token of another scope is no further sign-in.
    about(request, { done: true });
    if (identity.methods.includes('token') && identity.token) return iam.exchange(identity.token.id, scope);
    throw ERRORS.invalidBody(
      'auth.identity.methods',
      'auth.identity.methods must be password or token, with the member of that name',
    );
  }

  server.get('/v3/auth/tokens', { config: SIGNED_IN }, async (request, reply) => {
    return answer(
      reply,
      await subjectOf(request),
      (request.query as { nocatalog?: string }).nocatalog === undefined,
    );
  });
  server.delete('/v3/auth/tokens', { config: { ...SIGNED_IN, audit: LOGOUT } }, async (request, reply) => {
    const subject = await subjectOf(request);
    const { id, name } = subject.principal.user;
    about(request, { resourceId: id, resourceName: name });
    await iam.revoke(subject.text);
    return reply.code(204).send();
  });

  /** The token to look at: one's own, or one of the same account. */
  async function subjectOf(request: FastifyRequest): Promise<IssuedToken> {
    const text = request.headers['x-subject-token'];
    if (typeof text !== 'string') throw ERRORS.invalidBody('X-Subject-Token', 'X-Subject-Token is missing');
    const subject = await iam.examine(text);
    if (subject.principal.domainId !== request.principal.domainId)
      throw ERRORS.unauthenticated('decrypt token fail');
    return subject;
  }

  server.get('/v3/auth/catalog', { config: SIGNED_IN }, async ({ principal }) => ({
    catalog: catalogOf(principal, publicUrl()),
    links: { self: `${publicUrl()}/v3/auth/catalog` },
  }));

  function answer(reply: FastifyReply, { text, claims, principal }: IssuedToken, withCatalog: boolean) {
    const { user, project, roles } = principal;
    reply.header('X-Subject-Token', text);
    return reply.send({
      token: {
        methods: claims.methods,
        issued_at: keystoneTime(claims.issuedAt),
        expires_at: keystoneTime(claims.expiresAt),
        user: { ...user, password_expires_at: '' },
        ...(project
          ? { project: { id: project.id, name: project.name, domain: project.domain } }
          : { domain: user.domain }),
        roles,
        catalog: withCatalog ? catalogOf(principal, publicUrl()) : [],
      },
    });
  }
};

/** Endpoints with the project's id in them; without a project only the identity service. */
function catalogOf({ project }: Principal, publicUrl: string) {
  const service = (type: string, path: string, region: string) => ({
    id: type,
    type,
    name: type,
    endpoints: [
      { id: `${type}-public`, interface: 'public', region, region_id: region, url: `${publicUrl}${path}` },
    ],
  });
  if (!project) return [service('identity', '/v3', '*')];
  return [
    service('identity', '/v3', project.region),
    service('cts', `/v1.0/${project.id}`, project.region),
    service('ctsv2', `/v2.0/${project.id}`, project.region),
    service('ctsv3', `/v3/${project.id}`, project.region),
  ];
}
