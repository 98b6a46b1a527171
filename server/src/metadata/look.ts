import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { named, openSqlite } from '../sqlite.ts';
import { LOCK_WAIT_MS } from './limits.ts';

/** Runs a statement that reads. */
export type Rows = (sql: string) => Record<string, unknown>[];

/** The file of the metadata is no whole database. */
export class MetadataDamaged extends Error {
  override readonly name = 'MetadataDamaged';
}

/**
 * Looks at a metadata file that nobody has opened, without changing it: what its log holds is read, too, and
 * stays where it is.
 * @returns undefined when there is no file, or no table in it
 * @throws MetadataDamaged
 */
export function lookAtMetadata<Found>(file: string, look: (rows: Rows) => Found): Found | undefined {
  if (sizeOf(file) === 0) return undefined;
  // Without a log nothing beside the file is needed, nor made.
  const how = sizeOf(`${file}-wal`) === 0 ? 'immutable=1' : 'mode=ro';
  const sqlite = openSqlite(`${pathToFileURL(file)}?${how}`, LOCK_WAIT_MS);
  try {
    const rows: Rows = (sql) => sqlite.prepare(sql).all();
    const problem = rows('PRAGMA quick_check(1)')[0]?.quick_check;
    if (problem !== 'ok') throw new MetadataDamaged(String(problem).replaceAll(/\s+/g, ' '));
    if (rows('SELECT name FROM sqlite_master').length === 0) return undefined;
    return look(rows);
  } catch (error) {
    const failure = named(error);
    if (!/^SQLITE_(CORRUPT|NOTADB)/.test(failure.code ?? '')) throw failure;
    throw new MetadataDamaged(failure.message);
  } finally {
    sqlite.close();
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
