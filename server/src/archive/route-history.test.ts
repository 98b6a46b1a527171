import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Position } from '../journal/index.ts';
import { type Metadata, openMetadata } from '../metadata/index.ts';
import { RouteHistory } from './route-history.ts';
import { ROUTE } from './testing/route.ts';

const NEW = { ...ROUTE, bucket: 'another' };
const { projectId, tracker } = ROUTE;
const START: Position = { segment: 1, offset: 0 };

let directory: string;
let metadata: Metadata;
let durableEnd: Position;
let now: number;
const logged: string[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'opencts-routes-'));
  metadata = await openMetadata(path.join(directory, 'metadata.db'));
  durableEnd = { segment: 1, offset: 100 };
  now = 1_800_000_000_000;
});
afterEach(async () => {
  await metadata.destroy();
  await rm(directory, { recursive: true, force: true });
});

/** As after a start: nothing is remembered but what is stored. */
const history = () =>
  new RouteHistory({
    metadata,
    journal: {
      id: 'j1',
      flushed: async () => undefined,
      get durableEnd() {
        return durableEnd;
      },
    },
    clock: () => now,
    log: pino({ level: 'error' }, { write: (line: string) => logged.push(line) }),
  });
const note = (change: Partial<Parameters<RouteHistory['note']>[1]>) =>
  metadata
    .transaction()
    .execute((transaction) =>
      history().note(transaction, { projectId, tracker, before: ROUTE, after: undefined, ...change }),
    );
const to = (offset: number) => {
  durableEnd = { segment: 1, offset };
};

test('a change that was never settled, since the process ended, is over with what the journal holds at the next look', async () => {
  await note({ after: NEW });
  to(250);
  expect(await history().periods(START, [NEW])).toEqual([
    { projectId, tracker, until: { segment: 1, offset: 250 }, route: ROUTE },
    { projectId, tracker, until: undefined, route: NEW },
  ]);
});

test('what a stretch finds does not change with what is set later', async () => {
  const before = await history().periods(START, [ROUTE]);
  await note({ after: NEW });
  await history().settle();
  const [first] = await history().periods(START, [NEW]);
  expect(before).toEqual([{ ...first, until: undefined }]);
  expect(first?.until).toEqual({ segment: 1, offset: 100 });
});

test('several changes stand in their order, and go with the journal', async () => {
  const third = { ...ROUTE, bucket: 'a-third' };
  for (const [before, after] of [
    [undefined, ROUTE],
    [ROUTE, third],
    [third, NEW],
  ] as const) {
    await note({ before, after });
    await history().settle();
    to(durableEnd.offset + 100);
  }
  const all = await history().periods(START, [NEW]);
  expect(all.map(({ until, route }) => [until?.offset, route?.bucket])).toEqual([
    [200, ROUTE.bucket],
    [300, 'a-third'],
    [undefined, NEW.bucket],
  ]);
  expect((await history().periods({ segment: 1, offset: 200 }, [NEW])).length).toBe(2);
  await history().forget({ segment: 1, offset: 200 });
  expect((await history().periods(START, [NEW])).length).toBe(2);
});

test('what changes nothing of the route is not noted', async () => {
  await note({ after: { ...ROUTE } });
  expect(await history().periods(START, [ROUTE])).toHaveLength(1);
});

test('the route of a deleted tracker is valid a minute longer, whichever way the clock is set; not when it is made anew', async () => {
  await note({ isRemoved: true });
  to(200);
  expect(await history().periods(START, [])).toEqual([
    { projectId, tracker, until: undefined, route: ROUTE },
  ]);
  now -= 86_400_000;
  expect((await history().periods(START, []))[0]?.until?.offset).toBe(200);
  await note({ before: NEW, isRemoved: true });
  await note({ before: undefined, after: ROUTE });
  to(300);
  const all = await history().periods(START, [ROUTE]);
  expect(all.map(({ until, route }) => [until?.offset, route?.bucket])).toEqual([
    [200, ROUTE.bucket],
    [300, NEW.bucket],
    [undefined, ROUTE.bucket],
  ]);
});

test('a route that cannot be read costs only itself, and is told', async () => {
  await note({ after: NEW });
  await metadata.updateTable('earlier_routes').set({ route: '{"bucket":1}' }).execute();
  expect((await history().periods(START, [NEW])).map(({ route }) => route?.bucket)).toEqual([NEW.bucket]);
  expect(logged.some((line) => line.includes('cannot be read'))).toBe(true);
});
