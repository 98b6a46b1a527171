import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { csvCell } from '@opencts/client';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { ERRORS } from '../errors.ts';
import type { Trace, TraceKey, TracePage } from '../traces/index.ts';
import { tracesFor } from './caller.ts';
import { EXPORT_PAGE, MAX_TIME_ZONE } from './limits.ts';
import type { ServerDeps } from './server-deps.ts';
import { errorCode, filterOf, TraceQuery } from './trace-query.ts';

const DAY = 86_400_000;
/** Records of an export unless more are asked for (`docs/reference/cts-api.md` 11). */
const DEFAULT_RECORDS = 5000;

type Column = [title: string, value: (trace: Trace, time: (ms: number) => string) => string | undefined];

/** The list's columns in their order, then what an auditor needs besides. */
const COLUMNS: Column[] = [
  ['Trace Name', (trace) => trace.trace_name],
  ['Trace Source', (trace) => trace.service_type],
  ['Resource Type', (trace) => trace.resource_type],
  ['Resource Name', (trace) => trace.resource_name],
  ['Resource ID', (trace) => trace.resource_id],
  ['Operator', (trace) => trace.user?.name],
  ['Trace Status', (trace) => trace.trace_rating],
  ['Operation Time', (trace, time) => time(trace.time)],
  ['Trace ID', (trace) => trace.trace_id],
  ['Trace Type', (trace) => trace.trace_type],
  ['Source IP', (trace) => trace.source_ip],
  ['Code', (trace) => trace.code],
];

export const TimeZone = Type.String({
  default: 'UTC',
  maxLength: MAX_TIME_ZONE,
  errorCode,
  description: 'IANA name or offset such as +02:00',
});

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

type Pages = (limit: number, after?: TraceKey) => Promise<TracePage>;

/** Answers with traces as CSV, page by page. @param limit records at the most */
export async function sendCsv(
  reply: FastifyReply,
  now: number,
  pages: Pages,
  limit: number,
  time: (ms: number) => string,
): Promise<FastifyReply> {
  // The first page comes before the answer begins, so that a store that is away is told in words.
  const first = await pages(Math.min(EXPORT_PAGE, limit));
  const name = `traces-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')}.csv`;
  reply.header('content-type', 'text/csv; charset=utf-8');
  reply.header('content-disposition', `attachment; filename="${name}"`);
  // An error on the way destroys the connection: a short file never looks whole.
  return reply.send(Readable.from(csv(pages, first, limit, time)));
}

async function* csv(pages: Pages, first: TracePage, limit: number, time: (ms: number) => string) {
  yield `\ufeff${record(COLUMNS.map(([title]) => title))}`;
  let left = limit;
  let most = EXPORT_PAGE;
  for (let page = first; ; page = await pages(Math.min(most, left), page.next)) {
    left -= page.traces.length;
    // A page that ended early, for the size of its traces, tells how large the next one may be.
    most = Math.min(page.traces.length * 2, EXPORT_PAGE);
    for (const trace of page.traces) yield record(COLUMNS.map(([, value]) => value(trace, time) ?? ''));
    if (!page.next || left <= 0) return;
  }
}

const record = (cells: string[]) => `${cells.map(csvCell).join(',')}\r\n`;

/** No place on earth is further from UTC. */
const MOST_OFFSET_HOURS = 14;

/** `YYYY-MM-DD HH:MM:SS GMT±HH:MM` in a zone. @throws CtsError 400 for an unknown zone */
export function timeFormat(zone: string): (ms: number) => string {
  const fixed = /^([+-])(\d{2}):([0-5]\d)$/.exec(zone);
  if (fixed && Number(fixed[2]) <= MOST_OFFSET_HOURS) {
    const minutes = (Number(fixed[2]) * 60 + Number(fixed[3])) * (fixed[1] === '-' ? -1 : 1);
    return (ms) =>
      `${new Date(ms + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ')} GMT${zone}`;
  }
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  } catch {
    throw ERRORS.invalidQuery(
      'time_zone',
      `time_zone "${zone}" is unknown; it must be an IANA name or an offset such as +02:00`,
    );
  }
  return (ms) => {
    const local = format.format(ms);
    const minutes = Math.round(
      (Date.parse(`${local.replace(' ', 'T')}Z`) - Math.floor(ms / 1000) * 1000) / 60_000,
    );
    const two = (value: number) => String(value).padStart(2, '0');
    const size = Math.abs(minutes);
    return `${local} GMT${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  };
}
