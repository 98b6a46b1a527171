import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import type { Search } from '../../../search/index.ts';
import { exactJson, Trace } from '../../../traces/index.ts';
import { about } from '../../audit.ts';
import { callerGone } from '../../caller.ts';
import { MAX_MARKER } from '../../limits.ts';
import { NoBody, ProjectPath } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { archiveFilterOf, errorCode, markerKey, markerOf, TraceQuery } from '../../trace-query.ts';
import { readerOf } from './archive-reader.ts';
import { Format, formOf, MEDIA_TYPES, sendFile } from './export-file.ts';
import { TimeZone, timeFormat } from './time-zone.ts';

const MOST_FOUND = 100_000;

const Amount = Type.Object({ files: Type.Integer(), bytes: Type.Integer(), traces: Type.Integer() });
const SearchView = Type.Object(
  {
    id: Type.String(),
    status: Type.Enum(['waiting', 'running', 'finished', 'cancelled', 'failed']),
    message: Type.Optional(Type.String({ description: 'Why it failed' })),
    create_time: Type.Integer(),
    finish_time: Type.Optional(Type.Integer()),
    from: Type.Integer(),
    to: Type.Integer(),
    total: { ...Amount, description: 'What has to be looked through' },
    done: { ...Amount, description: 'What was looked through; traces only of files that could be read' },
    found: Type.Integer({ description: 'Matching traces so far' }),
    limit_reached: Type.Boolean({ description: 'It ended at its limit; there may be more' }),
    problem_count: Type.Integer({ description: 'Files whose traces are not among the findings' }),
    problems: Type.Array(
      Type.Object({
        bucket: Type.String(),
        key: Type.String(),
        problem: Type.Enum(['missing', 'changed', 'unreadable']),
        message: Type.String(),
      }),
      { description: 'The first 100 of them' },
    ),
  },
  { title: 'ArchiveSearch' },
);

const view = (search: Search) => ({
  id: search.id,
  status: search.status,
  ...(search.message === undefined ? {} : { message: search.message }),
  create_time: search.createdAt,
  ...(search.finishedAt === undefined ? {} : { finish_time: search.finishedAt }),
  from: search.filter.from,
  to: search.filter.to,
  total: search.total,
  done: search.done,
  found: search.found,
  limit_reached: search.limitReached,
  problem_count: search.problemCount,
  problems: search.problems,
});

const SearchPath = Type.Interface([ProjectPath], { search_id: Type.String({ maxLength: 64 }) });

