import { crc32 } from 'node:zlib';
import { uuidOf } from '../text.ts';
import { FOLLOWERS, type FollowerName } from './followers.ts';
import type { Position } from './segment.ts';

/*
 * A frame is one trace on disk (integers little-endian):
 *
 *   0  u32  MAGIC, so that reading finds its feet again behind a damaged frame
 *   4  u32  length of the body
 *   8  u32  CRC-32 of the body
 *  12  body: f64 record_time (epoch ms) · u8 flags · 16 bytes trace_id · 16 bytes project_id
 *            · u8 length + tracker_name · u8 length + service_type
 *            · in a replay: u8 follower · u32 segment · f64 offset
 *            · the JSON line with its line feed
 */
const MAGIC = 0x4354_53a7;
const HEADER = 12;
const FIXED = 8 + 1 + 16 + 16;
/** The largest body that is believed; a longer one is damage. */
const MAX_BODY = 4 * 1024 * 1024;

/** Stands near the end of a line, whose members are in alphabetical order. */
const TIME_MEMBER = Buffer.from('"time":');
const TEXT_MEMBERS = {
  resource_type: Buffer.from('"resource_type":"'),
  trace_name: Buffer.from('"trace_name":"'),
};
const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/** The producer chose the trace_id, so that a retry can be recognised by it. */
const FLAG_CLIENT_ID = 1;
/** The line has an `extra` member. */
const FLAG_EXTRA = 2;
/** The trace is in the journal already; one follower is to process it again. */
const FLAG_REPLAY = 4;
const REPLAY = 1 + 4 + 8;
/** A project, and two short texts. */
const MOST_NAMES = 16 + 2 * 256;

/** What a follower may need without parsing the JSON. */
export interface Routing {
  /** Epoch ms. */
  recordTime: number;
  /** UUID in lower case. */
  traceId: string;
  /** 32 lower-case hex digits. */
  projectId: string;
  trackerName: string;
  serviceType: string;
  clientId: boolean;
  extra: boolean;
  replay?: Replay;
}

/** Who is to process a trace again, and where it stood when that failed. */
export interface Replay {
  follower: FollowerName;
  of: Position;
}

/** A frame in a buffer that was read: where it stands and its parts, decoded on demand. */
export class Frame {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  private readonly origin: Position;
  private readonly lineStart: number;

  /** @param origin where the buffer begins in the journal */
  constructor(buffer: Buffer, start: number, end: number, origin: Position) {
    this.buffer = buffer;
    this.start = start;
    this.end = end;
    this.origin = origin;
    this.lineStart = this.afterNames + (this.isReplay ? REPLAY : 0);
  }

  /** Where it begins in the journal. */
  get position(): Position {
    const { segment, offset } = this.origin;
    return { segment, offset: offset + this.start };
  }

  get isReplay(): boolean {
    return (this.flags & FLAG_REPLAY) !== 0;
  }

  get replay(): Replay | undefined {
    if (!this.isReplay) return undefined;
    const at = this.afterNames;
    const { buffer } = this;
    const of = { segment: buffer.readUInt32LE(at + 1), offset: buffer.readDoubleLE(at + 5) };
    return { follower: FOLLOWERS[buffer[at] ?? 0] as FollowerName, of };
  }

  get routing(): Routing {
    const { recordTime, traceId, projectId, trackerName, serviceType, clientId, extra } = this;
    return { recordTime, traceId, projectId, trackerName, serviceType, clientId, extra };
  }

  private get afterNames(): number {
    const { buffer, start } = this;
    const tracker = start + HEADER + FIXED;
    const service = tracker + 1 + (buffer[tracker] ?? 0);
    return service + 1 + (buffer[service] ?? 0);
  }

  private get flags(): number {
    return this.buffer[this.start + HEADER + 8] ?? 0;
  }

  get recordTime(): number {
    return this.buffer.readDoubleLE(this.start + HEADER);
  }

