import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Engine, startEngine } from './supervisor.ts';

const log = pino({ level: 'silent' });
const memory = 800 * 1024 ** 2;
const SUPERVISOR = new URL('../../dist/engine/index.js', import.meta.url).href;
let directory: string;
let engine: Engine;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-engine-'));
  engine = await startEngine({ dataDir: directory, memory, log });
});
afterAll(async () => {
  await engine.stop();
  await rm(directory, { recursive: true, force: true });
});

const insert = (table: string, rows: string) =>
  ask(rows, `/?query=${encodeURIComponent(`INSERT INTO ${table} FORMAT JSONEachRow`)}`);

/** On a session that no query of a caller has. */
const askOwn = (sql: string) => ask(sql, '/', { 'x-opencts-own': '1' });

function ask(
  sql: string,
  target = '/',
  headers: Record<string, string> = {},
): Promise<{ status: number; code: string; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { socketPath: engine.socketPath, method: 'POST', path: target, headers },
      async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({
          status: response.statusCode ?? 0,
          code: String(response.headers['x-clickhouse-exception-code'] ?? ''),
          text: text.trim(),
        });
      },
    );
    request.on('error', reject);
    request.end(sql);
  });
}

async function untilReady(): Promise<void> {
  for (let i = 0; i < 200 && !engine.ready; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(engine.ready).toBe(true);
}

test('the socket is for its owner alone', async () => {
  expect((await stat(engine.socketPath)).mode & 0o777).toBe(0o600);
});

test('errors come as ClickHouse gives them', async () => {
  expect(await ask('SELECT nothing_of_this_name')).toMatchObject({
    status: 500,
    code: '47',
    text: expect.stringMatching(/^Code: 47\. DB::Exception: .*UNKNOWN_IDENTIFIER/s),
  });
  expect(await ask('SELECT * FROM no_such_table')).toMatchObject({ status: 404, code: '60' });
});

test('a part whose column holds defaults alone is whole, though its file is empty', async () => {
  await ask('CREATE DATABASE IF NOT EXISTS d');
  await ask(
    'CREATE TABLE d.sparse (id UInt32, text String) ENGINE = MergeTree ORDER BY id SETTINGS min_bytes_for_wide_part = 0, min_rows_for_wide_part = 0, ratio_of_defaults_for_sparse_serialization = 0.1',
  );
  await ask('INSERT INTO d.sparse (id) SELECT number FROM numbers(1000)');
  await ask('INSERT INTO d.sparse (id) SELECT number FROM numbers(1000)');
  await ask('OPTIMIZE TABLE d.sparse FINAL');
  const { status } = await insert('d.sparse', '{"id":1}');
  expect(status).toBe(200);
});

test('a statement may be long', async () => {
  expect((await ask(`SELECT length('${'x'.repeat(1_000_000)}')`)).text).toBe('1000000');
});

test('a query whose caller has gone is ended', async () => {
  const running = "SELECT count() FROM system.processes WHERE query LIKE '%sipHash64(number)%hopeless%'";
  // One that was ended may stand in the list for a while, with nothing running.
  const counting = `${running} AND query NOT LIKE '%system.processes%' AND NOT is_cancelled`;
  const request = http.request({ socketPath: engine.socketPath, method: 'POST', path: '/' });
  request.on('error', () => undefined);
  request.end("SELECT sum(sipHash64(number)), 'hopeless' FROM numbers(100000000000)");
  await expect.poll(async () => (await ask(counting)).text, { timeout: 10_000 }).toBe('1');
  request.destroy();
  await expect.poll(async () => (await ask(counting)).text, { timeout: 10_000 }).toBe('0');
});

test('what a query had answered when it failed or was ended stands in no other answer', async () => {
  const failing = 'SELECT number, throwIf(number = 500000) FROM numbers(1000000)';
  const few = { max_block_size: '1000', max_threads: '1' };
  const target = `/?${new URLSearchParams({ ...few, default_format: 'JSONEachRow' })}`;
  expect((await ask(failing, target)).text).toMatch(/^Code: 395/);
  const gone = http.request({ socketPath: engine.socketPath, method: 'POST', path: target });
  gone.on('error', () => undefined);
  gone.end('SELECT number, sleepEachRow(0.0005) FROM numbers(1000000)');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  gone.destroy();
  // As many as there are sessions, a while long.
  for (const end = Date.now() + 2000; Date.now() < end; ) {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, q) => ask(`SELECT ${q} AS q`, target)));
    expect(answers.map(({ text }) => text.slice(0, 200))).toEqual(answers.map((_, q) => `{"q":${q}}`));
  }
});

