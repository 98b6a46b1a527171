import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bodyError, decode, readLines, readWhole } from './body.ts';
import { MAX_ITEM_BYTES } from './limits.ts';

const MB = 1024 * 1024;

async function linesOf(pieces: Iterable<Buffer>, limit = 12 * MB, most = 1000) {
  const lines: (string | null)[] = [];
  let refusal: string | undefined;
  try {
    for await (const batch of readLines(Readable.from(pieces, { objectMode: true }), limit, most)) {
      lines.push(...batch.map((line) => line?.toString() ?? null));
    }
  } catch (error) {
    refusal = (error as Error).message;
  }
  return { lines, refusal };
}

test('lines are the same in whatever pieces they come', async () => {
  const text = 'one\n\ntwo\n\n\nthree and more\nfour';
  for (let size = 1; size <= text.length; size++) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
      Buffer.from(text.slice(i * size, (i + 1) * size)),
    );
    expect((await linesOf(pieces)).lines).toEqual(['one', 'two', 'three and more', 'four']);
  }
});

test('lines that hold nothing but space are left out, as empty ones are', async () => {
  const { lines } = await linesOf([Buffer.from('one\r\n\r\n \t\ntwo\n\r')]);
  expect(lines).toEqual(['one\r', 'two']);
});

test('a long line in small pieces takes as long as its bytes, not as its square', async () => {
  function* pieces() {
    yield Buffer.alloc(MAX_ITEM_BYTES - 200_000, 'x');
    for (let i = 0; i < 190_000; i++) yield Buffer.from('y');
  }
  const began = performance.now();
  expect((await linesOf(pieces())).lines[0]).toHaveLength(MAX_ITEM_BYTES - 10_000);
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('a line that no trace may be as long as costs only itself; one beyond the limit ends the body', async () => {
  const long = Buffer.alloc(MAX_ITEM_BYTES + 1, 'x');
  const { lines } = await linesOf([Buffer.from('a\n'), long, Buffer.from('\nb\n')]);
  expect(lines).toEqual(['a', null, 'b']);
  const over = await linesOf([Buffer.from('a\n'), long, long], 2 * MAX_ITEM_BYTES);
  expect(over).toEqual({ lines: ['a'], refusal: expect.stringMatching(/larger than the limit/) });
});

test('what came before a body is too large is taken', async () => {
  const piece = Buffer.from(`a\n${'x'.repeat(100)}`);
  const { lines, refusal } = await linesOf(
    Array.from({ length: 40 }, () => piece),
    120,
  );
  expect(lines).toHaveLength(37);
  expect(refusal).toMatch(/larger than the limit/);
});

test('lines up to the bound are taken, then the bound is told', async () => {
  const text = Buffer.from(Array.from({ length: 20 }, (_, i) => `${i}\n`).join(''));
  const { lines, refusal } = await linesOf([text], MB, 10);
  expect(lines).toHaveLength(10);
  expect(refusal).toMatch(/limit of 10 traces/);
  expect((await linesOf([text], MB, 20)).lines).toHaveLength(20);
});

test('a body that turns out to be large waits, and goes on', async () => {
  let waited = 0;
  const wait = async () => {
    waited++;
  };
  const pieces = Array.from({ length: 10 }, () => Buffer.alloc(1000));
  const body = () => Readable.from(pieces, { objectMode: true });
  expect(await readWhole(body(), MB, { above: 5_000, wait })).toHaveLength(10_000);
  expect(waited).toBe(1);
  expect(await readWhole(body(), MB, { above: 10_000, wait })).toHaveLength(10_000);
  expect(waited).toBe(1);
  const refused = readWhole(body(), MB, { above: 5_000, wait: () => Promise.reject(new Error('too many')) });
  await expect(refused).rejects.toThrow('too many');
});

test.each([0, 1, 9_999, 10_000, 10_001, 79_000, 900_000, Number.NaN])(
  'a body is what came, whatever length it had announced (%j)',
  async (announced) => {
    const pieces = Array.from({ length: 10 }, (_, i) => Buffer.alloc(1000, i));
    const read = await readWhole(Readable.from(pieces, { objectMode: true }), MB, undefined, announced);
    expect(read.equals(Buffer.concat(pieces))).toBe(true);
    // However much it announces, it holds at most twice what came.
    expect(read.buffer.byteLength).toBeLessThanOrEqual(20_000);
  },
);

/** Lines out of a body in gzip, and how reading it ended. */
async function unzipped(bytes: Buffer, piece: number) {
  const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, i) =>
    bytes.subarray(i * piece, (i + 1) * piece),
  );
  const raw = Readable.from(pieces, { objectMode: true });
  const lines: string[] = [];
  let refusal: string | undefined;
  try {
    const body = decode(raw, { 'content-encoding': 'gzip' });
    for await (const batch of readLines(body, 12 * MB, 100_000)) {
      lines.push(...batch.map(String));
    }
  } catch (error) {
    refusal = (bodyError(error) as Error).message;
  }
  return { lines, refusal };
}
const sent = (count: number) =>
  Array.from({ length: count }, (_, i) => `${i} ${randomBytes(60).toString('hex')}`);

test('of gzip that is cut off, the lines before are taken, and the refusal says where it broke', async () => {
  for (const count of [3, 300, 5_000]) {
    const all = sent(count);
    const bytes = gzipSync(`${all.join('\n')}\n`);
    expect(await unzipped(bytes, 60_000)).toEqual({ lines: all, refusal: undefined });
    for (const piece of [1_000, 60_000, 10_000_000]) {
      // Without its last bytes it is all there, but nobody can tell.
      expect(await unzipped(bytes.subarray(0, -5), piece)).toEqual({
        lines: all,
        refusal: expect.stringMatching(
          new RegExp(`not valid gzip, or it was cut off, behind line ${count} `),
        ),
      });
      const { lines, refusal } = await unzipped(bytes.subarray(0, bytes.length / 2), piece);
      expect(lines.length).toBeGreaterThan(count / 3 - 1);
      expect(lines).toEqual(all.slice(0, lines.length));
      expect(refusal).toContain(`behind line ${lines.length} `);
    }
  }
});

test('of gzip that is damaged, the lines before are taken', async () => {
  const all = sent(5_000);
  const bytes = gzipSync(`${all.join('\n')}\n`);
  const half = Math.floor(bytes.length / 2);
  bytes.fill(0xff, half, half + 50);
  for (const piece of [1_000, 60_000, 10_000_000]) {
    const { lines, refusal } = await unzipped(bytes, piece);
    expect(lines.slice(0, 1_500)).toEqual(all.slice(0, 1_500));
    // What the damage is taken for may hold empty lines: they count, and are not handed on.
    const behind = Number(/not valid gzip, or it was cut off, behind line (\d+) /.exec(refusal ?? '')?.[1]);
    expect(behind).toBeGreaterThanOrEqual(lines.length);
    expect(behind).toBeLessThan(lines.length + 50);
  }
});
