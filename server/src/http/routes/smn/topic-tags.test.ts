import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMetadata, type Metadata } from '../../../metadata/index.ts';
import { House } from '../../../testing/house.ts';
import { longestPause } from '../../../testing/longest-pause.ts';

const TOPICS = 3000;
const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
let metadata: Metadata;

const v2 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v2/${admin.projectId}${route}`, { token: admin.token, body });
const seek = (body: object) => v2('POST', '/smn_topic/resource_instances/action', body);

/** As many topics as a project may have, with as many tags as they may have. */
beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
  metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  await sql`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${TOPICS})
    INSERT INTO smn_topics (id, project_id, name, display_name, push_policy, introduction, access_policy,
      enterprise_project_id, created_at, updated_at)
    SELECT printf('%032x', i), ${admin.projectId}, 'topic-' || i, 'shown ' || i, 0, '', '', '0', i, i FROM n`.execute(
    metadata,
  );
  await sql`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < 20)
    INSERT INTO smn_topic_tags (topic_id, key, value)
    SELECT id, 'key' || printf('%02d', i), iif(i = 0, iif(created_at % 2 = 0, 'even', 'odd'), 'v' || created_at)
    FROM smn_topics, n`.execute(metadata);
}, 60_000);
afterAll(async () => {
  await metadata.destroy();
  await house.stop();
});

test('a search for topics by their tags has bounds', async () => {
  const match = { key: 'resource_name', value: 'topic' };
  for (const body of [
    { action: 'count', matches: Array.from({ length: 6600 }, () => match) },
    { action: 'count', matches: [match, match] },
    { action: 'count', matches: [{ key: 'other', value: 'topic' }] },
    { action: 'count', matches: [{ key: 'resource_name', value: 'x'.repeat(256) }] },
    { action: 'count', tags: [{ key: 'key00', values: Array.from({ length: 21 }, (_, i) => `${i}`) }] },
    { action: 'count', tags: [{ key: 'k'.repeat(128) }] },
    { action: 'count', tags: [{ key: 'key00', values: ['v'.repeat(256)] }] },
    { action: 'filter', offset: 2 ** 63 },
    { action: 'count', tags: Array.from({ length: 21 }, () => ({ key: 'key00' })) },
  ]) {
    expect((await seek(body)).status, JSON.stringify(body).slice(0, 100)).toBe(400);
  }
});

test('a page that begins far behind the last is refused, not failed at', async () => {
  const { status, body } = await v2('GET', '/notifications/topics?offset=9223372036854775808');
  expect([status, body.code]).toEqual([400, 'SMN.0015']);
});

test('the largest search, and all tags, keep nobody waiting, sixteen at once', async () => {
  const values = Array.from({ length: 20 }, (_, i) => `v${i}`);
  const tags = Array.from({ length: 20 }, (_, i) => ({
    key: `key${String(i).padStart(2, '0')}`,
    ...(i > 0 ? { values } : {}),
  }));
  const matches = [{ key: 'resource_name', value: 'topic' }];
  const sixteen = <Result>(call: () => Promise<Result>) => Promise.all(Array.from({ length: 16 }, call));
  const other = await house.signIn({ project: 'local' });
  for (const call of [
    () => seek({ action: 'filter', tags, matches }),
    () => seek({ action: 'filter' }),
    () => v2('GET', '/smn_topic/tags'),
    () => v2('GET', '/notifications/topics?fuzzy_name=opi'),
  ]) {
    let slowest = 0;
    const pause = await longestPause(async () => {
      const answers = sixteen(call);
      const begun = performance.now();
      const projects = await house.call('GET', '/v3/projects', { token: other.token });
      slowest = performance.now() - begun;
      expect(projects.status).toBe(200);
      for (const { status } of await answers) expect(status).toBe(200);
    });
    expect(pause).toBeLessThan(1000);
    expect(slowest).toBeLessThan(2000);
  }
}, 60_000);

test('topics are found by key, by one of several values, and by a part of their name, newest first', async () => {
  const both = await seek({
    action: 'filter',
    tags: [{ key: 'key00', values: ['even', 'neither'] }, { key: 'key01' }],
    matches: [{ key: 'resource_name', value: 'pic-29' }],
    limit: 2,
    offset: 1,
  });
  expect(both.body.total_count).toBe(55);
  expect(both.body.resources.map((one: { resource_name: string }) => one.resource_name)).toEqual([
    'topic-2996',
    'topic-2994',
  ]);
  expect(both.body.resources[0].tags).toHaveLength(20);
  expect(both.body.resources[0].tags[0]).toEqual({ key: 'key00', value: 'even' });
  const none = await seek({ action: 'count', tags: [{ key: 'key00', values: ['EVEN'] }] });
  expect(none.body).toEqual({ total_count: 0 });
  const listed = await v2('GET', '/notifications/topics?fuzzy_name=pic-29&limit=1&offset=2');
  expect(listed.body).toMatchObject({ topic_count: 111, topics: [{ name: 'topic-2997' }] });
});

test('all tags are told up to their bound, and that there are more', async () => {
  const { body } = await v2('GET', '/smn_topic/tags');
  const pairs = body.tags.flatMap(({ values }: { values: string[] }) => values);
  expect(body.tags[0]).toEqual({ key: 'key00', values: ['even', 'odd'] });
  expect(pairs).toHaveLength(10_000);
  expect(body.truncated).toBe(true);
});
