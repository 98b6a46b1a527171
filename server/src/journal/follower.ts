import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../durable.ts';
import type { Bookmark } from './follow.ts';
import { FOLLOWERS } from './followers.ts';
import type { JournalReader } from './reader.ts';
import { comparePositions, formatPosition, type Position } from './segment.ts';

/** What a follower keeps on disk. */
type Noted = Pick<Bookmark, 'position' | 'until'>;

/**
 * The durable position of one of the journal's followers, in a small file. A segment is released when all of
 * them have passed it; the others may run in other threads, and be ahead of what this one knows of the journal.
 */
export class Follower implements Bookmark {
  readonly name: string;
  private readonly journal: JournalReader;
  private readonly directory: string;
  private readonly all: readonly string[];
  private noted: Noted;
  /** Whether the disk knows it. */
  private saved = true;
  /** The segment that was reached when it was looked for what all have passed. */
  private released: number;

  private constructor(
    name: string,
    journal: JournalReader,
    directory: string,
    all: readonly string[],
    noted: Noted,
  ) {
    this.name = name;
    this.journal = journal;
    this.directory = directory;
    this.all = all;
    this.noted = noted;
    this.released = noted.position.segment;
  }

  /**
   * Reads where a follower was; one without a position begins at the journal's beginning.
   * @param all who must have passed a segment before it goes
   * @throws Error when the position lies behind the journal's end: journal and position do not belong together
   */
  static async open(
    name: string,
    journal: JournalReader,
    directory: string,
    all: readonly string[] = FOLLOWERS,
  ): Promise<Follower> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const noted = await load(directory, name, await journal.begin());
    if (comparePositions(noted.position, journal.durableEnd) > 0) {
      const place = formatPosition(noted.position);
      const end = formatPosition(journal.durableEnd);
      throw new Error(`the ${name} has followed the journal to ${place}, but the journal ends at ${end}`);
    }
    return new Follower(name, journal, directory, all, noted);
  }

  get position(): Position {
    return this.noted.position;
  }

  get until(): Position | null {
    return this.noted.until;
  }

  async begin(until: Position): Promise<void> {
    await this.save(this.position, until);
  }

  async passed(): Promise<void> {
    const { position, until } = this.noted;
    this.noted = { position: until ?? position, until: null };
    this.saved = false;
  }

  async settle(): Promise<void> {
    if (!this.saved) await this.save(this.position, this.until);
  }

  /** Durable when it resolves. */
  async save(position: Position, until: Position | null): Promise<void> {
    await replaceFile(fileOf(this.directory, this.name), JSON.stringify({ position, until }));
    this.noted = { position, until };
    this.saved = true;
    if (this.released === position.segment) return;
    this.released = position.segment;
    await this.journal.release(await this.slowest());
  }

  private async slowest(): Promise<Position> {
    const begin = await this.journal.begin();
    const all = await Promise.all(this.all.map((name) => load(this.directory, name, begin)));
    return all.map(({ position }) => position).sort(comparePositions)[0] ?? begin;
  }
}

async function load(directory: string, name: string, begin: Position): Promise<Noted> {
  try {
    const noted = JSON.parse(await readFile(fileOf(directory, name), 'utf8')) as Noted;
    return comparePositions(noted.position, begin) < 0 ? { position: begin, until: null } : noted;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { position: begin, until: null };
  }
}

const fileOf = (directory: string, name: string) => path.join(directory, `${name}.json`);
