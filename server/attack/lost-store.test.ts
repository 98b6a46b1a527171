import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type ObjectStore, openS3 } from '../src/objects/index.ts';
import { startS3Server, whyNoS3 } from '../src/objects/testing/s3-server.ts';
import { transferTo } from './archived.ts';
import { s3Env } from './backing-up.ts';
import {
  accounted,
  indexed,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
  until,
} from './harness.ts';
import { importing, running } from './importing.ts';

if (whyNoS3) console.warn(`skipped, a lost store: ${whyNoS3}`);

/** What the docs say to do, as it is printed there. */
const PRINTED =
  [
    ...readFileSync(path.resolve(import.meta.dirname, '../..', 'docs/import.md'), 'utf8').matchAll(
      /^```sh\n(.*?)^```$/gms,
    ),
  ]
    .map(([, text = '']) => text)
    .find((text) => text.includes('audit-archive-2')) ?? '';

const DAY = 86_400_000;
type Trace = Record<string, unknown> & { trace_id: string; service_type: string };

/** What a service records anew of a trace that it is brought. */
const GIVEN = /^(?:source_)?(?:project_id|domain_id|record_time|tracker_name)$/;
const own = (trace: Trace) => Object.fromEntries(Object.entries(trace).filter(([name]) => !GIVEN.test(name)));

/** Traces of ECS by their ids, in all files of a bucket; an id that is there twice is an error. */
async function filed(objects: ObjectStore, bucket: string): Promise<Map<string, Trace>> {
  const found = new Map<string, Trace>();
  for (const { key } of (await objects.list(bucket, { prefix: 'CloudTraces/' })).objects) {
    if (!/CloudTrace_[^/]*\.json\.gz$/.test(key)) continue;
    const { body } = await objects.get(bucket, key);
    for (const one of JSON.parse(gunzipSync(await buffer(body)).toString()) as Trace[]) {
      if (one.service_type !== 'ECS') continue;
      if (found.has(one.trace_id)) throw new Error(`${one.trace_id} is in the archive twice`);
      found.set(one.trace_id, one);
    }
  }
  return found;
}

/** Resolves when so many are in the files of a bucket. */
async function delivered(server: RunningServer, objects: ObjectStore, bucket: string, count: number) {
  await until(
    async () => (await accounted(server)).stored >= count && (await filed(objects, bucket)).size === count,
  );
}

async function get(server: RunningServer, query: string) {
  const response = await fetch(`${server.url}/v3/${server.projectId}/traces?limit=200&${query}`, {
    headers: { 'x-auth-token': server.token },
  });
  return (await response.json()) as { traces: Trace[]; meta_data: { marker: string | null } };
}

/** Traces of ECS in the list; an id that is there twice is an error. */
async function listed(server: RunningServer): Promise<Map<string, Trace>> {
  await indexed(server);
  const found = new Map<string, Trace>();
  for (let next: string | null = ''; next !== null; ) {
    const page = await get(server, `service_type=ECS&from=${Date.now() - 7 * DAY}${next && `&next=${next}`}`);
    for (const one of page.traces) {
      if (found.has(one.trace_id)) throw new Error(`${one.trace_id} is in the list twice`);
      found.set(one.trace_id, one);
    }
    next = page.meta_data.marker;
  }
  return found;
}

test.skipIf(whyNoS3 !== undefined)(
  'a service whose data are lost is filled again from the bucket: every archived trace is there, once, as it was',
  async () => {
    const s3 = await startS3Server();
    const objects = await openS3(s3.options);
    const env = { ...s3Env(s3.options), OPENCTS_TRANSFER_CYCLE: '1' };
    const lost = await temporaryDirectory();
    const first = await startServer(lost, env);
    await transferTo(first, 'audit-archive');
    const traces = Array.from({ length: 600 }, (_, i) =>
      trace({
        trace_id: randomUUID(),
        resource_name: `web-${i}`,
        time: Date.now() - (i % 6) * DAY - (i % 7 === 0 ? 300 * DAY : 0),
        request: `{"serial":${i}12345678901234567890,"ratio":1.0}`,
        ...(i % 5 === 0 ? { trace_rating: 'warning', code: '403', ratio_of_it: 1.5 } : {}),
      }),
    );
    expect((await report(first, traces)).accepted).toBe(600);
    const before = await listed(first);
    const late = traces.filter(({ time }) => Number(time) < Date.now() - 100 * DAY);
    for (const { trace_id } of late.slice(0, 5)) {
      for (const one of (await get(first, `trace_id=${trace_id}`)).traces) before.set(one.trace_id, one);
    }
    await delivered(first, objects, 'audit-archive', 600);
    const archived = await filed(objects, 'audit-archive');
    const answer = await fetch(`${first.url}/v3/public-keys`);
    const { public_keys: keys } = (await answer.json()) as { public_keys: { public_key: string }[] };
    await first.kill();
    await removeDirectory(lost);

    const anew = await temporaryDirectory();
    const second = await startServer(anew, env, { enabled: false });
    const beside = await temporaryDirectory();
    await writeFile(path.join(beside, 'key.pem'), keys[0]?.public_key ?? '');
    const { code, told } = await running(second, s3.options, beside, ['bash', '-euc', PRINTED]).ended;
    expect([code, told]).toEqual([0, expect.stringContaining(' 0 refused')]);
    expect(told).toMatch(new RegExp(`does not show ${late.length} .*: they are only in trace files`));

    const after = await listed(second);
    expect(after.size).toBe(600 - late.length);
    for (const { trace_id } of late.slice(0, 5)) {
      for (const one of (await get(second, `trace_id=${trace_id}`)).traces) after.set(one.trace_id, one);
    }
    for (const [id, one] of before) expect(own(after.get(id) as Trace)).toEqual(own(one));
    expect(before.size).toBe(605 - late.length);
    await delivered(second, objects, 'audit-archive-2', 600);
    for (const [id, one] of await filed(objects, 'audit-archive-2')) {
      expect(own(one)).toEqual(own(archived.get(id) as Trace));
    }
    expect(await importing(second, s3.options, beside, ['cts', 's3://audit-archive']).ended).toEqual({
      code: 0,
      told: expect.stringContaining('0 records read in 0 files'),
    });
    expect((await listed(second)).size).toBe(600 - late.length);

    expect(await second.stop()).toBe(0);
    await s3.stop();
    await removeDirectory(anew);
    await removeDirectory(beside);
  },
);
