import { closeSync, openSync } from 'node:fs';
import { Kysely, Migrator } from 'kysely';
import { CtsError } from '../errors.ts';
import { SqliteError, SqliteInPlace, SqliteThread, sqliteDialect, Turns } from './dialect/sqlite/index.ts';
import { READERS } from './limits.ts';
import { MIGRATIONS } from './migrations.ts';
import type { Database } from './schema.ts';

export type Metadata = Kysely<Database>;

/**
 * Opens the metadata store in a SQLite file, made with mode 0600, and brings its schema up to date. Its
 * statements run in threads of their own, so that the disk and locks keep nobody else waiting.
 * @param onFatal a thread ended by itself: nothing can be read or written any more
 */
export async function openMetadata(
  file: string,
  onFatal: (error: Error) => void = (error) => {
    throw error;
  },
): Promise<Metadata> {
  closeSync(openSync(file, 'a', 0o600));
  const start = (access: 'read' | 'write') => SqliteThread.start(file, access, onFatal);
  const metadata = new Kysely<Database>({
    dialect: sqliteDialect(async () => {
      const writer = await start('write');
      const readers = await Promise.all(Array.from({ length: READERS }, () => start('read')));
      return { writer, readers, turns: new Turns() };
    }),
  });
  const migrator = new Migrator({ db: metadata, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    await metadata.destroy();
    throw new Error(`the metadata store ${file} could not be brought up to date`, { cause: error });
  }
  return metadata;
}

/**
 * Another connection to a metadata store that is open already, for a thread that answers nobody: it stands
 * where it waits for the disk or a lock.
 */
export function connectMetadata(file: string): Metadata {
  return new Kysely<Database>({
    dialect: sqliteDialect(async () => ({
      writer: new SqliteInPlace(file, 'write'),
      readers: [new SqliteInPlace(file, 'read')],
      turns: new Turns(),
    })),
  });
}

/**
 * Copies a metadata store that is open, as it is at one moment soon after the call; nobody waits for it.
 * @param target file that is not there yet
 */
export async function copyMetadata(file: string, target: string): Promise<void> {
  const thread = await SqliteThread.start(file, 'write', () => undefined);
  try {
    const outcome = await thread.execute('VACUUM INTO ?', [target]);
    if ('failure' in outcome) throw new Error(`the metadata could not be copied: ${outcome.failure.message}`);
  } finally {
    await thread.close();
  }
}

/** Whether a statement was refused because others write, or another process holds the lock: it can be tried again. */
function isBusy(error: unknown): boolean {
  return error instanceof CtsError && error.status === 503;
}

/** Such as a disk that is full or fails. */
const OF_THE_DISK = /^SQLITE_(?:FULL|IOERR|CANTOPEN|READONLY|NOMEM)/;

/** Whether a statement was refused for what may be over soon, whatever it says. */
export function mayPass(error: unknown): boolean {
  return isBusy(error) || (error instanceof SqliteError && OF_THE_DISK.test(error.code ?? ''));
}

/** Does without a write that nobody depends on. */
export async function unlessBusy(write: Promise<unknown>): Promise<void> {
  await write.catch((error) => {
    if (!isBusy(error)) throw error;
  });
}
