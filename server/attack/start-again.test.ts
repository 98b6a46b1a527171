import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { House, trace } from '../src/testing/house.ts';
import { archived as transferred } from './archived.ts';
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
  const traces = ids.map((trace_id) => trace({ trace_id, request: 'x'.repeat(2_000) }));
  const { body } = await v3('POST', '/traces', { traces });
  expect(body).toMatchObject({ accepted: count });
  sent.push(...ids);
}

/** Ids in the trace list, as often as they are there. */
async function listed(): Promise<string[]> {
  const ids: string[] = [];
  for (let next = ''; ; ) {
    const { body } = await v3(
      'GET',
      `/traces?trace_type=system&limit=200&trace_name=createServer${next && `&next=${next}`}`,
    );
    for (const { trace_id } of body.traces) ids.push(trace_id);
    if (body.traces.length < 200) return ids.sort();
    next = body.meta_data.marker;
  }
}

/** Ids in trace files, as often as they are there. */
async function archived(): Promise<string[]> {
  const { body } = await v3('GET', '/accounting');
  const sum = (body.hours as { archived: number }[]).reduce((all, hour) => all + hour.archived, 0);
  return Array.from({ length: sum }, String);
}

const settled = async () => {
  await house.searchable(token);
  await expect
    .poll(
      async () =>
        ((await v3('GET', '/accounting')).body.hours as Record<string, number>[]).every(
          ({ journalled, archived }) => (archived as number) >= (journalled as number),
        ),
      { timeout: 20_000, interval: 200 },
    )
    .toBe(true);
};

beforeEach(async () => {
  house = await new House().start(ENV);
  ({ token, projectId } = await house.signIn({ project: 'local' }));
  sent = [];
  const obs_info = { bucket_name: 'evidence', is_obs_created: true };
  const made = await v3('POST', '/tracker', { tracker_type: 'system', tracker_name: 'system', obs_info });
  expect(made.status).toBe(201);
  // Made at once, so that no cycle ends between the tracker and its bucket.
  expect((await v3('GET', '/trackers')).body.trackers[0].obs_info.bucket_name).toBe('evidence');
}, 60_000);
afterEach(() => house.stop());

const inJournal = (...parts: string[]) => path.join(house.directory, 'journal', ...parts);
async function segments(): Promise<string[]> {
  return (await readdir(inJournal())).filter((name) => name.endsWith('.journal')).sort();
}
async function flip(file: string, fromEnd: number): Promise<void> {
  const bytes = await readFile(file);
  const at = bytes.length - fromEnd;
  bytes[at] = (bytes[at] as number) ^ 1;
  await writeFile(file, bytes);
}
const last = async () => inJournal((await segments()).at(-1) ?? '');

const faults: [name: string, damage: () => Promise<void>, alarm: RegExp][] = [
  ['a bit of the last record is flipped', async () => flip(await last(), 300), /damaged bytes|lost a part/],
  [
    'the tail is cut off',
    async () => truncate(await last(), (await stat(await last())).size - 5_000),
    /lost a part of itself .* had everything/,
  ],
  ['the last segment is emptied', async () => truncate(await last(), 0), /lost a part of itself/],
  ['the last segment is removed', async () => rm(await last()), /lost a part of itself/],
  [
    'all segments are removed',
    async () => {
      for (const name of await segments()) await rm(inJournal(name));
    },
    /lost a part of itself/,
  ],
  [
    'the positions are empty',
    async () => {
      for (const name of await readdir(inJournal('positions')))
        await truncate(inJournal('positions', name), 0);
    },
    /./,
  ],
  [
    'all positions are gone, copies as well',
    async () => {
      await rm(inJournal('positions'), { recursive: true });
      await rm(inJournal('positions.copy'), { recursive: true });
    },
    /how far the archiver was is lost/,
  ],
  [
    'all positions are damaged, copies as well',
    async () => {
      for (const folder of ['positions', 'positions.copy'])
        for (const name of await readdir(inJournal(folder))) await flip(inJournal(folder, name), 6);
    },
    /how far the archiver was is lost/,
  ],
  [
    'companions are damaged',
    async () => {
      for (const name of await readdir(inJournal())) {
        if (/\.(?:ids|counts)$/.test(name)) await truncate(inJournal(name), 3);
      }
    },
    /./,
  ],
  ['the id is gone', () => rm(inJournal('id')), /./],
  [
    'foreign and crafted files stand for segments, counts and what is set aside',
    async () => {
      await writeFile(inJournal('9999999999.journal'), '');
      await writeFile(inJournal('0000000900.counts'), 'null');
      await writeFile(inJournal('0000000901.ids'), '');
      const lines = [
        'null',
        '{}',
        '5',
        '{"follower":"indexer","position":{"segment":1,"offset":20},"routing":{}}',
      ];
      await writeFile(inJournal('quarantine/indexer-0000000001.000000000020.ndjson'), lines.join('\n'));
      await writeFile(inJournal('gaps.json'), '[{},1,null]');
    },
    /./,
  ],
  ['gaps.json is damaged', () => writeFile(inJournal('gaps.json'), '[{'), /./],
  [
    'foreign files stand about',
    async () => {
      await writeFile(inJournal('positions', 'x.json.tmp'), '');
      await writeFile(inJournal('README'), '');
      await mkdir(inJournal('0000000099.journal.d'));
    },
    /./,
  ],
];

