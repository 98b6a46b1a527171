import { describe, expect, test } from 'vitest';
import { withoutEcho } from './echo.ts';

test.each([
  ['200 OK {"x-hook":"s3cr"et\\"}', '200 OK {"x-hook":"********\\"}'],
  [String.raw`200 {"x-hook":"s3cr\"et"}`, '200 {"x-hook":"********"}'],
  ['200 x-hook=s3cr%22et&n=1', '200 x-hook=********&n=1'],
  ['200 x-hook=s3cr%2522et&n=1', '200 x-hook=********&n=1'],
  ['200 <b>s3cr&quot;et</b>', '200 <b>********</b>'],
  ['200 <b>s3cr&#34;et</b>', '200 <b>********</b>'],
  ['200 OK x-hook: s3cr"', '200 OK x-hook: ********'],
  ['200 OK x-hook: s3', '200 OK x-hook: s3'],
  ['500 s3cr"et s3cr"et-2', '500 ******** ********'],
  ['200 grüße ✓ 100% &c', '200 grüße ✓ 100% &c'],
  [String.raw`500 \u{110000 \ud800 &#999999; %`, String.raw`500 \u{110000 \ud800 &#999999; %`],
])('%j', (answer, masked) => {
  expect(withoutEcho(answer, { values: ['s3cr"et', 's3cr"et-2', 'b'] })).toBe(masked);
});

describe('of an address no more is told than its host', () => {
  const endpoint = 'https://hooks.example.com/services/T0SECRET/b%C3%A4r/abc?key=k3y+v&x=geheim';

  test.each([
    ['404 Cannot POST /services/T0SECRET/b%C3%A4r/abc', '404 Cannot POST ********'],
    ['404 no /services/T0SECRET/bär/abc?key=k3y+v', '404 no ********'],
    [String.raw`404 {"path":"\/services\/T0SECRET\/b\u00e4r\/abc"}`, '404 {"path":"********"}'],
    ['404 at hooks.example.com/services/T0SECRET/b', '404 at hooks.example.com********'],
    ['404 Cannot POST /serv', '404 Cannot POST ********'],
    ['404 %252Fservices%252FT0SECRET: no', '404 ********: no'],
    ['404 the team T0SECRET has no bär', '404 the team ******** has no ********'],
    ['404 t0secret', '404 ********'],
    ['404 unknown key geheim', '404 unknown key ********'],
    ['404 geheimnis', '404 geheimnis'],
  ])('%j', (answer, masked) => {
    expect(withoutEcho(answer, { endpoint })).toBe(masked);
  });
});

test.each([
  [
    '400 got https://x/confirm?region=a&token=V1StGXR8_Z5jdHi6B-myT',
    '400 got https://x/confirm?region=a&token=********',
  ],
  ['400 token%3DV1StGXR8_Z5jdHi6B-myT%26x', '400 token%3D********%26x'],
  ['400 {"token":"V1StGXR8_Z5jdHi6B-myT"}', '400 {"token":"********"}'],
  ['400 …&token=V1StGX', '400 …&token=********'],
  ['401 the token is invalid', '401 the token is invalid'],
])('what proves a wish in a link is hidden, of whatever message: %j', (answer, masked) => {
  expect(withoutEcho(answer, {})).toBe(masked);
});
