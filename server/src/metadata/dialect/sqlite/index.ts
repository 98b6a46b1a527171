export { SqliteError, type SqliteParts } from './sqlite-connection.ts';
export { sqliteDialect } from './sqlite-dialect.ts';
export { SqliteInPlace, SqliteThread } from './sqlite-executor.ts';
export { Turns } from './turns.ts';
