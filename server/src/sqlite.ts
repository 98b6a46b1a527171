import { DatabaseSync } from '@photostructure/sqlite';

/** One connection to a SQLite file. */
export type Sqlite = InstanceType<typeof DatabaseSync>;

/** By their number, as `sqlite3.h` has them. */
const CODES = [
  ...[
    'OK',
    'ERROR',
    'INTERNAL',
    'PERM',
    'ABORT',
    'BUSY',
    'LOCKED',
    'NOMEM',
    'READONLY',
    'INTERRUPT',
    'IOERR',
  ],
  ...['CORRUPT', 'NOTFOUND', 'FULL', 'CANTOPEN', 'PROTOCOL', 'EMPTY', 'SCHEMA', 'TOOBIG', 'CONSTRAINT'],
  ...['MISMATCH', 'MISUSE', 'NOLFS', 'AUTH', 'FORMAT', 'RANGE', 'NOTADB'],
];

/** Extended codes that somebody tells apart. */
const EXTENDED: Record<number, string> = {
  787: 'CONSTRAINT_FOREIGNKEY',
  1555: 'CONSTRAINT_PRIMARYKEY',
  2067: 'CONSTRAINT_UNIQUE',
  4874: 'IOERR_SHMSIZE',
};

/** What SQLite says: the library leaves out the number when a statement fails that gives rows. */
const SAYINGS: [said: RegExp, code: string][] = [
  [/^UNIQUE constraint failed/, 'CONSTRAINT_UNIQUE'],
  [/^FOREIGN KEY constraint failed/, 'CONSTRAINT_FOREIGNKEY'],
  [/constraint failed/, 'CONSTRAINT'],
  [/^database is locked/, 'BUSY'],
  [/^database (?:table|schema) is locked/, 'LOCKED'],
  [/^out of memory/, 'NOMEM'],
  [/^attempt to write a readonly database/, 'READONLY'],
  [/^disk I\/O error/, 'IOERR'],
  [/^database disk image is malformed/, 'CORRUPT'],
  [/^malformed database schema/, 'CORRUPT'],
  [/^database or disk is full/, 'FULL'],
  [/^unable to open database/, 'CANTOPEN'],
  [/^locking protocol/, 'PROTOCOL'],
  [/^string or blob too big/, 'TOOBIG'],
  [/^datatype mismatch/, 'MISMATCH'],
  [/^file is not a database/, 'NOTADB'],
];

/**
 * @param file its path, or a `file://` URI with parameters
 * @param waitMs how long a statement waits for another's lock
 */
export function openSqlite(file: string, waitMs = 0, pragmas: readonly string[] = []): Sqlite {
  let sqlite: Sqlite | undefined;
  try {
    sqlite = new DatabaseSync(file, { timeout: waitMs });
    for (const pragma of pragmas) sqlite.exec(`pragma ${pragma}`);
    return sqlite;
  } catch (error) {
    sqlite?.close();
    throw named(error);
  }
}

/** What the library threw, with SQLite's name for it as its `code`, such as `SQLITE_CONSTRAINT_UNIQUE`. */
export function named(error: unknown): Error & { code?: string } {
  const failure = error as Error & { code?: string; errcode?: number };
  if (failure.code === 'ERR_SQLITE_ERROR') failure.code = `SQLITE_${codeOf(failure)}`;
  return failure;
}

function codeOf({ errcode, message }: { errcode?: number; message: string }): string {
  if (errcode === undefined) return SAYINGS.find(([said]) => said.test(message))?.[1] ?? 'ERROR';
  return EXTENDED[errcode] ?? CODES[errcode & 0xff] ?? 'ERROR';
}
