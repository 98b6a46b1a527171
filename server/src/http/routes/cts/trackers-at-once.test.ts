import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectMetadata, type Metadata } from '../../../metadata/index.ts';
import { House } from '../../../testing/house.ts';

const AT_ONCE = 10;
const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
let metadata: Metadata;
beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
  metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
}, 60_000);
afterAll(async () => {
  await metadata.destroy();
  await house.stop();
});

const send = (method: string, body: unknown) =>
  house.call(method, `/v3/${admin.projectId}/tracker`, { token: admin.token, body });
const data = (name: string, tracked: string, data_event: string[], obs_info?: object) => ({
  tracker_type: 'data',
  tracker_name: name,
  data_bucket: { data_bucket_name: tracked, data_event },
  obs_info,
});
const made = (bucket_name: string) => ({ bucket_name, is_obs_created: true });
const each = <Result>(work: (i: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, i) => work(i)));
/** Buckets as they lie in the store, and as they are written down. */
async function buckets(begin: string): Promise<[string[], string[]]> {
  const rows = await metadata.selectFrom('buckets').select('name').orderBy('name').execute();
  const folders = await readdir(path.join(house.directory, 'objects')).catch(() => []);
  const some = (names: string[]) => names.filter((name) => name.startsWith(begin));
  return [some(folders.sort()), some(rows.map(({ name }) => name))];
}
const trackers = async () =>
  (await house.call('GET', `/v3/${admin.projectId}/trackers`, { token: admin.token })).body.trackers as {
    tracker_name: string;
    obs_info: { bucket_name: string };
    data_bucket?: { data_bucket_name: string; data_event: string[] };
  }[];

describe('at the same moment', () => {
  test('one of many data trackers gets the same operations of the same bucket; the others leave no bucket', async () => {
    const answers = await each((i) =>
      send('POST', data(`same-${i}`, 'sales', ['READ'], made(`to-same-${i}`))),
    );
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.map(({ body }) => body.error_code)).toEqual(Array(AT_ONCE - 1).fill('CTS.0209'));
    const winner = (await trackers()).filter((tracker) => tracker.data_bucket?.data_bucket_name === 'sales');
    expect(winner).toHaveLength(1);
    const kept = winner.map(({ obs_info }) => obs_info.bucket_name);
    expect(await buckets('to-same-')).toEqual([kept, kept]);
  });

  test('changed trackers do not come to share operations either', async () => {
    await each((i) => send('POST', data(`turn-${i}`, `turn-${i}-of-them`, ['READ'])));
    for (let round = 0; round < 5; round++) {
      const bucket = `turn-${round}-of-them`;
      await Promise.all([
        send('PUT', data(`turn-${round}`, bucket, ['READ', 'WRITE'])),
        send('POST', data(`other-${round}`, bucket, ['WRITE'])),
      ]);
      const events = (await trackers())
        .filter((tracker) => tracker.data_bucket?.data_bucket_name === bucket)
        .flatMap((tracker) => tracker.data_bucket?.data_event);
      expect(events.sort()).toEqual(['READ', 'WRITE']);
    }
  });

  test('of two changes of one tracker none is lost unseen', async () => {
    await send('POST', data('changed', 'changed-bucket', ['READ']));
    const before = { tracker_type: 'data', tracker_name: 'changed' };
    const [one, two] = await Promise.all([
      send('PUT', { ...before, status: 'disabled' }),
      send('PUT', { ...before, data_bucket: { data_event: ['READ', 'WRITE'] } }),
    ]);
    const now = (await trackers()).find(({ tracker_name }) => tracker_name === 'changed');
    expect(now).toMatchObject({
      status: one.status === 200 ? 'disabled' : 'enabled',
      data_bucket: { data_event: two.status === 200 ? ['READ', 'WRITE'] : ['READ'] },
    });
    expect([one.status, two.status].filter((status) => ![200, 409].includes(status))).toEqual([]);
  });

  test('many data trackers get one bucket that is there, whether the service knows it already or not', async () => {
    await mkdir(path.join(house.directory, 'objects', 'lay-there'), { recursive: true });
    for (const round of ['unknown', 'known']) {
      const answers = await each((i) =>
        send('POST', data(`${round}-${i}`, `${round}-${i}`, ['READ'], { bucket_name: 'lay-there' })),
      );
      expect(answers.map(({ status, body }) => [status, body.error_msg])).toEqual(
        Array(AT_ONCE).fill([201, undefined]),
      );
    }
    // Nothing stays of the trials, and none removed that of another before it was looked for.
    expect(await readdir(path.join(house.directory, 'objects', 'lay-there'))).toEqual([]);
  });

  test('whoever makes a bucket gets it, whoever else wants it meanwhile', async () => {
    for (let round = 0; round < 5; round++) {
      const bucket_name = `wanted-${round}`;
      const [first, ...others] = await each((i) =>
        send(
          'POST',
          data(`w${round}-${i}`, `w${round}-${i}`, ['READ'], { bucket_name, is_obs_created: i === 0 }),
        ),
      );
      expect([first?.status, first?.body.error_msg]).toEqual([201, undefined]);
      // The bucket may not have been there yet for them; it is, whatever became of them.
      expect(others.filter(({ status }) => ![201, 400, 409].includes(status))).toEqual([]);
      expect(await buckets(bucket_name)).toEqual([[bucket_name], [bucket_name]]);
    }
  });

  test('a management tracker is made once, and the others leave no bucket', async () => {
    const answers = await each((i) =>
      send('POST', { tracker_type: 'system', tracker_name: 'system', obs_info: made(`to-system-${i}`) }),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const [{ obs_info } = { obs_info: { bucket_name: '' } }] = (await trackers()).filter(
      ({ tracker_name }) => tracker_name === 'system',
    );
    expect(await buckets('to-system-')).toEqual([[obs_info.bucket_name], [obs_info.bucket_name]]);
  });
});

describe('a tracker that is refused leaves no bucket', () => {
  test('since it tracks nothing', async () => {
    const nothing = { tracker_type: 'data', tracker_name: 'nothing', obs_info: made('for-nothing') };
    expect((await send('POST', nothing)).body.error_code).toBe('CTS.0210');
    expect(await buckets('for-nothing')).toEqual([[], []]);
  });

  test.each([
    ['made', 'INSERT ON trackers', 'POST'],
    ['changed', 'UPDATE ON trackers', 'PUT'],
    ['noted, its bucket', 'INSERT ON buckets', 'POST'],
  ])('since it cannot be %s', async (what, when, method) => {
    const begin = `cannot-${what.slice(0, 5)}`;
    if (method === 'PUT') expect((await send('POST', data(begin, begin, ['READ']))).status).toBe(201);
    await sql`${sql.raw(`CREATE TRIGGER broken BEFORE ${when} BEGIN SELECT raise(ABORT, 'broken'); END`)}`.execute(
      metadata,
    );
    const { status } = await send(method, data(begin, begin, ['READ'], made(`${begin}-bucket`)));
    await sql`DROP TRIGGER broken`.execute(metadata);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(await buckets(begin)).toEqual([[], []]);
    const again = await send(method, data(begin, begin, ['READ'], made(`${begin}-bucket`)));
    expect(again.status, JSON.stringify(again.body)).toBeLessThan(300);
  });
});
