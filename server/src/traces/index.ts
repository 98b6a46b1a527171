export {
  canonical,
  compacted,
  exactJson,
  type Member,
  membersIn,
} from '@opencts/client/json';
export { cutText, fits } from './cut-text.ts';
export { insertAll, missingIn } from './inserting.ts';
export { QUERY_SHARES } from './limits.ts';
export {
  fileLine,
  isKeptEmpty,
  journalLine,
  lineOf,
  readLine,
  type TraceLine,
  traceOfFile,
  traceOfLine,
  userOf,
} from './line.ts';
export { Masker } from './mask.ts';
export { MASK } from './mask-edits.ts';
export { isLabel } from './mask-pairs.ts';
export { Steps } from './mask-steps.ts';
export * from './query.ts';
export {
  bind,
  type ClickHouseOptions,
  clickhouseStore,
  connect,
  type Found,
  type Parameters,
  pageOf,
  queryError,
  readableJson,
  readBounded,
  textMember,
  unmarked,
  withFewer,
} from './store/index.ts';
export * from './trace.ts';
export { type Fixed, fixedMembers, LineWriter, type Written } from './written-line.ts';
