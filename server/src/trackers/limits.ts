/** Bounds of trackers; `docs/limits.md` tells them. */

/** Of a project, as the clouds have it. */
export const MOST_DATA_TRACKERS = 100;
/** Of a tracker. */
export const MOST_TAGS = 20;
/** Buckets of an account that can be made without a tracker. */
export const MOST_BUCKETS = 1000;
