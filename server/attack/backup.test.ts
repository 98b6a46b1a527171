import { createHash, randomUUID } from 'node:crypto';
import { appendFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { opencts, wrong } from './backing-up.ts';
import {
  type AccessKey,
  accessKey,
  indexed,
  listAll,
  partOf,
  type RunningServer,
  removeDirectory,
  report,
  signed,
  startServer,
  temporaryDirectory,
  trace,
  until,
} from './harness.ts';

const ENV = {
  OPENCTS_TRANSFER_CYCLE: '1',
  OPENCTS_JOURNAL_SEGMENT: '1MB',
};
let base: string;
let server: RunningServer | undefined;

beforeEach(async () => {
  base = await temporaryDirectory();
});
afterEach(async () => {
  await server?.kill();
  server = undefined;
  await removeDirectory(base);
});

const inside = (...names: string[]) => path.join(base, ...names);

async function call(at: RunningServer, method: string, route: string, body?: unknown) {
  const response = await fetch(`${at.url}${route}`, {
    method,
    headers: { 'x-auth-token': at.token, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** Recording with transfer into a bucket of folders from its first trace on. */
async function transfer(at: RunningServer): Promise<void> {
  await call(at, 'POST', `/v3/${at.projectId}/tracker`, {
    tracker_type: 'system',
    tracker_name: 'system',
    is_support_validate: true,
    obs_info: { bucket_name: 'evidence', is_obs_created: true },
  });
}

/** Ids that were acknowledged, in the order in which they were, while it goes on. */
function load(at: RunningServer) {
  const acknowledged: { id: string; at: number }[] = [];
  let stopped = false;
  const producer = async () => {
    while (!stopped) {
      const ids = Array.from({ length: 50 }, () => randomUUID());
      const traces = ids.map((trace_id) => trace({ trace_id, request: 'x'.repeat(500) }));
      const { status } = await report(at, traces).catch(() => ({ status: 0 }));
      if (status === 201) for (const id of ids) acknowledged.push({ id, at: Date.now() });
    }
  };
  const producers = [producer(), producer()];
  return {
    acknowledged,
    stop: async () => {
      stopped = true;
      await Promise.all(producers);
    },
  };
}

/** Ids in the trace files of a data directory, as often as they are there. */
async function archivedIds(data: string): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  const bucket = path.join(data, 'objects', 'evidence');
  for (const entry of await readdir(bucket, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.includes('Digest')) continue;
    const bytes = await readFile(path.join(entry.parentPath, entry.name));
    const text = (entry.name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    for (const [, id = ''] of text.matchAll(/"trace_id":"([0-9a-f-]{36})"/g))
      seen.set(id, (seen.get(id) ?? 0) + 1);
  }
  return seen;
}

/** @returns the status of a call that an access key signed */
async function callSigned(at: RunningServer, key: AccessKey): Promise<number> {
  const route = `/v3/${at.projectId}/trackers`;
  const { status } = await fetch(`${at.url}${route}`, { headers: signed(key, new URL(at.url).host, route) });
  return status;
}

/** Every trace of the journal is in a trace file; else it is told of which hours some are not. */
async function archived(at: RunningServer): Promise<void> {
  const behind = async () =>
    ((await call(at, 'GET', `/v3/${at.projectId}/accounting`)).hours as Record<string, number>[]).filter(
      ({ journalled = 0, archived = 0 }) => archived < journalled,
    );
  // A transfer cycle is a minute, and what was reported last waits for the next.
  await until(async () => (await behind()).length === 0, 1200).catch(async () =>
    expect(await behind()).toEqual([]),
  );
}

describe('a backup under load', () => {
  test.each(partOf([1, 2, 3], 1))(
    'holds everything that was acknowledged before its end, once, in list and trace files (%i)',
    async () => {
      server = await startServer(inside('data'), ENV, { enabled: false });
      await transfer(server);
      const key = await accessKey(server);
      const work = load(server);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      const sooner = work.acknowledged.length;
      const said = await opencts(['backup', inside('copy'), '--url', server.url, '--with-root-key'], {
        OPENCTS_BACKUP_PASSWORD: 'a password of the drill',
      });
      expect(said).toMatchObject({ code: 0, err: '' });
      const { as_of } = JSON.parse(await readFile(inside('copy', 'backup.json'), 'utf8'));
      const before = work.acknowledged.filter(({ at }) => at < as_of).map(({ id }) => id);
      expect(before.length).toBeGreaterThan(sooner);
      await work.stop();
      await server.kill();
      await rm(inside('data'), { recursive: true });

      const restored = await opencts(['restore', inside('copy'), inside('elsewhere')], {
        OPENCTS_BACKUP_PASSWORD: 'a password of the drill',
      });
      expect(restored).toMatchObject({ code: 0, err: '' });
      server = await startServer(inside('elsewhere'), ENV);
      await indexed(server);
      await archived(server);
      const listed = await listAll(server);
      expect(wrong(before, listed)).toEqual([]);
      const twice = [...listed].filter(([, times]) => times !== 1);
      expect(twice).toEqual([]);
      const files = await archivedIds(inside('elsewhere'));
      expect(wrong([...listed.keys()], files)).toEqual([]);

      // It goes on: duplicates are known, new ones are taken.
      const again = before.slice(-50).map((trace_id) => trace({ trace_id }));
      expect(await report(server, again)).toMatchObject({ status: 201, duplicates: again.length });
      expect(await report(server, [trace()])).toMatchObject({ status: 201, accepted: 1 });
      expect(server.log.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
      expect(await callSigned(server, key)).toBe(200);
    },
    240_000,
  );
});

describe('a restore', () => {
  const PASSWORD_OF_COPY = { OPENCTS_BACKUP_PASSWORD: 'a password of the drill' };
  /** A copy of an installation with some traces; the service is stopped. */
  async function copied(...options: string[]): Promise<void> {
    server = await startServer(inside('data'), ENV, { enabled: false });
    await transfer(server);
    await report(server, [trace(), trace()]);
    await indexed(server);
    await archived(server);
    const args = ['backup', inside('copy'), '--url', server.url, ...options];
    expect(await opencts(args, PASSWORD_OF_COPY)).toMatchObject({ code: 0 });
    await server.stop();
    server = undefined;
  }
  const restored = (env: Record<string, string> = PASSWORD_OF_COPY, ...options: string[]) =>
    opencts(['restore', ...options, inside('copy'), inside('elsewhere')], env);
  const target = async () =>
    (await readdir(inside('elsewhere')).catch(() => [])).filter((name) => name !== 'lock');

  test('refuses what is damaged, half, of a later version, or has no room, and leaves nothing', async () => {
    await copied('--with-root-key');
    const names = await readdir(inside('copy', 'data', 'journal'));
    const segment = inside('copy', 'data', 'journal', names.find((name) => name.endsWith('.journal')) ?? '');
    const whole = await readFile(segment);
    const refused = async (told: RegExp) => {
      expect(await restored()).toMatchObject({ code: 2, err: expect.stringMatching(told) });
      expect(await target()).toEqual([]);
    };

    const bytes = Buffer.from(whole);
    bytes[bytes.length - 5] = (bytes.at(-5) as number) ^ 1;
    await writeFile(segment, bytes);
    await refused(/damaged: .*\.journal \(its content has changed\)/);
    await rm(segment);
    await refused(/damaged: .*\.journal \(it is missing\)/);
    await writeFile(segment, whole);

    const list = inside('copy', 'files.ndjson');
    const lines = await readFile(list, 'utf8');
    await appendFile(list, '{}\n');
    await refused(/damaged: .*files\.ndjson/);
    await writeFile(list, lines);

    const manifest = inside('copy', 'backup.json');
    const text = await readFile(manifest, 'utf8');
    await writeFile(
      manifest,
      JSON.stringify({ ...JSON.parse(text), directory_format: 99, version: '9.9.9' }),
    );
    await refused(/made by OpenCTS 9\.9\.9.*use OpenCTS 9\.9\.9 or a later one/);
    await rm(manifest);
    await refused(/is not whole/);
    await writeFile(manifest, text);

    expect(await restored({ OPENCTS_BACKUP_PASSWORD: 'another password' })).toMatchObject({ code: 2 });
    expect(await target()).toEqual([]);
    expect(await restored({ OPENCTS_ROOT_KEY: 'ab'.repeat(32) })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/OPENCTS_ROOT_KEY is not the root key of this backup/),
    });

    await mkdir(inside('elsewhere'), { recursive: true });
    await writeFile(inside('elsewhere', 'mine'), '');
    expect(await restored()).toMatchObject({
      code: 2,
      err: expect.stringMatching(/not empty, there is mine/),
    });
    await rm(inside('elsewhere', 'mine'));
    expect(await restored()).toMatchObject({ code: 0 });
    server = await startServer(inside('elsewhere'), ENV);
    expect((await listAll(server)).size).toBe(2);
    // Trace files verify with the installation's own key.
    const { public_keys } = await call(server, 'GET', '/v3/public-keys');
    await writeFile(inside('key.pem'), public_keys[0].public_key);
    const args = ['verify', '--bucket', 'evidence', '--public-key', inside('key.pem')];
    // The first digest follows within a minute: until then there is nothing to prove.
    const verified = () => opencts(args, { OPENCTS_DATA_DIR: inside('elsewhere') });
    await until(async () => (await verified()).code !== 3, 120);
    expect(await verified()).toMatchObject({
      code: 0,
      out: expect.stringMatching(/0 changed, 0 missing, 0 unexpected/),
    });
  }, 240_000);

  test('takes the root key from a file where it is not in the backup, and without it says how', async () => {
    await copied();
    for (const name of ['root.key', 'root.key.sealed'])
      expect(await readdir(inside('copy', 'data'))).not.toContain(name);
    expect(await restored({})).toMatchObject({ code: 2, err: expect.stringMatching(/--root-key FILE/) });
    const key = inside('data', 'root.key');
    expect(await restored({}, '--root-key', key)).toMatchObject({ code: 0 });
    server = await startServer(inside('elsewhere'), ENV);
    expect((await listAll(server)).size).toBe(2);
  }, 240_000);

  test('of a backup without the list shows what the journal holds', async () => {
    await copied('--with-root-key', '--without-list');
    expect(await readdir(inside('copy', 'data'))).not.toContain('engine');
    expect(await restored()).toMatchObject({ code: 0 });
    server = await startServer(inside('elsewhere'), ENV);
    await indexed(server);
    expect((await listAll(server)).size).toBe(2);
  }, 240_000);
});

test('a fetch that was broken off goes on, and one whose backup the service has no more says so', async () => {
  server = await startServer(inside('data'), ENV);
  await report(server, [trace(), trace()]);
  await indexed(server);
  const { id } = await call(server, 'POST', '/v3/backups', {});
  await expect(call(server, 'POST', '/v3/backups', {})).rejects.toThrow(/409 .*only one is at a time/);
  await until(
    async () => (await call(server as RunningServer, 'GET', `/v3/backups/${id}`)).state === 'ready',
  );
  const { files } = await call(server, 'GET', `/v3/backups/${id}/files`);
  // It has one file, and the beginning of a line about the next.
  const [first, second] = (files as { path: string; link?: string; bytes: number }[]).filter(
    ({ link }) => !link,
  );
  const content = await readFile(inside('data', 'backups', id, first?.path ?? ''));
  const sha256 = createHash('sha256').update(content).digest('hex');
  await mkdir(path.dirname(inside('copy', 'data', first?.path ?? '')), { recursive: true });
  await writeFile(inside('copy', 'data', first?.path ?? ''), content);
  const half = JSON.stringify(second).slice(0, 20);
  await writeFile(inside('copy', 'files.part'), `${JSON.stringify({ ...first, sha256 })}\n${half}`);
  await writeFile(inside('copy', 'backup.part'), `${id}\n`);

  const again = () => opencts(['backup', inside('copy'), '--url', (server as RunningServer).url]);
  expect(await again()).toMatchObject({ code: 0, err: '' });
  expect(await again()).toMatchObject({ code: 2, err: expect.stringMatching(/a whole backup .* already/) });
  const key = inside('data', 'root.key');
  expect(await opencts(['restore', '--root-key', key, inside('copy'), inside('elsewhere')])).toMatchObject({
    code: 0,
  });

  await rm(inside('copy', 'backup.json'));
  await writeFile(inside('copy', 'backup.part'), `${id}\n`);
  expect(await again()).toMatchObject({
    code: 1,
    err: expect.stringMatching(/there is no backup .* remove .*copy/),
  });
  await server.kill();
  server = await startServer(inside('elsewhere'), ENV);
  expect((await listAll(server)).size).toBe(2);
}, 240_000);

test('a snapshot of the whole directory at one moment starts, and holds everything, once', async () => {
  server = await startServer(inside('data'), ENV, { enabled: false });
  await transfer(server);
  const work = load(server);
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const engine = server.enginePid();
  server.process.kill('SIGSTOP');
  process.kill(engine, 'SIGSTOP');
  const before = work.acknowledged.map(({ id }) => id);
  await cp(inside('data'), inside('elsewhere'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith('.sock'),
  });
  process.kill(engine, 'SIGCONT');
  server.process.kill('SIGCONT');
  await work.stop();
  await server.kill();
  server = await startServer(inside('elsewhere'), ENV);
  await indexed(server);
  await archived(server);
  const listed = await listAll(server);
  expect(wrong(before, listed)).toEqual([]);
  expect(wrong([...listed.keys()], await archivedIds(inside('elsewhere')))).toEqual([]);
}, 240_000);
