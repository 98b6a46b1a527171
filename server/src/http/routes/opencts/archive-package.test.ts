import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { administer } from '../../../cli/index.ts';
import { verifyCommand } from '../../../evidence/index.ts';
import { connectMetadata } from '../../../metadata/index.ts';
import { DirectoryStore } from '../../../objects/index.ts';
import { House, PASSWORD, trace } from '../../../testing/house.ts';
import { logged } from '../../../testing/logged.ts';
import { until } from '../../../testing/until.ts';

const FIRST = 'first-archive';
const SECOND = 'second-archive';
const HOUR = 3_600_000;
const TEAM = 'local_team';

const house = new House();
type Caller = Awaited<ReturnType<House['signIn']>>;
let owner: Caller;
let team: Caller;
let objects: DirectoryStore;
let directory: string;
let key: string;
/** The package as it was downloaded, and where it was unpacked. */
let tar: Buffer;
let unpacked: string;
let begin: number;
/** Keys of each bucket when the package was made. */
const there = new Map<string, string[]>();

const now = () => Date.now() + house.skew;
const tracker = { tracker_type: 'system', tracker_name: 'system' };
const call = (caller: Caller, method: string, route: string, body?: unknown) =>
  house.call(method, `/v3/${caller.projectId}${route}`, { token: caller.token, body });
const keysIn = async (bucket: string) => (await objects.list(bucket)).objects.map((one) => one.key);

async function transfer(caller: Caller, bucket: string, create: boolean, more = {}): Promise<void> {
  const obs_info = { bucket_name: bucket, is_obs_created: create };
  const change = { obs_info, is_support_validate: true, ...more };
  const put = await call(caller, 'PUT', '/tracker', { ...tracker, ...change });
  expect(put.status, JSON.stringify(put.body)).toBe(200);
}

async function report(caller: Caller, bucket: string, service: string): Promise<void> {
  const before = (await keysIn(bucket)).length;
  await call(caller, 'POST', '/traces', {
    traces: [trace({ time: now(), service_type: service, resource_type: 'x' })],
  });
  await until(async () => ((await keysIn(bucket)).length > before ? true : undefined));
}

async function nextHour(bucket: string, digests: number): Promise<void> {
  house.skew += HOUR;
  owner = await house.signIn({ project: 'local' });
  team = await house.signIn({ project: TEAM });
  // The log has every digest, and each bucket knows it.
  await until(async () => {
    const buckets = bucket === FIRST ? [FIRST] : [FIRST, SECOND];
    const keys = (await Promise.all(buckets.map(keysIn))).flat();
    const written = keys.filter((one) => one.includes('/Digest/')).length;
    return (written >= digests && (await logged(objects, bucket)) === written) || undefined;
  });
}

async function download(caller: Caller, query: string): Promise<Response> {
  return fetch(`${house.app.url}/v3/${caller.projectId}/archive/package?${query}`, {
    headers: { 'x-auth-token': caller.token },
  });
}

/** What the command says, and with what it ends. */
async function verify(...argv: string[]): Promise<{ code: number; output: string }> {
  let output = '';
  const stream = (text: string) => {
    output += text;
    return true;
  };
  const [out, err, env] = [process.stdout.write, process.stderr.write, process.env];
  process.stdout.write = stream as typeof out;
  process.stderr.write = stream as typeof err;
  try {
    return { code: await verifyCommand(['--public-key', key, ...argv]), output };
  } finally {
    process.stdout.write = out;
    process.stderr.write = err;
    process.env = env;
  }
}

async function tokenFile(token: string): Promise<string> {
  const file = path.join(directory, 'token');
  await writeFile(file, `${token}\n`);
  return file;
}

