export { bodyError, decode, formatOf, parseLine, parseTraces, readLines, readWhole } from './body.ts';
export { CANARY_PROJECT, Canary } from './canary.ts';
export { DiskWatch } from './disk-watch.ts';
export { type CloudTrailRecord, fromCloudTrail } from './formats/cloudtrail.ts';
export { Indexing } from './indexing.ts';
export { TraceInput } from './input.ts';
export { Intake, type Rejection, type TraceProducer, type Verdict } from './intake.ts';
