export * from './query.ts';
export { type ClickHouseOptions, clickhouseStore } from './store/index.ts';
export * from './trace.ts';
