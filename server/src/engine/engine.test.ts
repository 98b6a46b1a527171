import { mkdtemp, rm, stat } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bindParameters, MissingParameter } from './parameters.ts';
import { type Engine, startEngine } from './supervisor.ts';

const log = pino({ level: 'silent' });
const memory = 800 * 1024 ** 2;
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

function ask(
  sql: string,
  parameters: Record<string, string> = {},
): Promise<{ status: number; code: string; text: string }> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) query.set(`param_${name}`, value);
  return new Promise((resolve, reject) => {
    const request = http.request(
      { socketPath: engine.socketPath, method: 'POST', path: `/?${query}` },
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
  expect(await ask('SELECT {a:String}')).toMatchObject({ code: '456' });
});

test.each([
  "it's",
  "' OR 1=1 --",
  '\\',
  "\\'",
  'tab\there',
  'line\nbreak',
  '\u0000',
  '{b:String}',
  '☃',
  "'); DROP DATABASE x; --",
])('the parameter %j arrives as it is', async (value) => {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\0', '\\0')
    .replaceAll("'", "\\'");
  const { text } = await ask('SELECT hex({a:String})', { a: escaped, b: 'never' });
  expect(Buffer.from(text, 'hex').toString('utf8')).toBe(value);
});

test('a value is never looked at for further placeholders, and a missing one is an error', () => {
  expect(
    bindParameters(
      'SELECT {a:String}, {b:Int64}',
      new Map([
        ['a', '{b:Int64}'],
        ['b', '5'],
      ]),
    ),
  ).toBe("SELECT '{b:Int64}', CAST('5', 'Int64')");
  expect(() => bindParameters('SELECT {a:String}', new Map())).toThrow(MissingParameter);
});

test('killed, it is started again with what it had', async () => {
  await ask('CREATE DATABASE IF NOT EXISTS kept');
  const { pid, restarts } = engine;
  process.kill(pid as number, 'SIGKILL');
  await expect.poll(() => engine.restarts).toBeGreaterThan(restarts);
  await untilReady();
  expect(engine.pid).not.toBe(pid);
  expect((await ask("SELECT count() FROM system.databases WHERE name = 'kept'")).text).toBe('1');
});

test('an engine that hangs on to the directory, its parent dead, is ended at the next start', async () => {
  const orphan = engine.pid as number;
  process.kill(orphan, 'SIGSTOP');
  const successor = await startEngine({ dataDir: directory, memory, log });
  expect(successor.ready).toBe(true);
  expect(successor.pid).not.toBe(orphan);
  await engine.stop();
  await successor.stop();
  engine = await startEngine({ dataDir: directory, memory, log });
});

test('a long path of the data directory is no obstacle for the socket', async () => {
  const long = path.join(directory, 'x'.repeat(120));
  const other = await startEngine({ dataDir: long, memory, log });
  expect(other.socketPath.length).toBeLessThan(100);
  await other.stop();
});
