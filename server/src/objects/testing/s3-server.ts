import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { S3Options } from '../s3.ts';

/** Real S3 servers, as `.ci/run` builds them: VersityGW, and MinIO, which encrypts with named keys. */
export const PROGRAM = process.env.OPENCTS_TEST_S3_SERVER;
const ENCRYPTING_PROGRAM = process.env.OPENCTS_TEST_MINIO;

/** Why there is no S3 server to test against; undefined when there is. */
export const whyNoS3 =
  PROGRAM && existsSync(PROGRAM) ? undefined : 'OPENCTS_TEST_S3_SERVER names no program of VersityGW';
/** Why there is none that encrypts with named keys. */
export const whyNoEncryptingS3 =
  ENCRYPTING_PROGRAM && existsSync(ENCRYPTING_PROGRAM)
    ? undefined
    : 'OPENCTS_TEST_MINIO names no program of MinIO';

const ACCESS_KEY = 'opencts';
const SECRET_KEY = 'a-secret-of-the-tests';

export interface S3Server {
  options: Required<S3Options>;
  /** Stops answering, as a store that is away; `resume` ends it. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

/** VersityGW. */
export async function startS3Server(): Promise<S3Server> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-s3-'));
  const port = await freePort();
  const listen = ['--port', `127.0.0.1:${port}`, '--region', 'eu-de'];
  const child = spawn(
    PROGRAM as string,
    ['--access', ACCESS_KEY, '--secret', SECRET_KEY, ...listen, 'posix', directory],
    { stdio: 'ignore' },
  );
  return serverOf(child, port, directory);
}

export interface EncryptingS3Server extends S3Server {
  /** Has no longer the key that it had, but another one. */
  changeKey(name: string): Promise<void>;
}

/** MinIO. @param key name of the one key that it encrypts with */
export async function startEncryptingS3Server(key: string): Promise<EncryptingS3Server> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-s3-'));
  const port = await freePort();
  const start = async (name: string) => {
    const material = createHash('sha256').update(name).digest('base64');
    const env = {
      MINIO_ROOT_USER: ACCESS_KEY,
      MINIO_ROOT_PASSWORD: SECRET_KEY,
      MINIO_REGION: 'eu-de',
      MINIO_KMS_SECRET_KEY: `${name}:${material}`,
      MINIO_CI_CD: '1',
      MINIO_BROWSER: 'off',
      HOME: directory,
    };
    const listen = ['--address', `127.0.0.1:${port}`];
    const child = spawn(ENCRYPTING_PROGRAM as string, ['server', ...listen, path.join(directory, 'data')], {
      stdio: 'ignore',
      env,
    });
    return { child, server: await serverOf(child, port, directory) };
  };
  let { child, server } = await start(key);
  return {
    options: server.options,
    pause: () => server.pause(),
    resume: () => server.resume(),
    stop: () => server.stop(),
    async changeKey(name) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      ({ child, server } = await start(name));
    },
  };
}

async function serverOf(child: ChildProcess, port: number, directory: string): Promise<S3Server> {
  const endpoint = `http://127.0.0.1:${port}`;
  for (let i = 0; ; i++) {
    const answered = await fetch(endpoint).then(
      ({ status }) => status < 500,
      () => false,
    );
    if (answered) break;
    if (i > 400) throw new Error('the S3 server does not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    options: { endpoint, region: 'eu-de', accessKey: ACCESS_KEY, secretKey: SECRET_KEY, hostStyle: false },
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    async stop() {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
