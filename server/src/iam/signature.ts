import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalPath, canonicalQuery, encodePath, parseQuery } from '@opencts/client/signing';

/**
 * The schemes of `docs/reference/iam-auth.md` 5. `access`: the secret itself is the key; `derived`: a key derived
 * step by step; `hkdf`: a key derived by HKDF.
 */
type Scheme = 'access' | 'derived' | 'hkdf';

/** What an `Authorization` header of a signed request says. */
export interface Authorization {
  scheme: Scheme;
  algorithm: string;
  accessKey: string;
  /** Lower-case names in the order of the header. */
  signedHeaders: string[];
  signature: string;
  /** `YYYYMMDD/region/service`, with `/sdk_request` for `derived`; empty for `access`. */
  scope: string;
}

/** The parts of a request that a signature covers, as they came over the wire. */
export interface SignedRequest {
  method: string;
  /** Path and query as in the request line. */
  target: string;
  /** Values by lower-case name, one for each time that the header was sent. */
  headers: Readonly<Record<string, string[] | undefined>>;
  /** Of its raw bytes, compressed if it was sent compressed. */
  body: BodyDigest;
}

/** As much of a body as a signature covers. */
export interface BodyDigest {
  /** Hex. */
  sha256: string;
  length: number;
}

const ALGORITHMS = new Map<string, 'SDK' | 'V11'>([
  ['SDK-HMAC-SHA256', 'SDK'],
  ['V11-HMAC-SHA256', 'V11'],
]);
/** Visible ASCII without `#`. */
const TARGET = /^[!"$-~]+$/;
/** A query that cannot be mistaken for a body of JSON: some clients sign it in the place of one. */
const ENCODED_QUERY = /^[A-Za-z0-9._~=&+%-]+$/;
/** What one value is taken of. */
const SINGLE_HEADERS = ['host', 'x-sdk-date', 'x-sdk-content-sha256', 'x-security-token', 'x-project-id'];
const CLOCK_WINDOW_MS = 15 * 60_000;
const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/**
 * Reads `ALGORITHM Name=value, Name=value, …`.
 * @returns what was wrong, as text, when it is none that is taken
 */
export function parseAuthorization(header: string): Authorization | string {
  const blank = header.indexOf(' ');
  const algorithm = blank === -1 ? header : header.slice(0, blank);
  const family = ALGORITHMS.get(algorithm);
  if (family === undefined) {
    return `the algorithm ${algorithm.slice(0, 40)} is not taken; taken are ${[...ALGORITHMS.keys()].join(' and ')}`;
  }
  const fields = new Map<string, string>();
  for (const part of header.slice(blank + 1).split(',')) {
    const [name = '', ...value] = part.trim().split('=');
    fields.set(name, value.join('='));
  }
  const signature = fields.get('Signature') ?? '';
  const signedHeaders = (fields.get('SignedHeaders') ?? '').split(';').filter((name) => name !== '');
  if (!/^[0-9a-f]{64}$/.test(signature)) return 'Signature must be 64 hex digits';
  if (!signedHeaders.includes('x-sdk-date')) return 'SignedHeaders must name x-sdk-date';
  const common = { algorithm, signedHeaders, signature };
  const access = fields.get('Access');
  if (family === 'SDK' && access) return { ...common, scheme: 'access', accessKey: access, scope: '' };
  const [accessKey = '', ...scope] = (fields.get('Credential') ?? '').split('/');
  const parts = family === 'SDK' ? 4 : 3;
  if (accessKey === '' || scope.length !== parts || (parts === 4 && scope[3] !== 'sdk_request')) {
    return family === 'SDK'
      ? 'Access=… or Credential=…/date/region/service/sdk_request is missing'
      : 'Credential=…/date/region/service is missing';
  }
  const scheme = family === 'SDK' ? 'derived' : 'hkdf';
  return { ...common, scheme, accessKey, scope: scope.join('/') };
}

/** Whether `x-sdk-date` lies within fifteen minutes of `now`, and on the day of the scope. */
export function isTimely({ scope }: Authorization, headers: SignedRequest['headers'], now: number): boolean {
  const [date = ''] = headers['x-sdk-date'] ?? [];
  const match = DATE.exec(date);
  if (!match) return false;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  return (
    Math.abs(now - time) <= CLOCK_WINDOW_MS && (scope === '' || scope.startsWith(`${date.slice(0, 8)}/`))
  );
}

/**
 * Whether the signature covers the request and was made with the secret. Clients differ in how they write down
 * the same request; every known way is tried.
 */
export function isSignedBy(secret: string, authorization: Authorization, request: SignedRequest): boolean {
  const given = Buffer.from(authorization.signature, 'hex');
  const key = signingKey(secret, authorization);
  const [date = ''] = request.headers['x-sdk-date'] ?? [];
  const lines = [authorization.algorithm, date, ...(authorization.scope ? [authorization.scope] : [])];
  for (const canonical of canonicalRequests(authorization, request)) {
    const expected = createHmac('sha256', key)
      .update([...lines, sha256(canonical)].join('\n'))
      .digest();
    if (timingSafeEqual(given, expected)) return true;
  }
  return false;
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

function signingKey(secret: string, { scheme, scope, accessKey }: Authorization): string | Buffer {
  if (scheme === 'access') return secret;
  if (scheme === 'derived') {
    return scope.split('/').reduce<string | Buffer>(hmac, `SDK${secret}`) as Buffer;
  }
  return hmac(hmac(accessKey, secret), `${scope}\u0001`).toString('hex');
}

/**
 * What the signature may have been made of, the most likely first. Each covers everything that the service
 * acts on: whatever of it a client of some scheme leaves unsigned makes the request a refused one.
 */
function* canonicalRequests(authorization: Authorization, request: SignedRequest): Generator<string> {
  const { scheme, signedHeaders } = authorization;
  // Read in one way only: other characters and broken encodings are cut off or kept by one reader or another.
  if (!TARGET.test(request.target) || !isDecodable(request.target)) return;
  if (signedHeaders.some((name) => !valuesOf(request, name))) return;
  if (SINGLE_HEADERS.some((name) => (valuesOf(request, name)?.length ?? 0) > 1)) return;
  const [path = '', query = ''] = splitTarget(request.target);
  const pairs = parseQuery(query);
  const bodyHash = hashOf(request, signedHeaders);
  if (bodyHash === undefined) return;
  const bodies = [{ query: canonicalQuery(pairs), hash: bodyHash }];
  if (scheme === 'derived') {
    const caseless = canonicalQuery(pairs, true);
    bodies.push({ query: caseless, hash: bodyHash });
    if (request.method === 'POST' && request.body.length === 0 && ENCODED_QUERY.test(query)) {
      for (const text of [canonicalQuery(pairs), caseless, query])
        bodies.push({ query: '', hash: sha256(text) });
    }
  }
  const paths = [canonicalPath(path), encodePath(path)];
  const plain = canonicalHeaders(signedHeaders, request, (value) => value.trim());
  const headers = [plain];
  if (scheme === 'derived') {
    headers.push(canonicalHeaders(signedHeaders, request, (value) => value.replace(/\s+/g, ' ')));
  }
  for (const head of new Set(headers)) {
    for (const route of new Set(paths)) {
      for (const { query: text, hash } of bodies) {
        yield [request.method, route, text, head, signedHeaders.join(';'), hash].join('\n');
      }
    }
  }
}

/** The body's hash, or what the client says of it when that is signed and true. */
function hashOf({ headers, body }: SignedRequest, signedHeaders: string[]): string | undefined {
  const actual = body.sha256;
  const [told] = headers['x-sdk-content-sha256'] ?? [];
  if (told === undefined || !signedHeaders.includes('x-sdk-content-sha256')) return actual;
  return told.toLowerCase() === actual ? told : undefined;
}

function splitTarget(target: string): [string, string] {
  const mark = target.indexOf('?');
  return mark === -1 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

function canonicalHeaders(names: string[], request: SignedRequest, write: (value: string) => string): string {
  return names
    .flatMap((name) =>
      [...(valuesOf(request, name) ?? [])].sort().map((value) => `${name}:${write(value)}\n`),
    )
    .join('');
}

/** Of a header that was sent; undefined: it was not. */
function valuesOf({ headers }: SignedRequest, name: string): string[] | undefined {
  return Object.hasOwn(headers, name) ? headers[name] : undefined;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
