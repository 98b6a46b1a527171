import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  indexed,
  listAll,
  partOf,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
} from './harness.ts';

let directory: string;
let server: RunningServer;

beforeEach(async () => {
  directory = await temporaryDirectory();
  server = await startServer(directory);
});
afterEach(async () => {
  await server.stop();
  await removeDirectory(directory);
});

async function send(count: number): Promise<string[]> {
  const traces = Array.from({ length: count }, () => trace({ trace_id: randomUUID() }));
  const { status } = await report(server, traces);
  expect(status).toBe(201);
  return traces.map(({ trace_id }) => String(trace_id));
}

/** @returns ms until the answer, and what it says of the trace store */
async function readyz(): Promise<{ ms: number; status: number; detail: string }> {
  const began = performance.now();
  const response = await fetch(`${server.url}/readyz`);
  const { checks } = (await response.json()) as { checks: { name: string; detail: string }[] };
  const detail = checks.find(({ name }) => name === 'trace store')?.detail ?? '';
  return { ms: performance.now() - began, status: response.status, detail };
}

async function list(): Promise<{ answered: number; status: number; message: string }> {
  const headers = { 'x-auth-token': server.token };
  const response = await fetch(`${server.url}/v3/${server.projectId}/traces`, { headers });
  const { error_msg: message = '' } = (await response.json()) as { error_msg?: string };
  return { answered: performance.now(), status: response.status, message };
}

async function problem(): Promise<string | null> {
  const response = await fetch(`${server.url}/v3/trace-store`, {
    headers: { 'x-auth-token': server.token },
  });
  return ((await response.json()) as { problem: string | null }).problem;
}

const LEAST_PATIENCE = { timeout: 45_000, interval: 250 };

const lost: [what: string, harm: (pid: number) => void | Promise<void>][] = [
  ['hangs', (pid) => void process.kill(pid, 'SIGSTOP')],
  ['has its folder removed under it', () => rm(path.join(directory, 'engine'), { recursive: true })],
];

test.each(partOf(lost, 1))(
  'an engine that %s is named within seconds, and started again; nothing is lost',
  async (_, harm) => {
    const acknowledged = await send(500);
    await indexed(server);
    const pid = server.enginePid();
    await harm(pid);
    const harmed = performance.now();
    const asked = list();
    acknowledged.push(...(await send(500)));
    const told = async () => {
      const { ms, status, detail } = await readyz();
      expect(ms).toBeLessThan(3_000);
      return `${status}: ${detail}`;
    };
    await expect
      .poll(told, LEAST_PATIENCE)
      .toMatch(/^503: it has answered nothing for \d+ s; after 25 s it is started again/);
    expect(await problem()).toMatch(/^the trace store hangs: it has answered nothing for/);
    // Who had asked before is not kept waiting until it is started again.
    const { answered, status, message } = await asked;
    expect([status, message]).toEqual([503, 'the trace store does not answer now; try again']);
    expect(answered - harmed).toBeLessThan(20_000);
    // Nor is who asks now.
    const late = performance.now();
    expect((await list()).status).toBe(503);
    expect(performance.now() - late).toBeLessThan(3_000);

    await expect.poll(async () => (await readyz()).status, LEAST_PATIENCE).toBe(200);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(server.enginePid()).not.toBe(pid);
    await expect.poll(problem, LEAST_PATIENCE).toBeNull();
    await expect
      .poll(
        async () => [...(await listAll(server)).keys()].filter((id) => acknowledged.includes(id)).length,
        {
          timeout: 60_000,
          interval: 500,
        },
      )
      .toBe(acknowledged.length);
    expect(
      server.log.filter((line) => line.includes('it hung: it had answered nothing for 25 s')),
    ).toHaveLength(1);
  },
  180_000,
);
