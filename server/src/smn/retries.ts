import type { Outcome } from './channels/channel.ts';

export const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 5 * 60_000;
/** A subscriber that fails for so long is paused: tried rarely, until it answers. */
export const PAUSE_AFTER_MS = 30 * 60_000;
const PAUSED_RETRY_MS = 10 * 60_000;
/** A way that is not set up stays so, mostly, until the service starts again. */
const UNSET_RETRY_MS = 3_600_000;

/**
 * ms until a subscriber that failed is tried again. Doubles from failure to failure, with jitter so that those who
 * failed together do not come together.
 * @param failures before this one
 */
export function retryAfter({ isUnset }: Outcome, failures: number, failingMs: number): number {
  if (isUnset) return UNSET_RETRY_MS;
  if (failingMs >= PAUSE_AFTER_MS) return PAUSED_RETRY_MS;
  const wait = Math.min(RETRY_FIRST_MS * 2 ** Math.min(failures, 20), RETRY_MOST_MS);
  return Math.round(wait * (0.8 + 0.4 * Math.random()));
}
