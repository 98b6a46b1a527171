import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { Migrator } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqlite } from '../sqlite.ts';
import { connectMetadata, openMetadata } from './metadata.ts';
import { MIGRATIONS } from './migrations.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-metadata-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('what was there before roles and trackers keeps its rights and goes on being recorded', async () => {
  const file = path.join(directory, 'metadata.db');
  const old = connectMetadata(file);
  const migrator = new Migrator({ db: old, provider: { getMigrations: async () => MIGRATIONS } });
  expect((await migrator.migrateTo('0001_accounts')).error).toBeUndefined();
  const [domain, project, user] = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [
    string,
    string,
    string,
  ];
  await old.insertInto('domains').values({ id: domain, name: 'acme', created_at: 1 }).execute();
  const home = { id: project, domain_id: domain, name: 'eu-de', region: 'eu-de', created_at: 1 };
  await old.insertInto('projects').values(home).execute();
  const jane = { id: user, domain_id: domain, name: 'jane', password_hash: '', created_at: 1 };
  await old.insertInto('users').values(jane).execute();
  await old.destroy();

  const metadata = await openMetadata(file);
  const held = await metadata
    .selectFrom('grants')
    .innerJoin('memberships', 'memberships.group_id', 'grants.group_id')
    .select(['role_id', 'scope'])
    .where('user_id', '=', user)
    .execute();
  expect(held).toHaveLength(6);
  const trackers = await metadata.selectFrom('trackers').selectAll().execute();
  expect(trackers).toMatchObject([
    {
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      project_id: project,
      enabled: 1,
    },
  ]);
  await metadata.destroy();
});

test('an upgrade that is broken off has changed nothing, and is done by the next start', async () => {
  const file = path.join(directory, 'metadata.db');
  const old = connectMetadata(file);
  const migrator = new Migrator({ db: old, provider: { getMigrations: async () => MIGRATIONS } });
  await migrator.migrateTo('0001_accounts');
  await old.destroy();
  const sqlite = openSqlite(file);
  // The upgrade fails when it has come to this one.
  sqlite.exec('CREATE TABLE kms_keys (id text)');
  const schema = () => sqlite.prepare('SELECT sql FROM sqlite_master ORDER BY name').all();
  const before = schema();
  await expect(openMetadata(file)).rejects.toThrow('could not be brought up to date');
  expect(schema()).toEqual(before);
  sqlite.exec('DROP TABLE kms_keys');
  sqlite.close();
  await (await openMetadata(file)).destroy();
});

test('two connections write side by side: none is refused because the other has written', async () => {
  const file = path.join(directory, 'metadata.db');
  const one = await openMetadata(file);
  await one.insertInto('domains').values({ id: 'd', name: 'd', created_at: 0 }).execute();
  const worker = new Worker(
    `const { library, file } = require('node:worker_threads').workerData;
     import(library).then(({ openSqlite }) => {
       const db = openSqlite(file, 10000);
       for (let i = 0; i < 300; i++) {
         db.exec('begin immediate');
         db.exec("update domains set created_at = created_at + 1 where id = 'd'");
         db.exec('commit');
       }
     });`,
    { eval: true, workerData: { library: new URL('../../dist/sqlite.js', import.meta.url).href, file } },
  );
  const ended = once(worker, 'exit');
  for (let i = 0; i < 300; i++) {
    await one.transaction().execute(async (transaction) => {
      const { created_at } = await transaction
        .selectFrom('domains')
        .select('created_at')
        .executeTakeFirstOrThrow();
      await new Promise((resolve) => setImmediate(resolve));
      await transaction
        .updateTable('domains')
        .set({ created_at: created_at + 1 })
        .execute();
    });
  }
  expect(await ended).toEqual([0]);
  expect(await one.selectFrom('domains').select('created_at').executeTakeFirst()).toEqual({
    created_at: 600,
  });
  await one.destroy();
}, 60_000);
