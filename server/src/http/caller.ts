import type { FastifyReply } from 'fastify';
import { ERRORS } from '../errors.ts';
import type { TraceReader, TraceStore } from '../traces/index.ts';
import { onceEnded } from './answer-end.ts';

/** Aborts when whoever asked has closed the connection before the answer was whole. */
export function callerGone(reply: FastifyReply): AbortSignal {
  const control = new AbortController();
  onceEnded(reply, () => {
    if (!reply.raw.writableFinished) control.abort(ERRORS.callerGone());
  });
  return control.signal;
}

/** The trace store as the caller's account may ask it: in turns with others, and only while somebody listens. */
export const tracesFor = (store: TraceStore, reply: FastifyReply): TraceReader =>
  store.readerFor(reply.request.principal.domainId, callerGone(reply));
