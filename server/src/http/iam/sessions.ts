import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { ERRORS } from '../../errors.ts';
import type { Iam, IssuedToken } from '../../iam/index.ts';
import { about } from '../audit.ts';
import { NoBody } from '../schemas.ts';
import type { ServerDeps } from '../server-deps.ts';
import { doc, keystoneTime } from './shared.ts';
import { signInByPassword } from './sign-in.ts';

const Named = Type.Object({ id: Type.String(), name: Type.String() });

export const Session = Type.Object({
  user: Named,
  domain: Named,
  expires_at: Type.String(),
  operator: Type.Boolean({ description: 'Whether the user may see the quarantine of the installation' }),
  projects: Type.Array(Type.Interface([Named], { region: Type.String() }), {
    description: 'That the user may enter',
  }),
});

const SignIn = Type.Object({
  account: Type.String({ maxLength: 255 }),
  user: Type.String({ maxLength: 255 }),
  password: Type.String({ maxLength: 1024, format: 'password' }),
});

export async function describeSession(
  iam: Iam,
  { claims, principal }: IssuedToken,
): Promise<Static<typeof Session>> {
  const { id, name, domain } = principal.user;
  const projects = await iam.enterable(principal);
  return {
    user: { id, name },
    domain: { id: domain.id, name: domain.name },
    expires_at: keystoneTime(claims.expiresAt),
    operator: principal.allows('opencts:quarantine:list'),
    projects: projects.map(({ id, name, region }) => ({ id, name, region })),
  };
}

/** Sessions of people in the console: an account's token in a cookie; the path of a request tells its project. */
export const sessionRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { iam, publicUrl, sessions },
) => {
  server.get(
    '/session',
    {
      config: { action: 'open' },
      schema: doc('The session of this browser, if there is one', {
        200: Type.Object({ session: Type.Optional(Session) }),
      }),
    },
    async (request) => {
      const text = sessions.tokenOf(request);
      const token = text && (await iam.examine(text).catch(() => undefined));
      return token ? { session: await describeSession(iam, token) } : {};
    },
  );

  server.post(
    '/session',
    {
      config: {
        action: 'open',
        audit: { service: 'IAM', resourceType: 'user', name: 'login', evenUnrecorded: true, ofConsole: true },
      },
      schema: { ...doc('Sign in to the console', { 201: Session }), body: SignIn },
    },
    async (request, reply) => {
      const { account, user: name, password } = request.body;
      const user = { name, password, domain: { name: account } };
      const token = await signInByPassword(request, iam, user);
      sessions.keep(reply, token, publicUrl());
      return reply.code(201).send(await describeSession(iam, token));
    },
  );

  server.delete(
    '/session',
    {
      config: {
        action: 'signed-in',
        audit: { service: 'IAM', resourceType: 'user', name: 'logout', evenUnrecorded: true },
      },
      schema: doc('Sign out of the console', { 204: NoBody }),
    },
    async (request, reply) => {
      // Whoever brings other credentials as well is somebody else, perhaps.
      const text = request.bySession ? sessions.tokenOf(request) : undefined;
      const { id, name } = request.principal.user;
      about(request, { resourceId: id, resourceName: name });
      if (!text) {
        throw ERRORS.iamInvalid(
          'cookie',
          'only a session of the console is ended so, known by its cookie alone',
        );
      }
      await iam.revoke(text);
      sessions.clear(reply);
      return reply.code(204).send();
    },
  );
};
