import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Exact, OpenCtsClient } from '@opencts/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House, PASSWORD, trace } from '../testing/house.ts';
import { administer, NOUNS } from './index.ts';
import { followed } from './traces.ts';

const house = new House();
beforeAll(() => house.start({ OPENCTS_REGIONS: 'eu-de,eu-nl', OPENCTS_TRANSFER_CYCLE: '1' }), 60_000);
afterAll(() => house.stop());

/** Runs a command as a shell would; words are separated by single spaces. */
async function opencts(line: string, env: Record<string, string> = {}) {
  const [noun = '', ...argv] = line
    .split(' ')
    .map((word) => (word.includes('/') ? word : word.replaceAll('_', ' ')));
  const told = { out: '', err: '' };
  const before = { out: process.stdout.write, err: process.stderr.write, env: process.env };
  const into = (stream: 'out' | 'err') =>
    ((text: string) => {
      told[stream] += text;
      return true;
    }) as typeof process.stdout.write;
  process.stdout.write = into('out');
  process.stderr.write = into('err');
  process.env = { ...before.env, OPENCTS_URL: house.app.url, OPENCTS_PASSWORD: PASSWORD, ...env };
  try {
    return { code: await administer(noun, argv), ...told };
  } finally {
    process.stdout.write = before.out;
    process.stderr.write = before.err;
    process.env = before.env;
  }
}

const json = async (line: string) => JSON.parse((await opencts(`${line} --output json`)).out);

test('a new colleague: user, group, role, key, and what comes of it', async () => {
  const made = await opencts('users create jane');
  const password = /password +(\S+)/.exec(made.out)?.[1] as string;
  expect(password).toMatch(/^[a-z0-9]{5}(-[a-z0-9]{5}){3}$/);
  for (const line of [
    'groups create auditors --description reads_only',
    'groups add-user auditors jane',
    'roles grant CTS_ReadOnlyAccess auditors --in eu-nl',
    'keys create jane --description laptop',
  ]) {
    expect(await opencts(line), line).toMatchObject({ code: 0, err: '' });
  }
  expect((await opencts('groups members auditors')).out).toMatch(/^name +id +enabled\njane /);
  expect((await opencts('keys list jane')).out).toMatch(/jane +active .* laptop\n$/);
  const jane = { OPENCTS_USER: 'jane', OPENCTS_PASSWORD: password };
  expect(await opencts('trackers list', jane)).toMatchObject({ code: 0, out: 'none\n' });
  expect(await opencts('trackers enable-cts', jane)).toMatchObject({
    code: 1,
    err: expect.stringContaining('your roles do not allow cts:tracker:create'),
  });
  await opencts('users disable jane');
  expect((await opencts('trackers list', jane)).code).toBe(1);
  await opencts('users enable jane');
  await opencts('users set-password jane', { OPENCTS_NEW_PASSWORD: 'chosen password' });
  expect((await opencts('trackers list', { ...jane, OPENCTS_PASSWORD: 'chosen password' })).code).toBe(0);
  await opencts('roles revoke CTS_ReadOnlyAccess auditors --in eu-nl');
  expect((await opencts('trackers list', { ...jane, OPENCTS_PASSWORD: 'chosen password' })).err).toContain(
    'you may enter no project',
  );
  const [key] = await json('keys list jane');
  expect(await opencts(`keys delete ${key.access}`)).toMatchObject({ code: 0 });
  expect(await opencts('groups delete auditors')).toMatchObject({ code: 0 });
  expect(await opencts('users delete jane')).toMatchObject({ code: 0 });
  expect((await json('users list')).map(({ name }: { name: string }) => name)).toEqual(['admin']);
});

