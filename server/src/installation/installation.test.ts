import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { DataDirectoryInUse } from '../data-lock.ts';
import { openSqlite } from '../sqlite.ts';
import { StartRefused } from '../start-refused.ts';
import { House } from '../testing/house.ts';
import { openInstallation } from './installation.ts';

const KEY = /^[0-9a-f]{64}\n$/;
const OTHER_KEY = randomBytes(32).toString('hex');

/** Data of two installations that ran, each with an access key, as they were left. */
const ran: Record<'ours' | 'theirs', string> = { ours: '', theirs: '' };
let base: string;
let directory: string;

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'opencts-installation-'));
  for (const name of ['ours', 'theirs'] as const) {
    const house = await new House().start();
    const { token, userId } = await house.signIn({});
    const body = { credential: { user_id: userId } };
    const made = await house.call('POST', '/v3.0/OS-CREDENTIAL/credentials', { token, body });
    expect(made.status).toBe(201);
    await house.app.stop();
    ran[name] = path.join(base, name);
    await cp(house.directory, ran[name], { recursive: true });
    // Whatever of the log a hurried stop has left: tests harm the file itself.
    const sqlite = openSqlite(path.join(ran[name], 'metadata.db'));
    sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    sqlite.close();
    await rm(house.directory, { recursive: true });
  }
}, 60_000);
afterAll(() => rm(base, { recursive: true, force: true }));

beforeEach(async () => {
  directory = path.join(base, 'data');
  await cp(ran.ours, directory, { recursive: true });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const inside = (name: string) => path.join(directory, name);

/** Opens the installation as a start does, and lets go of it. */
async function starts(env: Record<string, string> = {}, version = '0.1.0'): Promise<void> {
  const { metadata, unlock } = await openInstallation({
    config: readConfig({ OPENCTS_DATA_DIR: directory, ...env }),
    version,
    clock: Date.now,
    onFatal: (error) => {
      throw error;
    },
  });
  await metadata.destroy();
  unlock();
}

/** Every file with what it holds, without those by which SQLite arranges its readers, and the lock. */
async function contents(): Promise<Record<string, string>> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile() && !/^(lock|.*-shm)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    await Promise.all(
      files.map(async (file) => [
        path.relative(directory, file),
        createHash('sha256')
          .update(await readFile(file).catch(() => 'unreadable'))
          .digest('hex'),
      ]),
    ),
  );
}

/** It does not start, for one sentence, and nothing was changed. */
async function refused(told: RegExp, env: Record<string, string> = {}): Promise<void> {
  const before = await contents();
  const error = await starts(env).then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(StartRefused);
  expect(error.message).toMatch(told);
  expect(error.message).not.toContain('\n');
  expect(await contents()).toEqual(before);
}

function inMetadata(...statements: string[]): void {
  const sqlite = openSqlite(inside('metadata.db'));
  for (const statement of statements) sqlite.exec(statement);
  sqlite.close();
}

describe('the root key', () => {
  const file = () => inside('root.key');

  test('of another installation is refused, from the file and from the environment', async () => {
    await refused(/OPENCTS_ROOT_KEY is that of another installation/, { OPENCTS_ROOT_KEY: OTHER_KEY });
    await writeFile(file(), OTHER_KEY);
    await refused(/root\.key is that of another installation/);
  });

  test('that is lost is not made anew beside secrets, and may come from the environment', async () => {
    const key = (await readFile(file(), 'utf8')).trim();
    await rm(file());
    await refused(/the root key is missing.*begin-anew/);
    expect(existsSync(file())).toBe(false);
    await starts({ OPENCTS_ROOT_KEY: key });
  });

  test.each([
    ['short', 'abcdef'],
    ['empty', ''],
    ['with more behind it', `${OTHER_KEY}00`],
    ['no hex', 'x'.repeat(64)],
  ])('%s is refused as damaged', async (_what, text) => {
    await writeFile(file(), text);
    await refused(/root\.key is damaged, it must hold 64 hex digits/);
  });

  test('that cannot be read, or that everybody can, is refused', async () => {
    await chmod(file(), 0o644);
    await refused(/everybody on this machine can read or change .*chmod 600/);
    await chmod(file(), 0o640);
    await starts();
    await rm(file());
    await mkdir(file());
    await refused(/root\.key is a folder, and must be a file/);
  });

  test('is known by its secrets where it has no check value yet', async () => {
    inMetadata('DELETE FROM installation');
    const key = await readFile(file(), 'utf8');
    await writeFile(file(), OTHER_KEY);
    await refused(/is that of another installation/);
    await rm(file());
    await refused(/the root key is missing/);
    await writeFile(file(), key, { mode: 0o600 });
    await starts();
    await writeFile(file(), OTHER_KEY);
    await refused(/is that of another installation/);
  });

  test('is made anew where nothing was sealed with it', async () => {
    inMetadata('DELETE FROM installation', 'DELETE FROM access_keys', 'DELETE FROM signing_keys');
    await rm(file());
    await starts();
    expect(await readFile(file(), 'utf8')).toMatch(KEY);
  });
});

