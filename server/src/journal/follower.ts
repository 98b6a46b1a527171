import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../durable.ts';
import type { JournalReader } from './reader.ts';
import { comparePositions, formatPosition, type Position } from './segment.ts';

/** Everybody who follows: a segment goes when all of them have passed it. */
export const FOLLOWERS = ['indexer', 'archiver', 'notifier'] as const;

/** What a follower keeps on disk. */
interface Bookmark {
  /** Everything before it has taken effect. */
  position: Position;
  /** End of the batch under way: after a crash exactly `position` to `until` is repeated. */
  until: Position | null;
}

/**
 * The durable position of one of the journal's followers, in a small file. A segment is released when all of
 * them have passed it; the others may run in other threads, and be ahead of what this one knows of the journal.
 */
export class Follower {
  readonly name: string;
  private readonly journal: JournalReader;
  private readonly directory: string;
  private readonly all: readonly string[];
  private bookmark: Bookmark;

  private constructor(
    name: string,
    journal: JournalReader,
    directory: string,
    all: readonly string[],
    bookmark: Bookmark,
  ) {
    this.name = name;
    this.journal = journal;
    this.directory = directory;
    this.all = all;
    this.bookmark = bookmark;
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
    const bookmark = await load(directory, name, await journal.begin());
    if (comparePositions(bookmark.position, journal.durableEnd) > 0) {
      const place = formatPosition(bookmark.position);
      const end = formatPosition(journal.durableEnd);
      throw new Error(`the ${name} has followed the journal to ${place}, but the journal ends at ${end}`);
    }
    return new Follower(name, journal, directory, all, bookmark);
  }

  /** Everything before it has taken effect. */
  get position(): Position {
    return this.bookmark.position;
  }

  /** End of the batch that was under way at the last save. */
  get until(): Position | null {
    return this.bookmark.until;
  }

  /** Notes that everything before `position` has taken effect, and which batch comes next; durable when it resolves. */
  async save(position: Position, until: Position | null): Promise<void> {
    await replaceFile(fileOf(this.directory, this.name), JSON.stringify({ position, until }));
    const before = this.position;
    this.bookmark = { position, until };
    if (before.segment !== position.segment) await this.journal.release(await this.slowest());
  }

  private async slowest(): Promise<Position> {
    const begin = await this.journal.begin();
    const bookmarks = await Promise.all(this.all.map((name) => load(this.directory, name, begin)));
    return bookmarks.map((bookmark) => bookmark.position).sort(comparePositions)[0] ?? begin;
  }
}

async function load(directory: string, name: string, begin: Position): Promise<Bookmark> {
  try {
    const bookmark = JSON.parse(await readFile(fileOf(directory, name), 'utf8')) as Bookmark;
    return comparePositions(bookmark.position, begin) < 0 ? { position: begin, until: null } : bookmark;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { position: begin, until: null };
  }
}

const fileOf = (directory: string, name: string) => path.join(directory, `${name}.json`);
