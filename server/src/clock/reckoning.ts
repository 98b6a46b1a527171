const DAY = 86_400_000;

/** A wall clock that leaves the service's own time by more than this at once is suspect. */
export const MOST_STEP_MS = DAY;
/** A suspect clock that goes evenly for so long, while the service runs, is believed. */
export const BELIEVED_AFTER_MS = 3 * DAY;

/** Where the service's time stood, epoch ms. */
export interface Mark {
  /** Its own time. */
  own: number;
  /** What the wall clock said then. */
  wall: number;
  /** ms of running for which a suspect clock has gone evenly; absent: it is not suspect. */
  even?: number;
}

/** What time it is, epoch ms: somewhere between the two, and nearly always the same twice. */
export interface Bounds {
  /** Decides what is old enough to be destroyed. */
  earliest(): number;
  /** Stamps what is recorded, and sets the ends of what is to be kept. */
  latest(): number;
}

/** Of a clock that is never suspect. */
export const sure = (clock: () => number): Bounds => ({ earliest: clock, latest: clock });

/** What the machine says. */
export interface Clocks {
  /** Epoch ms. */
  wall: () => number;
  /** ms since any instant; no setting of the clock moves it, and all threads of the process share it. */
  monotonic: () => number;
}

export const MACHINE: Clocks = { wall: Date.now, monotonic: () => Number(process.hrtime.bigint()) / 1e6 };

/**
 * The service's own time beside the wall clock. It follows the wall clock as long as that moves with the time
 * that the service lives through; from a clock that jumps by more than a day it keeps away, and goes on with
 * what it lives through, until the clock comes back, has gone evenly for long enough, or a person vouches for it.
 */
export class Reckoning implements Bounds {
  private readonly clocks: Clocks;
  private mark: Mark;
  /** When the mark was made, by the monotonic clock. */
  private at: number;

  /** @param at when the mark was made, by the monotonic clock; absent: by an earlier process */
  constructor(mark: Mark, clocks: Clocks, at?: number) {
    this.clocks = clocks;
    this.mark = mark;
    this.at = at ?? clocks.monotonic();
    if (at === undefined) this.mark = this.afterPause(mark);
  }

  /** Not moved by a jump of the clock; between the other two, or one of them. */
  readonly own = (): number => Math.round(this.look().own);

  readonly earliest = (): number => {
    const { own, wall } = this.look();
    return Math.min(Math.round(own), wall);
  };

  readonly latest = (): number => {
    const { own, wall } = this.look();
    return Math.max(Math.round(own), wall);
  };

  get isSuspect(): boolean {
    return this.look().even !== undefined;
  }

  /** Brings the mark to now. */
  advance(): Mark {
    const mark = this.look();
    this.at = this.clocks.monotonic();
    this.mark = mark;
    return mark;
  }

  /** The clock is right: somebody has looked. */
  believe(): void {
    const wall = this.clocks.wall();
    this.at = this.clocks.monotonic();
    this.mark = { own: wall, wall };
  }

  /** Goes on as another thread does. @param at when the mark was made, by the monotonic clock */
  follow(mark: Mark, at: number): void {
    this.mark = mark;
    this.at = at;
  }

  /** Nobody knows how long it took, so a day is believed. */
  private afterPause({ own, wall: before, even }: Mark): Mark {
    const wall = this.clocks.wall();
    const step = wall - before;
    if (Math.abs(step) > MOST_STEP_MS) return settled({ own, wall, even: 0 });
    if (even === undefined) return { own: wall, wall };
    return settled({ own: own + Math.max(step, 0), wall, even });
  }

  private look(): Mark {
    const wall = this.clocks.wall();
    const lived = this.clocks.monotonic() - this.at;
    const { own, wall: before, even } = this.mark;
    if (Math.abs(wall - before - lived) > MOST_STEP_MS) {
      this.at += lived;
      this.mark = settled({ own: own + lived, wall, even: 0 });
      return this.mark;
    }
    if (even === undefined) return { own: wall, wall };
    const mark = settled({ own: own + lived, wall, even: even + lived });
    if (mark.even === undefined) {
      this.at += lived;
      this.mark = mark;
    }
    return mark;
  }
}

/** A clock that is near again, or has gone evenly for long enough, is not suspect any more. */
function settled(mark: Mark): Mark {
  const { own, wall, even = 0 } = mark;
  const isNear = Math.abs(wall - own) <= MOST_STEP_MS;
  return isNear || even >= BELIEVED_AFTER_MS ? { own: wall, wall } : mark;
}
