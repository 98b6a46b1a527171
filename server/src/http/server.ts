import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance } from 'fastify';
import { audit } from './audit.ts';
import { refuseUnmet, refuseUnreadable } from './below-routes.ts';
import { HTTP_TIMES } from './connections.ts';
import { handleErrors, refuseUnroutable } from './errors.ts';
import { guard } from './guard.ts';
import { answerHead } from './head.ts';
import { parseJson } from './json.ts';
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

  await server.register(swagger, {
    transform: ({ schema, url }) => ({
      schema: { ...schema, querystring: withDefaults(schema?.querystring) },
      url,
    }),
    openapi: {
      openapi: '3.1.0',
      info: { title: 'OpenCTS', version: deps.version, description: 'Cloud Trace Service' },
      components: {
        securitySchemes: {
          token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' },
          signature: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: 'SDK-HMAC-SHA256 signature with an access key, and X-Sdk-Date',
          },
          ingestKey: { type: 'http', scheme: 'bearer', description: 'Only to report traces' },
        },
      },
      security: [{ token: [] }, { signature: [] }],
    },
  });

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
  server.addHook('preValidation', (request, _reply, done) => {
    dropNulls(request.body);
    done();
  });
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

  server.get('/openapi.json', { config: { action: 'open' }, schema: { hide: true } }, async () =>
    server.swagger(),
  );
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { docExpansion: 'none' },
    theme: { title: 'OpenCTS API' },
    ...(await logoOf(deps.consoleDir)),
  });
  await addRoutes(server, deps);
  return server;
}

/** The console's mark, on the page of the API as well. */
async function logoOf(consoleDir: string) {
  const content = await readFile(path.join(consoleDir, 'favicon.svg')).catch(() => undefined);
  return content ? { logo: { type: 'image/svg+xml', content } } : {};
}

/** Parameters that have a default need not be given: the document must not ask for them. */
function withDefaults(querystring: unknown): unknown {
  const { properties, required } = (querystring ?? {}) as {
    properties?: Record<string, { default?: unknown }>;
    required?: string[];
  };
  if (!required) return querystring;
  return {
    ...(querystring as object),
    required: required.filter((name) => properties?.[name]?.default === undefined),
  };
}

/** JSON is the only type of a body. Clients send `Content-Type: application/json` with GET and DELETE although there is no body. */
function readJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, body.length === 0 ? undefined : parseJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
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
