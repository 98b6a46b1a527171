import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMetadata } from '../../../metadata/index.ts';
import { House } from '../../../testing/house.ts';
import { longestPause } from '../../../testing/longest-pause.ts';

const NOTIFICATIONS = 100;
const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;

/** As many as a project may have, each with as many operations as it may have. */
beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
  const metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  const settings = JSON.stringify({
    operation_type: 'customized',
    operations: Array.from({ length: 100 }, (_, service) => ({
      service_type: `S${service}`,
      resource_type: 'r'.repeat(60),
      trace_names: Array.from({ length: 10 }, (_, name) => `${'t'.repeat(60)}${name}`),
    })),
  });
  await sql`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${NOTIFICATIONS})
    INSERT INTO notifications (id, project_id, name, type, enabled, settings, created_at, active_since)
    SELECT printf('%032x', i), ${admin.projectId}, 'n' || i, iif(i % 10 = 0, 'fun', 'smn'), 0, ${settings}, i, i
    FROM n`.execute(metadata);
  await metadata.destroy();
}, 60_000);
afterAll(() => house.stop());

const list = async (query: string) => {
  const { body } = await house.call('GET', `/v3/${admin.projectId}/notifications/${query}`, {
    token: admin.token,
  });
  return body.notifications.map((one: Record<string, string>) => one.notification_name);
};

test('notifications that are many and long keep nobody waiting', async () => {
  await list('smn');
  for (const query of ['smn', 'smn?notification_name=n3']) {
    const pause = await longestPause(() => Promise.all(Array.from({ length: 10 }, () => list(query))));
    expect(pause).toBeLessThan(250);
  }
});

test('a list holds those of a kind and a name, in order of their making', async () => {
  expect(await list('fun')).toEqual(Array.from({ length: 10 }, (_, i) => `n${10 * i}`));
  expect(await list('smn?notification_name=n3')).toEqual(['n3']);
});
