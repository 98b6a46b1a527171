import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { CtsError, ERRORS } from '../../../errors.ts';
import { ANY_SOURCE } from '../../../iam/index.ts';
import {
  bodyError,
  decode,
  emptyVerdict,
  formatOf,
  type Intake,
  linesOf,
  readLines,
  readWhole,
  SMALL_BODY,
  STREAM_FACTOR,
  TOLD_REJECTIONS,
  TraceInput,
  type TraceProducer,
  tracesOf,
  type Verdict,
} from '../../../ingest/index.ts';
import type { FairQueue } from '../../../shares/index.ts';

export interface IngestDeps {
  intake: Intake;
  /** Largest body in bytes, decompressed. */
  maxBody: number;
  /** Most traces of a JSON body; NDJSON may hold 32 times as many. */
  maxTraces: number;
  /** Large bodies that are read or worked off. */
  largeBodies: FairQueue;
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
  late: Type.Integer({
    description:
      'Of both, those older than the trace list reaches: they are in trace files, and answered to their id',
  }),
  rejected: Type.Array(Rejected, { description: `The first ${TOLD_REJECTIONS} traces that were rejected` }),
  rejected_count: Type.Integer({ description: 'How many were rejected in all' }),
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
export async function ingestRoutes(server: FastifyInstance, deps: IngestDeps): Promise<void> {
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
      const withIds = request.query.trace_ids === 'true';
      try {
        await take(request, producer, deps, total, withIds);
      } catch (error) {
        throw await refuse(bodyError(error), request.raw, reply, total);
      }
      return answer(reply, total, withIds);
    },
  );
}

/** Reads the body and journals its traces; `total` tells at any time what has been taken. */
async function take(
  request: FastifyRequest,
  producer: TraceProducer,
  deps: IngestDeps,
  total: Verdict,
  withIds: boolean,
): Promise<void> {
  const { intake, maxBody, maxTraces } = deps;
  const format = formatOf(request.headers);
  const body = decode(request.body as Readable, request.headers);
  if (format === 'json') {
    await takeWhole(request, body, producer, deps, total);
    return;
  }
  // Ids are kept until the answer: with them, a stream is as long as a body.
  const most = withIds ? maxTraces : maxTraces * STREAM_FACTOR;
  for await (const lines of readLines(body, maxBody, most)) {
    await request.server.readmit(request);
    add(total, await intake.submit(producer, () => linesOf(lines), { first: total.items }), withIds);
  }
  if (total.items === 0) throw ERRORS.invalidBody(undefined, 'the body is empty; send one trace a line');
}

/** A body that turns out to be large needs a place until it is worked off: memory holds only so many. */
async function takeWhole(
  request: FastifyRequest,
  body: Readable,
  producer: TraceProducer,
  { intake, maxBody, maxTraces, largeBodies }: IngestDeps,
  total: Verdict,
): Promise<void> {
  const { raw, principal } = request;
  const announced = body === request.body ? Number(request.headers['content-length'] ?? 0) : 0;
  let release: (() => void) | undefined;
  // Only a large body waits: whatever is made for that, small ones are spared.
  const wait = async () => {
    const gone = new AbortController();
    const leave = () => gone.abort(ERRORS.unreadableRequest('the body was cut off'));
    // A compressed request ends long before what it says is read: only its connection tells who has gone.
    raw.socket.once('close', leave);
    try {
      release = await placeIn(largeBodies, principal.domainId, gone.signal);
    } finally {
      raw.socket.off('close', leave);
    }
  };
  try {
    const bytes = await readWhole(body, maxBody, { above: SMALL_BODY, wait }, announced);
    await request.server.readmit(request);
    add(total, await intake.submit(producer, () => tracesOf(bytes, maxTraces)), true);
  } finally {
    release?.();
  }
}

/** Resolves with what gives the place back. */
function placeIn(queue: FairQueue, account: string, signal: AbortSignal): Promise<() => void> {
  return new Promise((resolve, reject) => {
    queue.run(account, () => new Promise<void>((release) => resolve(release)), signal).catch(reject);
  });
}

function add(total: Verdict, more: Verdict, withIds: boolean): void {
  total.items += more.items;
  total.accepted += more.accepted;
  total.duplicates += more.duplicates;
  total.notRecorded += more.notRecorded;
  total.late += more.late;
  total.rejectedCount += more.rejectedCount;
  for (const reason of more.reasons) total.reasons.add(reason);
  const room = TOLD_REJECTIONS - total.rejected.length;
  for (const rejection of more.rejected.slice(0, room)) total.rejected.push(rejection);
  if (withIds) for (const id of more.traceIds) total.traceIds.push(id);
}

function answer(reply: FastifyReply, total: Verdict, withIds: boolean) {
  const { accepted, duplicates, late, rejected, rejectedCount, notRecorded, reasons, traceIds } = total;
  const body = {
    accepted,
    duplicates,
    late,
    rejected,
    rejected_count: rejectedCount,
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
