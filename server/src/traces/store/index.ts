export { type ClickHouseOptions, clickhouseStore } from './clickhouse.ts';
export { connect } from './connection.ts';
export { bind, type Parameters } from './literals.ts';
