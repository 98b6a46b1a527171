import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { hideAddress } from '../../../auditing/index.ts';
import type { Config } from '../../../config.ts';
import { ERRORS } from '../../../errors.ts';
import type { Principal } from '../../../iam/index.ts';
import { MOST_AT_ONCE, PROTOCOLS, parseUrn, type Subscription, type Topic } from '../../../smn/index.ts';
import { isPlainWord } from '../../../text.ts';
import { about } from '../../audit.ts';
import { ownerOf } from '../../owner.ts';
import { Sought } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { ExtensionSchema } from './extension.ts';
import { Protocol, ShownAddress, ShownFilter } from './fields.ts';
import { PAGE } from './paging.ts';
import { knowsEndpoints, shownEndpoint } from './shown.ts';
import { Done, idOf, RequestId, SmnProject, smn, TopicPath } from './smn-route.ts';
import { aboutSubscription, subscriptionByUrn } from './subscription-by-urn.ts';

const One = {
  protocol: Protocol,
  endpoint: Type.String({ minLength: 1, maxLength: 2048, errorCode: 'SMN.0012', hidden: 'address' }),
  remark: Type.String({ default: '', maxLength: 512, errorCode: 'SMN.0017' }),
  extension: Type.Optional(ExtensionSchema),
};
const SubscriptionView = Type.Object({
  topic_urn: Type.String(),
  subscription_urn: Type.String(),
  protocol: Type.String(),
  owner: Type.String(),
  endpoint: ShownAddress,
  remark: Type.String(),
  status: Type.Integer({ description: '0 unconfirmed, 1 confirmed, 3 cancelled by the subscriber' }),
  filter_polices: Type.Array(ShownFilter),
});
const view = (subscription: Subscription, principal: Principal) => ({
  topic_urn: subscription.topicUrn,
  subscription_urn: subscription.urn,
  protocol: subscription.protocol,
  owner: subscription.projectId,
  endpoint: shownEndpoint(subscription, principal),
  remark: subscription.remark,
  status: subscription.status,
  filter_polices: subscription.filters,
});
/** Protocols that need a server of others which no setting names. */
const withoutGateway = ({ smtpUrl, smsUrl }: Config): string[] => [
  ...(smtpUrl === '' ? ['email'] : []),
  ...(smsUrl === '' ? ['sms'] : []),
];
const Page = Type.Object({
  ...RequestId,
  subscription_count: Type.Integer(),
  subscriptions: Type.Array(SubscriptionView),
});
const FILTER = {
  ...PAGE,
  protocol: Type.Optional(Protocol),
  status: Type.Optional(Type.Integer()),
  endpoint: Type.Optional(Type.String({ maxLength: 2048 })),
  fuzzy_remark: Type.Optional(Sought),
};
type ListQuery = Static<ReturnType<typeof Type.Object<typeof FILTER>>>;
const Made = Type.Object({
  ...RequestId,
  subscription_urn: Type.Optional(Type.String()),
  subscriptions_result: Type.Optional(
    Type.Array(
      Type.Object({
        subscription_urn: Type.Optional(Type.String()),
        protocol: Type.String(),
        endpoint: ShownAddress,
        remark: Type.String(),
        code: Type.Optional(Type.String()),
        message: Type.Optional(Type.String()),
      }),
    ),
  ),
});

/** One endpoint, or the topic of several. */
function subscribed({ body, params }: FastifyRequest): string | undefined {
  const { endpoint } = body as { endpoint?: string };
  return typeof endpoint === 'string'
    ? hideAddress(endpoint)
    : parseUrn((params as { topic_urn: string }).topic_urn)?.name;
}

