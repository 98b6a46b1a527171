import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** The framework would read the whole of a stream for HEAD, with nobody who takes it: here it is not begun. */
export function answerHead(server: FastifyInstance): void {
  server.addHook('onSend', (request, _reply, payload, done) => {
    if (request.method !== 'HEAD' || !(payload instanceof Readable)) return done(null, payload);
    payload.on('error', () => undefined).destroy();
    done(null, Readable.from([]));
  });
}
