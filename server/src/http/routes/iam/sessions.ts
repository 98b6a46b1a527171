import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import { about } from '../../audit.ts';
import { NoBody } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { doc } from './keystone-route.ts';
import { describeSession, Session } from './session-view.ts';
import { signInByPassword } from './sign-in.ts';

const SignIn = Type.Object({
  account: Type.String({ maxLength: 255 }),
  user: Type.String({ maxLength: 255 }),
  password: Type.String({ maxLength: 1024, format: 'password' }),
});

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
