import type { Query } from '@opencts/client/query';
import type { Trace } from './trace.ts';

/** Families of traces: management (`system`, which includes global ones) and data. */
export type TraceFamily = 'system' | 'data';

/** Which traces. Bounds are exclusive (epoch ms); all given filters must hold; comparison is exact. */
export interface TraceFilter {
  projectId: string;
  /** Projects besides that one. */
  alsoIn?: readonly string[];
  traceId?: string;
  family?: TraceFamily;
  from: number;
  to: number;
  /** Source of the request (`trace_type` of the trace). */
  traceType?: string;
  trackerName?: string;
  serviceType?: string;
  resourceType?: string;
  resourceId?: string;
  resourceName?: string;
  traceName?: string;
  traceRating?: string;
  /** Only what did not succeed: warnings and incidents. */
  failed?: boolean;
  sourceIp?: string;
  /** Any of these user names. */
  users?: string[];
  accessKeyId?: string;
  enterpriseProjectId?: string;
  /** Any of these: trace source, resource type, trace name. */
  operations?: [service: string, resourceType: string, traceName: string][];
  /** Comparisons of which all, or any, must hold. */
  conditions?: { any: boolean; all: TraceCondition[] };
  /** In the query language. */
  query?: Query;
}

/** A comparison of a member that a notification's filter knows; an absent member is empty text. */
export interface TraceCondition {
  field: 'api_version' | 'code' | 'trace_rating' | 'trace_type' | 'resource_id' | 'resource_name';
  equal: boolean;
  value: string;
}

/** A place in the order (time, trace_id); a page continues behind it. */
export interface TraceKey {
  time: number;
  traceId: string;
}

export interface TracePage {
  traces: Trace[];
  /** Key of the last trace when others may follow, else null. */
  next: TraceKey | null;
}

/** One histogram bar: [start, start + width) in epoch ms. Buckets without traces are left out. */
export interface HistogramBucket {
  start: number;
  normal: number;
  warning: number;
  incident: number;
}

/** Columns whose distinct values can be asked for. */
export const FACETS = [
  'user',
  'service_type',
  'resource_type',
  'resource_name',
  'trace_name',
  'trace_type',
  'tracker_name',
  'source_ip',
  'access_key_id',
  'trace_rating',
  'code',
  'user_agent',
  'read_only',
] as const;
export type Facet = (typeof FACETS)[number];
export interface FacetValue {
  value: string;
  count: number;
  /** Times of its oldest and newest trace under the filter. */
  firstTime: number;
  lastTime: number;
}

/** What first appeared at or after an instant, newest first; `user` is who brought it, empty when nobody is named. */
export interface Firsts {
  /** Time of the oldest trace that was looked at; null: there is none. */
  historyFrom: number | null;
  operators: { value: string; firstTime: number; count: number }[];
  sourceIps: { value: string; firstTime: number; count: number; user: string }[];
  operations: { serviceType: string; traceName: string; firstTime: number; count: number; user: string }[];
}

/** How often an operation on a kind of resources was traced. */
export interface OperationCount {
  serviceType: string;
  resourceType: string;
  traceName: string;
  count: number;
}

/** How many traces the store holds for an hour of `record_time` (epoch ms of its start). */
export interface HourCount {
  hour: number;
  count: number;
}

/** Which end of the time comes first. */
export type Order = 'newest' | 'oldest';

/** Which members of a trace are wanted: all, or those of a line in a list (a CSV record). */
export type Members = 'all' | 'line';

/**
 * What can be asked of the trace store; each question is bound to one project. Answers are bounded by bytes as
 * well as by their limit. @throws StoreUnavailable, ReadTooWide, ReadTooLong
 */
export interface TraceReader {
  /**
   * Newest first unless `order` is another, at most `limit` (1 to 10,000), behind `after` when given. A page of large
   * traces ends early, with `next`. Copies of a retried trace show once.
   */
  page(
    filter: TraceFilter,
    limit: number,
    after?: TraceKey,
    members?: Members,
    order?: Order,
  ): Promise<TracePage>;
  /** The trace with this id in the project, whatever its time: the first that was recorded. */
  find(projectId: string, traceId: string): Promise<Trace | null>;
  histogram(filter: TraceFilter, bucketMs: number): Promise<HistogramBucket[]>;
  /** Distinct values, most frequent first. What the filter, or its query, asks of the facet itself is not applied. */
  facet(filter: TraceFilter, facet: Facet, limit: number): Promise<FacetValue[]>;
  /** Operations of the filter's traces, most frequent first. */
  operations(filter: TraceFilter, limit: number): Promise<OperationCount[]>;
  /** Operators, source addresses and operations of which no trace of the filter is older than `since`. */
  firsts(filter: TraceFilter, since: number, limit: number): Promise<Firsts>;
  /** Services that reported since an instant, each with its resource types; by name. */
  resourceTypes(projectId: string, from: number): Promise<{ serviceType: string; resourceTypes: string[] }[]>;
  /** Hours of record_time in [from, to) of a project. */
  hourCounts(projectId: string, from: number, to: number): Promise<HourCount[]>;
}