describe('the metadata', () => {
  const file = () => inside('metadata.db');

  test('that is gone is not made anew beside traces', async () => {
    await rm(file());
    await refused(/no metadata in .*journal\/ \(traces that were acknowledged\).*backup.*begin-anew/);
    expect(existsSync(file())).toBe(false);
  });

  test('that is empty, or has no table, is as good as gone', async () => {
    await truncate(file(), 0);
    await refused(/no metadata in /);
    await rm(file());
    inMetadata('VACUUM');
    await refused(/no metadata in /);
  });

  test('that is gone with all the pieces is missed nevertheless', async () => {
    for (const name of ['metadata.db', 'journal', 'spool', 'engine', 'objects'])
      await rm(inside(name), { recursive: true, force: true });
    await refused(/no metadata in .*but there was/);
  });

  test.each([
    ['cut in half', async () => truncate(file(), 20_000)],
    ['cut to a few bytes', async () => truncate(file(), 50)],
    ['text', async () => writeFile(file(), 'no database at all. '.repeat(1000))],
    [
      'with a page overwritten',
      async () => {
        const bytes = await readFile(file());
        bytes.fill(0xab, 4096 * 3, 4096 * 5);
        await writeFile(file(), bytes);
      },
    ],
  ])('%s is refused as damaged', async (_what, damage) => {
    await damage();
    await refused(/metadata\.db is damaged \(.+\): put a backup in its place/);
  });

  test('of another installation is refused, and so is each piece of another one', async () => {
    await cp(path.join(ran.theirs, 'metadata.db'), file());
    await refused(/installation\.json belongs to another installation/);
    await rm(inside('installation.json'));
    await refused(/\/journal belongs to another installation/);
    for (const piece of ['journal', 'spool', 'engine', 'objects']) {
      await rm(directory, { recursive: true });
      await cp(ran.ours, directory, { recursive: true });
      await rm(inside(piece), { recursive: true });
      await cp(path.join(ran.theirs, piece), inside(piece), { recursive: true });
      if (piece === 'spool' || piece === 'objects') await writeFile(path.join(inside(piece), 'x'), '');
      await refused(new RegExp(`/${piece} belongs to another installation`));
    }
  });

  test('of before there were marks is known by the journal that it followed', async () => {
    inMetadata(
      'DELETE FROM installation',
      "INSERT OR REPLACE INTO notifier_positions (journal_id, segment, offset) VALUES ('another', 1, 18)",
    );
    inMetadata("DELETE FROM notifier_positions WHERE journal_id <> 'another'");
    await refused(/journal belongs to another installation/);
  });

  test('with its log left behind by a kill is read with it', async () => {
    const sqlite = openSqlite(file());
    sqlite.exec('PRAGMA journal_mode = WAL');
    sqlite.exec("UPDATE installation SET id = 'of the log'");
    const killed = path.join(base, 'killed');
    await cp(directory, killed, { recursive: true });
    sqlite.close();
    const asKilled = async (without?: 'metadata.db-shm' | 'metadata.db-wal') => {
      await rm(directory, { recursive: true });
      await cp(killed, directory, { recursive: true });
      if (without) await rm(inside(without));
    };
    await asKilled();
    await refused(/belongs to another installation .*\(of the log\)/);
    await asKilled('metadata.db-shm');
    await refused(/belongs to another installation .*\(of the log\)/);
    await asKilled('metadata.db-wal');
    await rm(killed, { recursive: true });
    await starts();
  });
});

