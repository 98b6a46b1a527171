import path from 'node:path';
import { expect, test } from 'vitest';
import { openSqlite } from '../src/sqlite.ts';
import { indexed, type RunningServer, removeDirectory, startServer, temporaryDirectory } from './harness.ts';

const ROUNDS = 4;

/** A look at the metadata of a service that has ended. */
function rowsOf(directory: string, statement: string): Record<string, unknown>[] {
  const sqlite = openSqlite(path.join(directory, 'metadata.db'));
  const rows = sqlite.prepare(statement).all() as Record<string, unknown>[];
  sqlite.close();
  return rows;
}

async function tracesOf(server: RunningServer, name: string) {
  const traces: { trace_id: string; resource_name: string; code?: string; message?: string }[] = [];
  for (let next: string | null = ''; next !== null; ) {
    const query = `limit=200&trace_name=${name}${next ? `&next=${encodeURIComponent(next)}` : ''}`;
    const response = await fetch(`${server.url}/v3/${server.projectId}/traces?${query}`, {
      headers: { 'x-auth-token': server.token },
    });
    const page = (await response.json()) as { traces: typeof traces; meta_data: { marker: string | null } };
    traces.push(...page.traces);
    next = page.meta_data.marker;
  }
  return traces;
}

test('whatever was changed when the service was killed is recorded, once', async () => {
  const directory = await temporaryDirectory();
  let server = await startServer(directory);
  const answered: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let killed = false;
    const create = async (worker: number) => {
      for (let i = 0; !killed; i++) {
        const name = `r${round}-w${worker}-${i}`;
        const body = JSON.stringify({ group: { name } });
        const headers = { 'x-auth-token': server.token, 'content-type': 'application/json' };
        const { status } = await fetch(`${server.url}/v3/groups`, { method: 'POST', headers, body });
        if (status === 201) answered.push(name);
      }
    };
    const workers = Array.from({ length: 8 }, (_, worker) => create(worker).catch(() => undefined));
    await new Promise((resolve) => setTimeout(resolve, 400 + 300 * round));
    await server.kill();
    killed = true;
    await Promise.all(workers);
    server = await startServer(directory);
  }
  await indexed(server);
  const traces = await tracesOf(server, 'createGroup');
  const told = new Set(traces.map((one) => one.resource_name).filter(Boolean));
  const unknown = traces.filter(({ code }) => code === undefined);
  for (const { message, resource_name } of unknown) {
    expect(message).toContain('may have taken effect or not');
    expect(resource_name).toMatch(/^r\d-w\d-\d+$/);
  }
  expect(new Set(traces.map(({ trace_id }) => trace_id)).size).toBe(traces.length);
  expect(answered.length).toBeGreaterThan(20);
  expect(answered.filter((name) => !told.has(name))).toEqual([]);
  const names = traces.map((one) => one.resource_name).filter(Boolean);
  expect(names.length).toBe(new Set(names).size);
  await server.stop();
  expect(rowsOf(directory, 'select * from operations')).toEqual([]);
  const groups = rowsOf(directory, 'select name from "groups"')
    .map(({ name }) => String(name))
    .filter((name) => /^r\d/.test(name));
  expect(groups.filter((name) => !told.has(name))).toEqual([]);
  await removeDirectory(directory);
});
