export { bodyError, decode, formatOf, parseLine, parseTraces, readLines, readWhole } from './body.ts';
export { CANARY_PROJECT, Canary } from './canary.ts';
export { DiskWatch } from './disk-watch.ts';
export { type CloudTrailRecord, fromCloudTrail } from './formats/cloudtrail.ts';
export { Indexing } from './indexing.ts';
export { TraceInput } from './input.ts';
export { emptyVerdict, Intake, type Rejection, type Verdict } from './intake.ts';
export type { Placement, RecordingRules, TraceProducer } from './placement.ts';
export { newTraceId } from './trace-id.ts';
