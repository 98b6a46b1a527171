import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Engine, startEngine } from '../engine/index.ts';
import { Follower, Journal, type JournalEntry, JournalReader } from '../journal/index.ts';
import { clickhouseStore, type TraceStore } from '../traces/index.ts';
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
  const setAside: string[] = [];
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
  const following = new JournalReader(place, journal.durableEnd, () => undefined);
  reader = following;
  const follower = await Follower.open(INDEXER, following, path.join(place, 'positions'), [INDEXER]);
  /** What the indexers of this house have passed. */
  const passed = { traces: 0, refused: 0 };
  const begin = async (through: TraceStore = store) => {
    const fresh = new Indexer({
      journal: following,
      journalId: journal.id,
      follower,
      store: through,
      log,
      clock: Date.now,
      passed: (_counts, traces, refused) => {
        passed.traces += traces;
        passed.refused += refused;
      },
      waiting: () => undefined,
      setAside: async (line) => {
        setAside.push(line);
      },
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
  return { journal, reader: following, passed, begin, entry, stored, setAside };
}

async function caughtUp(passed: { traces: number }, traces: number): Promise<void> {
  for (let i = 0; i < 200 && passed.traces < traces; i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(passed.traces).toBe(traces);
}

test('a line that the store refuses is set aside alone; every other one of its batch is stored', async () => {
  const { journal, passed, begin, entry, stored, setAside } = await house();
  const poison = entry({ time: 'yesterday' });
  const good = (count: number) => Array.from({ length: count }, () => entry());
  await journal.append([...good(40), poison, ...good(23)], []);
  const indexer = await begin();
  await caughtUp(passed, 64);
  expect(setAside).toEqual([`${poison.line}\n`]);
  expect(passed.refused).toBe(1);
  expect(await stored()).toBe(63);
  await indexer.stop();
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
  const { journal, passed, begin, entry, stored } = await house();
  await journal.append(
    Array.from({ length: 100 }, () => entry()),
    [],
  );
  const tokens: string[] = [];
  await begin({
    ...bound(store),
    async insert(lines, token) {
      tokens.push(token);
      if (happened) await store.insert(lines, token);
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
  await caughtUp(passed, 150);
  expect(tokens[1]).toBe(tokens[0]);
  expect(await stored()).toBe(150);
  await again.stop();
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
    insert: (lines, token) => real.insert(lines, token),
    own: real.own,
    readerFor: (account, signal) => real.readerFor(account, signal),
    dropBefore: (instant) => real.dropBefore(instant),
    explain: (filter, limit) => real.explain(filter, limit),
    size: () => real.size(),
    close: () => real.close(),
  };
}
