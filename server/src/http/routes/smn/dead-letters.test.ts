import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMetadata } from '../../../metadata/index.ts';
import { House } from '../../../testing/house.ts';

const MANY = 100_000;
const house = new House();
let owner: Awaited<ReturnType<House['signIn']>>;
let topicUrn: string;
const call = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v3/${owner.projectId}/smn${route}`, { token: owner.token, body });

beforeAll(async () => {
  await house.start({ OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' });
  owner = await house.signIn({ project: 'local' });
  const urn = `/v2/${owner.projectId}/notifications/topics`;
  const { token } = owner;
  topicUrn = (await house.call('POST', urn, { token, body: { name: 'alerts' } })).body.topic_urn;
  const body = { protocol: 'http', endpoint: 'http://127.0.0.1:9/hook' };
  expect((await house.call('POST', `${urn}/${topicUrn}/subscriptions`, { token, body })).status).toBe(201);
  const metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  // Nothing is sent meanwhile.
  await metadata.updateTable('smn_subscriptions').set({ status: 1, paused: 'manual' }).execute();
  await metadata.deleteFrom('smn_messages').execute();
  await sql`INSERT INTO smn_messages (id, topic_id, kind, notification, content, traces, created_at, expires_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})
    SELECT printf('%032x', i), (SELECT id FROM smn_topics), 'published', '', '{"subject":"m' || i || '"}', 0, 0, 1000 FROM n`.execute(
    metadata,
  );
  await sql`INSERT INTO smn_deliveries (message_id, subscription_id, state, attempts, reason, died_at)
    SELECT id, (SELECT id FROM smn_subscriptions), 'dead', 7, 'refused', 1 FROM smn_messages ORDER BY id`.execute(
    metadata,
  );
  await metadata.destroy();
}, 120_000);
afterAll(() => house.stop());

/** Works, and tells how long others waited meanwhile at the most, for an answer and for a change of theirs. */
async function meanwhile<Result>(work: () => Promise<Result>): Promise<{ result: Result; longest: number }> {
  let longest = 0;
  let working = true;
  const watch = (async () => {
    while (working) {
      for (const ask of [
        () => house.call('GET', '/healthz'),
        () =>
          house.call('POST', `/v2/${owner.projectId}/notifications/topics`, {
            token: owner.token,
            body: { name: 'other' },
          }),
      ]) {
        const began = performance.now();
        expect((await ask()).status).toBeLessThan(300);
        longest = Math.max(longest, performance.now() - began);
      }
    }
  })();
  const result = await work();
  working = false;
  await watch;
  return { result, longest };
}

test('100,000 dead letters are listed by pages, replayed and discarded piece by piece, and nobody waits for it', async () => {
  const first = (await call('GET', '/dead-letters?limit=1000')).body;
  expect(first.dead_letters).toHaveLength(1000);
  expect(first.dead_letters[0].summary).toBe(`m${MANY}`);
  const second = (await call('GET', `/dead-letters?limit=1000&marker=${first.next}`)).body;
  expect(second.dead_letters[0].summary).toBe(`m${MANY - 1000}`);

  const some = await call('POST', '/dead-letters/discard', {
    ids: first.dead_letters.map(({ id }: { id: number }) => id),
  });
  expect(some.body).toEqual({ count: 1000 });
  const replayed = await meanwhile(() => call('POST', '/dead-letters/replay', {}));
  expect(replayed.result.body).toEqual({ count: MANY - 1000 });
  expect(replayed.longest).toBeLessThan(1000);
  expect((await call('GET', '/dead-letters')).body).toEqual({ dead_letters: [], next: null });

  const metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  await metadata.updateTable('smn_deliveries').set({ state: 'dead' }).execute();
  await metadata.destroy();
  const discarded = await meanwhile(() => call('POST', '/dead-letters/discard', {}));
  expect(discarded.result.body).toEqual({ count: MANY - 1000 });
  expect(discarded.longest).toBeLessThan(1000);
}, 120_000);

test('a topic with 100,000 messages goes, and nobody waits for it', async () => {
  const remove = () =>
    house.call('DELETE', `/v2/${owner.projectId}/notifications/topics/${topicUrn}`, { token: owner.token });
  const { result, longest } = await meanwhile(remove);
  expect(result.status).toBe(200);
  expect(longest).toBeLessThan(1000);
}, 120_000);
