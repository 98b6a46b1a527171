import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { about } from '../../audit.ts';
import type { ServerDeps } from '../../server-deps.ts';

const instant = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: 8.64e15, description }));

/** Whether the trace store holds what it should: for those who run the service. */
export const storeRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { storeCare, listProblem },
) => {
  server.get(
    '/v3/trace-store',
    {
      config: { action: 'opencts:store:get' },
      schema: {
        summary: 'Show whether the trace store holds all that was indexed, and what is done about it',
        tags: ['operation'],
        response: {
          200: Type.Object({
            problem: Type.Union([Type.String(), Type.Null()], {
              description: 'What is wrong with the trace list, and what to do; null: nothing',
            }),
            missing: Type.Integer({ description: 'Traces that were indexed and that it does not hold' }),
            unavailable: Type.Integer({
              description: 'Of these, those that neither the journal nor a trace file has',
            }),
            refilled: Type.Integer({ description: 'Traces brought back since the service was started' }),
            refilling: Type.Union(
              [Type.Object({ files: Type.Integer(), files_done: Type.Integer() }), Type.Null()],
              { description: 'Trace files that are read to fill it again; null: it is not being filled' },
            ),
            checking: Type.Union(
              [
                Type.Object({
                  parts: Type.Integer(),
                  parts_done: Type.Integer(),
                  bytes: Type.Integer(),
                  bytes_done: Type.Integer(),
                }),
                Type.Null(),
              ],
              { description: 'Parts that are read to see whether they are whole; null: none now' },
            ),
            unreadable_files: Type.Integer({
              description: 'Trace files that could not be read for it since the start',
            }),
            damaged_parts: Type.Array(Type.String(), {
              description: 'Parts that could not be read and are kept aside',
            }),
          }),
        },
      },
    },
    async () => {
      const { missing, unavailable, refilled, refilling, checking, unreadableFiles, damagedParts } =
        storeCare.state;
      return {
        ...{ problem: listProblem() ?? null, missing, unavailable, refilled },
        refilling: refilling ? { files: refilling.files, files_done: refilling.filesDone } : null,
        checking: checking
          ? {
              ...{ parts: checking.parts, parts_done: checking.partsDone },
              ...{ bytes: checking.bytes, bytes_done: checking.bytesDone },
            }
          : null,
        unreadable_files: unreadableFiles,
        damaged_parts: [...damagedParts],
      };
    },
  );

  server.post(
    '/v3/trace-store/refill',
    {
      config: {
        action: 'opencts:store:refill',
        audit: {
          service: 'CTS',
          resourceType: 'traceStore',
          name: 'refillTraceStore',
          namedBy: 'project_id',
        },
      },
      schema: {
        summary: 'Bring back what the trace store does not hold, out of the journal and of trace files',
        tags: ['operation'],
        body: Type.Object({
          project_id: Type.Optional(
            Type.String({ description: 'Only traces of this project', maxLength: 64 }),
          ),
          from: instant('Only hours of record_time that end after it, epoch ms'),
          to: instant('Only hours of record_time that begin before it, epoch ms'),
        }),
        response: { 202: Type.Object({ begun: Type.Boolean() }) },
      },
    },
    async (request, reply) => {
      const { project_id: projectId, from, to } = request.body;
      if (projectId !== undefined) about(request, { resourceName: projectId });
      storeCare.refill({ projectId, from, to });
      return reply.code(202).send({ begun: true });
    },
  );
};
