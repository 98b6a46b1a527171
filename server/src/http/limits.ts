import type { FairQueueOptions } from '../shares/index.ts';
import type { PlaceShares } from './places.ts';

/** Bytes of a request's body, where a route says nothing else. */
export const MAX_BODY = 1024 * 1024;
/** Bytes of the body of a call that anybody may make: a sign-in is small. */
export const MAX_OPEN_BODY = 64 * 1024;
/** Characters of one part of a path, with escapes: URNs of topics with long names. */
export const MAX_PATH_MEMBER = 2048;
/** Levels of nesting in a JSON body. */
export const MAX_JSON_DEPTH = 64;
/** Values in a JSON body: members, items, objects and arrays. */
export const MAX_JSON_VALUES = 20_000;
/** Bytes of a signed request's body, as of the clouds' gateway. */
export const MAX_SIGNED_BODY = 12 * 1024 * 1024;
/** Bytes of signed bodies whose signatures are not proven yet: of one network, of all; so many of each body do not count. */
export const UNPROVEN_BODIES_OF_NETWORK = 64 * 1024 * 1024;
export const UNPROVEN_BODIES = 256 * 1024 * 1024;
export const FREE_SIGNED_BODY = 64 * 1024;
/** Bytes of a body that is read though its request was answered already; before a larger one the connection ends. */
export const FREE_UNREAD_BODY = 64 * 1024;
/** Characters of a refusal's message. */
export const MAX_MESSAGE = 600;

/** Characters of a value that a trace is compared with; names of resources and of operators may be long. */
export const MAX_FILTER_VALUE = 1024;
/** Values of `user`. */
export const MOST_USERS = 100;
/** Characters of a marker, or of an id in its place. */
export const MAX_MARKER = 128;
/** Characters of the name of a time zone. */
export const MAX_TIME_ZONE = 64;
/** Bounds of an instant (years 2000 to 2100), epoch ms. */
export const EARLIEST = 946_656_000_000;
export const LATEST = 4_102_416_000_000;
/** Days that the accounting tells of at a time. */
export const MOST_ACCOUNTED_DAYS = 366;
/** Traces of a page of an export; of large ones fewer. */
export const EXPORT_PAGE = 2000;

/**
 * Requests of accounts that are being worked at. Ordinary clients (a console, a tool with 30 requests side by
 * side) wait for a moment at most, and are never refused.
 */
export const REQUEST_SHARES: PlaceShares = {
  name: 'requests',
  atOnce: 1000,
  each: 16,
  eachUser: 12,
  waiting: 300,
  retryAfter: 2,
};
/** Bodies that come, or wait for their turn: each may be 1 MiB, and come slowly. */
export const BODY_SHARES: PlaceShares = {
  name: 'bodies',
  atOnce: 500,
  each: 40,
  eachUser: 16,
  waiting: 300,
  retryAfter: 2,
};
/** Answers that are streams: exports and downloads. Those that wait have places among the requests: few. */
export const STREAM_SHARES: FairQueueOptions = {
  name: 'downloads',
  atOnce: 200,
  each: 10,
  waiting: 4,
  retryAfter: 5,
};
/** Looks into trace files, which are unpacked or hashed for it. */
export const FILE_SHARES: FairQueueOptions = {
  name: 'trace files',
  atOnce: 4,
  each: 2,
  waiting: 60,
  retryAfter: 5,
};
/** Lists that can be megabytes and have no pages: users, role assignments. */
export const LIST_SHARES: FairQueueOptions = {
  name: 'lists',
  atOnce: 2,
  each: 1,
  waiting: 60,
  retryAfter: 2,
};
/** Items of such a list that are written out in one turn of the loop. */
export const ITEMS_AT_ONCE = 250;
/** Bytes of it that are handed over in one piece. */
export const BYTES_AT_ONCE = 256 * 1024;
/** Bytes of answers of one account that it has not read yet; and of all accounts. */
export const MAX_UNREAD_BYTES = 48 * 1024 * 1024;
export const MAX_UNREAD_BYTES_IN_ALL = 256 * 1024 * 1024;
/** Requests of one connection that wait for their answers; of many more nothing is answered. */
export const MOST_UNANSWERED = 100;
export const FAR_TOO_MANY_UNANSWERED = 1000;
/** Calls without credentials that are being worked at, by networks. */
export const STRANGER_SHARES: FairQueueOptions = {
  name: 'strangers',
  atOnce: 200,
  each: 16,
  waiting: 300,
  retryAfter: 2,
};
/** For the headers of a request, from the connection's begin or the request before. */
export const HEADERS_MS = 30_000;
/** A body brings at least so much of each window, on the average. */
export const BODY_WINDOW_MS = 30_000;
export const BODY_BYTES_A_SECOND = 1024;
/** How often it is looked whether the caller of a stream may still read. */
export const STREAM_LOOK_MS = 2_000;
/**
 * Of a stream the reader takes at least so much of each window, on the average. The window is long, since what is
 * taken shows late: buffers of the system hold some megabytes, and make room a third of it at a time.
 */
export const STREAM_WINDOW_MS = 120_000;
export const STREAM_BYTES_A_SECOND = 8 * 1024;
/** For a reader that takes nothing of its answer. */
export const UNTAKEN_MS = 60_000;
/** A connection that waits for its next request; longer than proxies keep theirs. */
export const KEEP_ALIVE_MS = 72_000;
/** How often slow connections are looked for. */
export const LOOK_EVERY_MS = 5_000;
/** Of all connections, those that one network may hold; unless there are proxies in front. */
export const SHARE_OF_ONE_NETWORK = 0.5;
/** Open files that are kept for the house: journal, metadata, archive, connections to others. */
export const FILES_OF_THE_HOUSE = 256;
/** With fewer connections there is no service. */
export const LEAST_CONNECTIONS = 64;
