/** What is looked for, as a tree; the language is `docs/query.md`. Texts are compared without case of A to Z. */
export type Query =
  | { all: Query[] }
  | { any: Query[] }
  | { not: Query }
  /** The words stand somewhere in the text of a trace. */
  | { words: Words }
  | { column: TextColumn; is: TextTest }
  | { column: NumberColumn | TimeColumn; from?: number; to?: number; exists?: true }
  /** An address of 128 bits in 32 hexadecimal digits, those of IPv4 mapped, from the first to the last. */
  | { column: 'source_ip'; network: { first: string; last: string } }
  | { column: 'read_only'; equals: boolean }
  | { column: 'read_only'; exists: true }
  | { member: { column: JsonColumn; path: string[] }; is: MemberTest };

/** Words as they stand in the text, one after the other. */
export interface Words {
  /** In lower case. */
  text: string;
  /** A word of the trace begins, or ends, where the text does. */
  begins: boolean;
  ends: boolean;
}

/** Texts with anything between them: `del*Server` is `['del', 'server']`. In lower case. */
export type Pattern = readonly string[];

export type TextTest =
  | { equals: string }
  | { like: Pattern }
  | { exists: true }
  | { words: Words }
  /** A text that is a number, as codes are. */
  | { from?: number; to?: number };

/** Of texts, numbers and flags, and of lists of them. */
export type MemberTest =
  /** `number`: so is one that is written otherwise, with at most 15 characters; longer ones may be rounded to others. */
  | { equals: string; number?: number | undefined }
  | { like: Pattern }
  | { exists: true }
  | { from?: number; to?: number };

export const TEXT_COLUMNS = [
  'trace_id',
  'trace_name',
  'trace_rating',
  'trace_type',
  'service_type',
  'resource_type',
  'resource_name',
  'resource_id',
  'user_name',
  'access_key_id',
  'source_ip',
  'code',
  'request',
  'response',
  'message',
  'api_version',
  'request_id',
  'operation_id',
  'location_info',
  'endpoint',
  'resource_url',
  'user_agent',
  'event_type',
  'tracker_name',
  'project_id',
  'domain_id',
  'resource_account_id',
  'enterprise_project_id',
] as const;
export type TextColumn = (typeof TEXT_COLUMNS)[number];
export type NumberColumn = 'content_length' | 'total_time';
/** In epoch ms; `from` and `to` are of the range. */
export type TimeColumn = 'time' | 'record_time';
/** Columns with JSON text, into which a path leads. */
export type JsonColumn = 'request' | 'response' | 'message' | 'user' | 'extra';

const UPPER = /[A-Z]+/g;
/** Lower case of A to Z alone, as the trace store compares. */
export const lower = (text: string): string => text.replace(UPPER, (letters) => letters.toLowerCase());
