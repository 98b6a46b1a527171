import type { FastifyInstance } from 'fastify';
import type { ServerDeps } from './server.ts';

/** For those who run the service: is it alive, is it ready, what does it measure. */
export async function healthRoutes(server: FastifyInstance, deps: ServerDeps): Promise<void> {
  const { readiness, registry, version } = deps;

  server.get('/healthz', { config: { action: 'open' } }, async () => ({ status: 'alive' }));

  server.get('/readyz', { config: { action: 'open' } }, async (_request, reply) => {
    const checks = await readiness();
    const ready = checks.every((check) => check.ok);
    return reply.code(ready ? 200 : 503).send({ ready, checks });
  });

  server.get('/version', { config: { action: 'open' } }, async () => ({ version }));

  server.get(
    '/metrics',
    { config: { action: 'opencts:metrics:get', scraper: true } },
    async (_request, reply) =>
      reply.header('content-type', registry.contentType).send(await registry.metrics()),
  );
}
