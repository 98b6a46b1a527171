import { comparePositions, type JournalRead, type Position } from '../journal/index.ts';

/** Failures in a row after which a stretch is looked at frame by frame. */
const PATIENCE = 3;
/** Most frames are shorter. */
const ONE_FRAME_BYTES = 4096;
/** The disk, or the metadata store as a whole: nothing that a record could cause. */
const WORLDLY = /^(?:SQLITE_(?!CONSTRAINT|ERROR|MISMATCH|RANGE|TOOBIG)|E(?!RR_))/;

/**
 * Finds out which trace makes a stretch fail again and again: the stretch is read frame by frame, until the one
 * that fails stands alone.
 */
export class Suspicion {
  private narrowTo: Position | undefined;

  /**
   * Reads as much as is good at a place.
   * @param read about so many bytes of frames from there on, at least one frame
   */
  async read(
    from: Position,
    bytes: number,
    read: (bytes: number) => Promise<JournalRead>,
  ): Promise<JournalRead> {
    if (!this.isNarrow(from)) return read(bytes);
    const { frames, next } = await read(ONE_FRAME_BYTES);
    return { frames: frames.slice(0, 1), next: frames[1]?.position ?? next };
  }

  private isNarrow(from: Position): boolean {
    return this.narrowTo !== undefined && comparePositions(from, this.narrowTo) < 0;
  }

  /**
   * @param stretch that has failed; `exact`: a part of it has taken effect, so that it can be read only as it is
   * @param failures how often in a row, this one included
   * @returns whether what was found in it must be given up
   */
  convicts(
    error: unknown,
    stretch: { from: Position; to: Position; exact: boolean },
    failures: number,
  ): boolean {
    const { code } = error as { code?: unknown };
    if (typeof code === 'string' && WORLDLY.test(code)) return false;
    if (this.isNarrow(stretch.from)) return true;
    if (failures < PATIENCE) return false;
    if (stretch.exact) return true;
    this.narrowTo = stretch.to;
    return false;
  }
}
