import { createReadStream } from 'node:fs';
import { expanded, isGzip } from './gzip.ts';

/** How much is read at once. */
const AT_ONCE = 64 * 1024;
/** Tools that download compressed files and compress again. */
const MOST_LAYERS = 3;

type Bytes = AsyncIterable<Buffer>;

export const bytesOf = (source: string): Bytes =>
  source === '-' ? process.stdin : createReadStream(source, { highWaterMark: AT_ONCE });

/**
 * A file as UTF-8, whatever it is called: gzip, also of several members, and UTF-16 are told by the first bytes.
 * @param tell that the gzip data is cut off or damaged; what is before that place has been given
 */
export async function* decoded(bytes: Bytes, tell: (problem: string) => void): AsyncGenerator<Buffer> {
  let current = bytes;
  for (let layer = 0; layer < MOST_LAYERS; layer++) {
    const { head, all } = await peeked(current);
    current = all;
    if (!isGzip(head)) break;
    current = expanded(all, tell);
  }
  const { head, all } = await peeked(current);
  const encoding = utf16Of(head);
  yield* encoding === undefined ? all : fromUtf16(all, encoding);
}

/** The first four bytes, and all with them. */
async function peeked(bytes: Bytes): Promise<{ head: Buffer; all: Bytes }> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let length = 0;
  while (length < 4) {
    const next = await iterator.next();
    if (next.done) break;
    first.push(next.value);
    length += next.value.length;
  }
  const head = Buffer.concat(first);
  async function* all() {
    if (head.length > 0) yield head;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { head, all: all() };
}

function utf16Of([first, second]: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const isBracket = (byte: number | undefined) => byte === 0x7b || byte === 0x5b;
  if ((first === 0xff && second === 0xfe) || (isBracket(first) && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && isBracket(second))) return 'utf-16be';
  return undefined;
}

async function* fromUtf16(bytes: Bytes, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}
