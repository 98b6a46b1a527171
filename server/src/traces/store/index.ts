export { type Found, pageOf, readBounded, withFewer } from './bounded.ts';
export { type ClickHouseOptions, clickhouseStore } from './clickhouse.ts';
export { connect } from './connection.ts';
export { queryError } from './errors.ts';
export { bind, type Parameters } from './literals.ts';
export { readableJson, textMember, unmarked } from './readable.ts';
