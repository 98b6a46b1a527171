import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { S3Options } from '../s3.ts';

/** A real S3 server (VersityGW), as `.ci/run` builds it. */
const PROGRAM = process.env.OPENCTS_TEST_S3_SERVER;

/** Why there is no S3 server to test against; undefined when there is. */
export const whyNoS3 =
  PROGRAM && existsSync(PROGRAM) ? undefined : 'OPENCTS_TEST_S3_SERVER names no program of VersityGW';

export interface S3Server {
  options: S3Options;
  /** Stops answering, as a store that is away; `resume` ends it. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

export async function startS3Server(): Promise<S3Server> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-s3-'));
  const port = await freePort();
  const [accessKey, secretKey] = ['opencts', 'a-secret-of-the-tests'];
  const child: ChildProcess = spawn(
    PROGRAM as string,
    [
      '--access',
      accessKey,
      '--secret',
      secretKey,
      '--port',
      `127.0.0.1:${port}`,
      '--region',
      'eu-de',
      'posix',
      directory,
    ],
    { stdio: 'ignore' },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  for (let i = 0; ; i++) {
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) break;
    if (i > 200) throw new Error('the S3 server does not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    options: { endpoint, region: 'eu-de', accessKey, secretKey, hostStyle: false },
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    async stop() {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