test('recording: enabled, tracked, transferred, switched off', async () => {
  expect((await opencts('trackers enable-cts --project eu-nl')).out).toBe('CTS is now enabled\n');
  expect((await opencts('trackers enable-cts --project eu-nl')).out).toBe('CTS was enabled already\n');
  for (const line of [
    'trackers create reads sales --events READ --project eu-nl',
    'buckets create audit-archive --project eu-nl',
    'trackers transfer system audit-archive --prefix prod --verify --project eu-nl',
    'trackers disable reads --project eu-nl',
  ]) {
    expect(await opencts(line), line).toMatchObject({ code: 0, err: '' });
  }
  const [system, reads] = await json('trackers list --project eu-nl');
  expect(system).toMatchObject({
    bucket: 'audit-archive',
    is_support_validate: true,
    obs_info: { file_prefix_name: 'prod' },
  });
  expect(reads).toMatchObject({ tracked: 'sales READ', status: 'disabled' });
  expect(await json('buckets list --project eu-nl')).toEqual([
    { name: 'audit-archive', region: 'eu-nl', lifecycle_days: 0 },
  ]);
  expect((await opencts('buckets create audit-archive --project eu-nl')).err).toContain('exists already');
  expect((await opencts('trackers transfer system absent --project eu-nl')).err).toContain(
    'opencts buckets create absent',
  );
  expect((await opencts('trackers delete reads --project eu-nl')).code).toBe(0);
  const { secret } = await json('ingest-keys create agent ECS --project eu-nl');
  expect(secret).toMatch(/^octs_/);
  expect((await opencts('ingest-keys list --project eu-nl')).out).toMatch(/agent +\w{32} +ECS +admin/);
  expect((await opencts('ingest-keys revoke agent --project eu-nl')).code).toBe(0);
  await expect
    .poll(async () => (await json('archive list --project eu-nl')).length, { timeout: 10_000 })
    .toBeGreaterThan(0);
});

test('a transfer ends only where that is said: a bucket that was forgotten ends nothing', async () => {
  const transfer = 'trackers transfer system';
  const bucket = async () => (await json('trackers list --project eu-nl'))[0].bucket;
  for (const [line, why] of [
    [transfer, 'BUCKET is missing; --stop ends the transfer'],
    [`${transfer} --verify`, 'BUCKET is missing'],
    [`${transfer} audit-archive --stop`, 'it takes neither a bucket nor another option'],
    [`${transfer} --stop --key=`, 'it takes neither a bucket nor another option'],
  ] as const) {
    const answer = await opencts(`${line} --project eu-nl`);
    expect(answer, line).toMatchObject({ code: 2, out: '', err: expect.stringContaining(why) });
  }
  expect(await bucket()).toBe('audit-archive');
  expect((await opencts(`${transfer} --stop --project eu-nl`)).out).toContain('transfers no longer');
  expect(await bucket()).toBe('');
  const begun = await opencts(`${transfer} audit-archive --project eu-nl`);
  expect(begun.out).toContain('opencts archive list shows them');
  expect(await bucket()).toBe('audit-archive');
});

test('commands that are printed are called as the reader calls this one', async () => {
  const env = { npm_lifecycle_event: 'opencts' };
  const transfer = await opencts('trackers transfer system audit-archive --project eu-nl', env);
  expect(transfer.out).toContain('; npm run opencts -- archive list shows them');
  expect((await opencts('users disable nobody', env)).err).toContain('see npm run opencts -- users list');
  expect((await opencts('users create', env)).err).toContain('see npm run opencts -- users create --help');
});

test('custom policies, projects, accounts', async () => {
  const file = path.join(house.directory, 'policy.json');
  await writeFile(file, '{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["cts:trace:list"]}]}');
  expect(await opencts(`roles create lister ${file}`)).toMatchObject({ code: 0 });
  expect(await json('roles show lister')).toMatchObject({ policy: { Version: '1.1' } });
  expect((await opencts('roles delete lister')).code).toBe(0);
  expect((await opencts('projects create eu-de-team')).err).toContain('begin with one and "_"');
  expect((await opencts('projects list')).out).toMatch(/eu-de .*\neu-nl /);
  expect((await opencts('accounts create acme root')).out).toMatch(/admin +root\npassword +/);
  expect((await opencts('accounts list')).out).toMatch(/acme .*\ndefault /);
});

