import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, PASSWORD } from '../testing/house.ts';
import { importCommand } from './index.ts';

const house = new House();
let token: string;
let projectId: string;

beforeAll(async () => {
  await house.start({ OPENCTS_TRANSFER_CYCLE: '1' });
  ({ token, projectId } = await house.signIn({ project: 'local' }));
  const tracker = {
    tracker_type: 'system',
    tracker_name: 'system',
    obs_info: { bucket_name: 'audit-archive', is_obs_created: true },
  };
  expect(await house.call('POST', `/v3/${projectId}/tracker`, { token, body: tracker })).toMatchObject({
    status: 201,
  });
}, 60_000);
afterAll(() => house.stop());

const ODD =
  '{"order_id":9223372036854775807,"price":0.1234567890123456789,"ratio":1.0,"big":1e400,"dup":1,"dup":2,"7":"b","1":"\\u0061"}';

const record = (members: string) =>
  `{"eventVersion":"1.08","eventTime":"${new Date().toISOString()}","eventSource":"shop.amazonaws.com","eventName":"CreateOrder",${members}}`;

async function fileOf(name: string, records: string[]): Promise<string> {
  const file = path.join(house.directory, `${name}.json`);
  await writeFile(file, `{"Records":[${records.join(',')}]}`);
  return file;
}

async function opencts(args: string[]) {
  const told = { out: '', err: '' };
  const before = { out: process.stdout.write, err: process.stderr.write };
  const into = (stream: 'out' | 'err') =>
    ((text: string) => {
      told[stream] += text;
      return true;
    }) as typeof process.stdout.write;
  process.stdout.write = into('out');
  process.stderr.write = into('err');
  process.env.OPENCTS_PASSWORD = PASSWORD;
  try {
    return { code: await importCommand(['cloudtrail', ...args, '--url', house.app.url]), ...told };
  } finally {
    process.stdout.write = before.out;
    process.stderr.write = before.err;
    delete process.env.OPENCTS_PASSWORD;
  }
}

/** The text of all files below a folder. */
async function textsIn(folder: string): Promise<string> {
  const entries = await readdir(path.join(house.directory, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = files.map(async ({ parentPath, name }) => {
    const bytes = await readFile(path.join(parentPath, name));
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  });
  return (await Promise.all(texts)).join('\n');
}

test('a record comes to the last digit into the journal, the list and the trace file', async () => {
  const identity = `"userIdentity":{"type":"IAMUser","userName":"jane","accountId":"1","serial":12345678901234567890,"sessionContext":{"level":1.0}}`;
  const file = await fileOf('odd', [
    record(
      `${identity},"eventID":"f0cce5bc-5f9e-4ee1-bb48-e20fecb32403","requestParameters":${ODD},"responseElements":[${ODD}],"additionalEventData":${ODD},"sequence":-0.0`,
    ),
  ]);
  expect(await opencts([file])).toMatchObject({ code: 0, out: expect.stringContaining('1 accepted') });
  await house.searchable(token);
  const inText = (text: string) => JSON.stringify(text).slice(1, -1);
  const kept = [
    `"request":"${inText(ODD)}"`,
    `"response":"[${inText(ODD)}]"`,
    `"additional_event_data":${ODD}`,
    '"sequence":-0.0',
    '"serial":12345678901234567890',
    '"level":1.0',
  ];

  const answer = await fetch(`${house.app.url}/v3/${projectId}/traces?service_type=SHOP`, {
    headers: { 'x-auth-token': token },
  });
  const list = await answer.text();
  for (const text of kept) expect(list).toContain(text);

  const journal = (await textsIn('journal')).replaceAll('\\\\', '\\').replaceAll('\\"', '"');
  for (const text of [`"request":"${ODD}"`, ...kept.slice(2)]) {
    expect(journal).toContain(text.replaceAll('\\\\', '\\'));
  }

  await expect
    .poll(() => textsIn('objects').catch(() => ''), { timeout: 20_000 })
    .toContain('"sequence":-0.0');
  const files = await textsIn('objects');
  for (const text of kept.slice(0, 4)) expect(files).toContain(text);
}, 60_000);

test('what is broken costs only itself, and is told with its place', async () => {
  const good = [1, 2].map((n) => record(`"userIdentity":{"type":"Root","accountId":"1"},"n":${n}`));
  const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
  const file = await fileOf('broken', [
    good[0] as string,
    record('"n":01'),
    record(`"requestParameters":{"a":${deep}}`),
    good[1] as string,
  ]);
  const { code, out, err } = await opencts([file]);
  expect(code).toBe(1);
  expect(out).toContain('2 records read: 2 accepted, 0 duplicates, 0 rejected');
  expect(err).toMatch(/record 3 .*nested deeper than/);
  expect(err).toContain(
    `${file}: record 2 (byte ${`{"Records":[${good[0]},`.length}): the record is not valid JSON`,
  );
  expect((await opencts([file])).out).toContain('0 accepted, 2 duplicates');
});

test('what of it comes into no bucket, or into nothing else, is told', async () => {
  const old = { transfer: record('"n":3').replace(/"eventTime":"\d{4}/, '"eventTime":"2020') };
  const data = record('"n":4,"eventCategory":"Data"').replaceAll('shop.', 's3.');
  const [first, second] = [await fileOf('late', [old.transfer]), await fileOf('without', [record('"n":5')])];
  const late = 'The trace list does not show 1, which are older than it reaches: ';
  const { code, out } = await opencts([first]);
  expect([code, out]).toEqual([0, expect.stringContaining(`${late}they are in trace files alone.`)]);
  expect(out).not.toContain('In no bucket');

  const change = (obs_info: object, more = {}) =>
    house.call('PUT', `/v3/${projectId}/tracker`, {
      token,
      body: { tracker_type: 'system', tracker_name: 'system', obs_info, ...more },
    });
  await change({}, { management_event_selector: { exclude_service: ['KMS'] } });
  expect((await opencts([second])).out).toContain(
    'In no bucket: traces of data keys (KMS), which the tracker system leaves out.',
  );
  await change({ bucket_name: '' });
  const without = 'In no bucket: what the tracker system recorded, since it has no transfer.';
  const again = (await opencts([first])).out;
  expect(again).toContain(without);
  expect(again).toContain(`${late}without a transfer, only who knows their trace_id finds them.`);

  // What nothing records is told as that.
  expect((await opencts([await fileOf('data', [data])])).out).not.toContain('In no bucket');
  expect((await opencts(['--dry-run', second])).out).not.toContain('In no bucket');
  expect((await opencts(['--help'])).out).toContain('none, and how many traces are older');
});
