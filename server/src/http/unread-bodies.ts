import type { FastifyInstance } from 'fastify';
import { ERRORS } from '../errors.ts';
import { FREE_UNREAD_BODY } from './limits.ts';

/**
 * Bodies of those who are refused, or who ask for what is nowhere, are not read: an answer that comes before a large
 * body ends the connection.
 */
export function leaveUnread(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const [path = ''] = request.url.split('?');
    done(request.is404 ? ERRORS.noSuchPath(request.method, path) : undefined);
  });
  server.addHook('onSend', ({ raw }, reply, payload, done) => {
    const announced = Number(
      raw.headers['content-length'] ?? (raw.headers['transfer-encoding'] ? Infinity : 0),
    );
    if (!raw.complete && announced > FREE_UNREAD_BODY) reply.header('connection', 'close');
    done(null, payload);
  });
}
