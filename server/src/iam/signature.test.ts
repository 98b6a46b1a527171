import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  type Authorization,
  isSignedBy,
  isTimely,
  parseAuthorization,
  type SignedRequest,
} from './signature.ts';

const AK = 'AKEXAMPLE0000000001';
const SK = 'SKexample0secret0key0000000000000000001';
const PROJECT = '0123456789abcdef0123456789abcdef';
const DATE = '20240517T093015Z';
const NOW = Date.UTC(2024, 4, 17, 9, 30, 15);

const digestOf = (text: string) => ({
  sha256: createHash('sha256').update(text).digest('hex'),
  length: text.length,
});

const get: SignedRequest = {
  method: 'GET',
  target: `/v3/${PROJECT}/traces?trace_type=system&limit=2&user=jane%20doe&resource_name=a%2Bb`,
  headers: {
    host: ['cts.example.test'],
    'content-type': ['application/json'],
    accept: ['application/json'],
    'user-agent': ['golangsdk/2.0.0'],
    'x-project-id': [PROJECT],
    'x-sdk-date': [DATE],
  },
  body: digestOf(''),
};
const post: SignedRequest = {
  ...get,
  method: 'POST',
  target: `/v3/${PROJECT}/tracker`,
  headers: { ...get.headers, 'x-security-token': ['STOKEN'] },
  body: digestOf('{"tracker_name":"system","tracker_type":"system"}'),
};

const A = `SDK-HMAC-SHA256 Access=${AK}, SignedHeaders=`;
const B = `SDK-HMAC-SHA256 Credential=${AK}/20240517///sdk_request, SignedHeaders=`;
const C = `V11-HMAC-SHA256 Credential=${AK}/20240517/eu-de/cts, SignedHeaders=`;
const VECTORS: [string, SignedRequest, string][] = [
  [
    'A1',
    get,
    `${A}content-type;host;x-project-id;x-sdk-date, Signature=e7911a0187742f0c5517044f7b6d3857fdbb0d2afc2ba07fd4079354c96dd1ee`,
  ],
  [
    'A2',
    post,
    `${A}content-type;host;x-project-id;x-sdk-date;x-security-token, Signature=261e1a7824819e97997bf0d877a4db17c89799437b493648320f56cc173613a6`,
  ],
  [
    'B1',
    get,
    `${B}accept;host;user-agent;x-sdk-date, Signature=9caf322f14f83e4b2dee64ca8d3c7aa5d70c4d77c6b577210e889d6c290a34a9`,
  ],
  [
    'B2',
    post,
    `${B}accept;content-type;host;user-agent;x-sdk-date, Signature=e09c1969c1136602cdf69ca3d3d63ddb369765ea1bf57dfd5e82f3ef8684616e`,
  ],
  [
    'C1',
    get,
    `${C}content-type;host;x-project-id;x-sdk-date, Signature=a829aea2a5699624645361759b31febdf814e9fe32077888c2c3b5b1f7845138`,
  ],
];

function parsed(header: string): Authorization {
  const authorization = parseAuthorization(header);
  if (typeof authorization === 'string') throw new Error(authorization);
  return authorization;
}

test.each(VECTORS)('vector %s holds, and no changed request does', (_name, request, header) => {
  const authorization = parsed(header);
  const holds = (change: Partial<SignedRequest> = {}, secret = SK) =>
    isSignedBy(secret, authorization, { ...request, ...change });
  expect(authorization.accessKey).toBe(AK);
  expect(isTimely(authorization, request.headers, NOW)).toBe(true);
  expect(holds()).toBe(true);
  expect(holds({}, `${SK}x`)).toBe(false);
  expect(holds({ method: 'DELETE' })).toBe(false);
  expect(holds({ body: digestOf('{}') })).toBe(false);
  expect(holds({ target: `${request.target}${request.target.includes('?') ? '&' : '?'}limit=3` })).toBe(
    // What a client of scheme B leaves unsigned could be of anybody.
    false,
  );
  expect(holds({ target: request.target.replace('0123', '0124') })).toBe(false);
  for (const name of authorization.signedHeaders) {
    expect(holds({ headers: { ...request.headers, [name]: ['20240517T093016Z'] } }), name).toBe(false);
  }
  expect(holds({ headers: { ...request.headers, 'x-unsigned': ['may change'] } })).toBe(true);
});

test('the wire may encode the same path and query in another way', () => {
  const [, , header] = VECTORS[0] as (typeof VECTORS)[number];
  const spelled = `/v3/%30123456789abcdef0123456789abcdef/traces?resource_name=a%2bb&user=jane+doe&limit=2&trace_type=system`;
  expect(isSignedBy(SK, parsed(header), { ...get, target: spelled })).toBe(true);
});

test('a told hash of the body counts only when it is signed, and must be true', () => {
  const [, , header] = VECTORS[0] as (typeof VECTORS)[number];
  const told = { ...get, headers: { ...get.headers, 'x-sdk-content-sha256': ['UNSIGNED-PAYLOAD'] } };
  expect(isSignedBy(SK, parsed(header), told)).toBe(true);
  const signed = parsed(header.replace('x-sdk-date,', 'x-sdk-content-sha256;x-sdk-date,'));
  expect(isSignedBy(SK, signed, told)).toBe(false);
});

test('the clock may differ by fifteen minutes; the day of the scope must be that of the date', () => {
  const authorization = parsed(VECTORS[2]?.[2] as string);
  expect(isTimely(authorization, get.headers, NOW + 15 * 60_000)).toBe(true);
  expect(isTimely(authorization, get.headers, NOW + 15 * 60_000 + 1)).toBe(false);
  expect(isTimely(authorization, get.headers, NOW - 15 * 60_000 - 1)).toBe(false);
  expect(isTimely({ ...authorization, scope: '20240516///sdk_request' }, get.headers, NOW)).toBe(false);
  for (const date of [['yesterday'], [], undefined]) {
    expect(isTimely(authorization, { ...get.headers, 'x-sdk-date': date }, NOW)).toBe(false);
  }
});

test.each([
  ['', /the algorithm/],
  ['Basic abc', /taken are SDK-HMAC-SHA256 and V11-HMAC-SHA256/],
  ['SDK-HMAC-SM3 Access=a, SignedHeaders=x-sdk-date, Signature=00', /SDK-HMAC-SM3 is not taken/],
  ['constructor Access=a, SignedHeaders=x-sdk-date, Signature=00', /constructor is not taken/],
  [`${A}host, Signature=${'0'.repeat(64)}`, /must name x-sdk-date/],
  [`${A}x-sdk-date, Signature=zz`, /64 hex/],
  [`SDK-HMAC-SHA256 SignedHeaders=x-sdk-date, Signature=${'0'.repeat(64)}`, /is missing/],
  [`SDK-HMAC-SHA256 Credential=a/b/c, SignedHeaders=x-sdk-date, Signature=${'0'.repeat(64)}`, /is missing/],
])('%s is refused with the reason', (header, reason) => {
  expect(parseAuthorization(header)).toMatch(reason);
});
