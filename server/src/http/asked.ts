import type { FastifyRequest } from 'fastify';
import type { TraceFilter } from '../traces/index.ts';
import { EARLIEST, LATEST } from './limits.ts';
import type { ServerDeps } from './server-deps.ts';
import { filterOf, isTraceId, type TraceQuery } from './trace-query.ts';

const DAY = 86_400_000;

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
  const id = query.trace_id;
  const filter = id ? ofTrace(params.project_id, id) : filterOf(params.project_id, query, clock(), since);
  if (query.projects !== 'all') return filter;
  const readable = await iam.permitting(principal, 'cts:trace:list');
  return { ...filter, alsoIn: readable.map(({ id }) => id).filter((id) => id !== params.project_id) };
}

/** One trace, whenever it was; what is no id is that of none. */
const ofTrace = (projectId: string, id: string): TraceFilter =>
  isTraceId(id)
    ? { projectId, from: EARLIEST, to: LATEST, traceId: id.toLowerCase() }
    : { projectId, from: EARLIEST, to: EARLIEST };
