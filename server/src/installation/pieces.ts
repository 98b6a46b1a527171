import { access, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config.ts';
import { replaceFile } from '../durable.ts';

/** Within each piece: the id of the installation that it belongs to. */
const MARK = '.installation';
/** A mark that is none says nothing, and is written anew. */
const ID = /^[\da-f-]{36}$/;
/** What is in an empty piece as well: marks, and what a file system of its own brings with it. */
const NOTHING = new RegExp(`^(${MARK}.*|lost\\+found)$`);

/** What a directory beside the metadata holds; by the name of its folder. */
export const PIECES = {
  journal: 'traces that were acknowledged',
  spool: 'trace files on their way to their buckets',
  engine: 'traces that can be searched',
  objects: 'the buckets with their trace files',
} as const;

export interface Piece {
  folder: string;
  /** Installation that it belongs to; undefined: none has marked it. */
  mark: string | undefined;
}

/** The pieces in which there is anything. */
export async function filledPieces(dataDir: string): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const folder of Object.keys(PIECES)) {
    const names = await readdir(path.join(dataDir, folder)).catch(absentIs([]));
    if (!names.some((name) => !NOTHING.test(name))) continue;
    const mark = await readFile(path.join(dataDir, folder, MARK), 'utf8').catch(absentIs(''));
    pieces.push({ folder, mark: ID.test(mark.trim()) ? mark.trim() : undefined });
  }
  return pieces;
}

/** Marks the pieces that are in use as those of an installation. */
export async function markPieces(config: Config, id: string): Promise<void> {
  const outside = { engine: config.clickhouseUrl !== '', objects: config.s3Endpoint !== '' };
  for (const folder of Object.keys(PIECES)) {
    if (outside[folder as keyof typeof outside]) continue;
    const file = path.join(config.dataDir, folder, MARK);
    const isMarked = await access(file).then(() => true, absentIs(false));
    if (isMarked && (await readFile(file, 'utf8')).trim() === id) continue;
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await replaceFile(file, `${id}\n`);
  }
}

/** The name of the journal in the data directory, by which its followers know it. */
export async function journalIdIn(dataDir: string): Promise<string> {
  return readFile(path.join(dataDir, 'journal', 'id'), 'utf8').catch(absentIs(''));
}

function absentIs<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code !== 'ENOENT') throw error;
    return value;
  };
}
