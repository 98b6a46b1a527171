import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { A, B, C, read } from './testing/reading.ts';

const member = (text: string) => gzipSync(`${text}\n`);
const zeros = Buffer.alloc(3000);
const altered = (bytes: Buffer, ...places: number[]) => {
  const copy = Buffer.from(bytes);
  for (const place of places) copy[place] = (copy[place] as number) ^ 0x55;
  return copy;
};
/** With an extra field, a name, a comment and a checksum of the header. */
function withAll(text: string): Buffer {
  const plain = member(text);
  const head = Buffer.from(plain.subarray(0, 10));
  head[3] = 0x1e;
  return Buffer.concat([
    head,
    Buffer.from([2, 0, 9, 9]),
    Buffer.from('name\0comment\0'),
    Buffer.from([1, 2]),
    plain.subarray(10),
  ]);
}
const [a, b, c] = [member(A), member(B), member(C)] as [Buffer, Buffer, Buffer];

test.each<[string, Buffer[], string, string[]]>([
  ['zeros between members', [a, zeros, b, Buffer.alloc(1), c], 'abc', []],
  ['zeros at the end', [a, b, c, zeros], 'abc', []],
  ['an empty member', [a, gzipSync(''), b, c], 'abc', []],
  ['headers with all that they may have', [withAll(A), withAll(B), c], 'abc', []],
  ['text behind a member', [a, Buffer.from(B)], 'a', ['behind its gzip data stands what is none']],
  ['text behind zeros', [a, zeros, Buffer.from(B)], 'a', ['behind its gzip data stands what is none']],
  ['one byte behind a member', [a, b.subarray(0, 1)], 'a', ['behind its gzip data stands what is none']],
  ['a member that is damaged', [a, altered(b, 30, 60), c], 'a', ['its gzip data is damaged: ']],
  ['a member whose method is unknown', [a, altered(b, 2), c], 'a', ['its gzip data is damaged: ']],
  [
    'a checksum that is wrong',
    [a, altered(b, b.length - 6), c],
    'abc',
    ['its gzip data is damaged: incorrect data check'],
  ],
  [
    'a length that is wrong',
    [a, altered(b, b.length - 2), c],
    'abc',
    ['its gzip data is damaged: incorrect length check'],
  ],
  ['a header that is cut off', [a, b, c.subarray(0, 5)], 'ab', ['its gzip data is cut off']],
  ['a trailer that is cut off', [a, b, c.subarray(0, -3)], 'abc', ['its gzip data is cut off']],
])('%s', async (_, members, ids, problems) => {
  for (const size of [1, 7, 100, 1 << 20]) {
    const answer = await read(Buffer.concat(members), { size });
    expect(answer.ids, String(size)).toBe(ids);
    const told = answer.problems.filter((problem) => problem.includes('gzip'));
    expect(told, String(size)).toEqual(problems.map((problem) => expect.stringContaining(problem)));
  }
});

test('of a member that is damaged far within, what is before that is read', async () => {
  const whole = gzipSync(
    Array.from({ length: 2000 }, (_, n) => A.replace('"a"', `"${Math.sin(n)};"`)).join('\n'),
  );
  const { ids } = await read(
    altered(whole, ...Array.from({ length: 300 }, (_, n) => (whole.length >> 1) + n)),
  );
  expect(ids.split(';').length).toBeGreaterThan(800);
});
