import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { ERRORS } from '../errors.ts';
import type { Bond } from './bonds.ts';
import { MAX_TOKEN, TOKEN_LIFE_MS } from './limits.ts';

/** A clock is set back so far now and then; what was issued before goes on. */
export const MOST_AHEAD_MS = 24 * 3_600_000;
const CACHE_SIZE = 10_000;

/** What a token says. Instants are epoch ms. */
export interface TokenClaims {
  id: string;
  userId: string;
  /** Scope: a project, or else a domain. */
  projectId?: string;
  domainId: string;
  methods: string[];
  bond: Bond;
  issuedAt: number;
  expiresAt: number;
}

/**
 * Makes and checks tokens: claims in base64url, a dot, their HMAC-SHA256. That a token is ours and in time is
 * said here; whether what it was issued under still holds, by `Bonds`.
 */
export class Tokens {
  private readonly key: Buffer;
  private readonly clock: () => number;
  /** Texts that proved right; looked up before the signature is computed again. Oldest first. */
  private readonly proven = new Map<string, TokenClaims>();

  constructor(rootKey: Buffer, clock: () => number) {
    this.key = Buffer.from(hkdfSync('sha256', rootKey, '', 'opencts token', 32));
    this.clock = clock;
  }

  issue(scope: Omit<TokenClaims, 'id' | 'issuedAt' | 'expiresAt'>, life = TOKEN_LIFE_MS) {
    const issuedAt = this.clock();
    const claims: TokenClaims = {
      id: randomBytes(16).toString('hex'),
      ...scope,
      issuedAt,
      expiresAt: issuedAt + life,
    };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return { claims, text: `${payload}.${this.sign(payload)}` };
  }

  /** @throws CtsError 401 when the token is not ours, damaged or expired */
  check(text: string): TokenClaims {
    const claims = this.proven.get(text) ?? this.prove(text);
    const now = this.clock();
    // A clock that was far ahead makes tokens that would live long after it was set right.
    if (claims.expiresAt <= now || claims.issuedAt > now + MOST_AHEAD_MS) {
      throw ERRORS.unauthenticated(`token expires, expires_at:${new Date(claims.expiresAt).toISOString()}`);
    }
    return claims;
  }

  private prove(text: string): TokenClaims {
    if (text.length > MAX_TOKEN) throw ERRORS.unauthenticated('decrypt token fail');
    const dot = text.indexOf('.');
    const payload = text.slice(0, dot);
    // Compared as text: base64url has several spellings of the same bytes, a token has one.
    const given = Buffer.from(text.slice(dot + 1));
    const expected = Buffer.from(this.sign(payload));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw ERRORS.unauthenticated('decrypt token fail');
    }
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as TokenClaims;
    if (this.proven.size >= CACHE_SIZE) this.proven.delete(this.proven.keys().next().value as string);
    this.proven.set(text, claims);
    return claims;
  }

  private sign(payload: string): string {
    return createHmac('sha256', this.key).update(payload).digest('base64url');
  }
}
