import { spawn } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { canMount, MAIN, removeDirectory, startServer, temporaryDirectory } from './harness.ts';

const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(directory);
});

interface Trial {
  env?: Record<string, string>;
  /** Runs the service, which follows it. */
  under?: string[];
  uid?: number;
}

/** Starts the service, which does not come up; what it said, and its exit code. */
async function trial({ env = {}, under = [], uid }: Trial): Promise<{ code: number | null; said: string }> {
  const [program = '', ...args] = [...under, process.execPath, MAIN, 'serve'];
  const child = spawn(program, args, {
    env: {
      PATH: process.env.PATH,
      OPENCTS_DATA_DIR: directory,
      OPENCTS_PORT: '0',
      OPENCTS_LOG_LEVEL: 'silent',
      ...env,
    },
    ...(uid === undefined ? {} : { uid, gid: uid }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (data) => {
    said += data;
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, said };
}

/** One sentence, and the exit code of a start that was refused. */
async function refused(told: RegExp, how: Trial): Promise<void> {
  const { code, said } = await trial(how);
  expect(said).toMatch(told);
  expect(said).toMatch(/^(Warning: [^\n]+\n)?opencts: [^\n]+\n$/);
  expect(code).toBe(2);
}

test.each([32, 128, 300])('with %d open files it says how to have more', (files) =>
  refused(/files open.*ulimit -n/, { under: ['prlimit', `--nofile=${files}`] }),
);

test('a data directory that is a file, lies below one, or may not be written is named with the cure', async () => {
  const file = path.join(directory, 'file');
  await writeFile(file, '');
  await refused(/file is not what it must be.*OPENCTS_DATA_DIR/, { env: { OPENCTS_DATA_DIR: file } });
  await refused(/file.* is not what it must be.*OPENCTS_DATA_DIR/, {
    env: { OPENCTS_DATA_DIR: path.join(file, 'below') },
  });
  const theirs = path.join(directory, 'theirs');
  await mkdir(theirs);
  await chmod(directory, 0o755);
  await chmod(theirs, 0o555);
  await refused(/theirs.* may not be read or written by the user.*chown/, {
    env: { OPENCTS_DATA_DIR: theirs },
    uid: IS_ROOT ? NOBODY : undefined,
  });
});

test('a port in use, an address of another machine and a name of none are told', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  await refused(/port \d+ of 127\.0\.0\.1 is in use by another program.*OPENCTS_PORT/, {
    env: { OPENCTS_PORT: String(port) },
  });
  other.close();
  await refused(/OPENCTS_HOST is "203\.0\.113\.9", which is no address of this machine/, {
    env: { OPENCTS_HOST: '203.0.113.9' },
  });
  await refused(/OPENCTS_HOST is "nowhere\.invalid"/, { env: { OPENCTS_HOST: 'nowhere.invalid' } });
});

test('certificates that are not there, and settings that break their rule, are told', async () => {
  await refused(/NODE_EXTRA_CA_CERTS names \/nowhere\.pem/, {
    env: { NODE_EXTRA_CA_CERTS: '/nowhere.pem' },
  });
  await refused(/OPENCTS_ENGINE_MEMORY is "1MB": must be 200MB or more/, {
    env: { OPENCTS_ENGINE_MEMORY: '1MB' },
  });
});

test.skipIf(!canMount())('a disk that is full, or can only be read, is told', async () => {
  const kept = await temporaryDirectory();
  const server = await startServer(kept);
  expect(await server.stop()).toBe(0);
  const on = (options: string, then = 'true') => {
    const mount = `mount -t tmpfs -o ${options} tmpfs "$OPENCTS_DATA_DIR"`;
    return ['unshare', '-m', 'bash', '-c', `${mount} && { ${then}; } && exec "$@"`, 'bash'];
  };
  await refused(/no room on the disk/, { under: on('size=64k') });
  await refused(/is read-only/, { under: on('size=1M,ro') });
  const filled = `cp -a ${kept}/. "$OPENCTS_DATA_DIR"; dd if=/dev/zero of="$OPENCTS_DATA_DIR"/x status=none 2>/dev/null || true`;
  await refused(/no room on the disk/, { under: on('size=64M', filled) });
  await refused(/is read-only/, {
    under: on('size=64M', `${filled}; mount -o remount,ro "$OPENCTS_DATA_DIR"`),
  });
  await removeDirectory(kept);
});

test('after the cure it starts, with what it had', async () => {
  const server = await startServer(directory);
  expect(await server.stop()).toBe(0);
  await chmod(path.join(directory, 'root.key'), 0o666);
  await refused(/everybody on this machine can read/, {});
  await chmod(path.join(directory, 'root.key'), 0o600);
  const again = await startServer(directory, {}, { enabled: false });
  expect(await again.stop()).toBe(0);
});
