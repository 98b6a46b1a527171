import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { SqliteConnection, type SqliteParts } from './sqlite-connection.ts';

/** SQLite with one connection that writes and others that read. @param open called once, at the first statement */
export function sqliteDialect(open: () => Promise<SqliteParts>): Dialect {
  return {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createDriver: () => new SqliteDriver(open),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** SQLite changes schemas in transactions as it does rows: an upgrade that is broken off has changed nothing. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class SqliteDriver implements Driver {
  private readonly open: () => Promise<SqliteParts>;
  private parts!: SqliteParts;

  constructor(open: () => Promise<SqliteParts>) {
    this.open = open;
  }

  async init(): Promise<void> {
    this.parts = await this.open();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return new SqliteConnection(this.parts);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as SqliteConnection).begin();
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as SqliteConnection).commit();
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as SqliteConnection).rollback();
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    (connection as SqliteConnection).release();
  }

  async destroy(): Promise<void> {
    await Promise.all([this.parts.writer, ...this.parts.readers].map((executor) => executor.close()));
  }
}
