/** Bounds of the identity service; `docs/limits.md` tells them. */

/** Of a custom policy. The clouds have the same numbers. */
export const MOST_STATEMENTS = 8;
export const MOST_ACTIONS = 100;
export const MOST_ACTION_LENGTH = 128;
export const MOST_WILDCARDS = 4;
export const MOST_POLICY_BYTES = 6144;

/** Pairs of actions that one change of rights may have compared: some tens of milliseconds. */
export const MOST_COMPARISONS = 2_000_000;
/** Policies that are kept as they were read. */
export const MOST_READ = 1000;
/** Users that are read by one statement, and groups whose grants are. */
export const USERS_AT_ONCE = 500;
export const GROUPS_AT_ONCE = 4;
/** Access keys that are read by one statement. */
export const KEYS_AT_ONCE = 500;
/** Policies that are read by one statement: more would keep everybody waiting for those who look at them. */
export const POLICIES_AT_ONCE = 20;

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

/** Longest name of a user that a provider tells, in characters; as of those that are made here. */
export const MAX_NAME = 64;
/** Longest subject of an OpenID Connect provider: its own bound. */
export const MAX_SUBJECT = 255;
/** Groups of one person that are looked at, and the longest name of one. */
export const MAX_GROUPS = 200;
export const MAX_GROUP_NAME = 255;
/** Longest token; ours have about 500 characters. */
export const MAX_TOKEN = 4096;

/** Password checks at a time, of all kinds. They hold threads that the journal needs to reach the disk. */
export const PASSWORDS_AT_ONCE = 2;
/** Sign-ins that may wait: of one network, and of one account's people who are known where they are. */
export const WAITING_OF_NETWORK = 16;
export const WAITING_OF_ACCOUNT = 20;
/** Passwords of one account that wait to be hashed. */
export const WAITING_TO_HASH = 10;
/** Tries of a network in ten minutes after which it is no rare visitor any more. */
export const RARE_TRIES = 4;
/** Tries in ten minutes of a person from a known network that go before others. */
export const KNOWN_TRIES = 10;
export const TRIES_WINDOW_MS = 10 * 60_000;
/** Networks and people whose tries are counted. */
export const MOST_COUNTED = 50_000;
/** What a refusal for too many tries takes longer for each other of its network that is under way; at most. */
export const REFUSAL_STEP_MS = 100;
export const LONGEST_REFUSAL_MS = 3_000;
/** How long, and how many, networks of a user are remembered. */
export const KNOWN_FOR_MS = 90 * 86_400_000;
export const MOST_KNOWN_NETWORKS = 20;

/** How long a token lives, unless less is said. */
export const TOKEN_LIFE_MS = 24 * 3_600_000;
