import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { House, trace } from '../src/testing/house.ts';
import { partOf } from './harness.ts';

const ENV = { OPENCTS_TRANSFER_CYCLE: '1', OPENCTS_JOURNAL_SEGMENT: '1MB' };
let house: House;
let token: string;
let projectId: string;
let sent: string[];

const v3 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v3/${projectId}${route}`, { token, body });

async function report(count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => randomUUID());
  const traces = ids.map((trace_id) =>
    trace({ trace_id, request: { text: 'x'.repeat(2_000) }, unknown_member: { exact: 1, of: trace_id } }),
  );
  const { body } = await v3('POST', '/traces', { traces });
  expect(body).toMatchObject({ accepted: count });
  sent.push(...ids);
}

/** The trace list, sorted by id. */
async function listed(): Promise<Record<string, unknown>[]> {
  const traces: Record<string, unknown>[] = [];
  for (let next = ''; ; ) {
    const query = `trace_type=system&limit=200&trace_name=createServer${next && `&next=${next}`}`;
    const { status, body } = await v3('GET', `/traces?${query}`);
    if (status !== 200) return [];
    traces.push(...body.traces);
    if (body.traces.length < 200) break;
    next = body.meta_data.marker;
  }
  return traces.sort((a, b) => (String(a.trace_id) < String(b.trace_id) ? -1 : 1));
}

type Hour = { journalled: number; indexed: number; stored: number; archived: number };
const hours = async () => (await v3('GET', '/accounting')).body.hours as Hour[];
const settled = async () => {
  await house.searchable(token);
  await expect
    .poll(async () => (await hours()).every(({ journalled, archived }) => archived >= journalled), {
      timeout: 20_000,
      interval: 200,
    })
    .toBe(true);
};

async function again(meanwhile: () => Promise<void>, env = ENV): Promise<void> {
  house.logged.length = 0;
  await house.restart(env, meanwhile);
  ({ token } = await house.signIn({ project: 'local' }));
}

/** @returns id of a new named key */
async function newKey(alias: string): Promise<string> {
  const { status, body } = await v3('POST', '/keys', { alias });
  expect(status).toBe(201);
  return body.id;
}

const readyz = async () => {
  const { status, body } = await house.call('GET', '/readyz');
  const checks = body.checks as { name: string; ok: boolean; detail: string }[];
  return { status, list: checks.find(({ name }) => name === 'trace list') };
};

async function inEngine(): Promise<string[]> {
  const root = path.join(house.directory, 'engine', 'data');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name === 'data.bin')
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('/detached/') && /\/20\d{6}_/.test(file));
}

beforeEach(async () => {
  house = await new House().start(ENV);
  ({ token, projectId } = await house.signIn({ project: 'local' }));
  sent = [];
}, 60_000);
afterEach(() => house.stop());

const TRACKER = { tracker_type: 'system', tracker_name: 'system' };
const record = () => v3('POST', '/tracker', TRACKER);
/**
 * Recording with transfer from its first trace on: what came before a transfer and was cut is in no file.
 * @param key named key that trace files are encrypted with
 */
async function transfer(key?: string, method = 'POST'): Promise<void> {
  const tracker = {
    ...TRACKER,
    ...(key === undefined ? {} : { is_support_trace_files_encryption: true, kms_id: key }),
    obs_info: { bucket_name: 'evidence', is_obs_created: true },
  };
  expect((await v3(method, '/tracker', tracker)).status).toBeLessThan(300);
}

const lost: [what: string, damage: () => Promise<void>][] = [
  ['the engine’s folder is removed', () => rm(path.join(house.directory, 'engine'), { recursive: true })],
  [
    'the engine’s data are removed',
    () => rm(path.join(house.directory, 'engine', 'data'), { recursive: true }),
  ],
];

test.each(partOf(lost, 1))(
  '%s: it says so, and all is there again, out of journal and trace files',
  async (_, damage) => {
    await transfer();
    for (let i = 0; i < 7; i++) await report(200);
    await settled();
    const before = await listed();
    expect(before).toHaveLength(sent.length);
    await again(damage);
    await expect.poll(listed, { timeout: 60_000, interval: 300 }).toEqual(before);
    expect(
      house.logged.filter((line) => /the trace store holds .* traces less than it should/.test(line)),
    ).not.toEqual([]);
    await expect.poll(async () => (await readyz()).list, { timeout: 60_000 }).toMatchObject({ ok: true });
    expect((await hours()).every(({ indexed, stored }) => indexed === stored)).toBe(true);
    expect((await house.call('GET', '/metrics', { token })).body).toMatch(
      /^opencts_store_missing_traces 0$/m,
    );
  },
  120_000,
);

test('the engine is lost, trace files are encrypted: what a disabled key opens is named, the rest is there, and that as well when the key is enabled', async () => {
  const [off, on] = [await newKey('off'), await newKey('on')];
  await transfer(off);
  for (let i = 0; i < 5; i++) await report(200);
  await settled();
  const closed = new Set(sent);
  await transfer(on, 'PUT');
  for (let i = 0; i < 7; i++) await report(200);
  await settled();
  const before = await listed();
  expect(before).toHaveLength(sent.length);
  expect((await v3('POST', `/keys/${off}/disable`)).status).toBe(200);
  await settled();
  await again(lost[0]?.[1] as () => Promise<void>);
  const ids = async () => new Set((await listed()).map(({ trace_id }) => String(trace_id)));
  const there = async () => {
    const found = await ids();
    return sent.filter((id) => !closed.has(id) && !found.has(id)).length;
  };
  await expect.poll(there, { timeout: 60_000, interval: 300 }).toBe(0);
  await expect
    .poll(async () => (await readyz()).list, { timeout: 60_000 })
    .toMatchObject({ ok: false, detail: expect.stringMatching(/cannot be had/) });
  const told = house.logged.filter((line) => line.includes('its traces stay missing'));
  expect(told).not.toEqual([]);
  expect(told.every((line) => line.includes(off) && line.includes('is disabled; enable it'))).toBe(true);
  expect((await ids()).size).toBeLessThan(before.length);

  expect((await v3('POST', `/keys/${off}/enable`)).status).toBe(200);
  await expect.poll(listed, { timeout: 60_000, interval: 300 }).toEqual(before);
  await expect.poll(async () => (await readyz()).list, { timeout: 60_000 }).toMatchObject({ ok: true });
  // Each file was named once, though it was tried again.
  const names = house.logged
    .filter((line) => line.includes('its traces stay missing'))
    .map((line) => JSON.parse(line).key);
  expect(new Set(names).size).toBe(names.length);
}, 180_000);

test('what is in no trace file and no more in the journal is told as a number', async () => {
  await record();
  for (let i = 0; i < 7; i++) await report(200);
  await house.searchable(token);
  // Management operations of the test's own count as well.
  await again(lost[0]?.[1] as () => Promise<void>);
  await expect
    .poll(async () => (await readyz()).list?.detail, { timeout: 60_000, interval: 300 })
    .toMatch(/^[\d,]+ traces .* cannot be had/);
  const { status, list } = await readyz();
  expect([status, list?.ok]).toEqual([200, false]);
  // Operations of the test's own are recorded meanwhile.
  await expect
    .poll(async () => {
      const missing = (await hours()).reduce((sum, { indexed, stored }) => sum + indexed - stored, 0);
      const { body } = await house.call('GET', '/metrics', { token });
      return missing > 0 && body.includes(`opencts_store_missing_traces ${missing}\n`);
    })
    .toBe(true);
}, 120_000);

async function flipMiddle(file: string): Promise<void> {
  const bytes = await readFile(file);
  const at = bytes.length >> 1;
  for (let i = 0; i < 16; i++) bytes[at + i] = (bytes[at + i] as number) ^ 0xff;
  await writeFile(file, bytes);
}

const broken: [what: string, damage: (file: string) => Promise<void>, told?: boolean][] = [
  ['bytes are flipped', flipMiddle],
  ['its data are cut', async (file) => truncate(file, (await stat(file)).size >> 1)],
  ['its data are removed', (file) => rm(file)],
  ['it is emptied', (file) => truncate(file, 0)],
  ['its checksums are removed', (file) => rm(path.join(path.dirname(file), 'checksums.txt')), false],
  ['its count of rows is damaged', (file) => writeFile(path.join(path.dirname(file), 'count.txt'), 'x')],
];

test.each(partOf(broken, 2))(
  'a part of the engine is damaged, %s: the rest is answered, and the part is filled again',
  async (_, damage, told = true) => {
    await transfer();
    for (let i = 0; i < 4; i++) await report(200);
    await settled();
    const before = await listed();
    await again(async () => {
      const files = await inEngine();
      const sizes = await Promise.all(files.map(async (file) => ({ file, size: (await stat(file)).size })));
      const [largest] = sizes.sort((a, b) => b.size - a.size);
      await damage(largest?.file as string);
    });
    await expect.poll(listed, { timeout: 60_000, interval: 300 }).toEqual(before);
    if (told) expect(house.logged.filter((line) => /damaged part/.test(line))).not.toEqual([]);
    await expect.poll(async () => (await readyz()).list, { timeout: 60_000 }).toMatchObject({ ok: true });
  },
  120_000,
);

/** A statement for the engine, as its only client could give it. */
const command = (statement: string) =>
  new Promise<void>((resolve, reject) => {
    const socketPath = path.join(house.directory, 'engine', 'engine.sock');
    const asked = request({ socketPath, method: 'POST', path: '/' }, (answer) => {
      answer
        .resume()
        .once('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(statement))));
    });
    asked.once('error', reject).end(statement);
  });

/** As many again as there are, so that the sums are right without them. */
const doubled = () =>
  command('INSERT INTO opencts.traces SELECT * REPLACE (generateUUIDv4() AS trace_id) FROM opencts.traces');

/** Damages the parts that were written first, or what they were merged into. @returns their names */
async function damageFirst(): Promise<string[]> {
  const files = await inEngine();
  const first = files.filter((file) => /_1_\d+_\d+\//.test(file) || files.length === 1);
  expect(first).not.toEqual([]);
  for (const file of first) await truncate(path.join(path.dirname(file), 'count.txt'), 0);
  return first.map((file) => path.basename(path.dirname(file)));
}

const mine = async () => (await listed()).filter(({ trace_id: id }) => sent.includes(String(id)));

test('a part is lost where counts do not tell that anything is missing: what it held is there again', async () => {
  await transfer();
  for (let i = 0; i < 4; i++) await report(200);
  await settled();
  await doubled();
  expect(await listed()).toHaveLength(2 * sent.length);
  await again(async () => {
    await damageFirst();
  });
  await expect.poll(async () => (await mine()).length, { timeout: 60_000, interval: 300 }).toBe(sent.length);
}, 120_000);

test('a search for what a lost part held that was broken off begins anew, in the journal as well', async () => {
  await record();
  await report(200);
  await house.searchable(token);
  await doubled();
  await again(async () => {
    const names = await damageFirst();
    // What a start notes before it has looked anywhere.
    const noted = names.map((name) => [`broken-on-start_${name}`, Date.now()]);
    await writeFile(path.join(house.directory, 'store-lost.json'), JSON.stringify(Object.fromEntries(noted)));
  });
  await expect.poll(async () => (await mine()).length, { timeout: 30_000, interval: 300 }).toBe(sent.length);
}, 120_000);
