import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import { FOLLOWERS, formatMark, type Mark, parseMark, type SetAside } from '../../../journal/index.ts';
import { about } from '../../audit.ts';
import type { ServerDeps } from '../../server-deps.ts';

const MOST_LISTED = 1000;

const Id = Type.String({
  description: 'Who has set it aside, and where it stands in the journal, such as `indexer-1-4711`',
  maxLength: 40,
});
const Entry = Type.Object(
  {
    id: Id,
    follower: Type.Enum([...FOLLOWERS], {
      description: 'indexer: missing in the trace list; archiver: in trace files; notifier: not told',
    }),
    reason: Type.String({ description: 'Why it could not be processed' }),
    since: Type.Integer({ description: 'When it was set aside, epoch ms' }),
    project_id: Type.String(),
    trace_id: Type.String(),
    tracker_name: Type.String(),
    service_type: Type.String(),
    record_time: Type.Integer({ description: 'Epoch ms' }),
  },
  { title: 'QuarantinedTrace' },
);

const Filter = {
  follower: Type.Optional(Type.Enum([...FOLLOWERS], { description: 'Only what this one has set aside' })),
  project_id: Type.Optional(Type.String({ description: 'Only traces of this project', maxLength: 64 })),
};

const view = (record: SetAside) => {
  const { follower, reason, since, routing } = record;
  return {
    id: formatMark(record),
    follower,
    reason,
    since,
    project_id: routing.projectId,
    trace_id: routing.traceId,
    tracker_name: routing.trackerName,
    service_type: routing.serviceType,
    record_time: routing.recordTime,
  };
};

/** Traces that a follower of the journal could not process: for those who run the service. */
export const quarantineRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { quarantine, journal },
) => {
  const markOf = (field: string, text: string): Mark => {
    const mark = parseMark(text);
    if (!mark) throw ERRORS.invalidQuery(field, `${field} must be an id as the list gives it`);
    return mark;
  };

  server.get(
    '/v3/quarantine',
    {
      config: { action: 'opencts:quarantine:list' },
      schema: {
        summary: 'List the traces that could not be processed, with why',
        tags: ['operation'],
        querystring: Type.Object({
          ...Filter,
          marker: Type.Optional(
            Type.String({ maxLength: 40, description: 'The id that the page before ended with' }),
          ),
          limit: Type.Integer({ minimum: 1, maximum: MOST_LISTED, default: 100 }),
        }),
        response: {
          200: Type.Object({
            total: Type.Integer({ description: 'All that are set aside, whatever the filter' }),
            traces: Type.Array(Entry),
            marker: Type.Union([Type.String(), Type.Null()], { description: 'null: nothing is left' }),
          }),
        },
      },
    },
    async ({ query: { follower, project_id: projectId, marker, limit } }) => {
      const after = marker ? markOf('marker', marker) : undefined;
      const records = await quarantine.list({ follower, projectId }, limit, after);
      const traces = records.map(view);
      const total = FOLLOWERS.reduce((sum, name) => sum + quarantine.totals[name], 0);
      return { total, traces, marker: traces.length === limit ? (traces.at(-1)?.id ?? null) : null };
    },
  );

  server.get(
    '/v3/quarantine/:id',
    {
      config: { action: 'opencts:quarantine:list' },
      schema: {
        summary: 'Show a trace that could not be processed, as it stands in the journal',
        tags: ['operation'],
        params: Type.Object({ id: Id }),
        response: {
          200: Type.Interface([Entry], {
            line: Type.String({ description: 'Its text; it may be no JSON' }),
          }),
        },
      },
    },
    async ({ params: { id } }) => {
      const mark = parseMark(id);
      const record = mark && (await quarantine.find(mark));
      if (!record) throw ERRORS.notQuarantined(id);
      return { ...view(record), line: record.line.trimEnd() };
    },
  );

  server.post(
    '/v3/quarantine/replay',
    {
      config: {
        action: 'opencts:quarantine:replay',
        audit: { service: 'CTS', resourceType: 'quarantine', name: 'replayQuarantine', namedBy: 'id' },
      },
      schema: {
        summary:
          'Let traces be processed once more: those that succeed leave the quarantine, those that fail again stay',
        tags: ['operation'],
        body: Type.Object({ ...Filter, id: Type.Optional(Id) }),
        response: { 202: Type.Object({ traces: Type.Integer({ description: 'On their way' }) }) },
      },
    },
    async (request, reply) => {
      const { id, follower, project_id: projectId } = request.body;
      const only = id === undefined ? undefined : parseMark(id);
      if (id !== undefined) about(request, { resourceName: id });
      const traces =
        id !== undefined && !only
          ? 0
          : await quarantine.replay(journal, { follower: only?.follower ?? follower, projectId }, only);
      if (id !== undefined && traces === 0) throw ERRORS.notQuarantined(id);
      return reply.code(202).send({ traces });
    },
  );
};
