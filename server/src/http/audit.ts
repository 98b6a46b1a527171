import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { ERRORS } from '../errors.ts';
import type { Principal } from '../iam/index.ts';
import type { Recorder } from '../ingest/index.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The trace that a call of this route leaves. */
    audit?: AuditedOperation;
  }
  interface FastifyRequest {
    audited: AuditDetails;
  }
}

/** An operation as the catalogue names it. */
export interface AuditedOperation {
  service: 'CTS' | 'IAM' | 'SMN' | 'OBS' | 'KMS';
  resourceType: string;
  name: string;
  /** Done even when its trace cannot be taken: whoever must make room has to get in. */
  evenUnrecorded?: boolean;
}

/** What a handler knows of its operation and the route does not. */
export interface AuditDetails {
  resourceId?: string;
  resourceName?: string;
  /** In place of the route's, when one route does several things. */
  name?: string;
  /** Who acted, where no credentials tell. */
  actor?: { user: Principal['user']; domainId: string };
  /** What became of it, where the answer's status does not tell. */
  status?: number;
  /** The trace was written already. */
  done?: boolean;
}

/** Longest body of an answer that goes into the trace. */
const MAX_RESPONSE = 16 * 1024;

/**
 * Makes each call of an audited route a trace, which is on disk before the answer leaves. While none can be
 * taken, such calls are refused: nothing is changed unrecorded.
 */
export function audit(server: FastifyInstance, recorder: Recorder, log: Logger): void {
  server.decorateRequest('audited', null as unknown as AuditDetails);
  server.addHook('onRequest', (request, _reply, done) => {
    const { audit: operation } = request.routeOptions.config;
    if (!operation) {
      done();
      return;
    }
    request.audited = {};
    const reason = operation.evenUnrecorded ? undefined : recorder.refusal();
    done(reason === undefined ? undefined : ERRORS.unavailable(reason, 30));
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    const { audit: operation } = request.routeOptions.config;
    if (!operation || request.audited?.done) {
      done(null, payload);
      return;
    }
    // Who was known and refused before anything began is told of as well.
    request.audited ??= {};
    const response = typeof payload === 'string' && payload.length <= MAX_RESPONSE ? payload : undefined;
    record(request, operation, recorder, reply.statusCode, response).then(
      () => done(null, payload),
      (error) => {
        // What was done is done: the answer tells it, the log tells that the trace is missing.
        log.error({ err: error, request_id: request.id, operation: operation.name }, 'not audited');
        done(null, payload);
      },
    );
  });
  /** Writes the trace of an operation that ends the recording of itself, before it takes effect. */
  server.decorate('auditNow', async (request: FastifyRequest, status: number) => {
    const { audit: operation } = request.routeOptions.config;
    if (!operation) throw new Error('not an audited route');
    await record(request, operation, recorder, status, undefined);
    request.audited.done = true;
  });
}

declare module 'fastify' {
  interface FastifyInstance {
    auditNow(request: FastifyRequest, status: number): Promise<void>;
  }
}

async function record(
  request: FastifyRequest,
  operation: AuditedOperation,
  recorder: Recorder,
  status: number,
  response: string | undefined,
): Promise<void> {
  const { principal, audited } = request;
  const actor = principal ? { user: principal.user, domainId: principal.domainId } : audited.actor;
  if (!actor) return;
  await recorder.record(
    { domainId: actor.domainId, projectId: principal?.project?.id },
    {
      trace_name: audited.name ?? operation.name,
      trace_type: request.headers['x-opencts-client'] === 'console' ? 'ConsoleAction' : 'ApiCall',
      service_type: operation.service,
      resource_type: operation.resourceType,
      resource_id: audited.resourceId,
      resource_name: audited.resourceName,
      user: { ...actor.user, access_key_id: principal?.accessKeyId },
      source_ip: request.ip,
      code: String(audited.status ?? status),
      api_version: /^\/(v[\d.]+)\//.exec(request.url)?.[1],
      request: requestOf(request),
      response,
      request_id: request.id,
      user_agent: request.headers['user-agent']?.slice(0, 256),
    },
  );
}

/** What was asked for. Secrets are masked where every trace's are: on intake. */
function requestOf({ params, query, body, principal }: FastifyRequest): Record<string, unknown> | undefined {
  // What a sign-in sends is secret: people type passwords into names, and codes are good for tokens.
  const parts = principal ? { params, query, body } : {};
  const given = Object.entries(parts).filter(
    ([, part]) => part !== null && typeof part === 'object' && Object.keys(part).length > 0,
  );
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

/** Tells the trace of a call what it is about. */
export function about(request: FastifyRequest, details: AuditDetails): void {
  Object.assign(request.audited, details);
}
