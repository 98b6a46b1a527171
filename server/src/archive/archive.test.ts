import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sure } from '../clock/index.ts';
import { AsideKeeper, Follower, Journal, JournalReader, Quarantine } from '../journal/index.ts';
import { Keyring } from '../kms/index.ts';
import { type Metadata, openMetadata } from '../metadata/index.ts';
import { DirectoryStore, type NewObject, ObjectStoreError } from '../objects/index.ts';
import { ARCHIVER, Archiver } from './archiver.ts';
import { Archiving } from './archiving.ts';
import { Cutter, type CutterJob, stretchName } from './cutter.ts';
import { chainPlace, digestKey, digestPlace, partOf, traceFileKey } from './layout.ts';
import { Lifecycle } from './lifecycle.ts';
import type { Route } from './route.ts';
import { goingOn } from './route-history.ts';
import { SpoolSealer } from './sealing.ts';
import { READY, readyStretches } from './spool.ts';
import { BUCKET, ROUTE } from './testing/route.ts';
import type { SpoolFile } from './trace-files.ts';
import { Uploader } from './uploader.ts';

const log = pino({ level: 'silent' });
const PROJECT = ROUTE.projectId;
const OTHER = 'b'.repeat(32);
const CYCLE = Date.UTC(2026, 10, 5, 9, 35);

let directory: string;
let journal: Journal;
let reader: JournalReader;
let aside: AsideKeeper;
let follower: Follower;
let archiver: Archiver;
let spool: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-archive-'));
  spool = path.join(directory, 'spool');
  await open();
});
afterEach(async () => {
  await journal.close();
  await rm(directory, { recursive: true, force: true });
});

