import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, deflateRawSync, inflateRaw } from 'node:zlib';
import { GZIP_HEADER, gzipEnd } from '../gzip.ts';
import { fileLine } from '../traces/index.ts';

/** Chunks that a piece mostly fits in: each one more is a turn through the thread pool. */
const OPEN_END = { level: 1, finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 64 * 1024 };
const INFLATE = { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 512 * 1024 };
const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);
const MOST_REMEMBERED_BYTES = 32 * 1024 * 1024;
const REMEMBERED_MS = 60_000;

/** Bytes, and the same as raw deflate blocks that others may follow. */
interface Part {
  plain: Buffer;
  deflated: Buffer;
}

/**
 * Traces that are queued and sent as one: in the form of a trace file, joined by commas, escaped as they stand
 * within the message's JSON string, and compressed once for all requests that they go into.
 */
export interface Piece extends Part {
  /** Before it was escaped. */
  text: string;
}

/** A line of the journal without its line feed. */
export interface Line {
  bytes: Buffer;
  /** It has an `extra` member. */
  extra: boolean;
}

export async function packPiece(lines: readonly Line[]): Promise<Piece> {
  const text = joined(lines.map(asInFile)).toString('utf8');
  const plain = Buffer.from(JSON.stringify(text).slice(1, -1));
  return { text, plain, deflated: (await deflate(plain, OPEN_END)) as Buffer };
}

/** As it is kept in the queue. */
export const contentOf = ({ deflated }: Piece) => deflated.toString('base64');

export async function openPiece(content: string): Promise<Piece> {
  const deflated = Buffer.from(content, 'base64');
  const plain = (await inflate(deflated, INFLATE)) as Buffer;
  return { deflated, plain, text: JSON.parse(`"${plain.toString('utf8')}"`) as string };
}

/** Pieces that were queued just now, so that they need not be opened again when they are sent at once. */
export class RecentPieces {
  private readonly pieces = new Map<string, { piece: Piece; readers: number; at: number }>();
  private bytes = 0;

  /** Until so many subscribers have got it; not at all while there is no room. */
  remember(id: string, piece: Piece, readers: number): void {
    const now = performance.now();
    for (const [old, { at }] of this.pieces) {
      if (at > now - REMEMBERED_MS) break;
      this.forget(old);
    }
    if (this.pieces.has(id) || this.bytes >= MOST_REMEMBERED_BYTES) return;
    this.pieces.set(id, { piece, readers, at: now });
    this.bytes += sizeOf(piece);
  }

  take(id: string): Piece | undefined {
    const known = this.pieces.get(id);
    if (!known) return undefined;
    known.readers--;
    if (known.readers === 0) this.forget(id);
    return known.piece;
  }

  private forget(id: string): void {
    const known = this.pieces.get(id);
    this.pieces.delete(id);
    this.bytes -= known ? sizeOf(known.piece) : 0;
  }
}

const sizeOf = ({ plain, deflated, text }: Piece) => plain.length + deflated.length + text.length;

/** `message` of a request with several traces, and how its bytes are put together. */
export interface BatchMessage {
  /** `{"notification_name": ..., "traces": [...]}`, in parts. */
  texts: string[];
  /** @returns a gzipped JSON object with the message first, then other members */
  body: (others: object) => Buffer;
}

export function joinPieces(notification: string, pieces: readonly Piece[]): BatchMessage {
  const head = `{"notification_name":${JSON.stringify(notification)},"traces":[`;
  const tail = ']}';
  const comma = part(',');
  return {
    texts: [head, ...pieces.flatMap(({ text }, index) => (index === 0 ? [text] : [',', text])), tail],
    body: (others) =>
      gzipped([
        part(`{"message":${JSON.stringify(head).slice(0, -1)}`),
        ...pieces.flatMap((piece, index) => (index === 0 ? [piece] : [comma, piece])),
        part(`${tail}",${JSON.stringify(others).slice(1)}`),
      ]),
  };
}

const part = (text: string): Part => ({
  plain: Buffer.from(text),
  deflated: deflateRawSync(text, OPEN_END),
});

/** One gzip member of several parts: nothing is compressed again. */
function gzipped(parts: readonly Part[]): Buffer {
  const crc = parts.reduce((sum, { plain }) => crc32(plain, sum), 0);
  const bytes = parts.reduce((sum, { plain }) => sum + plain.length, 0);
  return Buffer.concat([GZIP_HEADER, ...parts.map(({ deflated }) => deflated), gzipEnd(crc, bytes)]);
}

/** Members that the schema does not know stand in their places; all other lines are as they were journalled. */
function asInFile(line: Line): Buffer {
  if (!line.extra) return line.bytes;
  return Buffer.from(fileLine(line.bytes.toString('utf8')));
}

/** One buffer, with commas between: a thousand short texts cost more than one long one. */
function joined(parts: readonly Buffer[]): Buffer {
  const all = Buffer.allocUnsafe(parts.reduce((sum, { length }) => sum + length + 1, -1));
  let at = 0;
  for (const part of parts) {
    if (at > 0) at += all.write(',', at, 'latin1');
    at += part.copy(all, at);
  }
  return all;
}
