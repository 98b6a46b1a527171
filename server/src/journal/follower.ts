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
 * The durable positions of the journal's followers, one small file each. A segment is released when all of
 * them have passed it.
 */
export class Followers {
  private readonly journal: JournalReader;
  private readonly directory: string;
  private readonly bookmarks = new Map<string, Bookmark>();

  private constructor(journal: JournalReader, directory: string) {
    this.journal = journal;
    this.directory = directory;
  }

  /**
   * Reads the positions of the named followers; one without a position begins at the journal's beginning.
   * @throws Error when a position lies behind the journal's end: journal and positions do not belong together
   */
  static async open(journal: JournalReader, directory: string, names: readonly string[]): Promise<Followers> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const followers = new Followers(journal, directory);
    const begin = await journal.begin();
    for (const name of names) {
      const bookmark = await followers.load(name, begin);
      if (comparePositions(bookmark.position, journal.durableEnd) > 0) {
        const place = formatPosition(bookmark.position);
        const end = formatPosition(journal.durableEnd);
        throw new Error(`the ${name} has followed the journal to ${place}, but the journal ends at ${end}`);
      }
      followers.bookmarks.set(name, bookmark);
    }
    return followers;
  }

  get(name: string): Bookmark {
    const bookmark = this.bookmarks.get(name);
    if (!bookmark) throw new Error(`no follower is called ${name}`);
    return bookmark;
  }

  /** Notes that everything before `position` has taken effect, and which batch comes next; durable when it resolves. */
  async save(name: string, position: Position, until: Position | null): Promise<void> {
    await replaceFile(this.file(name), JSON.stringify({ position, until }));
    const before = this.get(name).position;
    this.bookmarks.set(name, { position, until });
    if (before.segment !== position.segment) await this.journal.release(await this.slowest());
  }

  /** Of all followers, also of those that run in another thread. */
  private async slowest(): Promise<Position> {
    const begin = await this.journal.begin();
    const bookmarks = await Promise.all([...this.bookmarks.keys()].map((name) => this.load(name, begin)));
    return bookmarks.map((bookmark) => bookmark.position).sort(comparePositions)[0] ?? begin;
  }

  private async load(name: string, begin: Position): Promise<Bookmark> {
    try {
      const bookmark = JSON.parse(await readFile(this.file(name), 'utf8')) as Bookmark;
      return comparePositions(bookmark.position, begin) < 0 ? { position: begin, until: null } : bookmark;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return { position: begin, until: null };
    }
  }

  private file(name: string): string {
    return path.join(this.directory, `${name}.json`);
  }
}
