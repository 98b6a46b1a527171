import { expanded, isGzip } from './gzip.ts';

/** Tools that download compressed files and compress again. */
const MOST_LAYERS = 3;

type Bytes = AsyncIterable<Buffer>;

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

/** Halves of pairs that stand alone become what is no UTF-8 either, so that their record is refused. */
async function* fromUtf16(bytes: Bytes, encoding: 'utf-16le' | 'utf-16be'): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  const take = (units: Buffer) => {
    const little = encoding === 'utf-16le' ? units : Buffer.from(units).swap16();
    const text = little.toString('utf16le');
    const unmarked = isFirst ? text.replace(/^\ufeff/, '') : text;
    isFirst = isFirst && units.length === 0;
    return utf8Of(unmarked);
  };
  for await (const chunk of bytes) {
    const all = Buffer.concat([rest, chunk]);
    let end = all.length - (all.length % 2);
    const high = all[encoding === 'utf-16le' ? end - 1 : end - 2];
    if (high !== undefined && high >> 2 === 0xd8 >> 2) end -= 2;
    yield take(all.subarray(0, end));
    rest = all.subarray(end);
  }
  yield take(rest.subarray(0, rest.length - (rest.length % 2)));
  if (rest.length % 2 === 1) yield NO_UTF8;
}

const NO_UTF8 = Buffer.from([0xff]);
const LONE_HALF = /([\ud800-\udfff])/u;

function utf8Of(text: string): Buffer {
  if (!LONE_HALF.test(text)) return Buffer.from(text);
  const pieces = text.split(LONE_HALF).map((piece) => {
    if (!LONE_HALF.test(piece)) return Buffer.from(piece);
    const code = piece.charCodeAt(0);
    return Buffer.from([0xed, 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]);
  });
  return Buffer.concat(pieces);
}
