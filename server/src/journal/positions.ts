import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { replaceFile } from '../durable.ts';
import { comparePositions, type Position } from './segment.ts';

/** What is kept on disk of how far a follower is. */
export interface Noted {
  /** Everything before it has taken effect. */
  position: Position;
  /** End of the stretch under way. */
  until: Position | null;
  /** Its position was lost once: what stands before here may have taken effect then. */
  doubt?: Position;
}

/** Nothing tells any more how far a follower was. */
export class PositionLost extends Error {
  override readonly name = 'PositionLost';
}

/** Two copies, in two folders: one that is damaged or lost leaves the other. */
const copies = (directory: string, name: string) => [
  path.join(directory, `${name}.json`),
  path.join(`${directory}.copy`, `${name}.json`),
];

/**
 * @param directory of the positions
 * @returns undefined: there is none
 * @throws PositionLost when there is one that cannot be read, and no other copy
 */
export async function readPosition(directory: string, name: string): Promise<Noted | undefined> {
  const found: Noted[] = [];
  let unreadable: string | undefined;
  for (const file of copies(directory, name)) {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      // The disk does not give it back: damaged, like what cannot be parsed.
      if (error.code === 'EIO') return '';
      throw error;
    });
    if (text === undefined) continue;
    const noted = parse(text);
    if (noted) found.push(noted);
    else unreadable ??= file;
  }
  // The second is written after the first, and may be one stretch behind.
  const [last] = found.sort((a, b) => comparePositions(b.position, a.position));
  if (!last && unreadable) throw new PositionLost(`${unreadable} cannot be read, and neither can its copy`);
  return last;
}

/** Undefined as well when it is lost. */
export async function knownPosition(directory: string, name: string): Promise<Noted | undefined> {
  try {
    return await readPosition(directory, name);
  } catch (error) {
    if (!(error instanceof PositionLost)) throw error;
    return undefined;
  }
}

/** Durable when it resolves. */
export async function writePosition(directory: string, name: string, noted: Noted): Promise<void> {
  const text = JSON.stringify({ ...noted, crc: checksum(noted) });
  for (const file of copies(directory, name)) {
    await replaceFile(file, text).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      await replaceFile(file, text);
    });
  }
}

function parse(text: string): Noted | undefined {
  try {
    const { crc, ...noted } = JSON.parse(text) as Noted & { crc?: number };
    const { position, until } = noted;
    const isWhole = isPosition(position) && (until === null || isPosition(until));
    return isWhole && (crc === undefined || crc === checksum(noted)) ? noted : undefined;
  } catch {
    return undefined;
  }
}

const isPosition = (value: Position | undefined): boolean =>
  Number.isSafeInteger(value?.segment) && Number.isSafeInteger(value?.offset);

const checksum = ({ position, until, doubt }: Noted) =>
  crc32(JSON.stringify([position, until, doubt ?? null]));
