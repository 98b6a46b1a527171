import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JournalEntry } from '../../../journal/index.ts';
import { House, trace } from '../../../testing/house.ts';
import { broken, spoil } from '../../../testing/spoil.ts';

const house = new House();
let token: string;
let projectId: string;
let reader: string;
const HOUR = 3_600_000;
let recordTime: number;
let first: JournalEntry;

const v3 = (method: string, route: string, body?: unknown, as = token) =>
  house.call(method, `/v3${route}`, { token: as, body });

beforeAll(async () => {
  // No cycle ends before there is a bucket: what was recorded until then would be in no file.
  await house.start({ OPENCTS_TRANSFER_CYCLE: '3600' });
  const admin = await house.signIn({ project: 'local' });
  ({ token, projectId } = admin);
  await v3('POST', `/${projectId}/tracker`, { tracker_type: 'system', tracker_name: 'system' });
  await v3('PUT', `/${projectId}/tracker`, {
    tracker_type: 'system',
    tracker_name: 'system',
    obs_info: { bucket_name: 'evidence', is_obs_created: true },
  });
  const topic = (
    await house.call('POST', `/v2/${projectId}/notifications/topics`, { token, body: { name: 't' } })
  ).body.topic_urn;
  const made = await v3('POST', `/${projectId}/notifications`, {
    notification_name: 'all',
    operation_type: 'complete',
    topic_id: topic,
    filter: { is_support_filter: true, condition: 'AND', rule: ['code = 200'] },
  });
  expect(made.status).toBe(201);
  await house.addUser(admin, 'reader', [{ role: 'CTS Administrator', scope: projectId }]);
  reader = (await house.signIn({ name: 'reader', project: 'local' })).token;
  recordTime = Date.now();
  first = broken(projectId, recordTime, 1);
  await house.restart({ OPENCTS_TRANSFER_CYCLE: '1' }, () =>
    spoil(house.directory, [first, broken(projectId, recordTime, 2)]),
  );
  ({ token, projectId } = await house.signIn({ project: 'local' }));
}, 60_000);
afterAll(() => house.stop());

test('records that nobody can process stop nobody: they are set aside, counted, shown and replayed', async () => {
  const sent = await v3('POST', `/${projectId}/traces`, { traces: [trace(), trace()] });
  expect(sent.body).toMatchObject({ accepted: 2 });
  await house.searchable(token);
  expect(
    (await v3('GET', `/${projectId}/traces?trace_type=system&limit=10`)).body.meta_data.count,
  ).toBeGreaterThan(1);
  const hours = async () =>
    (await v3('GET', `/${projectId}/accounting?from=${recordTime - HOUR}`)).body.hours as {
      journalled: number;
      indexed: number;
      stored: number;
      archived: number;
      quarantined: { indexer: number; archiver: number };
    }[];
  await expect
    .poll(
      async () =>
        (await hours()).every(
          ({ journalled, indexed, stored, archived, quarantined }) =>
            journalled === stored + quarantined.indexer &&
            indexed === stored &&
            journalled === archived + quarantined.archiver,
        ),
      { timeout: 15_000, interval: 200 },
    )
    .toBe(true);
  expect((await hours()).reduce((sum, { quarantined }) => sum + quarantined.indexer, 0)).toBe(2);

  const all = (await v3('GET', '/quarantine')).body;
  expect(all.traces.map(({ follower }: { follower: string }) => follower)).toEqual([
    ...['indexer', 'indexer', 'archiver', 'archiver', 'notifier', 'notifier'],
  ]);
  expect(all).toMatchObject({ total: 6, marker: null });
  const [shown] = all.traces;
  expect(shown).toMatchObject({ project_id: projectId, tracker_name: 'system', record_time: recordTime });
  expect((await v3('GET', `/quarantine/${shown.id}`)).body.line).toBe(first.line);
  const page = (await v3('GET', '/quarantine?limit=4')).body;
  const rest = (await v3('GET', `/quarantine?limit=4&marker=${page.marker}`)).body;
  expect([...page.traces, ...rest.traces]).toEqual(all.traces);
  expect((await house.call('GET', '/metrics', { token })).body).toContain(
    'opencts_quarantined_traces{follower="archiver"} 2',
  );

  // What fails again stays; a restart in between changes nothing.
  expect((await v3('POST', '/quarantine/replay', {})).body).toEqual({ traces: 6 });
  await house.restart({ OPENCTS_TRANSFER_CYCLE: '1' });
  ({ token } = await house.signIn({ project: 'local' }));
  await house.searchable(token);
  expect((await v3('GET', '/quarantine')).body.total).toBe(6);

  // As if the code had been at fault, and were mended.
  const folder = path.join(house.directory, 'journal', 'quarantine');
  const good = JSON.stringify(
    JSON.stringify({
      code: '200',
      event_type: 'system',
      project_id: projectId,
      record_time: recordTime,
      resource_type: 'ecs',
      service_type: 'ECS',
      time: recordTime,
      trace_id: first.routing.traceId,
      trace_name: 'mended',
      trace_rating: 'normal',
      trace_type: 'ApiCall',
      tracker_name: 'system',
    }).concat('\n'),
  );
  for (const name of await readdir(folder)) {
    const text = await readFile(path.join(folder, name), 'utf8');
    await writeFile(
      path.join(folder, name),
      text.replace(/"line":"\{\\"broken\\":1[^}]*"/, () => `"line":${good}`),
    );
  }
  expect((await v3('POST', '/quarantine/replay', { follower: 'indexer', id: shown.id })).body).toEqual({
    traces: 1,
  });
  expect((await v3('POST', '/quarantine/replay', { follower: 'archiver' })).body).toEqual({ traces: 2 });
  await expect.poll(async () => (await v3('GET', '/quarantine')).body.total, { timeout: 15_000 }).toBe(4);
  await house.searchable(token);
  const found = await v3('GET', `/${projectId}/traces?trace_type=system&trace_name=mended`);
  expect(found.body.traces).toHaveLength(1);
  await expect
    .poll(
      async () =>
        (await hours()).every(
          ({ journalled, archived, quarantined }) => journalled === archived + quarantined.archiver,
        ),
      { timeout: 15_000 },
    )
    .toBe(true);
  const own = await v3('GET', `/${projectId}/traces?trace_type=system&trace_name=replayQuarantine`);
  expect(own.body.traces.length).toBeGreaterThan(0);
}, 90_000);

test('only operators see it, and wrong ids are told apart', async () => {
  for (const [method, route] of [
    ['GET', '/quarantine'],
    ['GET', '/quarantine/indexer-1-18'],
    ['POST', '/quarantine/replay'],
  ] as const) {
    expect((await v3(method, route, method === 'POST' ? {} : undefined, reader)).status).toBe(403);
  }
  for (const id of ['indexer-1-999999', 'nobody-1-18', 'x', '..%2f..', 'indexer--1-18']) {
    expect((await v3('GET', `/quarantine/${id}`)).status).toBe(404);
  }
  expect((await v3('POST', '/quarantine/replay', { id: 'indexer-1-999999' })).status).toBe(404);
  expect((await v3('GET', '/quarantine?follower=nobody')).status).toBe(400);
  expect((await v3('GET', '/quarantine?marker=x')).status).toBe(400);
});
