import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** Makes the OpenAPI document of all routes that come after. */
export async function documentApi(server: FastifyInstance, version: string): Promise<void> {
  await server.register(swagger, {
    transform: ({ schema, url }) => ({
      schema: { ...schema, querystring: withDefaults(schema?.querystring) },
      url,
    }),
    openapi: {
      openapi: '3.1.0',
      info: { title: 'OpenCTS', version, description: 'Cloud Trace Service' },
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
}

const GZIP = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i;

/** The document, and the page that shows it. */
export async function showApi(server: FastifyInstance, consoleDir: string): Promise<void> {
  // Anybody may ask, any number of times: it is written once.
  let written: { plain: Buffer; packed: Buffer } | undefined;
  const options = { config: { action: 'open' }, schema: { hide: true }, compress: false } as const;
  server.get('/openapi.json', options, async (request, reply) => {
    if (!written) {
      const plain = Buffer.from(JSON.stringify(server.swagger()));
      written = { plain, packed: gzipSync(plain, { level: 9 }) };
    }
    reply.header('content-type', 'application/json; charset=utf-8').header('vary', 'accept-encoding');
    if (!GZIP.test(String(request.headers['accept-encoding'] ?? ''))) {
      return reply.send(written.plain);
    }
    return reply.header('content-encoding', 'gzip').send(written.packed);
  });
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { docExpansion: 'none' },
    theme: { title: 'OpenCTS API' },
    ...(await logoOf(consoleDir)),
  });
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
