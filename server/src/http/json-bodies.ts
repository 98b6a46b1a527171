import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { parseJson } from './json.ts';

/** JSON is the only type of a body. Clients send `Content-Type: application/json` with GET and DELETE although there is no body. */
export function readJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, body.length === 0 ? undefined : parseJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  server.addHook('preValidation', (request, _reply, done) => {
    dropNulls(request.body);
    done();
  });
}

/** A member that is null counts as absent. How deep it can go was checked when the body was read. */
function dropNulls(value: unknown): void {
  if (typeof value !== 'object' || value === null || value instanceof Readable) return;
  for (const [key, member] of Object.entries(value)) {
    if (member === null && !Array.isArray(value)) delete (value as Record<string, unknown>)[key];
    else dropNulls(member);
  }
}
