export { type Engine, removeEngine, startEngine } from './supervisor.ts';
