import { createHash, createHmac } from 'node:crypto';
import { canonicalPath, canonicalQuery, parseQuery } from '@opencts/client/signing';

// biome-ignore lint/suspicious/noExplicitAny: answers of all routes
export type Json = any;

/** Which statuses the SDK of a provider takes for success, where a call does not say (`docs/reference/terraform.md` 2). */
const TAKEN: Record<Cloud, Record<string, number[]>> = {
  otc: { GET: [200], POST: [201, 202], PUT: [201, 202], PATCH: [200, 204], DELETE: [202, 204] },
  huawei: {
    GET: [200],
    HEAD: [200],
    POST: [200, 201, 202],
    PUT: [200, 201, 202],
    PATCH: [200, 202, 204],
    DELETE: [200, 202, 204],
  },
};

export type Cloud = 'otc' | 'huawei';
export interface Keys {
  access: string;
  secret: string;
}
export type Credentials = { token: string } | Keys;
export interface Call {
  body?: object;
  /** Statuses that this call takes for success. */
  taken?: number[];
  headers?: Record<string, string>;
}

/** An answer that a provider takes for a failure. */
export class Refused extends Error {
  readonly status: number;

  constructor(call: string, status: number, text: string) {
    super(`${call}: ${status} ${text}`);
    this.status = status;
  }
}

/** Calls a service as the SDK of one of the two providers does. */
export class Provider {
  readonly cloud: Cloud;
  private readonly url: string;
  private readonly credentials: Credentials;
  /** Headers that are added after signing, so that no signature covers them. */
  private readonly hints: Record<string, string>;

  constructor(cloud: Cloud, url: string, credentials: Credentials, hints: Record<string, string> = {}) {
    this.cloud = cloud;
    this.url = url;
    this.credentials = credentials;
    this.hints = hints;
  }

  /** @throws Refused for a status that the SDK does not take */
  async send(method: string, path: string, { body, taken, headers = {} }: Call = {}): Promise<Json> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const own = {
      accept: 'application/json',
      'user-agent': `terraform-provider-${this.cloud}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...own, ...this.proof(method, path, own, text), ...this.hints },
      ...(body === undefined ? {} : { body: text }),
    });
    const answer = await response.text();
    if (!(taken ?? TAKEN[this.cloud][method] ?? []).includes(response.status)) {
      throw new Refused(`${method} ${path}`, response.status, answer);
    }
    return answer === '' ? undefined : JSON.parse(answer);
  }

  /** What is read, or undefined where the provider takes it for gone. */
  async find(path: string, call: Call = {}): Promise<Json> {
    return this.send('GET', path, call).catch((error: Error) => {
      if (error instanceof Refused && error.status === 404) return undefined;
      throw error;
    });
  }

  private proof(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string,
  ): Record<string, string> {
    if ('token' in this.credentials) return { 'x-auth-token': this.credentials.token };
    const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const signed: Record<string, string> = {
      ...headers,
      'x-sdk-date': date,
      // One of them leaves the host out.
      ...(this.cloud === 'otc' ? { host: new URL(this.url).host } : {}),
    };
    return {
      'x-sdk-date': date,
      authorization: signature(this.cloud, this.credentials, { method, path, signed, body }),
    };
  }
}

interface Signed {
  method: string;
  path: string;
  signed: Record<string, string>;
  body: string;
}

/** `docs/reference/iam-auth.md` 5: derived for the one, access for the other. */
function signature(cloud: Cloud, { access, secret }: Keys, { method, path, signed, body }: Signed): string {
  const { pathname, search } = new URL(path, 'http://any');
  const names = Object.keys(signed).sort();
  const hash = sha256(
    [
      method,
      canonicalPath(pathname),
      canonicalQuery(parseQuery(search.slice(1))),
      names.map((name) => `${name}:${signed[name]}\n`).join(''),
      names.join(';'),
      sha256(body),
    ].join('\n'),
  );
  const date = signed['x-sdk-date'] as string;
  const shown = `SignedHeaders=${names.join(';')}, Signature=`;
  if (cloud === 'huawei') {
    const made = hmac(secret, ['SDK-HMAC-SHA256', date, hash].join('\n')).toString('hex');
    return `SDK-HMAC-SHA256 Access=${access}, ${shown}${made}`;
  }
  const scope = `${date.slice(0, 8)}///sdk_request`;
  const key = scope.split('/').reduce<Buffer | string>((before, part) => hmac(before, part), `SDK${secret}`);
  const made = hmac(key, ['SDK-HMAC-SHA256', date, scope, hash].join('\n')).toString('hex');
  return `SDK-HMAC-SHA256 Credential=${access}/${scope}, ${shown}${made}`;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();
