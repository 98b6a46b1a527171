/** Work on requests for this long, then let everything else of the process have its turn. */
const SLICE_MS = 8;
/** The most of it for one piece of work. */
const PIECE_MS = 4;

/**
 * Shares the event loop between requests and the rest, and between accounts: bodies that arrive together are not
 * all worked off in one go, else the journal's followers would wait for hundreds of them at every step; and
 * accounts take turns, else those of one would wait for all of another.
 */
export class Pacer {
  /** Work of accounts that wait, in the order of their turns. */
  private readonly waiting = new Map<string, (() => void)[]>();
  /** When the present slice is over; it begins with the first work of a turn of the event loop. */
  private sliceEnd = 0;
  private inSlice = false;

  /**
   * Runs a piece of work at once or, when this turn's time is used up, in a later turn.
   * @param work is told when to stop, by `performance.now()`
   * @param goesOn it was begun before: the account's next turn is its own, so that little is half done at a time
   */
  async run<T>(account: string, work: (until: number) => T, goesOn = false): Promise<T> {
    if (!this.inSlice) this.beginSlice();
    const now = performance.now();
    if (this.waiting.size === 0 && now < this.sliceEnd) return work(now + PIECE_MS);
    return new Promise((resolve, reject) => {
      const begin = () => {
        try {
          resolve(work(performance.now() + PIECE_MS));
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

  private beginSlice(): void {
    this.inSlice = true;
    this.sliceEnd = performance.now() + SLICE_MS;
    setImmediate(() => {
      this.inSlice = false;
      if (this.waiting.size === 0) return;
      this.beginSlice();
      do this.next();
      while (this.waiting.size > 0 && performance.now() < this.sliceEnd);
    });
  }

  /** The oldest work of the account whose turn it is; the account goes to the end. */
  private next(): void {
    for (const [account, works] of this.waiting) {
      const work = works.shift();
      this.waiting.delete(account);
      if (works.length > 0) this.waiting.set(account, works);
      work?.();
      return;
    }
  }
}