test('trace files are listed, shown and downloaded', async () => {
  const folder = (await json('archive list --project eu-nl'))[0]?.name ?? '';
  expect(folder).toBe('CloudTraces/');
  let at = folder;
  while (at.endsWith('/')) at = (await json(`archive list ${at} --project eu-nl`))[0].name;
  expect(at).toMatch(/\/system\/CTS\/prod_CloudTrace_eu-nl_.*\.json\.gz$/);
  expect((await opencts(`archive show ${at} --project eu-nl`)).out).toMatch(
    /updateTracker +CTS +tracker +system +normal/,
  );
  const file = path.join(house.directory, 'downloaded.json.gz');
  expect(await opencts(`archive download ${at} ${file} --project eu-nl`)).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(gunzipSync(await readFile(file)).toString()).length).toBeGreaterThan(0);
  expect((await opencts(`archive download ${at} ${file} --project eu-nl`)).code).toBe(1);
  expect((await opencts('archive show CloudTraces/none --project eu-nl')).err).toContain(
    'there is no trace file',
  );
});

test('the traces of a trace file are shown to the last digit', async () => {
  const client = new OpenCtsClient({
    url: house.app.url,
    project: 'eu-nl',
    credentials: { domain: 'default', user: 'admin', password: PASSWORD },
  });
  const sent = '{"order_id":9223372036854775807,"ratio":1.0,"big":1e400,"dup":1,"dup":2}';
  await client.reportTraces([trace({ service_type: 'SHOP', details: new Exact(sent) })]);
  const lastOf = async (at: string): Promise<string> => {
    const found: { name: string }[] = await json(`archive list ${at} --project eu-nl`);
    const name = found.find(({ name }) => name.endsWith('/SHOP/'))?.name ?? found.at(-1)?.name ?? '';
    return name.endsWith('/') ? lastOf(name) : name;
  };
  await expect.poll(() => lastOf('CloudTraces/'), { timeout: 20_000 }).toContain('/SHOP/');
  const { out } = await opencts(`archive show ${await lastOf('CloudTraces/')} --project eu-nl --output json`);
  expect(out.replaceAll(/\s/g, '')).toContain(`"details":${sent}`);
  expect(out).toContain('\n      "ratio": 1.0,\n');
}, 60_000);

test('every command has help worth reading; what is wrong is named', async () => {
  for (const [noun, { commands }] of Object.entries(NOUNS)) {
    expect((await opencts(noun)).out).toContain(`opencts ${noun} COMMAND`);
    for (const verb of Object.keys(commands)) {
      const { code, out } = await opencts(`${noun} ${verb} --help`);
      expect([code, out]).toEqual([0, expect.stringContaining(`opencts ${noun} ${verb}`)]);
    }
  }
  expect(await opencts('users create')).toMatchObject({
    code: 2,
    err: expect.stringContaining('NAME is missing'),
  });
  expect(await opencts('users list x')).toMatchObject({
    code: 2,
    err: expect.stringContaining('one argument too many'),
  });
  expect(await opencts('users list --colour red')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--colour'),
  });
  expect(await opencts('users paint')).toMatchObject({
    code: 2,
    err: expect.stringContaining('no command "paint"'),
  });
  expect(await opencts('users constructor')).toMatchObject({
    code: 2,
    err: expect.stringContaining('no command "constructor"'),
  });
  expect(await opencts('users list --output xml')).toMatchObject({ code: 2 });
  expect(await opencts('users list', { OPENCTS_PASSWORD: 'wrong' })).toMatchObject({
    code: 1,
    err: expect.stringContaining('password is wrong'),
  });
  expect(await opencts('users list', { OPENCTS_URL: 'http://127.0.0.1:2' })).toMatchObject({
    code: 1,
    err: expect.stringMatching(/cannot be reached: .*; start the service, or name its address with --url/),
  });
});

test('a name that is empty, taken or unknown is named, with where to look', async () => {
  expect(await opencts('users create ')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^opencts users create: user\.name is empty; it must hold 1 to 64 of /),
  });
  await opencts('ingest-keys create taken');
  expect((await opencts('ingest-keys create taken')).err).toContain('there is already an ingest key taken');
  await opencts('groups create taken');
  expect((await opencts('groups create taken')).err).toContain('there is already a group taken');
  expect(await opencts('roles grant Nobody taken --in account')).toEqual({
    code: 2,
    out: '',
    err: 'opencts roles grant: there is no role Nobody; see opencts roles list\n',
  });
  expect((await opencts('ingest-keys revoke nobody')).err).toContain('see opencts ingest-keys list');
  expect((await opencts('users disable nobody')).err).toContain('see opencts users list');
});

