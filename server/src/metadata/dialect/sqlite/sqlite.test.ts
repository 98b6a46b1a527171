import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { CompiledQuery, sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqlite } from '../../../sqlite.ts';
import { connectMetadata, type Metadata, openMetadata } from '../../metadata.ts';
import { SqliteThread } from './sqlite-executor.ts';
import { SqliteFile } from './sqlite-file.ts';

const LONG = 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000000)';
let directory: string;
let file: string;
let metadata: Metadata;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-sqlite-'));
  file = path.join(directory, 'metadata.db');
  metadata = await openMetadata(file);
});
afterEach(async () => {
  await metadata.destroy();
  await rm(directory, { recursive: true, force: true });
});

const domain = (id: string, extra: Record<string, unknown> = {}) =>
  metadata
    .insertInto('domains')
    .values({ id, name: id, created_at: 0, ...extra })
    .execute();
const ask = async (statement: string, ...parameters: unknown[]) =>
  (await metadata.executeQuery<Record<string, unknown>>(CompiledQuery.raw(statement, parameters))).rows;
const ids = async () =>
  (await metadata.selectFrom('domains').select('id').orderBy('id').execute()).map(({ id }) => id);

test('while another process holds the lock reads go on, writes are refused by name, and both are whole afterwards', async () => {
  await domain('a');
  const other = openSqlite(file);
  other.exec('begin exclusive');
  let turns = 0;
  const beat = setInterval(() => turns++, 20);
  const writes = [
    domain('b'),
    domain('c'),
    metadata.transaction().execute((transaction) => transaction.deleteFrom('domains').execute()),
    // The statement that gives rows is stepped in another way.
    metadata.insertInto('domains').values({ id: 'd', name: 'd', created_at: 0 }).returning('id').execute(),
  ];
  const settled = Promise.allSettled(writes);
  expect(await ids()).toEqual(['a']);
  for (const outcome of await settled) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { status: 503, retryAfter: 2 } });
  }
  clearInterval(beat);
  expect(turns).toBeGreaterThan(20);

  other.exec('rollback');
  other.close();
  await domain('e');
  await metadata.transaction().execute(async (transaction) => {
    await transaction.insertInto('domains').values({ id: 'f', name: 'f', created_at: 0 }).execute();
  });
  expect(await ids()).toEqual(['a', 'e', 'f']);
});

test('transactions and single writes take turns; what was rolled back leaves nothing', async () => {
  await domain('n');
  const add = (fails: boolean) =>
    metadata.transaction().execute(async (transaction) => {
      const { created_at } = await transaction
        .selectFrom('domains')
        .select('created_at')
        .where('id', '=', 'n')
        .executeTakeFirstOrThrow();
      await transaction
        .updateTable('domains')
        .set({ created_at: created_at + 1 })
        .where('id', '=', 'n')
        .execute();
      if (fails) throw new Error('on purpose');
    });
  const all = await Promise.allSettled([
    ...Array.from({ length: 60 }, (_, i) => add(i % 3 === 0)),
    ...Array.from({ length: 20 }, () =>
      metadata
        .updateTable('domains')
        .set(({ eb }) => ({ created_at: eb('created_at', '+', 1) }))
        .execute(),
    ),
  ]);
  expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(20);
  expect(await metadata.selectFrom('domains').select('created_at').execute()).toEqual([{ created_at: 60 }]);
});

test('errors keep message and code, and a bad parameter is an error of its statement alone', async () => {
  await domain('a');
  await expect(domain('a')).rejects.toMatchObject({
    name: 'SqliteError',
    code: 'SQLITE_CONSTRAINT_UNIQUE',
    message: expect.stringContaining('UNIQUE constraint failed'),
  });
  await expect(domain('b', { enabled: true })).rejects.toThrow(/boolean/);
  await expect(domain('c', { enabled: Symbol('1') })).rejects.toThrow();
  await expect(ask('select ? as a, ? as b', new Date(), 1)).rejects.toThrow(/only texts/);
  await domain('d');
  expect(await ids()).toEqual(['a', 'd']);
});

test.each([
  ['insert into domains (id, name, created_at) values (?, ?, 0)', 'SQLITE_CONSTRAINT_UNIQUE'],
  ['insert into domains (id, name, created_at) values (?, ?, null)', 'SQLITE_CONSTRAINT'],
  [
    "insert into projects (id, domain_id, name, region, created_at) values (?, ?, '', '', 0)",
    'SQLITE_CONSTRAINT_FOREIGNKEY',
  ],
])('%s: %s, whether it gives rows or not', async (statement, code) => {
  await domain('a');
  const name = statement.includes('projects') ? 'nobody' : 'a';
  await expect(ask(statement, 'other', name)).rejects.toMatchObject({ code });
  await expect(ask(`${statement} returning id`, 'other', name)).rejects.toMatchObject({ code });
  expect(await ids()).toEqual(['a']);
});

test('a connection that reads writes nothing, and says so by name', async () => {
  const sqlite = new SqliteFile(file, 'read');
  for (const returning of ['', ' returning id']) {
    const outcome = sqlite.execute(`delete from domains${returning}`, []);
    expect(outcome).toMatchObject({ failure: { code: 'SQLITE_READONLY', inTransaction: false } });
  }
  sqlite.close();
});

