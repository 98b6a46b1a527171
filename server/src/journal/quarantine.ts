import { type AsideChange, asideFiles, type SetAside } from './aside.ts';
import { HourCounts, hourOf } from './counts.ts';
import { byFollower, FOLLOWERS, type FollowerName } from './followers.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { comparePositions, type Position } from './segment.ts';

/** Replays that are journalled at once. */
const PIECE = 1_000;
const PIECE_BYTES = 8 * 1024 * 1024;

/** Which of the traces that are set aside are meant; what is absent does not matter. */
export interface AsideFilter {
  follower?: FollowerName;
  projectId?: string;
}

/**
 * The traces that followers could not process, with why. They stay until they are replayed: then the follower
 * meets them in the journal once more.
 */
export class Quarantine {
  private readonly directory: string;
  /** Traces that are set aside, per project and hour of record_time. */
  readonly counts: Record<FollowerName, HourCounts>;
  readonly totals: Record<FollowerName, number>;

  private constructor(directory: string) {
    this.directory = directory;
    this.counts = byFollower(() => new HourCounts());
    this.totals = byFollower(() => 0);
  }

  /**
   * Counts what is there; before the followers begin.
   * @param directory of the journal
   */
  static async open(directory: string): Promise<Quarantine> {
    const quarantine = new Quarantine(directory);
    for (const follower of FOLLOWERS) {
      for await (const { records } of asideFiles(directory, follower)) {
        quarantine.changed({ follower, added: records.map(({ routing }) => routing), removed: [] });
      }
    }
    return quarantine;
  }

  /** A follower has set traces aside, or processed some that were. */
  changed({ follower, added, removed }: AsideChange): void {
    for (const [whose, sign] of [
      [added, 1],
      [removed, -1],
    ] as const) {
      for (const { projectId, recordTime } of whose) {
        this.counts[follower].add(projectId, hourOf(recordTime), sign);
      }
      this.totals[follower] += sign * whose.length;
    }
  }

  /**
   * In the order of the journal, follower by follower.
   * @param after where the page before ended
   */
  async list(filter: AsideFilter, limit: number, after?: Mark): Promise<SetAside[]> {
    const found: SetAside[] = [];
    for await (const record of this.all(filter)) {
      if (after && compareMarks(record, after) <= 0) continue;
      found.push(record);
      if (found.length === limit) break;
    }
    return found;
  }

  async find(mark: Mark): Promise<SetAside | undefined> {
    for await (const record of this.all({ follower: mark.follower })) {
      if (comparePositions(record.position, mark.position) === 0) return record;
    }
    return undefined;
  }

  /**
   * Lets their followers process traces once more; resolves when that will happen, whatever comes between.
   * @returns how many
   * @throws CtsError 503 when the journal takes nothing now; those before are on their way
   */
  async replay(journal: Journal, filter: AsideFilter, only?: Mark): Promise<number> {
    let piece: JournalEntry[] = [];
    let bytes = 0;
    let traces = 0;
    const append = async () => {
      if (piece.length > 0) await journal.append(piece, []);
      traces += piece.length;
      [piece, bytes] = [[], 0];
    };
    for await (const record of this.all(filter)) {
      const { follower, position, routing, line } = record;
      if (only && compareMarks(record, only) !== 0) continue;
      piece.push({
        routing: { ...routing, replay: { follower, of: position } },
        line: line.slice(0, -1),
      });
      bytes += line.length;
      if (piece.length >= PIECE || bytes >= PIECE_BYTES) await append();
    }
    await append();
    return traces;
  }

  private async *all({ follower, projectId }: AsideFilter): AsyncGenerator<SetAside> {
    for (const name of FOLLOWERS) {
      if (follower && name !== follower) continue;
      for await (const { records } of asideFiles(this.directory, name)) {
        for (const record of records) {
          if (!projectId || record.routing.projectId === projectId) yield record;
        }
      }
    }
  }
}

/** Names a trace that is set aside. */
export interface Mark {
  follower: FollowerName;
  position: Position;
}

function compareMarks(a: Mark, b: Mark): number {
  return (
    FOLLOWERS.indexOf(a.follower) - FOLLOWERS.indexOf(b.follower) || comparePositions(a.position, b.position)
  );
}

const MARK = /^([a-z]+)-(\d{1,10})-(\d{1,16})$/;

/** A mark as a text of an address, such as `indexer-1-4711`. */
export function formatMark({ follower, position: { segment, offset } }: Mark): string {
  return `${follower}-${segment}-${offset}`;
}

/** @returns undefined when the text is none */
export function parseMark(text: string): Mark | undefined {
  const [, name, segment, offset] = MARK.exec(text) ?? [];
  const follower = FOLLOWERS.find((one) => one === name);
  return follower && { follower, position: { segment: Number(segment), offset: Number(offset) } };
}
