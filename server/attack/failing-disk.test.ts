import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { buildFaults, Faults, type When, whyNoFaults } from '../src/testing/faults/faults.ts';
import {
  indexed,
  listAll,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
  until,
} from './harness.ts';

if (whyNoFaults) console.warn(`skipped, failing disks: ${whyNoFaults}`);

/** Reports some traces. @returns whether they were acknowledged; their ids are among those then */
async function send(server: RunningServer, acknowledged: Set<string>, size = 0): Promise<boolean> {
  const ids = Array.from({ length: 20 }, () => randomUUID());
  const traces = ids.map((trace_id) => trace({ trace_id, request: 'x'.repeat(size) }));
  const answer = await report(server, traces).catch(() => undefined);
  if (answer?.status !== 201) return false;
  for (const id of ids) acknowledged.add(id);
  return true;
}

async function expectAll(server: RunningServer, acknowledged: Set<string>): Promise<void> {
  await indexed(server);
  const found = await listAll(server);
  expect([...acknowledged].filter((id) => found.get(id) !== 1)).toEqual([]);
}

test.skipIf(whyNoFaults).each<{ calls: 'sync' | 'write'; when: When }>([
  { calls: 'sync', when: 'before' },
  { calls: 'sync', when: 'after' },
  { calls: 'write', when: 'half' },
])(
  'a $calls of the journal that fails ($when) ends the process with 70, and the next start has all that was acknowledged',
  async ({ calls, when }) => {
    const directory = await temporaryDirectory();
    const kit = await temporaryDirectory();
    const env = { ...buildFaults(kit) };
    const faults = new Faults(env.TEST_FAULTS);
    try {
      const acknowledged = new Set<string>();
      const server = await startServer(directory, env);
      for (let i = 0; i < 10; i++) expect(await send(server, acknowledged)).toBe(true);
      const ended = once(server.process, 'exit');
      faults.fail({ calls, when, error: 'EIO', path: `${directory}/journal/*.journal` });
      expect(await send(server, acknowledged)).toBe(false);
      expect(await ended).toEqual([70, null]);
      expect(server.log.join('\n')).toContain('the next start reads the disk anew');
      faults.clear();
      const again = await startServer(directory, env);
      expect(await send(again, acknowledged)).toBe(true);
      await expectAll(again, acknowledged);
      expect(await again.stop()).toBe(0);
    } finally {
      faults.close();
      await removeDirectory(directory);
      await removeDirectory(kit);
    }
  },
);

test.skipIf(whyNoFaults)(
  'while no file can be opened nothing acknowledged is lost, and all goes on by itself when it can be again',
  async () => {
    const directory = await temporaryDirectory();
    const kit = await temporaryDirectory();
    const env = { ...buildFaults(kit), OPENCTS_JOURNAL_SEGMENT: '4MB', OPENCTS_TRANSFER_CYCLE: '1' };
    const faults = new Faults(env.TEST_FAULTS);
    try {
      const acknowledged = new Set<string>();
      const server = await startServer(directory, env);
      for (let i = 0; i < 10; i++) expect(await send(server, acknowledged)).toBe(true);
      const fault = faults.fail({
        calls: 'open',
        error: 'EMFILE',
        times: 1e6,
        path: `${directory}/[jmos]*`,
      });
      // Up to the end of the segment, and over some cycles and looks of everybody.
      let refused = 0;
      for (let i = 0; i < 60 || refused < 5; i++) {
        if (!(await send(server, acknowledged, 10_000))) refused++;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(fault.hits).toBeGreaterThan(5);
      expect(server.process.exitCode).toBeNull();
      faults.clear();
      await until(() => send(server, acknowledged));
      await expectAll(server, acknowledged);
      expect(await server.stop()).toBe(0);
    } finally {
      faults.close();
      await removeDirectory(directory);
      await removeDirectory(kit);
    }
  },
);
