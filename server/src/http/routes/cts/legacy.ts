import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { exactJson } from '../../../traces/index.ts';
import {
  MANAGEMENT_TRACKER,
  ObsInfo,
  type Tracker,
  type TrackerRequest,
  toAnswer,
} from '../../../trackers/index.ts';
import { tracesFor } from '../../caller.ts';
import { MAX_FILTER_VALUE } from '../../limits.ts';
import { ownerOf } from '../../owner.ts';
import { NoBody, ProjectPath } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { PAGING, TraceQuery } from '../../trace-query.ts';
import { takesEnumerationsInAnyCase } from './any-case.ts';
import { listTraces } from './trace-list.ts';
import { trackerWork } from './tracker-work.ts';

const { bucket_name, file_prefix_name, is_obs_created } = ObsInfo.properties;
const Status = Type.Optional(Type.Enum(['enabled', 'disabled'], { errorCode: 'CTS.0205' }));

/** A tracker as v1.0 takes it. */
const OldTracker = Type.Object({
  bucket_name,
  file_prefix_name,
  is_obs_created,
  status: Status,
  lts: Type.Optional(Type.Object({ is_lts_enabled: Type.Optional(Type.Boolean()) })),
  log_file_validate: Type.Optional(Type.Object({ is_support_validate: Type.Optional(Type.Boolean()) })),
  is_support_trace_files_encryption: Type.Optional(Type.Boolean()),
  kms_id: Type.Optional(Type.String({ maxLength: 128 })),
});
type OldTracker = Static<typeof OldTracker>;

const OfTracker = Type.Interface([ProjectPath], {
  tracker_name: Type.String({ maxLength: MAX_FILTER_VALUE }),
});
const ByName = Type.Object({ tracker_name: Type.Optional(Type.String({ maxLength: MAX_FILTER_VALUE })) });
const operation = (name: string) => ({ service: 'CTS' as const, resourceType: 'tracker', name });

/** The tracker that v1.0 clients expect where there is none. */
const NO_TRACKER = {
  tracker_name: MANAGEMENT_TRACKER,
  bucket_name: '',
  file_prefix_name: '',
  status: 'disabled',
};

/** CTS v1.0 and v2.0, for old clients: the management tracker, and traces (`docs/reference/cts-api.md` 9). */
export const legacyRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, deps) => {
  const { trackers } = deps;
  const work = trackerWork(server, deps);
  takesEnumerationsInAnyCase(server);

  /** Answers carry the id of the management tracker, and clients send it where its name belongs. */
  async function nameOf(projectId: string, given: string): Promise<string> {
    if (given === MANAGEMENT_TRACKER) return given;
    const tracker = await trackers.find(projectId, MANAGEMENT_TRACKER);
    return tracker?.id === given ? MANAGEMENT_TRACKER : given;
  }

  server.post(
    '/v1.0/:project_id/tracker',
    {
      config: {
        action: 'cts:tracker:create',
        audit: { ...operation('createTracker'), namedBy: () => MANAGEMENT_TRACKER },
      },
      schema: {
        summary: 'Create the management tracker',
        tags: ['v1.0'],
        params: ProjectPath,
        body: OldTracker,
      },
    },
    async (request, reply) =>
      reply.code(201).send(bothForms(await work.create(request, newForm(MANAGEMENT_TRACKER, request.body)))),
  );

  server.put(
    '/v1.0/:project_id/tracker/:tracker_name',
    {
      config: { action: 'cts:tracker:update', audit: operation('updateTracker') },
      schema: {
        summary: 'Change the management tracker',
        tags: ['v1.0'],
        params: OfTracker,
        body: OldTracker,
      },
    },
    async (request) => {
      const { project_id, tracker_name } = request.params;
      const name = await nameOf(project_id, tracker_name);
      return bothForms(await work.update(request, newForm(name, request.body)));
    },
  );

  server.get(
    '/v1.0/:project_id/tracker',
    {
      config: { action: 'cts:tracker:list' },
      schema: {
        summary: 'The management tracker; without a name, a list with it',
        tags: ['v1.0'],
        params: ProjectPath,
        querystring: ByName,
      },
    },
    async ({ principal, query }) => {
      const owner = ownerOf(principal);
      const tracker = await trackers.find(owner.projectId, MANAGEMENT_TRACKER);
      const found = tracker && bothForms(toAnswer(tracker, owner));
      if (!query.tracker_name) return found ? [found] : [];
      const isMeant = [MANAGEMENT_TRACKER, found?.id].includes(query.tracker_name);
      return isMeant && found ? found : { ...NO_TRACKER, tracker_name: query.tracker_name };
    },
  );

  server.delete(
    '/v1.0/:project_id/tracker',
    {
      config: { action: 'cts:tracker:delete', audit: operation('deleteTracker') },
      schema: {
        summary: 'Delete the management tracker',
        tags: ['v1.0'],
        params: ProjectPath,
        querystring: ByName,
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const { tracker_name } = request.query;
      const name = tracker_name && (await nameOf(request.params.project_id, tracker_name));
      await work.remove(request, name, 'system');
      return reply.code(204).send();
    },
  );

  for (const version of ['v1.0', 'v2.0'] as const) {
    server.get(
      `/${version}/:project_id/:tracker_name/trace`,
      {
        config: { action: 'cts:trace:list' },
        schema: {
          summary: 'List traces, newest first',
          tags: [version],
          params: OfTracker,
          querystring: Type.Interface([Type.Omit(TraceQuery, ['trace_type', 'tracker_name', 'q'])], {
            trace_status: TraceQuery.properties.trace_rating,
            ...PAGING,
          }),
        },
      },
      async (request: FastifyRequest, reply) => {
        const { project_id, tracker_name } = request.params as Static<typeof OfTracker>;
        const { trace_status, ...query } = request.query as TraceQuery & {
          trace_status?: TraceQuery['trace_rating'];
          limit: number;
          next?: string;
        };
        const wanted = {
          ...query,
          trace_rating: query.trace_rating || trace_status,
          tracker_name: await nameOf(project_id, tracker_name),
        };
        const { principal } = request;
        const { traces, meta_data } = await listTraces(deps, tracesFor(deps.store, reply), {
          principal,
          params: { project_id },
          query: wanted,
        });
        return reply
          .type('application/json; charset=utf-8')
          .serializer(exactJson)
          .send({
            traces: traces.map((trace) => ({
              ...trace,
              trace_status: trace.trace_rating,
              ...(version === 'v1.0' && trace.user ? { user: exactJson(trace.user) } : {}),
            })),
            meta_data,
          });
      },
    );
  }
};

function newForm(name: string, old: OldTracker): TrackerRequest {
  const { bucket_name, file_prefix_name, is_obs_created, status, lts, log_file_validate, kms_id } = old;
  const obs = { bucket_name, file_prefix_name, is_obs_created };
  const given = Object.entries(obs).filter(([, value]) => value !== undefined);
  return {
    tracker_type: 'system',
    tracker_name: name,
    status,
    kms_id,
    obs_info: Object.fromEntries(given),
    is_lts_enabled: lts?.is_lts_enabled,
    is_support_validate: log_file_validate?.is_support_validate,
    is_support_trace_files_encryption: old.is_support_trace_files_encryption,
  };
}

/** Flat members of the old API beside the nested ones of the new. */
function bothForms(tracker: Tracker) {
  const { bucket_name, file_prefix_name, is_obs_created } = tracker.obs_info;
  return { ...tracker, bucket_name, file_prefix_name, is_obs_created };
}
