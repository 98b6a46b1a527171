import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import { ANY_SOURCE } from '../../../iam/index.ts';
import { about } from '../../audit.ts';
import { HIDE_OTHERS, NoBody } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { refuseTemporary } from './callers.ts';
import { Id, Name } from './fields.ts';

/** What every ingest key lets its holder do. */
const REPORTING = 'cts:trace:report';

/** Ingest keys of a project. */
export const ingestKeyRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { iam }) => {
  const { ingestKeys } = iam;

  const ingestAudit = (name: string) => ({ service: 'CTS' as const, resourceType: 'ingestKey', name });
  const IngestKeyView = Type.Object({
    id: Type.String(),
    name: Type.String(),
    source: Type.String({ description: 'Trace source that it may report; *: any' }),
    created_by: Type.String(),
    create_time: Type.Integer(),
    last_used_time: Type.Optional(Type.Integer({ description: 'Within a minute; absent: never used' })),
    secret: Type.Optional(Type.String({ description: 'The bearer; shown this once' })),
  });
  const view = (key: Awaited<ReturnType<typeof ingestKeys.list>>[number]) => ({
    id: key.id,
    name: key.name,
    source: key.source,
    created_by: key.createdBy,
    create_time: key.createdAt,
    ...(key.lastUsedAt === undefined ? {} : { last_used_time: key.lastUsedAt }),
  });
  const OfProject = Type.Object({ project_id: Id });

  server.get(
    '/v3/:project_id/ingest-keys',
    {
      config: { action: 'cts:ingestKey:list' },
      schema: {
        summary: 'List ingest keys',
        tags: ['ingest keys'],
        params: OfProject,
        response: { 200: Type.Object({ ingest_keys: Type.Array(IngestKeyView) }) },
      },
    },
    async ({ params }) => ({ ingest_keys: (await ingestKeys.list(params.project_id)).map(view) }),
  );
  server.post(
    '/v3/:project_id/ingest-keys',
    {
      config: {
        action: 'cts:ingestKey:create',
        audit: { ...ingestAudit('createIngestKey'), namedBy: 'name' },
      },
      schema: {
        summary: 'Create an ingest key: a bearer for producers that can only set a header',
        tags: ['ingest keys'],
        params: OfProject,
        body: Type.Object(
          {
            name: Name,
            source: Type.Optional(Type.String({ minLength: 1, maxLength: 64, default: ANY_SOURCE })),
          },
          HIDE_OTHERS,
        ),
        response: { 201: IngestKeyView },
      },
    },
    async (request, reply) => {
      const { params, body, principal } = request;
      refuseTemporary(principal);
      if (!principal.allows(REPORTING)) {
        throw ERRORS.givesMore(REPORTING, `the project ${principal.project?.name}`);
      }
      const { key, ...made } = await ingestKeys.add({
        projectId: params.project_id,
        name: body.name,
        source: body.source ?? ANY_SOURCE,
        createdBy: principal.user.name,
      });
      about(request, { resourceId: made.id });
      return reply.code(201).send({ ...view(made), secret: key });
    },
  );
  server.delete(
    '/v3/:project_id/ingest-keys/:key_id',
    {
      config: { action: 'cts:ingestKey:delete', audit: ingestAudit('deleteIngestKey') },
      schema: {
        summary: 'Revoke an ingest key',
        tags: ['ingest keys'],
        params: Type.Object({ project_id: Id, key_id: Id }),
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      about(request, { resourceId: request.params.key_id });
      const key = await ingestKeys.remove(request.params.project_id, request.params.key_id);
      about(request, { resourceName: key.name });
      return reply.code(204).send();
    },
  );
};
