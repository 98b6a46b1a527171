export * from './query.ts';
export { type ClickHouseOptions, clickhouseStore, connect } from './store/index.ts';
export * from './trace.ts';
