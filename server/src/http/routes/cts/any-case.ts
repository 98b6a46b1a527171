import type { FastifyInstance } from 'fastify';

interface Shape {
  enum?: unknown[];
  properties?: Record<string, Shape>;
}

/**
 * Old clients write the values of enumerations in any case, as `WARNING`: before validation they become as the
 * schema has them. Holds for the routes of the plugin that calls it.
 */
export function takesEnumerationsInAnyCase(server: FastifyInstance): void {
  server.addHook('preValidation', (request, _reply, done) => {
    const { querystring, body } = request.routeOptions.schema ?? {};
    respell(request.query, querystring as Shape | undefined);
    respell(request.body, body as Shape | undefined);
    done();
  });
}

function respell(given: unknown, { properties = {} }: Shape = {}): void {
  if (typeof given !== 'object' || given === null) return;
  const members = given as Record<string, unknown>;
  for (const [name, shape] of Object.entries(properties)) {
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    if (typeof value === 'string') {
      members[name] = shape.enum?.find((one) => one === value.toLowerCase()) ?? value;
    } else respell(value, shape);
  }
}