/** As after a start; what stands on disk is all that is known. */
async function open(): Promise<void> {
  const folder = path.join(directory, 'journal');
  journal = await Journal.open({
    directory: folder,
    segmentSize: 64 * 1024,
    maxQueue: 64 * 1024 * 1024,
    retryWindow: 1000,
    countsSince: () => 0,
    onDurable: (_counts, _traces, end) => reader?.advance(end),
    onDamage: () => undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  aside = new AsideKeeper(folder, ARCHIVER, () => undefined);
  reader = new JournalReader(folder, journal.durableEnd, () => undefined, aside);
  follower = await Follower.open(ARCHIVER, reader, path.join(directory, 'journal', 'positions'));
  const cutStretch = (job: CutterJob) => new Cutter(reader, aside, job).cut();
  archiver = new Archiver({ journalId: journal.id, follower, aside, spool, log, cutStretch });
  await archiver.recover();
}

const cut = (routes: readonly Route[], cycle = CYCLE) =>
  archiver.cut(journal.durableEnd, async () => ({ routes: routes.map(goingOn), watched: [] }), cycle);

let count = 0;
interface Given {
  project?: string;
  tracker?: string;
  service?: string;
  name?: string;
  extra?: object;
  /** In place of the line. */
  broken?: string;
}

/** Journals traces; returns their ids. */
async function record(...given: Given[]): Promise<string[]> {
  const entries = given.map(
    ({ project = PROJECT, tracker = 'system', service = 'ECS', name = 'createServer', extra, broken }) => {
      const traceId = `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`;
      const trace = {
        code: 200,
        ...(extra ? { extra: JSON.stringify(extra) } : {}),
        request: 'x'.repeat(200),
        time: CYCLE - 2000 + count,
        trace_id: traceId,
        trace_name: name,
      };
      return {
        routing: {
          recordTime: CYCLE - 1000 + count,
          traceId,
          projectId: project,
          trackerName: tracker,
          serviceType: service,
          clientId: false,
          extra: extra !== undefined || broken !== undefined,
        },
        line: broken ?? JSON.stringify(trace),
      };
    },
  );
  await journal.append(entries, []);
  return entries.map(({ routing }) => routing.traceId);
}

const route = (change: Partial<Route> = {}): Route => ({ ...ROUTE, ...change });

const job = (stretch: CutterJob['stretch'], final: string): CutterJob => ({
  journalId: journal.id,
  stretch,
  routes: [goingOn(route())],
  cycle: CYCLE,
  folder: path.join(spool, 'cutting'),
  final,
});

/** Files in the spool with their traces, in the order of the stretches. */
async function spooled(): Promise<(SpoolFile & { content: { trace_id: string }[]; text: string })[]> {
  const all = [];
  for (const stretch of await readyStretches(spool)) {
    const folder = path.join(spool, READY, stretch);
    const { files } = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8'));
    for (const file of files as SpoolFile[]) {
      const bytes = await readFile(path.join(folder, file.file));
      expect(bytes.length).toBe(file.bytes);
      const text = (file.key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
      const content = JSON.parse(text);
      expect(content).toHaveLength(file.traces);
      all.push({ ...file, content, text });
    }
  }
  return all;
}
const idsOf = (files: { content: { trace_id: string }[] }[]) =>
  files.flatMap(({ content }) => content.map((trace) => trace.trace_id));

describe('paths and names', () => {
  const shelf = { region: 'eu-de', subProject: undefined, tracker: 'system', service: 'ECS', prefix: 'prod' };
  const time = Date.UTC(2026, 4, 9, 8, 5, 3);
  const hex = 'd22ef9d12629392c';

  test('of trace files', () => {
    expect(traceFileKey(shelf, time, hex, true)).toBe(
      'CloudTraces/eu-de/2026/5/9/system/ECS/prod_CloudTrace_eu-de_2026-05-09T08-05-03Z_d22ef9d12629392c.json.gz',
    );
    const bare = { ...shelf, prefix: '', service: undefined, subProject: 'eu-de_team' };
    expect(traceFileKey(bare, time, hex, false)).toBe(
      'CloudTraces/eu-de/2026/5/9/system/CloudTrace_eu-de-eu-de_team_2026-05-09T08-05-03Z_d22ef9d12629392c.json',
    );
  });

  test('of digest files', () => {
    expect(digestKey(chainPlace(shelf), time)).toBe(
      'CloudTraces/eu-de/2026/5/9/system/Digest/ECS/prod_CloudTrace-Digest_eu-de_2026-05-09T08-05-03Z.json.gz',
    );
  });

  test.each([
    ['../../etc', '..!2F..!2Fetc'],
    ['a/b', 'a!2Fb'],
    ['..', '!2E.'],
    ['.', '!2E'],
    ['FWaaS v2', 'FWaaS!20v2'],
    ['云', '!E4!BA!91'],
    ['Digest', '!44igest'],
    ['A!20B', 'A!2120B'],
    ['dws.v1_x-2', 'dws.v1_x-2'],
  ])('the trace source %j becomes the folder %j', (service, folder) => {
    expect(traceFileKey({ ...shelf, service }, time, hex, true)).toContain(`/system/${folder}/prod_`);
    expect(digestKey(chainPlace({ ...shelf, service }), time)).toContain(`/system/Digest/${folder}/prod_`);
  });

  test('different names never share a folder, however long or odd they are', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 64 }),
      fc.string({ unit: fc.constantFrom('A', 'a', ' ', '_', '/', '.', '!', '2', '0', 'é', '云', '\0') }),
    );
    fc.assert(
      fc.property(odd, odd, (one, other) => {
        const [part, another] = [partOf(one), partOf(other)];
        expect(part === another).toBe(Buffer.from(one).equals(Buffer.from(other)));
        expect(part).toMatch(/^[A-Za-z0-9._!-]{0,100}$/);
        expect(part).not.toMatch(/^\.+$/);
      }),
    );
    expect(partOf('云'.repeat(64))).not.toBe(partOf(`${'云'.repeat(63)}服`));
    expect(partOf('云'.repeat(64))).toHaveLength(94);
  });

  test('different projects never share the name of a file', () => {
    const names = ['a b', 'a_b', 'a/b', '../x', '云服务器', '对象存储', 'a', 'eu-de', 'eu-de-a'];
    const regions = ['eu-de', 'eu', 'eu-de-a'];
    const all = regions.flatMap((region) =>
      names.map((subProject) => digestKey(chainPlace({ ...shelf, region, subProject }), time)),
    );
    expect(new Set(all).size).toBe(all.length);
    for (const key of all) expect(digestPlace(key)).toMatchObject({ tracker: 'system', folder: 'ECS' });
  });
});

