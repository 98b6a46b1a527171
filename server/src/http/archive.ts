import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { about } from './audit.ts';
import type { ServerDeps } from './server.ts';

const SigningKeyView = Type.Object({
  id: Type.String(),
  public_key: Type.String({ description: 'Base64 of the X.509 SubjectPublicKeyInfo' }),
  create_time: Type.Integer(),
  active: Type.Boolean({ description: 'Digest files are signed with it now' }),
});

/** The archive: what proves it. */
export const archiveRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { signingKeys }) => {
  const view = (key: Awaited<ReturnType<typeof signingKeys.rotate>>) => ({
    id: key.id,
    public_key: key.publicKey,
    create_time: key.createdAt,
    active: key.active,
  });

  // Public keys are the installation's, and no secret: who verifies may be an outsider.
  server.get(
    '/v3/public-keys',
    {
      config: { action: 'open' },
      schema: {
        summary: 'Public keys that digest files are verified with, newest first',
        tags: ['archive'],
        response: { 200: Type.Object({ public_keys: Type.Array(SigningKeyView) }) },
      },
    },
    async () => ({ public_keys: (await signingKeys.list()).map(view) }),
  );

  server.post(
    '/v3/public-keys',
    {
      config: {
        action: 'opencts:signingKey:rotate',
        audit: { service: 'CTS', resourceType: 'signingKey', name: 'rotateSigningKey' },
      },
      schema: {
        summary: 'Sign with a new key from now on; old digests stay verifiable with the old one',
        tags: ['archive'],
        response: { 201: SigningKeyView },
      },
    },
    async (request, reply) => {
      const key = await signingKeys.rotate();
      about(request, { resourceId: key.id });
      return reply.code(201).send(view(key));
    },
  );
};
