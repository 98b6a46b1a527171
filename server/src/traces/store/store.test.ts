import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { parseQuery } from '@opencts/client/query';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEngine } from '../../engine/index.ts';
import { fileLine, lineOf, type TraceLine } from '../line.ts';
import {
  InsertRefused,
  type Order,
  type StoredLine,
  StoreUnavailable,
  type TraceFilter,
  type TraceKey,
  type TraceReader,
  type TraceStore,
} from '../query.ts';
import type { Trace } from '../trace.ts';
import { clickhouseStore } from './clickhouse.ts';
import { connect, type ServerAddress } from './connection.ts';
import { migrations } from './schema.ts';
import { startClickHouse, whyNoServer } from './testing/clickhouse-server.ts';
import { ALL_TEXT } from './text-indexes.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;
const log = pino({ level: 'silent' });

interface Backend {
  name: string;
  skip: string | undefined;
  start(): Promise<{ server: ServerAddress; kill?: () => void; stop: () => Promise<void> }>;
}

const BACKENDS: Backend[] = [
  {
    name: 'embedded engine',
    skip: undefined,
    async start() {
      const dataDir = await mkdtemp(path.join(os.tmpdir(), 'opencts-store-'));
      const engine = await startEngine({ dataDir, memory: 800 * 1024 ** 2, log });
      return {
        server: { socketPath: engine.socketPath },
        kill: () => process.kill(engine.pid as number, 'SIGKILL'),
        async stop() {
          await engine.stop();
          await rm(dataDir, { recursive: true, force: true });
        },
      };
    },
  },
  {
    name: 'ClickHouse server',
    skip: whyNoServer(),
    async start() {
      const server = await startClickHouse();
      return { server: { url: server.url }, stop: () => server.stop() };
    },
  },
];

let projects = 0;
const newProject = () => (++projects).toString(16).padStart(32, '0');

function line(projectId: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    domain_id: 'd'.repeat(32),
    event_type: 'system',
    project_id: projectId,
    record_time: NOW,
    resource_type: 'ecs',
    service_type: 'ECS',
    source_ip: '192.0.2.1',
    time: NOW - 1000,
    trace_id: randomUUID(),
    trace_name: 'createServer',
    trace_rating: 'normal',
    trace_type: 'ApiCall',
    tracker_name: 'system',
    user: '{"id":"u1","name":"jane","access_key_id":"AK1","domain":{"id":"d1","name":"acme"}}',
    ...change,
  };
}

const bytes = (lines: object[]) =>
  new Uint8Array(Buffer.from(lines.map((one) => `${JSON.stringify(one)}\n`).join('')));
const everything = (projectId: string): TraceFilter => ({
  projectId,
  from: NOW - 100 * HOUR,
  to: NOW + HOUR,
});

async function pages(
  reader: TraceReader,
  filter: TraceFilter,
  limit: number,
  order?: Order,
): Promise<Trace[]> {
  const traces: Trace[] = [];
  for (let key: TraceKey | null | undefined; key !== null; ) {
    const page = await reader.page(filter, limit, key, 'all', order);
    if (page.next) expect(page.traces).toHaveLength(limit);
    traces.push(...page.traces);
    key = page.next;
  }
  return traces;
}

