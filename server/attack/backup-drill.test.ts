import { randomUUID } from 'node:crypto';
import { cp, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEngine } from '../src/engine/index.ts';
import { bucketSource } from '../src/evidence/index.ts';
import { type ObjectStore, openS3 } from '../src/objects/index.ts';
import { startS3Server, whyNoS3 } from '../src/objects/testing/s3-server.ts';
import { House, trace } from '../src/testing/house.ts';
import { Receiver } from '../src/testing/receiver.ts';
import { opencts, s3Env, wrong } from './backing-up.ts';
import { PASSWORD, partOf, removeDirectory, temporaryDirectory, until } from './harness.ts';
import { Wire } from './wire.ts';

if (whyNoS3) console.warn(`skipped on S3: ${whyNoS3}`);

const HOUR = 3_600_000;
const BUCKET = 'evidence';
const SEALED = { OPENCTS_BACKUP_PASSWORD: 'a password of the drill' };
let base: string;
let house: House;
let token: string;
let projectId: string;
const undo: (() => unknown)[] = [];

beforeEach(async () => {
  base = await temporaryDirectory();
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  await removeDirectory(base);
});

async function must(method: string, route: string, body?: unknown) {
  const answer = await house.call(method, route.replace('{p}', projectId), { token, body });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}

/** @param prepare puts into the data directory what was there before */
async function open(env: Record<string, string>, skew: number, prepare?: (directory: string) => unknown) {
  house = new House();
  house.skew = skew;
  await house.start({ OPENCTS_ADMIN_PASSWORD: PASSWORD, ...env }, prepare);
  const { stop } = house;
  undo.push(stop.bind(house));
  ({ token, projectId } = await house.signIn({ password: PASSWORD, project: 'local' }));
}

/** Everything is recorded and transferred, digests are written, and each deleteServer is told to a receiver. */
async function arrange(receiver: Receiver): Promise<void> {
  await must('POST', '/v3/{p}/tracker', {
    tracker_type: 'system',
    tracker_name: 'system',
    obs_info: { bucket_name: BUCKET, is_obs_created: true },
    is_support_validate: true,
  });
  const { topic_urn } = await must('POST', '/v2/{p}/notifications/topics', { name: 'alerts' });
  await must('POST', `/v2/{p}/notifications/topics/${topic_urn}/subscriptions`, {
    protocol: 'http',
    endpoint: `${receiver.url}/hook`,
  });
  await until(async () => receiver.of('SubscriptionConfirmation').length > 0);
  const [asked] = receiver.of('SubscriptionConfirmation');
  expect((await fetch(asked?.body.subscribe_url)).status).toBe(200);
  await must('POST', '/v3/{p}/notifications', {
    notification_name: 'deletions',
    operation_type: 'customized',
    operations: [{ service_type: 'ECS', resource_type: 'ecs', trace_names: ['deleteServer'] }],
    topic_id: topic_urn,
  });
}

interface Acknowledged {
  id: string;
  /** By the clock of the service. */
  at: number;
  /** A receiver is to be told of it. */
  told: boolean;
}

