/** Work on requests for this long, then let everything else of the process have its turn. */
const SLICE_MS = 8;
/** The most of it for one piece of work. */
const PIECE_MS = 4;
/** A piece that took longer had a trace in it that is hard to look through; pauses of the collector are shorter. */
const LONG_MS = 30;

/**
 * Shares the event loop between requests and the rest, and between accounts: bodies that arrive together are not
 * all worked off in one go, else the journal's followers would wait for hundreds of them at every step; and
 * accounts take turns, else those of one would wait for all of another. One trace can take longer than a piece
 * should: then its account rests for as long, so that it never has the loop for itself.
 */
export class Pacer {
  /** Work of accounts that wait, in the order of their turns. */
  private readonly waiting = new Map<string, (() => void)[]>();
  /** Until when accounts rest. */
  private readonly resting = new Map<string, number>();
  /** When the present slice is over; it begins with the first work of a turn of the event loop. */
  private sliceEnd = 0;
  private inSlice = false;
  /** Runs while all who wait rest. */
  private timer: NodeJS.Timeout | undefined;

  /**
   * Runs a piece of work at once or, when this turn's time is used up, in a later turn.
   * @param work is told when to stop, by `performance.now()`
   * @param goesOn it was begun before: the account's next turn is its own, so that little is half done at a time
   */
  async run<T>(account: string, work: (until: number) => T, goesOn = false): Promise<T> {
    if (!this.inSlice) this.beginSlice();
    const now = performance.now();
    if (this.waiting.size === 0 && now < this.sliceEnd && !this.rests(account, now)) {
      return this.work(account, work);
    }
    return new Promise((resolve, reject) => {
      const begin = () => {
        try {
          resolve(this.work(account, work));
        } catch (error) {
          reject(error as Error);
        }
      };
      const mine = this.waiting.get(account);
      if (mine && goesOn) mine.unshift(begin);
      else if (mine) mine.push(begin);
      else this.waiting.set(account, [begin]);
    });
  }

  private work<T>(account: string, work: (until: number) => T): T {
    const began = performance.now();
    try {
      return work(began + PIECE_MS);
    } finally {
      const ended = performance.now();
      if (ended - began > LONG_MS) this.resting.set(account, ended + (ended - began));
    }
  }

  private rests(account: string, now: number): boolean {
    const until = this.resting.get(account);
    if (until === undefined) return false;
    if (until > now) return true;
    this.resting.delete(account);
    return false;
  }

  private beginSlice(): void {
    this.inSlice = true;
    this.sliceEnd = performance.now() + SLICE_MS;
    setImmediate(() => this.endSlice());
  }

  private endSlice(): void {
    this.inSlice = false;
    if (this.waiting.size === 0) return;
    const rest = this.shortestRest();
    if (rest > 0) {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        if (!this.inSlice) this.endSlice();
      }, rest);
      return;
    }
    this.beginSlice();
    while (performance.now() < this.sliceEnd && this.next());
  }

  /** ms until some work may be done. */
  private shortestRest(): number {
    const now = performance.now();
    return Math.min(...[...this.waiting.keys()].map((account) => (this.resting.get(account) ?? now) - now));
  }

  /** The oldest work of the account whose turn it is; the account goes to the end. @returns whether there was any */
  private next(): boolean {
    const now = performance.now();
    for (const [account, works] of this.waiting) {
      if (this.rests(account, now)) continue;
      const work = works.shift();
      this.waiting.delete(account);
      if (works.length > 0) this.waiting.set(account, works);
      work?.();
      return true;
    }
    return false;
  }
}
