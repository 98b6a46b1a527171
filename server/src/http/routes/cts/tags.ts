import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { ERRORS } from '../../../errors.ts';
import { type StoredTracker, Tag, toAnswer } from '../../../trackers/index.ts';
import { about } from '../../audit.ts';
import { MAX_FILTER_VALUE } from '../../limits.ts';
import { ownerOf } from '../../owner.ts';
import { NoBody, Sought } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';

const OfType = Type.Object({
  project_id: Type.String(),
  resource_type: Type.Enum(['cts-tracker'], { description: 'cts-tracker' }),
});
const OfTracker = Type.Interface([OfType], {
  resource_id: Type.String({ description: 'Id of the tracker' }),
});
const Tags = Type.Array(Tag, { minItems: 1, maxItems: 20 });
/** To be deleted: by key, or only where the value fits. Keys that no rule allows are simply not there. */
const DoomedTags = Type.Array(Type.Object({ key: Sought, value: Type.Optional(Sought) }), {
  minItems: 1,
  maxItems: 20,
});
/** A number that some clients send as text. */
const Count = (minimum: number, maximum: number) => Type.Optional(Type.Integer({ minimum, maximum }));
const Search = Type.Object({
  without_any_tag: Type.Optional(
    Type.Boolean({ description: 'Only trackers without tags; tags is ignored' }),
  ),
  tags: Type.Optional(
    Type.Array(Type.Object({ key: Sought, values: Type.Optional(Type.Array(Sought, { maxItems: 20 })) }), {
      maxItems: 20,
      description: 'Keys are and-ed, values of one key or-ed',
    }),
  ),
  matches: Type.Optional(
    Type.Array(
      Type.Object({
        key: Type.Enum(['resource_name']),
        value: Type.String({ pattern: '^[^_%]*$', maxLength: MAX_FILTER_VALUE }),
      }),
      { maxItems: 1 },
    ),
  ),
  limit: Count(1, 1000),
  offset: Count(0, 1_000_000),
});
type Search = Static<typeof Search>;

const operation = (name: string) => ({ service: 'CTS' as const, resourceType: 'tracker', name });

