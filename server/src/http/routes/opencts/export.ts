import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { tracesFor } from '../../caller.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { errorCode, filterOf, TraceQuery } from '../../trace-query.ts';
import { Format, formOf, MEDIA_TYPES, type Pages, sendFile } from './export-file.ts';
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
        summary: 'Export traces, newest first',
        tags: ['traces'],
        produces: MEDIA_TYPES,
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
          format: Format,
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
      const members = query.format === 'csv' ? 'line' : 'all';
      const pages: Pages = (limit, after) => traces.page(filter, limit, after, members);
      return sendFile(reply, clock(), pages, query.limit, formOf(query.format, time));
    },
  );
};
