export { HUNG_MS } from './heartbeat.ts';
export { type Engine, keepEngine, removeEngine, startEngine } from './supervisor.ts';
