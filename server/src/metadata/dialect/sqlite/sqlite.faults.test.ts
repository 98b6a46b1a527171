import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failingDisk } from '../../../testing/faults/failing-disk.ts';
import { type Rule, whyNoFaults } from '../../../testing/faults/faults.ts';
import { type Result, SqliteFile } from './sqlite-file.ts';

/** Rows that nothing changes: a reader that is told other ones is told wrong. */
const KEPT = 400;
/** Long enough that few fit on a page. */
const BODY = 'x'.repeat(300);
const STEPS = 12;
const CHANGES: Rule['calls'] = ['write', 'sync', 'truncate'];

/** A statement must be answered. */
function ask(sqlite: SqliteFile, sql: string, ...parameters: unknown[]): Result['rows'] {
  const outcome = sqlite.execute(sql, parameters);
  if ('failure' in outcome) throw new Error(outcome.failure.message, { cause: outcome.failure });
  return outcome.result.rows;
}

/** As the dialect does it: what is refused, or cannot be committed, is rolled back. */
function transact(sqlite: SqliteFile, work: () => void): void {
  ask(sqlite, 'begin immediate');
  try {
    work();
    ask(sqlite, 'commit');
  } catch (error) {
    const { inTransaction } = (error as { cause: { inTransaction: boolean } }).cause;
    if (inTransaction) sqlite.execute('rollback', []);
    throw error;
  }
}

/** All of it or nothing: an old row goes, two new ones come, a sum changes. */
function step(sqlite: SqliteFile, n: number): void {
  transact(sqlite, () => {
    ask(sqlite, 'delete from rows where id = ?', `old-${n}`);
    for (const half of ['a', 'b']) {
      ask(
        sqlite,
        'insert into rows (id, n, body) values (?, ?, ?)',
        `new-${n}-${half}`,
        (n * 37) % 100,
        BODY,
      );
    }
    ask(sqlite, 'update sums set n = n + 1 where id = ? returning n', 'steps');
  });
}

function find(sqlite: SqliteFile): void {
  const [kept] = ask(
    sqlite,
    "select count(*) as n, sum(length(body)) as bytes from rows where id like 'kept%'",
  );
  expect(kept).toEqual({ n: KEPT, bytes: KEPT * BODY.length });
  expect(ask(sqlite, "select n from rows where n >= ? and id like 'kept%' order by n", 0)).toHaveLength(KEPT);
}

describe.skipIf(whyNoFaults)('a SQLite file on a disk that fails', () => {
  const disk = failingDisk();
  beforeEach(() => {
    make(path.join(disk.directory, 'model'));
  });

  /** Some of it in the file, some in its log, as a process leaves it that is killed. */
  function make(file: string): void {
    const sqlite = new SqliteFile(file, 'write');
    ask(sqlite, 'create table rows (id text primary key, n integer not null, body text not null)');
    ask(sqlite, 'create index rows_n on rows (n)');
    ask(sqlite, 'create table sums (id text primary key, n integer not null)');
    ask(sqlite, 'insert into sums (id, n) values (?, ?)', 'steps', 0);
    const put = (id: string, n: number) =>
      ask(sqlite, 'insert into rows (id, n, body) values (?, ?, ?)', id, n, BODY);
    transact(sqlite, () => {
      for (let i = 0; i < KEPT; i++) put(`kept-${i}`, i % 100);
    });
    ask(sqlite, 'pragma wal_checkpoint(truncate)');
    transact(sqlite, () => {
      for (let i = 0; i < STEPS; i++) put(`old-${i}`, i);
    });
    sqlite.execute('begin', []);
    sqlite.execute('select * from sums', []);
    models.push(sqlite);
  }
  const models: SqliteFile[] = [];
  afterEach(() => {
    for (const model of models.splice(0)) model.close();
  });

  /** The steps that were answered as done; the others may be done or not. */
  function run(sqlite: SqliteFile): number[] {
    const done: number[] = [];
    for (let n = 0; n < STEPS - 1; n++) {
      try {
        step(sqlite, n);
        done.push(n);
        if (n % 3 === 0) find(sqlite);
        if (n % 4 === 0) ask(sqlite, 'pragma wal_checkpoint(truncate)');
      } catch (error) {
        if (!(error as { cause?: unknown }).cause) throw error;
      }
    }
    return done;
  }

  function check(sqlite: SqliteFile, done: readonly number[], what: string): void {
    expect(ask(sqlite, 'pragma integrity_check(1)'), what).toEqual([{ integrity_check: 'ok' }]);
    find(sqlite);
    const ids = new Set(ask(sqlite, "select id from rows where id not like 'kept%'").map(({ id }) => id));
    let applied = 0;
    for (let n = 0; n < STEPS; n++) {
      const parts = [!ids.has(`old-${n}`), ids.has(`new-${n}-a`), ids.has(`new-${n}-b`)];
      expect(new Set(parts).size, `${what}, step ${n}`).toBe(1);
      if (done.includes(n)) expect(parts[0], `${what}, step ${n}`).toBe(true);
      applied += Number(parts[0]);
    }
    expect(ask(sqlite, 'select n from sums'), what).toEqual([{ n: applied }]);
  }

  test.each<Omit<Rule, 'path'>>([
    { calls: 'read', error: 'EIO' },
    { calls: 'read', error: 'EIO', times: 3 },
    { calls: CHANGES, error: 'EIO', when: 'before' },
    { calls: CHANGES, error: 'EIO', when: 'after' },
    { calls: CHANGES, error: 'ENOSPC', when: 'before' },
    { calls: 'write', error: 'ENOSPC', when: 'half' },
  ])(
    '$error $when any of $calls: what was answered is so, all else is done whole or not at all',
    async (failing) => {
      for (let skip = 0; ; skip++) {
        const what = `call ${skip}`;
        const file = path.join(disk.directory, `${skip}`);
        for (const part of ['', '-wal'])
          await cp(path.join(disk.directory, `model${part}`), `${file}${part}`);
        const fault = disk.faults.fail({ ...failing, skip, path: `${file}*` });
        const sqlite = openedIn(file);
        const done = run(sqlite);
        const { hits } = fault;
        disk.faults.clear();
        step(sqlite, STEPS - 1);
        check(sqlite, [...done, STEPS - 1], what);
        sqlite.close();
        const again = new SqliteFile(file, 'write');
        check(again, [...done, STEPS - 1], `${what}, opened again`);
        again.close();
        for (const part of ['', '-wal', '-shm']) await rm(`${file}${part}`, { force: true });
        if (hits === 0) {
          expect(skip).toBeGreaterThan(20);
          return;
        }
      }
    },
    300_000,
  );

  /** A start that meets the fault is done again. */
  function openedIn(file: string): SqliteFile {
    for (;;) {
      try {
        return new SqliteFile(file, 'write');
      } catch {
        // The fault has had its time.
      }
    }
  }
});
