import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { linkFile, linkFolder } from '../hard-link.ts';
import { FOLLOWERS, type FollowerName } from './followers.ts';
import { knownPosition, type Noted, writePosition } from './positions.ts';
import { comparePositions, listNumbers, type Position, segmentFile, startOf } from './segment.ts';

/** Beside the segments and what is made anew. */
const OWN = ['id', 'id.copy', 'gaps.json', '.installation'];

/** What the copy has besides the journal. */
export interface CopiedEffects {
  /** The trace list; else it is to be filled from the journal. */
  hasList: boolean;
  /** Trace files of all up to its end. */
  isCut: boolean;
}

/**
 * The journal as it is, beside the running one. First come the segments, then how far the followers are, then
 * (between {@link begin} and {@link end}) whoever makes the copy takes what they have brought about: that is never
 * behind their positions. At last comes all that was written meanwhile. One follower must stand still all the while,
 * so that no segment goes that the copy needs.
 */
export class JournalSnapshot {
  private readonly directory: string;
  private readonly target: string;
  private readonly positions = new Map<FollowerName, Noted>();

  constructor(directory: string, target: string) {
    this.directory = directory;
    this.target = target;
  }

  async begin(): Promise<void> {
    await this.linkSegments();
    for (const name of FOLLOWERS) {
      const noted = await knownPosition(path.join(this.directory, 'positions'), name);
      if (noted) this.positions.set(name, noted);
    }
    await this.linkQuarantine();
  }

  /**
   * @param end of the journal: what follows in its last segment does not belong to the copy
   * @returns the last segment, by its path
   */
  async end(end: Position, has: CopiedEffects): Promise<string> {
    // What was set aside since is behind no position; what was replayed since is in both, and is replayed once.
    await this.linkQuarantine();
    await this.linkSegments();
    for (const name of OWN) await linkFile(path.join(this.directory, name), path.join(this.target, name));
    await linkFolder(path.join(this.directory, 'damaged'), path.join(this.target, 'damaged'));
    const segments = await listNumbers(this.target, 'journal');
    for (const segment of segments) {
      if (segment > end.segment) await rm(segmentFile(this.target, segment));
    }
    // A companion tells all of its segment, also what follows the end.
    for (const extension of ['ids', 'counts'] as const) {
      for (const segment of await listNumbers(this.target, extension)) {
        if (segment >= end.segment) await rm(segmentFile(this.target, segment, extension));
      }
    }
    for (const [name, noted] of this.positions) {
      const kept = {
        indexer: () => this.doubtful(noted, end, segments[0], has.hasList),
        // As after a crash in between: it finds the folder of the stretch whole.
        archiver: () => (has.isCut ? { ...noted, until: end } : noted),
        notifier: () => noted,
      }[name]();
      await writePosition(path.join(this.target, 'positions'), name, kept);
    }
    return segmentFile(this.target, end.segment);
  }

  /** The list may hold more than the position says: what is there already does not come again. */
  private doubtful({ position }: Noted, end: Position, first = end.segment, hasList: boolean): Noted {
    const from = hasList ? position : startOf(first);
    return { position: comparePositions(from, end) > 0 ? end : from, until: null, doubt: end };
  }

  /** Segments go as soon as all followers have passed them: to be taken before one of them moves on. */
  async linkSegments(): Promise<void> {
    for (const name of await readdir(this.directory)) {
      if (/^\d+\.(?:journal|ids|counts)$/.test(name))
        await linkFile(path.join(this.directory, name), path.join(this.target, name));
    }
  }

  private async linkQuarantine(): Promise<void> {
    await linkFolder(path.join(this.directory, 'quarantine'), path.join(this.target, 'quarantine'));
  }
}
