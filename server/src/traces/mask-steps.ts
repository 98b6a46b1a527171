/** Characters below the surface of one trace that are looked through: more than a level below all that is kept of it. */
const MOST_STEPS = 384 * 1024;

/** Names of secrets, and labels of values, in one trace that are looked at: each costs far more than what lies between. */
const MOST_NAMES = 4096;

/**
 * How much of what the texts of a trace say below their escapes may still be looked through. The surface is looked at
 * always; below it each level costs as much again, so who wants to keep the service busy nests; or names secrets without end.
 */
export class Steps {
  private left: number;
  private names = MOST_NAMES;

  constructor(most = MOST_STEPS) {
    this.left = most;
  }

  /** Whether one more name of a secret may be looked at. @param cost of it, in those of a common name */
  takeName(cost = 1): boolean {
    this.names -= cost;
    return this.names >= 0;
  }

  /** Whether a text of that length may be looked through, too. */
  take(length: number): boolean {
    if (length > this.left) return false;
    this.left -= length;
    return true;
  }
}
