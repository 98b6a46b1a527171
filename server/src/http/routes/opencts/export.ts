import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { askedFor } from '../../asked.ts';
import { tracesFor } from '../../caller.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { errorCode, PROJECTS, TraceQuery } from '../../trace-query.ts';
import { Format, formOf, MEDIA_TYPES, type Pages, sendFile } from './export-file.ts';
import { TimeZone, timeFormat } from './time-zone.ts';

/** Records of an export unless more are asked for (`docs/reference/cts-api.md` 11). */
const DEFAULT_RECORDS = 5000;

export const exportRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, deps) => {
  const { store, clock, gate } = deps;
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
          projects: PROJECTS,
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
    async (request, reply) => {
      const { query } = request;
      const time = timeFormat(query.time_zone);
      const filter = await askedFor(deps, request);
      await gate.stream(reply);
      const traces = tracesFor(store, reply);
      const members = query.format === 'csv' ? 'line' : 'all';
      const pages: Pages = (limit, after) => traces.page(filter, limit, after, members);
      return sendFile(reply, clock(), pages, query.limit, formOf(query.format, time));
    },
  );
};
