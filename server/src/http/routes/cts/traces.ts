import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { exactJson, FACETS, Trace } from '../../../traces/index.ts';
import { askedFor } from '../../asked.ts';
import { tracesFor } from '../../caller.ts';
import { ProjectPath } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { errorCode, filterOf, ORDER, PAGING, PROJECTS, TraceQuery } from '../../trace-query.ts';
import { listTraces } from './trace-list.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How far back something must be unknown to count as new; and how much of each kind is told. */
const HISTORY = 7 * DAY;
const MAX_FIRSTS = 20;
const FIRST = {
  first_time: Type.Integer({ description: 'Time of its first trace' }),
  count: Type.Integer({ description: 'Its traces since then' }),
};
const FIRST_USER = Type.String({ description: 'Operator of its first trace; may be empty' });

/** Widths of a histogram's bars, in ms. */
const WIDTHS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600].map(
  (s) => s * 1000,
);

/** Reading traces: list, histogram, facets, operations, and what is new. */
export const traceRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, deps) => {
  const { store, clock, time, config } = deps;
  const reach = () => time.earliest() - config.retentionDays * DAY;

  server.get(
    '/v3/:project_id/traces',
    {
      config: { action: 'cts:trace:list' },
      schema: {
        summary: 'List traces, newest first unless another order is asked for',
        tags: ['traces'],
        params: ProjectPath,
        querystring: Type.Interface([TraceQuery], { ...PAGING, order: ORDER, projects: PROJECTS }),
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
    async (request, reply) => listTraces(deps, tracesFor(store, reply), request),
  );

  server.get(
    '/v3/:project_id/traces/histogram',
    {
      config: { action: 'cts:trace:list', own: true },
      schema: {
        summary: 'Count traces by time and status',
        tags: ['traces'],
        params: ProjectPath,
        querystring: Type.Interface([TraceQuery], {
          projects: PROJECTS,
          buckets: Type.Integer({
            minimum: 1,
            maximum: 1000,
            default: 60,
            errorCode,
            description: 'Bars at the most',
          }),
        }),
        response: {
          200: Type.Object({
            bucket_ms: Type.Integer({ description: 'Width of a bar' }),
            from: Type.Integer(),
            to: Type.Integer(),
            buckets: Type.Array(
              Type.Object({
                time: Type.Integer({ description: 'Beginning of the bar; bars without traces are left out' }),
                normal: Type.Integer(),
                warning: Type.Integer(),
                incident: Type.Integer(),
              }),
            ),
          }),
        },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const filter = await askedFor(deps, request);
      const span = Math.max(filter.to - filter.from, 1);
      const width = WIDTHS.find((candidate) => span / candidate <= query.buckets) ?? DAY;
      const buckets = filter.to > filter.from ? await tracesFor(store, reply).histogram(filter, width) : [];
      return {
        bucket_ms: width,
        from: filter.from,
        to: filter.to,
        buckets: buckets.map(({ start, ...counts }) => ({ time: start, ...counts })),
      };
    },
  );

  server.get(
    '/v3/:project_id/traces/facets',
    {
      config: { action: 'cts:trace:list', own: true },
      schema: {
        summary: 'Distinct values of a field, most frequent first, whatever is asked of the field itself',
        tags: ['traces'],
        params: ProjectPath,
        querystring: Type.Interface([TraceQuery], {
          projects: PROJECTS,
          field: Type.Enum([...FACETS], {
            errorCode,
            description: '`read_only` is false, too, where nobody told whether something was changed',
          }),
          limit: Type.Integer({ minimum: 1, maximum: 1000, default: 200, errorCode }),
        }),
        response: {
          200: Type.Object({
            field: Type.String(),
            values: Type.Array(
              Type.Object({
                value: Type.String(),
                count: Type.Integer(),
                first_time: Type.Integer({ description: 'Time of its oldest trace in the range' }),
                last_time: Type.Integer({ description: 'Time of its newest trace in the range' }),
              }),
            ),
          }),
        },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const filter = await askedFor(deps, request);
      const found = await tracesFor(store, reply).facet(filter, query.field, query.limit);
      const values = found.map(({ firstTime, lastTime, ...rest }) => ({
        ...rest,
        first_time: firstTime,
        last_time: lastTime,
      }));
      return { field: query.field, values };
    },
  );

  server.get(
    '/v3/:project_id/traces/operations',
    {
      config: { action: 'cts:trace:list', own: true },
      schema: {
        summary: 'Operations that were traced, most frequent first',
        tags: ['traces'],
        params: ProjectPath,
        querystring: Type.Interface([TraceQuery], {
          projects: PROJECTS,
          limit: Type.Integer({ minimum: 1, maximum: 1000, default: 1000, errorCode }),
        }),
        response: {
          200: Type.Object({
            operations: Type.Array(
              Type.Object({
                service_type: Type.String(),
                resource_type: Type.String(),
                trace_name: Type.String(),
                count: Type.Integer(),
              }),
            ),
          }),
        },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const filter = await askedFor(deps, request);
      const found = await tracesFor(store, reply).operations(filter, query.limit);
      return {
        operations: found.map(({ serviceType, resourceType, traceName, count }) => ({
          ...{ service_type: serviceType, resource_type: resourceType, trace_name: traceName, count },
        })),
      };
    },
  );

  server.get(
    '/v3/:project_id/traces/firsts',
    {
      config: { action: 'cts:trace:list', own: true },
      schema: {
        summary:
          'What appeared for the first time within the last 24 hours, newest first; of given users, what is new to them',
        tags: ['traces'],
        params: ProjectPath,
        querystring: Type.Pick(TraceQuery, ['trace_type', 'user']),
        response: {
          200: Type.Object({
            since: Type.Integer({ description: 'What is first seen from here on is new' }),
            history_from: Type.Union([Type.Integer(), Type.Null()], {
              description:
                'Oldest trace that was compared with, at most 7 days before `since`; null: none. When it is not before `since` everything is new, which says nothing',
            }),
            operators: Type.Array(Type.Object({ value: Type.String(), ...FIRST })),
            source_ips: Type.Array(Type.Object({ value: Type.String(), ...FIRST, user: FIRST_USER })),
            operations: Type.Array(
              Type.Object({
                service_type: Type.String(),
                trace_name: Type.String(),
                ...FIRST,
                user: FIRST_USER,
              }),
            ),
          }),
        },
      },
    },
    async ({ params, query }, reply) => {
      const now = clock();
      const since = now - DAY;
      const window = { ...query, from: since - HISTORY, to: now + 1 };
      const found = await tracesFor(store, reply).firsts(
        filterOf(params.project_id, window, now, reach()),
        since,
        MAX_FIRSTS,
      );
      return {
        since,
        history_from: found.historyFrom,
        operators: found.operators.map(({ firstTime, ...rest }) => ({ ...rest, first_time: firstTime })),
        source_ips: found.sourceIps.map(({ firstTime, ...rest }) => ({ ...rest, first_time: firstTime })),
        operations: found.operations.map(({ serviceType, traceName, firstTime, count, user }) => ({
          service_type: serviceType,
          trace_name: traceName,
          first_time: firstTime,
          count,
          user,
        })),
      };
    },
  );
};
