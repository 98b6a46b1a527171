import { open } from 'node:fs/promises';
import { type Frame, findFrame, readFrame } from './frame.ts';
import { SEGMENT_HEADER, segmentFile } from './segment.ts';

/** Bytes of a segment that are no frame. */
export interface Damage {
  segment: number;
  offset: number;
  bytes: Buffer;
}

/** Frames of one stretch of a segment; `next` is where reading goes on. */
export interface Chunk {
  frames: Frame[];
  damage: Damage[];
  next: number;
}

/**
 * Reads whole frames of a segment from `offset` on, at least one where there is one, about `size` bytes.
 * Damaged bytes are passed over up to the next valid frame and handed back.
 * @param end where reading must stop
 * @param boundary a frame ends at `end`: what is no frame before it is damage, not the beginning of one
 * @throws when the file ends before such an `end`: it is not the one that was written
 */
export async function readChunk(
  directory: string,
  segment: number,
  offset: number,
  end: number,
  size: number,
  boundary: boolean,
): Promise<Chunk> {
  const file = segmentFile(directory, segment);
  const handle = await open(file, 'r');
  try {
    for (let want = size; ; want *= 2) {
      const buffer = Buffer.allocUnsafe(Math.min(want, end - offset));
      const length = await readFully(handle, buffer, offset);
      if (boundary && length < buffer.length)
        throw new Error(
          `${file} is shorter than what was written to it: it was cut, or another file has its place`,
        );
      const atEnd = offset + length >= end || length < buffer.length;
      const chunk = parseChunk(buffer.subarray(0, length), segment, offset, atEnd && boundary);
      if (chunk.next > offset || atEnd) return chunk;
    }
  } finally {
    await handle.close();
  }
}

async function readFully(
  handle: Awaited<ReturnType<typeof open>>,
  buffer: Buffer,
  position: number,
): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

/** @param last nothing follows these bytes, so an unfinished frame at their end is damage */
function parseChunk(buffer: Buffer, segment: number, base: number, last: boolean): Chunk {
  const frames: Frame[] = [];
  const damage: Damage[] = [];
  const origin = { segment, offset: base };
  let at = 0;
  while (at < buffer.length) {
    const sighting = readFrame(buffer, at, buffer.length, origin);
    if (sighting.kind === 'frame') {
      frames.push(sighting.frame);
      at = sighting.frame.end;
      continue;
    }
    if (sighting.kind === 'short' && !last) {
      // Either the rest is outside this stretch, or a damaged length: then a valid frame stands behind it.
      if (findFrame(buffer, at + 1, buffer.length) === -1) break;
    }
    const found = findFrame(buffer, at + 1, buffer.length);
    if (found === -1 && !last) break;
    const stop = found === -1 ? buffer.length : found;
    damage.push({ segment, offset: base + at, bytes: Buffer.from(buffer.subarray(at, stop)) });
    at = stop;
  }
  return { frames, damage, next: base + at };
}

/** Where the last valid frame of a segment ends, what is damaged before it, and the frames, in stretches. */
export async function scanSegment(
  directory: string,
  segment: number,
  from: number,
  fileSize: number,
  visit: (chunk: Chunk) => void,
): Promise<{ end: number; tail: Buffer }> {
  let offset = Math.max(from, SEGMENT_HEADER.length);
  let end = offset;
  while (offset < fileSize) {
    const chunk = await readChunk(directory, segment, offset, fileSize, 4 * 1024 * 1024, false);
    visit(chunk);
    if (chunk.next === offset) break;
    offset = chunk.next;
    end = offset;
  }
  return { end, tail: await readBytes(directory, segment, end, fileSize) };
}

async function readBytes(directory: string, segment: number, from: number, to: number): Promise<Buffer> {
  if (to <= from) return Buffer.alloc(0);
  const handle = await open(segmentFile(directory, segment), 'r');
  try {
    const buffer = Buffer.alloc(to - from);
    return buffer.subarray(0, await readFully(handle, buffer, from));
  } finally {
    await handle.close();
  }
}
