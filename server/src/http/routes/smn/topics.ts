import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { ERRORS } from '../../../errors.ts';
import {
  type ListedTopic,
  MOST_SOUGHT_TAGS,
  MOST_SOUGHT_VALUES,
  MOST_TAG_KEY,
  MOST_TAG_VALUE,
  TOPIC_NAME,
  type Topic,
} from '../../../smn/index.ts';
import { about } from '../../audit.ts';
import { ownerOf } from '../../owner.ts';
import { NoBody, Sought } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { Done, idOf, MOST_OFFSET, PAGE, RequestId, SmnProject, smn, smnTime, TopicPath } from './shared.ts';

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

/** A topic among the resources that tags are sought by. */
const TopicDetail = Type.Object({
  detail_id: Type.String({ description: 'Id of the topic' }),
  topic_urn: Type.String(),
  display_name: Type.String(),
  enterprise_project_id: Type.String(),
});
const detailOf = (topic: ListedTopic): Static<typeof TopicDetail> => ({
  detail_id: topic.id,
  topic_urn: topic.urn,
  display_name: topic.displayName,
  enterprise_project_id: topic.enterpriseProjectId,
});

const Urn = Type.Object({ ...RequestId, topic_urn: Type.String() });
const Attribute = Type.Enum(['access_policy', 'introduction'], { errorCode: 'SMN.0046' });
const TopicTag = Type.Object({
  key: Type.String({ minLength: 1, maxLength: MOST_TAG_KEY }),
  value: Type.String({ maxLength: MOST_TAG_VALUE, default: '' }),
});
const SoughtTag = Type.Object({
  key: Type.String({ maxLength: MOST_TAG_KEY }),
  values: Type.Optional(
    Type.Array(Type.String({ maxLength: MOST_TAG_VALUE }), { maxItems: MOST_SOUGHT_VALUES }),
  ),
});
const NameMatch = Type.Object({
  key: Type.Enum(['resource_name']),
  value: Type.String({ maxLength: 255 }),
});
const TagPath = Type.Interface([SmnProject], { resource_id: Type.String({ maxLength: 255 }) });

