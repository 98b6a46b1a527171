export { type Choice, choiceOf, withChoice } from './choice.ts';
export { FIELDS, type Field, fieldOf, likeliest, NAMES, PARENTS, shortName, WORDS } from './fields.ts';
export { MAX_QUERY, parseQuery, QueryProblem } from './parse.ts';
export * from './query.ts';
export { addressOf, hexOf, MOST_DIGITS, networkOf } from './values.ts';
export { narrowed, quoted } from './write.ts';
