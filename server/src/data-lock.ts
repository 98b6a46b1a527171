import { statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { named, openSqlite } from './sqlite.ts';

/** Another process works with the data directory. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse';
}

/**
 * Claims a data directory for this process, for as long as it lives. To be called before anything in it is
 * read or written: whoever comes second would cut the live end of the journal.
 *
 * The claim is an exclusive lock on an empty SQLite file, so a lock of the kernel (fcntl): it holds between
 * containers of one host whatever they know of each other's processes, engines that outlive their parent do
 * not inherit it, and the kernel releases it when the process ends in any way. Nobody else may open and close
 * the file in this process: that would release it as well.
 * @throws DataDirectoryInUse
 */
export function lockDataDirectory(directory: string): () => void {
  const file = path.join(directory, 'lock');
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // It says nothing; with anything in it SQLite would take it for a damaged database.
    if (statSync(file).size > 0) truncateSync(file);
  }
  const lock = openSqlite(file);
  try {
    // Nothing is ever written: no second file beside it.
    lock.exec('pragma journal_mode = memory');
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    const failure = named(error);
    if (failure.code !== 'SQLITE_BUSY') throw failure;
    throw new DataDirectoryInUse(
      `the data directory ${directory} is in use by another OpenCTS, maybe in another container; stop that one first`,
    );
  }
  return () => {
    lock.exec('rollback');
    lock.close();
  };
}
