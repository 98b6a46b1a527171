import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ObjectStore, openS3 } from '../src/objects/index.ts';
import { type S3Server, startS3Server, whyNoS3 } from '../src/objects/testing/s3-server.ts';
import { House } from '../src/testing/house.ts';
import { opencts, type Said, s3Env } from './backing-up.ts';
import {
  canMount,
  indexed,
  listAll,
  MAIN,
  PASSWORD,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
} from './harness.ts';
import { Wire } from './wire.ts';

if (whyNoS3) console.warn(`skipped on S3: ${whyNoS3}`);

const BUCKET = 'backups';
const NOBODY = 65534;
const SEALED = { OPENCTS_BACKUP_PASSWORD: 'a password of the drill' };
let base: string;
let server: RunningServer | undefined;
let sent: string[];

beforeEach(async () => {
  base = await temporaryDirectory();
  sent = [];
});
afterEach(async () => {
  await server?.kill();
  server = undefined;
  await removeDirectory(base);
});

const inside = (...names: string[]) => path.join(base, ...names);
const refusal = (code: number, told: RegExp) => ({ code, err: expect.stringMatching(told) });

/** A service with some traces, of so many bytes together. */
async function serve(bytes = 20_000): Promise<RunningServer> {
  const started = await startServer(inside('data'));
  server = started;
  const size = Math.min(bytes / 4, 100_000);
  for (let i = 0; i < bytes / size; i++) {
    const trace_id = randomUUID();
    // What compresses to nothing would be a small backup.
    const resource_name = createHash('sha256').update(trace_id).digest('hex');
    const { status } = await report(started, [trace({ trace_id, resource_name, request: 'x'.repeat(size) })]);
    expect(status).toBe(201);
    sent.push(trace_id);
  }
  await indexed(started);
  return started;
}

const backup = (to: string, env: Record<string, string> = {}, options = {}) =>
  opencts(
    ['backup', to, '--url', (server as RunningServer).url, '--with-root-key'],
    { ...SEALED, ...env },
    options,
  );
const restore = (from: string, env: Record<string, string> = {}, options = {}) =>
  opencts(['restore', from, inside('elsewhere')], { ...SEALED, ...env }, options);
const target = async () =>
  (await readdir(inside('elsewhere')).catch((): string[] => [])).filter((name) => name !== 'lock');

/** What was sent is listed by a service in the restored directory. */
async function restored(said: Said): Promise<void> {
  expect(said).toMatchObject({ code: 0, err: '' });
  await server?.kill();
  server = await startServer(inside('elsewhere'));
  await indexed(server);
  expect([...(await listAll(server)).keys()].sort()).toEqual([...sent].sort());
}

