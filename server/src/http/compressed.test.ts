import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, trace } from '../testing/house.ts';

const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;

beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
  const { token, projectId } = admin;
  await house.call('POST', `/v3/${projectId}/tracker`, {
    token,
    body: { tracker_type: 'system', tracker_name: 'system' },
  });
  const traces = Array.from({ length: 100 }, () => trace({ request: '{"server":{"name":"web-1"}}' }));
  await house.call('POST', `/v3/${projectId}/traces`, { token, body: { traces } });
  await house.searchable(token);
});
afterAll(() => house.stop());

/** An answer as it comes over the wire. */
const raw = (path: string, accepted: string | undefined) =>
  new Promise<{ encoding: string | undefined; vary: string | undefined; bytes: Buffer }>(
    (resolve, reject) => {
      const headers = {
        'x-auth-token': admin.token,
        ...(accepted === undefined ? {} : { 'accept-encoding': accepted }),
      };
      const asked = request(`${house.app.url}${path}`, { headers }, async (response) => {
        const { 'content-encoding': encoding, vary } = response.headers;
        resolve({ encoding, vary, bytes: await buffer(response) });
      });
      asked.once('error', reject);
      asked.end();
    },
  );

const large = () => [
  ['the trace list', `/v3/${admin.projectId}/traces?limit=100&trace_type=system`],
  ['an export', `/v3/${admin.projectId}/traces/export?trace_type=system`],
  ['the document of the API', '/openapi.json'],
];

test('a long answer is compressed for who takes it so, and the same for who does not', async () => {
  for (const [what = '', path = ''] of large()) {
    const plain = await raw(path, undefined);
    const packed = await raw(path, 'gzip, deflate, br');
    expect([what, plain.encoding, packed.encoding]).toEqual([what, undefined, 'gzip']);
    expect(packed.vary).toContain('accept-encoding');
    expect(packed.bytes.length * 4).toBeLessThan(plain.bytes.length);
    expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true);
  }
});

test.each(['identity', 'zstd', 'gzip;q=0'])('who takes %s alone gets it plain', async (accepted) => {
  for (const [, path = ''] of large()) expect((await raw(path, accepted)).encoding).toBeUndefined();
});

test('a short answer is sent as it is', async () => {
  expect((await raw('/version', 'gzip')).encoding).toBeUndefined();
});
