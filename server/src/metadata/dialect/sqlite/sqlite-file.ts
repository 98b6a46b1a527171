import Sqlite from 'libsql';
import { LOCK_WAIT_MS, MOST_ROWS } from '../../limits.ts';

/** Prepared statements that a connection keeps. */
const MOST_STATEMENTS = 300;
/** Everything else may change the schema, which prepared statements were made for. */
const KEEPS_SCHEMA = /^\s*(?:select|insert|update|delete|with|begin|commit|rollback)\b/i;

/** Codes after which a connection is given up. */
const OPENED_ANEW = /^SQLITE_(?:BUSY|READONLY|CANTOPEN|IOERR|CORRUPT|NOTADB)/;

type Prepared = ReturnType<Sqlite.Database['prepare']>;

export type Access = 'write' | 'read';

export interface Result {
  rows: Record<string, unknown>[];
  /** Of a statement that gives no rows. */
  changes: number;
  insertId: number;
}

/** A failed statement, in a form that passes between threads. */
export interface Failure {
  message: string;
  /** Of SQLite, such as `SQLITE_CONSTRAINT_UNIQUE`. */
  code: string | undefined;
  /** Whether the transaction that it stood in is still open. */
  inTransaction: boolean;
}

export type Outcome = { result: Result } | { failure: Failure };

/** One connection to a SQLite file; every call stands until the disk has answered. */
export class SqliteFile {
  private readonly file: string;
  private readonly access: Access;
  /** Undefined: opened with the next statement. */
  private sqlite: Sqlite.Database | undefined;
  /** By their text, the one used longest ago first. */
  private readonly statements = new Map<string, Prepared>();

  constructor(file: string, access: Access) {
    this.file = file;
    this.access = access;
    this.sqlite = this.open();
  }

  execute(sql: string, parameters: readonly unknown[]): Outcome {
    try {
      return { result: this.run(sql, parameters) };
    } catch (error) {
      const { message, code } = error as Error & { code?: string };
      if (OPENED_ANEW.test(code ?? '') || error instanceof TooManyRows) this.drop();
      return { failure: { message, code, inTransaction: this.sqlite?.inTransaction ?? false } };
    }
  }

  close(): void {
    this.statements.clear();
    this.sqlite?.close();
    this.sqlite = undefined;
  }

  private open(): Sqlite.Database {
    const sqlite = new Sqlite(this.file);
    sqlite.pragma(`busy_timeout = ${LOCK_WAIT_MS}`);
    if (this.access === 'read') {
      sqlite.pragma('query_only = ON');
      return sqlite;
    }
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    return sqlite;
  }

  /**
   * The library does not reset a statement that met a lock, or whose rows were not read to the end: it counts
   * as under way, and no transaction of the connection could be committed any more. And one that was opened when
   * descriptors had run out reads only, and one whose disk failed may hold broken pages, for as long as it is open.
   */
  private drop(): void {
    if (this.sqlite?.inTransaction) this.sqlite.exec('rollback');
    this.close();
  }

  private run(sql: string, parameters: readonly unknown[]): Result {
    for (const parameter of parameters) {
      // The library ends the process over a boolean.
      if (typeof parameter === 'boolean') throw new TypeError('a boolean cannot be stored; flags are 0 or 1');
    }
    const statement = this.prepared(sql);
    if (!statement.reader) {
      const { changes, lastInsertRowid } = statement.run(parameters);
      return { rows: [], changes, insertId: Number(lastInsertRowid) };
    }
    const rows: Record<string, unknown>[] = [];
    for (const row of statement.iterate(parameters)) {
      if (rows.length === MOST_ROWS) throw new TooManyRows();
      rows.push(row as Record<string, unknown>);
    }
    return { rows, changes: 0, insertId: 0 };
  }

  private prepared(sql: string): Prepared {
    this.sqlite ??= this.open();
    if (!KEEPS_SCHEMA.test(sql)) {
      this.statements.clear();
      return this.sqlite.prepare(sql);
    }
    const statement = this.statements.get(sql) ?? this.sqlite.prepare(sql);
    this.statements.delete(sql);
    this.statements.set(sql, statement);
    if (this.statements.size > MOST_STATEMENTS) {
      this.statements.delete(this.statements.keys().next().value as string);
    }
    return statement;
  }
}

class TooManyRows extends Error {
  override readonly name = 'TooManyRows';

  constructor() {
    super(`a query of the metadata gave more than ${MOST_ROWS} rows`);
  }
}
