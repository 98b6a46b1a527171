import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ProjectPath } from '../../schemas.ts';

/** What a caller may do, so that nothing is offered that would be refused. */
export const rightsRoutes: FastifyPluginAsyncTypebox = async (server) => {
  server.get(
    '/v3/:project_id/rights',
    {
      config: { action: 'signed-in' },
      schema: {
        summary: 'Actions of this API that the caller may do in the project',
        tags: ['access'],
        params: ProjectPath,
        response: { 200: Type.Object({ actions: Type.Array(Type.String()) }) },
      },
    },
    async ({ principal }) => {
      const actions = new Set(server.guardedRoutes.map(({ action }) => action));
      return {
        actions: [...actions].filter((action) => action.includes(':') && principal.allows(action)).sort(),
      };
    },
  );
};