for (const backend of BACKENDS) {
  if (backend.skip) console.warn(`skipped, ${backend.name}: ${backend.skip}`);
  describe.skipIf(backend.skip !== undefined)(backend.name, () => {
    let server: ServerAddress;
    let client: ClickHouseClient;
    let store: TraceStore;
    let reader: TraceReader;
    let kill: (() => void) | undefined;
    let stop: () => Promise<void>;

    beforeAll(async () => {
      ({ server, kill, stop } = await backend.start());
      client = connect(server, { connections: 1, own: true });
      store = clickhouseStore({ server, database: 'opencts', cluster: '' });
      await store.migrate();
      await store.migrate();
      reader = store.readerFor('an account', new AbortController().signal);
    });
    afterAll(async () => {
      await store.close();
      await client.close();
      await stop();
    });
    const command = (query: string) => client.command({ query });

    test('a trace comes back whole: text as text, user as object, unknown members in place, absent ones left out', async () => {
      const projectId = newProject();
      const text = 'Größe "✓" \\ \t \u0000 line\nbreak';
      const sent = line(projectId, {
        code: 404,
        message: text,
        request: '{"a":"b"}',
        response: 'x'.repeat(65_536),
        content_length: 9_007_199_254_740_991,
        read_only: false,
        extra: '{"aws_region":"x","n":[1,{"deep":null}],"__proto__":1}',
      });
      await store.insert(bytes([sent]), randomUUID());
      const found = await reader.find(projectId, sent.trace_id as string);
      const { user, extra, ...rest } = sent;
      expect(found).toMatchObject({
        ...rest,
        code: '404',
        user: JSON.parse(user as string),
        aws_region: 'x',
        n: [1, { deep: null }],
      });
      expect(Object.hasOwn(found as object, '__proto__')).toBe(true);
      expect(found).not.toHaveProperty('resource_id');
      expect(found).not.toHaveProperty('total_time');
      expect(found).not.toHaveProperty('user_name');
    });

    test('a SystemAction has no user and an empty source_ip', async () => {
      const projectId = newProject();
      const sent = line(projectId, { trace_type: 'SystemAction', user: undefined, source_ip: '' });
      await store.insert(bytes([sent]), randomUUID());
      const found = await reader.find(projectId, sent.trace_id as string);
      expect(found?.source_ip).toBe('');
      expect(found).not.toHaveProperty('user');
    });

    test('a line comes back as it stands in a trace file, oldest first, once, and those of others do not', async () => {
      const projectId = newProject();
      const text = 'Größe "✓" \\ \t \u0000 </x> line\nbreak';
      const kept =
        '{"message":"","__proto__":1,"aws_region":"x","9":1.0,"n":[1,{"deep":null}],"resource_id":""}';
      const sent = [
        line(projectId, {
          message: text,
          request: '{"a":1e400}',
          read_only: false,
          content_length: 0,
          code: 404,
        }),
        line(projectId, { extra: kept, message: undefined, code: '0100', total_time: 9_007_199_254_740_991 }),
        line(projectId, { trace_type: 'SystemAction', user: undefined, source_ip: '', code: undefined }),
        ...Array.from({ length: 20 }, (_, i) =>
          line(projectId, { time: NOW - (i % 4), user: `{"name":"${i}","n":1.0}` }),
        ),
      ];
      const copies = sent
        .slice(3, 10)
        .map((one) => ({ ...one, record_time: (one.record_time as number) + HOUR }));
      const others = [
        line(newProject()),
        line(projectId, { tracker_name: 'other' }),
        line(projectId, { record_time: NOW + 2 * HOUR }),
      ];
      for (const some of [sent, copies, others]) await store.insert(bytes(some), randomUUID());
      const tracker = { projectId, trackerName: 'system' };
      const found: StoredLine[] = [];
      for (let more = true; more; ) {
        const page = { upTo: NOW + HOUR, after: found.at(-1), limit: 3 };
        const next = await store.linesOf(tracker, page);
        found.push(...next.lines);
        more = next.more;
      }
      const inOrder = (lines: string[]) => [...lines].sort();
      const fileLineOf = (one: object) =>
        fileLine(lineOf(Object.fromEntries(Object.entries(one).sort()) as TraceLine));
      expect(inOrder(found.map((one) => one.line.replace(/"record_time":\d+/, '')))).toEqual(
        inOrder(sent.map((one) => fileLineOf(one).replace(/"record_time":\d+/, ''))),
      );
      expect(found.map(({ time }) => time)).toEqual(found.map(({ time }) => time).sort((a, b) => a - b));
      const extent = await store.extentOf(tracker);
      expect(extent.traces).toBe(sent.length + copies.length + 1);
      expect(extent.newest).toBe(NOW + 2 * HOUR);
      expect(await store.extentOf({ projectId: newProject(), trackerName: 'system' })).toMatchObject({
        traces: 0,
      });
    });

    test('bounds are exclusive', async () => {
      const projectId = newProject();
      await store.insert(bytes([0, 1, 2, 3].map((ms) => line(projectId, { time: NOW + ms }))), randomUUID());
      const { traces } = await reader.page({ projectId, from: NOW, to: NOW + 3 }, 10);
      expect(traces.map((trace) => trace.time)).toEqual([NOW + 2, NOW + 1]);
    });

    const FILTERS: [Partial<TraceFilter>, Record<string, unknown>][] = [
      [{ traceType: 'ConsoleAction' }, { trace_type: 'ConsoleAction' }],
      [{ trackerName: 'other' }, { tracker_name: 'other' }],
      [{ serviceType: 'EVS' }, { service_type: 'EVS' }],
      [{ resourceType: 'disk' }, { resource_type: 'disk' }],
      [{ resourceId: 'id-1' }, { resource_id: 'id-1' }],
      [{ resourceName: 'größe' }, { resource_name: 'größe' }],
      [{ traceName: 'deleteVolume' }, { trace_name: 'deleteVolume' }],
      [{ traceRating: 'incident' }, { trace_rating: 'incident' }],
      [{ sourceIp: '2001:db8::a' }, { source_ip: '2001:db8::a' }],
      [{ users: ['eve', "o'neil"] }, { user: `{"name":"o'neil"}` }],
      [{ accessKeyId: 'AK9' }, { user: '{"name":"x","access_key_id":"AK9"}' }],
      [{ enterpriseProjectId: '7' }, { enterprise_project_id: '7' }],
      [{ family: 'data' }, { event_type: 'data' }],
    ];
    test.each(FILTERS)('the filter %j finds exactly its traces', async (filter, change) => {
      const projectId = newProject();
      const wanted = line(projectId, change);
      const alike = (text: string) => (text.toUpperCase() === text ? `${text}0` : text.toUpperCase());
      const near = Object.fromEntries(
        Object.entries(change).map(([name, value]) => [name, alike(String(value))]),
      );
      const others = [line(projectId), line(projectId, filter.family ? { event_type: 'global' } : near)];
      await store.insert(bytes([wanted, ...others, line(newProject(), change)]), randomUUID());
      const { traces } = await reader.page({ ...everything(projectId), ...filter }, 10);
      expect(traces.map((trace) => trace.trace_id)).toEqual([wanted.trace_id]);
    });

    test('what failed are warnings and incidents', async () => {
      const projectId = newProject();
      const ratings = ['normal', 'warning', 'incident'];
      await store.insert(
        bytes(ratings.map((trace_rating) => line(projectId, { trace_rating }))),
        randomUUID(),
      );
      const { traces } = await reader.page({ ...everything(projectId), failed: true }, 10);
      expect(traces.map((trace) => trace.trace_rating).sort()).toEqual(['incident', 'warning']);
    });

    test('management traces are those of the families system and global', async () => {
      const projectId = newProject();
      await store.insert(
        bytes(['system', 'global', 'data'].map((event_type) => line(projectId, { event_type }))),
        randomUUID(),
      );
      const { traces } = await reader.page({ ...everything(projectId), family: 'system' }, 10);
      expect(traces.map((trace) => trace.event_type).sort()).toEqual(['global', 'system']);
    });

    test.each([
      "' OR 1=1 --",
      "\\' OR 1=1 --",
      '{x:String}',
      "a'); DROP TABLE opencts.traces; --",
      '\\',
      '\u0000',
      '%',
      '☃',
    ])('the value %j is a value in every filter, and nothing else', async (value) => {
      const projectId = newProject();
      await store.insert(bytes([line(projectId)]), randomUUID());
      const names = [
        'traceType',
        'trackerName',
        'serviceType',
        'resourceType',
        'resourceId',
        'resourceName',
        'traceName',
        'traceRating',
        'sourceIp',
        'accessKeyId',
        'enterpriseProjectId',
      ];
      for (const name of names) {
        expect((await reader.page({ ...everything(projectId), [name]: value }, 10)).traces).toEqual([]);
      }
      expect((await reader.page({ ...everything(projectId), users: [value, "'"] }, 10)).traces).toEqual([]);
      expect((await reader.page({ ...everything(value) }, 10)).traces).toEqual([]);
      const named = line(projectId, { resource_name: value, user: JSON.stringify({ name: value }) });
      await store.insert(bytes([named]), randomUUID());
      const found = await reader.page({ ...everything(projectId), resourceName: value, users: [value] }, 10);
      expect(found.traces.map((trace) => trace.trace_id)).toEqual([named.trace_id]);
    });

    test('a filter of many long values is answered', async () => {
      const projectId = newProject();
      await store.insert(bytes([line(projectId)]), randomUUID());
      const users = Array.from({ length: 100 }, (_, i) => `${"'\\%27".repeat(200)}${i}`);
      const operations = Array.from({ length: 1000 }, (_, i): [string, string, string] => [
        `S${i}`.padEnd(64, "'"),
        'r'.repeat(64),
        '\\'.repeat(64),
      ]);
      expect((await reader.page({ ...everything(projectId), users, operations }, 10)).traces).toEqual([]);
      operations.push(['ECS', 'ecs', 'createServer']);
      const wanted = { ...everything(projectId), users: [...users, 'jane'], operations };
      expect((await reader.page(wanted, 10)).traces).toHaveLength(1);
      expect(await reader.histogram(wanted, HOUR)).toHaveLength(1);
    });

    test('pages of large traces end early, and still lead through all of them', async () => {
      const projectId = newProject();
      const count = 120;
      for (let at = 0; at < count; at += 40) {
        const large = Array.from({ length: 40 }, (_, i) =>
          line(projectId, {
            time: NOW - at - i,
            resource_name: `name ${at + i} ${'n'.repeat(70_000)}`,
            request: 'x'.repeat(60_000),
            response: 'y'.repeat(60_000),
          }),
        );
        await store.insert(bytes(large), randomUUID());
      }
      for (const [limit, members] of [
        [200, 'all'],
        [2000, 'line'],
        [9, 'all'],
      ] as const) {
        const found: Trace[] = [];
        for (let key: TraceKey | null | undefined; key !== null; ) {
          const page = await reader.page(everything(projectId), limit, key, members);
          expect(page.traces.length).toBeLessThanOrEqual(limit);
          expect(JSON.stringify(page.traces).length).toBeLessThan(5 * 1024 * 1024);
          if (page.next) expect(page.traces.length).toBeGreaterThan(0);
          found.push(...page.traces);
          key = page.next;
        }
        expect(found).toHaveLength(count);
        expect(new Set(found.map(({ trace_id }) => trace_id)).size).toBe(count);
      }
    }, 60_000);

    test('distinct values that are long are fewer, not a failure', async () => {
      const projectId = newProject();
      for (let at = 0; at < 200; at += 50) {
        const lines = Array.from({ length: 50 }, (_, i) =>
          line(projectId, {
            user: JSON.stringify({ name: `user ${at + i} ${'u'.repeat(60_000)}` }),
            source_ip: `${at + i}${'9'.repeat(60_000)}`,
          }),
        );
        await store.insert(bytes(lines), randomUUID());
      }
      for (const facet of ['user', 'source_ip'] as const) {
        const values = await reader.facet(everything(projectId), facet, 1000);
        expect(values.length).toBeGreaterThan(0);
        expect(JSON.stringify(values).length).toBeLessThan(5 * 1024 * 1024);
      }
      const { operators } = await reader.firsts(everything(projectId), NOW - HOUR, 200);
      expect(operators.length).toBeGreaterThan(0);
    }, 60_000);

    test('a question that takes too much is refused as such, and the store goes on', async () => {
      const gone = new AbortController();
      const asked = store.readerFor('another', gone.signal).histogram(everything(newProject()), HOUR);
      gone.abort(new Error('the caller has gone'));
      await expect(asked).rejects.toThrow('the caller has gone');
      await store.ping();
    });

    test('words are looked for in traces of any size', { timeout: 120_000 }, async () => {
      const projectId = newProject();
      for (let batch = 0; batch < 20; batch++) {
        const lines = Array.from({ length: 100 }, (_, i) =>
          line(projectId, { time: NOW - batch, message: `${i} ${'evidence '.repeat(20_000)}` }),
        );
        await store.insert(bytes(lines), randomUUID());
      }
      const of = (q: string) => ({ ...everything(projectId), query: parseQuery(q, NOW) });
      for (const q of ['-zz', 'evidence', 'message:* -zz', 'extra.a:1 OR "99 evidence"']) {
        const bars = await reader.histogram(of(q), HOUR);
        const traces = bars.reduce((sum, { normal }) => sum + normal, 0);
        expect([q, traces]).toEqual([q, q.includes('99') ? 20 : 2000]);
        expect((await reader.page(of(q), 5)).traces).toHaveLength(5);
        expect((await reader.facet(of(q), 'user', 10)).map(({ count }) => count)).toEqual([traces]);
      }
    });

    test('paging to the end returns each matching trace once, in order, while others are being written', async () => {
      const one = fc.record({
        time: fc.integer({ min: 0, max: 6 }).map((ms) => NOW - 10_000 + ms),
        service_type: fc.constantFrom('ECS', 'EVS'),
        trace_rating: fc.constantFrom('normal', 'warning'),
        copies: fc.constantFrom(1, 1, 1, 2, 3),
      });
      const filter = fc.record({
        serviceType: fc.constantFrom(undefined, 'ECS'),
        traceRating: fc.constantFrom(undefined, 'warning'),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(one, { maxLength: 60 }),
          filter,
          fc.integer({ min: 1, max: 25 }),
          fc.constantFrom<Order>('newest', 'oldest'),
          async (items, wanted, limit, order) => {
            const projectId = newProject();
            const lines = items.map(({ copies: _, ...change }) => line(projectId, change));
            if (lines.length > 0) await store.insert(bytes(lines), randomUUID());
            const again = lines.flatMap((copy, index) =>
              Array<object>((items[index]?.copies ?? 1) - 1).fill(copy),
            );
            if (again.length > 0) await store.insert(bytes(again), randomUUID());
            // Newer than all that is asked for.
            const writing = store.insert(
              bytes(Array.from({ length: 20 }, () => line(projectId, { time: NOW + 5 }))),
              randomUUID(),
            );
            const found = await pages(reader, { ...everything(projectId), to: NOW, ...wanted }, limit, order);
            await writing;
            const expected = lines.filter(
              (item) =>
                (wanted.serviceType ?? item.service_type) === item.service_type &&
                (wanted.traceRating ?? item.trace_rating) === item.trace_rating,
            );
            expect(found.map((trace) => trace.trace_id).sort()).toEqual(
              expected.map((item) => item.trace_id).sort(),
            );
            const times = found.map((trace) => trace.time);
            expect(times).toEqual([...times].sort((a, b) => (order === 'newest' ? b - a : a - b)));
          },
        ),
        { numRuns: 25 },
      );
    });

    test('a trace stands, whoever sends another one with its id, also in the same moment of time', async () => {
      const projectId = newProject();
      const first = line(projectId, { trace_name: 'deleteServer' });
      const [trace_id, time] = [String(first.trace_id), NOW - 1000];
      const later = { trace_id, time, record_time: NOW + 60_000 };
      const forged = line(projectId, { ...later, trace_name: 'viewItem', service_type: 'SHOP' });
      const again = { ...first, record_time: NOW + 120_000 };
      const newer = line(projectId, { ...later, time: time + 1, trace_name: 'listItems' });
      for (const one of [first, forged, again, newer, forged]) await store.insert(bytes([one]), randomUUID());
      await command('OPTIMIZE TABLE opencts.traces FINAL');
      const names = async (filter = everything(projectId)) =>
        (await reader.page(filter, 10)).traces.map(({ trace_name }) => trace_name);
      expect(await names()).toEqual(['listItems', 'deleteServer', 'viewItem']);
      expect(await names({ ...everything(projectId), to: time + 1 })).toEqual(['deleteServer', 'viewItem']);
      expect(
        (await reader.page(everything(projectId), 2)).traces.map(({ trace_name }) => trace_name),
      ).toEqual(['listItems', 'deleteServer']);
      expect(await reader.find(projectId, trace_id)).toMatchObject({ trace_name: 'deleteServer' });
    });

    const isEmbedded = backend.name === 'embedded engine';

    /** All parts are one, which has the index. */
    async function indexed(of = store, database = 'opencts'): Promise<void> {
      await command(`OPTIMIZE TABLE ${database}.traces FINAL`);
      if (!isEmbedded) return;
      await command(
        `ALTER TABLE ${database}.traces MATERIALIZE INDEX ix_words, MATERIALIZE INDEX ix_ids SETTINGS mutations_sync = 2`,
      );
      await of.tend();
    }

    test('a table of an earlier version gets the key, and keeps what it has', async () => {
      const database = 'earlier';
      const [made = '', table = ''] = migrations({ database, cluster: '' }, false).statements;
      const before = table
        .replace(', recorded)', ')')
        .replace(/recorded Int64 DEFAULT \w+\(record_time\), /, '');
      expect(before).not.toContain('recorded');
      await command(made);
      await command(before);
      expect(before).not.toContain('ix_words');
      const earlier = clickhouseStore({ server, database, cluster: '' });
      const projectId = newProject();
      const first = line(projectId);
      const { trace_id } = first;
      await earlier.insert(bytes([first, line(projectId)]), randomUUID());
      for (let i = 0; i < 2; i++) await earlier.migrate();
      const forged = { ...first, record_time: NOW + 1, trace_name: 'viewItem' };
      await earlier.insert(bytes([forged]), randomUUID());
      await indexed(earlier, database);
      expect((await earlier.own.page(everything(projectId), 10)).traces).toHaveLength(3);
      expect(await earlier.own.find(projectId, String(trace_id))).toMatchObject({
        trace_name: 'createServer',
      });
      const query = parseQuery('viewitem', NOW);
      const wanted = { ...everything(projectId), query };
      expect(await earlier.explain(wanted, 10)).toContain('Name: ix_words');
      expect((await earlier.own.page(wanted, 10)).traces).toHaveLength(1);
      await earlier.close();
      await command(`DROP DATABASE ${database}`);
    });

    /** What the engine reads where a word is that no trace has. */
    async function lacking(): Promise<number> {
      const plan = await client.query({
        query: `EXPLAIN ESTIMATE SELECT count() FROM opencts.traces PREWHERE hasAnyTokens(${ALL_TEXT}, ['nosuchword'])
                SETTINGS use_skip_indexes_on_data_read = 0`,
        format: 'JSONEachRow',
      });
      const [{ rows = '0' } = {}] = await plan.json<{ rows: string }>();
      return Number(rows);
    }

    test.runIf(isEmbedded)(
      'traces that came are indexed when it is quiet, and found all the while',
      async () => {
        const projectId = newProject();
        const some = Array.from({ length: 25_000 }, (_, i) =>
          line(projectId, { time: NOW - i, message: i % 5000 === 0 ? 'a needle in it' : 'nothing' }),
        );
        const found = async () => {
          const query = parseQuery('needle', NOW);
          return (await reader.page({ ...everything(projectId), query }, 10)).traces.length;
        };
        for (let at = 0; at < some.length; at += 5_000) {
          await store.insert(bytes(some.slice(at, at + 5_000)), randomUUID());
          await store.tend();
          expect(await found()).toBe(at / 5_000 + 1);
        }
        await expect
          .poll(
            async () => {
              await store.tend();
              expect(await found()).toBe(5);
              return lacking();
            },
            { interval: 300 },
          )
          .toBeLessThan(20_000);
      },
    );

    test('where a word stands is looked up, and other rows are not read for it', async () => {
      const projectId = newProject();
      const request = (word: string) => JSON.stringify({ note: `moved to ${word}`, text: 'x'.repeat(200) });
      const some = Array.from({ length: 20_000 }, (_, i) =>
        line(projectId, { time: NOW - i, request: request(i === 12_345 ? 'quarantine' : `shelf${i % 50}`) }),
      );
      // No group of it is a number, which is a word.
      const id = '0c9a7b1d-a3f4-4b2c-8d1e-1a2b3c4d5e6f';
      some[321] = line(projectId, { time: NOW - 321, request: request(id) });
      for (const half of [some.slice(0, 10_000), some.slice(10_000)])
        await store.insert(bytes(half), randomUUID());
      await indexed();
      for (const [text, found, granules] of [
        ['quarantine', 1, 2],
        ['"moved to quarantine"', 1, 2],
        ['nowhere', 0, 0],
        ['quarantine OR nowhere', 1, 2],
        ['quarantine -nowhere', 1, 2],
        ['request:quarantine', 1, 2],
      ] as const) {
        const wanted = { ...everything(projectId), query: parseQuery(text, NOW) };
        expect((await reader.page(wanted, 10)).traces, text).toHaveLength(found);
        const plan = await store.explain(wanted, 10);
        const [, read] = /Name: ix_words[\s\S]*?Granules: (\d+)\//.exec(plan) ?? [];
        expect(Number(read), plan).toBeLessThanOrEqual(granules);
      }
      for (const text of [id, id.slice(-12), `request:"moved to ${id}"`]) {
        const wanted = { ...everything(projectId), query: parseQuery(text, NOW) };
        expect((await reader.page(wanted, 10)).traces, text).toHaveLength(1);
        const plan = await store.explain(wanted, 10);
        const [, read, all] = /Name: ix_ids[\s\S]*?Granules: (\d+)\/(\d+)/.exec(plan) ?? [];
        expect(Number(read), plan).toBeLessThan(Number(all));
      }
      // Parts that are merged are others, and these have no index until somebody looks again.
      await store.insert(bytes([line(projectId, { message: 'quarantine' })]), randomUUID());
      await command('OPTIMIZE TABLE opencts.traces FINAL');
      for (const look of [async () => undefined, () => store.tend()]) {
        await look();
        for (const [text, found] of [
          ['quarantine', 2],
          ['nowhere', 0],
        ] as const) {
          const wanted = { ...everything(projectId), query: parseQuery(text, NOW) };
          expect((await reader.page(wanted, 10)).traces, text).toHaveLength(found);
          expect((await reader.facet(wanted, 'user', 10)).length, text).toBe(found > 0 ? 1 : 0);
        }
      }
    }, 60_000);

    test.skipIf(backend.name === 'embedded engine')(
      'a server that cannot index words answers without, and this is told',
      async () => {
        const database = 'older';
        const { url } = server as { url: string };
        const told: unknown[] = [];
        const ears = {
          onDamage: () => undefined,
          onGone: () => undefined,
          silence: () => undefined,
          onWithoutWords: (error: unknown) => told.push(error),
        };
        const options = { server: { url: `${url}?ch_enable_full_text_index=0` }, database, cluster: '' };
        const older = clickhouseStore(options, undefined, ears);
        await older.migrate();
        expect(told).toHaveLength(1);
        const projectId = newProject();
        await older.insert(bytes([line(projectId, { message: 'a word' }), line(projectId)]), randomUUID());
        const query = parseQuery('word', NOW);
        expect((await older.own.page({ ...everything(projectId), query }, 10)).traces).toHaveLength(1);
        await older.close();
        await command(`DROP DATABASE ${database}`);
      },
    );

    test('an insert that is repeated with its token has no effect', async () => {
      const projectId = newProject();
      const lines = Array.from({ length: 50 }, (_, i) => line(projectId, { time: NOW - i }));
      await store.insert(bytes(lines), `token-${projectId}`);
      await store.insert(bytes(lines), `token-${projectId}`);
      expect(await reader.hourCounts(projectId, NOW, NOW + HOUR)).toEqual([{ hour: NOW, count: 50 }]);
    });

    test('one bad line refuses the whole insert, and says so', async () => {
      const projectId = newProject();
      await expect(
        store.insert(bytes([line(projectId), { ...line(projectId), time: 'yesterday' }]), randomUUID()),
      ).rejects.toThrow(InsertRefused);
      await expect(store.insert(bytes([{ ...line(projectId), unknown: 1 }]), randomUUID())).rejects.toThrow(
        /unknown/,
      );
      expect((await reader.page(everything(projectId), 10)).traces).toEqual([]);
    });

    test('the histogram counts by bucket and rating', async () => {
      const projectId = newProject();
      const at = (minute: number, trace_rating: string) =>
        line(projectId, { time: NOW - HOUR + minute * 60_000, trace_rating });
      await store.insert(
        bytes([at(0, 'normal'), at(0, 'warning'), at(59, 'incident'), at(60, 'normal')]),
        randomUUID(),
      );
      expect(await reader.histogram(everything(projectId), HOUR)).toEqual([
        { start: NOW - HOUR, normal: 1, warning: 1, incident: 1 },
        { start: NOW, normal: 1, warning: 0, incident: 0 },
      ]);
    });

    test('facets give the distinct values, most frequent first, regardless of their own filter', async () => {
      const projectId = newProject();
      const users = ['jane', 'eve', 'eve', 'bob'].map((name) =>
        line(projectId, { user: JSON.stringify({ name }) }),
      );
      await store.insert(
        bytes([...users, line(projectId, { user: undefined, trace_type: 'SystemAction' })]),
        randomUUID(),
      );
      const filter = { ...everything(projectId), users: ['jane'] };
      const times = { firstTime: NOW - 1000, lastTime: NOW - 1000 };
      expect(await reader.facet(filter, 'user', 2)).toEqual([
        { value: 'eve', count: 2, ...times },
        { value: 'bob', count: 1, ...times },
      ]);
      expect(await reader.facet(filter, 'service_type', 10)).toEqual([{ value: 'ECS', count: 1, ...times }]);
    });

    test.each([
      ['user:jane status:failed', ['eve', 'jane']],
      ['-user:eve status:failed', ['eve', 'jane']],
      ['(user:jane OR user:bob) status:failed', ['eve', 'jane']],
      ['user:jane OR status:failed', ['eve', 'jane']],
      ['(user:jane status:normal)', ['bob', 'jane']],
      ['-(user:jane OR status:normal)', ['eve']],
    ])('what %s asks of the operator is not applied to the operators', async (q, users) => {
      const projectId = newProject();
      const of = (name: string, trace_rating: string) =>
        line(projectId, { user: JSON.stringify({ name }), trace_rating });
      const lines = [of('jane', 'warning'), of('jane', 'normal'), of('eve', 'incident'), of('bob', 'normal')];
      await store.insert(bytes(lines), randomUUID());
      const filter = { ...everything(projectId), query: parseQuery(q, NOW) };
      expect((await reader.facet(filter, 'user', 10)).map(({ value }) => value).sort()).toEqual(users);
    });

    test('what changes something, or is not known to change nothing, is not read-only', async () => {
      const projectId = newProject();
      const lines = [true, false, undefined].map((read_only) => line(projectId, { read_only }));
      await store.insert(bytes(lines), randomUUID());
      const values = await reader.facet(everything(projectId), 'read_only', 10);
      expect(values.map(({ value, count }) => [value, count])).toEqual([
        ['false', 2],
        ['true', 1],
      ]);
    });

    test('operations with their kind of resources, the most frequent first, as many as are wanted', async () => {
      const projectId = newProject();
      const of = (trace_name: string, resource_type = 'ecs') =>
        line(projectId, { trace_name, resource_type });
      const lines = [
        of('deleteServer'),
        of('createServer'),
        of('deleteServer'),
        of('createServer', 'volume'),
      ];
      await store.insert(bytes(lines), randomUUID());
      const all = [
        { serviceType: 'ECS', resourceType: 'ecs', traceName: 'deleteServer', count: 2 },
        { serviceType: 'ECS', resourceType: 'ecs', traceName: 'createServer', count: 1 },
        { serviceType: 'ECS', resourceType: 'volume', traceName: 'createServer', count: 1 },
      ];
      expect(await reader.operations(everything(projectId), 10)).toEqual(all);
      expect(await reader.operations(everything(projectId), 1)).toEqual(all.slice(0, 1));
      const created = { ...everything(projectId), traceName: 'createServer' };
      expect(await reader.operations(created, 10)).toEqual(all.slice(1));
    });

    test('source addresses of an operator: how often, first and last; and the traces of one of them', async () => {
      const projectId = newProject();
      const at = (minute: number, name: string, source_ip: string) =>
        line(projectId, {
          time: NOW - minute * 60_000,
          user: JSON.stringify({ name }),
          source_ip,
          trace_name: `op${minute}`,
        });
      await store.insert(
        bytes([
          at(9, 'jane', '192.0.2.7'),
          at(8, 'jane', '2001:db8::7'),
          at(7, 'eve', '198.51.100.1'),
          at(6, 'jane', ''),
          at(5, 'jane', '192.0.2.7'),
          at(4, 'eve', '192.0.2.7'),
        ]),
        randomUUID(),
      );
      const filter = { ...everything(projectId), users: ['jane'] };
      const addresses = [
        { value: '192.0.2.7', count: 2, firstTime: NOW - 9 * 60_000, lastTime: NOW - 5 * 60_000 },
        { value: '2001:db8::7', count: 1, firstTime: NOW - 8 * 60_000, lastTime: NOW - 8 * 60_000 },
      ];
      expect(await reader.facet(filter, 'source_ip', 10)).toEqual(addresses);
      const fromOne = { ...filter, sourceIp: '192.0.2.7' };
      expect(await reader.facet(fromOne, 'source_ip', 10)).toEqual(addresses);
      expect((await reader.page(fromOne, 10)).traces.map(({ trace_name }) => trace_name)).toEqual([
        'op5',
        'op9',
      ]);
    });

    test('what is first is told, newest first, and nothing that an older trace of the project knows', async () => {
      const projectId = newProject();
      const since = NOW - 24 * HOUR;
      const at = (time: number, name: string, change: object = {}) =>
        line(projectId, { time, user: JSON.stringify({ name }), ...change });
      const ofOthers = line(newProject(), { time: since - HOUR, user: '{"name":"eve"}', source_ip: '::1' });
      await store.insert(
        bytes([
          at(since - HOUR, 'jane'),
          at(since - 1, 'bob', { trace_rating: 'warning' }),
          at(since, 'eve', { source_ip: '::1' }),
          at(NOW - HOUR, 'eve'),
          at(NOW - HOUR, 'jane', { trace_name: 'deleteServer', source_ip: '::1' }),
          at(NOW - HOUR, 'mallory', { event_type: 'data', tracker_name: 'd' }),
          line(projectId, { time: NOW - 1, user: undefined, source_ip: '', service_type: 'EVS' }),
          ofOthers,
        ]),
        randomUUID(),
      );
      const filter = { ...everything(projectId), family: 'system' as const };
      expect(await reader.firsts(filter, since, 20)).toEqual({
        historyFrom: since - HOUR,
        operators: [{ value: 'eve', firstTime: since, count: 2 }],
        sourceIps: [{ value: '::1', firstTime: since, count: 2, user: 'eve' }],
        operations: [
          { serviceType: 'EVS', traceName: 'createServer', firstTime: NOW - 1, count: 1, user: '' },
          { serviceType: 'ECS', traceName: 'deleteServer', firstTime: NOW - HOUR, count: 1, user: 'jane' },
        ],
      });
      expect((await reader.firsts(filter, since, 1)).operations).toHaveLength(1);
      expect(await reader.firsts(everything(newProject()), since, 20)).toEqual({
        historyFrom: null,
        operators: [],
        sourceIps: [],
        operations: [],
      });
    });

    test('wide columns are read only for the rows that are shown', async () => {
      const projectId = newProject();
      await store.insert(bytes([line(projectId)]), randomUUID());
      expect(await store.explain(everything(projectId), 50)).toContain('LazilyRead');
    });

    test('days go when they are past, and only they', async () => {
      const projectId = newProject();
      const day = 24 * HOUR;
      for (const back of [9, 8, 7]) {
        await store.insert(
          bytes([line(projectId, { record_time: NOW - back * day, time: NOW - back * day })]),
          randomUUID(),
        );
      }
      expect(await store.dropBefore(NOW - 7 * day)).toEqual(['20261112', '20261113']);
      const { traces } = await reader.page({ projectId, from: 0, to: NOW }, 10);
      expect(traces.map((trace) => trace.time)).toEqual([NOW - 7 * day]);
    });

    test.skipIf(backend.name !== 'embedded engine')(
      'kill -9 in the middle of inserts: repeated with their tokens, each trace is there once',
      async () => {
        const projectId = newProject();
        const batches = Array.from({ length: 12 }, () =>
          Array.from({ length: 500 }, (_, i) => line(projectId, { time: NOW - i })),
        );
        for (const [index, batch] of batches.entries()) {
          for (let tries = 0; ; tries++) {
            try {
              const inserting = store.insert(bytes(batch), `kill-${index}`);
              if (tries === 0 && index % 3 === 0) setTimeout(() => kill?.(), Math.random() * 30);
              await inserting;
              break;
            } catch (error) {
              expect(error).toBeInstanceOf(StoreUnavailable);
              await new Promise((resolve) => setTimeout(resolve, 100));
            }
          }
        }
        expect(await reader.hourCounts(projectId, NOW, NOW + HOUR)).toEqual([{ hour: NOW, count: 6000 }]);
      },
    );
  });
}

