import { closeSync, openSync } from 'node:fs';
import { Kysely, Migrator, SqliteDialect } from 'kysely';
import Sqlite from 'libsql';
import { MIGRATIONS } from './migrations.ts';
import type { Database } from './schema.ts';

export type Metadata = Kysely<Database>;

/** Opens the metadata store in a SQLite file, made with mode 0600, and brings its schema up to date. */
export async function openMetadata(file: string): Promise<Metadata> {
  closeSync(openSync(file, 'a', 0o600));
  const sqlite = new Sqlite(file);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('foreign_keys = ON');
  // Another thread or process may be writing.
  sqlite.pragma('busy_timeout = 10000');
  const metadata = new Kysely<Database>({ dialect: new SqliteDialect({ database: sqlite }) });
  const migrator = new Migrator({ db: metadata, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    await metadata.destroy();
    throw new Error(`the metadata store ${file} could not be brought up to date`, { cause: error });
  }
  return metadata;
}
