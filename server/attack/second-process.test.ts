import { execFileSync, spawn } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  indexed,
  listAll,
  MAIN,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
} from './harness.ts';

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => removeDirectory(directory));

/** Whether a process can have process ids of its own, as in a container: that takes root. */
function canUnshare(): boolean {
  try {
    execFileSync('unshare', ['--pid', '--fork', '--mount-proc', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Starts a second service on the directory, and waits for its end. */
async function second(contained: boolean): Promise<{ code: number | null; said: string }> {
  const command = [process.execPath, MAIN, 'serve'];
  const [program = '', ...args] = contained
    ? ['unshare', '--pid', '--fork', '--mount-proc', ...command]
    : command;
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, OPENCTS_DATA_DIR: directory, OPENCTS_PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (data) => {
    said += data;
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, said };
}

test.each([
  ['beside it', false],
  ['in a container of its own', true],
])(
  'a second service %s is refused six times under load, and every acknowledged trace is there',
  async (_where, contained) => {
    if (contained && !canUnshare()) {
      console.warn('skipped: process ids of its own take root');
      return;
    }
    let server: RunningServer = await startServer(directory, { OPENCTS_JOURNAL_SEGMENT: '256kB' });
    const acknowledged = new Set<string>();
    let loading = true;
    const producers = Array.from({ length: 4 }, async () => {
      while (loading) {
        const { status, trace_ids } = await report(
          server,
          Array.from({ length: 20 }, () => trace()),
        );
        if (status === 201) for (const id of trace_ids ?? []) acknowledged.add(id as string);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    for (let i = 0; i < 6; i++) {
      const { code, said } = await second(contained);
      expect(code).toBe(2);
      expect(said).toMatch(/^opencts: the data directory .* is in use .*\n$/);
    }
    loading = false;
    await Promise.all(producers);
    await indexed(server);
    expect(await server.stop()).toBe(0);

    server = await startServer(directory);
    await indexed(server);
    const listed = await listAll(server);
    expect([...acknowledged].filter((id) => listed.get(id) !== 1)).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(500);
    await server.kill();
  },
);
