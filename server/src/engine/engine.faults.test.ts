import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { failingDisk } from '../testing/faults/failing-disk.ts';
import { type Rule, whyNoFaults } from '../testing/faults/faults.ts';
import { type Engine, keepEngine } from './supervisor.ts';

describe.skipIf(whyNoFaults)('an embedded engine that cannot be started now', () => {
  const disk = failingDisk();
  const execPath = process.execPath;
  const engines: Engine[] = [];
  const logged: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => logged.push(line) });
  afterEach(async () => {
    process.execPath = execPath;
    logged.length = 0;
    for (const engine of engines.splice(0)) await engine.stop();
  });

  function keep() {
    const kept = keepEngine({ dataDir: disk.directory, memory: 800 * 1024 ** 2, log });
    engines.push(kept.engine);
    return kept;
  }

  /** Process ids of engines on this directory. */
  async function running(): Promise<string[]> {
    const commands = (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => [pid, await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')] as const);
    const data = path.join(disk.directory, 'data');
    return (await Promise.all(commands)).filter(([, command]) => command.includes(data)).map(([pid]) => pid);
  }

  const FAILURES: Omit<Rule, 'path'>[] = [
    { calls: 'write', error: 'ENOSPC' },
    { calls: 'write', error: 'ENOSPC', when: 'half' },
    { calls: 'open', error: 'EMFILE' },
    { calls: 'open', error: 'EIO' },
  ];
  test.each(FAILURES)('its note of the process, %j: it comes up as the only one', async (failing) => {
    disk.faults.fail({ ...failing, times: 3, path: path.join(disk.directory, 'pid') });
    const { engine, up } = keep();
    await up;
    expect(logged.filter((line) => line.includes('did not start'))).not.toEqual([]);
    expect(await running()).toEqual([String(engine.pid)]);
  });

  test.each(FAILURES)('its settings, %j: they are written when they can be', async (failing) => {
    disk.faults.fail({ ...failing, times: 3, path: path.join(disk.directory, 'config.xml') });
    await keep().up;
    expect(logged.filter((line) => line.includes('did not start'))).not.toEqual([]);
  });

  test('there is no process to be had: it is said, and tried again', async () => {
    process.execPath = path.join(disk.directory, 'absent');
    const { engine, up } = keep();
    await expect.poll(() => engine.problem).toMatch(/could not be started.*ENOENT/);
    process.execPath = execPath;
    await up;
    expect(engine.ready).toBe(true);
  });
});
