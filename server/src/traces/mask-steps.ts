/** Characters below the surface of one trace that are looked through: more than a level below all that is kept of it. */
const MOST_STEPS = 384 * 1024;

/**
 * How much of what the texts of a trace say below their escapes may still be looked through. The surface is looked at
 * always; below it each level costs as much again, so who wants to keep the service busy nests.
 */
export class Steps {
  private left: number;

  constructor(most = MOST_STEPS) {
    this.left = most;
  }

  /** Whether a text of that length may be looked through, too. */
  take(length: number): boolean {
    if (length > this.left) return false;
    this.left -= length;
    return true;
  }
}
