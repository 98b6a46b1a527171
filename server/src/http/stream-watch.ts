import type { FastifyReply } from 'fastify';
import { CtsError } from '../errors.ts';
import { onceEnded } from './answer-end.ts';
import { STREAM_BYTES_A_SECOND, STREAM_LOOK_MS, STREAM_WINDOW_MS } from './limits.ts';

export interface StreamTerms {
  /** Between two looks at a stream, ms. */
  look: number;
  /** What its reader takes is measured over so long, ms. */
  window: number;
  bytesASecond: number;
}

export const STREAM_TERMS: StreamTerms = {
  look: STREAM_LOOK_MS,
  window: STREAM_WINDOW_MS,
  bytesASecond: STREAM_BYTES_A_SECOND,
};

/**
 * Looks at an answer that is a stream until it ends: it is broken off when its caller may not read any more, or
 * takes it in drops. Time in which the service has nothing for the caller does not count.
 */
export function watchStream(reply: FastifyReply, terms: StreamTerms): void {
  const { raw, request, server } = reply;
  const { socket } = request.raw;
  let since = performance.now();
  let before = 0;

  /** Without a proper end, and nothing of what waits on the way arrives: what came never looks whole. */
  const breakOff = () => socket.resetAndDestroy();
  const measure = () => {
    const now = performance.now();
    const waits = socket.writableLength;
    if (waits > 0 && now - since < terms.window) return;
    const taken = socket.bytesWritten - waits;
    if (waits > 0 && taken - before < (terms.bytesASecond * terms.window) / 1000) breakOff();
    since = now;
    before = taken;
  };
  const look = () => {
    measure();
    server.readmit(request)?.catch((error) => {
      // Where only nobody could tell, the next look does.
      if (error instanceof CtsError && error.status < 500) breakOff();
    });
  };
  const timer = setInterval(look, terms.look);
  // Node warns of a leak at the eleventh listener; a stream has ten without this one.
  raw.setMaxListeners(raw.getMaxListeners() + 1);
  onceEnded(reply, () => clearInterval(timer));
}
