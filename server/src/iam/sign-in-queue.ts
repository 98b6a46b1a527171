import { ERRORS } from '../errors.ts';

/** Password checks at a time. They hold threads that the journal needs to reach the disk. */
const AT_ONCE = 2;
/** About five seconds of work. */
const MOST_WAITING = 200;

/** Lets a few password checks run at a time and a bounded number wait, first come, first served. */
export class SignInQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** @throws CtsError 503 when too many wait already */
  async run<T>(check: () => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) {
      if (this.waiting.length >= MOST_WAITING) {
        throw ERRORS.unavailable('too many sign-ins at once; try again', 5);
      }
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running++;
    }
    try {
      return await check();
    } finally {
      // Whoever waits longest takes the place over.
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
