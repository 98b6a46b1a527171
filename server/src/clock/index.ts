export { type Bounds, type Clocks, MACHINE, type Mark, Reckoning, sure } from './reckoning.ts';
export { type MarkNow, Timekeeper } from './timekeeper.ts';