async function unpack(bytes: Buffer): Promise<string> {
  const folder = await mkdtemp(path.join(directory, 'unpacked-'));
  await writeFile(`${folder}.tar`, bytes);
  try {
    execFileSync('tar', ['-xf', `${folder}.tar`, '-C', folder], { stdio: 'ignore' });
  } catch {
    // What was cut off ends in the midst of a file.
  }
  return folder;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-package-'));
  await house.start({ OPENCTS_TRANSFER_CYCLE: '1' });
  objects = new DirectoryStore(path.join(house.directory, 'objects'));
  begin = now();
  const account = await house.signIn({});
  await house.call('POST', '/v3/projects', { token: account.token, body: { project: { name: TEAM } } });
  owner = await house.signIn({ project: 'local' });
  team = await house.signIn({ project: TEAM });
  for (const caller of [owner, team]) await call(caller, 'POST', '/tracker', tracker);
  await transfer(owner, FIRST, true);
  await transfer(team, FIRST, false);
  await report(owner, FIRST, 'ECS');
  await report(team, FIRST, 'ECS');
  await nextHour(FIRST, 4);
  await report(owner, FIRST, 'ECS');
  await nextHour(FIRST, 8);
  // Its trace files lie elsewhere from now on, and are encrypted.
  const kms = (await call(owner, 'POST', '/keys', { alias: 'archive' })).body;
  const encryption = { is_support_trace_files_encryption: true, kms_id: kms.id };
  await transfer(owner, SECOND, true, encryption);
  await report(owner, SECOND, 'ECS');
  await nextHour(SECOND, 14);
  key = path.join(directory, 'public-key');
  const { public_keys } = (await house.call('GET', '/v3/public-keys')).body;
  await writeFile(key, public_keys[0].public_key);
  for (const bucket of [FIRST, SECOND]) there.set(bucket, await keysIn(bucket));
  const answer = await download(owner, `from=${begin}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-disposition')).toMatch(
    /^attachment; filename="archive-local-\d{8}-\d{8}\.tar"$/,
  );
  tar = Buffer.from(await answer.arrayBuffer());
  unpacked = await unpack(tar);
}, 180_000);
afterAll(async () => {
  await house.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('a package with proofs', () => {
  test('holds what the buckets hold of the project, the log, and nothing of another project', async () => {
    const files = await filesIn(unpacked);
    expect(files).toEqual(expect.arrayContaining(['README.txt', 'package', 'public-keys/evidence-log']));
    expect(files.some((file) => file.includes('local-local_team'))).toBe(false);
    for (const bucket of [FIRST, SECOND]) {
      const mine = (there.get(bucket) ?? []).filter(
        (one) => one.includes('_local_') && !one.includes('local-local_team'),
      );
      const digests = mine.filter((one) => one.includes('/Digest/'));
      const covered = mine.filter((one) => files.includes(`${bucket}/${one}`));
      expect(digests.length).toBeGreaterThan(0);
      for (const digest of digests) {
        expect(covered).toContain(digest);
        const head = await objects.head(bucket, digest);
        const beside = await readFile(path.join(unpacked, bucket, `${digest}.metadata`), 'utf8');
        for (const [name, value] of Object.entries(head.metadata))
          expect(beside).toContain(`${name}: ${value}\n`);
      }
      for (const one of covered) {
        const kept = await buffer((await objects.get(bucket, one)).body);
        expect((await readFile(path.join(unpacked, bucket, one))).equals(kept)).toBe(true);
      }
    }
  });

  test('is proved without the service, in whole and for a part of its time', async () => {
    const whole = await verify(unpacked);
    expect(whole).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^PROVED\. Of the project local, from/),
    });
    const times = [
      '--from',
      new Date(begin).toISOString(),
      '--until',
      new Date(now() - 60_000).toISOString(),
    ];
    expect(await verify(unpacked, ...times)).toMatchObject({ code: 0 });
    const part = ['--from', new Date(begin + HOUR).toISOString()];
    expect(await verify(unpacked, ...part)).toMatchObject({ code: 0 });
    const checkpoint = path.join(unpacked, 'CloudTraces/Log', owner.domainId, 'checkpoint');
    expect(await verify(unpacked, '--checkpoint', checkpoint)).toMatchObject({ code: 0 });
    for (const beyond of [
      ['--from', new Date(begin - HOUR).toISOString()],
      ['--until', new Date(now() + HOUR).toISOString()],
    ]) {
      const { code, output } = await verify(unpacked, ...beyond);
      expect([code, output]).toEqual([2, expect.stringContaining('proves nothing of the time outside')]);
    }
  });

  test('of which one byte of any file is changed is tampering, and so is a file that is gone', async () => {
    for (const file of await filesIn(unpacked)) {
      const place = path.join(unpacked, file);
      const bytes = await readFile(place);
      const last = bytes.length - 1;
      const flips = [
        [Math.floor(Math.random() * bytes.length), 1],
        [Math.floor(Math.random() * bytes.length), 0x20],
        [last, 1],
      ] as const;
      for (const [at, bit] of flips) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ bit;
        await writeFile(place, changed);
        expect([file, at, bit, (await verify(unpacked)).code]).toEqual([file, at, bit, 1]);
      }
      await rm(place);
      expect([file, (await verify(unpacked)).code]).toEqual([file, 1]);
      await writeFile(place, bytes);
    }
    expect((await verify(unpacked)).code).toBe(0);
  }, 240_000);

  test('to which something was added is tampering, and a file that is no checkpoint is a wrong command line', async () => {
    const files = await filesIn(unpacked);
    const traces = files.find((file) => /CloudTrace_/.test(file)) as string;
    const bytes = await readFile(path.join(unpacked, traces));
    for (const added of [
      ...[
        'more.txt',
        'public-keys/ffffffffffffffff',
        `${traces}.metadata`,
        `${path.dirname(traces)}/x/y.json.gz`,
      ],
      traces.replace(/_\d{4}-/, '_2099-'),
    ]) {
      const place = path.join(unpacked, added);
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(place, bytes);
      const { code, output } = await verify(unpacked);
      expect([added, code]).toEqual([added, 1]);
      expect(output).toContain(`${path.basename(added)}`);
      await rm(place);
    }
    expect((await verify(unpacked)).code).toBe(0);
    const none = path.join(directory, 'no-checkpoint');
    await writeFile(none, 'x');
    expect((await verify(unpacked, '--checkpoint', none)).code).toBe(2);
  });

  test('of which a chain is gone as a whole, or a bucket, is tampering', async () => {
    for (const gone of [FIRST, SECOND, 'ECS']) {
      const copy = await mkdtemp(path.join(directory, 'copy-'));
      await cp(unpacked, copy, { recursive: true });
      for (const file of await filesIn(copy))
        if (file.split(path.sep).includes(gone)) await rm(path.join(copy, file));
      const { code, output } = await verify(copy);
      expect([gone, code]).toEqual([gone, 1]);
      expect(output).toMatch(/missing {5}digest|missing {5}package/);
    }
  });

  test('that was cut off is never proved, wherever it was cut', async () => {
    for (let part = 1; part < 16; part++) {
      const folder = await unpack(tar.subarray(0, Math.floor((tar.length * part) / 16)));
      const isPackage = (await filesIn(folder)).includes('package');
      const { code } = await verify(folder);
      expect([part, code]).toEqual([part, isPackage ? 1 : code === 1 ? 1 : 3]);
    }
  });

  test('of another service is not proved by the key of this one', async () => {
    const other = new House();
    await other.start();
    const { public_keys } = (await other.call('GET', '/v3/public-keys')).body;
    await other.stop();
    const ours = key;
    key = path.join(directory, 'foreign-key');
    await writeFile(key, public_keys[0].public_key);
    const { code, output } = await verify(unpacked).finally(() => {
      key = ours;
    });
    expect([code, output]).toEqual([1, expect.stringContaining('no known key has signed it')]);
  });

  test('begins in the midst of a chain, with the digest before it', async () => {
    const answer = await download(owner, `from=${begin + 1.5 * HOUR}&to=${begin + 1.9 * HOUR}`);
    const folder = await unpack(Buffer.from(await answer.arrayBuffer()));
    const files = await filesIn(folder);
    expect(files.filter((file) => file.includes('/Digest/ECS/') && file.endsWith('.gz'))).not.toHaveLength(0);
    expect(await verify(folder)).toMatchObject({ code: 0 });
  });

  test("is a trace, and is nobody else's", async () => {
    await until(async () => {
      const { body } = await call(owner, 'GET', '/traces?trace_name=exportTrace&limit=5');
      return body.traces.length > 0 || undefined;
    });
    const stranger = await download({ ...team, projectId: owner.projectId }, `from=${begin}`);
    expect(stranger.status).toBe(403);
    expect((await download(owner, `from=${begin}&to=${begin - 1}`)).status).toBe(400);
    expect((await download(owner, '')).status).toBe(400);
    expect((await download(owner, `from=${begin - 9 * HOUR}&to=${begin - 8 * HOUR}`)).status).toBe(404);
    const theirs = await unpack(Buffer.from(await (await download(team, `from=${begin}`)).arrayBuffer()));
    expect((await filesIn(theirs)).some((file) => /_local_\d/.test(file))).toBe(false);
    expect(await verify(theirs)).toMatchObject({ code: 0, output: expect.stringContaining(TEAM) });
  });

  test('is downloaded by the command line', async () => {
    const file = path.join(directory, 'by-command.tar');
    const times = [begin, now()].map((time) => new Date(time).toISOString());
    const token = await tokenFile(owner.token);
    const argv = ['package', ...times, file, '--url', house.app.url, '--token-file', token];
    const project = ['--project', 'local'];
    const { write } = process.stdout;
    process.stdout.write = (() => true) as typeof write;
    const code = await administer('archive', [...argv, ...project]).finally(() => {
      process.stdout.write = write;
    });
    expect(code).toBe(0);
    const folder = await unpack(await readFile(file));
    expect(await verify(folder)).toMatchObject({ code: 0 });
  });

  test('with encrypted files is for those who may decrypt, and holds them as they lie in the bucket', async () => {
    const grants = [{ role: 'CTS FullAccess', scope: owner.projectId }];
    await house.addUser(await house.signIn({}), 'reader', grants);
    const reader = await house.signIn({ name: 'reader', project: 'local' });
    const refused = await download(reader, `from=${begin}`);
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('kms:dek:decrypt')]);
    const sealed = (await keysIn(SECOND)).find((one) => one.includes('/system/ECS/')) ?? '';
    const stored = await readFile(path.join(unpacked, SECOND, sealed));
    expect(stored.subarray(0, 8).toString()).toBe('OCTSENC1');
    const file = `/archive/file?${new URLSearchParams({ bucket: SECOND, key: sealed, stored: 'true' })}`;
    expect((await call(reader, 'GET', file)).status).toBe(403);
    const there = await verify('--url', house.app.url, '--token-file', await tokenFile(reader.token));
    expect([there.code, there.output]).toEqual([2, expect.stringContaining('kms:dek:decrypt')]);
    const before = await download(reader, `from=${begin}&to=${begin + HOUR}`);
    expect(before.status).toBe(200);
    await before.arrayBuffer();
  });

  test('holds what digests list and the metadata do not know any more, as after a restore', async () => {
    const metadata = connectMetadata(path.join(house.directory, 'metadata.db'));
    const rows = await metadata.selectFrom('trace_files').selectAll().where('bucket', '=', FIRST).execute();
    await metadata.deleteFrom('trace_files').where('bucket', '=', FIRST).execute();
    try {
      const folder = await unpack(Buffer.from(await (await download(owner, `from=${begin}`)).arrayBuffer()));
      expect(await verify(folder)).toMatchObject({ code: 0 });
      expect((await filesIn(folder)).some((file) => file.includes('local-local_team'))).toBe(false);
      const there = [
        '--url',
        house.app.url,
        '--token-file',
        await tokenFile(owner.token),
        '--project',
        'local',
      ];
      const times = ['--until', new Date(now()).toISOString()];
      expect(await verify(...there, ...times)).toMatchObject({ code: 0 });
    } finally {
      await metadata.insertInto('trace_files').values(rows).execute();
      await metadata.destroy();
    }
  });

  test('names a trace file that was changed in the bucket, and one that is gone', async () => {
    const [file = '', other = ''] = (await keysIn(FIRST)).filter(
      (one) => one.includes('/system/ECS/') && one.includes('_local_'),
    );
    const bytes = await buffer((await objects.get(FIRST, file)).body);
    const put = (body: Buffer) =>
      objects.put({ bucket: FIRST, key: file, body, contentType: 'application/gzip' });
    await put(Buffer.concat([bytes, Buffer.from('more')]));
    const there = await buffer((await objects.get(FIRST, other)).body);
    await objects.remove(FIRST, other);
    const folder = await unpack(Buffer.from(await (await download(owner, `from=${begin}`)).arrayBuffer()));
    const { code, output } = await verify(folder);
    expect(code).toBe(1);
    expect(output).toContain(`changed     file    ${file}`);
    expect(output).toContain(`missing     file    ${other}`);
    await put(bytes);
    await objects.put({ bucket: FIRST, key: other, body: there, contentType: 'application/gzip' });
  });
});

describe('through the service', () => {
  const verifyThere = async (token: string, ...more: string[]) =>
    verify('--url', house.app.url, '--token-file', await tokenFile(token), '--project', 'local', ...more);
  const times = () => ['--until', new Date(now()).toISOString()];

  test('the archive is proved as in its buckets, with a token or a password', async () => {
    const { code, output } = await verifyThere(owner.token, ...times());
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/^PROVED\. Of the project local, from the beginning/),
    ]);
    process.env.OPENCTS_TOKEN = owner.token;
    expect((await verify('--url', house.app.url, ...times())).code).toBe(0);
    delete process.env.OPENCTS_TOKEN;
    process.env.OPENCTS_PASSWORD = PASSWORD;
    expect((await verify('--url', house.app.url, '--project', TEAM, ...times())).code).toBe(0);
    delete process.env.OPENCTS_PASSWORD;
  });

  test('what was changed, removed and added is named', async () => {
    const keys = await keysIn(FIRST);
    const file = keys.find((one) => one.includes('/system/ECS/') && one.includes('_local_')) ?? '';
    const digest = keys.find((one) => one.includes('/Digest/ECS/') && one.includes('_local_')) ?? '';
    const attack = async (one: string, change: (body: Buffer) => Promise<unknown>, said: string) => {
      const { head, body } = await objects.get(FIRST, one);
      const bytes = await buffer(body);
      await change(bytes);
      const { code, output } = await verifyThere(owner.token, ...times());
      expect([one, code]).toEqual([one, 1]);
      expect(output).toContain(said);
      const { metadata } = head;
      await objects.put({ bucket: FIRST, key: one, body: bytes, contentType: 'x', metadata });
    };
    const put = (one: string, body: Buffer, metadata?: Record<string, string>) =>
      objects.put({ bucket: FIRST, key: one, body, contentType: 'x', metadata });
    await attack(file, (bytes) => put(file, bytes.subarray(1)), `changed     file    ${file}`);
    await attack(file, () => objects.remove(FIRST, file), `missing     file    ${file}`);
    await attack(digest, () => objects.remove(FIRST, digest), `missing     digest  ${digest}`);
    await attack(digest, (bytes) => put(digest, bytes), 'the signature in its metadata was removed');
    await attack(
      digest,
      (bytes) => put(digest, bytes, { 'meta-signature': 'ä\r\nx: y' }),
      'changed     digest',
    );
    await attack(digest, () => put(digest, Buffer.from('x')), 'not a compressed JSON file');
    const added = file.replace(/[0-9a-f]{16}\.json/, '0123456789abcdef.json');
    await put(added, Buffer.from('x'));
    // To whoever verifies the clock of this service is ahead.
    expect((await verifyThere(owner.token, ...times())).output).toMatch(
      new RegExp(`(unexpected|pending) +file +${added}`),
    );
    await objects.remove(FIRST, added);
    expect((await verifyThere(owner.token, ...times())).code).toBe(0);
  }, 120_000);

  test('what refuses or cannot be reached says nothing of the archive', async () => {
    const wrong = await verifyThere('no-token');
    expect([wrong.code, wrong.output]).toEqual([2, expect.stringMatching(/^opencts verify: .*\(401\)/)]);
    await house.addUser(await house.signIn({}), 'nobody', [{ role: 'Tenant Guest', scope: 'domain' }]);
    const nobody = await house.signIn({ name: 'nobody' });
    const refused = await verifyThere(nobody.token);
    expect([refused.code, refused.output]).toEqual([2, expect.stringMatching(/^opencts verify: /)]);
    const silent = await verify('--url', 'http://127.0.0.1:1', '--token-file', key);
    expect([silent.code, silent.output]).toEqual([2, expect.stringContaining('cannot be reached')]);
    expect((await verify('--url', house.app.url, '--bucket', FIRST)).code).toBe(2);
    expect((await verify('--url', house.app.url, '--token-file', '/no/such/file')).code).toBe(2);
  });
});
