import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { CtsError, ERRORS } from '../errors.ts';
import { ANY_SOURCE } from '../iam/index.ts';
import {
  bodyError,
  decode,
  emptyVerdict,
  formatOf,
  type Intake,
  parseLine,
  parseTraces,
  readLines,
  readWhole,
  TraceInput,
  type TraceProducer,
  type Verdict,
} from '../ingest/index.ts';

export interface IngestDeps {
  intake: Intake;
  /** Largest body in bytes, decompressed. */
  maxBody: number;
}

const Rejected = Type.Object({
  index: Type.Integer({ description: 'Place of the trace in the request, from 0' }),
  error_code: Type.String(),
  error_msg: Type.String(),
  field: Type.Optional(Type.String({ description: 'The member that breaks a rule' })),
});

const Answer = Type.Object({
  accepted: Type.Integer({ description: 'Traces that are now on disk' }),
  duplicates: Type.Integer({ description: 'Traces whose trace_id had been accepted before' }),
  rejected: Type.Array(Rejected),
  not_recorded: Type.Integer({
    description: 'Good traces that nothing records: CTS is not enabled, a tracker is disabled or missing',
  }),
  not_recorded_reasons: Type.Optional(Type.Array(Type.String())),
  trace_ids: Type.Optional(
    Type.Array(Type.Union([Type.String(), Type.Null()]), {
      description: 'With ?trace_ids=true: ids in the order sent, null for a rejected trace',
    }),
  ),
});

const schema = {
  summary: 'Report traces',
  description:
    'Takes traces as {"traces": […]} or as NDJSON (application/x-ndjson), plain or gzip. Every trace that is not rejected is on disk when the answer comes. A trace sent again with its trace_id counts as duplicate. 200 means that none is recorded.',
  tags: ['traces'],
  params: Type.Object({ project_id: Type.String() }),
  querystring: Type.Object({ trace_ids: Type.Optional(Type.Boolean()) }),
  body: Type.Object({ traces: Type.Array(TraceInput) }),
  response: { 200: Answer, 201: Answer },
};

/** `POST /v3/{project_id}/traces`: how producers report. */
export async function ingestRoutes(server: FastifyInstance, { intake, maxBody }: IngestDeps): Promise<void> {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  server.post<{ Params: { project_id: string }; Querystring: { trace_ids?: string } }>(
    '/v3/:project_id/traces',
    {
      schema,
      config: { action: 'cts:trace:report', unshared: true },
      // The body is read as a stream and validated item by item; the schema documents it.
      validatorCompiler: () => (value) => ({ value }),
      serializerCompiler: () => JSON.stringify,
    },
    async (request, reply) => {
      const { domainId, source } = request.principal;
      const producer = {
        projectId: request.params.project_id,
        domainId,
        ...(source === undefined || source === ANY_SOURCE ? {} : { source }),
      };
      const total = emptyVerdict();
      try {
        await take(request, producer, intake, maxBody, total);
      } catch (error) {
        throw await refuse(bodyError(error), request.raw, reply, total);
      }
      return answer(reply, total, request.query.trace_ids === 'true');
    },
  );
}

/** Reads the body and journals its traces; `total` tells at any time what has been taken. */
async function take(
  request: FastifyRequest,
  producer: TraceProducer,
  intake: Intake,
  maxBody: number,
  total: Verdict,
): Promise<void> {
  const format = formatOf(request.headers);
  const body = decode(request.body as Readable, request.headers);
  if (format === 'json') {
    const bytes = await readWhole(body, maxBody);
    add(total, await intake.submit(producer, () => parseTraces(bytes)));
    return;
  }
  for await (const lines of readLines(body as Readable, maxBody)) {
    add(total, await intake.submit(producer, () => lines.map(parseLine), total.traceIds.length));
  }
  if (total.traceIds.length === 0)
    throw ERRORS.invalidBody(undefined, 'the body is empty; send one trace a line');
}

function add(total: Verdict, more: Verdict): void {
  total.accepted += more.accepted;
  total.duplicates += more.duplicates;
  total.notRecorded += more.notRecorded;
  for (const reason of more.reasons) total.reasons.add(reason);
  for (const rejection of more.rejected) total.rejected.push(rejection);
  for (const id of more.traceIds) total.traceIds.push(id);
}

function answer(reply: FastifyReply, total: Verdict, withIds: boolean) {
  const { accepted, duplicates, rejected, notRecorded, reasons, traceIds } = total;
  const body = {
    accepted,
    duplicates,
    rejected,
    not_recorded: notRecorded,
    ...(notRecorded > 0 ? { not_recorded_reasons: [...reasons] } : {}),
    ...(withIds ? { trace_ids: traceIds } : {}),
  };
  if (accepted + duplicates > 0) return reply.code(201).send(body);
  if (notRecorded > 0) return reply.code(200).send(body);
  const { error_code, error_msg } = rejected[0] as Verdict['rejected'][number];
  return reply
    .code(400)
    .send({ error_code, error_msg: `no trace was taken; the first: ${error_msg}`, ...body });
}

/**
 * The body was not read to its end: the connection cannot be used again. What NDJSON lines before the error
 * have brought in stays, and the message says how many.
 */
async function refuse(
  error: unknown,
  raw: IncomingMessage,
  reply: FastifyReply,
  total: Verdict,
): Promise<unknown> {
  if (!raw.complete) reply.header('connection', 'close');
  const taken = total.accepted + total.duplicates;
  if (!(error instanceof CtsError) || taken === 0) return error;
  const { status, code, message, field, retryAfter } = error;
  return new CtsError(status, code, `${message}; ${taken} traces before that were taken`, {
    field,
    retryAfter,
  });
}
