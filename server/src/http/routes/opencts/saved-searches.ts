import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { MAX_NAME, MAX_VIEW } from '../../../saved-searches/index.ts';
import { about } from '../../audit.ts';
import { HIDE_OTHERS, NoBody, ProjectPath } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';

const ACTION = 'cts:trace:list';
const audit = (name: string) => ({ service: 'CTS' as const, resourceType: 'savedSearch', name });

/** Searches in the trace list that users keep for themselves, or for all who read the project. */
export const savedSearchRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { savedSearches }) => {
  server.get(
    '/v3/:project_id/saved-searches',
    {
      config: { action: ACTION },
      schema: {
        summary: 'List the searches that the caller keeps, and those that are shared, by name',
        tags: ['traces'],
        params: ProjectPath,
        response: {
          200: Type.Object({
            saved_searches: Type.Array(
              Type.Object({
                id: Type.String(),
                name: Type.String(),
                view: Type.String({ description: "The trace list as the console's address tells it" }),
                shared: Type.Boolean(),
                own: Type.Boolean({ description: 'The caller keeps it' }),
                user_name: Type.String({ description: 'Who keeps it' }),
                create_time: Type.Integer({ description: 'Epoch ms' }),
              }),
            ),
          }),
        },
      },
    },
    async ({ params, principal }) => {
      const list = await savedSearches.list(params.project_id, principal.user.id);
      return {
        saved_searches: list.map(({ userId, userName, createdAt, ...rest }) => ({
          ...rest,
          own: userId === principal.user.id,
          user_name: userName,
          create_time: createdAt,
        })),
      };
    },
  );

  server.post(
    '/v3/:project_id/saved-searches',
    {
      config: { action: ACTION, audit: { ...audit('createSavedSearch'), namedBy: 'name' } },
      schema: {
        summary: 'Keep a search',
        tags: ['traces'],
        params: ProjectPath,
        body: Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: MAX_NAME }),
            view: Type.String({
              maxLength: MAX_VIEW,
              description: "The trace list as the console's address tells it",
            }),
            shared: Type.Boolean({
              default: false,
              description: 'For all who read the traces of the project',
            }),
          },
          HIDE_OTHERS,
        ),
        response: { 201: Type.Object({ id: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { params, body, principal } = request;
      const id = await savedSearches.add(params.project_id, principal.user.id, body);
      about(request, { resourceId: id });
      return reply.code(201).send({ id });
    },
  );

  server.delete(
    '/v3/:project_id/saved-searches/:saved_search_id',
    {
      config: { action: ACTION, audit: audit('deleteSavedSearch') },
      schema: {
        summary: 'Remove a search that the caller keeps',
        tags: ['traces'],
        params: Type.Object({
          project_id: Type.String(),
          saved_search_id: Type.String({ maxLength: MAX_NAME }),
        }),
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const { params, principal } = request;
      about(request, { resourceId: params.saved_search_id });
      const name = await savedSearches.remove(params.project_id, principal.user.id, params.saved_search_id);
      about(request, { resourceName: name });
      return reply.code(204).send();
    },
  );
};
