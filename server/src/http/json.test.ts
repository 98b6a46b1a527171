import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from './json.ts';
import { MAX_JSON_DEPTH } from './limits.ts';

const parse = (text: string) => parseJson(Buffer.from(text));

describe('a JSON body', () => {
  test('is what JSON.parse makes of it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(parse(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(parse('"a \\" { [ , \\\\"')).toBe('a " { [ , \\');
  });

  test.each([
    [
      'nested too deep',
      '['.repeat(MAX_JSON_DEPTH + 1) + ']'.repeat(MAX_JSON_DEPTH + 1),
      /nested deeper than 64/,
    ],
    ['5,000 deep', '{"a":'.repeat(5_000), /nested deeper than 64/],
    ['deep behind a text', `{"a":"\\"]}","b":${'['.repeat(100)}`, /nested deeper than 64/],
    ['of a million members', `{${'"a":1,'.repeat(140_000)}"b":1}`, /more than 20000 values/],
    ['of empty objects', `[${'{},'.repeat(300_000)}1]`, /more than 20000 values/],
    ['with half of a surrogate pair', '{"a":"\\ud800"}', /half of a surrogate pair/],
    ['with NUL in a name', '{"a\\u0000":1}', /NUL/],
    ['that is none', '{"password":"secret"', /^the body is not valid JSON: [^"]*$/],
    ['that is none, told without its content', 'my-secret-password', /^(?!.*my-secret).*not valid JSON/],
  ])('%s is refused', (_what, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  test('of the deepest kind is taken, and a pair of surrogates is text', () => {
    const deepest = '['.repeat(MAX_JSON_DEPTH) + ']'.repeat(MAX_JSON_DEPTH);
    expect(JSON.stringify(parse(deepest))).toBe(deepest);
    expect(parse('"\\ud83d\\ude00"')).toBe('😀');
    expect(parse('"\\\\ud800 \\\\u0000"')).toBe('\\ud800 \\u0000');
  });

  test('that is no UTF-8 is refused', () => {
    expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow('not valid UTF-8');
  });
});
