import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMetadata, type Metadata } from '../../../metadata/index.ts';
import { House } from '../../../testing/house.ts';

const MOST = 1_000_000;
const PIECE = 100_000;
const house = new House();
let owner: Awaited<ReturnType<House['signIn']>>;
let topics: string;
let topic: string;
let metadata: Metadata;
const smn = (method: string, route: string, body?: unknown) =>
  house.call(method, route, { token: owner.token, body });
const publish = () => smn('POST', `${topics}/${topic}/publish`, { message: 'm' });
const count = async (table: 'smn_messages' | 'smn_deliveries') => {
  const { all } = await metadata
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('all'))
    .executeTakeFirstOrThrow();
  return Number(all);
};

beforeAll(async () => {
  await house.start({ OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' });
  owner = await house.signIn({ project: 'local' });
  topics = `/v2/${owner.projectId}/notifications/topics`;
  topic = (await smn('POST', topics, { name: 'alerts' })).body.topic_urn;
  for (const place of ['a', 'b']) {
    const body = { protocol: 'http', endpoint: `http://127.0.0.1:9/${place}` };
    expect((await smn('POST', `${topics}/${topic}/subscriptions`, body)).status).toBe(201);
  }
  metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  // Nothing is sent meanwhile.
  await metadata.updateTable('smn_subscriptions').set({ status: 1, paused: 'manual' }).execute();
  await metadata.deleteFrom('smn_messages').execute();
  expect((await publish()).status).toBe(200);
  // In pieces: the service writes as well.
  for (let left = MOST - 5; left > 0; left -= PIECE) {
    await sql`INSERT INTO smn_deliveries (message_id, subscription_id, state, attempts, reason)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${Math.min(left, PIECE)})
      SELECT (SELECT id FROM smn_messages), (SELECT min(id) FROM smn_subscriptions), 'waiting', 0, '' FROM n`.execute(
      metadata,
    );
  }
}, 120_000);
afterAll(async () => {
  await metadata.destroy();
  await house.stop();
});

test('beyond the messages that may wait in a project nothing is published, not in part either', async () => {
  house.skew += 10_000;
  // Room for three: one of these goes to both subscribers, however many are at it.
  const answers = await Promise.all(Array.from({ length: 8 }, publish));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(429)]);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.headers.get('retry-after')).toBe('5');
  expect(refused?.body).toMatchObject({
    error_code: 'APIGW.0308',
    error_msg: expect.stringContaining(`more than ${MOST} messages would wait`),
  });
  expect([await count('smn_messages'), await count('smn_deliveries')]).toEqual([2, MOST - 1]);

  const subscription = (await smn('GET', `${topics}/${topic}/subscriptions`)).body.subscriptions[0];
  const test = `/v3/${owner.projectId}/smn/subscriptions/${subscription.subscription_urn.split(':').at(-1)}/test`;
  expect((await smn('POST', test)).status).toBe(200);
  expect((await smn('POST', test)).status).toBe(429);
  expect(await count('smn_deliveries')).toBe(MOST);
});

test('when there is room again it is published', async () => {
  await metadata.deleteFrom('smn_messages').execute();
  house.skew += 10_000;
  expect((await publish()).status).toBe(200);
  expect([await count('smn_messages'), await count('smn_deliveries')]).toEqual([1, 2]);
}, 60_000);