test('a statement that met a lock is done when it is asked again, and so is its transaction', async () => {
  const sqlite = new SqliteFile(file, 'write');
  const insert = () => sqlite.execute('insert into identity_version values (?) returning rowid', [1]);
  const other = openSqlite(file);
  other.exec('begin immediate');
  expect(insert()).toMatchObject({ failure: { code: 'SQLITE_BUSY', inTransaction: false } });
  other.exec('rollback');
  other.close();
  for (const step of [() => sqlite.execute('begin', []), insert, () => sqlite.execute('commit', [])]) {
    expect(step()).toHaveProperty('result');
  }
  sqlite.close();
});

test('numbers, texts and bytes come back as they went', async () => {
  const values = [
    0,
    -1,
    1.5,
    2 ** 31,
    -(2 ** 31) - 1,
    1_764_000_000_000,
    2 ** 53 - 1,
    '',
    'ä',
    '\ufeff',
    null,
  ];
  for (const value of values) expect(await ask('select ? as value', value)).toEqual([{ value }]);
  expect(await ask('select ? as value', undefined)).toEqual([{ value: null }]);
  expect(await ask('select typeof(?) as type', 1_764_000_000_000)).toEqual([{ type: 'integer' }]);
  expect(await ask('select ? as value', Buffer.from([0, 255]))).toEqual([
    { value: new Uint8Array([0, 255]) },
  ]);
});

test('a text with NUL is not taken for what stands before it', async () => {
  await domain('a');
  await domain('a\0');
  expect(await ids()).toEqual(['a', 'a\ufffd']);
  expect(await ask('select id from domains where id = ?', 'a\0b')).toEqual([]);
});

test('of what was made of integers that no number can hold, the nearest is read: no list fails for one row', async () => {
  await domain('a');
  await domain('b');
  await ask('update domains set created_at = 9007199254740993 where id = ?', 'b');
  expect(await ask('select max(created_at) as newest, min(-created_at) as least from domains')).toEqual([
    { newest: Number.MAX_SAFE_INTEGER, least: -Number.MAX_SAFE_INTEGER },
  ]);
  expect(await ask('select created_at from domains order by id')).toEqual([
    { created_at: 0 },
    { created_at: 0 },
  ]);
});

test('a statement that was prepared before tells the columns of now', async () => {
  const all = () => ask('select * from things');
  await ask('create table things (a)');
  await ask('insert into things values (?)', 1);
  expect(await all()).toEqual([{ a: 1 }]);
  await ask('alter table things add column b');
  expect(await all()).toEqual([{ a: 1, b: null }]);
  await ask('alter table things rename column a to c');
  expect(await all()).toEqual([{ c: 1, b: null }]);
});

test('a result has a bound, and goes on working beyond it', async () => {
  const many = sql<{ n: number }>`
    WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 100001)
    SELECT n FROM counted`;
  await expect(many.execute(metadata)).rejects.toThrow('more than 100000 rows');
  await domain('a');
  expect(await ids()).toEqual(['a']);
});

test('a thread that may wait itself has the same connection in place', async () => {
  const here = connectMetadata(file);
  await domain('a');
  await here.transaction().execute(async (transaction) => {
    await transaction.insertInto('domains').values({ id: 'b', name: 'b', created_at: 0 }).execute();
    expect(await here.selectFrom('domains').select('id').execute()).toHaveLength(1);
  });
  expect(await ids()).toEqual(['a', 'b']);
  await here.destroy();
});

test('a file that is no database is an error, not a service without metadata', async () => {
  const other = path.join(directory, 'other.db');
  await writeFile(other, 'text that is no database, and long enough to be seen as none. '.repeat(20));
  await expect(openMetadata(other)).rejects.toThrow('metadata');
});

test.each(['gives rows', 'gives none', 'fails'])(
  'a process that exits while a thread %s has its exit code',
  async (what) => {
    const statement = {
      'gives rows': `${LONG} select i from n limit 90000`,
      'gives none': `create table counted as ${LONG} select max(i) from n`,
      fails: 'select * from nowhere',
    }[what] as string;
    const script = `
    import('./dist/metadata/dialect/sqlite/index.js').then(async ({ SqliteThread }) => {
      const thread = await SqliteThread.start(process.argv[1], 'write', () => undefined);
      const ask = () => thread.execute(process.argv[2], []).then(ask);
      for (let i = 0; i < 8; i++) void ask();
      setTimeout(() => process.exit(70), 200);
    });`;
    const cwd = path.join(import.meta.dirname, '../../../..');
    const run = spawn(process.execPath, ['-e', script, file, statement], {
      cwd,
      stdio: 'ignore',
    });
    expect(await once(run, 'exit')).toEqual([70, null]);
  },
);

test('a thread that ends by itself is told, and so is whoever waits for it', async () => {
  let worker: Worker | undefined;
  process.once('worker', (started) => {
    worker = started;
  });
  const crashes: Error[] = [];
  const thread = await SqliteThread.start(file, 'read', (error) => crashes.push(error));
  // It is no order, so that the thread fails.
  worker?.postMessage(null);
  const waiting = thread.execute('select * from domains', []);
  await expect(waiting).rejects.toThrow('the thread of the metadata ended by itself');
  await expect(thread.execute('select 1', [])).rejects.toThrow('ended by itself');
  expect(crashes).toHaveLength(1);
  await thread.close();
});
