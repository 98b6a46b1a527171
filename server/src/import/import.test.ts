import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, PASSWORD } from '../testing/house.ts';
import { opencts as run } from './testing/opencts.ts';

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

const opencts = (
  args: string[],
  env: Record<string, string> = { OPENCTS_PASSWORD: PASSWORD },
  [format, into]: [string, House] = ['cloudtrail', house],
) => run(into, [format, ...args], env);

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
  expect(out).toContain('2 records read in 1 file: 2 accepted, 0 duplicates, 0 not recorded, 2 refused');
  expect(err).toMatch(/record 3 .*nested deeper than/);
  expect(err).toContain(
    `${file}: line 1, record 2 (byte ${`{"Records":[${good[0]},`.length}): the record is not valid JSON`,
  );
  expect((await opencts([file])).out).toContain('0 accepted, 2 duplicates');
});

test('what of it comes into no bucket, or into nothing else, is told', async () => {
  const old = { transfer: record('"n":3').replace(/"eventTime":"\d{4}/, '"eventTime":"2020') };
  const data = record('"n":4,"eventCategory":"Data"').replaceAll('shop.', 's3.');
  const [first, second] = [await fileOf('late', [old.transfer]), await fileOf('without', [record('"n":5')])];
  const late = 'The trace list does not show 1 trace older than it keeps: ';
  const { code, out } = await opencts([first]);
  expect([code, out]).toEqual([0, expect.stringContaining(`${late}they are only in trace files.`)]);
  expect(out).not.toContain('archive');

  const change = (obs_info: object, more = {}) =>
    house.call('PUT', `/v3/${projectId}/tracker`, {
      token,
      body: { tracker_type: 'system', tracker_name: 'system', obs_info, ...more },
    });
  await change({}, { management_event_selector: { exclude_service: ['KMS'] } });
  expect((await opencts([second])).out).toContain(
    'Traces of data keys (KMS) are not archived: the tracker system leaves them out.',
  );
  await change({ bucket_name: '' });
  const without = 'To archive them: opencts trackers transfer system BUCKET --create-bucket --also-listed';
  const again = (await opencts([first])).out;
  expect(again).toContain(without);
  expect(again).toContain(`${late}without a transfer, they can be found only by their trace_id.`);

  // What nothing records is told as that.
  expect((await opencts([await fileOf('data', [data])])).out).not.toContain('archive');
  expect((await opencts(['--dry-run', second])).out).not.toContain('archive');
  expect((await opencts(['--help'])).out).toContain('have none, and how many traces are older');
});

const given = (name: string) =>
  record(`"userIdentity":{"type":"Root","accountId":"1"},"name":${JSON.stringify(name)}`);

test('a folder is read by content: what is refused is kept, and can be imported once it is mended', async () => {
  const folder = path.join(house.directory, 'synced');
  await mkdir(path.join(folder, 'deep'), { recursive: true });
  const broken = given('broken').slice(0, -1);
  await Promise.all([
    writeFile(path.join(folder, 'a.log'), `{"Records":[${given('log')}]}`),
    writeFile(path.join(folder, 'deep', 'b'), gzipSync(`${given('b1')}\n${broken}\n${given('b2')}\n`)),
    writeFile(path.join(folder, 'c.json'), '{"awsAccountId":"1","digestStartTime":"x","logFiles":[]}'),
    writeFile(path.join(folder, 'flow.txt'), '2 1 eni-1 10.0.0.1 443 ACCEPT OK\n'),
    writeFile(path.join(folder, 'old'), given('old').replace(/"eventTime":"\d{4}/, '"eventTime":"1999')),
  ]);
  const kept = path.join(house.directory, 'rejected.ndjson');
  const { code, out, err } = await opencts([folder, '--rejected', kept]);
  expect(code).toBe(1);
  expect(out).toContain('4 records read in 5 files: 3 accepted, 0 duplicates, 0 not recorded, 2 refused');
  expect(out).toContain('refused 1: the record is not valid JSON\n');
  expect(out).toContain('refused 1: time is outside of what the service takes');
  expect(out).toContain('skipped 1: digest\n');
  expect(out).toContain('skipped 1: other file\n');
  expect(out).toContain(`What was refused is in ${kept}.`);
  expect(err).toContain(
    `${path.join(folder, 'deep', 'b')}: line 2, record 2 (byte ${given('b1').length + 1}): `,
  );
  expect(err).toContain(`${path.join(folder, 'old')}: line 1, record 1 (byte 0): time`);

  const lines = (await readFile(kept, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { record: string });
  expect(lines.map((line) => line.record.trim()).sort()).toEqual(
    [expect.stringContaining('"eventTime":"1999'), broken].sort(),
  );
  const mended = lines.map(({ record: text, ...rest }) => {
    const whole = text.includes('"eventTime":"1999') ? text.replace('1999', '2026') : `${text}}`;
    return JSON.stringify({ ...rest, record: whole });
  });
  await writeFile(kept, mended.join('\n'));
  expect((await opencts([kept])).out).toContain('2 records read in 1 file: 2 accepted');
  // What is there is not written over.
  expect(await opencts([folder, '--rejected', kept])).toMatchObject({
    code: 2,
    err: `opencts import: --rejected ${kept}: it exists, and what is in it is not written over; name a new file\n`,
  });
  const nowhere = path.join(house.directory, 'nowhere', 'kept');
  expect(await opencts([folder, '--rejected', nowhere])).toMatchObject({
    code: 2,
    err: `opencts import: --rejected ${nowhere}: its folder does not exist\n`,
  });
});

test('a link of a folder that leads nowhere costs only itself', async () => {
  const folder = path.join(house.directory, 'linked');
  await mkdir(folder);
  await symlink('/nowhere', path.join(folder, 'a'));
  await writeFile(path.join(folder, 'b'), given('beside a link'));
  const { code, out, err } = await opencts([folder]);
  expect([code, out]).toEqual([
    1,
    expect.stringContaining('1 accepted, 0 duplicates, 0 not recorded, 1 refused'),
  ]);
  expect(err).toContain(`${path.join(folder, 'a')}: it cannot be read: `);
});

test.each([[[]], [['--shift-to-now']]])(
  'Ctrl-C ends the reading of idle standard input %j',
  async (options) => {
    const input = new PassThrough();
    const stdin = Object.getOwnPropertyDescriptor(process, 'stdin') as PropertyDescriptor;
    Object.defineProperty(process, 'stdin', { value: input, configurable: true });
    try {
      input.write(`${given('idle')}\n${given('half').slice(0, 60)}`);
      const answer = opencts(['-', '--dry-run', ...options]);
      await new Promise((resolve) => setTimeout(resolve, 300));
      process.emit('SIGINT');
      expect(await answer).toMatchObject({
        code: 130,
        out: expect.stringMatching(/^0 records read .* 0 refused.*\nInterrupted\./),
      });
    } finally {
      Object.defineProperty(process, 'stdin', stdin);
    }
  },
);

test('traces that were refused can be imported once they are mended', async () => {
  const trace = (name: string) =>
    `{"time":${Date.now()},"trace_name":"${name}","trace_type":"ApiCall","trace_rating":"normal","service_type":"ECS","resource_type":"ecs","user":{"name":"jane","id":"1","domain":{"id":"d","name":"d"}},"trace_id":"${name}"}`;
  const [file, kept] = ['mended.ndjson', 'mended.rejected'].map((name) =>
    path.join(house.directory, name),
  ) as [string, string];
  const odd = trace('odd').replace('"normal"', '"odd"');
  await writeFile(file, `${trace('good')}\n${odd}\n${trace('cut').slice(0, -1)}\n`);
  const first = await opencts([file, '--rejected', kept], undefined, ['cts', house]);
  expect(first).toMatchObject({ code: 1, out: expect.stringContaining('1 accepted') });
  const lines = (await readFile(kept, 'utf8')).trim().split('\n');
  const mended = lines.map((line) => {
    const refused = JSON.parse(line) as { record: string };
    const record = refused.record.trim().replace('"trace_rating":"odd"', '"trace_rating":"normal"');
    return JSON.stringify({ ...refused, record: record.endsWith('}') ? record : `${record}}` });
  });
  await writeFile(file, mended.join('\n'));
  const again = await opencts([file], undefined, ['cts', house]);
  expect([again.code, again.out]).toEqual([
    0,
    expect.stringContaining('2 records read in 1 file: 2 accepted'),
  ]);
});

test.each([
  ['nothing in it', {}, 'Nothing was read'],
  ['other files alone', { 'flow.txt': '2 1 eni-1 ACCEPT OK\n' }, 'skipped 1: other file'],
])('a folder with %s is an error', async (name, files, told) => {
  const folder = path.join(house.directory, name);
  await mkdir(folder);
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text);
  expect(await opencts([folder])).toMatchObject({ code: 1, out: expect.stringContaining(told) });
});

test.each([
  ['a file that is not there', ['/nowhere'], 1, 'there is no such file'],
  ['an option that is none', ['--nonsense', '.'], 2, '--nonsense'],
  ['no days', ['--shift-to-now', '--retention-days', 'x', '.'], 2, '--retention-days is x'],
  ['a token file that is not there', ['--token-file', '/nowhere', '.'], 1, '/nowhere'],
])('%s is told in a sentence', async (_, args, code, told) => {
  const answer = await opencts(args as string[]);
  expect(answer).toMatchObject({ code, err: expect.stringContaining(told as string) });
  expect(answer.err).not.toContain('    at ');
});

test('without a password and a terminal it says where the password comes from', async () => {
  const file = await fileOf('asked', [given('asked')]);
  const { code, err } = await opencts([file], {});
  expect([code, err]).toEqual([1, expect.stringContaining('put it into OPENCTS_PASSWORD')]);
});

test('what is invoked is recorded as management by choice', async () => {
  const invoked = given('invoked').replace('{', '{"eventCategory":"Data",');
  const file = await fileOf('invoked', [invoked]);
  const before = await opencts([file]);
  expect(before).toMatchObject({ code: 1, out: expect.stringContaining('with --data-as-management') });
  const after = await opencts([file, '--data-as-management']);
  expect(after).toMatchObject({ code: 0, out: expect.stringContaining('1 accepted') });
});

test('records of months come into the trace list of a week', async () => {
  const months = [0, 40, 80].map((days) =>
    given(`day ${days}`).replace(
      /"eventTime":"[^"]*"/,
      `"eventTime":"${new Date(Date.UTC(2024, 0, 1 + days)).toISOString()}"`,
    ),
  );
  const { code, out, err } = await opencts([await fileOf('months', months), '--shift-to-now']);
  expect(err).toContain('The records cover 80.0 days, the trace list keeps 7');
  expect([code, out]).toEqual([0, expect.stringContaining('3 accepted')]);
  expect(out).not.toContain('does not show');
});

const CASES = path.resolve(import.meta.dirname, '../../../../shared/cases/import');

test.skipIf(!existsSync(CASES)).each([
  ['one-broken-line.ndjson', 3, 1, 'line 2'],
  ['two-documents.json', 2, 0, ''],
  ['bom.json', 1, 0, ''],
  ['at-timestamp.ndjson', 1, 0, ''],
  ['extension.log', 1, 0, ''],
])('the case %s: %i records', async (name, records, code, told) => {
  const answer = await opencts(['--dry-run', path.join(CASES, name)]);
  expect(answer.out).toMatch(new RegExp(`^${records} records? read`));
  expect([answer.code, answer.err]).toEqual([code, expect.stringContaining(told)]);
});

test('trace files of another service come in with the ids of their traces', async () => {
  const folder = path.join(house.directory, 'objects', 'audit-archive');
  const other = new House();
  try {
    await other.start({});
    const env = { OPENCTS_PASSWORD: PASSWORD };
    const { code, out } = await opencts([folder, '--enable'], env, ['cts', other]);
    expect([code, out]).toEqual([0, expect.stringMatching(/[1-9]\d* records read .* 0 refused/)]);
    const again = await opencts([folder], env, ['cts', other]);
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining(': 0 accepted, ') });

    const signed = await other.signIn({ project: 'local' });
    await other.searchable(signed.token);
    const answer = await other.call('GET', `/v3/${signed.projectId}/traces?trace_name=CreateOrder`, {
      token: signed.token,
    });
    expect(answer.body).toMatchObject({
      traces: expect.arrayContaining([
        expect.objectContaining({
          trace_id: 'f0cce5bc-5f9e-4ee1-bb48-e20fecb32403',
          source_project_id: projectId,
        }),
      ]),
    });
  } finally {
    await other.stop();
  }
}, 60_000);

test.each([
  ['cts', '--data-as-management'],
  ['cloudtrail', '--public-key=x'],
])('%s with %s is a wrong command line', async (format, option) => {
  const answer = await opencts(['.', option], {}, [format, house]);
  expect(answer).toMatchObject({
    code: 2,
    err: expect.stringContaining('--data-as-management is for cloudtrail'),
  });
});

test.each([
  [['--url=nonsense'], {}, '--url (OPENCTS_URL) is nonsense; it must be an address that begins with http'],
  [['--url=http://127.0.0.1:9'], {}, 'http://127.0.0.1:9 cannot be reached'],
  [['--token-file=nowhere'], {}, '--token-file nowhere: there is no such file'],
  [['--token-file=/'], {}, '--token-file /: it cannot be read (EISDIR)'],
  [['--public-key=nowhere'], {}, '--public-key nowhere: there is no such file'],
  [['--public-key=package.json'], {}, '--public-key package.json: it is no public key'],
  [
    [],
    { OPENCTS_PASSWORD: '' },
    'no terminal to ask for the password of admin (account default) at http://127.0.0.1:',
  ],
  [[], { OPENCTS_PASSWORD: 'not-it' }, 'the account, the user or the password is wrong'],
  [['--project=nowhere'], {}, 'there is no project nowhere'],
])('%j with %j is refused in one line that says what to change', async (options, env, said) => {
  const given: Record<string, string> = { OPENCTS_PASSWORD: PASSWORD, ...env };
  const { code, err } = await opencts(['package.json', ...options], given, ['cts', house]);
  expect(err).toMatch(/^opencts import: [^\n]+\n$/);
  expect(err).toContain(said);
  expect([1, 2]).toContain(code);
});

test.skipIf(!existsSync(CASES))('the case of a trace file is taken', async () => {
  const file = path.join(CASES, 'cts-trace-file-line.ndjson');
  expect(await opencts([file], undefined, ['cts', house])).toMatchObject({
    out: expect.stringContaining('1 record read in 1 file: 1 accepted'),
  });
});
