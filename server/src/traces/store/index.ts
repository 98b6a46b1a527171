export { type ClickHouseOptions, clickhouseStore } from './clickhouse.ts';