/** Traces that come in until it is stopped. */
function load() {
  const acknowledged: Acknowledged[] = [];
  let stopped = false;
  const producer = async () => {
    while (!stopped) {
      const ids = Array.from({ length: 20 }, () => randomUUID());
      const traces = ids.map((trace_id, at) =>
        trace({
          trace_id,
          trace_name: at === 0 ? 'deleteServer' : 'createServer',
          time: Date.now() + house.skew,
        }),
      );
      const { status } = await house.call('POST', `/v3/${projectId}/traces`, { token, body: { traces } });
      const at = Date.now() + house.skew;
      if (status === 201) acknowledged.push(...ids.map((id, n) => ({ id, at, told: n === 0 })));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const producing = producer();
  return {
    acknowledged,
    stop: () => {
      stopped = true;
      return producing;
    },
  };
}

async function listed(): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  for (let next = ''; ; ) {
    const range = `from=${Date.now() - 86_400_000}&to=${Date.now() + house.skew + HOUR}`;
    const page = await must('GET', `/v3/{p}/traces?limit=200&${range}${next && `&next=${next}`}`);
    for (const { trace_id, service_type } of page.traces)
      if (service_type === 'ECS') seen.set(trace_id, (seen.get(trace_id) ?? 0) + 1);
    next = page.meta_data.marker ?? '';
    if (next === '') return seen;
  }
}

/** Every trace of the journal is in a trace file; else it is told of which hours some are not. */
async function archived(): Promise<void> {
  const behind = async () =>
    ((await must('GET', '/v3/{p}/accounting')).hours as Record<string, number>[]).filter(
      ({ journalled = 0, archived = 0 }) => archived < journalled,
    );
  await until(async () => (await behind()).length === 0, 1200).catch(async () =>
    expect(await behind()).toEqual([]),
  );
}

/** How many files of the archive are digests, or of traces. */
async function found(kind: 'digest' | 'file', env: Record<string, string>): Promise<number> {
  const { out } = await verify(env);
  return out.split('\n').filter((line) => new RegExp(`^\\w+ +${kind} `).test(line)).length;
}

async function verify(env: Record<string, string>, ...options: string[]) {
  const { public_keys } = await must('GET', '/v3/public-keys');
  await writeFile(path.join(base, 'key.pem'), public_keys[0].public_key);
  const args = [
    'verify',
    '--all',
    '--bucket',
    BUCKET,
    '--public-key',
    path.join(base, 'key.pem'),
    ...options,
  ];
  return opencts(args, { OPENCTS_DATA_DIR: house.directory, ...env });
}

/** Ids that the receiver was told of. */
const toldOf = (receiver: Receiver) =>
  new Set(receiver.of('Notification').map(({ body }) => JSON.parse(body.message).trace.trace_id as string));

const parts: [string, { s3?: true; clickhouse?: true }][] = [
  ['folders', {}],
  ['an object store, for the archive and for the backup', { s3: true }],
  ['a trace store of its own', { clickhouse: true }],
];

test.each(partOf(parts, 1))(
  'a drill with %s: list, messages, trace files and digests of everything before the end of the backup',
  async (_, { s3, clickhouse }) => {
    if (s3 && whyNoS3) return;
    const receiver = await new Receiver().start();
    undo.push(() => receiver.stop());
    const env: Record<string, string> = {
      OPENCTS_TRANSFER_CYCLE: '1',
      OPENCTS_JOURNAL_SEGMENT: '1MB',
      OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8',
    };
    let store: Record<string, string> = {};
    let place = path.join(base, 'copy');
    if (s3) {
      const server = await startS3Server();
      undo.push(() => server.stop());
      store = s3Env(server.options);
      const objects = await openS3(server.options);
      await objects.createBucket('backups', 'eu-de');
      place = 's3://backups/drill';
    }
    if (clickhouse) {
      const log = pino({ level: 'silent' });
      const engine = await startEngine({
        dataDir: path.join(base, 'clickhouse'),
        memory: 800 * 1024 ** 2,
        log,
      });
      undo.push(() => engine.stop());
      const wire = await new Wire({ path: engine.socketPath }).start();
      undo.push(() => wire.cut());
      env.OPENCTS_CLICKHOUSE_URL = wire.url;
    }
    await open({ ...env, ...store }, 0);
    await arrange(receiver);
    const work = load();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    // A chain of digests begins in the hour of its first trace file.
    for (const hours of [1, 2, 3]) {
      house.skew = hours * HOUR + 600_000;
      ({ token } = await house.signIn({ password: PASSWORD, project: 'local' }));
      await until(
        async () => (await found(hours === 1 ? 'file' : 'digest', store)) >= Math.max(hours - 1, 1),
      );
    }
    // From here on no message arrives: those that wait are in the backup.
    receiver.always = 503;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const args = ['backup', place, '--url', house.app.url, '--with-root-key'];
    const said = await opencts(args, { ...store, ...SEALED });
    expect(said).toMatchObject({ code: 0, err: '' });
    const as_of = Date.parse(/before (\S+Z):/.exec(said.out)?.[1] ?? '');
    await work.stop();
    const { skew } = house;
    const before = work.acknowledged.filter(({ at }) => at < as_of);
    const ids = before.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(100);
    const toldSooner = toldOf(receiver).size;
    await (undo.pop() as () => unknown)();

    const elsewhere = path.join(base, 'elsewhere');
    expect(await opencts(['restore', place, elsewhere], { ...store, ...SEALED })).toMatchObject({
      code: 0,
      err: '',
    });
    receiver.always = 200;
    await open({ ...env, ...store }, skew, (directory) =>
      cp(elsewhere, directory, { recursive: true, verbatimSymlinks: true }),
    );
    await house.searchable(token);
    expect(wrong(ids, await listed())).toEqual([]);
    const tell = before.filter(({ told }) => told).map(({ id }) => id);
    await until(async () => tell.every((id) => toldOf(receiver).has(id)), 1200);
    expect(toldOf(receiver).size).toBeGreaterThan(toldSooner);
    await archived();
    const end = new Date(as_of).toISOString();
    const proof = await verify(store, '--to', end);
    expect(proof).toMatchObject({
      code: 0,
      out: expect.stringMatching(/ 0 changed, 0 missing, 0 unexpected/),
    });
    // Digests go on where they were; what was delivered after the backup, and is not in it, is said to be unproved.
    const sooner = await found('digest', store);
    house.skew += HOUR;
    ({ token } = await house.signIn({ password: PASSWORD, project: 'local' }));
    await until(async () => (await found('digest', store)) > sooner);
    expect((await verify(store)).out).toMatch(/ 0 changed, 0 missing, 0 unexpected/);
    if (!s3) {
      expect(await verify(store)).toMatchObject({ code: 0 });
      const files = path.join(house.directory, 'objects', BUCKET);
      expect((await readdir(files, { recursive: true })).length).toBeGreaterThan(0);
    }
    expect(house.logged.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
  },
);

/** Ids in the trace files of a bucket in an object store, as often as they are there. */
async function delivered(objects: ObjectStore): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  for await (const { key } of bucketSource(objects, BUCKET).keys('CloudTraces/')) {
    if (!key.includes('CloudTrace_')) continue;
    const text = gunzipSync(await buffer((await objects.get(BUCKET, key)).body)).toString('utf8');
    for (const { trace_id } of JSON.parse(text) as { trace_id: string }[])
      seen.set(trace_id, (seen.get(trace_id) ?? 0) + 1);
  }
  return seen;
}

test.skipIf(whyNoS3)(
  'what the service still transfers after a backup is in trace files once when the backup has been restored',
  async () => {
    const server = await startS3Server();
    undo.push(() => server.stop());
    const env = { OPENCTS_TRANSFER_CYCLE: '5', ...s3Env(server.options) };
    const objects = await openS3(server.options);
    undo.push(() => objects.close());
    await open(env, 0);
    await must('POST', '/v3/{p}/tracker', {
      tracker_type: 'system',
      tracker_name: 'system',
      obs_info: { bucket_name: BUCKET, is_obs_created: true },
      is_support_validate: true,
    });
    const work = load();
    await until(async () => (await delivered(objects)).size > 0);
    const copy = path.join(base, 'copy');
    const said = await opencts(['backup', copy, '--url', house.app.url, '--with-root-key'], SEALED);
    expect(said).toMatchObject({ code: 0, err: '' });
    const as_of = Date.parse(/before (\S+Z):/.exec(said.out)?.[1] ?? '');
    const ids = work.acknowledged.filter(({ at }) => at < as_of).map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(0);
    // What had been acknowledged is transferred, with what comes after it.
    await until(async () => wrong(ids, await delivered(objects)).length === 0);
    await work.stop();
    await (undo.pop() as () => unknown)();

    const elsewhere = path.join(base, 'elsewhere');
    expect(await opencts(['restore', copy, elsewhere], SEALED)).toMatchObject({ code: 0, err: '' });
    await open(env, 0, (directory) => cp(elsewhere, directory, { recursive: true, verbatimSymlinks: true }));
    await house.call('POST', `/v3/${projectId}/traces`, { token, body: { traces: [trace()] } });
    await archived();
    const seen = await delivered(objects);
    expect([...seen].filter(([, times]) => times !== 1)).toEqual([]);
    expect(wrong(ids, seen)).toEqual([]);
    expect((await verify(s3Env(server.options))).out).toMatch(/ 0 changed, 0 missing, 0 unexpected/);
  },
);