  /** When it happened, epoch ms; when it was recorded, where the line does not tell. Quotation marks within values are escaped: only the member itself is found. */
  get time(): number {
    const at = this.buffer.lastIndexOf(TIME_MEMBER, this.end);
    if (at < this.lineStart) return this.recordTime;
    const digits = at + TIME_MEMBER.length;
    return Number.parseInt(this.buffer.toString('latin1', digits, digits + 16), 10) || this.recordTime;
  }

  /** A text member of the line, found without parsing it; empty: there is none. */
  member(name: 'resource_type' | 'trace_name'): string {
    const mark = TEXT_MEMBERS[name];
    const at = this.buffer.lastIndexOf(mark, this.end);
    if (at < this.lineStart) return '';
    const from = at + mark.length;
    const value = this.buffer.toString('utf8', from, this.buffer.indexOf(QUOTE, from));
    // Rarely: a value with something escaped in it.
    return value.includes('\\') ? String((JSON.parse(this.line()) as Record<string, unknown>)[name]) : value;
  }

  get clientId(): boolean {
    return (this.flags & FLAG_CLIENT_ID) !== 0;
  }

  get extra(): boolean {
    return (this.flags & FLAG_EXTRA) !== 0;
  }

  get traceId(): string {
    return uuidOf(this.buffer.toString('hex', this.start + HEADER + 9, this.start + HEADER + 25));
  }

  get projectId(): string {
    return this.buffer.toString('hex', this.start + HEADER + 25, this.start + HEADER + 41);
  }

  get trackerName(): string {
    const at = this.start + HEADER + FIXED;
    return this.buffer.toString('utf8', at + 1, at + 1 + (this.buffer[at] ?? 0));
  }

  get serviceType(): string {
    const tracker = this.start + HEADER + FIXED;
    const at = tracker + 1 + (this.buffer[tracker] ?? 0);
    return this.buffer.toString('utf8', at + 1, at + 1 + (this.buffer[at] ?? 0));
  }

  /** The 32 bytes (project_id, trace_id) by which a retry is recognised; a copy. */
  identity(): Buffer {
    const at = this.start + HEADER + 9;
    return Buffer.concat([this.buffer.subarray(at + 16, at + 32), this.buffer.subarray(at, at + 16)]);
  }

  get lineLength(): number {
    return this.end - this.lineStart;
  }

  /** Copies the JSON line, with its line feed, to `target` at `offset`; returns the bytes copied. */
  copyLine(target: Buffer, offset: number): number {
    return this.buffer.copy(target, offset, this.lineStart, this.end);
  }

  /** The JSON line without its line feed, as it stands in the buffer that was read. */
  bytes(): Buffer {
    return this.buffer.subarray(this.lineStart, this.end - 1);
  }

  line(): string {
    return this.buffer.toString('utf8', this.lineStart, this.end);
  }
}

/** The most bytes that a frame of this routing and line can take. */
export function frameBound(routing: Routing, line: string | Buffer): number {
  const most = typeof line === 'string' ? 3 * line.length : line.length;
  return HEADER + FIXED + REPLAY + 3 + 3 * (routing.trackerName.length + routing.serviceType.length) + most;
}

/** Writes frames; those of one project, tracker and trace source in a row share what tells these. */
export class FrameWriter {
  private readonly last: Pick<Routing, 'projectId' | 'trackerName' | 'serviceType'> = {
    projectId: '',
    trackerName: '',
    serviceType: '',
  };
  private readonly names = Buffer.alloc(MOST_NAMES);
  private namesLength = 0;

  /**
   * Writes a frame at `offset`; the buffer must have {@link frameBound} bytes left there.
   * @param line JSON text; a line feed is written behind it
   * @returns the offset behind the frame
   */
  write(buffer: Buffer, offset: number, routing: Routing, line: string | Buffer): number {
    const body = offset + HEADER;
    buffer.writeDoubleLE(routing.recordTime, body);
    buffer[body + 8] =
      (routing.clientId ? FLAG_CLIENT_ID : 0) |
      (routing.extra ? FLAG_EXTRA : 0) |
      (routing.replay ? FLAG_REPLAY : 0);
    writeUuid(buffer, body + 9, routing.traceId);
    let at = this.writeNames(buffer, body + 25, routing);
    if (routing.replay) at = writeReplay(buffer, at, routing.replay);
    at += typeof line === 'string' ? buffer.write(line, at, 'utf8') : line.copy(buffer, at);
    buffer[at++] = LINE_FEED;
    buffer.writeUInt32LE(MAGIC, offset);
    buffer.writeUInt32LE(at - body, offset + 4);
    buffer.writeUInt32LE(crc32(buffer.subarray(body, at)), offset + 8);
    return at;
  }

