import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS } from '../errors.ts';
import { FairQueue } from '../shares/index.ts';
import { callerGone } from './caller.ts';
import {
  FILE_SHARES,
  MAX_UNREAD_BYTES,
  MAX_UNREAD_BYTES_IN_ALL,
  REQUEST_SHARES,
  STREAM_SHARES,
} from './limits.ts';
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
 * What accounts may have under way at a time. A request has a place while it is being worked at, until its
 * answer begins; answers that are streams (exports, downloads) have places of their own until they end; of
 * answers that are there, but were not read by whoever asked, an account may have so many bytes.
 *
 * State is touched only on the event loop's thread, between awaits.
 */
export class Gate {
  readonly requests = new FairQueue(REQUEST_SHARES);
  readonly streams = new FairQueue(STREAM_SHARES);
  /** Looks into trace files: unpacking and hashing them. */
  readonly files = new FairQueue(FILE_SHARES);
  private readonly unread = new Map<string, number>();
  private unreadInAll = 0;
  private readonly terms: StreamTerms;

  /** @param terms on which answers that are streams go on */
  constructor(terms = STREAM_TERMS) {
    this.terms = terms;
  }

  /** Makes every identified request pass. */
  guard(server: FastifyInstance): void {
    server.decorateRequest('leave', undefined);
    // Before the body is read: what waits takes no memory.
    server.addHook('preParsing', (request, reply, _payload, done) => {
      if (!request.principal || request.routeOptions.config.unshared) {
        done();
        return;
      }
      this.enter(request, reply).then(() => done(), done);
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
    await new Promise<void>((resolve, reject) => {
      const work = () =>
        new Promise<void>((end) => {
          if (reply.raw.destroyed) end();
          reply.raw.once('close', end);
          resolve();
        });
      this.streams.run(reply.request.principal.domainId, work, callerGone(reply)).catch(reject);
    });
    watchStream(reply, this.terms);
    await reply.server.readmit(reply.request);
  }

  private async enter(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const account = request.principal.domainId;
    const unread = this.unread.get(account) ?? 0;
    if (unread > MAX_UNREAD_BYTES || (unread > 0 && this.unreadInAll > MAX_UNREAD_BYTES_IN_ALL)) {
      throw ERRORS.tooMuchUnread(unread);
    }
    await new Promise<void>((resolve, reject) => {
      const work = () =>
        new Promise<void>((leave) => {
          request.leave = leave;
          resolve();
        });
      this.requests.run(account, work, callerGone(reply)).catch(reject);
    });
  }

  private sending(account: string, reply: FastifyReply, bytes: number): void {
    this.count(account, bytes);
    reply.raw.once('close', () => this.count(account, -bytes));
  }

  private count(account: string, bytes: number): void {
    const now = (this.unread.get(account) ?? 0) + bytes;
    this.unreadInAll += bytes;
    if (now > 0) this.unread.set(account, now);
    else this.unread.delete(account);
  }
}
