import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { CtsError } from '../../../errors.ts';
import { FilterPolicies, MOST_FILTERED_AT_ONCE, type Subscription } from '../../../smn/index.ts';
import { about } from '../../audit.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { idOf, RequestId, SmnProject, smn } from './smn-route.ts';
import { aboutSubscription, subscriptionByUrn } from './subscription-by-urn.ts';

const Urn = Type.String({ maxLength: 512, errorCode: 'SMN.0014' });
const AT_ONCE = { minItems: 1, maxItems: MOST_FILTERED_AT_ONCE, errorCode: 'SMN.0043' };
const Batch = Type.Object({
  ...RequestId,
  batch_result: Type.Array(
    Type.Object({ subscription_urn: Type.String(), code: Type.String(), message: Type.String() }),
    { description: 'Subscriptions that were refused; empty: none was' },
  ),
});
const PATH = '/v2/:project_id/notifications/subscriptions/filter_polices';

/** Which messages with attributes a subscription wants (`docs/reference/smn-api.md` 3). */
export const filterPolicyRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, deps) => {
  /** Subscriptions one by one: one that is refused costs none of the others. */
  async function each<Item>(
    request: FastifyRequest,
    items: readonly Item[],
    urnOf: (item: Item) => string,
    change: (subscription: Subscription, item: Item) => Promise<void>,
  ) {
    const refused: { subscription_urn: string; code: string; message: string; status: number }[] = [];
    for (const item of items) {
      const subscription_urn = urnOf(item);
      if (items.length === 1) about(request, { resourceId: subscription_urn });
      try {
        const found = await subscriptionByUrn(deps, request.principal, subscription_urn);
        if (items.length === 1) aboutSubscription(request, found);
        await change(found, item);
      } catch (error) {
        if (!(error instanceof CtsError)) throw error;
        const { code, message, status } = error;
        refused.push({ subscription_urn, code, message, status });
      }
    }
    // Where nothing was changed, the trace does not tell of a success.
    if (refused.length === items.length) about(request, { status: refused[0]?.status });
    return { ...idOf(request), batch_result: refused.map(({ status, ...one }) => one) };
  }

  for (const [method, name, summary] of [
    ['POST', 'batchCreateFilterPolices', 'Set filter policies of subscriptions'],
    ['PUT', 'batchUpdateFilterPolices', 'Replace filter policies of subscriptions'],
  ] as const) {
    server.route({
      method,
      url: PATH,
      config: smn('smn:topic:update', 'filter_polices', name),
      schema: {
        summary,
        tags: ['smn subscriptions'],
        params: SmnProject,
        body: Type.Object({
          polices: Type.Array(
            Type.Object({ subscription_urn: Urn, filter_polices: FilterPolicies }),
            AT_ONCE,
          ),
        }),
        response: { 200: Batch },
      },
      handler: (request) =>
        each(
          request,
          request.body.polices,
          (one) => one.subscription_urn,
          (found, { filter_polices }) => deps.subscriptions.setFilters(found, filter_polices),
        ),
    });
  }

  server.delete(
    PATH,
    {
      config: smn('smn:topic:update', 'filter_polices', 'batchDeleteFilterPolices'),
      schema: {
        summary: 'Remove the filter policies of subscriptions',
        tags: ['smn subscriptions'],
        params: SmnProject,
        body: Type.Object({ subscription_urns: Type.Array(Urn, AT_ONCE) }),
        response: { 200: Batch },
      },
    },
    (request) =>
      each(
        request,
        request.body.subscription_urns,
        (urn) => urn,
        (found) => deps.subscriptions.setFilters(found, []),
      ),
  );
};
