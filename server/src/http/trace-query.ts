import { MAX_QUERY, parseQuery, QueryProblem } from '@opencts/client/query';
import Type, { type Static } from 'typebox';
import { ERRORS } from '../errors.ts';
import { toldProblem } from '../query/index.ts';
import {
  TRACE_RATINGS,
  type TraceFilter,
  type TraceKey,
  type TraceReader,
  UUID_PATTERN,
} from '../traces/index.ts';
import { EARLIEST, LATEST, MAX_FILTER_VALUE, MAX_MARKER, MOST_USERS } from './limits.ts';

/** Parameters of a page. */
export const PAGING = {
  limit: Type.Integer({
    minimum: 0,
    maximum: 200,
    default: 10,
    errorCode: 'CTS.0300',
    description: 'Traces of a page',
  }),
  next: Type.Optional(
    Type.String({
      maxLength: MAX_MARKER,
      errorCode: 'CTS.0300',
      description: 'Marker of the page before, or a trace id',
    }),
  ),
};

/** In which projects traces are looked for. */
export const PROJECTS = Type.Optional(
  Type.Enum(['all'], {
    errorCode: 'CTS.0300',
    description:
      'all, an addition of OpenCTS: in every project of the account in which the caller may read traces, beside the one of the path',
  }),
);

/** Which end of the time comes first. */
export const ORDER = Type.Optional(
  Type.Enum(['newest', 'oldest'], {
    errorCode: 'CTS.0300',
    description: 'What comes first, an addition of OpenCTS; default newest',
  }),
);

const HOUR = 3_600_000;

const FAMILIES = ['system', 'data'] as const;
const SOURCES = ['ApiCall', 'ConsoleAction', 'SystemAction', 'ObsSDK', 'ObsAPI', 'Others'] as const;
const DATA_SOURCES: readonly string[] = ['ObsSDK', 'ObsAPI', 'Others'];

/** A parameter outside its rule is told with the code of trace queries. */
export const errorCode = 'CTS.0300';
export const instant = (description: string) =>
  Type.Optional(
    Type.Integer({
      minimum: EARLIEST,
      maximum: LATEST,
      errorCode,
      rule: `must be whole epoch milliseconds from ${EARLIEST} to ${LATEST}`,
      description,
    }),
  );
const exact = (maxLength: number, description: string) =>
  Type.Optional(
    Type.String({ maxLength, errorCode, description: `${description}; exact and case-sensitive` }),
  );

const FAILED = 'failed';

/** The filters that the list, the export, the histogram and the facets share (`docs/reference/cts-api.md` 4). */
export const TraceQuery = Type.Object({
  trace_type: Type.Optional(
    Type.Enum([...FAMILIES, ...SOURCES], {
      errorCode,
      description: 'Family (system, data), or a source of the request (ApiCall, …); default system',
    }),
  ),
  q: Type.Optional(
    Type.String({
      maxLength: MAX_QUERY,
      errorCode,
      description:
        'Query, an addition of OpenCTS (the query language of its documentation); with it, `from` is by default as far back as the traces reach, and both families are searched unless `trace_type` is given',
    }),
  ),
  from: instant('Epoch ms; only later traces. Default: an hour before `to`'),
  to: instant('Epoch ms; only earlier traces. Default: now'),
  tracker_name: exact(64, 'Tracker; default system for management traces'),
  service_type: exact(64, 'Trace source'),
  resource_type: exact(64, 'Resource type'),
  resource_id: exact(MAX_FILTER_VALUE, 'Resource ID'),
  resource_name: exact(MAX_FILTER_VALUE, 'Resource name'),
  trace_id: Type.Optional(
    Type.String({
      maxLength: MAX_MARKER,
      errorCode,
      description: 'When given, everything else is ignored',
    }),
  ),
  trace_name: exact(64, 'Trace name'),
  trace_rating: Type.Optional(
    Type.Enum([...TRACE_RATINGS, FAILED, ''], {
      errorCode,
      description: 'Trace status; failed, an addition of OpenCTS: warning and incident',
    }),
  ),
  user: Type.Optional(
    Type.Array(Type.String({ maxLength: MAX_FILTER_VALUE, errorCode }), {
      maxItems: MOST_USERS,
      errorCode,
      description: 'User name; may be given several times',
    }),
  ),
  source_ip: exact(256, 'Source address'),
  access_key_id: exact(128, 'Access key of the user'),
  enterprise_project_id: exact(128, 'Enterprise project'),
});
export type TraceQuery = Static<typeof TraceQuery>;

