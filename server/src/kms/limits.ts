/** Bounds of the keyring; `docs/limits.md` tells them. */

/** Of a project. */
export const MOST_KEYS = 100;
/** Rotations of a key: each version is kept, since it opens what it has sealed. */
export const MOST_VERSIONS = 1000;
