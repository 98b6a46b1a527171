import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { tracesFor } from '../../caller.ts';
import { ProjectPath } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { AccountOrProject } from './account-or-project.ts';

const DAY = 86_400_000;
const MOST_USERS = 1000;

/** What traces are of, and who acted, as far back as the trace list reaches. */
export const resourceRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { store, clock, time, config, iam },
) => {
  const since = () => time.earliest() - config.retentionDays * DAY;

  server.get(
    '/v3/:project_id/resources',
    {
      config: { action: 'cts:trace:listResource', accountToo: true },
      schema: {
        summary: 'Services and resource types that traces are of',
        tags: ['catalogue'],
        params: AccountOrProject,
        response: {
          200: Type.Object({
            resources: Type.Array(
              Type.Object({ service_type: Type.String(), resource: Type.Array(Type.String()) }),
            ),
          }),
        },
      },
    },
    async ({ principal }, reply) => {
      const traces = tracesFor(store, reply);
      const projects = principal.project ? [principal.project] : await iam.enterable(principal);
      const seen = new Map<string, Set<string>>();
      for (const { id } of projects) {
        for (const { serviceType, resourceTypes } of await traces.resourceTypes(id, since())) {
          const types = seen.get(serviceType) ?? new Set();
          for (const type of resourceTypes) types.add(type);
          seen.set(serviceType, types);
        }
      }
      const names = [...seen.keys()].sort();
      return {
        resources: names.map((name) => ({
          service_type: name,
          resource: [...(seen.get(name) ?? [])].sort(),
        })),
      };
    },
  );

  server.get(
    '/v3/:project_id/user-resources',
    {
      config: { action: 'cts:trace:listTraceUser' },
      schema: {
        summary: 'Users who acted',
        tags: ['catalogue'],
        params: ProjectPath,
        response: { 200: Type.Object({ users: Type.Array(Type.Object({ name: Type.String() })) }) },
      },
    },
    async ({ params }, reply) => {
      const filter = { projectId: params.project_id, from: since(), to: clock() + DAY };
      const users = await tracesFor(store, reply).facet(filter, 'user', MOST_USERS);
      return { users: users.map(({ value }) => ({ name: value })) };
    },
  );
};
