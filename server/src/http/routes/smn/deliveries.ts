import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import type { Principal } from '../../../iam/index.ts';
import type { Mark, Subscription } from '../../../smn/index.ts';
import { ownerOf } from '../../owner.ts';
import { ProjectPath, Sought } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { ExtensionSchema } from './extension.ts';
import { ShownAddress, ShownFilter } from './fields.ts';
import { shownEndpoint, shownExtension } from './shown.ts';
import { aboutSubscription } from './subscription-by-urn.ts';
import { topicIdByUrn } from './topic-by-urn.ts';

const HOUR_MS = 3_600_000;
/** Subscriptions of one answer. */
const MOST_STATES = 1000;

const SubscriptionPath = Type.Interface([ProjectPath], { subscription_id: Type.String({ maxLength: 64 }) });
const SubscriptionState = Type.Object(
  {
    subscription_id: Type.String(),
    subscription_urn: Type.String(),
    topic_urn: Type.String(),
    protocol: Type.String(),
    endpoint: ShownAddress,
    remark: Type.String(),
    extension: ExtensionSchema,
    filter_polices: Type.Array(ShownFilter),
    state: Type.Enum(['pending', 'confirmed', 'cancelled', 'paused', 'failing']),
    paused_by: Type.Optional(Type.Enum(['person', 'failures'])),
    failing_since: Type.Optional(Type.Integer()),
    next_attempt: Type.Optional(Type.Integer()),
    create_time: Type.Integer(),
    waiting: Type.Integer({ description: 'Messages that wait' }),
    dead: Type.Integer({ description: 'Messages that were given up' }),
  },
  { title: 'SubscriptionState' },
);
/** How delivery to subscribers goes, which SMN itself does not tell: additions of OpenCTS. */
export const deliveryRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { topics, subscriptions, roster, deliveryLog, messages },
) => {
  const projectOf = ({ principal }: FastifyRequest) => ownerOf(principal).projectId;

  async function subscriptionOf(request: FastifyRequest<{ Params: { subscription_id: string } }>) {
    const { subscription_id } = request.params;
    const found = await roster.one(projectOf(request), subscription_id);
    if (!found) throw ERRORS.noSuchSubscription(subscription_id);
    if (request.audited) aboutSubscription(request, found);
    return found;
  }
  async function states(list: readonly Subscription[], principal: Principal) {
    const counts = await deliveryLog.counts(list);
    return list.map((one) => ({
      subscription_id: one.id,
      subscription_urn: one.urn,
      topic_urn: one.topicUrn,
      protocol: one.protocol,
      endpoint: shownEndpoint(one, principal),
      remark: one.remark,
      extension: shownExtension(one.extension),
      filter_polices: one.filters,
      state: stateOf(one),
      ...(one.paused === ''
        ? {}
        : { paused_by: one.paused === 'manual' ? ('person' as const) : ('failures' as const) }),
      ...(one.failingSince === undefined
        ? {}
        : { failing_since: one.failingSince, next_attempt: one.nextAt }),
      create_time: one.createdAt,
      ...(counts.get(one.id) ?? { waiting: 0, dead: 0 }),
    }));
  }

  server.get(
    '/v3/:project_id/smn/subscriptions',
    {
      config: { action: 'smn:topic:list' },
      schema: {
        summary: 'Subscriptions of the project with the state of their delivery, oldest first',
        tags: ['smn deliveries'],
        params: ProjectPath,
        querystring: Type.Object({
          topic_urn: Type.Optional(Sought),
          limit: Type.Integer({ minimum: 1, maximum: MOST_STATES, default: MOST_STATES }),
          marker: Type.Optional(
            Type.String({
              pattern: '^[0-9]{1,15}\\.[0-9a-f]{1,64}$',
              rule: 'must be `next` of the page before',
              description: '`next` of the page before',
            }),
          ),
        }),
        response: {
          200: Type.Object({
            subscriptions: Type.Array(SubscriptionState),
            next: Type.Union([Type.String(), Type.Null()], { description: 'null: these were the last' }),
          }),
        },
      },
    },
    async (request) => {
      const { topic_urn, limit, marker } = request.query;
      const topicId = topic_urn === undefined ? undefined : await topicIdByUrn(topics, request, topic_urn);
      if (topic_urn !== undefined && topicId === undefined) return { subscriptions: [], next: null };
      const after = marker === undefined ? undefined : markOf(marker);
      const list = await roster.page(projectOf(request), { topicId }, limit, after);
      const last = list.length === limit ? list.at(-1) : undefined;
      return {
        subscriptions: await states(list, request.principal),
        next: last ? `${last.createdAt}.${last.id}` : null,
      };
    },
  );

  server.get(
    '/v3/:project_id/smn/topics',
    {
      config: { action: 'smn:topic:list' },
      schema: {
        summary: 'How delivery goes for each topic of the project',
        tags: ['smn deliveries'],
        params: ProjectPath,
        response: {
          200: Type.Object({
            topics: Type.Array(
              Type.Object({
                topic_urn: Type.String(),
                subscriptions: Type.Integer(),
                failing: Type.Integer({ description: 'Confirmed subscriptions that fail or are paused' }),
                waiting: Type.Integer({ description: 'Messages that wait' }),
                dead: Type.Integer({ description: 'Messages that were given up' }),
              }),
            ),
          }),
        },
      },
    },
    async (request) => ({
      topics: (await roster.health(projectOf(request))).map(({ urn, ...health }) => ({
        topic_urn: urn,
        ...health,
      })),
    }),
  );

  server.get(
    '/v3/:project_id/smn/subscriptions/:subscription_id/attempts',
    {
      config: { action: 'smn:topic:list' },
      schema: {
        summary: 'The last attempts to deliver to a subscriber, newest first',
        tags: ['smn deliveries'],
        params: SubscriptionPath,
        response: {
          200: Type.Object({
            attempts: Type.Array(
              Type.Object({
                message_id: Type.String(),
                subject: Type.String(),
                time: Type.Integer(),
                took: Type.Integer({ description: 'ms' }),
                delivered: Type.Boolean(),
                answer: Type.String({ description: 'What the other side said, or what went wrong' }),
              }),
            ),
          }),
        },
      },
    },
    async (request) => {
      const attempts = await deliveryLog.attempts(await subscriptionOf(request));
      return {
        attempts: attempts.map(({ messageId, subject, at, took, delivered, answer }) => ({
          message_id: messageId,
          subject,
          time: at,
          took,
          delivered,
          answer,
        })),
      };
    },
  );

  const act = (
    path: string,
    trace: string,
    summary: string,
    work: (subscription: Subscription, request: FastifyRequest) => Promise<void>,
  ) =>
    server.post(
      `/v3/:project_id/smn/subscriptions/:subscription_id/${path}`,
      {
        config: {
          action: 'smn:topic:update',
          audit: { service: 'SMN', resourceType: 'subscription', name: trace },
        },
        schema: {
          summary,
          tags: ['smn deliveries'],
          params: SubscriptionPath,
          response: { 200: SubscriptionState },
        },
      },
      async (request) => {
        const subscription = await subscriptionOf(request);
        await work(subscription, request);
        const [state] = await states([await subscriptionOf(request)], request.principal);
        return state as NonNullable<typeof state>;
      },
    );
  act('pause', 'pauseSubscription', 'Send nothing to a subscriber; messages wait', (subscription) =>
    subscriptions.pause(subscription, 'manual'),
  );
  act('resume', 'resumeSubscription', 'Send to a subscriber again, now', async (subscription) => {
    await subscriptions.pause(subscription, '');
    messages.wake();
  });
  act('confirm-again', 'requestConfirmation', 'Send the confirmation once more', async (subscription) => {
    if (subscription.status === 1) return;
    const topic = await messages.topicOf(subscription.topicId);
    if (topic) await subscriptions.askAgain(topic, subscription);
  });
  act(
    'test',
    'publishTestMessage',
    'Send a test message to one subscriber',
    async (subscription, request) => {
      if (subscription.status !== 1) {
        throw ERRORS.smn(400, '0043', 'the subscription is not confirmed; nothing is sent to it');
      }
      const topic = await messages.topicOf(subscription.topicId);
      const content = {
        subject: '[OpenCTS] Test message',
        default: `This is a test, sent by ${request.principal.user.name}. Messages of the topic ${topic?.name} arrive.`,
        byProtocol: {},
      };
      if (topic) await messages.publishToOne(topic, subscription.id, content, HOUR_MS);
    },
  );
};

function markOf(marker: string): Mark {
  const [createdAt = '', id = ''] = marker.split('.');
  return { createdAt: Number(createdAt), id };
}

function stateOf({ status, paused, failures }: Subscription) {
  if (status === 0) return 'pending' as const;
  if (status === 3) return 'cancelled' as const;
  if (paused !== '') return 'paused' as const;
  return failures > 0 ? ('failing' as const) : ('confirmed' as const);
}