/** Tags of trackers (`docs/reference/cts-api.md` 7). */
export const tagRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { trackers }) => {
  async function trackerOf(params: Static<typeof OfTracker>): Promise<StoredTracker> {
    const all = await trackers.list(params.project_id);
    const tracker = all.find(({ id }) => id === params.resource_id);
    if (!tracker) throw ERRORS.noSuchTracker(params.resource_id);
    return tracker;
  }

  server.post(
    '/v3/:project_id/:resource_type/:resource_id/tags/create',
    {
      config: { action: 'cts:tag:create', audit: operation('batchCreateTag') },
      schema: {
        summary: 'Add tags',
        tags: ['tags'],
        params: OfTracker,
        body: Type.Object({ tags: Tags }),
        response: { 200: NoBody },
      },
    },
    async (request, reply) => {
      const tracker = await trackerOf(request.params);
      about(request, { resourceId: tracker.id, resourceName: tracker.name });
      await trackers.tags.add(tracker, request.body.tags);
      return reply.code(200).send();
    },
  );

  server.delete(
    '/v3/:project_id/:resource_type/:resource_id/tags/delete',
    {
      config: { action: 'cts:tag:delete', audit: operation('batchDeleteTag') },
      schema: {
        summary: 'Delete tags, by key or by key and value',
        tags: ['tags'],
        params: OfTracker,
        body: Type.Object({ tags: DoomedTags }),
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const tracker = await trackerOf(request.params);
      about(request, { resourceId: tracker.id, resourceName: tracker.name });
      await trackers.tags.remove(tracker, request.body.tags);
      return reply.code(204).send();
    },
  );

  server.post(
    '/v3/:project_id/:resource_type/:resource_id/tags',
    {
      config: { action: 'cts:resourceTag:create', audit: operation('createTag') },
      schema: {
        summary: 'Add a tag',
        tags: ['tags'],
        params: OfTracker,
        body: Type.Object({ tag: Tag }),
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const tracker = await trackerOf(request.params);
      about(request, { resourceId: tracker.id, resourceName: tracker.name });
      await trackers.tags.add(tracker, [request.body.tag]);
      return reply.code(204).send();
    },
  );

  server.delete(
    '/v3/:project_id/:resource_type/:resource_id/tags/:key',
    {
      config: { action: 'cts:resourceTag:delete', audit: operation('deleteTag') },
      schema: {
        summary: 'Delete a tag',
        tags: ['tags'],
        params: Type.Interface([OfTracker], { key: Type.String() }),
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const tracker = await trackerOf(request.params);
      about(request, { resourceId: tracker.id, resourceName: tracker.name });
      await trackers.tags.remove(tracker, [{ key: request.params.key }]);
      return reply.code(204).send();
    },
  );

  server.get(
    '/v3/:project_id/:resource_type/:resource_id/tags',
    {
      config: { action: 'cts:tag:listForResource' },
      schema: {
        summary: 'Tags of a tracker',
        tags: ['tags'],
        params: OfTracker,
        response: { 200: Type.Object({ tags: Type.Array(Tag) }) },
      },
    },
    async ({ params }) => {
      const tracker = await trackerOf(params);
      return { tags: (await trackers.tags.of([tracker])).get(tracker.id) ?? [] };
    },
  );

  server.get(
    '/v3/:project_id/:resource_type/tags',
    {
      config: { action: 'cts:tag:listForProject' },
      schema: {
        summary: 'Tags of all trackers of the project',
        tags: ['tags'],
        params: OfType,
        querystring: Type.Object({
          limit: Type.Integer({ minimum: 1, maximum: 200, default: 200 }),
          marker: Type.Optional(Sought),
        }),
        response: {
          200: Type.Object({
            tags: Type.Array(Type.Object({ key: Type.String(), values: Type.Array(Type.String()) })),
            page_info: Type.Object({ next_marker: Type.String() }),
          }),
        },
      },
    },
    async ({ params, query }) => {
      const values = new Map<string, Set<string>>();
      for (const tags of (await trackers.tags.of(await trackers.list(params.project_id))).values()) {
        for (const { key, value } of tags) values.set(key, (values.get(key) ?? new Set()).add(value));
      }
      const keys = [...values.keys()].sort().filter((key) => !query.marker || key > query.marker);
      const page = keys.slice(0, query.limit);
      return {
        tags: page.map((key) => ({ key, values: [...(values.get(key) ?? [])].sort() })),
        page_info: { next_marker: keys.length > page.length ? (page.at(-1) ?? '') : '' },
      };
    },
  );

  /** Trackers that a search means, with their tags. */
  async function search(projectId: string, { without_any_tag, tags = [], matches = [] }: Search) {
    const all = await trackers.list(projectId);
    const tagsOf = await trackers.tags.of(all);
    return all
      .map((tracker) => ({ tracker, tags: tagsOf.get(tracker.id) ?? [] }))
      .filter(({ tracker, tags: theirs }) => {
        const named = matches.every(({ value }) =>
          value === '' ? tracker.name === '' : tracker.name.includes(value),
        );
        if (!named || without_any_tag) return named && theirs.length === 0;
        return tags.every(({ key, values = [] }) =>
          theirs.some((tag) => tag.key === key && (values.length === 0 || values.includes(tag.value))),
        );
      });
  }

  server.post(
    '/v3/:project_id/:resource_type/resource-instances/filter',
    {
      config: { action: 'cts:resource:filter' },
      schema: {
        summary: 'Find trackers by tag and name',
        tags: ['tags'],
        params: OfType,
        querystring: Type.Object({ limit: Count(1, 1000), offset: Count(0, 1_000_000) }),
        body: Search,
        response: {
          200: Type.Object({
            resources: Type.Array(
              Type.Object({
                resource_id: Type.String(),
                resource_name: Type.String(),
                resource_detail: Type.Any(),
                tags: Type.Array(Tag),
              }),
            ),
            total_count: Type.Integer(),
          }),
        },
      },
    },
    async ({ params, query, body, principal }) => {
      const found = await search(params.project_id, body);
      const offset = body.offset ?? query.offset ?? 0;
      const limit = body.limit ?? query.limit ?? 1000;
      const owner = ownerOf(principal);
      return {
        resources: found.slice(offset, offset + limit).map(({ tracker, tags }) => ({
          resource_id: tracker.id,
          resource_name: tracker.name,
          resource_detail: toAnswer(tracker, owner),
          tags,
        })),
        total_count: found.length,
      };
    },
  );

  server.post(
    '/v3/:project_id/:resource_type/resource-instances/count',
    {
      config: { action: 'cts:resource:count' },
      schema: {
        summary: 'Count trackers by tag and name',
        tags: ['tags'],
        params: OfType,
        body: Search,
        response: { 200: Type.Object({ total_count: Type.Integer() }) },
      },
    },
    async ({ params, body }) => ({ total_count: (await search(params.project_id, body)).length }),
  );
};