test('keys are made, used by a tracker, turned off, rotated, deleted and kept', async () => {
  const key = await json('encryption-keys create archive --project eu-nl');
  expect(key).toMatchObject({ alias: 'archive', state: 'enabled' });
  const transfer = 'trackers transfer system audit-archive --project eu-nl';
  expect((await opencts(`${transfer} --key no-such`)).err).toContain('is none of the keys');
  expect((await opencts(`${transfer} --key archive`)).code).toBe(0);
  expect((await json('trackers show system --project eu-nl')).kms_id).toBe(key.id);
  expect((await opencts('encryption-keys disable archive --project eu-nl')).out).toContain('is disabled');
  expect((await json('trackers show system --project eu-nl')).detail_message).toContain('is disabled');
  expect((await opencts('encryption-keys enable archive --project eu-nl')).out).toContain('is enabled');
  expect((await opencts('encryption-keys rotate archive --project eu-nl')).out).toContain('version 2');
  expect((await opencts('encryption-keys delete archive --days 3 --project eu-nl')).err).toContain(
    'pending_days',
  );
  expect((await opencts('encryption-keys delete archive --project eu-nl')).out).toContain('is gone on');
  expect((await opencts('encryption-keys list --project eu-nl')).out).toContain('pending_deletion');
  expect((await opencts('encryption-keys cancel-deletion archive --project eu-nl')).out).toContain(
    'is disabled',
  );
  expect((await opencts(`${transfer} --key=`)).code).toBe(0);
  expect((await json('trackers show system --project eu-nl')).is_support_trace_files_encryption).toBe(false);
});

test('the quarantine is listed, shown and replayed', async () => {
  expect(await opencts('quarantine list')).toMatchObject({ code: 0, out: 'none\n' });
  const position = { segment: 1, offset: 18 };
  const record = {
    ...{ follower: 'indexer', position, reason: 'SyntaxError: no JSON', since: 0, line: '{"x\n' },
    routing: {
      ...{ recordTime: 0, traceId: '00000000-0000-4000-8000-000000000001', projectId: 'a'.repeat(32) },
      ...{ trackerName: 'system', serviceType: 'ECS', clientId: false, extra: false },
    },
  };
  const file = path.join(house.directory, 'journal/quarantine/indexer-0000000001.000000000018.ndjson');
  await writeFile(file, `${JSON.stringify(record)}\n`);
  expect((await opencts('quarantine list --follower indexer')).out).toContain(
    'indexer-1-18  SyntaxError: no JSON',
  );
  expect((await opencts('quarantine list --follower archiver')).out).toBe('none\n');
  expect(await opencts('quarantine list --follower nobody')).toMatchObject({ code: 2 });
  expect((await json('quarantine show indexer-1-18')).line).toBe('{"x');
  expect((await opencts('quarantine show indexer-1-19')).err).toContain(
    'nothing is set aside as indexer-1-19',
  );
  expect((await opencts('quarantine replay indexer-1-18')).out).toContain('1 on their way');
  const reason = async () => (await json('quarantine list'))[0].reason;
  await expect.poll(reason, { timeout: 10_000 }).toContain('InsertRefused');
});

