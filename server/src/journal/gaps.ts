import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../durable.ts';
import { HourCounts } from './counts.ts';
import { FOLLOWERS, type FollowerName } from './followers.ts';
import { comparePositions, formatPosition, type Position, segmentFile } from './segment.ts';

/** Traces per project and hour, as rows of HourCounts. */
export type CountRows = [projectId: string, hour: number, traces: number][];

/** A part of the journal that is gone: removed, cut off or damaged after it was acknowledged. */
export interface Gap {
  from: Position;
  to: Position;
  /** Who had not come so far; all others have everything of it. */
  missedBy: FollowerName[];
  /** What was in it, where that is known. */
  counts: CountRows | null;
  /** When it was found, epoch ms. */
  since: number;
}

/** The gaps that were ever found; told again after a restart only by the accounting. */
export class Gaps {
  readonly found: Gap[];
  private readonly directory: string;
  private readonly report: (gap: Gap) => void;

  private constructor(directory: string, found: Gap[], report: (gap: Gap) => void) {
    this.directory = directory;
    this.found = found;
    this.report = report;
  }

  /** @param directory of the journal */
  static async open(directory: string, report: (gap: Gap) => void): Promise<Gaps> {
    const text = await readFile(fileOf(directory), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return '[]';
    });
    // Of what was found before, what cannot be read cannot be told any more; what is found now can.
    return new Gaps(directory, gapsIn(text), report);
  }

  /** Writes down a gap, and reports it once. */
  async add(gap: Omit<Gap, 'since'>): Promise<void> {
    const there = this.found.find(({ from }) => comparePositions(from, gap.from) === 0);
    const missedBy = FOLLOWERS.filter(
      (name) => gap.missedBy.includes(name) || there?.missedBy.includes(name),
    );
    if (there?.missedBy.length === missedBy.length) return;
    const told = { ...gap, missedBy, since: Date.now() };
    if (there) this.found.splice(this.found.indexOf(there), 1);
    this.found.push(told);
    await replaceFile(fileOf(this.directory), JSON.stringify(this.found));
    this.report(told);
  }

  /** Traces that a follower has lost. */
  lostTo(follower: FollowerName): HourCounts {
    const counts = new HourCounts();
    for (const gap of this.found) if (gap.missedBy.includes(follower)) counts.addAll(gap.counts ?? []);
    return counts;
  }
}

function gapsIn(text: string): Gap[] {
  try {
    const all = JSON.parse(text) as Gap[];
    return all.filter(
      (gap) =>
        [gap?.from, gap?.to].every((place) => Number.isSafeInteger(place?.segment)) &&
        Array.isArray(gap.missedBy) &&
        (gap.counts === null || (Array.isArray(gap.counts) && gap.counts.every(isRow))),
    );
  } catch {
    return [];
  }
}

const fileOf = (directory: string) => path.join(directory, 'gaps.json');

/** What a sealed segment was. */
export interface Sealed {
  /** Its length; undefined: an older version has sealed it. */
  bytes: number | undefined;
  traces: CountRows;
}

/** What a sealed segment was, by its companion; null when that is gone, or damaged. */
export async function sealedOf(directory: string, segment: number): Promise<Sealed | null> {
  try {
    const told = JSON.parse(await readFile(segmentFile(directory, segment, 'counts'), 'utf8')) as
      | Sealed
      | CountRows;
    const { bytes, traces } = Array.isArray(told) ? { bytes: undefined, traces: told } : told;
    const isRight = traces.every(isRow) && (bytes === undefined || Number.isSafeInteger(bytes));
    return isRight ? { bytes, traces } : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof SyntaxError || error instanceof TypeError || code === 'ENOENT') return null;
    throw error;
  }
}

export async function writeSealed(directory: string, segment: number, sealed: Sealed): Promise<void> {
  await replaceFile(segmentFile(directory, segment, 'counts'), JSON.stringify(sealed));
}

const isRow = (row: unknown) =>
  Array.isArray(row) && typeof row[0] === 'string' && Number.isFinite(row[1]) && Number.isFinite(row[2]);

/** A gap in words, for the log. */
export function describeGap({ from, to, missedBy, counts }: Gap): string {
  const traces = counts?.reduce((sum, [, , count]) => sum + count, 0);
  const what = traces === undefined ? 'acknowledged traces' : `${traces} acknowledged traces`;
  const where = `${formatPosition(from)} to ${formatPosition(to)}`;
  if (missedBy.length === 0)
    return `the journal has lost a part of itself (${where}); list, trace files and key events had everything of it already`;
  const missing = missedBy.map((name) => MISSING[name]).join(', ');
  return `the journal has lost a part of itself (${where}): ${what} may be missing in ${missing}`;
}

const MISSING: Record<FollowerName, string> = {
  indexer: 'the trace list',
  archiver: 'trace files',
  notifier: 'key events',
};
