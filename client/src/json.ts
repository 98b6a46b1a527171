/** JSON as it was sent, to the last digit. */
export { Exact, exactJson, membersOf } from './exact.ts';
export {
  compacted,
  elementsIn,
  endOfString,
  indented,
  membersIn,
  tokensOf,
} from './json-text.ts';
