import { expect, test } from 'vitest';
import { withoutEcho } from './echo.ts';

test.each([
  ['200 OK {"x-hook":"s3cr"et\\"}', '200 OK {"x-hook":"********\\"}'],
  [String.raw`200 {"x-hook":"s3cr\"et"}`, '200 {"x-hook":"********"}'],
  ['200 x-hook=s3cr%22et&n=1', '200 x-hook=********&n=1'],
  ['200 OK x-hook: s3cr"', '200 OK x-hook: ********'],
  ['200 OK x-hook: s3', '200 OK x-hook: s3'],
  ['500 s3cr"et s3cr"et-2', '500 ******** ********'],
])('%j', (answer, masked) => {
  expect(withoutEcho(answer, { 'x-hook': 's3cr"et', 'x-other': 's3cr"et-2', 'x-team': 'b' })).toBe(masked);
});
