import { pastSpace } from '../ingest/index.ts';
import { isList, type Part, Splitter } from './parts.ts';

/** What may be a record, and where it begins in its file. */
export interface PlacedPart extends Part {
  /** From 1. */
  line: number;
}

/** More bytes than a record may have: of these a value that has no end is broken. */
const LARGEST = 4 * 1024 ** 2;
/** Lines that are looked at for whether each is a record, and bytes of these. */
const TRIED_LINES = 16;
const TRIED = 2 * 1024 ** 2;

/**
 * The parts of a file, of which at most twice the largest of them is held in memory.
 * @param isOne whether bytes are a record by themselves
 */
export async function* partsOf(
  chunks: AsyncIterable<Buffer>,
  isOne: (bytes: Buffer) => boolean,
): AsyncGenerator<PlacedPart> {
  const window = new Window(chunks);
  while (window.bytes.length < TRIED && (await window.grow()));
  if (isByLine(window.bytes, isOne)) yield* partsByLine(window);
  yield* partsWithin(window);
}

/** Each line by itself, until one comes that is longer than any record: that holds many. */
async function* partsByLine(window: Window): AsyncGenerator<PlacedPart> {
  for (;;) {
    const feed = window.bytes.indexOf('\n');
    if (feed < 0 && window.bytes.length > LARGEST) return;
    if (feed < 0 && (await window.grow())) continue;
    const end = feed < 0 ? window.bytes.length : feed + 1;
    if (end === 0) return;
    for (const { at, bytes } of new Splitter().take(window.bytes.subarray(0, end), 'none')) {
      yield { ...window.place(at), bytes };
    }
    window.drop(end);
  }
}

async function* partsWithin(window: Window): AsyncGenerator<PlacedPart> {
  const splitter = new Splitter();
  for (let more: Parameters<Splitter['take']>[1] = 'some'; ; ) {
    for (const { at, bytes } of splitter.take(window.bytes, more)) yield { ...window.place(at), bytes };
    window.drop(splitter.at);
    if (more === 'none') return;
    if (!(await window.grow())) more = 'none';
    else more = window.bytes.length > LARGEST ? 'none yet' : 'some';
  }
}

/** What is read of a file and not taken yet. */
class Window {
  bytes: Buffer = Buffer.alloc(0);
  hasEnded = false;
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
      if (next.done) {
        this.hasEnded = true;
        break;
      }
      chunks.push(next.value);
      more += next.value.length;
    }
    if (chunks.length === 0) return false;
    this.bytes = Buffer.concat([this.bytes, ...chunks]);
    return true;
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

function isByLine(bytes: Buffer, isOne: (bytes: Buffer) => boolean): boolean {
  if (isList(bytes)) return false;
  let start = 0;
  for (let tried = 0; tried < TRIED_LINES && start < bytes.length; ) {
    const feed = bytes.indexOf('\n', start);
    const end = feed < 0 ? bytes.length : feed;
    if (pastSpace(bytes, start) < end) {
      tried++;
      const splitter = new Splitter();
      const parts = splitter.take(bytes.subarray(start, end), 'none');
      const first = parts.next();
      if (!first.done && parts.next().done && splitter.at === end - start && isOne(first.value.bytes)) {
        return true;
      }
    }
    start = end + 1;
  }
  return false;
}