test('while the server is known to be silent, who asks then is not kept waiting either', async () => {
  const sockets = new Set<net.Socket>();
  const silent = net.createServer((socket) => void sockets.add(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const options = { server: { url: `http://127.0.0.1:${port}` }, database: 'opencts', cluster: '' };
  const ears = {
    onDamage: () => undefined,
    onGone: () => undefined,
    silence: () => AbortSignal.abort(),
    onWithoutWords: () => undefined,
  };
  const store = clickhouseStore(options, undefined, ears);
  try {
    const asked = store.readerFor('a', new AbortController().signal).hourCounts('p', NOW, NOW + HOUR);
    await expect(asked).rejects.toThrow(StoreUnavailable);
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
    await store.close();
  }
});

test('on a cluster the shards are replicated, and one table reads them all', () => {
  const statements = migrations({ database: 'opencts', cluster: 'audit' }, false).statements.join(';\n');
  expect(statements).toContain(
    "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/opencts/traces', '{replica}')",
  );
  expect(statements).toContain("Distributed('audit', opencts, traces_shard, cityHash64(trace_id))");
  expect(statements.match(/ON CLUSTER 'audit'/g)).toHaveLength(6);
  expect(statements).not.toContain('non_replicated_deduplication_window');
});

test('a name that could not stand in SQL is refused', () => {
  expect(() => clickhouseStore({ server: { url: 'http://x' }, database: 'a; DROP', cluster: '' })).toThrow(
    /letters/,
  );
});
