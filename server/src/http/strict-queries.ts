import type { FastifyInstance } from 'fastify';
import { ERRORS } from '../errors.ts';

interface Parameter {
  type?: string;
  errorCode?: string;
  /** What is said of its refusal. */
  rule?: string;
}

const WHOLE_NUMBER = /^-?\d{1,19}$/;

/** Header that names the parameters that a route of the clouds' APIs does not know. */
const IGNORED = 'x-opencts-ignored';
const MOST_NAMED = 10;
const LONGEST_NAME = 64;

/**
 * What validation would take for more than it is: numbers in parameters are decimal digits, not all that JavaScript
 * reads as one (`0x10`, `1e3`), and a parameter that may come several times may come once. One that a route does not
 * know is refused, or would widen a search unnoticed when it is misspelled; the clouds' own routes ignore it, as they
 * do there, but name it in a header.
 */
export function strictQueries(server: FastifyInstance): void {
  server.addHook('preValidation', (request, reply, done) => {
    const { querystring } = request.routeOptions.schema ?? {};
    const { properties } = (querystring ?? {}) as { properties?: Record<string, Parameter> };
    const query = request.query as Record<string, unknown>;
    for (const [name, given] of Object.entries(query)) {
      const {
        type,
        errorCode = 'CTS.0003',
        rule = 'must be integer',
      } = (Object.hasOwn(properties ?? {}, name) && properties?.[name]) || {};
      if (typeof given !== 'string') continue;
      if (type === 'array') query[name] = [given];
      if (type === 'integer' && !WHOLE_NUMBER.test(given)) {
        const value = JSON.stringify(given.slice(0, 80));
        done(ERRORS.refused(errorCode, name, `${name} is ${value}; it ${rule}`));
        return;
      }
    }
    const unknown = Object.keys(query)
      .filter((name) => !Object.hasOwn(properties ?? {}, name))
      .map((name) => encodeURIComponent([...name].slice(0, LONGEST_NAME).join('')));
    const { own } = request.routeOptions.config;
    if (unknown.length > 0 && own) {
      const known = Object.keys(properties ?? {}).join(', ') || 'none';
      done(
        ERRORS.refused(
          errorOf(properties),
          unknown[0] ?? '',
          `there is no parameter ${unknown[0]}; this call takes: ${known}`,
        ),
      );
      return;
    }
    if (unknown.length > 0) reply.header(IGNORED, unknown.slice(0, MOST_NAMED).join(', '));
    done();
  });
}

/** A call is refused with the code that its other parameters are refused with. */
const errorOf = (properties: Record<string, Parameter> = {}) =>
  Object.values(properties).find(({ errorCode }) => errorCode)?.errorCode ?? 'CTS.0003';