/** Searches in archived traces, over any time. */
export const archiveSearchRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { searches, clock, gate },
) => {
  const ownerOf = ({ principal }: FastifyRequest) => ({
    domainId: principal.domainId,
    projectId: principal.project?.id ?? '',
    userId: principal.user.id,
  });
  const operation = (name: string) => ({ service: 'CTS' as const, resourceType: 'trace', name });
  function find(request: FastifyRequest<{ Params: { search_id: string } }>): Search {
    const { search_id } = request.params;
    const search = searches.find(ownerOf(request), search_id);
    if (!search) throw ERRORS.noSuchSearch(search_id);
    return search;
  }

  server.post(
    '/v3/:project_id/archive/searches',
    {
      config: {
        action: 'cts:trace:list',
        audit: operation('searchArchive'),
      },
      // As in a query, where one user stands for itself.
      preValidation: (request, _reply, done) => {
        const { body } = request as { body: { user?: unknown } | undefined };
        if (typeof body?.user === 'string') body.user = [body.user];
        done();
      },
      schema: {
        summary: 'Search the trace files of the project, over any time, with the filters of the trace list',
        tags: ['archive'],
        params: ProjectPath,
        body: Type.Interface([TraceQuery], {
          limit: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: MOST_FOUND,
              default: MOST_FOUND,
              errorCode,
              description: 'Findings after which it ends',
            }),
          ),
        }),
        response: { 201: SearchView },
      },
    },
    async (request, reply) => {
      const { limit = MOST_FOUND, ...query } = request.body;
      const filter = archiveFilterOf(request.params.project_id, query, clock());
      const search = searches.begin(ownerOf(request), filter, limit, readerOf(request));
      about(request, { resourceId: search.id });
      return reply.code(201).send(view(search));
    },
  );

  server.get(
    '/v3/:project_id/archive/searches',
    {
      config: { action: 'cts:trace:list' },
      schema: {
        summary: 'List your searches in the archive, newest first',
        tags: ['archive'],
        params: ProjectPath,
        response: { 200: Type.Object({ searches: Type.Array(SearchView) }) },
      },
    },
    async (request) => ({ searches: searches.list(ownerOf(request)).map(view) }),
  );

  server.get(
    '/v3/:project_id/archive/searches/:search_id',
    {
      config: { action: 'cts:trace:list' },
      schema: {
        summary: 'Progress of a search in the archive',
        tags: ['archive'],
        params: SearchPath,
        response: { 200: SearchView },
      },
    },
    async (request) => view(find(request)),
  );

  server.post(
    '/v3/:project_id/archive/searches/:search_id/cancel',
    {
      config: { action: 'cts:trace:list', audit: operation('cancelArchiveSearch') },
      schema: {
        summary: 'End a search in the archive; what it has found stays',
        tags: ['archive'],
        params: SearchPath,
        response: { 200: SearchView },
      },
    },
    async (request) => {
      about(request, { resourceId: request.params.search_id });
      const search = find(request);
      searches.cancel(search);
      return view(search);
    },
  );

  server.delete(
    '/v3/:project_id/archive/searches/:search_id',
    {
      config: { action: 'cts:trace:list', audit: operation('deleteArchiveSearch') },
      schema: {
        summary: 'End a search in the archive, and forget what it has found',
        tags: ['archive'],
        params: SearchPath,
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      about(request, { resourceId: request.params.search_id });
      await searches.remove(find(request));
      return reply.code(204).send();
    },
  );

  server.get(
    '/v3/:project_id/archive/searches/:search_id/traces',
    {
      config: { action: 'cts:trace:list' },
      schema: {
        summary: 'What a search in the archive has found so far, newest first',
        tags: ['archive'],
        params: SearchPath,
        querystring: Type.Object({
          limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, errorCode }),
          next: Type.Optional(
            Type.String({ maxLength: MAX_MARKER, errorCode, description: 'Marker of the page before' }),
          ),
        }),
        response: {
          200: Type.Object({
            traces: Type.Array(Trace),
            meta_data: Type.Object({
              count: Type.Integer(),
              marker: Type.Union([Type.String(), Type.Null()], { description: 'null: nothing is left' }),
            }),
          }),
        },
      },
      // Traces carry members that no schema knows.
      serializerCompiler: () => exactJson,
    },
    async (request, reply) => {
      const { limit, next: marker } = request.query;
      const { traces, next } = await searches.page(
        find(request),
        limit,
        marker ? markerKey(marker) : undefined,
        callerGone(reply),
      );
      return { traces, meta_data: { count: traces.length, marker: next ? markerOf(next) : null } };
    },
  );

  server.get(
    '/v3/:project_id/archive/searches/:search_id/export',
    {
      config: {
        action: 'cts:trace:list',
        audit: operation('getTrace'),
      },
      schema: {
        summary: 'Export what a search in the archive has found, newest first',
        tags: ['archive'],
        produces: MEDIA_TYPES,
        params: SearchPath,
        querystring: Type.Object({ time_zone: TimeZone, format: Format }),
      },
    },
    async (request, reply) => {
      const search = find(request);
      about(request, { resourceId: search.id });
      const time = timeFormat(request.query.time_zone);
      await gate.stream(reply);
      const gone = callerGone(reply);
      const pages = (limit: number, after?: Parameters<typeof searches.page>[2]) =>
        searches.page(search, limit, after, gone);
      return sendFile(reply, clock(), pages, MOST_FOUND, formOf(request.query.format, time));
    },
  );
};
