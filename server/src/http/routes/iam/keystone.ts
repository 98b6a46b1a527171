import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { ERRORS } from '../../../errors.ts';
import type { IssuedToken, Principal, Project, ScopeRequest } from '../../../iam/index.ts';
import { isPlainWord } from '../../../text.ts';
import { about } from '../../audit.ts';
import { MAX_FILTER_VALUE } from '../../limits.ts';
import { NoBody } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { selfOr } from './callers.ts';
import { doc } from './keystone-route.ts';
import { signInByPassword } from './sign-in.ts';
import { keystoneTime } from './views.ts';

/** Longest name or id of a sign-in; ours are shorter. */
const Text = Type.String({ maxLength: 255 });
const Reference = Type.Object({ id: Type.Optional(Text), name: Type.Optional(Text) });
const UNSCOPED = 'unscoped';

const AuthRequest = Type.Object({
  auth: Type.Object({
    identity: Type.Object({
      methods: Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 8 }),
      password: Type.Optional(
        Type.Object({
          user: Type.Object({
            id: Type.Optional(Text),
            name: Type.Optional(Text),
            password: Type.String({ maxLength: 1024, format: 'password' }),
            domain: Type.Optional(Reference),
          }),
        }),
      ),
      token: Type.Optional(Type.Object({ id: Type.String() })),
    }),
    scope: Type.Optional(
      Type.Union([
        Type.Literal(UNSCOPED),
        Type.Object({
          project: Type.Optional(Type.Interface([Reference], { domain: Type.Optional(Reference) })),
          domain: Type.Optional(Reference),
          unscoped: Type.Optional(Type.Object({})),
        }),
      ]),
    ),
  }),
});
type AuthRequest = Static<typeof AuthRequest>;

const Catalog = Type.Array(
  Type.Object({
    id: Type.String(),
    type: Type.String(),
    name: Type.String(),
    endpoints: Type.Array(
      Type.Object({
        id: Type.String(),
        interface: Type.String(),
        region: Type.String(),
        region_id: Type.String(),
        url: Type.String(),
      }),
    ),
  }),
);
const Named = Type.Object({ id: Type.String(), name: Type.String() });
/** The token itself is in the header `X-Subject-Token`. */
const TokenAnswer = Type.Object({
  token: Type.Object({
    methods: Type.Array(Type.String()),
    issued_at: Type.String(),
    expires_at: Type.String(),
    user: Type.Interface([Named], { domain: Named, password_expires_at: Type.String() }),
    project: Type.Optional(Type.Interface([Named], { domain: Named })),
    domain: Type.Optional(Named),
    roles: Type.Array(Named),
    catalog: Catalog,
  }),
});
const NoCatalog = Type.Object({
  nocatalog: Type.Optional(
    Type.String({ maxLength: MAX_FILTER_VALUE, description: 'Any value: leave the catalog empty' }),
  ),
});

const OPEN = { action: 'open', keystone: true };
const LOGOUT = { service: 'IAM', resourceType: 'user', name: 'logout', evenUnrecorded: true } as const;
const SIGNED_IN = { action: 'signed-in', keystone: true };

