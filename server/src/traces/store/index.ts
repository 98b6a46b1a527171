export { type ClickHouseOptions, clickhouseStore } from './clickhouse.ts';
export { connect } from './connection.ts';
