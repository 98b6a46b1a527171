import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Whose } from '../../../smn/index.ts';
import { ownerOf } from '../../owner.ts';
import { ProjectPath, Sought } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { ShownAddress } from './fields.ts';
import { shownEndpoint } from './shown.ts';
import { topicIdByUrn } from './topic-by-urn.ts';

const Ids = Type.Optional(
  Type.Array(Type.Integer(), { maxItems: 10_000, description: 'Dead letters; absent: all' }),
);
const Count = Type.Object({ count: Type.Integer() });

/** Messages that were given up: an addition of OpenCTS. */
export const deadLetterRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { topics, deliveryLog },
) => {
  const projectOf = ({ principal }: FastifyRequest) => ownerOf(principal).projectId;

  server.get(
    '/v3/:project_id/smn/dead-letters',
    {
      config: { action: 'smn:topic:list' },
      schema: {
        summary: 'Messages that were given up, newest first; they are kept for 30 days',
        tags: ['smn deliveries'],
        params: ProjectPath,
        querystring: Type.Object({
          subscription_id: Type.Optional(Sought),
          topic_urn: Type.Optional(Sought),
          limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
          marker: Type.Optional(Type.Integer({ minimum: 1, description: '`next` of the page before' })),
        }),
        response: {
          200: Type.Object({
            next: Type.Union([Type.Integer(), Type.Null()], { description: 'null: these were the last' }),
            dead_letters: Type.Array(
              Type.Object({
                id: Type.Integer(),
                subscription_id: Type.String(),
                endpoint: ShownAddress,
                message_id: Type.String(),
                kind: Type.String(),
                summary: Type.String(),
                attempts: Type.Integer(),
                reason: Type.String(),
                create_time: Type.Integer(),
                dead_time: Type.Integer(),
              }),
            ),
          }),
        },
      },
    },
    async (request) => {
      const { subscription_id, topic_urn, limit, marker } = request.query;
      const topicId = topic_urn === undefined ? undefined : await topicIdByUrn(topics, request, topic_urn);
      if (topic_urn !== undefined && topicId === undefined) return { dead_letters: [], next: null };
      const whose: Whose = { projectId: projectOf(request), topicId, id: subscription_id };
      const letters = await deliveryLog.deadLetters(whose, limit, marker);
      return {
        next: letters.length === limit ? (letters.at(-1)?.id ?? null) : null,
        dead_letters: letters.map((letter) => ({
          id: letter.id,
          subscription_id: letter.subscriptionId,
          endpoint: shownEndpoint(letter, request.principal),
          message_id: letter.messageId,
          kind: letter.kind,
          summary: letter.summary,
          attempts: letter.attempts,
          reason: letter.reason,
          create_time: letter.createdAt,
          dead_time: letter.diedAt,
        })),
      };
    },
  );

  server.post(
    '/v3/:project_id/smn/dead-letters/replay',
    {
      config: {
        action: 'smn:topic:update',
        audit: { service: 'SMN', resourceType: 'subscription', name: 'replayMessages' },
      },
      schema: {
        summary: 'Send dead letters again',
        tags: ['smn deliveries'],
        params: ProjectPath,
        body: Type.Object({ ids: Ids }),
        response: { 200: Count },
      },
    },
    async (request) => ({
      count: await deliveryLog.replay({ projectId: projectOf(request) }, request.body.ids),
    }),
  );

  server.post(
    '/v3/:project_id/smn/dead-letters/discard',
    {
      config: {
        action: 'smn:topic:update',
        audit: { service: 'SMN', resourceType: 'subscription', name: 'discardMessages' },
      },
      schema: {
        summary: 'Forget dead letters',
        tags: ['smn deliveries'],
        params: ProjectPath,
        body: Type.Object({ ids: Ids }),
        response: { 200: Count },
      },
    },
    async (request) => ({
      count: await deliveryLog.discard({ projectId: projectOf(request) }, request.body.ids),
    }),
  );
};
