import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import { ownerOf } from '../../owner.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { Done, idOf, SmnProject, smn } from './smn-route.ts';
import { aboutSubscription } from './subscription-by-urn.ts';

/** Confirming for receivers that cannot: an addition of OpenCTS, with an action of its own. */
export const confirmingRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { roster, subscriptions },
) => {
  server.post(
    '/v3/:project_id/smn/subscriptions/:subscription_id/confirm',
    {
      config: smn('smn:subscription:confirm', 'subscription', 'confirmSubscriptionByHand'),
      schema: {
        summary: 'Confirm a subscription whose receiver takes messages in its own form and cannot confirm',
        tags: ['smn deliveries'],
        params: Type.Interface([SmnProject], { subscription_id: Type.String({ maxLength: 64 }) }),
        body: Type.Object({
          endpoint: Type.String({
            hidden: 'address',
            maxLength: 2048,
            errorCode: 'SMN.0012',
            description: 'That of the subscription, so that the right one is confirmed',
          }),
        }),
        response: { 200: Done },
      },
    },
    async (request) => {
      const { subscription_id } = request.params;
      const found = await roster.one(ownerOf(request.principal).projectId, subscription_id);
      if (!found) throw ERRORS.noSuchSubscription(subscription_id);
      aboutSubscription(request, found);
      await subscriptions.confirmByHand(found, request.body.endpoint);
      return idOf(request);
    },
  );
};