/** @param since how far back the store reaches, epoch ms; an older `from` is no error */
export function filterOf(projectId: string, query: TraceQuery, now: number, since: number): TraceFilter {
  const given = (value: string | undefined) => (value === '' ? undefined : value);
  const asked = query.q?.trim() ? query.q : undefined;
  const type = query.trace_type ?? (asked ? undefined : 'system');
  const source = type && (SOURCES as readonly string[]).includes(type) ? type : undefined;
  const family =
    source === undefined
      ? (type as 'system' | 'data' | undefined)
      : DATA_SOURCES.includes(source)
        ? 'data'
        : 'system';
  const to = query.to ?? now;
  const users = query.user?.filter((user) => user !== '');
  return {
    projectId,
    family,
    from: Math.max(query.from ?? (asked ? since : to - HOUR), since),
    to,
    traceType: source,
    trackerName: given(query.tracker_name) ?? (family === 'system' ? 'system' : undefined),
    serviceType: given(query.service_type),
    resourceType: given(query.resource_type),
    resourceId: given(query.resource_id),
    resourceName: given(query.resource_name),
    traceName: given(query.trace_name),
    ...(query.trace_rating === FAILED ? { failed: true } : { traceRating: given(query.trace_rating) }),
    users: users?.length ? users : undefined,
    sourceIp: given(query.source_ip),
    accessKeyId: given(query.access_key_id),
    enterpriseProjectId: given(query.enterprise_project_id),
    ...(asked ? { query: read(asked, now) } : {}),
  };
}

/** @throws CtsError 400 CTS.0300 what is wrong with a query, and where */
function read(q: string, now: number) {
  try {
    return parseQuery(q, now);
  } catch (error) {
    if (!(error instanceof QueryProblem)) throw error;
    throw ERRORS.invalidQuery('q', `q ${toldProblem(q, error)}`);
  }
}

/** For a search in the archive: without `from` it goes back to the beginning, and `trace_id` is one filter of many. */
export function archiveFilterOf(projectId: string, query: TraceQuery, now: number) {
  const { trace_id, ...rest } = query;
  const filter = filterOf(projectId, { ...rest, from: rest.from ?? EARLIEST }, now, Number.NEGATIVE_INFINITY);
  return { ...filter, ...(trace_id ? { traceId: trace_id.toLowerCase() } : {}) };
}

const UUID = new RegExp(UUID_PATTERN);
/** Whether a text can be the id of a trace. */
export const isTraceId = (text: string) => UUID.test(text);

/** A page's marker: opaque to clients. */
export function markerOf(key: TraceKey): string {
  return Buffer.from(`${key.time}.${key.traceId}`).toString('base64url');
}

/**
 * Where a marker, or the id of a trace, stands in the order.
 * @throws CtsError 400 CTS.0300
 */
export async function keyOf(next: string, projectId: string, traces: TraceReader): Promise<TraceKey> {
  if (isTraceId(next)) {
    const trace = await traces.find(projectId, next.toLowerCase());
    if (!trace) throw ERRORS.invalidQuery('next', `next is ${next}, but there is no trace with this id`);
    return { time: trace.time, traceId: trace.trace_id };
  }
  return markerKey(next);
}

/** @throws CtsError 400 CTS.0300 when it is no marker */
export function markerKey(next: string): TraceKey {
  const [time = '', traceId = ''] = Buffer.from(next, 'base64url').toString('utf8').split('.');
  if (!/^\d{13}$/.test(time) || !isTraceId(traceId)) {
    throw ERRORS.invalidQuery('next', 'next must be a marker of an earlier page or the id of a trace');
  }
  return { time: Number(time), traceId };
}
