import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { tracesFor } from '../../caller.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { errorCode, filterOf, TraceQuery } from '../../trace-query.ts';
import { type Pages, sendCsv } from './csv.ts';
import { TimeZone, timeFormat } from './time-zone.ts';

const DAY = 86_400_000;
/** Records of an export unless more are asked for (`docs/reference/cts-api.md` 11). */
const DEFAULT_RECORDS = 5000;

export const exportRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { store, clock, time: service, config, gate },
) => {
  server.get(
    '/v3/:project_id/traces/export',
    {
      config: {
        action: 'cts:trace:list',
        audit: { service: 'CTS', resourceType: 'trace', name: 'getTrace' },
      },
      schema: {
        summary: 'Export traces as CSV, newest first',
        tags: ['traces'],
        produces: ['text/csv'],
        params: Type.Object({ project_id: Type.String() }),
        querystring: Type.Interface([TraceQuery], {
          limit: Type.Integer({
            minimum: 1,
            maximum: 10_000_000,
            default: DEFAULT_RECORDS,
            errorCode,
            description: 'Records at the most',
          }),
          time_zone: TimeZone,
        }),
      },
    },
    async ({ params, query }, reply) => {
      const time = timeFormat(query.time_zone);
      const filter = filterOf(
        params.project_id,
        query,
        clock(),
        service.earliest() - config.retentionDays * DAY,
      );
      await gate.stream(reply);
      const traces = tracesFor(store, reply);
      const pages: Pages = (limit, after) => traces.page(filter, limit, after, 'line');
      return sendCsv(reply, clock(), pages, query.limit, time);
    },
  );
};
