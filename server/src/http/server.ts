import { randomBytes } from 'node:crypto';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance } from 'fastify';
import { documentApi, showApi } from './api-document.ts';
import { audit } from './audit.ts';
import { refuseUnmet, refuseUnreadable } from './below-routes.ts';
import { HTTP_TIMES } from './connections.ts';
import { handleErrors, refuseUnroutable } from './errors.ts';
import { guard } from './guard.ts';
import { answerHead } from './head.ts';
import { readJson } from './json-bodies.ts';
import { MAX_BODY, MAX_PATH_MEMBER } from './limits.ts';
import { addRoutes } from './routes/index.ts';
import type { ServerDeps } from './server-deps.ts';
import { strictQueries } from './strict-queries.ts';
import { leaveUnread } from './unread-bodies.ts';

/** The HTTP side of the service; not yet listening. */
export async function createServer(deps: ServerDeps): Promise<FastifyInstance> {
  const boot = randomBytes(6).toString('hex');
  let requests = 0;
  const newId = () => `${boot}-${(++requests).toString(36)}`;
  const server = Fastify({
    // A logger of its own for every request would cost more than its journal entry.
    logger: false,
    genReqId: newId,
    clientErrorHandler: refuseUnreadable(deps.log, newId),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PATH_MEMBER },
    bodyLimit: MAX_BODY,
    ...HTTP_TIMES,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: true,
    frameworkErrors: refuseUnroutable,
    // Numbers and truth may be sent as text; a list is never taken for its only item.
    ajv: { customOptions: { strict: false, verbose: true, coerceTypes: true } },
    trustProxy: deps.config.trustProxy === '' ? false : deps.config.trustProxy,
  }) as unknown as FastifyInstance;

  await documentApi(server, deps.version);
  // Bodies of requests are unpacked by those who read them.
  await server.register(compress, {
    encodings: ['gzip'],
    globalDecompression: false,
    // Files are handed out as they lie: of one that is gzip itself it would say so, and clients would unpack it.
    customTypes: /^(?:text\/|application\/(?:json|x-ndjson|javascript)|image\/svg)/,
    zlibOptions: { level: 3, chunkSize: 128 * 1024 },
  });
  await server.register(cookie);
  refuseUnmet(server, newId);
  leaveUnread(server);
  guard(server, deps.iam, deps.sessions, deps.config.metricsToken);
  deps.gate.guard(server);
  answerHead(server);
  audit(server, deps.operations, deps.log);
  handleErrors(server, deps.log, deps.intake.masker);
  strictQueries(server);
  readJson(server);
  server.addHook('onSend', (request, reply, payload, done) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    done(null, payload);
  });
  server.addHook('onResponse', (request, reply, done) => {
    const level = reply.statusCode >= 400 ? 'info' : 'debug';
    if (deps.log.isLevelEnabled(level)) {
      const { id, method, routeOptions, ip } = request;
      deps.log[level](
        {
          request_id: id,
          method,
          route: routeOptions.url,
          status: reply.statusCode,
          ip,
          ms: Math.round(reply.elapsedTime),
        },
        'request',
      );
    }
    done();
  });

  await showApi(server, deps.consoleDir);
  await addRoutes(server, deps);
  return server;
}
