const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 15 * 60_000;
const FORGET_MS = 3_600_000;
const MOST_KEYS = 50_000;

/**
 * Failed sign-ins per user and address: after five in a row each next try must wait twice as long. A try that
 * comes too early is refused and not counted, so that a person who waits gets in.
 */
export class Attempts {
  private readonly clock: () => number;
  private readonly failures = new Map<string, { count: number; last: number }>();

  constructor(clock: () => number) {
    this.clock = clock;
  }

  /** Whether a try must be refused unseen. */
  blocked(key: string): boolean {
    const failure = this.failures.get(key);
    if (!failure || failure.count < FREE_FAILURES) return false;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (failure.count - FREE_FAILURES), LONGEST_WAIT_MS);
    return this.clock() < failure.last + wait;
  }

  failed(key: string): void {
    const now = this.clock();
    const failure = this.failures.get(key);
    const count = failure && now - failure.last < FORGET_MS ? failure.count + 1 : 1;
    this.failures.delete(key);
    this.failures.set(key, { count, last: now });
    if (this.failures.size > MOST_KEYS) this.failures.delete(this.failures.keys().next().value as string);
  }

  succeeded(key: string): void {
    this.failures.delete(key);
  }
}
