import { ERRORS } from '../errors.ts';

export interface FairQueueOptions {
  /** What waits here, in the words of a refusal: `queries`, `sign-ins`. Also its label in the metrics. */
  name: string;
  /** Pieces of work that run at a time. */
  atOnce: number;
  /** Of those, by one account; the others are kept for whoever comes next. Default: all but one. */
  each?: number;
  /** Pieces of work of one account that may wait; who asks for more is refused. */
  waiting: number;
  /** Pieces of work that may wait in all; only accounts that wait already are refused then. Default: 20 accounts' worth. */
  waitingInAll?: number;
  /** Told to whoever is refused, in seconds. */
  retryAfter?: number;
}

export interface QueueLoad {
  running: number;
  waiting: number;
  /** Refused since the start. */
  refused: number;
}

interface Waiting {
  begin: () => void;
  abandon: () => void;
}

/**
 * Shares something scarce between accounts: a few pieces of work run at a time, never all of one account, and
 * accounts that wait take turns, each with its oldest piece. So what one account asks for never stands in the
 * way of another's by more than the piece that runs.
 *
 * State is touched only on the event loop's thread, between awaits.
 */
export class FairQueue {
  readonly name: string;
  private readonly options: Required<FairQueueOptions>;
  private readonly running = new Map<string, number>();
  /** Accounts that wait, in the order of their turns. */
  private readonly waiting = new Map<string, Waiting[]>();
  private runningInAll = 0;
  private waitingInAll = 0;
  private refused = 0;

  constructor(options: FairQueueOptions) {
    this.name = options.name;
    this.options = {
      each: Math.max(options.atOnce - 1, 1),
      waitingInAll: options.waiting * 20,
      retryAfter: 1,
      ...options,
    };
  }

  /**
   * Runs work when it is the account's turn.
   * @param account any text that tells who asks
   * @param signal whoever asked has gone: work that has not begun is dropped
   * @throws CtsError 429 when too much of the account waits already
   */
  async run<T>(account: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.mayBegin(account)) this.occupy(account);
    else await this.wait(account, signal);
    try {
      return await work();
    } finally {
      this.release(account);
    }
  }

  /**
   * A place, when it is the account's turn.
   * @returns gives it back
   * @throws as {@link run}
   */
  take(account: string, signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      this.run(account, () => new Promise<void>(resolve), signal).catch(reject);
    });
  }

  load(): QueueLoad {
    return { running: this.runningInAll, waiting: this.waitingInAll, refused: this.refused };
  }

  private mayBegin(account: string): boolean {
    const { atOnce, each } = this.options;
    return this.runningInAll < atOnce && (this.running.get(account) ?? 0) < each;
  }

  private occupy(account: string): void {
    this.runningInAll++;
    this.running.set(account, (this.running.get(account) ?? 0) + 1);
  }

  private release(account: string): void {
    this.runningInAll--;
    const left = (this.running.get(account) ?? 1) - 1;
    if (left === 0) this.running.delete(account);
    else this.running.set(account, left);
    this.beginNext();
  }

  /** Resolves when the account has a place. */
  private wait(account: string, signal: AbortSignal | undefined): Promise<void> {
    const { name, waiting, waitingInAll, retryAfter } = this.options;
    const mine = this.waiting.get(account) ?? [];
    if (mine.length >= waiting || (mine.length > 0 && this.waitingInAll >= waitingInAll)) {
      this.refused++;
      throw ERRORS.tooMany(name, waiting, retryAfter);
    }
    return new Promise((resolve, reject) => {
      const abandon = () => {
        this.remove(account, entry);
        reject(signal?.reason as Error);
      };
      const begin = () => {
        signal?.removeEventListener('abort', abandon);
        resolve();
      };
      const entry = { begin, abandon };
      signal?.addEventListener('abort', abandon, { once: true });
      mine.push(entry);
      this.waiting.set(account, mine);
      this.waitingInAll++;
    });
  }

  /** Accounts take turns: whoever was served goes to the end. */
  private beginNext(): void {
    for (const [account, entries] of this.waiting) {
      if (this.runningInAll >= this.options.atOnce) return;
      if (!this.mayBegin(account)) continue;
      const next = entries.shift() as Waiting;
      this.waitingInAll--;
      this.waiting.delete(account);
      if (entries.length > 0) this.waiting.set(account, entries);
      this.occupy(account);
      next.begin();
      return;
    }
  }

  private remove(account: string, entry: Waiting): void {
    const entries = this.waiting.get(account);
    const at = entries?.indexOf(entry) ?? -1;
    if (!entries || at === -1) return;
    entries.splice(at, 1);
    this.waitingInAll--;
    if (entries.length === 0) this.waiting.delete(account);
  }
}