/** What OpenStack clients need of Keystone v3: discovery, tokens, catalog (`docs/reference/iam-auth.md` 2, 3). */
export const keystoneRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { iam, config, publicUrl },
) => {
  const version = () => ({
    id: 'v3.6',
    status: 'stable',
    updated: '2016-04-04T00:00:00Z',
    links: [{ rel: 'self', href: `${publicUrl()}/v3/` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
  });

  server.get(
    '/',
    { config: OPEN, schema: { summary: 'Versions of the identity service', tags: ['identity'] } },
    async (request, reply) => {
      if (request.headers.accept?.includes('text/html')) return reply.redirect('/console/');
      return reply.code(300).send({ versions: { values: [version()] } });
    },
  );
  server.get(
    '/v3',
    { config: OPEN, schema: { summary: 'The version of the identity service', tags: ['identity'] } },
    async () => ({ version: version() }),
  );

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
        querystring: NoCatalog,
        response: { 201: TokenAnswer },
      },
    },
    async (request, reply) => {
      const token = await signIn(request);
      reply.header('X-Subject-Token', token.text);
      return reply.code(201).send(describe(token, request.query.nocatalog === undefined));
    },
  );

  const catalog = (project: Project | undefined) => catalogOf(project, config.regions, publicUrl());

  async function signIn(request: FastifyRequest<{ Body: AuthRequest }>): Promise<IssuedToken> {
    const { identity } = request.body.auth;
    const scope = scopeOf(request.body.auth.scope);
    const method = methodOf(identity);
    if (method === 'password' && identity.password) {
      return signInByPassword(request, iam, identity.password.user, scope);
    }
    // A token of another scope is no further sign-in.
    about(request, { done: true });
    if (method === 'token' && identity.token) return iam.exchange(identity.token.id, scope);
    throw ERRORS.invalidBody(
      `auth.identity.${method}`,
      `auth.identity.${method} is missing, although auth.identity.methods names it`,
    );
  }

  server.get(
    '/v3/auth/tokens',
    {
      config: SIGNED_IN,
      schema: { ...doc('What a token says', { 200: TokenAnswer }), querystring: NoCatalog },
    },
    async (request, reply) => {
      const subject = await subjectOf(request, 'iam:tokens:getToken');
      reply.header('X-Subject-Token', subject.text);
      return describe(subject, request.query.nocatalog === undefined);
    },
  );
  server.delete(
    '/v3/auth/tokens',
    { config: { ...SIGNED_IN, audit: LOGOUT }, schema: doc('Revoke a token', { 204: NoBody }) },
    async (request, reply) => {
      const subject = await subjectOf(request, 'iam:tokens:revokeToken');
      const { id, name } = subject.principal.user;
      about(request, { resourceId: id, resourceName: name });
      await iam.revoke(subject.text);
      return reply.code(204).send();
    },
  );

  /**
   * The token to look at: one's own, or one of another user of the account, which takes an action.
   * @throws CtsError 400, 403, 404
   */
  async function subjectOf({ headers, principal }: FastifyRequest, action: string): Promise<IssuedToken> {
    const text = headers['x-subject-token'];
    if (typeof text !== 'string') throw ERRORS.iamInvalid('X-Subject-Token', 'X-Subject-Token is missing');
    const subject = await iam.examine(text).catch(() => undefined);
    if (subject?.principal.domainId !== principal.domainId) throw ERRORS.iamNotFound('token', 'of that text');
    selfOr(principal, subject.principal.user.id, action);
    return subject;
  }

  server.get(
    '/v3/auth/catalog',
    {
      config: SIGNED_IN,
      schema: doc('Endpoints of the services', {
        200: Type.Object({ catalog: Catalog, links: Type.Object({ self: Type.String() }) }),
      }),
    },
    async ({ principal, headers }) => ({
      catalog: catalog(principal.project ?? (await namedProject(principal, headers))),
      links: { self: `${publicUrl()}/v3/auth/catalog` },
    }),
  );

  /**
   * Some clients sign without a project, and name it in a header that they add afterwards
   * (`docs/reference/iam-auth.md` 3). It gives no right: it chooses among the projects that the caller may enter.
   */
  async function namedProject(
    principal: Principal,
    headers: FastifyRequest['headers'],
  ): Promise<Project | undefined> {
    const wanted = headers['x-project-id'];
    return wanted ? (await iam.enterable(principal)).find(({ id }) => id === wanted) : undefined;
  }

  function describe({ claims, principal }: IssuedToken, withCatalog: boolean): Static<typeof TokenAnswer> {
    const { user, project, roles } = principal;
    return {
      token: {
        methods: claims.methods,
        issued_at: keystoneTime(claims.issuedAt),
        expires_at: keystoneTime(claims.expiresAt),
        user: { ...user, password_expires_at: '' },
        ...(project
          ? { project: { id: project.id, name: project.name, domain: project.domain } }
          : { domain: user.domain }),
        roles,
        catalog: withCatalog ? catalog(project) : [],
      },
    };
  }
};

const METHODS = ['password', 'token'];

/**
 * The one way by which a caller signs in. Where it asks for more than is checked here, a second factor for one,
 * it is refused: it must not believe that it was checked.
 * @throws CtsError 401
 */
function methodOf(identity: AuthRequest['auth']['identity']): string {
  const asked = new Set([...identity.methods, ...Object.keys(identity).filter((name) => name !== 'methods')]);
  const unknown = [...asked].find((name) => !METHODS.includes(name));
  if (unknown !== undefined) {
    throw ERRORS.unauthenticated(
      `the sign-in method ${isPlainWord(unknown) ? JSON.stringify(unknown) : 'that is asked for'} cannot be checked here; ${METHODS.join(' or ')} can`,
    );
  }
  const methods = [...new Set(identity.methods)];
  if (methods.length > 1) {
    throw ERRORS.unauthenticated(
      `the sign-in methods ${methods.join(' and ')} together cannot be checked here; name one`,
    );
  }
  return methods[0] as string;
}

/** @throws CtsError 400 for a scope that there is not */
function scopeOf(scope: AuthRequest['auth']['scope'] = {}): ScopeRequest {
  if (scope === UNSCOPED) return {};
  const kinds = Object.keys(scope);
  const unknown = kinds.find((kind) => !['project', 'domain', UNSCOPED].includes(kind));
  if (unknown !== undefined || (kinds.includes(UNSCOPED) && kinds.length > 1)) {
    throw ERRORS.invalidBody(
      'auth.scope',
      'auth.scope must be a project, a domain (the project wins where both are given), or unscoped alone',
    );
  }
  const { project, domain } = scope;
  return { ...(project ? { project } : {}), ...(domain ? { domain } : {}) };
}

/**
 * Endpoints with the project's id in them; without a project only the identity service. That one stands in every
 * region: clients look for it in the one that they are set to.
 */
function catalogOf(project: Project | undefined, regions: readonly string[], publicUrl: string) {
  const service = (type: string, path: string, among: readonly string[]) => ({
    id: type,
    type,
    name: type,
    endpoints: among.map((region) => ({
      id: among.length === 1 ? `${type}-public` : `${type}-public-${region}`,
      interface: 'public',
      region,
      region_id: region,
      url: `${publicUrl}${path}`,
    })),
  });
  const identity = service('identity', '/v3', regions);
  if (!project) return [identity];
  const { id, region } = project;
  return [
    identity,
    service('cts', `/v1.0/${id}`, [region]),
    service('ctsv2', `/v2.0/${id}`, [region]),
    service('ctsv3', `/v3/${id}`, [region]),
    service('smn', `/v2/${id}`, [region]),
    service('smnv2', `/v2/${id}`, [region]),
  ];
}
