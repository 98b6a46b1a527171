import { Readable } from 'node:stream';
import { csvCell } from '@opencts/client';
import type { FastifyReply } from 'fastify';
import Type, { type Static } from 'typebox';
import { exactJson, type Trace, type TraceKey, type TracePage } from '../../../traces/index.ts';
import { EXPORT_PAGE } from '../../limits.ts';
import { errorCode } from '../../trace-query.ts';

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

/** What an export can be asked for as. */
export const Format = Type.Enum(['csv', 'ndjson'], {
  default: 'csv',
  errorCode,
  description: 'csv: the columns of the list; ndjson: whole traces, a line each',
});
export const MEDIA_TYPES = ['text/csv', 'application/x-ndjson'];

/** How the traces of an export are written. */
interface Form {
  type: string;
  extension: string;
  head: string;
  record: (trace: Trace) => string;
}

/** @param time as it stands in a cell of CSV */
export function formOf(format: Static<typeof Format>, time: (ms: number) => string): Form {
  if (format === 'ndjson') {
    const record = (trace: Trace) => `${exactJson(trace)}\n`;
    return { type: 'application/x-ndjson', extension: 'ndjson', head: '', record };
  }
  return {
    type: 'text/csv; charset=utf-8',
    extension: 'csv',
    head: `\ufeff${csvRecord(COLUMNS.map(([title]) => title))}`,
    record: (trace) => csvRecord(COLUMNS.map(([, value]) => value(trace, time) ?? '')),
  };
}

/** Answers with traces, page by page. @param limit records at the most */
export async function sendFile(
  reply: FastifyReply,
  now: number,
  pages: Pages,
  limit: number,
  form: Form,
): Promise<FastifyReply> {
  // The first page comes before the answer begins, so that a store that is away is told in words.
  const first = await pages(Math.min(EXPORT_PAGE, limit));
  const name = `traces-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')}.${form.extension}`;
  reply.header('content-type', form.type);
  reply.header('content-disposition', `attachment; filename="${name}"`);
  // An error on the way destroys the connection: a short file never looks whole.
  return reply.send(Readable.from(records(pages, first, limit, form)));
}

async function* records(pages: Pages, first: TracePage, limit: number, form: Form) {
  yield form.head;
  let left = limit;
  let most = EXPORT_PAGE;
  for (let page = first; ; page = await pages(Math.min(most, left), page.next)) {
    left -= page.traces.length;
    // A page that ended early, for the size of its traces, tells how large the next one may be.
    most = Math.min(page.traces.length * 2, EXPORT_PAGE);
    for (const trace of page.traces) yield form.record(trace);
    if (!page.next || left <= 0) return;
  }
}

const csvRecord = (cells: string[]) => `${cells.map(csvCell).join(',')}\r\n`;
