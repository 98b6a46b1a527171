import type { FairQueueOptions } from '../shares/index.ts';

const MB = 1024 ** 2;

/** Bytes of the rows that one answer may hold; a page that would hold more ends early. */
export const MAX_PAGE_BYTES = 4 * MB;
/** Rows that the engine's memory for one query holds however large each of them is. */
export const ROWS_OF_ANY_SIZE = 8;
/** Seconds after which a query is ended. */
export const MAX_QUERY_SECONDS = 30;
/** Memory of the engine that one query of a caller may take. */
export const MAX_QUERY_MEMORY = 192 * MB;
/** Above this, groups and sorts go on on disk. */
export const MEMORY_BEFORE_DISK = 64 * MB;
/** Bytes of a statement with the values in it. */
export const MAX_STATEMENT = 4 * MB;
/** Services, and resource types of each, that are told of a project. */
export const MOST_SERVICES = 500;
export const MOST_RESOURCE_TYPES = 100;

/** Queries of callers. The embedded engine has as many sessions. */
export const QUERY_SHARES: FairQueueOptions = {
  name: 'queries',
  atOnce: 8,
  each: 3,
  waiting: 100,
  retryAfter: 2,
};
