/** Bounds of the identity service; `docs/limits.md` tells them. */

/** Of a custom policy. The clouds have the same numbers. */
export const MOST_STATEMENTS = 8;
export const MOST_ACTIONS = 100;
export const MOST_ACTION_LENGTH = 128;
export const MOST_WILDCARDS = 4;
export const MOST_POLICY_BYTES = 6144;

/** Of an account. */
export const MOST_PROJECTS = 200;
export const MOST_USERS = 5000;
export const MOST_GROUPS = 500;
export const MOST_ROLES = 200;

/** Of a group: roles that it holds, counted in each scope. */
export const MOST_GRANTS = 200;
/** Of a user: groups that it is in. */
export const MOST_MEMBERSHIPS = 50;

/** Of a project. */
export const MOST_INGEST_KEYS = 500;
