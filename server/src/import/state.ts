import path from 'node:path';
import { makeDirectory } from '../durable.ts';
import type { Listing } from '../objects/index.ts';
import { named, openSqlite, type Sqlite } from '../sqlite.ts';

/** Of one import, in another place, or of another one's: nothing is done with it. */
export class NoState extends Error {
  override readonly name = 'NoState';
}

/** Rows that are read at once. */
const PAGE = 500;
const SCHEMA = 1;
/** `due`: epoch ms from which on it is to be read; null: it was taken. `opened`: the version that `taken` counts in. `untaken`: of the taken, `rest`: of the others, what is not in the service. */
const TABLES = `
  create table if not exists import (of text not null) strict;
  create table if not exists objects (
    key text primary key, version text not null, size integer not null, due integer,
    opened text not null default '', taken integer not null default 0, untaken integer not null default 0,
    rest integer not null default 0
  ) strict, without rowid;
  create index if not exists waiting on objects (key) where due is not null;
`;

/** An object that is to be read. */
export interface Due {
  key: string;
  size: number;
}

/**
 * How far the objects of a bucket were taken, in a file that grows with their number, while memory does not. Every
 * change is in it when its call returns, also after a kill; a second import of the same finds it locked.
 */
export class ImportState {
  private readonly sqlite: Sqlite;
  private readonly statements = new Map<string, ReturnType<Sqlite['prepare']>>();

  private constructor(sqlite: Sqlite) {
    this.sqlite = sqlite;
  }

  /**
   * @param file '' is none that outlasts the import
   * @param of what is imported, into what
   * @throws NoState
   */
  static async open(file: string, of: string): Promise<ImportState> {
    if (file !== '') await makeDirectory(path.dirname(file));
    let sqlite: Sqlite | undefined;
    try {
      sqlite = openSqlite(file, 0, [
        'locking_mode = exclusive',
        'journal_mode = wal',
        'synchronous = normal',
      ]);
      const state = new ImportState(sqlite);
      state.begin(file, of);
      return state;
    } catch (error) {
      sqlite?.close();
      const { code, message } = named(error);
      if (error instanceof NoState) throw error;
      const why: Record<string, string> = {
        SQLITE_BUSY: 'another import works with it',
        SQLITE_NOTADB: 'it is no state of an import',
        SQLITE_CANTOPEN: 'it cannot be made or opened',
      };
      throw new NoState(`the state ${file}: ${why[code ?? ''] ?? message}`, { cause: error });
    }
  }

  private begin(file: string, of: string): void {
    const [{ user_version: schema } = {}] = this.sqlite.prepare('pragma user_version').all() as {
      user_version: number;
    }[];
    const [{ tables } = {}] = this.sqlite.prepare('select count(*) as tables from sqlite_schema').all() as {
      tables: number;
    }[];
    if (schema !== (tables === 0 ? 0 : SCHEMA))
      throw new NoState(`the state ${file}: it is no state of an import`);
    this.sqlite.exec(`begin; ${TABLES} pragma user_version = ${SCHEMA}; commit`);
    const [row] = this.all<{ of: string }>('select of from import');
    if (!row) this.run('insert into import values (?)', of);
    else if (row.of !== of) throw new NoState(`the state ${file} is that of another import: ${row.of}`);
    // What failed before may be better now.
    this.run('update objects set due = 0 where due > 0');
  }

  /** What a listing has found: of these what is new, and what is another than it was, is to be read. */
  found(objects: Listing['objects']): void {
    this.sqlite.exec('begin');
    for (const { key, version, size } of objects) {
      this.run(
        `insert into objects (key, version, size, due) values (?, ?, ?, 0) on conflict (key) do update set
         version = excluded.version, size = excluded.size, due = 0, taken = 0, untaken = 0, rest = 0
         where version <> excluded.version`,
        ...[key, version, size],
      );
    }
    this.sqlite.exec('commit');
  }

  waiting(now: number): { files: number; bytes: number } {
    const [sum] = this.all<{ files: number; bytes: number }>(
      'select count(*) as files, coalesce(sum(size), 0) as bytes from objects where due is not null and due <= ?',
      now,
    );
    return sum as { files: number; bytes: number };
  }

  /** In the order of the keys, each once, whatever becomes of it meanwhile. */
  *due(now: number): Generator<Due> {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: Due[] = this.all<Due>(
        `select key, size from objects where due is not null and due <= ? and key > ? order by key limit ${PAGE}`,
        ...[now, after],
      );
      yield* page;
      after = page.length < PAGE ? undefined : page.at(-1)?.key;
    }
  }

  /** @returns records at the beginning of this version of an object that were taken */
  opened(key: string, version: string): number {
    this.run(
      'update objects set opened = ?, taken = 0, untaken = 0 where key = ? and opened <> ?',
      ...[version, key, version],
    );
    return this.all<{ taken: number }>('select taken from objects where key = ?', key)[0]?.taken ?? 0;
  }

  /** @param untaken of the taken, those that are not in the service */
  take(key: string, taken: number, untaken: number): void {
    this.run('update objects set taken = ?, untaken = untaken + ? where key = ?', taken, untaken, key);
  }

  /** @param rest of the others, those that are not in the service. @param due when it is tried again, epoch ms; null: not again */
  end(key: string, rest: number, due: number | null): void {
    this.run('update objects set due = ?, rest = ? where key = ?', due, rest, key);
  }

  /** It is there no longer. */
  forget(key: string): void {
    this.run('delete from objects where key = ?', key);
  }

  sums(): { earlier: number; untaken: number } {
    const [sums] = this.all<{ earlier: number; untaken: number }>(
      `select count(*) filter (where taken > 0) as earlier,
       coalesce(sum(untaken + iif(due is null, rest, 0)), 0) as untaken from objects`,
    );
    return sums as { earlier: number; untaken: number };
  }

  /** Everything is in the one file then, and nobody finds it locked: closed connections keep their locks for a while. */
  close(): void {
    this.sqlite.exec('pragma journal_mode = delete; pragma locking_mode = normal; select 1 from import');
    this.sqlite.close();
  }

  private run(sql: string, ...values: (string | number | null)[]): void {
    this.prepared(sql).run(...values);
  }

  private all<Row>(sql: string, ...values: (string | number | null)[]): Row[] {
    return this.prepared(sql).all(...values) as Row[];
  }

  private prepared(sql: string) {
    const known = this.statements.get(sql);
    if (known) return known;
    const statement = this.sqlite.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  }
}
