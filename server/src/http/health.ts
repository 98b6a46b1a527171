import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServerDeps } from './server.ts';

/** For those who run the service: is it alive, is it ready, what does it measure. */
export async function healthRoutes(server: FastifyInstance, deps: ServerDeps): Promise<void> {
  const { readiness, registry, iam, config, version } = deps;

  server.get('/healthz', { config: { action: 'open' } }, async () => ({ status: 'alive' }));

  server.get('/readyz', { config: { action: 'open' } }, async (_request, reply) => {
    const checks = await readiness();
    const ready = checks.every((check) => check.ok);
    return reply.code(ready ? 200 : 503).send({ ready, checks });
  });

  server.get('/version', { config: { action: 'open' } }, async () => ({ version }));

  // Guarded here, since a Prometheus server comes with a bearer token of its own.
  server.get('/metrics', { config: { action: 'open' } }, async (request, reply) => {
    if (!isScraper(request, config.metricsToken)) await iam.authenticate(request.headers);
    return reply.header('content-type', registry.contentType).send(await registry.metrics());
  });
}

function isScraper(request: FastifyRequest, expected: string): boolean {
  const given = Buffer.from(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
  const wanted = Buffer.from(expected);
  return expected !== '' && given.length === wanted.length && timingSafeEqual(given, wanted);
}
