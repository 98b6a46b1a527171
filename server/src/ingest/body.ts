import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ERRORS } from '../errors.ts';

/** NDJSON is taken in pieces, so its whole may be larger than one body by this factor. */
const STREAM_FACTOR = 32;
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
  throw ERRORS.invalidBody(
    'Content-Type',
    `Content-Type is ${type ? `"${type}"` : 'missing'}; it must be application/json or application/x-ndjson`,
  );
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
  // pipeline destroys both ends when either fails; the error comes out of the reader of `decoded`.
  const decoded = new PassThrough();
  pipeline(raw, createGunzip(), decoded, (error) => {
    if (error && !decoded.destroyed) decoded.destroy(error);
  });
  return decoded;
}

/** Turns an error of reading the body into a refusal. */
export function bodyError(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code?.startsWith('Z_')) {
    return ERRORS.unreadableRequest('the body is not valid gzip, or it was cut off');
  }
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return ERRORS.unreadableRequest('the body was cut off');
  }
  return error;
}

/** Reads a body whole. @throws CtsError 413 beyond `limit` bytes, 400 when it is cut off */
export function readWhole(body: Readable, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    body.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) {
        body.pause();
        reject(ERRORS.bodyTooLarge(limit));
      } else {
        chunks.push(chunk);
      }
    });
    body.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    body.on('error', reject);
    body.on('close', () => {
      if (!body.readableEnded) reject(ERRORS.unreadableRequest('the body was cut off'));
    });
  });
}

/** The items of `{"traces": […]}`. @throws CtsError 400 when it is not that */
export function parseTraces(bytes: Buffer): unknown[] {
  if (bytes.length === 0) {
    throw ERRORS.invalidBody('traces', 'the body is empty; it must be {"traces": [...]}');
  }
  if (!isUtf8(bytes)) throw ERRORS.invalidBody(undefined, 'the body is not valid UTF-8');
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw ERRORS.invalidBody(undefined, `the body is not valid JSON: ${(error as Error).message}`);
  }
  const traces = (body as { traces?: unknown } | null)?.traces;
  if (!Array.isArray(traces)) {
    throw ERRORS.invalidBody(
      'traces',
      'traces is missing or not an array; the body must be {"traces": [...]}',
    );
  }
  if (traces.length === 0) throw ERRORS.invalidBody('traces', 'traces is empty; send at least one trace');
  return traces;
}

/**
 * Reads NDJSON in batches of lines; empty lines do not count.
 * @throws CtsError 413 when a line is larger than `limit` bytes or the whole larger than 32 times that
 */
export async function* readLines(body: Readable, limit: number): AsyncGenerator<Buffer[]> {
  let rest: Buffer = Buffer.alloc(0);
  let total = 0;
  let lines: Buffer[] = [];
  let gathered = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > limit * STREAM_FACTOR) throw ERRORS.bodyTooLarge(limit * STREAM_FACTOR);
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      if (end > start) lines.push(bytes.subarray(start, end));
      gathered += end - start;
      start = end + 1;
      if (lines.length >= BATCH_LINES || gathered >= BATCH_BYTES) {
        yield lines;
        lines = [];
        gathered = 0;
      }
    }
    rest = bytes.subarray(start);
    if (rest.length > limit) throw ERRORS.bodyTooLarge(limit);
  }
  if (rest.length > 0) lines.push(rest);
  if (lines.length > 0) yield lines;
}

/** Stands for a line that cannot be read; it costs only itself. */
export class UnreadableLine {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** What a line of NDJSON holds. */
export function parseLine(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return new UnreadableLine('the line is not valid UTF-8');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    return new UnreadableLine(`the line is not valid JSON: ${(error as Error).message}`);
  }
}
