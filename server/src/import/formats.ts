import { type CloudTrailRecord, fromCloudTrail, happenedAt, type MappingOptions } from '../ingest/index.ts';
import { type Content, contentOf } from './envelopes.ts';
import { traceFileContent, traceFrom, traceTime } from './trace-files.ts';

/** What is imported: how it stands in files, and the traces that it becomes. */
export interface Format {
  /** What a file holds, for people. */
  holds: string;
  contentOf(bytes: Buffer): Content;
  /** Names that only a record has; a part with one of them was meant to be one. */
  names: RegExp;
  /** Epoch ms; NaN: it says none. */
  timeOf(record: Members): number;
  traceOf(record: Members, text: string, mapping: MappingOptions): Members;
}

type Members = Record<string, unknown>;

export const CLOUDTRAIL: Format = {
  holds: 'CloudTrail records',
  contentOf,
  names: /"(?:eventVersion|eventSource|eventName|eventTime|userIdentity)"/i,
  timeOf: (record) => happenedAt(record as CloudTrailRecord),
  traceOf: (record, text, mapping) => fromCloudTrail(record as CloudTrailRecord, text, mapping),
};

/** Trace files of CTS, here and on the clouds. @param projectId into which they are imported, where that is known */
export const traceFilesInto = (projectId: string | undefined): Format => ({
  holds: 'traces',
  contentOf: traceFileContent,
  names: /"(?:trace_name|trace_id|service_type|tracker_name)"/,
  timeOf: traceTime,
  traceOf: (record, text, mapping) => traceFrom(record, text, mapping, projectId),
});