describe('a log of SQLite', () => {
  test('of another installation beside the metadata is not taken for its own', async () => {
    const theirs = path.join(base, 'with-log');
    await cp(ran.theirs, theirs, { recursive: true });
    const sqlite = openSqlite(path.join(theirs, 'metadata.db'));
    sqlite.exec('PRAGMA journal_mode = WAL');
    sqlite.exec('UPDATE installation SET created_at = 1');
    await cp(path.join(theirs, 'metadata.db-wal'), inside('metadata.db-wal'));
    sqlite.close();
    await refused(/belongs to another installation|is damaged/);
  });
});

describe('a version', () => {
  test('that is older than what wrote the data says which one is needed, and changes nothing', async () => {
    inMetadata(
      "INSERT INTO kysely_migration (name, timestamp) VALUES ('9999_later', '')",
      "UPDATE installation SET version = '9.1.0'",
    );
    const needed =
      /metadata\.db was written by OpenCTS 9\.1\.0, and this is 0\.1\.0.*schema 9999_later.*start OpenCTS 9\.1\.0 or a later one/;
    await refused(needed);
    await refused(needed);
  });

  test('that does not know the format of the directory does not start either', async () => {
    const note = JSON.parse(await readFile(inside('installation.json'), 'utf8'));
    await writeFile(inside('installation.json'), JSON.stringify({ ...note, format: 99, version: '9.2.0' }));
    await refused(/was written by OpenCTS 9\.2\.0.*format 99/);
  });

  test('stands in the directory and in the metadata when it has written there', async () => {
    await starts({}, '0.1.1');
    expect(JSON.parse(await readFile(inside('installation.json'), 'utf8'))).toMatchObject({
      version: '0.1.1',
      format: 1,
    });
    const sqlite = openSqlite(inside('metadata.db'));
    expect(sqlite.prepare('SELECT version FROM installation').all()).toEqual([{ version: '0.1.1' }]);
    sqlite.close();
  });
});

test('an empty directory, or one with a key alone, becomes an installation', async () => {
  await rm(directory, { recursive: true });
  await starts();
  const key = await readFile(inside('root.key'), 'utf8');
  expect(key).toMatch(KEY);
  await rm(directory, { recursive: true });
  await mkdir(inside('engine/lost+found'), { recursive: true });
  await writeFile(inside('root.key'), OTHER_KEY, { mode: 0o600 });
  await starts();
  expect(await readFile(inside('root.key'), 'utf8')).toBe(OTHER_KEY);
});

test('a start that is broken off anywhere is gone on with by the next one', async () => {
  const steps = ['.installation', 'installation.json'];
  for (const undone of steps) {
    const names = await readdir(directory, { recursive: true });
    for (const name of names) if (path.basename(name) === undone) await rm(inside(name));
  }
  await starts();
  inMetadata('DELETE FROM installation');
  await starts();
});

