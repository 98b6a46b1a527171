import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Receiver } from '../src/testing/receiver.ts';
import { seeded } from '../src/testing/seeded.ts';
import { archived, transferTo } from './archived.ts';
import { choose, deeds, type World } from './chaos.ts';
import { notify } from './flooding.ts';
import {
  canMount,
  indexed,
  listAll,
  type RunningServer,
  removeDirectory,
  report,
  signIn,
  startServer,
  temporaryDirectory,
  trace,
  until,
} from './harness.ts';

const MINUTES = Number(process.env.OPENCTS_CHAOS_MINUTES ?? 10);
const SEED = Number(process.env.OPENCTS_CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));
const PRODUCERS = 3;
const ENV = {
  OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8',
  OPENCTS_JOURNAL_SEGMENT: '1MB',
  OPENCTS_TRANSFER_CYCLE: '2',
  OPENCTS_DISK_RESERVE: '1MB',
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const fills = canMount();

test(
  `chaos of ${MINUTES} minutes, seed ${SEED}: what was acknowledged is in list and trace files once, and told`,
  async () => {
    const random = seeded(SEED);
    const directory = await temporaryDirectory();
    if (fills) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1g', 'tmpfs', directory]);
    const receiver = await new Receiver().start();
    /** When, by id. */
    const acknowledged = new Map<string, string>();
    /** Of these, those that the subscriber wants. */
    const toTell = new Set<string>();
    const story: string[] = [];
    const log: string[] = [];
    let server: RunningServer = await startServer(directory, ENV);
    let gate: Promise<void> = Promise.resolve();
    let isOver = false;
    await transferTo(server, 'evidence');
    await notify(server, await signIn(server.url), `${receiver.url}/hook`, receiver);

    const produce = async () => {
      while (!isOver) {
        await gate;
        const ids = Array.from({ length: 1 + Math.floor(Math.random() ** 3 * 60) }, () => randomUUID());
        try {
          const traces = ids.map((trace_id, at) =>
            trace({ trace_id, trace_name: at === 0 ? 'deleteServer' : 'createServer' }),
          );
          const { status } = await report(server, traces, AbortSignal.timeout(20_000));
          if (status === 201) {
            for (const id of ids) acknowledged.set(id, new Date().toISOString());
            toTell.add(ids[0] as string);
          }
        } catch {
          // Nobody knows what became of it.
        }
        await pause(100);
      }
    };
    const world: World = {
      ...{ directory, receiver, random, canFill: fills },
      server: () => server,
      async again(how, meanwhile, env) {
        await (how === 'kill' ? server.kill() : server.stop());
        log.push(...server.log);
        await meanwhile?.();
        server = await startServer(directory, { ...ENV, ...env });
      },
      async quietly(work) {
        let open: () => void = () => undefined;
        gate = new Promise((resolve) => {
          open = resolve;
        });
        // What is under way is answered.
        await pause(1_000);
        await work();
        open();
      },
    };

    const producers = Array.from({ length: PRODUCERS }, produce);
    const end = Date.now() + MINUTES * 60_000;
    try {
      while (Date.now() < end) {
        await pause(random() * 4_000);
        const [name, deed] = choose(random, deeds(fills));
        story.push(`${new Date().toISOString()} ${name}`);
        if (process.env.OPENCTS_CHAOS_STORY)
          appendFileSync(process.env.OPENCTS_CHAOS_STORY, `${story.at(-1)}\n`);
        await deed(world);
      }
      isOver = true;
      await Promise.all(producers);
      await world.again('stop');
      await indexed(server);
      const gaps = await readFile(path.join(directory, 'journal', 'gaps.json'), 'utf8').catch(() => '[]');
      const told = `${story.join('\n')}\ngaps: ${gaps}\n`;
      const when = (ids: string[]) =>
        ids.length === 0
          ? ''
          : `from ${acknowledged.get(ids[0] ?? '')} to ${acknowledged.get(ids.at(-1) ?? '')}`;
      const listed = await listAll(server);
      const lost = [...acknowledged.keys()].filter((id) => !listed.has(id));
      expect(lost, `lost in the list ${when(lost)}, of ${acknowledged.size}\n${told}`).toEqual([]);
      expect(
        [...listed].filter(([, times]) => times > 1),
        `doubled in the list\n${told}`,
      ).toEqual([]);

      await until(async () => {
        const files = await archived(directory, 'evidence');
        return [...listed.keys()].every((id) => files.has(id));
      }, 60).catch(() => undefined);
      const files = await archived(directory, 'evidence');
      const unfiled = [...acknowledged.keys()].filter((id) => !files.has(id));
      expect(unfiled, `lost in trace files ${when(unfiled)}\n${told}`).toEqual([]);
      expect(
        [...files].filter(([, times]) => times > 1),
        `doubled in trace files\n${told}`,
      ).toEqual([]);

      const untold = () => {
        const told = new Set(
          receiver.of('Notification').map(({ body }) => JSON.parse(body.message).trace.trace_id as string),
        );
        return [...toTell].filter((id) => !told.has(id));
      };
      await until(async () => untold().length === 0).catch(() => undefined);
      expect(untold(), `not told to the subscriber, of ${toTell.size}\n${told}`).toEqual([]);
      console.log(`${acknowledged.size} acknowledged, ${story.length} deeds, seed ${SEED}`);
      expect(await server.stop()).toBe(0);
    } finally {
      isOver = true;
      await server.kill().catch(() => undefined);
      await receiver.stop();
      if (process.env.OPENCTS_CHAOS_KEEP) {
        // Beside it: its disk may be full.
        const logFile = `${directory}.log`;
        console.log(`kept: ${directory}, ${logFile}`);
        await writeFile(logFile, [...log, ...server.log].join('\n'));
      } else {
        if (fills) execFileSync('umount', ['-l', directory]);
        await removeDirectory(directory);
      }
    }
  },
  (MINUTES + 12) * 60_000,
);
