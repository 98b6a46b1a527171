export { ALL_COLUMNS } from './columns.ts';
export { conditionOf, type Expressions } from './sql.ts';
export { without } from './without.ts';