describe('a cycle', () => {
  test('becomes one file a trace source, each trace in exactly one', async () => {
    const ids = await record({ service: 'ECS' }, { service: 'IAM' }, { service: 'ECS' }, { project: OTHER });
    await cut([route()]);
    const files = await spooled();
    expect(files.map(({ service, traces }) => [service, traces])).toEqual([
      ['ECS', 2],
      ['IAM', 1],
    ]);
    expect(idsOf(files).sort()).toEqual(ids.slice(0, 3).sort());
    expect(files[0]).toMatchObject({
      bucket: BUCKET,
      from: expect.any(Number),
      md5: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    // Nothing is left for the next cycle, and an empty one leaves nothing.
    await cut([route()]);
    expect(await readyStretches(spool)).toHaveLength(1);
  });

  test('goes to every tracker its own way: not sorted, not compressed, without data keys', async () => {
    await record({ service: 'ECS' }, { service: 'IAM' }, { tracker: 'reads', service: 'OBS' });
    await record({ service: 'KMS', name: 'createDatakey' }, { service: 'KMS', name: 'createKey' });
    await cut([
      route({ sorted: false, compressed: false, withoutDataKeys: true, prefix: 'all' }),
      route({ tracker: 'reads', trackerId: 't2', bucket: 'another' }),
    ]);
    const files = await spooled();
    expect(
      files.map(({ bucket, traces, key }) => [bucket, traces, path.posix.basename(key).slice(0, 14)]),
    ).toEqual([
      ['another', 1, 'CloudTrace_eu-'],
      [BUCKET, 3, 'all_CloudTrace'],
    ]);
    expect(files[1]?.key).toMatch(
      /\/2026\/11\/5\/system\/all_CloudTrace_eu-de_2026-11-05T09-35-00Z_[0-9a-f]{16}\.json$/,
    );
  });

  test('holds the lines as they were journalled; unknown members are in their places', async () => {
    await record({}, { extra: { zone: 'eu-de-1', about: { a: 1 } } });
    await cut([route()]);
    const [file] = await spooled();
    const [plain, extended] = file?.content ?? [];
    expect(Object.keys(plain as object)).toEqual(['code', 'request', 'time', 'trace_id', 'trace_name']);
    expect(Object.keys(extended as object)).toEqual([
      'about',
      'code',
      'request',
      'time',
      'trace_id',
      'trace_name',
      'zone',
    ]);
  });

  test('is spread over several files when it is large, in bounded pieces', async () => {
    const ids = await record(...Array.from({ length: 500 }, () => ({})));
    const stretch = { from: archiver.position, to: journal.durableEnd };
    const final = path.join(spool, READY, stretchName(stretch));
    await new Cutter(reader, aside, { ...job(stretch, final), fileBytes: 30_000 }).cut();
    const files = await spooled();
    expect(files.length).toBeGreaterThan(2);
    expect(new Set(files.map(({ key }) => key)).size).toBe(files.length);
    expect(idsOf(files).sort()).toEqual([...ids].sort());
  });

  test('in which the bucket was set gets all of it; one without a bucket goes nowhere', async () => {
    await record({}, {});
    await cut([]);
    const ids = await record({}, {});
    await cut([route()]);
    expect(idsOf(await spooled()).sort()).toEqual([...ids].sort());
  });
});

describe('after a crash', () => {
  test('a stretch that was cut, but not noted, is not cut again', async () => {
    const ids = await record({}, {}, {});
    const from = archiver.position;
    await cut([route()]);
    await follower.save(from, journal.durableEnd);
    await journal.close();
    await open();
    const more = await record({});
    await cut([route()]);
    expect(idsOf(await spooled()).sort()).toEqual([...ids, ...more].sort());
  });

  test('… nor when only the note has failed, and the next cycle comes', async () => {
    const ids = await record({}, {}, {});
    const from = archiver.position;
    await cut([route()]);
    await follower.save(from, journal.durableEnd);
    const more = await record({});
    await cut([route()]);
    expect(idsOf(await spooled()).sort()).toEqual([...ids, ...more].sort());
  });

  test('a stretch that was half cut is cut anew', async () => {
    const ids = await record({}, {}, {});
    await follower.save(archiver.position, journal.durableEnd);
    const stretch = { from: archiver.position, to: journal.durableEnd };
    const { folder, ...rest } = job(stretch, path.join(spool, 'no such folder', 'x'));
    await expect(new Cutter(reader, aside, { ...rest, folder }).cut()).rejects.toThrow();
    expect(await readdir(folder)).not.toEqual([]);
    await journal.close();
    await open();
    await cut([route()]);
    expect(idsOf(await spooled()).sort()).toEqual([...ids].sort());
  });

  test('journal segments stay until they have been cut', async () => {
    const segments = async () =>
      (await readdir(path.join(directory, 'journal'))).filter((name) => name.endsWith('.journal'));
    for (let i = 0; i < 20; i++) await record(...Array.from({ length: 50 }, () => ({})));
    expect((await segments()).length).toBeGreaterThan(3);
    for (const name of ['indexer', 'notifier']) {
      const other = await Follower.open(name, reader, path.join(directory, 'journal', 'positions'));
      await other.save(journal.durableEnd, null);
    }
    expect((await segments()).length).toBeGreaterThan(3);
    await cut([route()]);
    expect(await segments()).toHaveLength(1);
  });
});

describe('traces that no file can hold', () => {
  const poison = { broken: '{"no":"JSON' };

  /** Where a crash comes: after the folder was whole, before that was noted, or nowhere. */
  test.each([0, 1, 2, 3, 4].flatMap((place) => [false, true].map((crash) => ({ place, crash }))))(
    'cost only themselves, at place $place, crash: $crash',
    async ({ place, crash }) => {
      const given: Given[] = Array.from({ length: 5 }, (_, at) => (at === place ? poison : {}));
      const ids = await record(...given);
      const good = ids.filter((_, at) => at !== place);
      const from = archiver.position;
      await cut([route()]);
      if (crash) {
        await follower.save(from, journal.durableEnd);
        await journal.close();
        await open();
      }
      const more = await record({});
      await cut([route()]);
      expect(idsOf(await spooled()).sort()).toEqual([...good, ...more].sort());
      const [only, ...others] = await (await Quarantine.open(path.join(directory, 'journal'))).list({}, 10);
      expect(others).toEqual([]);
      expect(only).toMatchObject({
        follower: 'archiver',
        routing: { traceId: ids[place] },
        line: `${poison.broken}\n`,
      });
    },
  );

  test('come into a file by a replay, once, however often it is asked for and wherever a crash comes', async () => {
    const [bad = ''] = await record(poison);
    await cut([route()]);
    const folder = path.join(directory, 'journal');
    const quarantine = await Quarantine.open(folder);
    // As if what was wrong had been the code.
    const [file = ''] = await readdir(path.join(folder, 'quarantine'));
    const was = JSON.parse(await readFile(path.join(folder, 'quarantine', file), 'utf8'));
    const line = `${JSON.stringify({ trace_id: bad })}\n`;
    await writeFile(path.join(folder, 'quarantine', file), `${JSON.stringify({ ...was, line })}\n`);
    expect(await quarantine.replay(journal, {})).toBe(1);
    expect(await quarantine.replay(journal, {})).toBe(1);
    const from = archiver.position;
    await cut([route()]);
    expect(idsOf(await spooled())).toEqual([bad]);
    expect(await quarantine.list({}, 10)).toEqual([]);
    await follower.save(from, journal.durableEnd);
    await journal.close();
    await open();
    expect(await quarantine.replay(journal, {})).toBe(0);
    await record({ tracker: 'nobody' });
    await cut([route()]);
    expect(idsOf(await spooled())).toEqual([bad]);
  });
});

test('a compressed file is one gzip member, however long it is', async () => {
  await record(...Array.from({ length: 20_000 }, () => ({})));
  await cut([route()]);
  const [stretch = ''] = await readyStretches(spool);
  const [{ file, bytes, traces }] = JSON.parse(
    await readFile(path.join(spool, READY, stretch, 'manifest.json'), 'utf8'),
  ).files;
  expect(traces).toBe(20_000);
  const content = await readFile(path.join(spool, READY, stretch, file));
  // A reader that stops behind the first member has read all but its trailer.
  const { buffer, engine } = inflateRawSync(content.subarray(10), { info: true }) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };
  expect(engine.bytesWritten).toBe(bytes - 10 - 8);
  expect(buffer.equals(gunzipSync(content))).toBe(true);
  expect(buffer.length).toBeGreaterThan(4 * 1024 * 1024);
});

/** The archiver with its clock. */
const archivingWith = (change: Partial<ConstructorParameters<typeof Archiving>[0]>) =>
  new Archiving({
    journal,
    directory: path.join(directory, 'journal'),
    segmentSize: 64 * 1024,
    spool,
    cycleMs: 300_000,
    clock: () => CYCLE,
    log,
    plan: async () => ({ routes: [goingOn(route())], watched: [] }),
    onPassed: async () => undefined,
    deliveredTo: async () => 0,
    onCut: () => undefined,
    onDamage: () => undefined,
    onAside: () => undefined,
    onMissing: () => undefined,
    ...change,
  });

test('clocks that jump end a cycle, and no trace is in two files', async () => {
  let now = CYCLE;
  await cut([]);
  const archiving = archivingWith({ clock: () => now });
  await archiving.start();
  const ids: string[] = [];
  for (const jump of [-3_600_000, 86_400_000, -86_400_000, 301_000]) {
    ids.push(...(await record({}, {})));
    const files = (await readyStretches(spool)).length;
    now += jump;
    await expect.poll(async () => (await readyStretches(spool)).length).toBe(files + 1);
  }
  await archiving.stop();
  const files = await spooled();
  expect(idsOf(files).sort()).toEqual([...ids].sort());
  expect(new Set(files.map(({ key }) => key)).size).toBe(files.length);
});

test('an archiver whose position is lost goes on behind its newest file; of times that are yet to come nothing follows', async () => {
  const ids = await record({}, {});
  await cut([route()]);
  const more = await record({}, {}, {});
  await journal.close();
  for (const folder of ['positions', 'positions.copy'])
    await rm(path.join(directory, 'journal', folder), { recursive: true });
  // A file of a time when the clock was a month ahead.
  const delivered = [CYCLE + 30 * 86_400_000];
  await open();
  const archiving = archivingWith({
    clock: () => CYCLE + 3_600_000,
    deliveredTo: async (until = Number.POSITIVE_INFINITY) =>
      Math.max(0, ...delivered.filter((time) => time <= until)),
  });
  await archiving.start();
  await archiving.stop();
  expect(idsOf(await spooled()).sort()).toEqual([...ids, ...more].sort());
});

/** A directory store that fails as it is told to. */
class FailingStore extends DirectoryStore {
  problem: ObjectStoreError | undefined;
  puts = 0;
  /** Puts into the bucket do not end before it resolves. */
  hung: Promise<void> | undefined;
  override async put(object: NewObject): Promise<void> {
    this.puts++;
    if (object.bucket === BUCKET) await this.hung;
    if (this.problem && object.bucket === BUCKET) throw this.problem;
    await super.put(object);
  }
}

describe('the uploader', () => {
  let objects: FailingStore;
  let metadata: Metadata;
  let now: number;
  let uploader: Uploader;

  beforeEach(async () => {
    objects = new FailingStore(path.join(directory, 'objects'));
    metadata = await openMetadata(path.join(directory, 'metadata.db'));
    for (const bucket of [BUCKET, 'another']) await objects.createBucket(bucket);
    now = CYCLE;
    const onDelivered = async () => undefined;
    const clock = () => now;
    const keyring = new Keyring({
      metadata,
      rootKey: Buffer.alloc(32, 1),
      time: sure(clock),
      log,
      onUse: async () => undefined,
      onDelete: (_key, work) => work(),
      onChange: () => undefined,
    });
    const sealer = new SpoolSealer(keyring, clock);
    uploader = new Uploader({ spool, metadata, objects, sealer, clock, log, onDelivered });
  });
  afterEach(async () => {
    await uploader.stop();
    await metadata.destroy();
  });

  async function archived(bucket = BUCKET): Promise<string[]> {
    const ids: string[] = [];
    for (const { key } of (await objects.list(bucket)).objects) {
      const bytes = await buffer((await objects.get(bucket, key)).body);
      ids.push(
        ...JSON.parse(gunzipSync(bytes).toString()).map((trace: { trace_id: string }) => trace.trace_id),
      );
    }
    return ids.sort();
  }
  const troubles = () => metadata.selectFrom('deliveries').selectAll().execute();

  test('brings everything away, notes it, and empties the spool', async () => {
    const ids = await record({}, { service: 'IAM' });
    await cut([route()]);
    await uploader.work();
    expect(await archived()).toEqual([...ids].sort());
    expect(await readyStretches(spool)).toEqual([]);
    const rows = await metadata.selectFrom('trace_files').selectAll().execute();
    expect(rows).toMatchObject([
      { tracker_id: 't1', traces: 1, delivered_at: CYCLE },
      { tracker_id: 't1', traces: 1 },
    ]);
    expect(uploader).toMatchObject({ waiting: { files: 0, bytes: 0 }, delivered: { files: 2, traces: 2 } });
  });

  test('files take the numbers of their chain: by bucket, tracker and trace source, whatever their prefix', async () => {
    for (const prefix of ['', 'prod', 'prod_CloudTrace_x']) {
      await record({}, { service: 'IAM' });
      await cut([route({ prefix })]);
      await uploader.work();
    }
    await uploader.work();
    const rows = await metadata
      .selectFrom('trace_files')
      .innerJoin('chains', 'chains.id', 'chain_id')
      .select(['chains.name', 'trace_files.number'])
      .orderBy('chains.name')
      .orderBy('trace_files.number')
      .execute();
    expect(rows).toEqual(
      ['ECS', 'IAM'].flatMap((folder) =>
        [1, 2, 3].map((number) => ({ name: `eu-de/system/${folder}/eu-de`, number })),
      ),
    );
  });

  test.each<[ConstructorParameters<typeof ObjectStoreError>[0], string]>([
    ['no-bucket', 'noBucket'],
    ['denied', 'bucketPolicyError'],
    ['away', 'storeUnavailable'],
  ])(
    'while the store says %s the tracker shows %s, others go on, and it catches up by itself',
    async (problem, detail) => {
      objects.problem = new ObjectStoreError(problem, 'on purpose');
      const ids = await record({}, {}, { tracker: 'reads' });
      const routes = [route(), route({ tracker: 'reads', trackerId: 't2', bucket: 'another' })];
      await cut(routes);
      // An hour of tries: each waits twice as long, five minutes at the most.
      for (let second = 0; second < 3600; second += 10) {
        await uploader.work();
        now += 10_000;
      }
      expect(objects.puts).toBeGreaterThan(12);
      expect(objects.puts).toBeLessThan(30);
      expect(await archived('another')).toEqual(ids.slice(2));
      expect(await troubles()).toMatchObject([{ tracker_id: 't1', detail, since: CYCLE }]);
      expect(uploader.waiting.files).toBe(1);
      objects.problem = undefined;
      now += 300_000;
      const more = await record({});
      await cut(routes, CYCLE + 300_000);
      await uploader.work();
      expect(await archived()).toEqual([...ids.slice(0, 2), ...more].sort());
      expect(await troubles()).toEqual([]);
      expect(await readyStretches(spool)).toEqual([]);
    },
  );

  test('a bucket that hangs occupies one file, and keeps no other bucket waiting', async () => {
    let release: () => void = () => undefined;
    objects.hung = new Promise((resolve) => {
      release = resolve;
    });
    const routes = [route(), route({ tracker: 'reads', trackerId: 't2', bucket: 'another' })];
    const here: string[] = [];
    const there: string[] = [];
    const works: Promise<void>[] = [];
    for (let cycle = 0; cycle < 3; cycle++) {
      const services = ['ECS', 'IAM', 'VPC', 'OBS'];
      here.push(...(await record(...services.map((service) => ({ service })))));
      there.push(...(await record({ tracker: 'reads' })));
      await cut(routes, CYCLE + cycle * 300_000);
      works.push(uploader.work());
      await expect.poll(() => archived('another')).toEqual([...there].sort());
    }
    expect(objects.puts).toBe(4);
    expect(uploader.waiting.files).toBeGreaterThanOrEqual(12);
    release();
    await Promise.all(works);
    expect(await archived()).toEqual([...here].sort());
    expect(await readyStretches(spool)).toEqual([]);
    expect(uploader.waiting.files).toBe(0);
  });

  test('what was put, but not noted, is put again in the same place', async () => {
    const ids = await record({});
    await cut([route()]);
    const [file] = await spooled();
    const [stretch = ''] = await readyStretches(spool);
    const local = path.join(spool, READY, stretch, file?.file ?? '');
    const body = { file: local, size: file?.bytes ?? 0 };
    await objects.put({ bucket: BUCKET, key: file?.key ?? '', body, contentType: 'application/gzip' });
    await uploader.work();
    expect(await archived()).toEqual(ids);
    expect((await objects.list(BUCKET)).objects).toHaveLength(1);
  });

  test('what was noted, but still lies in the spool, goes', async () => {
    await record({});
    await cut([route()]);
    const [file] = await spooled();
    await uploader.work();
    const puts = objects.puts;
    const again = path.join(spool, READY, '0-1');
    const { mkdir, writeFile } = await import('node:fs/promises');
    await mkdir(again);
    await writeFile(path.join(again, 'manifest.json'), JSON.stringify({ cycle: CYCLE, files: [file] }));
    await uploader.work();
    expect(objects.puts).toBe(puts);
    expect(await readyStretches(spool)).toEqual([]);
  });

  test('objects of a bucket with a lifecycle go when they have had their time', async () => {
    await metadata.insertInto('domains').values({ id: 'd', name: 'acme', created_at: 1 }).execute();
    for (const [name, lifecycle_days] of [
      [BUCKET, 30],
      ['another', 0],
    ] as const) {
      const bucket = { name, lifecycle_days, domain_id: 'd', region: 'eu-de', created_at: 1 };
      await metadata.insertInto('buckets').values(bucket).execute();
    }
    await record({}, { tracker: 'reads' });
    const routes = [route(), route({ tracker: 'reads', trackerId: 't2', bucket: 'another' })];
    await cut(routes);
    now = Date.now();
    await uploader.work();
    const expired: object[] = [];
    const onExpiry = (expiry: object, work: () => Promise<void>) => {
      expired.push(expiry);
      return work();
    };
    const lifecycle = new Lifecycle({ metadata, objects, clock: () => now, log, onExpiry });
    const [there] = (await objects.list(BUCKET)).objects;
    const lock = { mode: 'GOVERNANCE' as const, until: now + 90 * 86_400_000 };
    const kept = { bucket: BUCKET, key: 'locked', body: Buffer.from('x'), contentType: 'text/plain', lock };
    await objects.put(kept);
    now += 30 * 86_400_000 - 60_000;
    await lifecycle.work();
    expect((await objects.list(BUCKET)).objects).toHaveLength(2);
    expect(expired).toEqual([]);
    now += 120_000;
    await lifecycle.work();
    // What is locked stays, and hinders nothing; whose file goes is told of it.
    expect((await objects.list(BUCKET)).objects).toMatchObject([{ key: 'locked' }]);
    expect(expired).toEqual([
      { domainId: 'd', projectId: route().projectId, bucket: BUCKET, days: 30, keys: [there?.key] },
    ]);
    expect((await objects.list('another')).objects).toHaveLength(1);
    expect(await metadata.selectFrom('trace_files').select('bucket').execute()).toEqual([
      { bucket: 'another' },
    ]);
  });
});