/** Topics, their attributes and tags (`docs/reference/smn-api.md` 2, 7). */
export const topicRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { topics }) => {
  const of = (request: FastifyRequest) => ownerOf(request.principal);
  const inTurn = <Found>({ principal }: FastifyRequest, look: () => Promise<Found>) =>
    topics.looks.run(principal.domainId, look);
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

  /** Terraform names a topic in the path by its name, others by its id. */
  async function tagged(request: FastifyRequest): Promise<Topic> {
    const { resource_id } = request.params as { resource_id: string };
    const byName = request.headers['x-smn-resourceid-type'] === 'name';
    const topic = await topics.one(of(request), byName ? { name: resource_id } : { id: resource_id });
    if (!topic) throw ERRORS.noSuchTopic(resource_id);
    if (request.audited) about(request, { resourceId: topic.urn, resourceName: topic.name });
    return topic;
  }

  server.get(
    '/v2/:project_id/smn_topic/:resource_id/tags',
    {
      config: smn('smn:tag:list'),
      schema: {
        summary: 'Tags of a topic',
        tags: ['smn tags'],
        params: TagPath,
        response: { 200: Type.Object({ tags: Type.Array(TopicTag) }) },
      },
    },
    async (request) => ({ tags: await topics.tags(await tagged(request)) }),
  );

  server.post(
    '/v2/:project_id/smn_topic/:resource_id/tags/action',
    {
      config: smn('smn:tag:create', 'tag', 'batchCreateTag'),
      schema: {
        summary: 'Add or remove tags of a topic',
        tags: ['smn tags'],
        params: TagPath,
        body: Type.Object({
          action: Type.Enum(['create', 'delete']),
          tags: Type.Array(TopicTag, { minItems: 1, maxItems: 20, errorCode: 'SMN.0075' }),
        }),
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const { action, tags } = request.body;
      const topic = await tagged(request);
      if (action === 'create') await topics.addTags(topic, tags);
      else {
        about(request, { name: 'deleteTag' });
        if (!request.principal.allows('smn:tag:delete')) throw ERRORS.actionDenied('smn:tag:delete');
        await topics.removeTags(
          topic,
          tags.map(({ key }) => key),
        );
      }
      return reply.code(204).send();
    },
  );

  server.post(
    '/v2/:project_id/smn_topic/:resource_id/tags',
    {
      config: smn('smn:tag:create', 'tag', 'batchCreateTag'),
      schema: {
        summary: 'Add a tag to a topic',
        tags: ['smn tags'],
        params: TagPath,
        body: Type.Object({ tag: TopicTag }),
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      await topics.addTags(await tagged(request), [request.body.tag]);
      return reply.code(204).send();
    },
  );

  server.delete(
    '/v2/:project_id/smn_topic/:resource_id/tags/:key',
    {
      config: smn('smn:tag:delete', 'tag', 'deleteTag'),
      schema: {
        summary: 'Remove a tag of a topic',
        tags: ['smn tags'],
        params: Type.Interface([TagPath], { key: Type.String({ maxLength: 127 }) }),
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const { key } = request.params;
      if ((await topics.removeTags(await tagged(request), [key])) === 0) {
        throw ERRORS.smn(404, '0045', `the topic has no tag ${key}`);
      }
      return reply.code(204).send();
    },
  );

  server.get(
    '/v2/:project_id/smn_topic/tags',
    {
      config: smn('smn:tag:list'),
      schema: {
        summary: 'Tags of all topics of the project',
        tags: ['smn tags'],
        params: SmnProject,
        response: {
          200: Type.Object({
            tags: Type.Array(Type.Object({ key: Type.String(), values: Type.Array(Type.String()) })),
            truncated: Type.Optional(
              Type.Boolean({
                description: 'true: there are more values than are told (an addition of OpenCTS)',
              }),
            ),
          }),
        },
      },
    },
    async (request) => {
      const { tags, truncated } = await inTurn(request, () => topics.allTags(of(request)));
      const values = new Map<string, string[]>();
      for (const { key, value } of tags) {
        const known = values.get(key);
        if (known) known.push(value);
        else values.set(key, [value]);
      }
      return {
        tags: [...values].map(([key, all]) => ({ key, values: all })),
        ...(truncated ? { truncated } : {}),
      };
    },
  );

  server.post(
    '/v2/:project_id/smn_topic/resource_instances/action',
    {
      config: smn('smn:tag:list'),
      schema: {
        summary: 'Find or count topics by their tags',
        tags: ['smn tags'],
        params: SmnProject,
        body: Type.Object({
          action: Type.Enum(['filter', 'count']),
          tags: Type.Optional(Type.Array(SoughtTag, { maxItems: MOST_SOUGHT_TAGS })),
          matches: Type.Optional(Type.Array(NameMatch, { maxItems: 1 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
          offset: Type.Optional(Type.Integer({ minimum: 0, maximum: MOST_OFFSET })),
        }),
        response: {
          200: Type.Object({
            resources: Type.Optional(
              Type.Array(
                Type.Object({
                  resource_id: Type.String(),
                  resource_name: Type.String(),
                  resource_detail: TopicDetail,
                  tags: Type.Array(TopicTag),
                }),
              ),
            ),
            total_count: Type.Integer(),
          }),
        },
      },
    },
    async (request) => {
      const { action, tags = [], matches = [], limit = 1000, offset = 0 } = request.body;
      const owner = of(request);
      const filter = {
        tags: tags.map(({ key, values = [] }) => ({ key, values })),
        fuzzyName: matches[0]?.value,
      };
      if (action === 'count') {
        return { total_count: await inTurn(request, () => topics.count(owner, filter)) };
      }
      const { found, tagsOf } = await inTurn(request, async () => {
        const page = await topics.find(owner, filter, { offset, limit });
        return { found: page, tagsOf: await topics.tagsOf(page.topics.map(({ id }) => id)) };
      });
      const resources = found.topics.map((topic) => ({
        resource_id: topic.id,
        resource_name: topic.name,
        resource_detail: detailOf(topic),
        tags: tagsOf.get(topic.id) ?? [],
      }));
      return { resources, total_count: found.count };
    },
  );
};
