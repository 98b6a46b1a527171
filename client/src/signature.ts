import { createHash, createHmac } from 'node:crypto';

/** Of a user: AK and SK, and of a temporary key its security token. */
export interface AccessKey {
  accessKey: string;
  secretKey: string;
  securityToken?: string;
}

const ALGORITHM = 'SDK-HMAC-SHA256';

/** Signs a request, with all of its body, as the SDKs of the clouds do. */
export async function sign(request: Request, key: AccessKey, now = Date.now()): Promise<void> {
  const { headers, method } = request;
  const { host, pathname, searchParams } = new URL(request.url);
  headers.set('x-sdk-date', new Date(now).toISOString().replace(/[-:]|\.\d+/g, ''));
  if (key.securityToken !== undefined) headers.set('x-security-token', key.securityToken);
  const signed = { ...Object.fromEntries(headers), host };
  const names = Object.keys(signed).sort();
  const body = new Uint8Array(await request.clone().arrayBuffer());
  const canonical = [
    method,
    pathOf(pathname),
    queryOf(searchParams),
    names.map((name) => `${name}:${signed[name as keyof typeof signed].trim()}\n`).join(''),
    names.join(';'),
    sha256(body),
  ].join('\n');
  const text = [ALGORITHM, headers.get('x-sdk-date'), sha256(canonical)].join('\n');
  const signature = createHmac('sha256', key.secretKey).update(text).digest('hex');
  headers.set(
    'authorization',
    `${ALGORITHM} Access=${key.accessKey}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  );
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');

/** Everything except `A-Z a-z 0-9 - _ . ~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function pathOf(pathname: string): string {
  const path = pathname.split('/').map((segment) => encode(decodeURIComponent(segment)));
  return `${path.join('/')}${pathname.endsWith('/') ? '' : '/'}`;
}

function queryOf(parameters: URLSearchParams): string {
  return [...parameters]
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .sort()
    .join('&');
}
