import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
} from './harness.ts';

const KILLS = 50;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function transferTo(server: RunningServer, bucket: string): Promise<void> {
  const response = await fetch(`${server.url}/v3/${server.projectId}/tracker`, {
    method: 'PUT',
    headers: { 'x-auth-token': server.token, 'content-type': 'application/json' },
    body: JSON.stringify({
      tracker_type: 'system',
      tracker_name: 'system',
      obs_info: { bucket_name: bucket, is_obs_created: true },
    }),
  });
  expect(response.status).toBe(200);
}

/** Every trace in the bucket's files, with how often it is there. */
async function archived(directory: string, bucket: string): Promise<Map<string, number>> {
  const root = path.join(directory, 'objects', bucket);
  const seen = new Map<string, number>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = gunzipSync(await readFile(path.join(entry.parentPath, entry.name))).toString('utf8');
    for (const { trace_id, service_type } of JSON.parse(text) as {
      trace_id: string;
      service_type: string;
    }[]) {
      if (['CTS', 'IAM'].includes(service_type)) continue;
      seen.set(trace_id, (seen.get(trace_id) ?? 0) + 1);
    }
  }
  return seen;
}

test(`after ${KILLS} kill -9 during transfer every acknowledged trace is in exactly one trace file`, async () => {
  const directory = await temporaryDirectory();
  const env = { OPENCTS_TRANSFER_CYCLE: '1', OPENCTS_JOURNAL_SEGMENT: '1MB' };
  const acknowledged = new Set<string>();
  const services = ['ECS', 'VPC', 'OBS', 'RDS'];
  for (let round = 0; round < KILLS; round++) {
    const server = await startServer(directory, env);
    if (round === 0) await transferTo(server, 'audit-archive');
    const stop = new AbortController();
    const produce = async () => {
      while (!stop.signal.aborted) {
        const batch = Array.from({ length: 50 }, (_, i) =>
          trace({ trace_id: randomUUID(), service_type: services[i % services.length] }),
        );
        try {
          const { trace_ids = [] } = await report(server, batch);
          for (const id of trace_ids) if (id) acknowledged.add(id);
        } catch {
          return;
        }
      }
    };
    const producers = [produce(), produce()];
    // Long enough for a cycle now and then, so that every step of it is met.
    await pause(300 + Math.random() * 2000);
    await server.kill();
    stop.abort();
    await Promise.all(producers);
  }
  const server = await startServer(directory, env);
  for (let i = 0; i < 100; i++) {
    const found = await archived(directory, 'audit-archive');
    if ([...acknowledged].every((id) => found.has(id))) break;
    await pause(200);
  }
  const found = await archived(directory, 'audit-archive');
  expect([...acknowledged].filter((id) => !found.has(id))).toEqual([]);
  expect([...found].filter(([, times]) => times > 1)).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(10_000);
  expect(await server.stop()).toBe(0);
  await removeDirectory(directory);
});
