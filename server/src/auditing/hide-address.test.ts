import { expect, test } from 'vitest';
import { hideAddress, hideEndpoint } from './hide-address.ts';

const MASK = '********';

test.each([
  ['http://h:80/services/T0/wxyz', `http://h:80/${MASK}wxyz`],
  ['http://h/short', `http://h/${MASK}`],
  ['see http://u:p@h and https://h.tld/services/T00', `see http://h and https://h.tld/${MASK}/T00`],
  ['http:/h/hook', `http:/h/${MASK}`],
  ['HTTP:\\\\h\\hook', `HTTP:\\\\h/${MASK}`],
  ['http:h/hook', `http:h/${MASK}`],
  ['//h/hook', `//h/${MASK}`],
  ['h:80/hook', `h:80/${MASK}`],
  ['h.tld?hook', `h.tld/${MASK}`],
  ['[::1]:80/hook', `[::1]:80/${MASK}`],
  ['http%253A%252F%252Fh%252Fhook', `http%253A%252F%252Fh/${MASK}`],
  ['http:\\u002f\\u002fh\\u002fhook', `http:\\u002f\\u002fh/${MASK}`],
  ['http://user:a/secret@h/x', `http://${MASK}/${MASK}`],
])('of the address in %s its host is left, and the end of a long one', (given, told) => {
  expect(hideAddress(given)).toBe(told);
  expect(hideAddress(told), 'once more').toBe(told);
});

test.each([
  'http://h',
  'http://h/',
  'jane@example.com',
  '+491234567',
  'urn:smn:eu-de:0123456789abcdef0123456789abcdef:alerts:0123456789abcdef0123456789abcdef',
  'endpoint must be a URL that begins with http:// or https:// and the name of a host',
  'application/json, HTTP/1.1 or nginx/1.2.3',
  'letters and/or digits at 10:30',
])('%s stays', (text) => {
  expect(hideAddress(text)).toBe(text);
});

test('where an address belongs, the first part of whatever else stands there counts as its host', () => {
  expect(hideEndpoint('intern/hook')).toBe(`intern/${MASK}`);
  expect(hideEndpoint('http://h h/hook')).toBe(`http://${MASK}/${MASK}`);
  expect(hideEndpoint('jane@example.com')).toBe('jane@example.com');
});

test.each(['http:', '/', '\\', '%25', 'a.', 'a:1', '[a', 'http://a@b ', 'a', 'https:// ', '%2f', '@'])(
  'the time that it takes grows no faster than a text of %j',
  (piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    const begin = performance.now();
    hideAddress(text);
    hideEndpoint(text);
    expect(performance.now() - begin).toBeLessThan(3_000);
  },
);
