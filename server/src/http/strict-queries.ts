import type { FastifyInstance } from 'fastify';
import { ERRORS } from '../errors.ts';

interface Parameter {
  type?: string;
  errorCode?: string;
  /** What is said of its refusal. */
  rule?: string;
}

const WHOLE_NUMBER = /^-?\d{1,19}$/;

/**
 * What validation would take for more than it is: numbers in parameters are decimal digits, not all that JavaScript
 * reads as one (`0x10`, `1e3`), and a parameter that may come several times may come once.
 */
export function strictQueries(server: FastifyInstance): void {
  server.addHook('preValidation', (request, _reply, done) => {
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
    done();
  });
}