describe.skipIf(whyNoS3 !== undefined)('in a bucket', () => {
  let s3: S3Server;
  let objects: ObjectStore;
  let wire: Wire;
  let env: Record<string, string>;
  beforeEach(async () => {
    s3 = await startS3Server();
    objects = await openS3(s3.options);
    await objects.createBucket(BUCKET, 'eu-de');
    wire = await new Wire({ port: Number(new URL(s3.options.endpoint).port), host: '127.0.0.1' }).start();
    env = s3Env({ ...s3.options, endpoint: wire.url });
  });
  afterEach(async () => {
    wire.cut();
    await s3.stop();
  });
  const keys = async (prefix: string) =>
    (await objects.list(BUCKET, { prefix })).objects.map(({ key }) => key);
  const content = async (key: string) => buffer((await objects.get(BUCKET, key)).body);
  const put = (key: string, body: Uint8Array) =>
    objects.put({ bucket: BUCKET, key, body, contentType: 'text/plain' });

  test('a backup is whole, is the same as in a folder, and comes up again; a second one finds no room there', async () => {
    await serve(20_000_000);
    const to = `s3://${BUCKET}/nightly/2026-11-05/`;
    expect(await backup(to, env)).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^s3:\/\/backups/),
    });
    const prefix = 'nightly/2026-11-05/';
    expect(await keys(prefix)).not.toContain(`${prefix}backup.part`);
    // The journal was put in parts.
    const sizes = (await objects.list(BUCKET, { prefix: `${prefix}data/journal/` })).objects;
    expect(Math.max(...sizes.map(({ size }) => size))).toBeGreaterThan(8 * 1024 ** 2);
    expect(await backup(to, env)).toMatchObject(
      refusal(2, /a whole backup in s3:\/\/.* already; name another place/),
    );
    expect(await backup(`s3://${BUCKET}/nightly`, env)).toMatchObject(refusal(2, /is not empty/));

    for (const key of await keys(prefix)) {
      const file = inside('downloaded', key.slice(prefix.length));
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, await content(key));
    }
    await restored(await restore(inside('downloaded')));
    await server?.kill();
    server = undefined;
    await removeDirectory(inside('elsewhere'));
    await restored(await restore(`obs://${BUCKET}/nightly/2026-11-05`, env));
  });

  test('what is not there, or may not be had, is told', async () => {
    await serve();
    expect(await backup('s3://backups/a')).toMatchObject(refusal(2, /name it in OPENCTS_S3_ENDPOINT/));
    expect(await backup('gs://backups/a')).toMatchObject(refusal(2, /neither a folder nor s3:/));
    expect(await backup('s3://no-such-bucket/a', env)).toMatchObject(refusal(1, /there is no such bucket/));
    const stranger = { ...env, OPENCTS_S3_SECRET_KEY: 'another' };
    expect(await backup('s3://backups/a', stranger)).toMatchObject(refusal(1, /OPENCTS_S3_SECRET_KEY/));
    expect(await restore('s3://backups/a', env)).toMatchObject(refusal(2, /there is no backup in s3:/));
    expect(await restore('s3://no-such-bucket/a', env)).toMatchObject(refusal(2, /no such bucket/));
    expect(await target()).toEqual([]);
    // None of them has left anything in the service.
    expect(await backup('s3://backups/a', env)).toMatchObject({ code: 0 });
  });

  test('damage is named, and nothing is restored', async () => {
    await serve();
    expect(await backup(`s3://${BUCKET}/one`, env)).toMatchObject({ code: 0 });
    expect(await backup(`s3://${BUCKET}/other`, env)).toMatchObject({ code: 0 });
    const refused = async (told: RegExp) => {
      expect(await restore(`s3://${BUCKET}/one`, env)).toMatchObject(refusal(2, told));
      expect(await target()).toEqual([]);
    };
    const changed = async (key: string, change: (bytes: Buffer) => Uint8Array, told: RegExp) => {
      const bytes = await content(key);
      await put(key, change(Buffer.from(bytes)));
      await refused(told);
      await put(key, bytes);
    };
    const flip = (bytes: Buffer) => bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 4 : byte));
    const journal = (await keys('one/data/journal/')).find((key) => key.endsWith('.journal')) ?? '';
    await changed(journal, flip, /damaged: s3:\/\/backups\/one\/data\/journal\/.*its content has changed/);
    await changed(journal, (bytes) => bytes.subarray(0, -1), /\.journal \(its content has changed/);
    await changed('one/data/metadata.db', flip, /metadata\.db \(its content has changed/);
    await changed('one/data/root.key.sealed', flip, /root\.key\.sealed \(.*its content has changed/);
    await changed('one/files.ndjson', flip, /files\.ndjson \(it is not the list/);
    await changed('one/backup.json', () => Buffer.from('{}'), /backup\.json/);
    const other = await content('other/backup.json');
    await changed('one/backup.json', () => other, /files\.ndjson \(it is not the list/);
    await objects.remove(BUCKET, journal);
    await refused(/\.journal \(it is missing/);
    await objects.remove(BUCKET, 'one/backup.json');
    await refused(/is not whole/);
  });

  test.each<[string, (stop: () => void) => void, number]>([
    ['away', (stop) => wire.after(6_000_000, stop), 1],
    ['away at the very beginning', (stop) => wire.after(1, stop), 1],
  ])(
    'an object store that is %s: what was broken off goes on, and is no backup before',
    async (_, when, code) => {
      await serve(20_000_000);
      const to = `s3://${BUCKET}/one`;
      when(() => wire.cut());
      const said = await backup(to, env);
      expect(said).toMatchObject({ code });
      expect(said.err).toMatch(/^opencts backup: .*(nothing listens at|ends connections)/);
      expect(await keys('one/')).not.toContain('one/backup.json');
      await wire.start();
      expect(await backup(to, env)).toMatchObject({ code: 0, err: '' });

      wire.after(6_000_000, () => wire.cut());
      const away = await restore(to, env);
      expect(away).toMatchObject(
        refusal(2, /(broke off|nothing listens|ends connections).*; give the same command again/),
      );
      expect(await target()).toContain('restore.part');
      await wire.start();
      await restored(await restore(to, env));
    },
  );

  test('a command that is killed goes on when it is given again; meanwhile nothing starts from a half', async () => {
    await serve(20_000_000);
    const to = `s3://${BUCKET}/one`;
    const killed = (at: number) => ({
      onStart: (child: { kill: (signal: 'SIGKILL') => unknown }) =>
        wire.after(at, () => child.kill('SIGKILL')),
    });
    expect((await backup(to, env, killed(8_000_000))).code).not.toBe(0);
    expect(await restore(to, env)).toMatchObject(refusal(2, /is not whole|there is no backup/));
    expect(await backup(to, env)).toMatchObject({ code: 0, err: '' });
    expect(await backup(`s3://${BUCKET}/two`, env)).toMatchObject({ code: 0, err: '' });

    for (const at of [300_000, 8_000_000]) {
      expect((await restore(to, env, killed(at))).code).not.toBe(0);
      const start = await opencts(['serve', '--data-dir', inside('elsewhere'), '--port', '0']);
      expect(start).toMatchObject(refusal(2, /a restore into .* has not ended: give the same/));
    }
    expect(await restore(`s3://${BUCKET}/two`, env)).toMatchObject(
      refusal(2, /restore of another backup was broken off/),
    );
    await restored(await restore(to, env));
  });

  test('a service that is killed takes its copy with it: the command says so, and what it left is no backup', async () => {
    const { kill, url } = await serve(20_000_000);
    const to = `s3://${BUCKET}/one`;
    // What the command has read already would be put all the same.
    const near = await new Wire({ port: Number(new URL(url).port), host: '127.0.0.1' }).start();
    near.after(6_000_000, () => void kill().then(() => near.cut()));
    const broken = ['backup', to, '--url', near.url, '--with-root-key'];
    expect(await opencts(broken, { ...SEALED, ...env })).toMatchObject(
      refusal(1, /(cannot be reached|broke off).*; it is not whole, and goes on/),
    );
    server = await startServer(inside('data'));
    expect(await backup(to, env)).toMatchObject(
      refusal(1, /there is no backup .*; remove s3:.*, or name another/),
    );
    expect(await restore(to, env)).toMatchObject(refusal(2, /is not whole/));
    expect(await backup(`s3://${BUCKET}/two`, env)).toMatchObject({ code: 0, err: '' });
  });

  test('a command that stood still while another ended the backup spoils nothing', async () => {
    const { url } = await serve(4_000_000);
    const to = `s3://${BUCKET}/still`;
    const near = await new Wire({ port: Number(new URL(url).port), host: '127.0.0.1' }).start();
    let other: Said | undefined;
    const slow = await opencts(
      ['backup', to, '--url', near.url, '--with-root-key'],
      { ...SEALED, ...env },
      {
        onStart: (child) =>
          near.after(1_000_000, async () => {
            child.kill('SIGSTOP');
            other = await backup(to, env);
            child.kill('SIGCONT');
          }),
      },
    );
    near.cut();
    expect(other).toMatchObject({ code: 0, err: '' });
    expect(slow).toMatchObject(refusal(1, /it is whole all the same/));
    expect(await keys('still/')).not.toEqual(expect.arrayContaining([expect.stringMatching(/\.part$/)]));
    await restored(await restore(to, env));
  });
});

test('of two commands at one place none spoils what the other does', async () => {
  const started = await serve(4_000_000);
  const wire = await new Wire({ port: Number(new URL(started.url).port), host: '127.0.0.1' }).start();
  let killed = false;
  const first = await opencts(['backup', inside('copy'), '--url', wire.url, '--with-root-key'], SEALED, {
    onStart: (child) =>
      wire.after(1_000_000, () => {
        killed = child.kill('SIGKILL');
      }),
  });
  expect([killed, first.code]).toEqual([true, -1]);
  wire.cut();
  const both = await Promise.all([backup(inside('copy')), backup(inside('copy'))]);
  expect(both.map(({ code }) => code)).toContain(0);
  for (const { code, err } of both)
    if (code !== 0) expect(err).toMatch(/it is whole all the same|a whole backup in .* already/);
  await restored(await restore(inside('copy')));
});

test('a second backup of the service at a time is refused, and spoils nothing', async () => {
  await serve(4_000_000);
  const both = await Promise.all([backup(inside('copy')), backup(inside('other'))]);
  const refused = both.find(({ code }) => code !== 0);
  if (refused) expect(refused).toMatchObject(refusal(1, /only one is at a time/));
  const there = both[0]?.code === 0 ? 'copy' : 'other';
  await restored(await restore(inside(there)));
});

test('a token that expires while it goes on is replaced', async () => {
  const house = await new House().start({ OPENCTS_ADMIN_PASSWORD: PASSWORD });
  const { token, projectId } = await house.signIn({ password: PASSWORD, project: 'local' });
  await house.call('POST', `/v3/${projectId}/tracker`, {
    token,
    body: { tracker_type: 'system', tracker_name: 'system' },
  });
  const traces = [trace({ request: 'x'.repeat(100_000) })];
  for (let i = 0; i < 50; i++)
    await house.call('POST', `/v3/${projectId}/traces`, { token, body: { traces } });
  const wire = await new Wire({ port: Number(new URL(house.app.url).port), host: '127.0.0.1' }).start();
  wire.after(500_000, () => {
    house.skew += 25 * 3_600_000;
  });
  expect(await opencts(['backup', inside('copy'), '--url', wire.url])).toMatchObject({ code: 0, err: '' });
  expect((await house.call('GET', `/v3/${projectId}/trackers`, { token })).status).toBe(401);
  wire.cut();

  // Who may not gets nothing, and leaves nothing.
  const admin = await house.signIn({ password: PASSWORD });
  await house.addUser(admin, 'reader', [{ role: 'CTS ReadOnlyAccess', scope: 'projects' }]);
  const asReader = ['backup', inside('theirs'), '--url', house.app.url, '--user', 'reader'];
  const env = { OPENCTS_PASSWORD: 'a-password-of-the-tests' };
  expect(await opencts(asReader, env)).toMatchObject(refusal(1, /opencts:backup:create/));
  expect((await readdir(inside('theirs'))).filter((name) => name !== 'arriving')).toEqual([]);
  await house.addUser(admin, 'keeper', [
    { role: 'OpenCTS Operator', scope: 'domain' },
    { role: 'OpenCTS Operator', scope: 'projects' },
  ]);
  const asKeeper = ['backup', inside('theirs'), '--url', house.app.url, '--user', 'keeper'];
  expect(await opencts(asKeeper, env)).toMatchObject({ code: 0, err: '' });
  await house.stop();
});

test('a list that leads out of the data directory is refused, whoever made it', async () => {
  await serve();
  expect(await backup(inside('copy'))).toMatchObject({ code: 0 });
  const lines = await readFile(inside('copy', 'files.ndjson'), 'utf8');
  const manifest = JSON.parse(await readFile(inside('copy', 'backup.json'), 'utf8'));
  const evil = async (entries: object[], told: RegExp) => {
    const list =
      lines + entries.map((entry) => `${JSON.stringify({ bytes: 0, sha256: '', ...entry })}\n`).join('');
    await writeFile(inside('copy', 'files.ndjson'), list);
    const files_sha256 = createHash('sha256').update(list).digest('hex');
    const files = manifest.files + entries.length;
    await writeFile(inside('copy', 'backup.json'), JSON.stringify({ ...manifest, files, files_sha256 }));
    expect(await restore(inside('copy'))).toMatchObject(refusal(2, told));
    expect(await target()).toEqual([]);
  };
  await evil([{ path: '../out' }], /"\.\.\/out" leads out/);
  await evil([{ path: 'journal/../../out' }], /leads out/);
  await evil([{ path: '/etc/out' }], /leads out/);
  await evil([{ path: 'way', link: inside() }, { path: 'way/out' }], /the link "way" leads out/);
  await evil([{ path: 'a/way', link: '../../out' }], /the link "a\/way" leads out/);
  await evil([{ path: 'way', link: 'journal' }, { path: 'way/in' }], /"way\/in" lies behind a link/);
  await evil([{ path: 'root.key' }], /"root\.key" is no file of a backup/);
  await evil([JSON.parse(lines.split('\n')[0] ?? '')], /is in it twice/);
  expect(await readdir(base)).not.toContain('out');
});

test('places that may not be read or written, and those that are no folders, are told', async () => {
  await serve();
  await chmod(base, 0o755);
  await mkdir(inside('shut'), { mode: 0o700 });
  await writeFile(inside('file'), '');
  const isRoot = process.getuid?.() === 0;
  if (isRoot)
    expect(await backup(inside('shut'), {}, { uid: NOBODY })).toMatchObject(
      refusal(1, /may not be read or written/),
    );
  expect(await backup(inside('file'))).toMatchObject(refusal(1, /file is in the way/));
  expect(await backup(inside('file', 'below'))).toMatchObject(refusal(1, /is in the way/));
  expect(await backup(inside('copy'))).toMatchObject({ code: 0 });
  if (isRoot)
    expect(await restore(inside('copy'), {}, { uid: NOBODY })).toMatchObject(
      refusal(2, /may not be read or written/),
    );
  expect(await opencts(['restore', inside('copy'), inside('file')], SEALED)).toMatchObject(
    refusal(2, /is in the way/),
  );
  expect(await opencts(['restore', inside('copy'), '/proc/none'], SEALED)).toMatchObject(
    refusal(2, /there is no/),
  );
  await symlink(inside('gone'), inside('nowhere'));
  for (const args of [
    ['restore', inside('copy'), inside('nowhere', 'below')],
    ['restore', inside('copy'), inside('nowhere')],
    ['backup', inside('nowhere', 'below'), '--url', (server as RunningServer).url],
  ])
    expect(await opencts(args, SEALED)).toMatchObject({
      err: expect.stringMatching(/is in the way|there is no/),
    });
  await writeFile(inside('text'), 'no key\n');
  for (const key of ['text', 'missing'])
    expect(
      await opencts(['restore', '--root-key', inside(key), inside('copy'), inside('elsewhere')], SEALED),
    ).toMatchObject(refusal(2, /is not the root key|there is no/));
  expect(await target()).toEqual([]);
});

test.skipIf(!canMount())('a disk that is full is told, and leaves nothing that looks whole', async () => {
  await serve(12_000_000);
  const onSmallDisk = (command: string) => {
    const mount = `mount -t tmpfs -o size=4m tmpfs ${inside('small')}`;
    const script = `${mount} && { ${command}; echo "code $?"; ls -A ${inside('small')}; }`;
    return execFileSync('unshare', ['-m', 'sh', '-c', `${script} 2>&1`], {
      env: { PATH: process.env.PATH, OPENCTS_PASSWORD: PASSWORD, ...SEALED },
    }).toString();
  };
  await mkdir(inside('small'));
  const command = `${process.execPath} ${MAIN}`;
  const url = (server as RunningServer).url;
  const backedUp = onSmallDisk(`${command} backup ${inside('small')} --url ${url} --with-root-key`);
  expect(backedUp).toMatch(
    /there is no room on its disk.*goes on when the same command is given again[\s\S]*code 1\n/,
  );
  expect(backedUp).not.toContain('backup.json');
  await server?.kill();
  server = await startServer(inside('data'));
  expect(await backup(inside('copy'))).toMatchObject({ code: 0 });
  const said = onSmallDisk(`${command} restore ${inside('copy')} ${inside('small')}`);
  expect(said).toMatch(/there is no room on its disk[\s\S]*code 2\nlock\n$/);
});
