import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { type ListedTopic, TOPIC_NAME, type Topic } from '../../../smn/index.ts';
import { about } from '../../audit.ts';
import { ownerOf } from '../../owner.ts';
import { Sought } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { smnTime } from './fields.ts';
import { PAGE } from './paging.ts';
import { Done, idOf, RequestId, SmnProject, smn, TopicPath } from './smn-route.ts';

const TopicView = Type.Object({
  topic_urn: Type.String(),
  name: Type.String(),
  display_name: Type.String(),
  push_policy: Type.Integer(),
  topic_id: Type.String(),
  create_time: Type.String(),
  update_time: Type.String(),
  enterprise_project_id: Type.String(),
});
const view = (topic: ListedTopic) => ({
  topic_urn: topic.urn,
  name: topic.name,
  display_name: topic.displayName,
  push_policy: topic.pushPolicy,
  topic_id: topic.id,
  create_time: smnTime(topic.createdAt),
  update_time: smnTime(topic.updatedAt),
  enterprise_project_id: topic.enterpriseProjectId,
});

const Urn = Type.Object({ ...RequestId, topic_urn: Type.String() });
const Attribute = Type.Enum(['access_policy', 'introduction'], { errorCode: 'SMN.0046' });

/** Topics and their attributes (`docs/reference/smn-api.md` 2). */
export const topicRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { topics }) => {
  const of = (request: FastifyRequest) => ownerOf(request.principal);
  async function topicOf(request: FastifyRequest): Promise<Topic> {
    const { topic_urn } = request.params as { topic_urn: string };
    const topic = await topics.get(of(request), topic_urn);
    if (request.audited) about(request, { resourceId: topic.urn, resourceName: topic.name });
    return topic;
  }

  server.post(
    '/v2/:project_id/notifications/topics',
    {
      config: smn('smn:topic:create', 'topic', 'createTopic', 'name'),
      schema: {
        summary: 'Create a topic; one of that name that is there stays as it is',
        tags: ['smn topics'],
        params: SmnProject,
        body: Type.Object({
          name: Type.String({
            pattern: TOPIC_NAME,
            errorCode: 'SMN.0002',
            rule: 'must hold 1 to 255 of letters, digits, "-" and "_", and begin with a letter or digit',
          }),
          display_name: Type.String({ default: '', maxLength: 1000, errorCode: 'SMN.0003' }),
          enterprise_project_id: Type.String({ default: '0', maxLength: 128 }),
        }),
        response: { 200: Urn, 201: Urn },
      },
    },
    async (request, reply) => {
      const { name, display_name, enterprise_project_id } = request.body;
      const { topic, made } = await topics.create(of(request), {
        name,
        displayName: display_name,
        enterpriseProjectId: enterprise_project_id,
      });
      about(request, { resourceId: topic.urn });
      return reply.code(made ? 201 : 200).send({ ...idOf(request), topic_urn: topic.urn });
    },
  );

  server.get(
    '/v2/:project_id/notifications/topics',
    {
      config: smn('smn:topic:list'),
      schema: {
        summary: 'List topics, newest first',
        tags: ['smn topics'],
        params: SmnProject,
        querystring: Type.Object({
          ...PAGE,
          topic_id: Type.Optional(Sought),
          name: Type.Optional(Sought),
          fuzzy_name: Type.Optional(Sought),
          fuzzy_display_name: Type.Optional(Sought),
          enterprise_project_id: Type.Optional(Sought),
        }),
        response: {
          200: Type.Object({ ...RequestId, topic_count: Type.Integer(), topics: Type.Array(TopicView) }),
        },
      },
    },
    async (request) => {
      const { offset, limit, ...query } = request.query;
      const filter = {
        id: query.topic_id,
        name: query.name,
        fuzzyName: query.fuzzy_name,
        fuzzyDisplayName: query.fuzzy_display_name,
        enterpriseProjectId: query.enterprise_project_id,
      };
      const { count, topics: page } = await topics.find(of(request), filter, { offset, limit });
      return { ...idOf(request), topic_count: count, topics: page.map(view) };
    },
  );

  server.get(
    '/v2/:project_id/notifications/topics/:topic_urn',
    {
      config: smn('smn:topic:list'),
      schema: {
        summary: 'A topic',
        tags: ['smn topics'],
        params: TopicPath,
        response: { 200: Type.Interface([TopicView], RequestId) },
      },
    },
    async (request) => ({ ...idOf(request), ...view(await topicOf(request)) }),
  );

  server.put(
    '/v2/:project_id/notifications/topics/:topic_urn',
    {
      config: smn('smn:topic:update', 'topic', 'updateTopic'),
      schema: {
        summary: 'Set the display name of a topic; absent: emptied',
        tags: ['smn topics'],
        params: TopicPath,
        body: Type.Object({
          display_name: Type.String({ default: '', maxLength: 1000, errorCode: 'SMN.0003' }),
        }),
        response: { 200: Urn },
      },
    },
    async (request) => {
      const topic = await topicOf(request);
      await topics.rename(topic, request.body.display_name);
      return { ...idOf(request), topic_urn: topic.urn };
    },
  );

  server.delete(
    '/v2/:project_id/notifications/topics/:topic_urn',
    {
      config: smn('smn:topic:delete', 'topic', 'deleteTopic'),
      schema: {
        summary: 'Delete a topic and its subscriptions',
        tags: ['smn topics'],
        params: TopicPath,
        response: { 200: Done },
      },
    },
    async (request) => {
      await topics.remove(await topicOf(request));
      return idOf(request);
    },
  );

  server.get(
    '/v2/:project_id/notifications/topics/:topic_urn/attributes',
    {
      config: smn('smn:topic:list'),
      schema: {
        summary: 'Attributes of a topic',
        tags: ['smn topics'],
        params: TopicPath,
        querystring: Type.Object({ name: Type.Optional(Attribute) }),
        response: {
          200: Type.Object({
            ...RequestId,
            attributes: Type.Object({
              access_policy: Type.Optional(Type.String()),
              introduction: Type.Optional(Type.String()),
            }),
          }),
        },
      },
    },
    async (request) => {
      const { accessPolicy, introduction } = await topicOf(request);
      const all = { access_policy: accessPolicy, introduction };
      const { name } = request.query;
      return { ...idOf(request), attributes: name ? { [name]: all[name] } : all };
    },
  );

  server.put(
    '/v2/:project_id/notifications/topics/:topic_urn/attributes/:name',
    {
      config: smn('smn:topic:update', 'topic', 'updateTopicAttribute'),
      schema: {
        summary: 'Set an attribute of a topic',
        tags: ['smn topics'],
        params: Type.Interface([TopicPath], { name: Attribute }),
        body: Type.Object({ value: Type.String() }),
        response: { 200: Done },
      },
    },
    async (request) => {
      await topics.setAttribute(await topicOf(request), request.params.name, request.body.value);
      return idOf(request);
    },
  );

  server.delete(
    '/v2/:project_id/notifications/topics/:topic_urn/attributes/:name',
    {
      config: smn('smn:topic:update', 'topic', 'updateTopicAttribute'),
      schema: {
        summary: 'Set an attribute of a topic back to its default',
        tags: ['smn topics'],
        params: Type.Interface([TopicPath], { name: Attribute }),
        response: { 200: Done },
      },
    },
    async (request) => {
      await topics.setAttribute(await topicOf(request), request.params.name, '');
      return idOf(request);
    },
  );

  server.delete(
    '/v2/:project_id/notifications/topics/:topic_urn/attributes',
    {
      config: smn('smn:topic:update', 'topic', 'updateTopicAttribute'),
      schema: {
        summary: 'Set all attributes of a topic back to their defaults',
        tags: ['smn topics'],
        params: TopicPath,
        response: { 200: Done },
      },
    },
    async (request) => {
      const topic = await topicOf(request);
      for (const name of ['access_policy', 'introduction'] as const)
        await topics.setAttribute(topic, name, '');
      return idOf(request);
    },
  );
};
