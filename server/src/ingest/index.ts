export { bodyError, decode, formatOf, readLines, readWhole } from './body.ts';
export { CANARY_PROJECT, Canary } from './canary.ts';
export { DiskWatch } from './disk-watch.ts';
export {
  type CloudTrailRecord,
  fromCloudTrail,
  happenedAt,
  isCloudTrailRecord,
  type MappingOptions,
} from './formats/cloudtrail.ts';
export { sentMembers } from './formats/cloudtrail-members.ts';
export { RESOURCE_RULES } from './formats/cloudtrail-resources.ts';
export { Indexing } from './indexing.ts';
export { TraceInput } from './input.ts';
export { Intake } from './intake.ts';
export {
  endOfString,
  extentOf,
  linesOf,
  objectsOf,
  parseItem,
  pastSpace,
  tracesOf,
  Unreadable,
  unmarked,
} from './items.ts';
export { LARGE_BODIES, SMALL_BODY, STREAM_FACTOR, TOLD_REJECTIONS } from './limits.ts';
export type { Placement, RecordingRules, TraceProducer } from './placement.ts';
export { emptyVerdict, type Rejection, type Verdict } from './submission.ts';
export { newTraceId } from './trace-id.ts';
