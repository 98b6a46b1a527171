import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskSecrets } from './mask.ts';

test.each([
  ['{"adminPass":"x1","a":1}', '{"adminPass":"********","a":1}'],
  ['{"user":{"password": "a\\"b\\\\"},"z":2}', '{"user":{"password": "********"},"z":2}'],
  [
    '{"secret_key":12345678901234567890,"n":12345678901234567890}',
    '{"secret_key":"********","n":12345678901234567890}',
  ],
  ['{"token":{"id":"abc","x":["}"]},"b":1}', '{"token":"********","b":1}'],
  ['{"body":"{\\"password\\":\\"x\\",\\"k\\":1}"}', '{"body":"{\\"password\\":\\"********\\",\\"k\\":1}"}'],
  ['{"private_key":"cut off', '{"private_key":"********"'],
  ['user=jane&password=hunter2&x=1', 'user=jane&password=********&x=1'],
  [
    '{"nextToken":"keep","secretName":"keep","tokenCount":3}',
    '{"nextToken":"keep","secretName":"keep","tokenCount":3}',
  ],
  ['{"token":null,"sk":"s"}', '{"token":null,"sk":"********"}'],
])('%s is masked as %s', (text, masked) => {
  expect(maskSecrets(text)).toBe(masked);
});

test('no value of a secret member survives, and everything else is kept, in any JSON', () => {
  const secret = fc.constant('S3CRET-value "\\ with quotes');
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.integer(),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.record({ password: secret, name: tie('node') }),
      fc.record({ user_data: fc.record({ deep: secret }), other: tie('node') }),
      fc.record({ inner: tie('node').map((value) => JSON.stringify(value)) }),
    ),
  })).node;
  fc.assert(
    fc.property(tree, (value) => {
      const masked = maskSecrets(JSON.stringify(value));
      expect(masked).not.toContain('S3CRET');
      expect(() => JSON.parse(masked)).not.toThrow();
      if (!JSON.stringify(value).includes('S3CRET')) expect(JSON.parse(masked)).toEqual(value);
    }),
    { numRuns: 500 },
  );
});
