/** Work on requests for this long, then let everything else of the process have its turn. */
const SLICE_MS = 8;

/**
 * Shares the event loop between requests and the rest: bodies that arrive together are not all worked off in
 * one go, else the journal's followers would wait for hundreds of them at every step.
 */
export class Pacer {
  private readonly waiting: (() => void)[] = [];
  /** When the present slice is over; it begins with the first work of a turn of the event loop. */
  private sliceEnd = 0;
  private inSlice = false;

  /** Runs work at once or, when this turn's time is used up, in a later turn; in the order of asking. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (!this.inSlice) this.beginSlice();
    if (this.waiting.length === 0 && performance.now() < this.sliceEnd) return work();
    return new Promise((resolve, reject) => {
      this.waiting.push(() => work().then(resolve, reject));
    });
  }

  private beginSlice(): void {
    this.inSlice = true;
    this.sliceEnd = performance.now() + SLICE_MS;
    setImmediate(() => {
      this.inSlice = false;
      if (this.waiting.length === 0) return;
      this.beginSlice();
      while (this.waiting.length > 0 && performance.now() < this.sliceEnd) this.waiting.shift()?.();
    });
  }
}
