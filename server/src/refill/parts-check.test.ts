import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Engine, startEngine } from '../engine/index.ts';
import { clickhouseStore, type TraceStore } from '../traces/index.ts';
import { connect } from '../traces/store/connection.ts';
import { type CheckProgress, PartsCheck } from './parts-check.ts';

const HOUR = 3_600_000;
const PARTS = 4;
const logged: string[] = [];
const log = pino({ level: 'warn' }, { write: (line: string) => logged.push(line) });
let directory: string;
let engine: Engine;
let store: TraceStore;
let checks: PartsCheck[];
/** Since the parts were written. */
let passed: number;
/** Parts that were read, in their order. */
let read: string[];
let progress: (CheckProgress | undefined)[];

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-parts-'));
  engine = await startEngine({ dataDir: directory, memory: 800 * 1024 ** 2, log });
  store = clickhouseStore({ server: { socketPath: engine.socketPath }, database: 'opencts', cluster: '' });
  await store.migrate();
  // A day each: they are never merged.
  for (let day = 1; day <= PARTS; day++) await store.insert(Buffer.from(`${row(day)}\n`), `token-${day}`);
}, 60_000);
afterAll(async () => {
  await store.close();
  await engine.stop();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => {
  [checks, passed, read, progress] = [[], 2 * HOUR, [], []];
  logged.length = 0;
});
afterEach(async () => {
  for (const check of checks) await check.stop();
  await rm(file(), { force: true });
});

const file = () => path.join(directory, 'store-check.json');
const names = async () => (await store.parts()).map(({ name }) => name);

function row(day: number): string {
  const time = Date.now() - day * 24 * HOUR;
  return JSON.stringify({
    ...{ project_id: '5f0c1d2e3a4b45c69788a9b0c1d2e3f4', tracker_name: 'system', trace_id: randomUUID() },
    ...{ trace_name: 'createServer', trace_rating: 'normal', trace_type: 'ApiCall', service_type: 'ECS' },
    ...{ time, record_time: time, request: randomBytes(50_000).toString('hex') },
  });
}

/** Bytes within a part are turned, where nobody reads them unasked. */
async function damage(part: string): Promise<void> {
  const [entry] = (await readdir(directory, { recursive: true, withFileTypes: true })).filter(
    ({ name, parentPath }) => name === 'data.bin' && path.basename(parentPath) === part,
  );
  const data = path.join(entry?.parentPath as string, 'data.bin');
  const bytes = await readFile(data);
  bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 16);
  await writeFile(data, bytes);
}

/** As a start does; its parts are read. @param most when so many are, it is stopped */
async function start(most = Number.POSITIVE_INFINITY) {
  [read, progress] = [[], []];
  let stopped: Promise<void> | undefined;
  const check = new PartsCheck({
    store: {
      parts: () => store.parts(),
      setAsideIfDamaged: (part) => {
        read.push(part);
        if (read.length === most) stopped = check.stop();
        return store.setAsideIfDamaged(part);
      },
    },
    file: file(),
    clock: () => Date.now() + passed,
    log,
    onProgress: (now) => progress.push(now),
    onTakenOut: () => undefined,
  });
  checks.push(check);
  await check.start();
  await expect
    .poll(() => progress.length > 0 && progress.at(-1) === undefined, { timeout: 10_000 })
    .toBe(true);
  await stopped;
  return check;
}

test('every part is read once, the newest first, and the next start reads none of them again', async () => {
  const check = await start();
  expect(read).toEqual(await names());
  expect(progress[0]).toMatchObject({ parts: PARTS, partsDone: 0, bytesDone: 0 });
  await check.stop();
  await (await start()).stop();
  expect(read).toEqual([]);
});

test('a part that only gets another name is not read again, as when another one is given an index', async () => {
  await (await start()).stop();
  const before = await names();
  const [day = ''] = /^\d+/.exec(before[0] ?? '') ?? [];
  const client = connect({ socketPath: engine.socketPath }, { connections: 1 });
  await client.command({
    query: `ALTER TABLE opencts.traces MATERIALIZE INDEX ix_words IN PARTITION ID '${day}' SETTINGS mutations_sync = 2`,
  });
  await client.close();
  const now = await names();
  expect(now.filter((name) => before.includes(name))).toEqual([]);
  await (await start()).stop();
  expect(read).toEqual(now.filter((name) => name.startsWith(day)));
  await (await start()).stop();
  expect(read).toEqual([]);
});

test('a part is read again while it may not be on the disk, when it is old, or when it is another', async () => {
  passed = HOUR / 2;
  await (await start()).stop();
  await (await start()).stop();
  expect(read).toHaveLength(PARTS);
  passed = 2 * HOUR;
  await (await start()).stop();
  expect(read).toHaveLength(PARTS);
  const noted = JSON.parse(await readFile(file(), 'utf8'));
  const [first = ''] = await names();
  noted[first][0] = 'of other bytes';
  await writeFile(file(), JSON.stringify(noted));
  await (await start()).stop();
  expect(read).toEqual([first]);
  passed += 31 * 24 * HOUR;
  await (await start()).stop();
  expect(read).toHaveLength(PARTS);
});

test('what was broken off goes on where it was', async () => {
  await start(2);
  expect(read).toEqual((await names()).slice(0, 2));
  await (await start()).stop();
  expect(read).toEqual((await names()).slice(2));
});

test.each(['', '{', '[]', '{"a":1}', 'null', '\0\0\0'])(
  'a note that says %j lets all be read',
  async (text) => {
    await writeFile(file(), text);
    await (await start()).stop();
    expect(read).toHaveLength(PARTS);
    expect(logged.join()).toContain('all are read');
  },
);

test('what has become damaged after it was read is found when something is suspected, and taken out', async () => {
  const check = await start();
  const [, damaged = '', ...others] = await names();
  await damage(damaged);
  read = [];
  check.suspect();
  await expect
    .poll(() => progress.at(-1) === undefined && read.length === PARTS, { timeout: 10_000 })
    .toBe(true);
  expect(await names()).toEqual([(await names())[0], ...others]);
  expect(await store.damagedParts()).toEqual([damaged]);
  expect(logged.join()).toContain(damaged);
});
