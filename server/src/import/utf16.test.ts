import { expect, test } from 'vitest';
import { A, B, C, read, record } from './testing/reading.ts';

const face = record('\u{1f600}');
const half = record('x', ',"userAgent":"\ud800ABC"');

test.each(['le', 'be'])('UTF-16 (%s) with half of a pair is refused as broken UTF-8 is', async (order) => {
  const little = Buffer.from(`\ufeff${A}\n${half}\n${face}\n${C}`, 'utf16le');
  const bytes = order === 'le' ? little : little.swap16();
  for (const size of [1, 3, 100, 1 << 20]) {
    const { ids, problems, refusals } = await read(bytes, { size });
    expect(ids, String(size)).toBe('a\u{1f600}c');
    expect(problems).toEqual([
      expect.stringMatching(/^line 2, record 2, .*not valid UTF-8 .*, in userAgent$/),
    ]);
    expect(refusals[0]).not.toHaveProperty('text');
  }
});

test('UTF-16 that ends within a character is told', async () => {
  const { ids, problems } = await read(Buffer.from(`\ufeff${A}\n${B}\n `, 'utf16le').subarray(0, -1));
  expect([ids, problems]).toEqual(['ab', [expect.stringContaining('not valid UTF-8')]]);
});

test('bytes that are no UTF-8 are kept as Base64, since a text would not say what was written', async () => {
  const bad = Buffer.from(record('x', ',"userAgent":"\u00e9"'), 'latin1');
  const { ids, refusals } = await read(Buffer.concat([Buffer.from(`${A}\n`), bad, Buffer.from(`\n${C}`)]));
  expect(ids).toBe('ac');
  expect(
    Buffer.from(refusals[0]?.base64 ?? '', 'base64')
      .toString('latin1')
      .trim(),
  ).toBe(bad.toString('latin1'));
  expect(refusals[0]).not.toHaveProperty('text');
});
