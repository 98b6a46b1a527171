export { type Engine, keepEngine, removeEngine, startEngine } from './supervisor.ts';
