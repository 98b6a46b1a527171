import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { MOST_NOTIFICATIONS } from '../../../notifications/index.ts';
import { MOST_DATA_TRACKERS } from '../../../trackers/index.ts';
import { ownerOf } from '../../owner.ts';
import { ProjectPath } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';

/** What a project may have, and what it has. */
export const quotaRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { trackers, notifications },
) => {
  server.get(
    '/v3/:project_id/quotas',
    {
      config: { action: 'cts:quota:get' },
      schema: {
        summary: 'Quotas and what is used of them',
        tags: ['catalogue'],
        params: ProjectPath,
        response: {
          200: Type.Object({
            resources: Type.Array(
              Type.Object({ type: Type.String(), used: Type.Integer(), quota: Type.Integer() }),
            ),
          }),
        },
      },
    },
    async ({ principal }) => {
      const owner = ownerOf(principal);
      const all = await trackers.list(owner.projectId);
      const used = (type: string) => all.filter((tracker) => tracker.type === type).length;
      const told = (await notifications.heads(owner)).length;
      return {
        resources: [
          { type: 'data_tracker', used: used('data'), quota: MOST_DATA_TRACKERS },
          { type: 'system_tracker', used: used('system'), quota: 1 },
          { type: 'smn_notification', used: told, quota: MOST_NOTIFICATIONS },
        ],
      };
    },
  );
};
