import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { isPlainName } from '../auditing/index.ts';
import { CtsError, ERRORS } from '../errors.ts';
import { bodyError } from '../ingest/index.ts';
import { isPlainWord, oneLine } from '../text.ts';
import { type Masker, ReadTooLong, ReadTooWide, StoreUnavailable } from '../traces/index.ts';
import { MAX_MESSAGE } from './limits.ts';

/** What was not there, or was, when it was looked for, had been made or removed when it was written. */
const CONTENDED = new Set([
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_PRIMARYKEY',
  'SQLITE_CONSTRAINT_FOREIGNKEY',
]);

/**
 * One place that turns whatever was thrown into an answer (`docs/reference/cts-errors.md` 1). Unexpected errors are
 * logged whole and told without detail.
 */
export function handleErrors(server: FastifyInstance, log: Logger, masker: Masker): void {
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = toRefusal(error, request, masker);
    note(error, refusal, request, log);
    return refuse(refusal, request, reply);
  });
  server.setNotFoundHandler((request, reply) =>
    refuse(ERRORS.noSuchPath(request.method, pathOf(request)), request, reply),
  );
}

/** What was not foreseen is logged whole. Strangers cannot fill the log with what they are refused. */
function note(error: Error, { status, code, message }: CtsError, request: FastifyRequest, log: Logger): void {
  if (status < 500) return;
  const where = { request_id: request.id, path: request.routeOptions.url };
  if (!(error instanceof CtsError)) log.error({ err: error, ...where }, 'request failed');
  else log[request.principal ? 'warn' : 'info']({ code, reason: message, ...where }, 'request refused');
}

/** Answers what no route can be found for: an address that cannot be decoded. */
export function refuseUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const refusal =
    error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? ERRORS.addressTooLong()
      : ERRORS.unreadableRequest(error.message);
  reply.header('x-request-id', request.id);
  return refuse(refusal, request, reply);
}

const pathOf = (request: FastifyRequest) => request.url.split('?')[0] ?? '';

function refuse(refusal: CtsError, request: FastifyRequest, reply: FastifyReply) {
  const { code } = refusal;
  const message = plain(refusal.message);
  reply.code(refusal.status);
  if (refusal.retryAfter !== undefined) reply.header('retry-after', refusal.retryAfter);
  if (request.routeOptions.config?.keystone) {
    return reply.send({
      error: { code: refusal.status, message, title: STATUS_CODES[refusal.status] },
      error_code: code,
      error_msg: message,
    });
  }
  // What the gateway refuses has the gateway's form everywhere.
  if (request.routeOptions.config?.smn && !code.startsWith('APIGW.')) {
    // Whoever may not is told so in SMN's own code.
    const own = refusal.status === 403 && code.startsWith('CTS.') ? 'SMN.0001' : code;
    return reply.send({ request_id: request.id, code: own, message });
  }
  return reply.send({ error_code: code, error_msg: message, request_id: request.id });
}

/** What can stand in a log and on a page: one line of bounded length; what is in its middle is left out first. */
function plain(message: string): string {
  const half = MAX_MESSAGE / 2;
  const short =
    message.length <= MAX_MESSAGE ? message : `${message.slice(0, half)} … ${message.slice(-half)}`;
  return oneLine(short);
}

function toRefusal(error: FastifyError, request: FastifyRequest, masker: Masker): CtsError {
  if (error instanceof CtsError) return error;
  if (error instanceof StoreUnavailable) return ERRORS.unavailable(`${error.message} now; try again`, 2);
  if (error instanceof ReadTooWide) return ERRORS.tooWide(error.message);
  if (error instanceof ReadTooLong) {
    return ERRORS.unavailable(`${error.message}; ask for a shorter time, or filter more`, 5);
  }
  if (!request.raw.complete && bodyError(error) instanceof CtsError) return bodyError(error) as CtsError;
  if (error.validation) return toInvalid(error, request.principal ? masker : undefined);
  if (CONTENDED.has(error.code)) return ERRORS.contended();
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return ERRORS.bodyTooLarge(request.routeOptions.bodyLimit);
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return ERRORS.wrongContentType(request.headers['content-type'] ?? '', 'application/json');
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return error.statusCode === 400
      ? ERRORS.invalidBody(undefined, error.message)
      : new CtsError(error.statusCode, 'APIGW.0201', error.message);
  }
  return request.method === 'GET' || request.method === 'HEAD' ? ERRORS.readFailed() : ERRORS.writeFailed();
}

interface Problem {
  keyword: string;
  instancePath: string;
  message?: string;
  params: Record<string, unknown>;
  data?: unknown;
  /** The rule that is broken, with what it says of its refusal. */
  parentSchema?: {
    type?: string;
    format?: string;
    enum?: unknown[];
    errorCode?: string;
    rule?: string;
    hidden?: string;
  };
}

/**
 * Names the field, its value, and the rule of the first thing that the schema does not allow.
 * @param masker absent: nobody is known yet, and what is sent by whoever signs in is not repeated
 */
function toInvalid(error: FastifyError, masker: Masker | undefined): CtsError {
  const problem = error.validation?.[0] as unknown as Problem;
  const missing = problem.params.missingProperty as string | undefined;
  // A name that holds more than one does may hold a secret.
  const path = problem.instancePath.split('/').slice(1);
  const field = [...path.map((name) => (isPlainName(name) ? name : '…')), ...(missing ? [missing] : [])].join(
    '.',
  );
  const subject = field || (error.validationContext === 'body' ? 'the body' : 'the request');
  if (missing) return ERRORS.invalidBody(field, `${subject} is missing`);
  const { errorCode = 'CTS.0003', rule } = problem.parentSchema ?? {};
  const allowed = problem.params.allowedValues as unknown[] | undefined;
  const told =
    rule ?? (allowed ? `must be one of ${allowed.filter((one) => one !== '').join(', ')}` : problem.message);
  const value = masker && shown(field, problem, masker);
  return ERRORS.refused(
    errorCode,
    field,
    value === undefined
      ? `${subject} ${told}`
      : `${subject} is ${value === '""' ? 'empty' : value}; it ${told}`,
  );
}

const ONE_VALUE = ['string', 'integer', 'number', 'boolean'];
/** Names of secrets, whatever the masker makes of them. */
const SECRET_FIELD = /passw|secret|token/i;

/** A short value as JSON text; never what may be a secret, as is anything in the place of an object or a list. */
function shown(field: string, { data, parentSchema }: Problem, masker: Masker): string | undefined {
  const expectsOne = ONE_VALUE.includes(parentSchema?.type ?? '') || parentSchema?.enum !== undefined;
  const isSecret =
    parentSchema?.format === 'password' || parentSchema?.hidden !== undefined || SECRET_FIELD.test(field);
  if (!expectsOne || typeof data === 'object' || data === undefined || isSecret) return undefined;
  const text = JSON.stringify(data);
  if (parentSchema?.enum && !isPlainWord(String(data))) return undefined;
  const named = `{${JSON.stringify(field.split('.').at(-1))}:${text}}`;
  return text.length <= 80 && masker.text(named) === named ? text : undefined;
}
