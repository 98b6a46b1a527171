import { createHash, createHmac } from 'node:crypto';
import { OpenCtsError } from './error.ts';
import { canonicalPath, canonicalQuery, parseQuery } from './signed-target.ts';

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
  const url = new URL(request.url);
  headers.set('x-sdk-date', new Date(now).toISOString().replace(/[-:]|\.\d+/g, ''));
  if (key.securityToken !== undefined) headers.set('x-security-token', key.securityToken);
  const signed = { ...Object.fromEntries(headers), host: url.host };
  const names = Object.keys(signed).sort();
  const body = new Uint8Array(await request.clone().arrayBuffer());
  const canonical = [
    method,
    ...targetOf(url),
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

/** @throws OpenCtsError for escapes that the service takes from nobody */
function targetOf({ pathname, search }: URL): [path: string, query: string] {
  try {
    return [canonicalPath(pathname), canonicalQuery(parseQuery(search.slice(1)))];
  } catch (error) {
    const message = `${pathname}${search} has an escape that is none of UTF-8, such as %zz or %FF; write "%" as %25`;
    throw new OpenCtsError(400, '', message, { cause: error });
  }
}
