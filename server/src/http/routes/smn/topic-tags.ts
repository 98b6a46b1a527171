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
  type Topic,
} from '../../../smn/index.ts';
import { about } from '../../audit.ts';
import { ownerOf } from '../../owner.ts';
import { NoBody } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { MOST_OFFSET } from './paging.ts';
import { SmnProject, smn } from './smn-route.ts';

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

/** Tags of topics, and topics by their tags (`docs/reference/smn-api.md` 7). */
export const topicTagRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { topics }) => {
  const of = (request: FastifyRequest) => ownerOf(request.principal);
  const inTurn = <Found>({ principal }: FastifyRequest, look: () => Promise<Found>) =>
    topics.looks.run(principal.domainId, look);

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
