import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS } from '../errors.ts';
import { networkOf } from '../iam/index.ts';
import { FairQueue } from '../shares/index.ts';
import { onceEnded } from './answer-end.ts';
import { callerGone } from './caller.ts';
import {
  BODY_SHARES,
  FILE_SHARES,
  LIST_SHARES,
  MAX_UNREAD_BYTES,
  MAX_UNREAD_BYTES_IN_ALL,
  REQUEST_SHARES,
  STRANGER_SHARES,
  STREAM_SHARES,
} from './limits.ts';
import { Places } from './places.ts';
import { STREAM_TERMS, type StreamTerms, watchStream } from './stream-watch.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Has bounds of its own: reporting traces. */
    unshared?: true;
  }
  interface FastifyRequest {
    /** Gives back the place at which the request is being worked at; undefined: it has none. */
    leave: (() => void) | undefined;
  }
}

/**
 * What accounts may have under way at a time. A request has a place while its body comes, and another one while it is
 * being worked at, until its answer begins; of both a user has only a part, so that whoever has no rights shuts
 * nobody else out. Answers that are streams (exports, downloads) have places of their own until they end; of answers
 * that are there, but were not read by whoever asked, an account may have so many bytes.
 *
 * State is touched only on the event loop's thread, between awaits.
 */
export class Gate {
  private readonly bodies = new Places(BODY_SHARES);
  private readonly requests = new Places(REQUEST_SHARES);
  /** Calls without credentials, by networks. */
  private readonly strangers = new FairQueue(STRANGER_SHARES);
  readonly streams = new FairQueue(STREAM_SHARES);
  /** Looks into trace files: unpacking and hashing them. */
  readonly files = new FairQueue(FILE_SHARES);
  /** Lists that are written out piece by piece. */
  readonly lists = new FairQueue(LIST_SHARES);
  private readonly unread = new Map<string, number>();
  private readonly terms: StreamTerms;
  unreadInAll = 0;

  /** @param terms on which answers that are streams go on */
  constructor(terms = STREAM_TERMS) {
    this.terms = terms;
  }

  get queues(): FairQueue[] {
    return [
      this.bodies.ofAccounts,
      this.requests.ofAccounts,
      this.strangers,
      this.streams,
      this.files,
      this.lists,
    ];
  }

  /** Makes every identified request pass. */
  guard(server: FastifyInstance): void {
    server.decorateRequest('leave', undefined);
    const isShared = ({ principal, routeOptions }: FastifyRequest) =>
      principal && !routeOptions.config.unshared;
    // Before the body is read: what waits takes no memory.
    server.addHook('preParsing', (request, reply, _payload, done) => {
      if (!isShared(request) || !hasBody(request)) return done();
      this.enter(this.bodies, request, reply).then(() => done(), done);
    });
    server.addHook('preValidation', (request, reply, done) => {
      if (!isShared(request)) {
        if (request.principal || !WORKED_AT.test(request.routeOptions.url ?? '')) return done();
        this.enterStranger(request, reply).then(() => done(), done);
        return;
      }
      // While it waits it has the place of its body still, if it has one.
      this.enter(this.requests, request, reply).then(() => done(), done);
    });
    server.addHook('onSend', (request, reply, payload, done) => {
      request.leave?.();
      if (request.principal && (typeof payload === 'string' || Buffer.isBuffer(payload))) {
        this.sending(request.principal.domainId, reply, payload.length);
      }
      done(null, payload);
    });
  }

  /**
   * A place for an answer that is a stream; given back when the answer has ended, one way or another. It is watched
   * until then.
   * @throws CtsError 429, 499 when the caller has gone, or as at the beginning when it may not call any more
   */
  async stream(reply: FastifyReply): Promise<void> {
    onceEnded(reply, await this.streams.take(reply.request.principal.domainId, callerGone(reply)));
    watchStream(reply, this.terms);
    await reply.server.readmit(reply.request);
  }

  private async enter(places: Places, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    this.refuseUnread(request.principal.domainId);
    const leave = await places.take(request.principal, callerGone(reply));
    request.leave?.();
    request.leave = leave;
    onceEnded(reply, leave);
    // Others may have been answered meanwhile.
    this.refuseUnread(request.principal.domainId);
  }

  private async enterStranger(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const leave = await this.strangers.take(networkOf(request.ip), callerGone(reply));
    request.leave = leave;
    onceEnded(reply, leave);
  }

  /** Where it is too much in all, whoever has more than an equal part is refused. @throws CtsError 429 */
  refuseUnread(account: string): void {
    const unread = this.unread.get(account) ?? 0;
    const part = MAX_UNREAD_BYTES_IN_ALL / Math.max(this.unread.size, 1);
    if (unread > MAX_UNREAD_BYTES || (this.unreadInAll > MAX_UNREAD_BYTES_IN_ALL && unread > part)) {
      throw ERRORS.tooMuchUnread(unread);
    }
  }

  /** Counts an answer that is ready as unread until it has ended. */
  sending(account: string, reply: FastifyReply, bytes: number): void {
    this.count(account, bytes);
    onceEnded(reply, () => this.count(account, -bytes));
  }

  private count(account: string, bytes: number): void {
    const now = (this.unread.get(account) ?? 0) + bytes;
    this.unreadInAll += bytes;
    if (now > 0) this.unread.set(account, now);
    else this.unread.delete(account);
  }
}

/**
 * Calls that anybody may make, and that ask more of the service than whether it is alive, or for a file. Sign-ins
 * have shares of their own, by whom they name: a crowd keeps nobody else of its network out.
 */
const WORKED_AT = /^\/(?:v\d(?!.*\/auth\/)|smn|oidc)/;

const hasBody = ({ headers }: FastifyRequest) =>
  Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
