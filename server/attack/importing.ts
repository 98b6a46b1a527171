import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { s3Env } from './backing-up.ts';
import { MAIN, PASSWORD, type RunningServer } from './harness.ts';

/** A command that runs. */
export interface Importing {
  child: ChildProcess;
  /** What it wrote, and its exit code; null: it was killed. */
  ended: Promise<{ code: number | null; told: string }>;
}

/** `opencts import …` as a process of its own, from the store of some options into a service. */
export function importing(
  server: RunningServer,
  store: Parameters<typeof s3Env>[0],
  directory: string,
  args: readonly string[],
): Importing {
  return running(server, store, directory, [process.execPath, MAIN, 'import', ...args]);
}

/** A command within a directory, in which it finds `opencts`, the store and the service. */
export function running(
  server: RunningServer,
  store: Parameters<typeof s3Env>[0],
  directory: string,
  [program = '', ...args]: readonly string[],
): Importing {
  const opencts = path.join(directory, 'opencts');
  writeFileSync(opencts, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`, { mode: 0o755 });
  const child = spawn(program, args, {
    cwd: directory,
    env: {
      ...{ PATH: `${directory}:${process.env.PATH}`, XDG_STATE_HOME: path.join(directory, 'state') },
      ...{ OPENCTS_URL: server.url, OPENCTS_PASSWORD: PASSWORD },
      ...s3Env(store),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => {
      told += text.toString();
    });
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, told }));
  return { child, ended };
}
