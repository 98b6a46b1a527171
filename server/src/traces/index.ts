export { QUERY_SHARES } from './limits.ts';
export { Masker } from './mask.ts';
export * from './query.ts';
export {
  bind,
  type ClickHouseOptions,
  clickhouseStore,
  connect,
  type Found,
  type Parameters,
  pageOf,
  queryError,
  readBounded,
  withFewer,
} from './store/index.ts';
export * from './trace.ts';
