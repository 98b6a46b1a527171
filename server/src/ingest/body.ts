import type { IncomingHttpHeaders } from 'node:http';
import { finished, type Readable } from 'node:stream';
import { createGunzip, type ZlibOptions } from 'node:zlib';
import { ERRORS } from '../errors.ts';
import { MAX_ITEM_BYTES, STREAM_FACTOR } from './limits.ts';

/** Lines and bytes of NDJSON that are handed on together. */
const BATCH_LINES = 1000;
const BATCH_BYTES = 1024 * 1024;

export type BodyFormat = 'json' | 'ndjson';

/** @throws CtsError 400 when the type is neither JSON nor NDJSON */
export function formatOf(headers: IncomingHttpHeaders): BodyFormat {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return 'json';
  if (type === 'application/x-ndjson' || type === 'application/ndjson' || type === 'application/jsonl')
    return 'ndjson';
  throw ERRORS.wrongContentType(type ?? '', 'application/json or application/x-ndjson');
}

/**
 * The decoded bytes of a request.
 * @throws CtsError 400 for an encoding other than gzip; later, while reading, 400 for broken gzip
 */
export function decode(raw: Readable, headers: IncomingHttpHeaders): Readable {
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return raw;
  if (encoding !== 'gzip') {
    throw ERRORS.invalidBody(
      'Content-Encoding',
      `Content-Encoding is "${encoding}"; it must be gzip or absent`,
    );
  }
  return unzipped(raw);
}

/** Where gzip breaks, all that stands before it comes out: what is between buffers would be lost with them. */
function unzipped(raw: Readable): Readable {
  // So it goes on only when what it has made is read.
  const decoded = createGunzip({ readableHighWaterMark: 1 } as ZlibOptions);
  raw.pipe(decoded, { end: false });
  finished(raw, { writable: false }, (error) => {
    if (error) decoded.destroy(error);
    // Told of the end together with the last bytes, it would make nothing of them when they are not the end.
    else if (!decoded.destroyed) decoded.write(NOTHING, () => decoded.end());
  });
  return decoded;
}

const NO_GZIP = 'the body is not valid gzip, or it was cut off';
const isOfGzip = (error: unknown) => (error as NodeJS.ErrnoException).code?.startsWith('Z_') ?? false;

/** Turns an error of reading the body into a refusal. */
export function bodyError(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (isOfGzip(error)) return ERRORS.unreadableRequest(NO_GZIP);
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return ERRORS.unreadableRequest('the body was cut off');
  }
  return error;
}

/** A body that turns out to be large waits here before more of it is read. */
export interface LargeBody {
  above: number;
  wait: () => Promise<void>;
}

/**
 * Reads a body whole.
 * @param announced how long it says it is, in bytes; 0: it does not say
 * @throws CtsError 413 beyond `limit` bytes, 400 when it is cut off, and what waiting throws
 */
export function readWhole(body: Readable, limit: number, large?: LargeBody, announced = 0): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const bytes = new Gathered(limit, announced);
    let waited = large === undefined;
    body.on('data', (chunk: Buffer) => {
      bytes.add(chunk);
      if (bytes.length > limit) {
        body.pause();
        reject(ERRORS.bodyTooLarge(limit));
      } else if (!waited && large && bytes.length > large.above) {
        waited = true;
        body.pause();
        large.wait().then(() => body.resume(), reject);
      }
    });
    body.on('end', () => resolve(bytes.take() ?? NOTHING));
    body.on('error', reject);
    body.on('close', () => {
      if (!body.readableEnded) reject(ERRORS.unreadableRequest('the body was cut off'));
    });
  });
}

/** Lines of NDJSON that came together; null stands for a line that is larger than any trace may be. */
export type Lines = (Buffer | null)[];

/**
 * Reads NDJSON in batches of lines; lines that hold nothing but space are left out. Of a line that is too large only its length is kept.
 * @param limit bytes of one line; the whole may have 32 times as many
 * @param most lines, empty ones too
 * @throws CtsError 413 beyond that, 400 when gzip breaks; behind the lines that came before
 */
export async function* readLines(body: Readable, limit: number, most: number): AsyncGenerator<Lines> {
  const line = new Gathered(MAX_ITEM_BYTES);
  let total = 0;
  let seen = 0;
  let lines: Lines = [];
  let gathered = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > limit * STREAM_FACTOR) throw ERRORS.bodyTooLarge(limit * STREAM_FACTOR);
      let start = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        if (++seen > most) throw ERRORS.tooManyTraces(most);
        line.add(chunk.subarray(start, end));
        gathered += line.length;
        const whole = line.take();
        start = end + 1;
        if (!isBlank(whole)) lines.push(whole);
        if (lines.length >= BATCH_LINES || gathered >= BATCH_BYTES) {
          if (lines.length > 0) yield lines;
          lines = [];
          gathered = 0;
        }
      }
      line.add(chunk.subarray(start));
      if (line.length > limit) throw ERRORS.bodyTooLarge(limit);
    }
  } catch (error) {
    // Whatever ends the body, the lines before are taken.
    if (lines.length > 0) yield lines;
    throw isOfGzip(error)
      ? ERRORS.unreadableRequest(`${NO_GZIP}, behind line ${seen} (${total} bytes, decompressed)`)
      : error;
  }
  const last = line.take();
  if (!isBlank(last)) lines.push(last);
  if (lines.length > 0) yield lines;
}

/** Nothing but white space (RFC 8259, 2). */
function isBlank(bytes: Buffer | null): boolean {
  return bytes?.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d) ?? false;
}

const NOTHING = Buffer.alloc(0);

/** A length that was announced is believed when so much of it has come: else a few bytes would take much memory. */
const BELIEVED = 8;

/** Bytes that come in pieces, however small, copied a bounded number of times. */
class Gathered {
  private readonly most: number;
  private readonly announced: number;
  private bytes: Buffer = NOTHING;
  private kept = 0;
  /** Of all that was added. */
  length = 0;

  /** @param most bytes that are kept. @param announced that are said to come */
  constructor(most: number, announced = 0) {
    this.most = most;
    this.announced = announced;
  }

  add(piece: Buffer): void {
    this.length += piece.length;
    if (piece.length === 0) return;
    if (this.length > this.most) {
      this.bytes = NOTHING;
      this.kept = 0;
    } else if (this.kept === 0) {
      this.bytes = piece;
      this.kept = piece.length;
    } else {
      if (this.length > this.bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.min(this.room(), this.most));
        this.bytes.copy(larger, 0, 0, this.kept);
        this.bytes = larger;
      }
      this.kept += piece.copy(this.bytes, this.kept);
    }
  }

  /** For what has come, and what will come. */
  private room(): number {
    const { announced, length, bytes } = this;
    if (announced >= length && announced <= length * BELIEVED) return announced;
    return Math.max(length, bytes.length * 2);
  }

  /** What was added, to begin anew; null when it was too much. */
  take(): Buffer | null {
    const { bytes, kept, length } = this;
    this.bytes = NOTHING;
    this.kept = 0;
    this.length = 0;
    return length > this.most ? null : bytes.subarray(0, kept);
  }
}
