import { readdir } from 'node:fs/promises';
import path from 'node:path';

/*
 * A segment is a file of frames, `<number>.journal`, that begins with SEGMENT_HEADER. Only the last one is
 * written to. A sealed segment has two companions that outlive it:
 *   `<number>.ids`     identities (32 bytes each) of its traces whose trace_id the producer chose, from which
 *                      the retry window is rebuilt
 *   `<number>.counts`  JSON {bytes, traces: [[project_id, hour, traces], …]}: how long the segment is, and the
 *                      journal's side of the accounting; of older versions, the traces alone
 */
export const SEGMENT_HEADER = Buffer.from('OpenCTS journal 1\n', 'latin1');

/** A place in the journal; segments are numbered from 1, offsets count bytes of the file. */
export interface Position {
  segment: number;
  offset: number;
}

/** Negative when `a` is before `b`, 0 when they are the same place. */
export function comparePositions(a: Position, b: Position): number {
  return a.segment - b.segment || a.offset - b.offset;
}

export function formatPosition(position: Position): string {
  return `${position.segment}:${position.offset}`;
}

/** A text for names of files: sorts as places do. */
export const sortablePosition = ({ segment, offset }: Position): string =>
  `${String(segment).padStart(10, '0')}.${String(offset).padStart(12, '0')}`;

export function startOf(segment: number): Position {
  return { segment, offset: SEGMENT_HEADER.length };
}

export type Extension = 'journal' | 'ids' | 'counts';

export function segmentFile(directory: string, segment: number, extension: Extension = 'journal'): string {
  return path.join(directory, `${String(segment).padStart(10, '0')}.${extension}`);
}

/** Numbers of the files with an extension in a journal directory, ascending. */
export async function listNumbers(directory: string, extension: Extension): Promise<number[]> {
  const names = await readdir(directory);
  const pattern = new RegExp(`^(\\d{10})\\.${extension}$`);
  return names
    .map((name) => Number(pattern.exec(name)?.[1] ?? Number.NaN))
    .filter((number) => !Number.isNaN(number))
    .sort((a, b) => a - b);
}
