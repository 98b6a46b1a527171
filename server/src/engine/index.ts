export { type Engine, startEngine } from './supervisor.ts';
