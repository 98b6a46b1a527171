import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import { Configuration, Tracker, TrackerRequest, toAnswer } from '../../../trackers/index.ts';
import { MAX_FILTER_VALUE } from '../../limits.ts';
import { ownerOf } from '../../owner.ts';
import { NoBody, ProjectPath, Sought } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { trackerWork } from './tracker-work.ts';

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
