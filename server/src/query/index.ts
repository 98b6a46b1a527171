export { ALL_COLUMNS, type Line } from './columns.ts';
export { compiled, type Matcher } from './memory.ts';
export { conditionOf, type Expressions } from './sql.ts';
