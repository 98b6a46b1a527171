import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { MAX_FILE_TEXT, MAX_LINE } from './limits.ts';

const LINE_FEED = 10;

/** A trace file's text is longer than what is looked into. */
export class TextTooLong extends Error {
  override readonly name = 'TextTooLong';
}

/** A line of a trace file is a trace, with a bracket of the array or a comma at its ends. Empty: it is none. */
export const traceTextOf = (line: Buffer) =>
  line
    .toString('utf8')
    .replace(/^\[/, '')
    .replace(/[,\]]+$/, '');

/** All lines of a text, one after the other. @throws Error when a line is too long or the text is no gzip */
export async function* everyLine(body: Readable, compressed: boolean): AsyncGenerator<Buffer> {
  const text: AsyncIterable<Buffer> = compressed ? pipeline(body, createGunzip(), () => undefined) : body;
  let held = Buffer.alloc(0);
  for await (const chunk of text) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      yield held.length === 0 ? chunk.subarray(from, at) : Buffer.concat([held, chunk.subarray(from, at)]);
      held = Buffer.alloc(0);
      from = at + 1;
    }
    held = Buffer.concat([held, chunk.subarray(from)]);
    if (held.length > MAX_LINE) throw new Error(`a line is longer than ${MAX_LINE} bytes`);
  }
  if (held.length > 0) yield held;
}

/**
 * Lines `offset` to `offset + limit` of a text, at most so many bytes of them but at least one. What comes before
 * is passed over as bytes, what comes behind is not read; at no time more than a line is held besides the
 * result.
 * @throws TextTooLong, Error when a line is too long or the text is no gzip
 */
export async function linesOf(
  body: Readable,
  { compressed, offset, limit, most }: { compressed: boolean; offset: number; limit: number; most: number },
): Promise<Buffer[]> {
  // The callback is there so that an error comes from the loop alone.
  const text: AsyncIterable<Buffer> = compressed ? pipeline(body, createGunzip(), () => undefined) : body;
  const lines: Buffer[] = [];
  let held: Buffer[] = [];
  let heldBytes = 0;
  let line = 0;
  let shown = 0;
  let read = 0;
  /** @returns whether that was the last one */
  const take = (end: Buffer): boolean => {
    if (line++ < offset) return false;
    const whole = held.length === 0 ? Buffer.from(end) : Buffer.concat([...held, end]);
    shown += whole.length;
    if (shown > most && lines.length > 0) return true;
    lines.push(whole);
    return lines.length === limit;
  };
  for await (const chunk of text) {
    read += chunk.length;
    if (read > MAX_FILE_TEXT) throw new TextTooLong(`the text is longer than ${MAX_FILE_TEXT} bytes`);
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      if (take(chunk.subarray(from, at))) return lines;
      held = [];
      heldBytes = 0;
      from = at + 1;
    }
    heldBytes += chunk.length - from;
    if (heldBytes > MAX_LINE) throw new Error(`a line is longer than ${MAX_LINE} bytes`);
    if (line >= offset && from < chunk.length) held.push(Buffer.from(chunk.subarray(from)));
  }
  if (heldBytes > 0) take(Buffer.alloc(0));
  return lines;
}