test('queries that wait, and whose callers have gone, are not ended one by one', async () => {
  const hopeless = 'SELECT sum(sipHash64(number)) FROM numbers(100000000000)';
  const begin = () => {
    const request = http.request({ socketPath: engine.socketPath, method: 'POST', path: '/', agent: false });
    request.on('error', () => undefined);
    request.end(hopeless);
    return request;
  };
  const count = async (sql: string) => Number((await askOwn(sql)).text);
  const counting = "SELECT count() FROM system.processes WHERE query LIKE 'SELECT sum(sipHash64(number))%'";
  const running = Array.from({ length: 8 }, begin);
  await expect.poll(() => count(counting), { timeout: 10_000 }).toBe(8);
  const waiting = Array.from({ length: 200 }, begin);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const sofar = "SELECT value FROM system.events WHERE event = 'Query'";
  const before = await count(sofar);
  for (const request of waiting) request.destroy();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const statements = (await count(sofar)) - before;
  for (const request of running) request.destroy();
  expect(statements).toBeLessThan(20);
  await expect.poll(() => count(`${counting} AND NOT is_cancelled`), { timeout: 20_000 }).toBe(0);
}, 60_000);

test('an answer that the time did not suffice for is none, not a part of it', async () => {
  await ask('CREATE DATABASE IF NOT EXISTS d');
  await ask('CREATE TABLE d.slow (n UInt64, text String) ENGINE = MergeTree ORDER BY n');
  await ask("INSERT INTO d.slow SELECT number, 'of one account' FROM numbers(200000)");
  const query = 'SELECT n, text FROM d.slow ORDER BY n DESC LIMIT 20000';
  const whole = (await ask(query)).text;
  const seen = new Map<string, number>();
  for (const end = Date.now() + 6000; Date.now() < end; ) {
    const ms = 1 + Math.floor(Math.random() * 15);
    const { status, code, text } = await ask(query, `/?max_execution_time=${ms / 1000}`);
    const kind = status === 200 ? (text === whole ? 'whole' : 'in part') : code;
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
  }
  expect([...seen.keys()].sort()).toEqual(['159', 'whole']);
}, 30_000);

test('killed, it is started again with what it had', async () => {
  await ask('CREATE DATABASE IF NOT EXISTS kept');
  const { pid, restarts } = engine;
  process.kill(pid as number, 'SIGKILL');
  await expect.poll(() => engine.restarts).toBeGreaterThan(restarts);
  await untilReady();
  expect(engine.pid).not.toBe(pid);
  expect((await ask("SELECT count() FROM system.databases WHERE name = 'kept'")).text).toBe('1');
});

/** Starts an engine in a process of its own, and kills that one while the engine stands still. @returns its process id */
async function leaveOrphan(dataDir: string): Promise<number> {
  const script = path.join(directory, 'parent.mjs');
  await writeFile(
    script,
    `const { startEngine } = await import(${JSON.stringify(SUPERVISOR)});
     const log = { warn() {}, error() {}, info() {} };
     const { pid } = await startEngine({ dataDir: ${JSON.stringify(dataDir)}, memory: ${memory}, log });
     console.log(pid);`,
  );
  const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(parent.stdout, 'data');
  const orphan = Number(line);
  process.kill(orphan, 'SIGSTOP');
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  return orphan;
}

test('an engine that hangs on to the directory, its parent dead, is ended at the next start', async () => {
  const dataDir = path.join(directory, 'left-behind');
  const orphan = await leaveOrphan(dataDir);
  const successor = await startEngine({ dataDir, memory, log });
  expect(successor.ready).toBe(true);
  expect(successor.pid).not.toBe(orphan);
  await successor.stop();
});

test('a long path of the data directory is no obstacle for the socket', async () => {
  const long = path.join(directory, 'x'.repeat(120));
  const other = await startEngine({ dataDir: long, memory, log });
  expect(other.socketPath.length).toBeLessThan(100);
  await other.stop();
});
