import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IssuedToken } from '../iam/index.ts';
import { Sealer } from '../kms/index.ts';

const COOKIE = 'opencts_session';
/** The header that the console sends with every request, and its value. */
const CLIENT_HEADER = 'x-opencts-client';
const CONSOLE = 'console';
export const COOKIE_ALONE = `x-auth-token not found; a session of the console counts only with the header ${CLIENT_HEADER}: ${CONSOLE}`;

/**
 * The cookie of the console: a sealed token. Only sign-in to the console makes one, so whoever comes with it is a
 * session of the console; a token of the API put into a cookie is none.
 */
export class SessionCookies {
  private readonly sealer: Sealer;

  constructor(rootKey: Uint8Array) {
    this.sealer = new Sealer(rootKey, 'console session');
  }

  /** Hands a token out as a cookie that no script can read; it goes with the browser. */
  keep(reply: FastifyReply, { text }: IssuedToken, publicUrl: string): void {
    reply.setCookie(COOKIE, this.sealer.seal(text, COOKIE), {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: publicUrl.startsWith('https:'),
    });
  }

  clear(reply: FastifyReply): void {
    reply.clearCookie(COOKIE, { path: '/' });
  }

  /**
   * The token in the cookie. Other sites can make a browser send the cookie, but not the header: without it the
   * cookie counts nothing.
   */
  tokenOf({ headers, cookies }: FastifyRequest): string | undefined {
    if (headers[CLIENT_HEADER] !== CONSOLE) return undefined;
    return this.sealer.open(cookies[COOKIE] ?? '', COOKIE);
  }

  /** Whether there is a cookie that counts nothing, for want of the console's header. */
  lacksHeader({ headers, cookies }: FastifyRequest): boolean {
    return cookies[COOKIE] !== undefined && headers[CLIENT_HEADER] !== CONSOLE;
  }
}
