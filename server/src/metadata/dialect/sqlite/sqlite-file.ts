import { named, openSqlite, type Sqlite } from '../../../sqlite.ts';
import { LOCK_WAIT_MS, MOST_ROWS } from '../../limits.ts';
import { finished } from './exit-gate.ts';

/** Prepared statements that a connection keeps. */
const MOST_STATEMENTS = 300;
/** Everything else may change the schema, and so the names of columns that are remembered. */
const KEEPS_SCHEMA = /^\s*(?:select|insert|update|delete|with|begin|commit|rollback)\b/i;

/** A connection that was opened when descriptors had run out reads only, for as long as it is open. */
const OPENED_ANEW = /^SQLITE_(?:READONLY|CANTOPEN)/;

interface Prepared {
  statement: ReturnType<Sqlite['prepare']>;
  /** None: it gives no rows. */
  columns: readonly Column[];
}

/** A column of an answer. */
interface Column {
  name: string;
  /** Undefined: of an expression, which has what it was made of. */
  type: 'text' | 'number' | undefined;
}

export type Access = 'write' | 'read';

type Row = Record<string, unknown>;

export interface Result {
  rows: Row[];
  /** Of a statement that gives no rows. */
  changes: number;
  insertId: number;
}

const PRAGMAS: Record<Access, readonly string[]> = {
  write: ['journal_mode = WAL', 'synchronous = FULL'],
  read: ['query_only = ON'],
};

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
  private sqlite: Sqlite | undefined;
  /** By their text, the one used longest ago first. */
  private readonly statements = new Map<string, Prepared>();

  constructor(file: string, access: Access) {
    this.file = file;
    this.access = access;
    this.sqlite = finished(() => this.open());
  }

  execute(sql: string, parameters: readonly unknown[]): Outcome {
    return finished(() => this.outcomeOf(sql, parameters));
  }

  close(): void {
    this.statements.clear();
    this.sqlite?.close();
    this.sqlite = undefined;
  }

  private outcomeOf(sql: string, parameters: readonly unknown[]): Outcome {
    try {
      return { result: this.run(sql, parameters) };
    } catch (error) {
      const { message, code } = named(error);
      if (OPENED_ANEW.test(code ?? '')) this.drop();
      return { failure: { message, code, inTransaction: this.sqlite?.isTransaction ?? false } };
    }
  }

  private open(): Sqlite {
    return openSqlite(this.file, LOCK_WAIT_MS, PRAGMAS[this.access]);
  }

  private drop(): void {
    if (this.sqlite?.isTransaction) this.sqlite.exec('rollback');
    this.close();
  }

  private run(sql: string, parameters: readonly unknown[]): Result {
    const bound = parameters.map(bindable);
    const { statement, columns } = this.prepared(sql);
    if (columns.length === 0) {
      const { changes, lastInsertRowid } = statement.run(...bound);
      return { rows: [], changes: Number(changes), insertId: Number(lastInsertRowid) };
    }
    const found = statement.iterate(...bound);
    const rows: Row[] = [];
    try {
      for (const values of found) {
        if (rows.length === MOST_ROWS) throw new TooManyRows();
        rows.push(rowOf(columns, values));
      }
    } catch (error) {
      // A statement that met a lock, or whose rows are not read to the end, would stay under way.
      found.return?.();
      throw error;
    }
    return { rows, changes: 0, insertId: 0 };
  }

  private prepared(sql: string): Prepared {
    this.sqlite ??= this.open();
    if (!KEEPS_SCHEMA.test(sql)) this.statements.clear();
    const prepared = this.statements.get(sql) ?? prepare(this.sqlite, sql);
    this.statements.delete(sql);
    this.statements.set(sql, prepared);
    if (this.statements.size > MOST_STATEMENTS) {
      this.statements.delete(this.statements.keys().next().value as string);
    }
    return prepared;
  }
}

function prepare(sqlite: Sqlite, sql: string): Prepared {
  const statement = sqlite.prepare(sql, { returnArrays: true });
  // The library gives none of the rows, when there is a number among them that is too large.
  statement.setReadBigInts(true);
  const columns = statement.columns().map(({ name, type }) => ({ name, type: typeOf(type ?? '') }));
  return { statement, columns };
}

function rowOf(columns: readonly Column[], values: readonly unknown[]): Row {
  const row: Row = {};
  columns.forEach((column, i) => {
    row[column.name] = ofType(column, values[i]);
  });
  return row;
}

/**
 * SQLite keeps a value of any type in any column, and repairs and other programs put some there. Whoever reads a row
 * relies on the types: bytes become the text that they are, and what is no number, or one beyond all, counts as 0,
 * which enables nothing. What was made of such values is read as the nearest number.
 */
function ofType({ type }: Column, value: unknown): unknown {
  if (value instanceof Uint8Array && type === 'text') return Buffer.from(value).toString('utf8');
  const isOdd = typeof value === 'string' || value instanceof Uint8Array;
  if (type === 'number' && isOdd) return 0;
  if (typeof value !== 'bigint') return value;
  if (Math.abs(Number(value)) <= Number.MAX_SAFE_INTEGER) return Number(value);
  if (type === 'number') return 0;
  return value < 0n ? -Number.MAX_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}

const typeOf = (declared: string): Column['type'] =>
  /int/i.test(declared) ? 'number' : /text/i.test(declared) ? 'text' : undefined;

class TooManyRows extends Error {
  override readonly name = 'TooManyRows';

  constructor() {
    super(`a query of the metadata gave more than ${MOST_ROWS} rows`);
  }
}

/**
 * The library cuts a text at a NUL: that becomes what halves of surrogate pairs become, so that no text is taken for
 * another. It takes an object for names of parameters: refused. Beyond 32 bits it stores numbers as REAL, but big
 * integers as what they are.
 */
function bindable(parameter: unknown): null | string | number | bigint | Uint8Array {
  switch (typeof parameter) {
    case 'string':
      return parameter.replaceAll('\0', '\ufffd');
    case 'number':
      return Number.isSafeInteger(parameter) && (parameter | 0) !== parameter ? BigInt(parameter) : parameter;
    case 'bigint':
      return parameter;
    case 'boolean':
      throw new TypeError('a boolean cannot be stored; flags are 0 or 1');
  }
  if (parameter === null || parameter === undefined) return null;
  if (parameter instanceof Uint8Array) return parameter;
  throw new TypeError('only texts, numbers, bytes and null can be stored');
}
