import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRootKey, Sealer } from '../kms/index.ts';
import { openMetadata } from '../metadata/index.ts';
import { openSqlite } from '../sqlite.ts';
import { House } from '../testing/house.ts';

/** Data of versions before, as `make.mjs` has left it; see there. */
const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures');
const NAMES = readdirSync(FIXTURES).filter((name) => name.endsWith('.tar.gz'));

/** What `make.mjs` says is in it. */
interface Expected {
  now: number;
  project: string;
  access: { access: string; secret: string };
  ingestKey: string;
  key: string;
  topic: string;
  endpoint: string;
  bucket: string;
  /** A trace_id that a producer chose. */
  retried: string;
  ids: string[];
}

test('there is data of an older version', () => expect(NAMES.length).toBeGreaterThan(0));

describe.each(NAMES)('data as in %s', (name) => {
  const file = path.join(FIXTURES, name);
  const expected = JSON.parse(readFileSync(file.replace('.tar.gz', '.json'), 'utf8')) as Expected;
  const house = new House();
  let token: string;
  const v3 = (method: string, route: string, body?: unknown) =>
    house.call(method, `/v3/${expected.project}${route}`, { token, body });

  const inMetadata = <Row>(statement: string): Row[] => {
    const sqlite = openSqlite(path.join(house.directory, 'metadata.db'));
    const rows = sqlite.prepare(statement).all() as Row[];
    sqlite.close();
    return rows;
  };

  beforeAll(async () => {
    // As if it had been stopped just now.
    house.skew = expected.now + 5_000 - Date.now();
    await house.start({ OPENCTS_TRANSFER_CYCLE: '1' }, (directory) => {
      execFileSync('tar', ['-xzf', file, '-C', directory]);
      mkdirSync(path.join(directory, 'objects', expected.bucket), { recursive: true });
    });
    ({ token } = await house.signIn({ project: 'local' }));
    await house.searchable(token);
  }, 60_000);
  afterAll(() => house.stop());

  test('every trace is found, once', async () => {
    const found: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const { body } = await v3('GET', `/traces?limit=200&service_type=ECS${next ? `&next=${next}` : ''}`);
      found.push(...body.traces.map(({ trace_id }: { trace_id: string }) => trace_id));
      next = body.meta_data.marker;
    }
    expect(found.sort()).toEqual([...expected.ids].sort());
  });

  test('every trace comes into one trace file, which opens with its key', async () => {
    const inFiles = async () => {
      const found: string[] = [];
      for (const { key } of inMetadata<{ key: string }>(
        "SELECT key FROM trace_files WHERE service = 'ECS'",
      )) {
        const query = new URLSearchParams({ bucket: expected.bucket, key });
        const answer = await fetch(`${house.app.url}/v3/${expected.project}/archive/file?${query}`, {
          headers: { 'x-auth-token': token },
        });
        const text = gunzipSync(Buffer.from(await answer.arrayBuffer())).toString();
        found.push(...[...text.matchAll(/"trace_id":\s*"([^"]+)"/g)].map(([, id]) => id as string));
      }
      return found.filter((id) => expected.ids.includes(id)).sort();
    };
    await expect.poll(inFiles, { timeout: 20_000, interval: 500 }).toEqual([...expected.ids].sort());
  });

  test('a retry is known, and what was set aside is there', async () => {
    const again = { trace_name: 'x', trace_type: 'ApiCall', service_type: 'ECS', resource_type: 'ecs' };
    const trace = {
      ...again,
      time: expected.now,
      user: { name: 'j', domain: { id: 'd1' } },
      trace_id: expected.retried,
    };
    expect((await v3('POST', '/traces', { traces: [trace] })).body).toMatchObject({ duplicates: 1 });
    const admin = await house.signIn({});
    const { body } = await house.call('GET', '/v3/quarantine', admin);
    const followers = JSON.stringify(body).match(/indexer|archiver|notifier/g);
    expect([...new Set(followers)].sort()).toEqual(['archiver', 'indexer', 'notifier']);
  });

  test('what an account had set up holds', async () => {
    const [tracker] = (await v3('GET', '/trackers')).body.trackers;
    expect(tracker).toMatchObject({
      tracker_name: 'system',
      kms_id: expected.key,
      is_support_validate: true,
      obs_info: { bucket_name: expected.bucket, file_prefix_name: 'kept' },
    });
    expect((await v3('GET', '/notifications/smn')).body.notifications).toMatchObject([
      { notification_name: 'deletions', topic_id: expected.topic },
    ]);
    const smn = await house.call('GET', `/v2/${expected.project}/notifications/subscriptions`, { token });
    expect(smn.body.subscriptions).toMatchObject([{ endpoint: expected.endpoint, status: 1 }]);
    expect((await v3('GET', '/keys')).body.keys).toMatchObject([{ id: expected.key, alias: 'archive' }]);
    expect(inMetadata('SELECT * FROM smn_deliveries').length).toBeGreaterThan(0);
  });

  test('those who had access have it', async () => {
    const jane = await house.signIn({ name: 'jane', project: 'local' });
    expect(jane.roles).toContain('system_all_cts_readonly');
    const sent = await house.call('POST', `/v3/${expected.project}/traces`, {
      headers: { authorization: `Bearer ${expected.ingestKey}` },
      body: { traces: [] },
    });
    expect(sent.status).toBe(400);
    const { access, secret } = expected.access;
    const [row] = inMetadata<{ sealed_secret: string }>('SELECT sealed_secret FROM access_keys');
    const rootKey = (await readRootKey(house.directory, '')) as Buffer;
    expect(new Sealer(rootKey, 'access key').open(row?.sealed_secret ?? '', access)).toBe(secret);
  });

  test('its metadata has come to the schema that a new one has', async () => {
    const fresh = path.join(house.directory, 'fresh.db');
    await (await openMetadata(fresh)).destroy();
    const schemaOf = (database: string) => {
      const sqlite = openSqlite(database);
      const rows = sqlite.prepare('SELECT type, name, sql FROM sqlite_master ORDER BY type, name').all();
      sqlite.close();
      return rows;
    };
    expect(schemaOf(path.join(house.directory, 'metadata.db'))).toEqual(schemaOf(fresh));
  });
});
