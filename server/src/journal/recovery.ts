import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../durable.ts';
import { HourCounts, hourOf } from './counts.ts';
import type { DamageKeeper } from './damage.ts';
import { FOLLOWERS, type FollowerName } from './followers.ts';
import { readFrame } from './frame.ts';
import { type CountRows, type Gaps, sealedOf, writeSealed } from './gaps.ts';
import { knownPosition } from './positions.ts';
import { IDENTITY_BYTES } from './retry-window.ts';
import { type Damage, scanSegment } from './scan.ts';
import {
  comparePositions,
  listNumbers,
  type Position,
  SEGMENT_HEADER,
  segmentFile,
  startOf,
} from './segment.ts';

/** What a segment's companions hold. */
interface Summary {
  identities: Buffer[];
  counts: HourCounts;
}

/** What a start finds. */
export interface Recovered {
  /** Where writing goes on. */
  end: Position;
  /** Whether the segment of `end` is yet to be made. */
  isNew: boolean;
  /** Of the segment of `end`. */
  own: Summary;
  /** Traces of the segments before it. */
  counts: HourCounts;
  /** Identities per `.ids` file of the segments before it, oldest first. */
  idsFiles: { segment: number; identities: number }[];
}

export interface RecoveryOptions {
  directory: string;
  damage: DamageKeeper;
  gaps: Gaps;
  /** Takes identities, oldest first. */
  remember: (identity: Buffer) => void;
}

/**
 * Reads what stands in a journal's directory, puts the companions of its segments in order, and finds what is gone.
 * Where the journal ends before a place that a follower has reached, writing goes on in a segment behind all that
 * were ever known, so that no place is given twice.
 */
export class Recovery {
  private readonly options: RecoveryOptions;
  private readonly positions = new Map<FollowerName, Position>();
  /** What was in segments, by their companions. */
  private readonly counted = new Map<number, CountRows>();

  constructor(options: RecoveryOptions) {
    this.options = options;
  }

  async run(): Promise<Recovered> {
    const { directory } = this.options;
    await this.readPositions();
    const segments = await this.ownSegments();
    const ids = await listNumbers(directory, 'ids');
    await this.readCounts();
    const reached = this.furthest();
    const last = segments.at(-1) ?? 0;
    const known = Math.max(last, ...this.counted.keys(), reached?.segment ?? 0);
    for (const segment of segments) {
      if (segment !== last) await this.completeCompanions(segment, ids.includes(segment));
    }
    const recovered: Recovered = {
      end: startOf(known + 1),
      isNew: true,
      own: { identities: [], counts: new HourCounts() },
      counts: new HourCounts(),
      idsFiles: [],
    };
    if (last > 0) await this.recoverLast(last, known, reached, recovered);
    for (const segment of await listNumbers(directory, 'ids')) {
      if (segment !== recovered.end.segment) recovered.idsFiles.push(await this.readIds(segment));
    }
    for (const [segment, rows] of this.counted) {
      if (segment !== recovered.end.segment) recovered.counts.addAll(rows);
    }
    for (const identity of recovered.own.identities) this.options.remember(identity);
    await this.findMissing(segments, known);
    return recovered;
  }

  private async readPositions(): Promise<void> {
    const folder = path.join(this.options.directory, 'positions');
    for (const name of FOLLOWERS) {
      const noted = await knownPosition(folder, name);
      if (noted) this.positions.set(name, noted.position);
    }
  }

  private furthest(): Position | undefined {
    return [...this.positions.values()].sort((a, b) => comparePositions(b, a))[0];
  }

  /** Finds where the last segment ends. It is written on, unless the journal was longer once: then it is sealed. */
  private async recoverLast(
    segment: number,
    known: number,
    reached: Position | undefined,
    recovered: Recovered,
  ): Promise<void> {
    const { directory, damage, gaps } = this.options;
    const size = await sizeOf(directory, segment);
    const isBegun = size >= SEGMENT_HEADER.length;
    const { tail, ...found } = isBegun
      ? await this.summarise(segment, size)
      : { tail: Buffer.alloc(0), end: SEGMENT_HEADER.length, identities: [], counts: new HourCounts() };
    const end = { segment, offset: found.end };
    const wasPassed = reached !== undefined && comparePositions(reached, end) > 0;
    if (tail.length > 0) {
      const isTorn = segment === known && !wasPassed && readFrame(tail, 0, tail.length, end).kind === 'short';
      await damage.keep({ segment, offset: found.end, bytes: tail }, isTorn);
    }
    if (segment === known && !wasPassed) {
      recovered.end = end;
      recovered.isNew = !isBegun;
      recovered.own = found;
      return;
    }
    await this.writeCompanions(segment, found);
    if (wasPassed && reached.segment === segment) {
      await gaps.add({ from: end, to: reached, missedBy: this.before(reached), counts: null });
    }
  }

