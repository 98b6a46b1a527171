import { beforeEach, expect, test } from 'vitest';
import { IndexedParts } from './indexed-parts.ts';

const GB = 1024 ** 3;
/** What the engine would answer. */
let parts: { name: string; rows: number }[];
let state: { making: number; merging: number; room: number; lately: number };
/** Parts that have the indexes. */
let having: Set<string>;
let probed: string[];
let commands: string[];
let now: number;
let indexed: IndexedParts;

beforeEach(() => {
  parts = [
    { name: '20261129_1_9_1', rows: 15_000 },
    { name: '20261128_1_9_1', rows: 10_000 },
  ];
  state = { making: 0, merging: 0, room: GB, lately: 0 };
  [having, probed, commands, now] = [new Set(), [], [], 0];
  indexed = new IndexedParts(
    { database: 'opencts', cluster: '' },
    async (query, { part }) => {
      if (query.includes('EXPLAIN')) {
        probed.push(String(part));
        return [{ rows: having.has(String(part)) ? '0' : '1000' }];
      }
      return query.includes('AS making') ? [state] : parts;
    },
    async (statement) => void commands.push(statement),
    () => now,
  );
});

const MAKE = 'ALTER TABLE opencts.traces MATERIALIZE INDEX ix_words, MATERIALIZE INDEX ix_ids';

test('where many traces lack the indexes they are made, for few they are not', async () => {
  await indexed.tend();
  expect(commands).toEqual([MAKE]);
  expect(indexed.condition).toBeUndefined();
  parts.pop();
  await indexed.tend();
  expect(commands).toEqual([MAKE]);
});

test.each([
  ['traces come at full speed', { lately: 30_000 }],
  ['parts are being merged', { merging: 1 }],
  ['it is done already', { making: 1 }],
  ['the disk is nearly full', { room: GB / 8 }],
])('while %s it is left for later', async (_what, change) => {
  Object.assign(state, change);
  await indexed.tend();
  expect(commands).toEqual([]);
});

test('at full speed, too, there is a bound to what lacks them', async () => {
  state.lately = 200_000;
  parts.push({ name: '20261129_10_99_2', rows: 3_000_000 });
  await indexed.tend();
  expect(commands).toEqual([MAKE]);
});

test('while traces come slowly it is done once a minute', async () => {
  state.lately = 1_000;
  now = 100_000;
  for (const after of [0, 30_000, 29_000, 2_000]) {
    now += after;
    await indexed.tend();
  }
  expect(commands).toEqual([MAKE, MAKE]);
});

test('which parts have them is asked once of each that may, and forgotten with the part', async () => {
  parts = ['20261129_1_9_1_12', '20261129_10_10_0', '20261129_11_19_1'].map((name) => ({
    ...{ name, rows: 100 },
  }));
  having.add('20261129_1_9_1_12');
  await indexed.tend();
  await indexed.tend();
  expect(probed).toEqual(['20261129_1_9_1_12']);
  expect(indexed.condition).toBe("_part IN ('20261129_1_9_1_12')");
  // A merge of it has none.
  parts = [{ name: '20261129_1_19_2_12', rows: 300 }];
  await indexed.tend();
  expect(probed).toEqual(['20261129_1_9_1_12', '20261129_1_19_2_12']);
  expect(indexed.condition).toBeUndefined();
});
