import { randomUUID as newTraceId } from 'node:crypto';
import {
  copyFile,
  cp,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { DamageReport } from './damage.ts';
import { Follower } from './follower.ts';
import type { Routing } from './frame.ts';
import type { Gap } from './gaps.ts';
import { Journal, type JournalOptions } from './journal.ts';
import { JournalReader } from './reader.ts';
import { type Position, segmentFile, startOf } from './segment.ts';

const PROJECT = '5f0c1d2e3a4b45c69788a9b0c1d2e3f4';
const RECORD_TIME = Date.UTC(2026, 10, 21, 9);
const directories: string[] = [];
const journals: Journal[] = [];

afterEach(async () => {
  for (const journal of journals.splice(0)) await journal.close().catch(() => undefined);
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

async function temporary(): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-journal-'));
  directories.push(directory);
  return directory;
}

const opened = new WeakMap<Journal, { directory: string; damages: DamageReport[] }>();

async function open(directory: string, options: Partial<JournalOptions> = {}) {
  const damages: DamageReport[] = [];
  const journal = await Journal.open({
    directory,
    segmentSize: 1024 * 1024,
    maxQueue: 64 * 1024 * 1024,
    retryWindow: 1000,
    countsSince: () => 0,
    onDamage: (damage) => damages.push(damage),
    onDurable: () => undefined,
    onFatal: (error) => {
      throw error;
    },
    ...options,
  });
  journals.push(journal);
  opened.set(journal, { directory, damages });
  return { journal, damages };
}

function entry(line: string, routing: Partial<Routing> = {}) {
  const whole: Routing = {
    recordTime: RECORD_TIME,
    traceId: newTraceId(),
    projectId: PROJECT,
    trackerName: 'system',
    serviceType: 'ECS',
    clientId: false,
    extra: false,
    ...routing,
  };
  return { routing: whole, line };
}

async function append(journal: Journal, ...lines: string[]) {
  await journal.append(
    lines.map((line) => entry(line)),
    [],
  );
}

/** What a follower reads that begins now; damage it meets goes where the journal's does. */
function readerOf(journal: Journal): JournalReader {
  const { directory, damages } = opened.get(journal) as { directory: string; damages: DamageReport[] };
  return new JournalReader(directory, journal.durableEnd, (damage) => damages.push(damage));
}

async function readAll(journal: Journal, reader = readerOf(journal)): Promise<string[]> {
  const lines: string[] = [];
  let position = await reader.begin();
  for (;;) {
    const { frames, next } = await reader.read(position, 64 * 1024);
    if (next.segment === position.segment && next.offset === position.offset) return lines;
    for (const frame of frames) lines.push(frame.line().trimEnd());
    position = next;
  }
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `{"n":${i},"text":"Größe ✓"}`);

test('what was acknowledged is read back in order, across segments and restarts', async () => {
  const directory = await temporary();
  const lines = numbered(500);
  const { journal } = await open(directory, { segmentSize: 4096 });
  for (let i = 0; i < lines.length; i += 10) await append(journal, ...lines.slice(i, i + 10));
  expect(await readAll(journal)).toEqual(lines);
  await journal.close();
  const again = await open(directory, { segmentSize: 4096 });
  expect(await readAll(again.journal)).toEqual(lines);
  expect(again.damages).toEqual([]);
  expect((await readdir(directory)).filter((name) => name.endsWith('.journal')).length).toBeGreaterThan(5);
});

test('a frame carries what followers route by', async () => {
  const { journal } = await open(await temporary());
  const routing = {
    traceId: newTraceId(),
    trackerName: 'größe',
    serviceType: 'VPC-OpenStack',
    clientId: true,
    extra: true,
  };
  await journal.append([entry('{}', routing)], []);
  const [frame] = (await readerOf(journal).read(startOf(1), 1024)).frames;
  expect(frame).toMatchObject({ ...routing, projectId: PROJECT, recordTime: RECORD_TIME });
});

test('a journal torn at any byte of its last record loses that record alone, and goes on', async () => {
  const origin = await temporary();
  const { journal } = await open(origin);
  await append(journal, '{"n":0}', '{"n":1}');
  const whole = journal.durableEnd.offset;
  await append(journal, '{"n":2}');
  const end = journal.durableEnd.offset;
  await journal.close();
  for (let size = whole; size <= end; size++) {
    const directory = await temporary();
    await cp(origin, directory, { recursive: true });
    await truncate(segmentFile(directory, 1), size);
    const { journal: torn, damages } = await open(directory);
    const kept = size === end ? ['{"n":0}', '{"n":1}', '{"n":2}'] : ['{"n":0}', '{"n":1}'];
    expect(await readAll(torn), `torn at byte ${size}`).toEqual(kept);
    expect(damages.length).toBe(size === end || size === whole ? 0 : 1);
    if (damages[0]) expect(damages[0]).toMatchObject({ torn: true, bytes: size - whole });
    await append(torn, '{"n":9}');
    expect(await readAll(torn)).toEqual([...kept, '{"n":9}']);
    await torn.close();
  }
});

test('a flipped bit anywhere in a record in the middle costs that record alone, which is reported and kept aside', async () => {
  const origin = await temporary();
  const { journal } = await open(origin);
  await append(journal, '{"n":0}');
  const start = journal.durableEnd.offset;
  await append(journal, '{"n":1}');
  const end = journal.durableEnd.offset;
  await append(journal, '{"n":2}', '{"n":3}');
  await journal.close();
  const bytes = await readFile(segmentFile(origin, 1));
  for (let at = start; at < end; at++) {
    const directory = await temporary();
    await cp(origin, directory, { recursive: true });
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
    await writeFile(segmentFile(directory, 1), damaged);
    const { journal: hurt, damages } = await open(directory);
    expect(await readAll(hurt), `bit flipped in byte ${at}`).toEqual(['{"n":0}', '{"n":2}', '{"n":3}']);
    expect(damages).toHaveLength(1);
    const [damage] = damages as [DamageReport];
    expect(damage).toMatchObject({ segment: 1, offset: start, bytes: end - start, torn: false });
    expect(await readFile(damage.file)).toEqual(damaged.subarray(start, end));
    await hurt.close();
  }
});

test('damage in a sealed segment is found when it is read', async () => {
  const directory = await temporary();
  const { journal, damages } = await open(directory, { segmentSize: 1 });
  await append(journal, '{"n":0}', '{"n":1}');
  await append(journal, '{"n":2}');
  const bytes = await readFile(segmentFile(directory, 1));
  bytes[bytes.length - 3] = 0;
  await writeFile(segmentFile(directory, 1), bytes);
  const reader = readerOf(journal);
  expect(await readAll(journal, reader)).toEqual(['{"n":0}', '{"n":2}']);
  expect(await readAll(journal, reader)).toEqual(['{"n":0}', '{"n":2}']);
  expect(damages).toHaveLength(1);
});

const displaced: [what: string, displace: (file: string, earlier: Buffer) => Promise<void>][] = [
  ['is removed', (file) => rm(file)],
  ['is moved away', (file) => rename(file, `${file}.away`)],
  ['is replaced by an earlier copy', (file, earlier) => replace(file, earlier)],
  [
    'is replaced by a part of a copy that ends within a record',
    (file, earlier) => replace(file, earlier.subarray(0, -9)),
  ],
];
async function replace(file: string, bytes: Buffer): Promise<void> {
  await rm(file);
  await writeFile(file, bytes);
}

test.each(displaced)(
  'a segment that %s while it is written to is read by nobody until it is there again, whole',
  async (_, displace) => {
    const directory = await temporary();
    const restored: string[] = [];
    const { journal, damages } = await open(directory, { onRestored: (file) => restored.push(file) });
    const file = segmentFile(directory, 1);
    await append(journal, '{"n":0}', '{"n":1}');
    await displace(file, await readFile(file));
    await append(journal, '{"n":2}');
    await expect(readAll(journal)).rejects.toThrow(/ENOENT|is shorter than what was written to it/);
    await setTimeout(1_010);
    await append(journal, '{"n":3}');
    expect(await readAll(journal)).toEqual(['{"n":0}', '{"n":1}', '{"n":2}', '{"n":3}']);
    expect(restored).toEqual([file]);
    expect(damages).toEqual([]);
    await journal.close();
    const again = await open(directory);
    expect(await readAll(again.journal)).toHaveLength(4);
  },
);

test('a sealed segment that was cut tells its readers what is gone, and they go on behind it', async () => {
  const directory = await temporary();
  const gaps: Gap[] = [];
  const { journal, damages } = await open(directory, { segmentSize: 1, onGap: (gap) => gaps.push(gap) });
  await append(journal, '{"n":0}');
  const within = journal.durableEnd;
  // It is sealed with the next batch.
  await append(journal, '{"n":1}', '{"n":2}', '{"n":3}');
  await append(journal, '{"n":4}');
  const file = segmentFile(directory, 2);
  const { size } = await stat(file);
  const bytes = size - startOf(2).offset;
  for (const [kept, damaged] of [
    [startOf(2).offset + (bytes / 3) * 2, 0],
    [size - 5, 1],
  ] as const) {
    const missing: Position[] = [];
    const told: DamageReport[] = [];
    const whole = await readFile(file);
    await truncate(file, kept);
    const reader = new JournalReader(
      directory,
      journal.durableEnd,
      (damage) => told.push(damage),
      undefined,
      (from) => missing.push(from),
    );
    expect(await readAll(journal, reader)).toEqual(['{"n":0}', '{"n":1}', '{"n":2}', '{"n":4}']);
    expect(missing).toEqual([{ segment: 2, offset: kept }]);
    expect(told).toHaveLength(damaged);
    // A stretch that was begun before ends where it was to end.
    const until = { segment: 2, offset: size };
    const { next } = await reader.read({ segment: 2, offset: kept }, 1024, until);
    expect(next).toEqual(until);
    await journal.missing({ follower: 'archiver', from: missing[0] ?? within });
    await writeFile(file, whole);
  }
  const lost = [[PROJECT, RECORD_TIME, 1]];
  expect(gaps).toMatchObject([
    { to: startOf(3), missedBy: ['archiver'], counts: lost },
    { to: startOf(3), missedBy: ['archiver'], counts: lost },
  ]);
  expect(damages).toEqual([]);
});

test('a segment whose beginning was torn is begun anew', async () => {
  const directory = await temporary();
  const { journal } = await open(directory, { segmentSize: 1 });
  await append(journal, '{"n":0}');
  await append(journal, '{"n":1}');
  await journal.close();
  await truncate(segmentFile(directory, 2), 5);
  const again = await open(directory, { segmentSize: 1 });
  await append(again.journal, '{"n":2}');
  expect(await readAll(again.journal)).toEqual(['{"n":0}', '{"n":2}']);
});

const identity = (traceId: string) => Buffer.from(PROJECT + traceId.replaceAll('-', ''), 'hex');

test('ids of retries are remembered over a restart, also when their segments are gone', async () => {
  const directory = await temporary();
  const { journal } = await open(directory, { segmentSize: 1 });
  const ids = Array.from({ length: 5 }, () => newTraceId());
  for (const traceId of ids) {
    await journal.append([entry('{}', { traceId, clientId: true })], [identity(traceId)]);
  }
  await readerOf(journal).release(journal.durableEnd);
  await journal.close();
  expect((await readdir(directory)).filter((name) => name.endsWith('.journal'))).toHaveLength(1);
  const again = await open(directory, { segmentSize: 1 });
  for (const traceId of ids) expect(again.journal.knows(identity(traceId))).toBe(true);
  expect(again.journal.knows(identity(newTraceId()))).toBe(false);
});

test('counts per project and hour survive a restart, also when their segments are gone', async () => {
  const directory = await temporary();
  const { journal } = await open(directory, { segmentSize: 2000 });
  for (let i = 0; i < 50; i++) await append(journal, ...numbered(3));
  await readerOf(journal).release(journal.durableEnd);
  await journal.close();
  const again = await open(directory, { segmentSize: 2000 });
  expect(again.journal.counts.get(PROJECT, RECORD_TIME)).toBe(150);
});

test('companions that are missing are made again from the segment', async () => {
  const directory = await temporary();
  const { journal } = await open(directory, { segmentSize: 1 });
  const traceId = newTraceId();
  await journal.append([entry('{}', { traceId, clientId: true })], [identity(traceId)]);
  await append(journal, '{}');
  await journal.close();
  await rm(segmentFile(directory, 1, 'ids'));
  await rm(segmentFile(directory, 1, 'counts'));
  const again = await open(directory);
  expect(again.journal.knows(identity(traceId))).toBe(true);
  expect(again.journal.counts.get(PROJECT, RECORD_TIME)).toBe(2);
});

test('a segment goes only when every follower has passed it, and a position survives a restart', async () => {
  const directory = await temporary();
  const { journal } = await open(directory, { segmentSize: 1 });
  for (const line of numbered(4)) await append(journal, line);
  const positions = path.join(directory, 'positions');
  const both = ['indexer', 'archiver'];
  const indexer = await Follower.open('indexer', readerOf(journal), positions, { all: both });
  const archiver = await Follower.open('archiver', readerOf(journal), positions, { all: both });
  await indexer.save(startOf(4), null);
  expect(await readerOf(journal).begin()).toEqual(startOf(1));
  await archiver.save(startOf(2), startOf(3));
  expect(await readerOf(journal).begin()).toEqual(startOf(2));
  const again = await Follower.open('archiver', readerOf(journal), positions);
  expect(again).toMatchObject({ position: startOf(2), until: startOf(3) });
});

test('a follower opens while another one is further than the end that it knows', async () => {
  const directory = await temporary();
  const { journal } = await open(directory);
  const early = readerOf(journal);
  const positions = path.join(directory, 'positions');
  await append(journal, '{}');
  const indexer = await Follower.open('indexer', readerOf(journal), positions);
  await indexer.save(journal.durableEnd, null);
  const notifier = await Follower.open('notifier', early, positions);
  expect(notifier.position).toEqual(startOf(1));
});

test('positions of another journal are refused at start', async () => {
  const directory = await temporary();
  const { journal } = await open(directory);
  const positions = path.join(directory, 'positions');
  const follower = await Follower.open('indexer', readerOf(journal), positions);
  await follower.save({ segment: 7, offset: 99 }, null);
  await expect(Follower.open('indexer', readerOf(journal), positions)).rejects.toThrow(
    /followed the journal to 7:99/,
  );
});

test('appends beyond the queue are refused with 503, and what was taken stays', async () => {
  const { journal } = await open(await temporary(), { maxQueue: 2000 });
  const taken: Promise<void>[] = [];
  expect(() => {
    for (let i = 0; i < 1000; i++) taken.push(journal.append([entry('{"x":"'.padEnd(300, 'x'))], []));
  }).toThrow(expect.objectContaining({ status: 503, code: 'CTS.0001', retryAfter: 1 }));
  await Promise.all(taken);
  expect(await readAll(journal)).toHaveLength(taken.length);
});

test('a copy of the directory taken at any time opens', async () => {
  const directory = await temporary();
  const { journal } = await open(directory, { segmentSize: 3000 });
  const copy = await temporary();
  for (let i = 0; i < 20; i++) {
    const writing = append(journal, ...numbered(5));
    await copyFile(segmentFile(directory, journal.durableEnd.segment), segmentFile(copy, i + 1));
    await writing;
  }
  const { journal: opened } = await open(copy);
  expect((await readAll(opened)).length).toBeGreaterThan(0);
});
