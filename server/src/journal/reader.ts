import { rm, stat } from 'node:fs/promises';
import { DamageKeeper, type DamageReport } from './damage.ts';
import type { Frame } from './frame.ts';
import { readChunk } from './scan.ts';
import { comparePositions, listNumbers, type Position, segmentFile, startOf } from './segment.ts';

export interface JournalRead {
  frames: Frame[];
  /** Where the frames' buffer begins in its segment. */
  base: number;
  /** Where the next read begins; in the segment of the frames. */
  next: Position;
}

/**
 * A follower's view of the journal, in whatever thread the follower runs: it reads the segments from disk, up
 * to the end that the writer has told it.
 */
export class JournalReader {
  private readonly directory: string;
  private readonly damage: DamageKeeper;
  private readonly arrivals = new Set<() => void>();
  private end: Position;

  /** @param end how far the journal is durable */
  constructor(directory: string, end: Position, onDamage: (damage: DamageReport) => void) {
    this.directory = directory;
    this.end = end;
    this.damage = new DamageKeeper(directory, onDamage);
  }

  get durableEnd(): Position {
    return this.end;
  }

  /** The writer has made the journal durable up to here. */
  advance(end: Position): void {
    this.end = end;
    for (const arrived of [...this.arrivals]) arrived();
  }

  /** Reads about `size` bytes of frames from `from` on; none when the durable end is reached. */
  async read(from: Position, size: number): Promise<JournalRead> {
    let { segment, offset } = from;
    for (;;) {
      const last = segment === this.end.segment;
      const end = last ? this.end.offset : (await stat(segmentFile(this.directory, segment))).size;
      if (offset < end) {
        const chunk = await readChunk(this.directory, segment, offset, end, size, true);
        for (const damage of chunk.damage) await this.damage.keep(damage, false);
        return { frames: chunk.frames, base: offset, next: { segment, offset: chunk.next } };
      }
      if (last) return { frames: [], base: offset, next: { segment, offset } };
      ({ segment, offset } = startOf(segment + 1));
    }
  }

  /** Resolves when there is something durable behind `position`, or the signal aborts. */
  async beyond(position: Position, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && comparePositions(this.end, position) <= 0) {
      await new Promise<void>((resolve) => {
        const done = () => {
          this.arrivals.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.arrivals.add(done);
        signal.addEventListener('abort', done);
      });
    }
  }

  /** The first place that can still be read. */
  async begin(): Promise<Position> {
    const [first] = await listNumbers(this.directory, 'journal');
    return startOf(first ?? this.end.segment);
  }

  /** Removes the segments that lie wholly before `position`: every follower has passed them. */
  async release(position: Position): Promise<void> {
    for (const segment of await listNumbers(this.directory, 'journal')) {
      if (segment >= position.segment || segment >= this.end.segment) break;
      // Another follower's thread may be at the same.
      await rm(segmentFile(this.directory, segment), { force: true });
    }
  }
}
