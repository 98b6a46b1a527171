import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { sql } from 'kysely';
import Sqlite from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectMetadata, type Metadata, openMetadata } from '../../metadata.ts';
import { SqliteThread } from './sqlite-executor.ts';

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
const ids = async () =>
  (await metadata.selectFrom('domains').select('id').orderBy('id').execute()).map(({ id }) => id);

test('while another process holds the lock reads go on, writes are refused by name, and both are whole afterwards', async () => {
  await domain('a');
  const other = new Sqlite(file);
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
  await domain('d');
  expect(await ids()).toEqual(['a', 'd']);
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

test('a thread that ends by itself is told, and so is whoever waits for it', async () => {
  let worker: Worker | undefined;
  process.once('worker', (started) => {
    worker = started;
  });
  const crashes: Error[] = [];
  const thread = await SqliteThread.start(file, 'read', (error) => crashes.push(error));
  const long = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT count(*) FROM n`;
  thread.execute(long, []).catch(() => undefined);
  const waiting = thread.execute('select * from domains', []);
  void worker?.terminate();
  await expect(waiting).rejects.toThrow('the thread of the metadata ended by itself');
  await expect(thread.execute('select 1', [])).rejects.toThrow('ended by itself');
  expect(crashes).toHaveLength(1);
  await thread.close();
});