/** Subscriptions of topics (`docs/reference/smn-api.md` 3). */
export const subscriptionRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { config, topics, subscriptions, roster },
) => {
  const topicOf = (request: FastifyRequest<{ Params: { topic_urn: string } }>): Promise<Topic> =>
    topics.get(ownerOf(request.principal), request.params.topic_urn);

  /** @throws CtsError 400, 404 */
  async function subscriptionOf(request: FastifyRequest, urn: string): Promise<Subscription> {
    const found = await subscriptionByUrn({ topics, subscriptions }, request.principal, urn);
    aboutSubscription(request, found);
    return found;
  }

  async function pageOf(request: FastifyRequest, query: ListQuery, topic?: Topic) {
    const { principal } = request;
    const { protocol, status, endpoint, fuzzy_remark: remark, offset, limit } = query;
    const { count, subscriptions: found } = await roster.find(
      ownerOf(principal).projectId,
      { topicId: topic?.id, protocol, status, endpoint, remark },
      { offset, limit },
      knowsEndpoints(principal) ? undefined : hideAddress,
    );
    return {
      ...idOf(request),
      subscription_count: count,
      subscriptions: found.map((one) => view(one, principal)),
    };
  }

  server.post(
    '/v2/:project_id/notifications/topics/:topic_urn/subscriptions',
    {
      config: smn('smn:topic:update', 'subscription', 'subscribe', subscribed),
      schema: {
        summary: 'Subscribe to a topic: one endpoint, or up to 50 in subscriptions',
        tags: ['smn subscriptions'],
        params: TopicPath,
        body: Type.Object({
          ...Object.fromEntries(Object.entries(One).map(([name, schema]) => [name, Type.Optional(schema)])),
          subscriptions: Type.Optional(
            Type.Array(Type.Object(One), { minItems: 1, maxItems: MOST_AT_ONCE, errorCode: 'SMN.0043' }),
          ),
        }),
        response: { 200: Made, 201: Made },
      },
    },
    async (request, reply) => {
      const topic = await topicOf(request);
      const body = request.body as Partial<{
        protocol: string;
        endpoint: string;
        remark: string;
        extension: object;
        subscriptions: { protocol: string; endpoint: string; remark?: string; extension?: object }[];
      }>;
      about(request, { resourceId: topic.urn, resourceName: topic.name });
      if (!body.subscriptions) {
        const { protocol, endpoint, remark = '', extension = {} } = body;
        if (!protocol) throw ERRORS.smn(400, '0011', 'protocol is missing', 'protocol');
        if (!endpoint) throw ERRORS.smn(400, '0012', 'endpoint is missing', 'endpoint');
        const { subscription, made } = await subscriptions.subscribe(topic, {
          protocol,
          endpoint,
          remark,
          extension,
        });
        aboutSubscription(request, subscription);
        return reply.code(made ? 201 : 200).send({ ...idOf(request), subscription_urn: subscription.urn });
      }
      // One that is refused costs none of the others.
      const results = [];
      let madeAny = false;
      for (const { protocol, endpoint, remark = '', extension = {} } of body.subscriptions) {
        try {
          const { subscription, made } = await subscriptions.subscribe(topic, {
            protocol,
            endpoint,
            remark,
            extension,
          });
          madeAny ||= made;
          results.push({ subscription_urn: subscription.urn, protocol, endpoint, remark });
        } catch (error) {
          const { code = 'SMN.0018', message } = error as { code?: string; message: string };
          const told = isPlainWord(protocol) ? protocol : '';
          results.push({ protocol: told, endpoint, remark, code, message });
        }
      }
      return reply.code(madeAny ? 201 : 200).send({ ...idOf(request), subscriptions_result: results });
    },
  );

  server.get(
    '/v2/:project_id/notifications/topics/:topic_urn/subscriptions',
    {
      config: smn('smn:topic:list'),
      schema: {
        summary: 'List the subscriptions of a topic, oldest first',
        tags: ['smn subscriptions'],
        params: TopicPath,
        querystring: Type.Object(FILTER),
        response: { 200: Page },
      },
    },
    async (request) => pageOf(request, request.query, await topicOf(request)),
  );

  server.get(
    '/v2/:project_id/notifications/subscriptions',
    {
      config: smn('smn:topic:list'),
      schema: {
        summary: 'List the subscriptions of the project, oldest first',
        tags: ['smn subscriptions'],
        params: SmnProject,
        querystring: Type.Object(FILTER),
        response: { 200: Page },
      },
    },
    async (request) => pageOf(request, request.query),
  );

  server.put(
    '/v2/:project_id/notifications/topics/:topic_urn/subscriptions/:subscription_urn',
    {
      config: smn('smn:topic:update', 'subscription', 'updateSubscription'),
      schema: {
        summary: 'Change the remark of a subscription, and how it is delivered',
        tags: ['smn subscriptions'],
        params: Type.Interface([TopicPath], { subscription_urn: Type.String() }),
        body: Type.Object({
          remark: Type.Optional(Type.String({ maxLength: 512, errorCode: 'SMN.0017' })),
          extension: Type.Optional(ExtensionSchema),
        }),
        response: { 200: Done },
      },
    },
    async (request) => {
      const subscription = await subscriptionOf(request, request.params.subscription_urn);
      const { remark, extension } = request.body;
      if (remark !== undefined) await subscriptions.setRemark(subscription, remark);
      if (extension !== undefined) await subscriptions.setExtension(subscription, extension);
      return idOf(request);
    },
  );

  for (const path of [
    'subscriptions/:subscription_urn',
    'topics/:topic_urn/subscriptions/:subscription_urn',
  ]) {
    server.delete(
      `/v2/:project_id/notifications/${path}`,
      {
        config: smn('smn:topic:update', 'subscription', 'delsubscribe'),
        schema: {
          summary: 'Delete a subscription',
          tags: ['smn subscriptions'],
          params: Type.Interface([SmnProject], { subscription_urn: Type.String() }),
          response: { 200: Done },
        },
      },
      async (request) => {
        await subscriptions.remove(await subscriptionOf(request, request.params.subscription_urn));
        return idOf(request);
      },
    );
  }

  server.get(
    '/v2/notifications/protocols',
    {
      config: smn('signed-in'),
      schema: {
        summary: 'Protocols of subscriptions',
        tags: ['smn subscriptions'],
        response: {
          200: Type.Object({
            ...RequestId,
            protocols: Type.Array(Type.String()),
            without_gateway: Type.Array(Type.String(), {
              description: 'Those by which nothing can be delivered until their gateway is configured',
            }),
          }),
        },
      },
    },
    async (request) => ({
      ...idOf(request),
      protocols: [...PROTOCOLS],
      without_gateway: withoutGateway(config),
    }),
  );
};