test('a file of certificates that is missing, or holds none, is named', async () => {
  const before = process.env.NODE_EXTRA_CA_CERTS;
  try {
    process.env.NODE_EXTRA_CA_CERTS = inside('none.pem');
    await refused(/NODE_EXTRA_CA_CERTS names .*none\.pem, which cannot be used \(ENOENT/);
    process.env.NODE_EXTRA_CA_CERTS = inside('root.key');
    await refused(/there is no certificate in it/);
  } finally {
    if (before === undefined) delete process.env.NODE_EXTRA_CA_CERTS;
    else process.env.NODE_EXTRA_CA_CERTS = before;
  }
});

test('the service opens nothing before it knows that all belongs together', async () => {
  await rm(inside('root.key'));
  const before = await contents();
  const house = new House();
  const start = house.start({}, (into) => cp(directory, into, { recursive: true }));
  await expect(start).rejects.toThrow('the root key is missing');
  await rm(directory, { recursive: true });
  await cp(house.directory, directory, { recursive: true });
  await rm(house.directory, { recursive: true });
  expect(await contents()).toEqual(before);
});

test('who is refused has let go of the directory', async () => {
  await refused(/another installation/, { OPENCTS_ROOT_KEY: OTHER_KEY });
  await starts();
  await expect(Promise.all([starts(), starts()])).rejects.toBeInstanceOf(DataDirectoryInUse);
});

describe('what is of another kind than it must be', () => {
  const pipe = (file: string) => execFileSync('mkfifo', [file]);
  const folder = (file: string) => mkdir(file);
  const text = (file: string) => writeFile(file, 'text');
  const nowhere = (file: string) => symlink('/nowhere/at/all', file);
  const circle = (file: string) => symlink(path.basename(file), file);

  test.each<[name: string, make: (file: string) => unknown, told: RegExp]>([
    ...[
      'lock',
      'root.key',
      'metadata.db',
      'clock.json',
      'installation.json',
      'store-check.json',
      'store-lost.json',
      'installation.json.tmp',
    ].flatMap((name): [string, (file: string) => unknown, RegExp][] => [
      [name, pipe, /is a pipe, and must be a file/],
      [name, folder, /is a folder, and must be a file/],
      [name, circle, /is a link to .* which is not there/],
    ]),
    ['journal', text, /is a file, and must be a folder/],
    ['journal', pipe, /is a pipe, and must be a folder/],
    ['journal', nowhere, /is a link to \/nowhere\/at\/all, which is not there: mount/],
    ['engine', nowhere, /is a link to/],
    ['spool', text, /is a file, and must be a folder/],
    ['objects', circle, /is a link to objects, which is not there/],
    ['journal/.installation', pipe, /is a pipe/],
    ['journal/id', folder, /is a folder, and must be a file/],
    ['journal/0000000001.journal', pipe, /is a pipe, and must be a file/],
    ['journal/positions', text, /is a file, and must be a folder/],
    ['journal/positions/indexer.json', pipe, /is a pipe, and must be a file/],
    ['journal/quarantine', nowhere, /is a link to/],
    ['journal/quarantine/indexer-1.ndjson', pipe, /is a pipe, and must be a file/],
    ['spool/ready', text, /is a file, and must be a folder/],
    ['spool/ready/of-nobody', pipe, /is a pipe, and must be a file/],
    ['engine/config.xml', folder, /is a folder, and must be a file/],
    ['objects/.uploads', text, /is a file, and must be a folder/],
  ])('%s, %o: is refused by its name', async (name, make, told) => {
    await rm(inside(name), { recursive: true, force: true });
    await make(inside(name));
    await refused(told);
    await refused(new RegExp(inside(name)));
  });

  test('a piece may be a link to where it lies, and others may put their things beside', async () => {
    const elsewhere = path.join(base, 'elsewhere');
    await rename(inside('journal'), elsewhere);
    await symlink(elsewhere, inside('journal'));
    await symlink('/nowhere', inside('of-the-operator'));
    await starts();
    await rm(elsewhere, { recursive: true });
    await refused(/journal is a link to .*elsewhere, which is not there/);
  });

  test('a mark that says nothing is written anew', async () => {
    const id = await readFile(inside('journal/.installation'), 'utf8');
    for (const text of ['', '\0'.repeat(37), '{}']) {
      await writeFile(inside('journal/.installation'), text);
      await starts();
      expect(await readFile(inside('journal/.installation'), 'utf8')).toBe(id);
    }
  });
});

test('a journal that is gone as a whole is told, once, and a new one begins', async () => {
  const house = new House();
  await house.start({}, (into) => cp(directory, into, { recursive: true }));
  const gaps = async () => {
    const text = await readFile(path.join(house.directory, 'journal', 'gaps.json'), 'utf8').catch(() => '[]');
    return JSON.parse(text) as { missedBy: string[] }[];
  };
  expect(await gaps()).toEqual([]);
  const lose = () => rm(path.join(house.directory, 'journal'), { recursive: true });
  try {
    await house.restart({}, lose);
    expect(await gaps()).toMatchObject([{ missedBy: ['indexer', 'archiver', 'notifier'] }]);
    const told = () => house.logged.filter((line) => line.includes('the journal has lost a part of itself'));
    expect(told()).toEqual([
      expect.stringContaining('may be missing in the trace list, trace files, key events'),
    ]);
    const { token } = await house.signIn({ project: 'local' });
    const { body } = await house.call('GET', '/metrics', { token });
    expect(body).toContain('opencts_journal_gaps 1');
    await house.restart();
    expect(await gaps()).toHaveLength(1);
    expect(told()).toHaveLength(1);
  } finally {
    await house.stop();
  }
});
