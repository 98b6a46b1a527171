import { Readable } from 'node:stream';
import { csvCell } from '@opencts/client';
import type { FastifyReply } from 'fastify';
import type { Trace, TraceKey, TracePage } from '../../../traces/index.ts';
import { EXPORT_PAGE } from '../../limits.ts';

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

export type Pages = (limit: number, after?: TraceKey) => Promise<TracePage>;

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
