import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectMetadata, type Metadata } from '../../../metadata/index.ts';
import { House } from '../../../testing/house.ts';

const TOPICS = 5;
const EACH = 10_000;
const DEAD = 3_000;
const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
let reader: Awaited<ReturnType<House['signIn']>>;
let metadata: Metadata;
const urns: string[] = [];

const v2 = (route: string, token = admin.token) =>
  house.call('GET', `/v2/${admin.projectId}/notifications${route}`, { token });
const v3 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v3/${admin.projectId}/smn${route}`, { token: admin.token, body });
const subscriptionId = (n: number) => n.toString(16).padStart(32, '0');

/** As many subscriptions as a project may have, each with a dead letter in its first thousands. */
async function fill(): Promise<void> {
  const topics = await metadata.selectFrom('smn_topics').select('id').orderBy('created_at').execute();
  for (const [index, { id }] of topics.entries()) {
    await sql`WITH RECURSIVE n(i) AS (SELECT ${index * EACH} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${(index + 1) * EACH})
      INSERT INTO smn_subscriptions (id, topic_id, protocol, endpoint, remark, extension, filter_polices, status,
        created_at, next_at, failures, paused)
      SELECT printf('%032x', i), ${id}, 'https', 'https://hooks.example.com/services/T0SECRET/n' || i,
        iif(i % 1000 = 7, 'odd one', ''), '{}', '[]', iif(i % 2 = 0, 1, 0), i / 10, 9e12, iif(i % 100 = 0, 3, 0), '' FROM n`.execute(
      metadata,
    );
    await sql`INSERT INTO smn_messages (id, topic_id, kind, notification, content, traces, created_at, expires_at, staged)
      VALUES (${`m${index}`}, ${id}, 'published', '', '{"subject":"hello","default":"","byProtocol":{}}', 0, 1, 9e12, 0)`.execute(
      metadata,
    );
  }
  await sql`INSERT INTO smn_deliveries (message_id, subscription_id, state, attempts, reason, died_at)
    SELECT 'm0', id, 'dead', 7, 'refused', 5 FROM smn_subscriptions ORDER BY id LIMIT ${DEAD}`.execute(
    metadata,
  );
}

beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
  await house.addUser(admin, 'reader', [{ role: 'SMN ReadOnlyAccess', scope: admin.projectId }]);
  reader = await house.signIn({ name: 'reader', project: 'local' });
  for (let i = 0; i < TOPICS; i++) {
    const made = await house.call('POST', `/v2/${admin.projectId}/notifications/topics`, {
      token: admin.token,
      body: { name: `t${i}` },
    });
    urns.push(made.body.topic_urn);
  }
  metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  await fill();
}, 60_000);
afterAll(async () => {
  await metadata.destroy();
  await house.stop();
});

describe('with as many subscriptions as a project may have', () => {
  test('pages of them tell each once, in their order', async () => {
    const seen: string[] = [];
    let marker = '';
    do {
      const { status, body } = await v3('GET', `/subscriptions?limit=1000${marker}`);
      expect(status).toBe(200);
      seen.push(...body.subscriptions.map((one: { subscription_id: string }) => one.subscription_id));
      marker = body.next === null ? '' : `&marker=${body.next}`;
    } while (marker !== '');
    expect(seen).toEqual(Array.from({ length: TOPICS * EACH }, (_, n) => subscriptionId(n)));
  }, 60_000);

  test('an answer is bounded though no page is asked for; those of one topic are its own', async () => {
    const all = await v3('GET', '/subscriptions');
    expect(all.body.subscriptions).toHaveLength(1000);
    expect(all.body.subscriptions[0]).toMatchObject({ dead: 1, waiting: 0 });
    const { body } = await v3('GET', `/subscriptions?topic_urn=${urns[2]}&limit=2`);
    expect(body.subscriptions.map((one: { subscription_id: string }) => one.subscription_id)).toEqual(
      [2 * EACH, 2 * EACH + 1].map(subscriptionId),
    );
    expect(body.subscriptions[0]).toMatchObject({ topic_urn: urns[2], state: 'failing' });
    expect((await v3('GET', '/subscriptions?topic_urn=urn:smn:local:x:none')).body.subscriptions).toEqual([]);
    for (const marker of ['x', '1', '1.', '1.g', '-1.0']) {
      expect((await v3('GET', `/subscriptions?marker=${marker}`)).status).toBe(400);
    }
  });

  test('what is asked of one reads one', async () => {
    const used = () => process.memoryUsage().heapUsed;
    const route = `/subscriptions/${subscriptionId(40_000)}/attempts`;
    await v3('GET', route);
    const before = used();
    const began = performance.now();
    const all = await Promise.all(Array.from({ length: 16 }, () => v3('GET', route)));
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(used() - before).toBeLessThan(50e6);
    expect((await v3('GET', `/subscriptions/${subscriptionId(60_000)}/attempts`)).status).toBe(404);
  });

  test('topics tell how theirs are', async () => {
    const { body } = await v3('GET', '/topics');
    expect(body.topics.map((one: { topic_urn: string }) => one.topic_urn)).toEqual(urns);
    expect(body.topics[0]).toMatchObject({ subscriptions: EACH, failing: 100, waiting: 0, dead: DEAD });
    expect(body.topics[4]).toMatchObject({ subscriptions: EACH, failing: 100, waiting: 0, dead: 0 });
  });

  test('the lists of SMN count all and show a page', async () => {
    const list = async (query: string, token?: string) => {
      const { status, body } = await v2(`/subscriptions?${query}`, token);
      expect(status).toBe(200);
      const ids = body.subscriptions.map(({ subscription_urn: urn }: { subscription_urn: string }) =>
        Number.parseInt(urn.slice(-32), 16),
      );
      return [body.subscription_count, ids];
    };
    expect(await list('offset=49998')).toEqual([50_000, [49_998, 49_999]]);
    expect(await list('status=1&offset=1&limit=2')).toEqual([25_000, [2, 4]]);
    expect(await list('fuzzy_remark=odd&limit=1')).toEqual([50, [7]]);
    expect(await list('protocol=email')).toEqual([0, []]);
    const whole = encodeURIComponent('https://hooks.example.com/services/T0SECRET/n49999');
    expect(await list(`endpoint=${whole}`)).toEqual([1, [49_999]]);
    expect(await list(`endpoint=${whole}`, reader.token)).toEqual([0, []]);
    const shown = encodeURIComponent('https://hooks.example.com/********9999');
    expect(await list(`endpoint=${shown}&offset=1&limit=2`, reader.token)).toEqual([5, [19_999, 29_999]]);
    const { body } = await v2(`/topics/${urns[1]}/subscriptions?limit=1`);
    expect(body.subscription_count).toBe(EACH);
  });

  test('dead letters are told, sent again and discarded', async () => {
    const first = await v3('GET', `/dead-letters?limit=2&topic_urn=${urns[0]}`);
    expect(first.body.dead_letters).toMatchObject([
      { subscription_id: subscriptionId(DEAD - 1), summary: 'hello' },
      { subscription_id: subscriptionId(DEAD - 2), reason: 'refused' },
    ]);
    expect((await v3('GET', `/dead-letters?topic_urn=${urns[1]}`)).body.dead_letters).toEqual([]);
    const [{ id }] = first.body.dead_letters;
    expect((await v3('POST', '/dead-letters/discard', { ids: [id, 9e9] })).body).toEqual({ count: 1 });
    expect((await v3('POST', '/dead-letters/discard', { ids: [id] })).body).toEqual({ count: 0 });
    expect((await v3('POST', '/dead-letters/discard', {})).body).toEqual({ count: DEAD - 1 });
    expect((await v3('POST', '/dead-letters/replay', {})).body).toEqual({ count: 0 });
  }, 60_000);
});
