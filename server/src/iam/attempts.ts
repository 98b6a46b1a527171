import { MOST_COUNTED } from './limits.ts';

const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 15 * 60_000;
const FORGET_MS = 3_600_000;

/**
 * Failed sign-ins per user and network: after five in a row each next try must wait twice as long. A try that
 * comes too early is refused and not counted, so that a person who waits gets in.
 */
export class Attempts {
  private readonly clock: () => number;
  private readonly failures = new Map<string, { count: number; last: number; refused?: boolean }>();

  constructor(clock: () => number) {
    this.clock = clock;
  }

  /** Whether a try must be refused unseen, and whether another one was since the last failure. */
  refusal(key: string): { again: boolean } | undefined {
    const failure = this.failures.get(key);
    if (!failure || failure.count < FREE_FAILURES) return undefined;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (failure.count - FREE_FAILURES), LONGEST_WAIT_MS);
    const waited = this.clock() - failure.last;
    // Nobody is kept out by a clock that was ahead.
    if (waited >= wait || waited < -FORGET_MS) return undefined;
    const again = failure.refused === true;
    failure.refused = true;
    return { again };
  }

  failed(key: string): void {
    const now = this.clock();
    const failure = this.failures.get(key);
    const count = failure && now - failure.last < FORGET_MS ? failure.count + 1 : 1;
    this.failures.delete(key);
    this.failures.set(key, { count, last: now });
    if (this.failures.size > MOST_COUNTED) this.failures.delete(this.failures.keys().next().value as string);
  }

  succeeded(key: string): void {
    this.failures.delete(key);
  }
}
