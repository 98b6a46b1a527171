import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { archived, transferTo } from './archived.ts';
import { wrong } from './backing-up.ts';
import {
  indexed,
  KILLS,
  listAll,
  MAIN,
  PASSWORD,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
  trace,
  until,
} from './harness.ts';

const BUCKET = 'audit-archive';
const ENV = { OPENCTS_TRANSFER_CYCLE: '1', OPENCTS_JOURNAL_SEGMENT: '1MB' };

let directory: string;
let server: RunningServer | undefined;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await server?.kill();
  server = undefined;
  await removeDirectory(directory);
});

type Producer = Pick<RunningServer, 'token' | 'projectId'>;

/** Starts the service and kills it after so many ms. @returns ids that it has acknowledged, and those it may have */
async function startAndKill(ms: number, { token, projectId }: Producer) {
  const acknowledged: string[] = [];
  const sent: string[] = [];
  const said: string[] = [];
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: {
      PATH: process.env.PATH,
      OPENCTS_DATA_DIR: directory,
      OPENCTS_PORT: '0',
      OPENCTS_ADMIN_PASSWORD: PASSWORD,
      OPENCTS_LOG_LEVEL: 'error',
      OPENCTS_CANARY_SECONDS: '0',
      ...ENV,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('exit', (_, signal) => resolve(signal)),
  );
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const url = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, found] = / is ready: (\S+)/.exec(line) ?? [];
      if (found) resolve(found);
    });
  });
  const produce = async () => {
    const route = `${await url}/v3/${projectId}/traces`;
    for (;;) {
      const ids = Array.from({ length: 20 }, () => randomUUID());
      sent.push(...ids);
      const { status } = await fetch(route, {
        method: 'POST',
        headers: { 'x-auth-token': token, 'content-type': 'application/json' },
        body: JSON.stringify({ traces: ids.map((trace_id) => trace({ trace_id })) }),
      });
      if (status === 201) acknowledged.push(...ids);
    }
  };
  produce().catch(() => undefined);
  await Promise.race([sleep(ms), ended]);
  child.kill('SIGKILL');
  // It was killed, and has not ended by itself.
  expect(await ended, said.join('\n')).toBe('SIGKILL');
  return { acknowledged, sent };
}

test(`killed ${KILLS} times at any moment of its start: what it has acknowledged is in list and trace files, once`, async () => {
  const began = performance.now();
  server = await startServer(directory, ENV);
  // Some come so far that they take traces.
  const latest = (performance.now() - began) * 1.5;
  await transferTo(server, BUCKET);
  const producer = { token: server.token, projectId: server.projectId };
  await server.kill();
  server = undefined;
  const ledger: string[] = [];
  const all: string[] = [];
  for (let i = 0; i < KILLS; i++) {
    const { acknowledged, sent } = await startAndKill(Math.random() * latest, producer);
    ledger.push(...acknowledged);
    all.push(...sent);
  }
  expect(ledger).not.toEqual([]);
  const last = await startServer(directory, ENV);
  server = last;
  await indexed(last);
  const listed = await listAll(last);
  expect(wrong(ledger, listed)).toEqual([]);
  expect([...listed].filter(([id, times]) => times !== 1 || !all.includes(id))).toEqual([]);
  await until(async () => wrong([...listed.keys()], await archived(directory, BUCKET)).length === 0);
  expect([...(await archived(directory, BUCKET))].filter(([, times]) => times !== 1)).toEqual([]);
  expect(await last.stop()).toBe(0);
  server = undefined;
});
