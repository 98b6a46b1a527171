import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Engine, startEngine } from '../engine/index.ts';
import {
  AsideKeeper,
  Follower,
  Journal,
  type JournalEntry,
  JournalReader,
  Quarantine,
} from '../journal/index.ts';
import { clickhouseStore, InsertFailed, StoreUnavailable, type TraceStore } from '../traces/index.ts';
import { INDEXER, Indexer } from './indexer.ts';

const DAY = 86_400_000;
const MIDNIGHT = Math.floor(Date.now() / DAY) * DAY;
const log = pino({ level: 'silent' });

let directory: string;
let engine: Engine;
let store: TraceStore;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-indexer-'));
  engine = await startEngine({ dataDir: path.join(directory, 'engine'), memory: 800 * 1024 ** 2, log });
  store = clickhouseStore({ server: { socketPath: engine.socketPath }, database: 'opencts', cluster: '' });
  await store.migrate();
});
afterAll(async () => {
  await store.close();
  await engine.stop();
  await rm(directory, { recursive: true, force: true });
});

let projects = 0;

async function house() {
  const projectId = (++projects).toString(16).padStart(32, '0');
  const place = path.join(directory, projectId);
  let reader: JournalReader | undefined;
  const journal = await Journal.open({
    directory: place,
    segmentSize: 20_000,
    maxQueue: 1e9,
    retryWindow: 1000,
    countsSince: () => 0,
    onDurable: (_counts, _traces, end) => reader?.advance(end),
    onDamage: () => undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  const aside = new AsideKeeper(place, INDEXER, () => undefined);
  const following = new JournalReader(place, journal.durableEnd, () => undefined, aside);
  reader = following;
  const follower = await Follower.open(INDEXER, following, path.join(place, 'positions'), {
    all: [INDEXER],
  });
  /** What the indexers of this house have passed. */
  const passed = { traces: 0, refused: 0 };
  const begin = async (through: TraceStore = store, at = follower) => {
    const fresh = new Indexer({
      journal: following,
      journalId: journal.id,
      follower: at,
      store: through,
      log,
      aside,
      patience: 3,
      passed: (_counts, traces, refused) => {
        passed.traces += traces;
        passed.refused += refused;
      },
      waiting: () => undefined,
    });
    fresh.start();
    return fresh;
  };
  const entry = (change: Record<string, unknown> = {}, recordTime = MIDNIGHT): JournalEntry => {
    const traceId = randomUUID();
    const line = {
      event_type: 'system',
      project_id: projectId,
      record_time: recordTime,
      resource_type: 'ecs',
      service_type: 'ECS',
      time: recordTime,
      trace_id: traceId,
      trace_name: 'createServer',
      trace_rating: 'normal',
      trace_type: 'ApiCall',
      tracker_name: 'system',
      ...change,
    };
    const routing = {
      recordTime,
      traceId,
      projectId,
      trackerName: 'system',
      serviceType: 'ECS',
      clientId: false,
      extra: false,
    };
    return { routing, line: JSON.stringify(line) };
  };
  const stored = async () => {
    const hours = await store.own.hourCounts(projectId, 0, Date.now() + DAY);
    return hours.reduce((sum, hour) => sum + hour.count, 0);
  };
  const setAside = async () => (await Quarantine.open(place)).list({}, 1000);
  return { journal, place, reader: following, passed, begin, entry, stored, setAside };
}

async function caughtUp(passed: { traces: number }, traces: number): Promise<void> {
  for (let i = 0; i < 200 && passed.traces < traces; i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(passed.traces).toBe(traces);
}

test('lines that the store refuses are set aside alone; every other one of their batch is stored', async () => {
  const { journal, passed, begin, entry, stored, setAside } = await house();
  const entries = Array.from({ length: 64 }, (_, at) =>
    [0, 1, 31, 40, 63].includes(at) ? entry({ time: 'yesterday' }) : entry(),
  );
  await journal.append(entries, []);
  const indexer = await begin();
  await caughtUp(passed, 64);
  const kept = await setAside();
  expect(kept.map(({ line }) => line)).toEqual(
    entries.filter(({ line }) => line.includes('yesterday')).map(({ line }) => `${line}\n`),
  );
  expect(kept[0]).toMatchObject({ follower: INDEXER, routing: entries[0]?.routing });
  expect(kept[0]?.reason).toContain('Cannot read DateTime');
  expect(passed.refused).toBe(5);
  expect(await stored()).toBe(59);
  await indexer.stop();
  await journal.close();
});

test('an error that nobody knows is laid to a row only when it does not pass', async () => {
  const { journal, passed, begin, entry, stored, setAside } = await house();
  const poison = entry({ resource_type: 'poison' });
  await journal.append([entry(), poison, entry()], []);
  let attempts = 0;
  const indexer = await begin({
    ...bound(store),
    async insert(lines, token) {
      attempts++;
      if (Buffer.from(lines).includes('poison')) throw new InsertFailed('code 4711');
      await store.insert(lines, token);
    },
  });
  await caughtUp(passed, 3);
  // Three of the whole, and then its parts.
  expect(attempts).toBeGreaterThan(6);
  expect((await setAside()).map(({ line }) => line)).toEqual([`${poison.line}\n`]);
  expect(await stored()).toBe(2);
  await indexer.stop();
  await journal.close();
});

test('what is set aside and replayed is stored once, and what fails again stays', async () => {
  const { journal, place, passed, begin, entry, stored, setAside } = await house();
  await journal.append([entry({ time: 'yesterday' }), entry(), entry({ time: 'once' })], []);
  const indexer = await begin();
  await caughtUp(passed, 3);
  const quarantine = await Quarantine.open(place);
  // As if the store had learnt meanwhile to read one of them.
  const folder = path.join(place, 'quarantine');
  const [name = ''] = await readdir(folder);
  const text = await readFile(path.join(folder, name), 'utf8');
  await writeFile(
    path.join(folder, name),
    text.replace('\\"time\\":\\"yesterday\\"', `\\"time\\":${MIDNIGHT}`),
  );
  expect(await quarantine.replay(journal, { follower: 'indexer' })).toBe(2);
  expect(await quarantine.replay(journal, { follower: 'indexer' })).toBe(2);
  await expect.poll(async () => (await setAside()).length, { timeout: 10_000 }).toBe(1);
  expect((await setAside())[0]?.line).toContain('once');
  await journal.append([entry()], []);
  await caughtUp(passed, 4);
  expect(await stored()).toBe(3);
  await indexer.stop();
  // Whoever reads the journal anew counts no trace twice.
  await journal.close();
  const again = await Journal.open({
    directory: place,
    segmentSize: 20_000,
    maxQueue: 1e9,
    retryWindow: 1000,
    countsSince: () => 0,
    onDurable: () => undefined,
    onDamage: () => undefined,
    onFatal: () => undefined,
  });
  expect([...again.counts.rows()].reduce((sum, [, , traces]) => sum + traces, 0)).toBe(4);
  await again.close();
});

test('a position that is lost costs nothing and doubles nothing, also when it is lost again on the way', async () => {
  const { journal, place, passed, begin, entry, stored, reader } = await house();
  const append = (count: number) =>
    journal.append(
      Array.from({ length: count }, () => entry()),
      [],
    );
  await append(30);
  const first = await begin();
  await caughtUp(passed, 30);
  await first.stop();
  await append(20);
  for (const folder of ['positions', 'positions.copy'])
    await rm(path.join(place, folder), { recursive: true });
  const lost: string[] = [];
  const open = () =>
    Follower.open(INDEXER, reader, path.join(place, 'positions'), {
      all: [INDEXER],
      onLost: (reason) => lost.push(reason),
    });
  for (const damage of ['', '{"position":', '{"position":{"segment":1,"offset":18},"until":null,"crc":1}']) {
    const follower = await open();
    expect(follower.doubt).toEqual(journal.durableEnd);
    const again = await begin(store, follower);
    await append(1);
    await expect.poll(stored, { timeout: 10_000 }).toBe(51 + lost.length - 1);
    await again.stop();
    expect(await stored()).toBe(51 + lost.length - 1);
    for (const folder of ['positions', 'positions.copy'])
      await writeFile(path.join(place, folder, `${INDEXER}.json`), damage);
  }
  expect(lost).toHaveLength(3);
  // One copy that is whole is enough.
  const follower = await open();
  await follower.save(journal.durableEnd, null);
  await writeFile(path.join(place, 'positions', `${INDEXER}.json`), '');
  expect((await open()).position).toEqual(journal.durableEnd);
  expect(lost).toHaveLength(4);
  await journal.close();
});

test('traces of two days become two inserts, and segments go when they are passed', async () => {
  const { journal, reader, passed, begin, entry, stored } = await house();
  for (const recordTime of [MIDNIGHT - 1, MIDNIGHT, MIDNIGHT - 1, MIDNIGHT]) {
    await journal.append(
      Array.from({ length: 60 }, () => entry({}, recordTime)),
      [],
    );
  }
  const tokens: string[] = [];
  const indexer = await begin(noting(tokens));
  await caughtUp(passed, 240);
  await indexer.stop();
  expect(new Set(tokens).size).toBe(4);
  expect(await stored()).toBe(240);
  expect((await reader.begin()).segment).toBe(journal.durableEnd.segment);
  await journal.close();
});

/** What may happen to an insert, and what must hold after the process died at that point. */
test.each([
  ['fails and nothing happened', false],
  ['fails but it happened', true],
])('an insert that %s is repeated with its token: every trace is there once', async (_, happened) => {
  const { journal, passed, begin, entry, stored, setAside } = await house();
  const poison = entry({ time: 'yesterday' });
  await journal.append([...Array.from({ length: 100 }, () => entry()), poison], []);
  const tokens: string[] = [];
  await begin({
    ...bound(store),
    async insert(lines, token) {
      tokens.push(token);
      if (happened) await store.insert(lines, token).catch(() => undefined);
      // The process is killed here: the indexer never hears of the outcome.
      return new Promise<void>(() => undefined);
    },
  });
  while (tokens.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await journal.append(
    Array.from({ length: 50 }, () => entry()),
    [],
  );
  expect(passed.traces).toBe(0);
  const again = await begin(noting(tokens));
  await caughtUp(passed, 151);
  expect(await setAside()).toHaveLength(1);
  expect(tokens[1]).toBe(tokens[0]);
  expect(await stored()).toBe(150);
  await again.stop();
});

test('a store that remembers a failed insert by its token, but has nothing of it, gets it again', async () => {
  const { journal, passed, begin, entry, stored } = await house();
  await journal.append(
    Array.from({ length: 50 }, () => entry()),
    [],
  );
  const failed = new Set<string>();
  const indexer = await begin({
    ...bound(store),
    async insert(lines, token) {
      // As an engine does whose disk is full: what has no room is known by its token all the same.
      if (failed.has(token)) return;
      if (failed.size > 0) return store.insert(lines, token);
      failed.add(token);
      throw new StoreUnavailable('no room');
    },
  });
  await caughtUp(passed, 50);
  expect(await stored()).toBe(50);
  await indexer.stop();
  await journal.close();
});

/** The store, with every token that it is given noted. */
function noting(tokens: string[]): TraceStore {
  return {
    ...bound(store),
    insert(lines, token) {
      tokens.push(token);
      return store.insert(lines, token);
    },
  };
}

/** The store's methods as plain functions, so that one of them can be replaced. */
function bound(real: TraceStore): TraceStore {
  return {
    migrate: () => real.migrate(),
    ping: () => real.ping(),
    tend: () => real.tend(),
    insert: (lines, token) => real.insert(lines, token),
    own: real.own,
    readerFor: (account, signal) => real.readerFor(account, signal),
    known: (...asked) => real.known(...asked),
    dropBefore: (instant) => real.dropBefore(instant),
    held: (from) => real.held(from),
    extentOf: (tracker) => real.extentOf(tracker),
    linesOf: (tracker, page) => real.linesOf(tracker, page),
    parts: () => real.parts(),
    setAsideIfDamaged: (part) => real.setAsideIfDamaged(part),
    damagedParts: () => real.damagedParts(),
    explain: (filter, limit) => real.explain(filter, limit),
    freeze: (name) => real.freeze(name),
    size: () => real.size(),
    close: () => real.close(),
  };
}
