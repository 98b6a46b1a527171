import type { FastifyInstance } from 'fastify';
import type { ServerDeps } from '../../server-deps.ts';

const open = (summary: string) => ({ config: { action: 'open' }, schema: { summary, tags: ['operation'] } });

/** For those who run the service: is it alive, is it ready, what does it measure. */
export async function healthRoutes(server: FastifyInstance, deps: ServerDeps): Promise<void> {
  const { readiness, registry, version } = deps;

  server.get('/healthz', open('Whether the service is alive'), async () => ({ status: 'alive' }));

  server.get('/readyz', open('Whether traces are taken and can be found'), async (_request, reply) => {
    const checks = await readiness();
    const ready = checks.every(({ ok, advisory }) => ok || advisory);
    const told = checks.map(({ name, ok, detail }) => ({ name, ok, detail }));
    return reply.code(ready ? 200 : 503).send({ ready, checks: told });
  });

  server.get('/version', open('The version of the service'), async () => ({ version }));

  server.get(
    '/metrics',
    {
      config: { action: 'opencts:metrics:get', scraper: true },
      schema: { summary: 'Metrics for Prometheus', tags: ['operation'] },
    },
    async (_request, reply) =>
      reply.header('content-type', registry.contentType).send(await registry.metrics()),
  );
}
