import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { CATALOGUE } from '../../../catalogue/index.ts';
import { ERRORS } from '../../../errors.ts';
import { MAX_FILTER_VALUE } from '../../limits.ts';
import { ProjectPath } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';

const Optional = Type.Optional(Type.String({ maxLength: MAX_FILTER_VALUE }));

/** The catalogue of operations that can be watched. */
export const operationRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server) => {
  server.get(
    '/v3/:project_id/operations',
    {
      config: { action: 'cts:notification:listOperation' },
      schema: {
        summary: 'Operations that can be watched',
        tags: ['catalogue'],
        params: ProjectPath,
        querystring: Type.Object({ service_type: Optional, resource_type: Optional }),
        response: {
          200: Type.Object({
            operations: Type.Array(
              Type.Object({
                service_type: Type.String(),
                resource_type: Type.String(),
                operation_list: Type.Array(Type.String()),
              }),
            ),
          }),
        },
      },
    },
    async ({ query }) => {
      if (query.resource_type && !query.service_type) {
        throw ERRORS.invalidBody(
          'resource_type',
          'resource_type is given without service_type, which it needs',
        );
      }
      return {
        operations: CATALOGUE.filter(
          ({ service_type }) => !query.service_type || service_type === query.service_type,
        )
          .flatMap(({ service_type, resources }) =>
            resources.map((resource) => ({ service_type, ...resource })),
          )
          .filter(({ resource_type }) => !query.resource_type || resource_type === query.resource_type)
          .map(({ service_type, resource_type, operations }) => ({
            service_type,
            resource_type,
            operation_list: operations.map(({ trace_name }) => trace_name),
          })),
      };
    },
  );

  server.get(
    '/v3/:project_id/operations/details',
    {
      config: { action: 'cts:notification:listOperation' },
      schema: {
        summary: 'The same with descriptions, risks, and which are typical for notifications',
        tags: ['catalogue'],
        params: ProjectPath,
        response: {
          200: Type.Object({
            operations: Type.Array(
              Type.Object({
                service_type: Type.String(),
                resource_type: Type.String(),
                trace_name: Type.String(),
                description: Type.String(),
                risk: Type.Enum(['high', 'cost', 'service', '']),
                typical: Type.Boolean(),
              }),
            ),
          }),
        },
      },
    },
    async () => ({
      operations: CATALOGUE.flatMap(({ service_type, resources }) =>
        resources.flatMap(({ resource_type, operations }) =>
          operations
            .filter(({ read }) => !read)
            .map(({ trace_name, description, risk, typical }) => ({
              service_type,
              resource_type,
              trace_name,
              description,
              risk: risk ?? ('' as const),
              typical,
            })),
        ),
      ),
    }),
  );
};
