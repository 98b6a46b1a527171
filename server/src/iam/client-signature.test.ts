import { createHash } from 'node:crypto';
import { sign } from '@opencts/client/signing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Authorization, isSignedBy, parseAuthorization } from './signature.ts';

const KEY = { accessKey: 'AKEXAMPLE0000000001', secretKey: 'SKexample0secret0key0000000000000000001' };

/** Whether the service takes what the client signed, as it goes over the wire. */
async function isTaken(target: string, method = 'GET', body?: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const request = new Request(`http://cts.example.test${target}`, { method, body });
  await sign(request, KEY);
  const { pathname, search, host } = new URL(request.url);
  const headers = Object.fromEntries([...request.headers].map(([name, value]) => [name, [value]]));
  const bytes = new Uint8Array(await request.arrayBuffer());
  return isSignedBy(
    KEY.secretKey,
    parseAuthorization(request.headers.get('authorization') ?? '') as Authorization,
    {
      method,
      target: pathname + search,
      headers: { ...headers, host: [host] },
      body: { sha256: createHash('sha256').update(bytes).digest('hex'), length: bytes.length },
    },
  );
}

test.each([
  'a=1&a-b=1',
  'a=1&a1=1',
  'a=1&a.b=2&a_b=3&a~=4',
  'a=2&a=1&a=10',
  'é=1&e=2',
  '\u{10000}=1&\uffff=2',
  'a=%2B+%20&=x&b&&c=d=e',
  "a=|^`{}<>\\&b=!*()'",
])('the service takes the query %s as the client signs it', async (query) => {
  expect(await isTaken(`/v3/p/traces?${query}`)).toBe(true);
});

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.string({ maxLength: 6 }).map(encodeURIComponent),
  fc.constantFrom('a', 'a-', 'A', '~', '+', '%2F', '%2e', '.', '..', '=', '&', ';', "'", '%C3%BC'),
);
const text = fc
  .array(piece, { maxLength: 8 })
  .map((pieces) => pieces.join('').replace(/%(?![0-9A-F]{2})/gi, ''));

test('the service takes what the client signs: any path, query and body', async () => {
  await fc.assert(
    fc.asyncProperty(text, text, fc.uint8Array({ maxLength: 40 }), async (path, query, bytes) => {
      const target = `/${path.replace(/[?#]/g, '')}?${query.replaceAll('#', '')}`;
      let decodable = true;
      try {
        decodeURIComponent(target);
      } catch {
        decodable = false;
      }
      fc.pre(decodable && !/\p{Cs}/u.test(target));
      expect(await isTaken(target, 'POST', new Uint8Array(bytes))).toBe(true);
      expect(await isTaken(target)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test.each(['/v3/%zz', '/v3/%FF', '/v3?a=%', '/v3?a=%zz', '/v3?a=%ED%A0%80'])(
  'an address with an escape that the service takes from nobody is not signed: %s',
  async (target) => {
    await expect(isTaken(target)).rejects.toMatchObject({
      name: 'OpenCtsError',
      status: 400,
      message: expect.stringContaining('escape'),
    });
  },
);
