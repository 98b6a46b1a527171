import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMetadata } from '../../../metadata/index.ts';
import { House } from '../../../testing/house.ts';
import { longestPause } from '../../../testing/longest-pause.ts';

const TEMPLATES = 100;
const LONGEST = 250_000;
const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;

const templates = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v2/${admin.projectId}/notifications/message_template${route}`, {
    token: admin.token,
    body,
  });

/** As many as a project may have, each as long as it may be, and full of what could begin a placeholder. */
beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
  const metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
  const content = `{a}${'{'.repeat(LONGEST)}`;
  await sql`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${TEMPLATES})
    INSERT INTO smn_templates (id, project_id, name, protocol, content, created_at, updated_at)
    SELECT printf('%032x', i), ${admin.projectId}, 'n' || (i / 4),
      CASE i % 4 WHEN 0 THEN 'default' WHEN 1 THEN 'email' WHEN 2 THEN 'sms' ELSE 'http' END, ${content}, i, i
    FROM n`.execute(metadata);
  await metadata.destroy();
}, 60_000);
afterAll(() => house.stop());

test('templates that are long and many keep nobody waiting', async () => {
  const list = async () => {
    const { body } = await templates('GET', '?limit=100');
    expect([body.message_template_count, body.message_templates.length]).toEqual([TEMPLATES, TEMPLATES]);
    expect(body.message_templates[7]).toMatchObject({ message_template_name: 'n1', tag_names: ['a'] });
  };
  const one = async () => {
    const { body } = await templates('GET', `/${'0'.repeat(31)}5`);
    expect([body.message_template_name, body.content.length]).toEqual(['n1', LONGEST + 3]);
  };
  await list();
  for (const call of [list, one]) {
    const pause = await longestPause(() => Promise.all(Array.from({ length: 10 }, call)));
    expect(pause).toBeLessThan(250);
  }
});

test('a page holds those of a name and a protocol, the oldest first', async () => {
  const names = async (query: string) => {
    const { body } = await templates('GET', query);
    return [
      body.message_template_count,
      ...body.message_templates.map((one: Record<string, string>) => one.message_template_name),
    ];
  };
  expect(await names('?protocol=sms&offset=1&limit=2')).toEqual([25, 'n1', 'n2']);
  expect(await names('?message_template_name=n3&protocol=email')).toEqual([1, 'n3']);
  expect(await names('?offset=100')).toEqual([100]);
});
