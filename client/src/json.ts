/** JSON as it was sent, to the last digit. */
export { Exact, exactJson, membersOf, wholeOf } from './exact.ts';
export {
  canonical,
  compacted,
  elementsIn,
  endOfString,
  indented,
  type Member,
  membersIn,
  tokensOf,
} from './json-text.ts';
