import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Concern, Operation, Operations, OwnTrace } from '../auditing/index.ts';
import { ERRORS } from '../errors.ts';
import type { Principal } from '../iam/index.ts';
import { addressOf } from './address.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The trace that a call of this route leaves. */
    audit?: AuditedOperation;
  }
  interface FastifyRequest {
    audited: AuditDetails;
  }
  interface FastifyInstance {
    /** Writes the trace of an operation that ends the recording of itself, before it takes effect. */
    auditNow(request: FastifyRequest, status: number): Promise<void>;
    /** Writes down that an operation begins, where only its handler knows who acts. */
    auditBegin(request: FastifyRequest): Promise<void>;
  }
}

/** An operation as the catalogue names it. */
export interface AuditedOperation {
  service: 'CTS' | 'IAM' | 'SMN' | 'OBS' | 'KMS';
  resourceType: string;
  name: string;
  /**
   * Where the body names the resource, as `user.name`, or what finds its name when all is in order: what is made
   * has no id yet when it begins.
   */
  namedBy?: string | ((request: FastifyRequest) => string | undefined | Promise<string | undefined>);
  /** Done even while the journal takes nothing, its trace waits: whoever must make room has to get in. */
  evenUnrecorded?: boolean;
  /** What is sent is nobody else's matter: its body stays out of the trace. */
  withoutBody?: boolean;
  /** It begins a session of the console, whoever calls it. */
  ofConsole?: boolean;
}

/** What a handler knows of its operation and the route does not. */
export interface AuditDetails {
  resourceId?: string;
  resourceName?: string;
  /** In place of the route's, when one route does several things. */
  name?: string;
  /** Who acted, where no credentials tell. */
  actor?: { user: Principal['user']; domainId: string; projectId?: string };
  /** What became of it, where the answer's status does not tell. */
  status?: number;
  /** A remark. */
  message?: string;
  /** The trace was written already, or none is to be. */
  done?: boolean;
  /** What was written down before it began. */
  operation?: Operation;
  /** What was asked for. */
  asked?: OwnTrace['request'];
}

/**
 * Makes each call of an audited route a trace, which is on disk before the answer leaves. That a call begins is
 * written down before its handler runs; while that, or the trace, cannot be written, such calls are refused:
 * nothing is changed unrecorded.
 */
export function audit(server: FastifyInstance, operations: Operations, log: Logger): void {
  server.decorateRequest('audited', null as unknown as AuditDetails);

  const begin = async (request: FastifyRequest): Promise<void> => {
    const { audited } = request;
    const operation = auditedBy(request);
    const about = concernOf(request);
    if (!about || audited.operation) return;
    const { namedBy } = operation;
    try {
      if (typeof namedBy === 'function') audited.resourceName ??= await namedBy(request);
      audited.operation = await operations.begin(about, traceOf(request, operation));
    } catch (error) {
      // What is refused for want of its trace leaves none.
      audited.done = true;
      if (!operation.evenUnrecorded) throw error;
      audited.done = false;
      log.error({ err: error, request_id: request.id, operation: operation.name }, 'goes on unrecorded');
    }
  };

  server.addHook('onRequest', (request, _reply, done) => {
    const { audit: operation } = request.routeOptions.config;
    if (!operation) {
      done();
      return;
    }
    request.audited = {};
    const reason = operation.evenUnrecorded ? undefined : operations.refusal();
    if (reason !== undefined) request.audited.done = true;
    done(reason === undefined ? undefined : ERRORS.unavailable(reason, 30));
  });
  // The caller may do it, and what was asked for is in order: from here on something can happen.
  server.addHook('preHandler', (request, _reply, done) => {
    if (!request.routeOptions.config.audit) {
      done();
      return;
    }
    begin(request).then(() => done(), done);
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    const { audit: operation } = request.routeOptions.config;
    if (!operation || request.audited?.done) {
      done(null, payload);
      return;
    }
    // Who was known and refused before anything began is told of as well.
    request.audited ??= {};
    request.audited.done = true;
    const about = concernOf(request);
    if (!about) {
      done(null, payload);
      return;
    }
    const status = request.audited.status ?? reply.statusCode;
    const trace = traceOf(request, operation, status, payload);
    const begun = request.audited.operation;
    const recorded = begun ? operations.end(begun, trace) : operations.report(about, trace, status < 400);
    recorded.then(() => done(null, payload), done);
  });

  server.decorate('auditBegin', begin);
  server.decorate('auditNow', async (request: FastifyRequest, status: number) => {
    const { audited } = request;
    if (!audited.operation) throw new Error('the operation has not begun');
    await operations.now(audited.operation, traceOf(request, auditedBy(request), status));
    audited.done = true;
  });
}

