export { ALL_COLUMNS } from './columns.ts';
export { type Asked, Queries, type Test } from './memory.ts';
export { toldProblem } from './problem.ts';
export { conditionOf, type Expressions, type TextIndex } from './sql.ts';
export { NUMBER_MARK } from './values.ts';
export { without } from './without.ts';