  /** Segments that followers have yet to read, or are in, and that are not there: those next to each other are one gap. */
  private async findMissing(segments: readonly number[], known: number): Promise<void> {
    const { gaps } = this.options;
    const reached = this.furthest();
    if (!reached) return;
    let next = Math.min(...[...this.positions.values()].map(({ segment }) => segment));
    for (const segment of [...segments.filter((one) => one >= next), known + 1]) {
      if (segment > next) {
        // Nobody knows how long the segment was that the first of them has reached.
        const to = segment - 1 === reached.segment ? reached : startOf(segment);
        const inGap = [...this.counted].filter(([one]) => one >= next && one < segment);
        const counts = inGap.length === segment - next ? inGap.flatMap(([, rows]) => rows) : null;
        await gaps.add({ from: startOf(next), to, missedBy: this.before(to), counts });
      }
      next = segment + 1;
    }
  }

  /** Files that begin as segments do; of those that do not, only the one that was just begun. */
  private async ownSegments(): Promise<number[]> {
    const { directory } = this.options;
    const own: number[] = [];
    for (const segment of await listNumbers(directory, 'journal')) {
      const isBegun = (await sizeOf(directory, segment)) >= SEGMENT_HEADER.length;
      const follows = segment === (own.at(-1) ?? 0) + 1 || segment === this.furthest()?.segment;
      if (isBegun || follows) own.push(segment);
    }
    return own;
  }

  private async readCounts(): Promise<void> {
    const { directory } = this.options;
    for (const segment of await listNumbers(directory, 'counts')) {
      const sealed = await sealedOf(directory, segment);
      if (sealed) this.counted.set(segment, sealed.traces);
    }
  }

  private async writeCompanions(segment: number, found: Summary & { end: number }): Promise<void> {
    const { identities, counts, end } = found;
    await writeCompanions({ segment, offset: end }, this.options.directory, identities, counts);
    this.counted.set(segment, [...counts.rows()]);
  }

  private before(place: Position): FollowerName[] {
    return [...this.positions].flatMap(([name, at]) => (comparePositions(at, place) < 0 ? [name] : []));
  }

  private async completeCompanions(segment: number, hasIds: boolean): Promise<void> {
    const { directory, damage } = this.options;
    if (hasIds && this.counted.has(segment)) return;
    const found = await this.summarise(segment, await sizeOf(directory, segment));
    if (found.tail.length > 0) await damage.keep({ segment, offset: found.end, bytes: found.tail }, false);
    await this.writeCompanions(segment, found);
  }

  private async readIds(segment: number): Promise<{ segment: number; identities: number }> {
    const bytes = await readFile(segmentFile(this.options.directory, segment, 'ids'));
    for (let at = 0; at + IDENTITY_BYTES <= bytes.length; at += IDENTITY_BYTES) {
      this.options.remember(bytes.subarray(at, at + IDENTITY_BYTES));
    }
    return { segment, identities: Math.floor(bytes.length / IDENTITY_BYTES) };
  }

  private async summarise(segment: number, size: number): Promise<Summary & { end: number; tail: Buffer }> {
    const { directory, damage } = this.options;
    const { damages, ...found } = await summaryOf(directory, segment, size);
    for (const one of damages) await damage.keep(one, false);
    return found;
  }
}

/** What the file of a segment holds. */
async function summaryOf(directory: string, segment: number, size: number) {
  const identities: Buffer[] = [];
  const counts = new HourCounts();
  const damages: Damage[] = [];
  const { end, tail } = await scanSegment(directory, segment, 0, size, (chunk) => {
    damages.push(...chunk.damage);
    for (const frame of chunk.frames) {
      if (frame.isReplay) continue;
      if (frame.clientId) identities.push(frame.identity());
      counts.add(frame.projectId, hourOf(frame.recordTime), 1);
    }
  });
  return { identities, counts, damages, end, tail };
}

/** Traces of a sealed segment that its file does not hold up to a place; null: nobody knows. */
export async function lostOf(directory: string, { segment, offset }: Position): Promise<CountRows | null> {
  const sealed = await sealedOf(directory, segment);
  if (!sealed) return null;
  const lost = new HourCounts();
  lost.addAll(sealed.traces);
  if (offset > SEGMENT_HEADER.length) {
    const { counts } = await summaryOf(directory, segment, offset);
    for (const [project, hour, traces] of counts.rows()) lost.add(project, hour, -traces);
  }
  return [...lost.rows()];
}

/** @param end of the segment that is sealed */
export async function writeCompanions(
  { segment, offset }: Position,
  directory: string,
  identities: readonly Buffer[],
  counts: HourCounts,
): Promise<void> {
  await writeSealed(directory, segment, { bytes: offset, traces: [...counts.rows()] });
  await replaceFile(segmentFile(directory, segment, 'ids'), Buffer.concat(identities));
}

async function sizeOf(directory: string, segment: number): Promise<number> {
  return (await stat(segmentFile(directory, segment))).size;
}
