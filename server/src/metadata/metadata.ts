import { closeSync, openSync } from 'node:fs';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  Migrator,
  SqliteDialect,
  SqliteDriver,
} from 'kysely';
import Sqlite from 'libsql';
import { MIGRATIONS } from './migrations.ts';
import type { Database } from './schema.ts';

export type Metadata = Kysely<Database>;

/** How long a statement waits while another thread or process writes. */
const BUSY_MS = 10_000;

/** Opens the metadata store in a SQLite file, made with mode 0600, and brings its schema up to date. */
export async function openMetadata(file: string): Promise<Metadata> {
  closeSync(openSync(file, 'a', 0o600));
  const metadata = connectMetadata(file);
  const migrator = new Migrator({ db: metadata, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    await metadata.destroy();
    throw new Error(`the metadata store ${file} could not be brought up to date`, { cause: error });
  }
  return metadata;
}

/** Another connection to a metadata store that is open already, for another thread. */
export function connectMetadata(file: string): Metadata {
  const sqlite = new Sqlite(file);
  sqlite.pragma(`busy_timeout = ${BUSY_MS}`);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('foreign_keys = ON');
  return new Kysely<Database>({ dialect: new WritingDialect({ database: sqlite }) });
}

/**
 * Transactions take the right to write at their beginning. One that reads first and writes then would be
 * refused, without waiting, when another connection has written in between.
 */
class WritingDialect extends SqliteDialect {
  private readonly settings: ConstructorParameters<typeof SqliteDriver>[0];

  constructor(settings: ConstructorParameters<typeof SqliteDriver>[0]) {
    super(settings);
    this.settings = settings;
  }

  override createDriver(): SqliteDriver {
    return new WritingDriver(this.settings);
  }
}

class WritingDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}