/** Whose traces: of one tracker. */
export interface RecordedBy {
  projectId: string;
  trackerName: string;
}

/** A trace as it stands in a trace file. */
export interface StoredLine extends TraceKey {
  recordTime: number;
  serviceType: string;
  traceName: string;
  line: string;
}

export interface StoredLines {
  lines: StoredLine[];
  /** Others may follow. */
  more: boolean;
}

/** A part of the store's table, as it was written once. */
export interface StoredPart {
  name: string;
  /** Of all its files. */
  checksum: string;
  bytes: number;
  /** Epoch ms. */
  written: number;
}

/**
 * The last days of traces, searchable. A store that is away makes every call throw {@link StoreUnavailable};
 * callers answer 503 or try again.
 */
export interface TraceStore {
  /** For the service itself: waits for nobody's queries. */
  readonly own: TraceReader;
  /**
   * For callers: the queries of an account take turns with those of others.
   * @param signal whoever asks has gone: what waits is dropped, what runs is ended
   */
  readerFor(account: string, signal: AbortSignal): TraceReader;
  /** Creates or updates the schema. Idempotent. */
  migrate(): Promise<void>;
  /** Resolves when the engine answers, and has its tables. @param signal ends the waiting */
  ping(signal?: AbortSignal): Promise<void>;
  /** Does what is due beside inserts and queries. To be called every few seconds, while the store answers. */
  tend(): Promise<void>;
  /**
   * Inserts newline-terminated {@link TraceLine}s, durably, all or nothing. The lines must share
   * the UTC day of `record_time`. A token that was inserted before is not inserted again.
   */
  insert(lines: Uint8Array, token: string): Promise<void>;
  /** Which of the ids of a project's traces, of a time in [from, to], are there. */
  known(projectId: string, ids: readonly string[], from: number, to: number): Promise<Set<string>>;
  /** Drops the days of `record_time` that end at or before this instant (epoch ms). Returns the days dropped. */
  dropBefore(instant: number): Promise<string[]>;
  /** How many traces of a tracker are there, and when the first and last of them were recorded. */
  extentOf(tracker: RecordedBy): Promise<{ traces: number; oldest: number; newest: number }>;
  /**
   * Traces of a tracker that were recorded until an instant, oldest first, each once: at most `limit`, above `after`
   * when given. A page of large traces ends early.
   */
  linesOf(
    tracker: RecordedBy,
    page: { upTo: number; after: TraceKey | undefined; limit: number },
  ): Promise<StoredLines>;
  /** Traces of every project by hour of record_time, for hours from this instant on. */
  held(from: number): Promise<[projectId: string, hour: number, traces: number][]>;
  /** What the table lies in on disk, newest first; none of replicas, which mend themselves. */
  parts(): Promise<StoredPart[]>;
  /** Reads a part whole, and takes it out if it cannot be read: everything else is answered again. @returns whether it was */
  setAsideIfDamaged(part: string): Promise<boolean>;
  /** Parts that were taken out because they could not be read; they are kept beside the table. */
  damagedParts(): Promise<string[]>;
  /** How the store would find a page, in its own words; for tests and for those who tune it. */
  explain(filter: TraceFilter, limit: number): Promise<string>;
  /** Gives the files of now a second name below `shadow/` of the server's data; they hold what was inserted before. */
  freeze(name: string): Promise<void>;
  /** Rows and bytes on disk. */
  size(): Promise<{ rows: number; bytes: number }>;
  close(): Promise<void>;
}

/** What is asked for would take more of the engine than one query may; a narrower question would not. */
export class ReadTooWide extends Error {
  override readonly name = 'ReadTooWide';
}

/** A query was ended at its time. */
export class ReadTooLong extends Error {
  override readonly name = 'ReadTooLong';
}

/** The trace store does not answer now; nothing is known about a write under way. */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable';
}

/** The trace store answers an insert with an error of which it is not known whether the rows cause it. */
export class InsertFailed extends StoreUnavailable {
  override readonly name = 'InsertFailed';
}

/** The trace store refuses the rows of an insert for what they say; no repetition would help. */
export class InsertRefused extends Error {
  override readonly name = 'InsertRefused';
}
