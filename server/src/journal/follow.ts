import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { AsideKeeper } from './aside.ts';
import type { Frame } from './frame.ts';
import { comparePositions, formatPosition, type Position } from './segment.ts';

const RETRY_FIRST_MS = 100;
const RETRY_MOST_MS = 5_000;

/** Frames that take effect together. */
export interface Stretch {
  /** Where the next one begins. */
  to: Position;
  frames: readonly Frame[];
}

/** How far a follower is. */
export interface Bookmark {
  /** Everything before it has taken effect. */
  readonly position: Position;
  /** End of the stretch under way, of which something may have taken effect. */
  readonly until: Position | null;
  /** The stretch up to there is under way: after a crash exactly that one is repeated. */
  begin(until: Position): Promise<void>;
  /** It has taken effect; noted with the next one, or when that is asked for. */
  passed(): Promise<void>;
  settle(): Promise<void>;
}

export interface FollowingOptions<Work extends Stretch> {
  bookmark: Bookmark;
  aside: AsideKeeper;
  log: Logger;
  /** What operators are told when a stretch fails. */
  complaint: string;
  /** Where the journal ends now. */
  end: () => Position;
  /**
   * What comes next; waits for it.
   * @param until end of a stretch that was begun: exactly to there
   * @returns undefined: nothing, it is to stop
   */
  read: (from: Position, until: Position | null) => Promise<Work | undefined>;
  /** What comes behind, while the one before takes effect; rejects never. */
  readAhead?: (from: Position) => Promise<Work | undefined>;
  /**
   * The same may come again, after a failure or a crash: that must change nothing.
   * @returns whether all of it took effect; if not, it is to stop
   */
  effect: (stretch: Work) => Promise<boolean>;
  /** It has taken effect, and what could not be processed is set aside. */
  passed?: (stretch: Work) => void;
}

/**
 * The way of a follower through the journal: it reads a stretch, notes it, lets it take effect, keeps aside what
 * cannot be processed, and goes on. What fails is tried again, ever more slowly, without an end: a record that
 * can never be processed is the effect's to tell from a world that is out of order.
 */
export class Following<Work extends Stretch> {
  private readonly options: FollowingOptions<Work>;
  private readonly stopping = new AbortController();
  private ahead: Work | undefined;
  private loop: Promise<void> = Promise.resolve();
  /** Since when the stretch under way fails, epoch ms. */
  failingSince: number | undefined;
  /** How often it has failed. */
  failures = 0;

  constructor(options: FollowingOptions<Work>) {
    this.options = options;
  }

  /** Aborted when it is to stop. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** How long to wait before the next attempt. */
  get backOffMs(): number {
    return Math.min(RETRY_FIRST_MS * 2 ** Math.max(this.failures - 1, 0), RETRY_MOST_MS);
  }

  start(): void {
    this.loop = this.run();
  }

  /** Finishes what is under way and notes the position. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { bookmark, log } = this.options;
    while (!this.signal.aborted) {
      if (!(await this.step())) await this.pause(this.backOffMs);
    }
    if (bookmark.until) return;
    await bookmark.settle().catch((err) => log.error({ err }, 'the position of a follower is not noted'));
  }

  /** One stretch. Rejects never. @returns whether it took effect, or there was nothing */
  async step(): Promise<boolean> {
    const { bookmark, aside, log, complaint, end, read, readAhead, effect, passed } = this.options;
    try {
      const stretch = this.ahead ?? (await read(bookmark.position, bookmark.until));
      this.ahead = undefined;
      if (stretch) {
        const { until } = bookmark;
        if (!until || comparePositions(until, stretch.to) !== 0) await bookmark.begin(stretch.to);
        const ahead = this.failures === 0 ? readAhead?.(stretch.to) : undefined;
        if (!(await effect(stretch))) return true;
        await aside.keep(stretch.frames);
        await aside.done(stretch.frames);
        await bookmark.passed();
        passed?.(stretch);
        this.ahead = await ahead;
      }
      if (comparePositions(end(), bookmark.position) === 0) await bookmark.settle();
      this.failures = 0;
      this.failingSince = undefined;
      return true;
    } catch (err) {
      this.failures++;
      this.failingSince ??= Date.now();
      const { failures } = this;
      log.error({ err, position: formatPosition(bookmark.position), failures }, complaint);
      return false;
    }
  }

  /** Waits, unless it is to stop. */
  async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.signal }).catch(() => undefined);
  }
}
