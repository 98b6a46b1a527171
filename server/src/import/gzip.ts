import { crc32, createInflateRaw } from 'node:zlib';

/** Compressed bytes that are expanded at once: what they gave is lost where they are damaged. */
const PIECE = 1024;
const [FIRST, SECOND, DEFLATE] = [0x1f, 0x8b, 8];
/** Flags of a header (RFC 1952, 2.3.1). */
const [HEADER_SUM, EXTRA, NAME, COMMENT] = [0x02, 0x04, 0x08, 0x10];
const CUT_OFF = 'its gzip data is cut off';
const damaged = (how: string) => `its gzip data is damaged: ${how}`;

export const isGzip = (head: Buffer) => head[0] === FIRST && head[1] === SECOND;

/**
 * What the members of gzip data hold. Member by member, since the reader of Node.js gives of one piece nothing where
 * a later member in it is damaged, and ends at zeros between members, with which tapes and archives fill up.
 * @param tell why it is not all; what is before that place has been given
 */
export async function* expanded(
  bytes: AsyncIterable<Buffer>,
  tell: (problem: string) => void,
): AsyncGenerator<Buffer> {
  const input = new Input(bytes);
  try {
    for (let isFirst = true; isFirst || (await input.passZeros()); isFirst = false) {
      if (!(await passHeader(input))) {
        return tell(isFirst ? damaged('incorrect header') : 'behind its gzip data stands what is none');
      }
      const sums = yield* member(input);
      const trailer = await input.next(8);
      // The end of a member is known for all that: what follows is read.
      if (trailer.readUInt32LE(0) !== sums.crc) tell(damaged('incorrect data check'));
      else if (trailer.readUInt32LE(4) !== sums.length) tell(damaged('incorrect length check'));
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    tell(error.message);
  } finally {
    // What is damaged is not read to its end: the file, or the connection to a store, is not left open.
    await input.close();
  }
}

class Problem extends Error {}

/** Bytes as they are asked for. */
class Input {
  private rest: Buffer = Buffer.alloc(0);
  private readonly chunks: AsyncIterator<Buffer>;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  /** At least one byte and at most so many; none at the end. */
  async some(most: number): Promise<Buffer> {
    while (this.rest.length === 0) {
      const next = await this.chunks.next();
      if (next.done) break;
      this.rest = next.value;
    }
    const some = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(some.length);
    return some;
  }

  /** @throws Problem where there are less */
  async next(length: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let missing = length; missing > 0; ) {
      const piece = await this.some(missing);
      if (piece.length === 0) throw new Problem(CUT_OFF);
      pieces.push(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  giveBack(bytes: Buffer): void {
    if (bytes.length > 0) this.rest = Buffer.concat([bytes, this.rest]);
  }

  /** @returns whether something is behind them */
  async passZeros(): Promise<boolean> {
    for (;;) {
      const some = await this.some(PIECE);
      const at = some.findIndex((byte) => byte !== 0);
      if (at >= 0) this.giveBack(some.subarray(at));
      if (at >= 0 || some.length === 0) return at >= 0;
    }
  }
}

/** @returns whether it is one */
async function passHeader(input: Input): Promise<boolean> {
  const magic = await input.some(1);
  if (magic[0] !== FIRST || (await input.some(1))[0] !== SECOND) return false;
  const head = await input.next(8);
  const flags = head[1] as number;
  if (head[0] !== DEFLATE) throw new Problem(damaged('unknown compression method'));
  if (flags & EXTRA) await input.next((await input.next(2)).readUInt16LE(0));
  for (const text of [NAME, COMMENT]) {
    if (flags & text) while ((await input.next(1))[0] !== 0);
  }
  if (flags & HEADER_SUM) await input.next(2);
  return true;
}

async function* member(input: Input): AsyncGenerator<Buffer, { crc: number; length: number }> {
  const inflate = createInflateRaw();
  let pieces: Buffer[] = [];
  let hasEnded = false;
  let failure: NodeJS.ErrnoException | undefined;
  const ended = new Promise<void>((resolve) => {
    inflate.on('end', () => {
      hasEnded = true;
      resolve();
    });
    inflate.on('error', (error) => {
      failure = error;
      resolve();
    });
  });
  inflate.on('data', (piece: Buffer) => pieces.push(piece));
  const sums = { crc: 0, length: 0 };
  function* given() {
    for (const piece of pieces) {
      sums.crc = crc32(piece, sums.crc);
      sums.length = (sums.length + piece.length) % 2 ** 32;
      yield piece;
    }
    pieces = [];
  }
  for (let written = 0; ; ) {
    const piece = await input.some(PIECE);
    if (piece.length === 0) inflate.end();
    else await Promise.race([ended, new Promise<void>((resolve) => inflate.write(piece, () => resolve()))]);
    if (piece.length === 0) await ended;
    yield* given();
    written += piece.length;
    if (failure) throw new Problem(failure.code === 'Z_BUF_ERROR' ? CUT_OFF : damaged(failure.message));
    if (hasEnded) {
      input.giveBack(piece.subarray(piece.length - (written - inflate.bytesWritten)));
      return sums;
    }
  }
}
