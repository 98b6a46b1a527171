import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { RunningServer } from './harness.ts';

/** @param encryption alias of a key that is made for it */
export async function transferTo(server: RunningServer, bucket: string, encryption?: string): Promise<void> {
  const headers = { 'x-auth-token': server.token, 'content-type': 'application/json' };
  let key = {};
  if (encryption !== undefined) {
    const made = await fetch(`${server.url}/v3/${server.projectId}/keys`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ alias: encryption }),
    });
    const { id } = (await made.json()) as { id: string };
    key = { is_support_trace_files_encryption: true, kms_id: id };
  }
  const response = await fetch(`${server.url}/v3/${server.projectId}/tracker`, {
    method: 'PUT',
    headers,
    body: JSON.stringify({
      tracker_type: 'system',
      tracker_name: 'system',
      ...key,
      obs_info: { bucket_name: bucket, is_obs_created: true },
    }),
  });
  expect(response.status).toBe(200);
}

export type Open = (stored: Buffer) => Promise<Buffer>;

/** Every trace in the bucket's files, with how often it is there. */
export async function archived(
  directory: string,
  bucket: string,
  open: Open = async (stored) => stored,
): Promise<Map<string, number>> {
  const root = path.join(directory, 'objects', bucket);
  const seen = new Map<string, number>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!/(?:^|_)CloudTrace_/.test(entry.name)) continue;
    const stored = await open(await readFile(path.join(entry.parentPath, entry.name)));
    const text = gunzipSync(stored).toString('utf8');
    for (const { trace_id, service_type } of JSON.parse(text) as {
      trace_id: string;
      service_type: string;
    }[]) {
      if (['CTS', 'IAM', 'KMS'].includes(service_type)) continue;
      seen.set(trace_id, (seen.get(trace_id) ?? 0) + 1);
    }
  }
  return seen;
}
