import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Caller,
  indexed,
  makeAccount,
  metric,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
  until,
} from './harness.ts';

const MB = 1024 ** 2;
const LARGE = 2200;
/** In one trace file, with what they take as text: 200 MB. */
const SMALL = 175_000;

let directory: string;
let server: RunningServer;
/** Another account, which behaves. */
let modest: Caller;
let file: { bucket: string; key: string };

const call = async (token: string, method: string, route: string, body?: unknown) => {
  const response = await fetch(`${server.url}${route}`, {
    method,
    headers: {
      'x-auth-token': token,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json');
  // biome-ignore lint/suspicious/noExplicitAny: answers of all routes
  return { status: response.status, bytes: text.length, body: (json ? JSON.parse(text) : text) as any };
};
const mine = (method: string, route: string, body?: unknown) =>
  call(server.token, method, `/v3/${server.projectId}${route}`, body);
const theirs = (method: string, route: string, body?: unknown) =>
  call(modest.token, method, `/v3/${modest.projectId}${route}`, body);

async function residentBytes(): Promise<number> {
  const status = await readFile(`/proc/${server.process.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

/** What an attack does to others while it goes on. */
async function during(attack: () => Promise<unknown>) {
  const before = await residentBytes();
  const worst = { healthz: 0, list: 0, growth: 0 };
  let over = false;
  const watch = async (look: () => Promise<void>) => {
    while (!over) {
      await look();
      await pause(50);
    }
  };
  const timed = async (what: 'healthz' | 'list', ask: () => Promise<{ status: number }>) => {
    const began = Date.now();
    expect((await ask()).status).toBe(200);
    worst[what] = Math.max(worst[what], Date.now() - began);
  };
  const watching = Promise.all([
    watch(() => timed('healthz', () => fetch(`${server.url}/healthz`))),
    watch(() => timed('list', () => theirs('GET', '/traces?limit=50'))),
    watch(async () => {
      worst.growth = Math.max(worst.growth, (await residentBytes()) - before);
    }),
  ]);
  try {
    await attack();
  } finally {
    over = true;
    await watching;
  }
  return worst;
}

beforeAll(async () => {
  directory = await temporaryDirectory();
  server = await startServer(directory, { OPENCTS_TRANSFER_CYCLE: '20' });
  modest = await makeAccount(server, 'modest');
  const tracker = { tracker_type: 'system', tracker_name: 'system' };
  for (const [ask, bucket_name] of [
    [mine, 'large-archive'],
    [theirs, 'modest-archive'],
  ] as const) {
    const obs_info = { bucket_name, is_obs_created: true };
    expect((await ask('PUT', '/tracker', { ...tracker, obs_info })).status).toBe(200);
  }
  expect((await theirs('POST', '/traces', { traces: [trace({ resource_id: 'modest' })] })).status).toBe(201);
  // Short enough to report: their text is what JSON makes of it.
  const request = 'x'.repeat(900);
  for (let at = 0; at < SMALL; at += 5000) {
    const traces = Array.from({ length: 5000 }, (_, i) => trace({ resource_id: `id-${at + i}`, request }));
    expect((await report(server, traces)).status).toBe(201);
  }
  for (let at = 0; at < LARGE; at += 50) {
    const part = 'y'.repeat(63_000);
    const large = trace({ service_type: 'LARGE', request: part, response: part, message: part });
    const traces = Array.from({ length: 50 }, () => large);
    expect((await report(server, traces)).status).toBe(201);
  }
  await indexed(server);
  await until(async () => (await metric(server, 'opencts_archived_traces_total')) >= SMALL + LARGE);
  for (let prefix = 'CloudTraces/'; file === undefined; ) {
    const { folders, files } = (await mine('GET', `/archive?prefix=${encodeURIComponent(prefix)}`)).body;
    const largest = files.sort((a: { traces: number }, b: { traces: number }) => b.traces - a.traces)[0];
    if (largest) file = largest;
    else
      prefix += folders.sort((a: { traces: number }, b: { traces: number }) => b.traces - a.traces)[0].name;
  }
}, 400_000);
afterAll(async () => {
  await server.stop();
  await removeDirectory(directory);
});

test('forty connections of wide queries keep no other account waiting', async () => {
  const from = Date.now() - 6 * 86_400_000;
  const wide = [
    `/traces/facets?field=user&from=${from}`,
    `/traces?limit=200&from=${from}&resource_name=nothing`,
    `/traces/histogram?from=${from}&buckets=1000&resource_id=none`,
    `/traces/firsts`,
    `/traces?limit=200&from=${from}&service_type=LARGE`,
  ];
  const end = Date.now() + 20_000;
  const statuses = new Map<number, number>();
  const worst = await during(async () => {
    const reader = async (first: number) => {
      for (let i = first; Date.now() < end; i++) {
        const { status } = await mine('GET', wide[i % wide.length] ?? '');
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 40 }, (_, i) => reader(i)));
  });
  console.log('wide queries', worst, statuses);
  expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
  expect(worst.list).toBeLessThan(3000);
  expect(worst.healthz).toBeLessThan(2000);
  expect(worst.growth).toBeLessThan(600 * MB);
});

test('pages and exports of large traces are bounded, and whole', async () => {
  const from = Date.now() - 6 * 86_400_000;
  const worst = await during(async () => {
    const ids = new Set<string>();
    for (let next = ''; ; ) {
      const page = await mine('GET', `/traces?limit=200&from=${from}&service_type=LARGE${next}`);
      expect(page.bytes).toBeLessThan(5 * MB);
      for (const { trace_id } of page.body.traces) ids.add(trace_id);
      if (page.body.meta_data.marker === null) break;
      next = `&next=${page.body.meta_data.marker}`;
    }
    expect(ids.size).toBe(LARGE);
    const exports = Array.from({ length: 8 }, () =>
      mine('GET', `/traces/export?limit=100000&from=${from}&service_type=LARGE`),
    );
    for (const { status, body } of await Promise.all(exports)) {
      expect(status).toBe(200);
      expect((body as string).split('\r\n').length).toBe(LARGE + 2);
    }
  });
  console.log('large traces', worst);
  expect(worst.list).toBeLessThan(3000);
  expect(worst.growth).toBeLessThan(600 * MB);
});

test('sixty looks into a large trace file at once cost the memory of what they show', async () => {
  const name = `bucket=${file.bucket}&key=${encodeURIComponent(file.key)}`;
  const worst = await during(async () => {
    const looks = Array.from({ length: 60 }, (_, i) =>
      mine('GET', `/archive/traces?${name}&limit=1&offset=${i * 1000}`),
    );
    for (const { status, body } of await Promise.all(looks)) {
      expect(status).toBe(200);
      expect(body.traces).toHaveLength(1);
    }
  });
  console.log('trace file', worst);
  expect(worst.healthz).toBeLessThan(2000);
  expect(worst.list).toBeLessThan(3000);
  expect(worst.growth).toBeLessThan(400 * MB);
});

test('an account that begins twenty searches keeps no other from searching', async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 20; i++)
    statuses.push((await mine('POST', '/archive/searches', { trace_rating: 'normal' })).status);
  expect(new Set(statuses)).toEqual(new Set([201, 429]));
  const began = Date.now();
  const { id } = (await theirs('POST', '/archive/searches', { resource_id: 'modest' })).body;
  await until(async () => (await theirs('GET', `/archive/searches/${id}`)).body.status === 'finished', 300);
  console.log('searches', Date.now() - began);
  expect(Date.now() - began).toBeLessThan(20_000);
  expect((await theirs('GET', `/archive/searches/${id}/traces`)).body.traces).toHaveLength(1);
  await until(async () => {
    const { searches } = (await mine('GET', '/archive/searches')).body as { searches: { status: string }[] };
    return searches.every(({ status }) => status === 'finished');
  }, 1200);
});

test('callers that go away end what they asked for', async () => {
  const from = Date.now() - 6 * 86_400_000;
  for (let i = 0; i < 100; i++) {
    const request = http.get(
      `${server.url}/v3/${server.projectId}/traces/facets?field=source_ip&from=${from}&resource_name=x${i}`,
      { headers: { 'x-auth-token': server.token } },
    );
    request.on('error', () => undefined);
    setTimeout(() => request.destroy(), 20 + i);
  }
  await pause(300);
  await until(async () => (await metric(server, 'opencts_shared_work_running{queue="queries"}')) === 0, 100);
});