test.each(partOf(faults, 5))(
  '%s: it starts, tells, and nothing is lost or doubled',
  async (_, damage, alarm) => {
    await report(300);
    await report(400);
    await settled();
    const before = (await archived()).length;
    house.logged.length = 0;
    await house.restart(ENV, damage);
    ({ token } = await house.signIn({ project: 'local' }));
    await report(50);
    await house.searchable(token);
    expect(await listed()).toEqual([...sent].sort());
    expect(house.logged.filter((line) => alarm.test(line))).not.toEqual([]);
    // Management operations of this test's own are archived, too: at least what came, and at most a few more.
    await expect
      .poll(async () => (await archived()).length, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(before + 50);
    await house.restart(ENV);
    ({ token } = await house.signIn({ project: 'local' }));
    await house.searchable(token);
    expect(await listed()).toEqual([...sent].sort());
    expect((await archived()).length).toBeLessThan(before + 60);
  },
  90_000,
);

test.each([
  ['is gone', (file: string) => rm(file)],
  ['is cut', async (file: string) => truncate(file, (await stat(file)).size / 2)],
])(
  'a segment that nobody has read yet %s: the others are read, and what is missing is counted',
  async (_, spoil) => {
    await report(100);
    await settled();
    await house.restart({ ...ENV, OPENCTS_TRANSFER_CYCLE: '3600' });
    ({ token } = await house.signIn({ project: 'local' }));
    for (let i = 0; i < 6; i++) await report(200);
    await house.searchable(token);
    const names = await segments();
    expect(names.length).toBeGreaterThan(2);
    await house.restart(ENV, () => spoil(inJournal(names[1] ?? '')));
    ({ token } = await house.signIn({ project: 'local' }));
    await report(5);
    await house.searchable(token);
    expect(await listed()).toEqual([...sent].sort());
    const hours = async () =>
      (await v3('GET', '/accounting')).body.hours as {
        journalled: number;
        stored: number;
        archived: number;
        lost: { indexer: number; archiver: number };
      }[];
    await expect
      .poll(
        async () =>
          (await hours()).every(
            ({ journalled, stored, archived, lost }) =>
              lost.indexer === 0 && journalled === stored && journalled === archived + lost.archiver,
          ),
        { timeout: 20_000, interval: 200 },
      )
      .toBe(true);
    expect((await hours()).reduce((sum, { lost }) => sum + lost.archiver, 0)).toBeGreaterThan(0);
    expect((await house.call('GET', '/metrics', { token })).body).toContain('opencts_journal_gaps 1');
  },
  90_000,
);

test.each([
  ['removed', (file: string) => rm(file)],
  ['moved away', (file: string) => rename(file, `${file}.away`)],
  [
    'replaced by an earlier copy',
    async (file: string) => {
      await copyFile(file, `${file}.copy`);
      await rename(`${file}.copy`, file);
    },
  ],
])(
  'the journal is %s while it is written to: it is there again, and nothing is lost',
  async (_, displace) => {
    await report(20);
    await displace(await last());
    // Ends of cycles come meanwhile.
    for (let times = 0; times < 4; times++) {
      await report(5);
      await setTimeout(400);
    }
    await settled();
    await house.restart(ENV);
    ({ token } = await house.signIn({ project: 'local' }));
    expect(await listed()).toEqual([...sent].sort());
    const found = await transferred(house.directory, 'evidence');
    expect([...found].filter(([, times]) => times !== 1)).toEqual([]);
    expect(sent.filter((id) => !found.has(id))).toEqual([]);
    expect(house.logged.filter((line) => /it is there again/.test(line))).toHaveLength(1);
  },
  60_000,
);
