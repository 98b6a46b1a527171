import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startApp } from './app.ts';
import { readConfig } from './config.ts';
import { DataDirectoryInUse, lockDataDirectory } from './data-lock.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-lock-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const BUILT = new URL('../dist/data-lock.js', import.meta.url).href;
/** Claims the directory in a process of its own. @param then what that does afterwards */
function elsewhere(then: string): string {
  const source = `
    import { lockDataDirectory } from ${JSON.stringify(BUILT)};
    try { lockDataDirectory(${JSON.stringify(directory)}); console.log('taken'); }
    catch (error) { console.log(error.name); }
    ${then}`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    encoding: 'utf8',
  }).stdout.trim();
}

test('a data directory has one process; the next one comes when that has let go, or died', async () => {
  const release = lockDataDirectory(directory);
  expect((await stat(path.join(directory, 'lock'))).mode & 0o777).toBe(0o600);
  expect(elsewhere('')).toBe('DataDirectoryInUse');
  expect(() => lockDataDirectory(directory)).toThrow(DataDirectoryInUse);
  expect(elsewhere('')).toBe('DataDirectoryInUse');
  release();
  expect(elsewhere("process.kill(process.pid, 'SIGKILL')")).toBe('taken');
  expect(elsewhere('')).toBe('taken');
});

test('who comes second has touched nothing', async () => {
  const release = lockDataDirectory(directory);
  const config = readConfig({ OPENCTS_DATA_DIR: directory, OPENCTS_PORT: '0' });
  const start = startApp({ config, log: pino({ level: 'silent' }), version: '0', onFatal: () => undefined });
  await expect(start).rejects.toThrow(DataDirectoryInUse);
  expect(await readdir(directory)).toEqual(['lock']);
  release();
});

test('what somebody has written into the lock keeps nobody out, and lets nobody in', async () => {
  await writeFile(path.join(directory, 'lock'), 'no database at all '.repeat(1000));
  expect(elsewhere('')).toBe('taken');
  const release = lockDataDirectory(directory);
  await writeFile(path.join(directory, 'lock.txt'), 'x');
  spawnSync('cp', [path.join(directory, 'lock.txt'), path.join(directory, 'lock')]);
  expect(elsewhere('')).toBe('DataDirectoryInUse');
  release();
});
