import type { FastifyRequest } from 'fastify';
import { type TraceFilter, UUID_PATTERN } from '../traces/index.ts';
import { EARLIEST, LATEST } from './limits.ts';
import type { ServerDeps } from './server-deps.ts';
import { filterOf, type TraceQuery } from './trace-query.ts';

const DAY = 86_400_000;
const UUID = new RegExp(UUID_PATTERN);
const NIL = '00000000-0000-0000-0000-000000000000';

/** A request for traces of a project, or with `projects` of all that the caller may read. */
export type Asking = Pick<FastifyRequest, 'principal'> & {
  params: { project_id: string };
  query: TraceQuery & { projects?: 'all' };
};

/** Which traces a caller asks for. @throws CtsError 400 CTS.0300 */
export async function askedFor(
  { iam, clock, time, config }: Pick<ServerDeps, 'iam' | 'clock' | 'time' | 'config'>,
  { principal, params, query }: Asking,
): Promise<TraceFilter> {
  const since = time.earliest() - config.retentionDays * DAY;
  // What is no id is that of no trace.
  const filter = query.trace_id
    ? {
        projectId: params.project_id,
        from: EARLIEST,
        to: UUID.test(query.trace_id) ? LATEST : EARLIEST,
        traceId: UUID.test(query.trace_id) ? query.trace_id.toLowerCase() : NIL,
      }
    : filterOf(params.project_id, query, clock(), since);
  if (query.projects !== 'all') return filter;
  const readable = await iam.permitting(principal, 'cts:trace:list');
  return { ...filter, alsoIn: readable.map(({ id }) => id).filter((id) => id !== params.project_id) };
}
