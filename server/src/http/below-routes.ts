import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { type CtsError, ERRORS } from '../errors.ts';
import { crowdOf } from './crowd.ts';
import { MOST_UNANSWERED } from './limits.ts';

/** For the other side to take its refusal, before the connection is closed. */
const LINGER_MS = 1_000;

/** The answer that is being written on a socket; Node's own handler of errors looks there, too. */
interface Answering extends Socket {
  _httpMessage?: (ServerResponse & { req: IncomingMessage }) | null;
}

const TYPE = 'application/json; charset=utf-8';

const bodyOf = ({ code, message }: CtsError, id: string) =>
  JSON.stringify({ error_code: code, error_msg: message, request_id: id });

/** A refusal as the bytes of an answer, after which the connection ends. @param id of the request */
export function rawRefusal(refusal: CtsError, id: string): string {
  const { status } = refusal;
  const body = bodyOf(refusal, id);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

/** Ends the connection with a refusal, which its reader has a moment to take. */
function endWith(socket: Socket, refusal: CtsError, id: string): void {
  socket.end(rawRefusal(refusal, id));
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/**
 * Answers what is no request at all, as far as the connection allows: what was asked before on it is answered first.
 * @returns the handler of errors of the server's connections
 */
export function refuseUnreadable(log: Logger, newId: () => string) {
  const refused = new WeakSet<Socket>();
  const refuse = (error: NodeJS.ErrnoException, socket: Answering): void => {
    const before = socket._httpMessage;
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
    } else if (before?.req.complete) {
      before.once('close', () => refuse(error, socket));
    } else if (before?.headersSent) {
      socket.destroy();
    } else {
      const id = newId();
      log.debug({ request_id: id, code: error.code, ip: socket.remoteAddress }, 'no HTTP request');
      endWith(socket, refusalOf(error), id);
    }
  };
  return (error: NodeJS.ErrnoException, socket: Socket) => {
    // What comes behind it is no request either.
    if (refused.has(socket)) return;
    refused.add(socket);
    refuse(error, socket);
  };
}

function refusalOf({ code, message }: NodeJS.ErrnoException): CtsError {
  if (code === 'HPE_HEADER_OVERFLOW') return ERRORS.headersTooLarge();
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ERRORS.tooSlow();
  return ERRORS.unreadableRequest(`this is no HTTP request: ${message.replace(/^Parse Error: /, '')}`);
}

/** What Node would refuse by itself, without a word of ours. */
export function refuseUnmet(server: FastifyInstance, newId: () => string): void {
  (server.server as Server).on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const refusal = ERRORS.expectation(request.headers.expect ?? '');
    const id = newId();
    const body = bodyOf(refusal, id);
    response.writeHead(refusal.status, {
      'content-type': TYPE,
      'content-length': Buffer.byteLength(body),
      'x-request-id': id,
      connection: 'close',
    });
    response.end(body);
  });
  server.addHook('onRequest', ({ raw }, reply, done) => {
    const crowd = crowdOf(raw);
    if (crowd === 'unheard') return void reply.hijack();
    if (crowd === 'refused') {
      reply.header('connection', 'close');
      done(ERRORS.tooManyUnanswered(MOST_UNANSWERED));
      return;
    }
    const nameless = raw.httpVersion === '1.1' && raw.headers.host === undefined;
    done(nameless ? ERRORS.unreadableRequest('the header Host is missing') : undefined);
  });
}
