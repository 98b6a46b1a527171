import { extentOf, pastSpace } from '../ingest/index.ts';
import { isList, type Part, pastFill, Splitter } from './parts.ts';
import { pastStamp } from './stamps.ts';

/** What may be a record, and where it begins in its file. */
export interface PlacedPart extends Part {
  /** From 1. */
  line: number;
}

/** More bytes than a record may have: of these a value that has no end is broken. */
const LARGEST = 4 * 1024 ** 2;
const [OPEN_OBJECT, OPEN_ARRAY, CLOSE_ARRAY, COMMA] = [0x7b, 0x5b, 0x5d, 0x2c];

/**
 * The parts of a file, of which at most twice the largest of them is held in memory. A line is taken by itself, so
 * that nothing broken in it reaches into the next, unless a document begins in it that ends in another.
 */
export async function* partsOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<PlacedPart> {
  const window = new Window(chunks);
  for (;;) {
    const end = await window.endOfLine(0);
    if (end === 0) return;
    if (end === undefined || (await reachesFurther(window, end))) yield* partsOfDocument(window);
    else yield* partsOfLine(window, end);
  }
}

function* partsOfLine(window: Window, end: number): Generator<PlacedPart> {
  const line = window.bytes.subarray(0, end);
  const start = pastSpace(line, 0);
  if (line.includes(OPEN_OBJECT) || line.includes(OPEN_ARRAY)) {
    for (const { at, bytes } of new Splitter().take(line, 'none')) yield { ...window.place(at), bytes };
  } else if (pastFill(line, start) < end) {
    yield { ...window.place(start), bytes: line.subarray(start) };
  }
  window.drop(end);
}

async function* partsOfDocument(window: Window): AsyncGenerator<PlacedPart> {
  const splitter = new Splitter(true);
  for (let more: Parameters<Splitter['take']>[1] = 'some'; ; ) {
    for (const { at, bytes } of splitter.take(window.bytes, more)) yield { ...window.place(at), bytes };
    window.drop(splitter.at);
    if (splitter.isDone || more === 'none') return;
    if (!(await window.grow())) more = 'none';
    else more = window.bytes.length > LARGEST ? 'none yet' : 'some';
  }
}

/** Whether a document begins in the first line that ends in another; if not, what is not whole in it was cut off. */
async function reachesFurther(window: Window, end: number): Promise<boolean> {
  if (isWhole(window.bytes.subarray(0, end))) return false;
  let [start, stop] = [end, await window.endOfLine(end)];
  while (stop !== undefined && stop > start && pastSpace(window.bytes.subarray(0, stop), start) === stop) {
    [start, stop] = [stop, await window.endOfLine(stop)];
  }
  const line = window.bytes.subarray(0, end);
  if (stop === undefined) return isList(line);
  if (stop === start) return false;
  const next = window.bytes.subarray(start, stop);
  const first = next[pastStamp(next, 0)];
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) return true;
  const text = line.toString('latin1').trim();
  if (text.endsWith('[') || text.endsWith(' {') || text === '{') return true;
  return isList(line) && !isWhole(next) && !isList(next);
}

/** Whether a line holds values that end in it, and nothing else. */
function isWhole(line: Buffer): boolean {
  let at = pastStamp(line, pastFill(line, 0));
  if (line[at] !== OPEN_OBJECT && line[at] !== OPEN_ARRAY) return true;
  let end = at;
  while (line[at] === OPEN_OBJECT || line[at] === OPEN_ARRAY) {
    const extent = extentOf(line, at);
    if (!extent.isWhole) return false;
    end = extent.end;
    at = pastFill(line, end);
  }
  const behind = line[pastSpace(line, end)];
  return at >= line.length && behind !== COMMA && behind !== CLOSE_ARRAY;
}

/** What is read of a file and not taken yet. */
class Window {
  bytes: Buffer = Buffer.alloc(0);
  private readonly chunks: AsyncIterator<Buffer>;
  /** Bytes before the window. */
  private before = 0;
  private line = 1;
  /** The place in the window to which lines are counted. */
  private counted = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  /** Half as much again at least, so that a long value is not looked at too often. @returns whether more came */
  async grow(): Promise<boolean> {
    const chunks: Buffer[] = [];
    for (let more = 0; more <= this.bytes.length / 2; ) {
      const next = await this.chunks.next();
      if (next.done) break;
      chunks.push(next.value);
      more += next.value.length;
    }
    if (chunks.length === 0) return false;
    this.bytes = Buffer.concat([this.bytes, ...chunks]);
    return true;
  }

  /** Behind the line that begins at `start`; undefined: it is longer than any record. */
  async endOfLine(start: number): Promise<number | undefined> {
    for (;;) {
      const feed = this.bytes.indexOf('\n', start);
      if (feed >= 0) return feed + 1;
      if (this.bytes.length - start > LARGEST) return undefined;
      if (!(await this.grow())) return this.bytes.length;
    }
  }

  /** @param at not before what was asked for last */
  place(at: number): { at: number; line: number } {
    this.countTo(at);
    return { at: this.before + at, line: this.line };
  }

  drop(bytes: number): void {
    this.countTo(bytes);
    this.bytes = this.bytes.subarray(bytes);
    this.before += bytes;
    this.counted = 0;
  }

  private countTo(at: number): void {
    const passed = this.bytes.subarray(this.counted, at);
    for (let feed = passed.indexOf('\n'); feed >= 0; feed = passed.indexOf('\n', feed + 1)) this.line++;
    this.counted = Math.max(this.counted, at);
  }
}
