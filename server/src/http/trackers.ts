import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { CtsError, ERRORS } from '../errors.ts';
import type { Principal, Project } from '../iam/index.ts';
import {
  Configuration,
  MANAGEMENT_TRACKER,
  type StoredTracker,
  Tracker,
  type TrackerOwner,
  TrackerRequest,
  toAnswer,
} from '../trackers/index.ts';
import { about } from './audit.ts';
import { MAX_FILTER_VALUE } from './limits.ts';
import { NoBody, ProjectPath, Sought } from './schemas.ts';
import type { ServerDeps } from './server-deps.ts';

export function ownerOf({ project, domainId, allows }: Principal): TrackerOwner {
  const { id, region } = project as Project;
  const mayShortenLives = allows('obs:bucket:PutLifecycleConfiguration');
  return { projectId: id, domainId, region, mayShortenLives };
}

const operation = (name: string) => ({ service: 'CTS' as const, resourceType: 'tracker', name });

/** Trackers of CTS v3, and the settings of recording. */
export const trackerRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, deps) => {
  const { trackers, configurations } = deps;
  const work = trackerWork(server, deps);

  server.post(
    '/v3/:project_id/tracker',
    {
      config: {
        action: 'cts:tracker:create',
        audit: { ...operation('createTracker'), namedBy: 'tracker_name' },
      },
      schema: {
        summary: 'Create a tracker; the management tracker enables CTS',
        tags: ['trackers'],
        params: ProjectPath,
        body: TrackerRequest,
        response: { 201: Tracker },
      },
    },
    async (request, reply) => reply.code(201).send(await work.create(request, request.body)),
  );

  server.put(
    '/v3/:project_id/tracker',
    {
      config: {
        action: 'cts:tracker:update',
        audit: { ...operation('updateTracker'), namedBy: 'tracker_name' },
      },
      schema: {
        summary: 'Change a tracker; members that are left out stay as they are',
        tags: ['trackers'],
        params: ProjectPath,
        body: TrackerRequest,
        response: { 200: Tracker },
      },
    },
    async (request) => work.update(request, request.body),
  );

  server.get(
    '/v3/:project_id/trackers',
    {
      config: { action: 'cts:tracker:list' },
      schema: {
        summary: 'List trackers',
        tags: ['trackers'],
        params: ProjectPath,
        querystring: Type.Object({
          tracker_name: Type.Optional(Sought),
          tracker_type: Type.Optional(Type.Enum(['system', 'data', ''], { errorCode: 'CTS.0202' })),
        }),
        response: { 200: Type.Object({ trackers: Type.Array(Tracker) }) },
      },
    },
    async ({ principal, query }) => {
      const owner = ownerOf(principal);
      const { tracker_name: name, tracker_type: type } = query;
      const found = (await trackers.list(owner.projectId)).filter(
        (tracker) => (!name || tracker.name === name) && (!type || tracker.type === type),
      );
      if (name && found.length === 0) throw ERRORS.noSuchTracker(name);
      return { trackers: found.map((tracker) => toAnswer(tracker, owner)) };
    },
  );

  server.delete(
    '/v3/:project_id/trackers',
    {
      config: { action: 'cts:tracker:delete', audit: operation('deleteTracker') },
      schema: {
        summary: 'Delete trackers; what they recorded stays',
        tags: ['trackers'],
        params: ProjectPath,
        querystring: Type.Object({
          tracker_name: Type.Optional(
            Type.String({ maxLength: MAX_FILTER_VALUE, description: 'Left out: all of the type' }),
          ),
          tracker_type: Type.Optional(
            Type.Enum(['system', 'data', ''], { errorCode: 'CTS.0202', description: 'Left out: both' }),
          ),
        }),
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      await work.remove(request, request.query.tracker_name, request.query.tracker_type || undefined);
      return reply.code(204).send();
    },
  );

  server.get(
    '/v3/:project_id/configuration',
    {
      config: { action: 'cts:tracker:list' },
      schema: {
        summary: 'Settings of recording',
        tags: ['trackers'],
        params: ProjectPath,
        response: { 200: Configuration },
      },
    },
    async ({ params }) => configurations.get(params.project_id),
  );

  server.put(
    '/v3/:project_id/configuration',
    {
      config: {
        action: 'cts:tracker:update',
        audit: { service: 'CTS', resourceType: 'configuration', name: 'updateConfiguration' },
      },
      schema: {
        summary: 'Change the settings of recording',
        tags: ['trackers'],
        params: ProjectPath,
        body: Configuration,
        response: { 204: NoBody },
      },
    },
    async ({ params, body }, reply) => {
      await configurations.set(params.project_id, body);
      return reply.code(204).send();
    },
  );
};

/** What both generations of the API do with trackers; every change is audited. */
export function trackerWork(server: FastifyInstance, { trackers, iam, config, operations }: ServerDeps) {
  return {
    async create(request: FastifyRequest, body: TrackerRequest): Promise<Tracker> {
      const { principal } = request;
      const owner = ownerOf(principal);
      about(request, { resourceName: body.tracker_name });
      const enables = body.tracker_type === 'system';
      if (enables && !principal.mayEnable()) {
        throw new CtsError(
          403,
          'CTS.0013',
          'enabling CTS needs two roles at once: Security Administrator, and CTS FullAccess in this project',
        );
      }
      const tracker = await trackers.create(owner, body);
      about(request, { resourceId: tracker.id });
      if (enables) await enableGlobal(principal, owner);
      return toAnswer(tracker, owner);
    },

    async update(request: FastifyRequest, body: TrackerRequest): Promise<Tracker> {
      const owner = ownerOf(request.principal);
      about(request, { resourceName: body.tracker_name });
      // What is refused is told at the tracker that it was meant for.
      const meant = await trackers.find(owner.projectId, body.tracker_name);
      about(request, { resourceId: meant?.id });
      const changed = await trackers.update(owner, body, async ({ type, enabled }) => {
        if (type === 'system' && !enabled) await server.auditNow(request, 200);
      });
      return toAnswer(changed, owner);
    },

    /** @param name left out: all of the type */
    async remove(request: FastifyRequest, name?: string, type?: 'system' | 'data'): Promise<void> {
      const { projectId } = ownerOf(request.principal);
      let doomed: StoredTracker[];
      if (name) {
        const wanted = name === MANAGEMENT_TRACKER ? 'system' : 'data';
        about(request, { resourceName: name });
        doomed = [await trackers.get(projectId, name)].filter((tracker) => tracker.type === wanted);
      } else {
        doomed = (await trackers.list(projectId)).filter((tracker) => !type || tracker.type === type);
      }
      if (doomed.length > 0) {
        about(request, {
          resourceId: doomed.map(({ id }) => id).join(','),
          resourceName: doomed.map((tracker) => tracker.name).join(','),
        });
      }
      if (doomed.some((tracker) => tracker.type === 'system')) await server.auditNow(request, 204);
      await trackers.remove(doomed);
    },
  };

  /** Global services are recorded in one region: enabling anywhere makes the tracker there, too. */
  async function enableGlobal(principal: Principal, { projectId, domainId }: TrackerOwner): Promise<void> {
    const home = await iam.directory.projects.main(domainId, config.globalRegion);
    if (!home || home.id === projectId || (await trackers.find(home.id, MANAGEMENT_TRACKER))) return;
    const owner = { projectId: home.id, domainId, region: home.region };
    await operations.run(
      { domainId, projectId: home.id },
      {
        trace_name: 'createTracker',
        trace_type: 'ApiCall',
        service_type: 'CTS',
        resource_type: 'tracker',
        resource_name: MANAGEMENT_TRACKER,
        user: principal.user,
        code: '201',
        message: `made because CTS was enabled in the project ${projectId}`,
      },
      () => trackers.create(owner, { tracker_type: 'system', tracker_name: MANAGEMENT_TRACKER }),
      ({ id }) => ({ resource_id: id }),
    );
  }
}
