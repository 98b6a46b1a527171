import type { Bookmark } from './follow.ts';
import { FOLLOWERS } from './followers.ts';
import { type Noted, PositionLost, readPosition, writePosition } from './positions.ts';
import type { JournalReader } from './reader.ts';
import { comparePositions, formatPosition, type Position } from './segment.ts';

export interface FollowerOptions {
  /** Who must have passed a segment before it goes; FOLLOWERS if it does not say other. */
  all?: readonly string[];
  /** Nothing tells any more how far it was. */
  onLost?: (reason: string) => void;
}

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
   * Reads where a follower was; one without a position begins at the journal's beginning, in doubt whether what it
   * reads has taken effect before.
   * @throws Error when the position lies behind the journal's end: journal and position do not belong together
   */
  static async open(
    name: string,
    journal: JournalReader,
    directory: string,
    { all = FOLLOWERS, onLost = () => undefined }: FollowerOptions = {},
  ): Promise<Follower> {
    const noted = await load(directory, name, journal, onLost);
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

  /** What was journalled before it may have taken effect already. */
  get doubt(): Position | undefined {
    const { doubt, position } = this.noted;
    return doubt && comparePositions(position, doubt) < 0 ? doubt : undefined;
  }

  async begin(until: Position): Promise<void> {
    await this.save(this.position, until);
  }

  async passed(): Promise<void> {
    const { position, until } = this.noted;
    this.noted = { ...this.noted, position: until ?? position, until: null };
    this.saved = false;
  }

  async settle(): Promise<void> {
    if (!this.saved) await this.save(this.position, this.until);
  }

  /** Durable when it resolves. */
  async save(position: Position, until: Position | null): Promise<void> {
    const noted = { position, until, ...(this.doubt ? { doubt: this.doubt } : {}) };
    await writePosition(this.directory, this.name, noted);
    this.noted = noted;
    this.saved = true;
    if (this.released === position.segment) return;
    this.released = position.segment;
    await this.journal.release(await this.slowest());
  }

  private async slowest(): Promise<Position> {
    const begin = await this.journal.begin();
    // While somebody's position cannot be read, nothing goes.
    const all = await Promise.all(
      this.all.map((name) => readPosition(this.directory, name).catch(() => undefined)),
    );
    return all.map((noted) => noted?.position ?? begin).sort(comparePositions)[0] ?? begin;
  }
}

async function load(
  directory: string,
  name: string,
  journal: JournalReader,
  onLost: (reason: string) => void,
): Promise<Noted> {
  const begin = await journal.begin();
  const isEmpty = comparePositions(begin, journal.durableEnd) === 0;
  const lost = (reason: string): Noted => {
    onLost(reason);
    return { position: begin, until: null, doubt: journal.durableEnd };
  };
  try {
    const noted = await readPosition(directory, name);
    if (noted) return comparePositions(noted.position, begin) < 0 ? { position: begin, until: null } : noted;
    if (!isEmpty) return lost(`there is no position of the ${name}, though there are traces`);
  } catch (error) {
    if (!(error instanceof PositionLost)) throw error;
    return lost(error.message);
  }
  const fresh = { position: begin, until: null };
  await writePosition(directory, name, fresh);
  return fresh;
}
