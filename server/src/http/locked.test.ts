import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSqlite } from '../sqlite.ts';
import { House, PASSWORD, trace } from '../testing/house.ts';

const house = new House();
let owner: Awaited<ReturnType<House['signIn']>>;
let key: string;

beforeAll(async () => {
  await house.start();
  owner = await house.signIn({ project: 'local' });
  const { token, projectId } = owner;
  const body = { tracker_type: 'system', tracker_name: 'system' };
  await house.call('POST', `/v3/${projectId}/tracker`, { token, body });
  const made = await house.call('POST', `/v3/${projectId}/ingest-keys`, { token, body: { name: 'app' } });
  key = made.body.secret;
});
afterAll(() => house.stop());

test('while another process holds the lock of the metadata, changes are told to wait and nothing else stands', async () => {
  const { token, projectId } = owner;
  const addUser = (name: string) =>
    house.call('POST', '/v3/users', { token: account, body: { user: { name, password: PASSWORD } } });
  const { token: account } = await house.signIn({});
  const report = (headers: Record<string, string>) =>
    house.call('POST', `/v3/${projectId}/traces`, { headers, body: { traces: [trace()] } });
  const lock = openSqlite(path.join(house.directory, 'metadata.db'));
  lock.exec('begin exclusive');
  let longest = 0;
  let watching = true;
  const watch = (async () => {
    while (watching) {
      const began = performance.now();
      await house.call('GET', '/healthz');
      longest = Math.max(longest, performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();

  const refused = Promise.all(['ann', 'ben', 'cy'].map(addUser));
  expect((await house.call('GET', '/v3/users', { token: account })).status).toBe(200);
  expect((await report({ 'x-auth-token': token })).status).toBe(201);
  expect((await report({ authorization: `Bearer ${key}` })).status).toBe(201);
  for (const { status, headers, body } of await refused) {
    expect([status, body.error_msg]).toEqual([503, expect.any(String)]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  watching = false;
  await watch;
  expect(longest).toBeLessThan(1500);

  lock.exec('rollback');
  lock.close();
  expect((await addUser('dan')).status).toBe(201);
  expect((await addUser('eve')).status).toBe(201);
}, 60_000);
