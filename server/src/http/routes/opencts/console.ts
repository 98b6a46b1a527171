import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { ServerDeps } from '../../server-deps.ts';

/** No inline script anywhere; the console's components set inline styles. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const YEAR_SECONDS = 31_536_000;

/** The console: hashed files live long in caches, the page itself does not; unknown paths are the page's own. */
export async function consoleRoutes(
  server: FastifyInstance,
  { consoleDir, publicUrl }: ServerDeps,
): Promise<void> {
  server.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
    reply.header('referrer-policy', 'no-referrer');
    if (publicUrl().startsWith('https:'))
      reply.header('strict-transport-security', `max-age=${YEAR_SECONDS}`);
    reply.header('vary', 'accept-encoding');
    done(null, payload);
  });
  await server.register(fastifyStatic, {
    root: consoleDir,
    wildcard: false,
    prefix: '/console/',
    index: false,
    cacheControl: false,
    preCompressed: true,
    setHeaders: (response, file) => {
      const lasting = /[\\/]assets[\\/]/.test(file);
      response.setHeader(
        'cache-control',
        lasting ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
      );
    },
  });
  const page = { config: { action: 'open' }, schema: { hide: true } };
  for (const path of ['/console', '/console/*']) {
    server.get(path, page, (_request, reply) => reply.sendFile('index.html'));
  }
}