function auditedBy(request: FastifyRequest): AuditedOperation {
  const { audit: operation } = request.routeOptions.config;
  if (!operation) throw new Error('not an audited route');
  return operation;
}

/** What an operation is about; undefined: nobody knows, so there is no list that its trace could be in. */
function concernOf({ principal, audited }: FastifyRequest): Concern | undefined {
  if (principal) return { domainId: principal.domainId, projectId: principal.project?.id };
  return audited.actor && { domainId: audited.actor.domainId, projectId: audited.actor.projectId };
}

/** @param status absent: not known yet */
function traceOf(
  request: FastifyRequest,
  operation: AuditedOperation,
  status?: number,
  payload?: unknown,
): OwnTrace {
  const { principal, audited, headers, routeOptions } = request;
  const user = principal?.user ?? audited.actor?.user;
  return {
    trace_name: audited.name ?? operation.name,
    trace_type: request.bySession || operation.ofConsole ? 'ConsoleAction' : 'ApiCall',
    service_type: operation.service,
    resource_type: operation.resourceType,
    resource_id: audited.resourceId,
    resource_name: audited.resourceName ?? nameIn(request.body, operation.namedBy),
    user: user && { ...user, access_key_id: principal?.accessKeyId },
    source_ip: addressOf(request),
    code: status === undefined ? undefined : String(status),
    api_version: /^\/(v[\d.]+)\//.exec(routeOptions.url ?? '')?.[1],
    request: askedOnce(request, operation),
    response: typeof payload === 'string' ? payload : undefined,
    responseSchema: (routeOptions.schema?.response as Record<number, unknown> | undefined)?.[status ?? 0],
    request_id: request.id,
    user_agent: headers['user-agent'],
    message: audited.message,
  };
}

/** A text in a body that may be anything. */
function nameIn(body: unknown, path: AuditedOperation['namedBy']): string | undefined {
  if (typeof path !== 'string') return undefined;
  const named = path
    .split('.')
    .reduce<unknown>(
      (value, member) => (value as Record<string, unknown> | null | undefined)?.[member],
      body,
    );
  return typeof named === 'string' ? named : undefined;
}

/** The same at each call: it is made fit for a trace once. */
function askedOnce(request: FastifyRequest, operation: AuditedOperation): OwnTrace['request'] {
  request.audited.asked ??= askedFor(request, operation);
  return request.audited.asked;
}

/** What was asked for. Secrets are masked where every trace's are: on intake. */
function askedFor(
  { params, query, body, principal, routeOptions }: FastifyRequest,
  { service, withoutBody }: AuditedOperation,
): OwnTrace['request'] {
  // What a sign-in sends is secret: people type passwords into names, and codes are good for tokens.
  if (!principal) return undefined;
  const { schema = {} } = routeOptions;
  const querySchema = service === 'IAM' ? (schema.querystring ?? {}) : undefined;
  return withoutBody
    ? { params, query, querySchema }
    : { params, query, querySchema, body, schema: schema.body };
}

/** Tells the trace of a call what it is about. */
export function about(request: FastifyRequest, details: AuditDetails): void {
  Object.assign(request.audited, details);
}