describe('traces', () => {
  beforeAll(async () => {
    const client = new OpenCtsClient({
      url: house.app.url,
      project: 'eu-nl',
      credentials: { domain: 'default', user: 'admin', password: PASSWORD },
    });
    const traces = Array.from({ length: 450 }, (_, i) =>
      trace({
        service_type: 'CLI',
        trace_name: `step${i % 3}`,
        time: Date.now() - 3_600_000 * 30 - i * 1000,
        n: new Exact('1.0'),
      }),
    );
    expect((await client.reportTraces(traces)).accepted).toBe(450);
    await client.reportTraces([
      trace({ service_type: 'CLI', trace_name: 'odd', resource_name: 'a\u001b[31m\nb' }),
    ]);
    const { token } = await house.signIn({ project: 'eu-nl' });
    await house.searchable(token);
  });

  test('are listed by a query, of all families and times, in the words of a shell', async () => {
    const { out } = await opencts('traces list source:CLI name:step1 --limit 3 --project eu-nl');
    expect(out.match(/ step1 +CLI /g)).toHaveLength(3);
    expect((await json('traces list source:CLI --limit 449 --project eu-nl')).length).toBe(449);
    expect((await opencts('traces list --limit 1 --project eu-nl -- -source:CLI')).out).not.toContain('CLI');
    expect((await opencts('traces list source:CLI --from=-1h --project eu-nl')).out.split('\n')).toHaveLength(
      3,
    );
    const lines = (await opencts('traces list source:CLI --limit 2 --output ndjson --project eu-nl')).out;
    expect(
      lines
        .trim()
        .split('\n')
        .map((one) => JSON.parse(one).service_type),
    ).toEqual(['CLI', 'CLI']);
    expect(lines).toContain('"n":1.0');
  });

  test('what a terminal would obey is shown', async () => {
    const { out } = await opencts('traces list name:odd --project eu-nl');
    expect(out).toContain('a\\u001b[31m b');
    expect(out).not.toContain('\u001b');
  });

  test('of all projects that one may read', async () => {
    const query = 'source:CLI name:step*';
    const of = async (line: string) => (await json(`traces list ${line} ${query} --limit 1000`)).length;
    expect(await of('--project eu-de')).toBe(0);
    expect(await of('--project eu-de --all-projects')).toBe(450);
  });

  test('a query that is none is told', async () => {
    expect(await opencts('traces list nme:x --project eu-nl')).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no field nme; did you mean name?'),
    });
    expect((await opencts('traces list --from=soon --project eu-nl')).code).toBe(2);
    expect((await opencts('traces list --limit 0 --project eu-nl')).code).toBe(2);
  });

  test('an export that was broken off goes on where it was, and has each trace once', async () => {
    const file = path.join(house.directory, 'traces.ndjson');
    const run = () => opencts(`traces export ${file} source:CLI name:step* --project eu-nl`);
    expect(await run()).toMatchObject({ code: 0, out: expect.stringMatching(/traces +450\n/) });
    const whole = await readFile(file, 'utf8');
    expect(
      new Set(
        whole
          .trim()
          .split('\n')
          .map((one) => JSON.parse(one).trace_id),
      ).size,
    ).toBe(450);
    await writeFile(file, `${whole.split('\n').slice(0, 123).join('\n')}\n`);
    expect((await run()).code).toBe(0);
    expect(await readFile(file, 'utf8')).toBe(whole);
    await writeFile(file, whole.slice(0, 1000));
    expect((await run()).err).toContain('ends in the middle of a line');
    expect(await readFile(file, 'utf8')).toBe(whole.slice(0, 1000));
  });

  test('that come are followed, each once', async () => {
    const client = new OpenCtsClient({
      url: house.app.url,
      project: 'eu-nl',
      credentials: { domain: 'default', user: 'admin', password: PASSWORD },
    });
    const path = { project_id: await client.projectId() };
    const ended = new AbortController();
    const context = { client, api: client.api, path, args: { QUERY: 'source:CLI' }, options: {} };
    const seen: string[] = [];
    const following = (async () => {
      for await (const one of followed(context, ended.signal)) seen.push(one.trace_name);
    })();
    await expect.poll(() => seen.length).toBe(10);
    // Also one that happened long ago.
    const early = { time: Date.now() - 3 * 86_400_000 };
    await client.reportTraces([trace({ service_type: 'CLI', trace_name: 'first', ...early }), trace()]);
    await expect.poll(() => seen.slice(10)).toEqual(['first']);
    await client.reportTraces([trace({ service_type: 'CLI', trace_name: 'second' })]);
    await expect.poll(() => seen.slice(10)).toEqual(['first', 'second']);
    ended.abort();
    await following;
  });
});