  private writeNames(buffer: Buffer, offset: number, routing: Routing): number {
    const { last, names } = this;
    const { projectId, trackerName, serviceType } = routing;
    if (
      projectId !== last.projectId ||
      trackerName !== last.trackerName ||
      serviceType !== last.serviceType
    ) {
      names.write(projectId, 0, 16, 'hex');
      this.namesLength = writeShort(names, writeShort(names, 16, trackerName), serviceType);
      Object.assign(last, { projectId, trackerName, serviceType });
    }
    names.copy(buffer, offset, 0, this.namesLength);
    return offset + this.namesLength;
  }
}

const DASH = 0x2d;
/** Values of the hex digits in lower case, by character code. */
const DIGITS = new Uint8Array(128);
for (let digit = 0; digit < 16; digit++) DIGITS[digit.toString(16).charCodeAt(0)] = digit;

/** Four times as fast as taking the dashes out first. */
function writeUuid(buffer: Buffer, offset: number, uuid: string): void {
  let at = offset;
  for (let i = 0; i < uuid.length; i += 2) {
    if (uuid.charCodeAt(i) === DASH) i++;
    const [high, low] = [DIGITS[uuid.charCodeAt(i)] ?? 0, DIGITS[uuid.charCodeAt(i + 1)] ?? 0];
    buffer[at++] = (high << 4) | low;
  }
}

function writeShort(buffer: Buffer, offset: number, text: string): number {
  const length = buffer.write(text, offset + 1, 255, 'utf8');
  buffer[offset] = length;
  return offset + 1 + length;
}

function writeReplay(buffer: Buffer, offset: number, { follower, of }: Replay): number {
  buffer[offset] = FOLLOWERS.indexOf(follower);
  buffer.writeUInt32LE(of.segment, offset + 1);
  buffer.writeDoubleLE(of.offset, offset + 5);
  return offset + REPLAY;
}

/** What stands at an offset: a whole valid frame, the beginning of one, or neither. */
export type Sighting = { kind: 'frame'; frame: Frame } | { kind: 'short' } | { kind: 'damage' };

/**
 * Looks at the bytes `[offset, end)` of a buffer. `short`: what is there so far could become a frame.
 * @param origin where the buffer begins in the journal
 */
export function readFrame(buffer: Buffer, offset: number, end: number, origin: Position): Sighting {
  if (end - offset < HEADER) return { kind: 'short' };
  if (buffer.readUInt32LE(offset) !== MAGIC) return { kind: 'damage' };
  const length = buffer.readUInt32LE(offset + 4);
  if (length < FIXED + 2 || length > MAX_BODY) return { kind: 'damage' };
  const frameEnd = offset + HEADER + length;
  if (frameEnd > end) return { kind: 'short' };
  if (crc32(buffer.subarray(offset + HEADER, frameEnd)) !== buffer.readUInt32LE(offset + 8)) {
    return { kind: 'damage' };
  }
  return { kind: 'frame', frame: new Frame(buffer, offset, frameEnd, origin) };
}

const MAGIC_BYTES = Buffer.alloc(4);
MAGIC_BYTES.writeUInt32LE(MAGIC);
const NOWHERE: Position = { segment: 0, offset: 0 };

/** The next offset from `offset` on at which a whole valid frame stands, or -1. */
export function findFrame(buffer: Buffer, offset: number, end: number): number {
  for (
    let at = buffer.indexOf(MAGIC_BYTES, offset);
    at !== -1 && at < end;
    at = buffer.indexOf(MAGIC_BYTES, at + 1)
  ) {
    if (readFrame(buffer, at, end, NOWHERE).kind === 'frame') return at;
  }
  return -1;
}
