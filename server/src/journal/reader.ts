import { rm, stat } from 'node:fs/promises';
import type { AsideKeeper } from './aside.ts';
import { DamageKeeper, type DamageReport } from './damage.ts';
import type { Frame } from './frame.ts';
import { sealedOf } from './gaps.ts';
import { readChunk } from './scan.ts';
import { comparePositions, listNumbers, type Position, segmentFile, startOf } from './segment.ts';

export interface JournalRead {
  frames: Frame[];
  /** Where the next read begins. */
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
  private readonly aside: Pick<AsideKeeper, 'due'>;
  private readonly onMissing: (from: Position) => void;
  private end: Position;

  /**
   * @param end how far the journal is durable
   * @param aside knows which replays are this follower's; without one they are left out
   * @param onMissing what was to be read from there on to the end of the segment is gone
   */
  constructor(
    directory: string,
    end: Position,
    onDamage: (damage: DamageReport) => void,
    aside: Pick<AsideKeeper, 'due'> = NO_REPLAYS,
    onMissing: (from: Position) => void = () => undefined,
  ) {
    this.directory = directory;
    this.end = end;
    this.aside = aside;
    this.onMissing = onMissing;
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

  /**
   * Reads about `size` bytes of frames from `from` on, none beyond `until`. Nothing is left where `next` is `from`.
   * @param until where a frame ends
   */
  async read(from: Position, size: number, until = this.end): Promise<JournalRead> {
    let { segment, offset } = from;
    for (;;) {
      const last = segment === until.segment;
      // What was taken from a sealed segment does not come back.
      const { there, whole } =
        segment < this.end.segment
          ? await this.sealed(segment)
          : { there: until.offset, whole: until.offset };
      const end = last ? Math.min(until.offset, there) : there;
      if (offset < end) {
        const chunk = await readChunk(this.directory, segment, offset, end, size, true);
        for (const damage of chunk.damage) await this.damage.keep(damage, false);
        return { frames: await this.aside.due(chunk.frames), next: { segment, offset: chunk.next } };
      }
      if (offset < (last ? until.offset : whole)) this.onMissing({ segment, offset });
      if (last) return { frames: [], next: until };
      ({ segment, offset } = startOf(segment + 1));
    }
  }

  /** Where the file of a sealed segment ends (0: it is gone), and where the segment did when it was sealed. */
  private async sealed(segment: number): Promise<{ there: number; whole: number }> {
    const { bytes } = (await sealedOf(this.directory, segment)) ?? {};
    try {
      const { size } = await stat(segmentFile(this.directory, segment));
      return { there: Math.min(size, bytes ?? size), whole: bytes ?? size };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return { there: 0, whole: bytes ?? Number.POSITIVE_INFINITY };
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

const NO_REPLAYS = { due: async (frames: Frame[]) => frames.filter(({ isReplay }) => !isReplay) };
