import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_LINE } from './limits.ts';
import { linesOf, TextTooLong } from './lines.ts';

const all = { compressed: false, offset: 0, limit: 1000, most: 1e9 };
const read = async (chunks: Buffer[], change: Partial<Parameters<typeof linesOf>[1]>) =>
  (await linesOf(Readable.from(chunks), { ...all, ...change })).map(String);

test('any part of a text is what its lines are, however the bytes come and whatever they are compressed with', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ maxLength: 20 }).map((line) => `x${line.replaceAll('\n', '')}`)),
      fc.nat(12),
      fc.integer({ min: 1, max: 12 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      fc.boolean(),
      fc.boolean(),
      async (lines, offset, limit, sizes, compressed, ended) => {
        const text = Buffer.from(lines.join('\n') + (ended && lines.length > 0 ? '\n' : ''));
        const bytes = compressed ? gzipSync(text) : text;
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] as number;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(await read(chunks, { compressed, offset, limit })).toEqual(
          lines.slice(offset, offset + limit),
        );
      },
    ),
  );
});

test('a part ends at its bytes, but never before its first line', async () => {
  const text = Buffer.from(`${'a'.repeat(10)}\n${'b'.repeat(10)}\n${'c'.repeat(10)}\n`);
  expect(await read([text], { most: 25 })).toHaveLength(2);
  expect(await read([text], { most: 5 })).toHaveLength(1);
});

test('what would expand without end is stopped at the bound of the text, and one endless line at that of a line', async () => {
  const megabyte = `${'x'.repeat(1023)}\n`.repeat(1024);
  const member = gzipSync(megabyte.repeat(64));
  await expect(
    read(
      Array.from({ length: 9 }, () => member),
      { compressed: true, offset: 1e9 },
    ),
  ).rejects.toThrow(TextTooLong);
  const endless = gzipSync(Buffer.alloc(64 * MAX_LINE, 'x'));
  await expect(read([endless], { compressed: true, offset: 5 })).rejects.toThrow('a line is longer');
  await expect(read([Buffer.from('no gzip')], { compressed: true })).rejects.toThrow();
});
