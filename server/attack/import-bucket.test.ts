import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ObjectStore, openS3 } from '../src/objects/index.ts';
import { type S3Proxy, startS3Proxy } from '../src/objects/testing/s3-proxy.ts';
import { type S3Server, startS3Server, whyNoS3 } from '../src/objects/testing/s3-server.ts';
import {
  indexed,
  listAll,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './harness.ts';
import { importing } from './importing.ts';

if (whyNoS3) console.warn(`skipped, imports from a bucket: ${whyNoS3}`);

let directory: string;
let server: RunningServer;
let s3: S3Server;
let proxy: S3Proxy;
let store: ObjectStore;

const record = (id: string) =>
  `{"eventVersion":"1.08","eventTime":"${new Date().toISOString()}","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","userIdentity":{"type":"Root","accountId":"1"},"eventID":"${id}"}`;

/** @returns ids of the records */
async function fill(bucket: string, sizes: readonly number[]): Promise<string[]> {
  await store.createBucket(bucket, 'eu-de');
  const all: string[] = [];
  for (const [i, size] of sizes.entries()) {
    const ids = Array.from({ length: size }, () => randomUUID());
    const body = gzipSync(`{"Records":[${ids.map(record).join(',')}]}`);
    await store.put({ bucket, key: `2026/11/${i}.json.gz`, body, contentType: 'application/gzip' });
    all.push(...ids);
  }
  return all;
}

/** Those that are not in the list exactly once. */
async function notOnce(ids: readonly string[]): Promise<string[]> {
  await indexed(server);
  const found = await listAll(server);
  return ids.filter((id) => found.get(id) !== 1);
}

describe.skipIf(whyNoS3 !== undefined)('an import from a bucket', () => {
  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory);
    s3 = await startS3Server();
    proxy = await startS3Proxy(s3.options.endpoint);
    store = await openS3(s3.options);
  });
  afterAll(async () => {
    await server.stop();
    await proxy.stop();
    await s3.stop();
    await removeDirectory(directory);
  });

  test('that is killed again and again in the middle brings everything, once', async () => {
    const ids = await fill('trail-killed', [...Array.from({ length: 80 }, () => 50), 12_000]);
    const through = { ...s3.options, endpoint: proxy.endpoint };
    let reads = 0;
    let kills = 0;
    for (let ended = false; !ended; ) {
      const run = importing(server, through, directory, ['cloudtrail', 's3://trail-killed']);
      const begun = proxy.read.length;
      const most = 9 + kills * 4;
      proxy.fate = () => {
        if (kills < 5 && proxy.read.length - begun >= most) setTimeout(() => run.child.kill('SIGKILL'), 10);
        return undefined;
      };
      const { code, told } = await run.ended;
      reads = proxy.read.length;
      if (code === null) kills++;
      else {
        expect([code, told]).toEqual([0, expect.stringContaining('Earlier runs took ')]);
        ended = true;
      }
    }
    expect(kills).toBe(5);
    // What was taken is not read again; what was under way at each kill is.
    expect(reads).toBeLessThanOrEqual(81 + kills * 8);
    expect(await notOnce(ids)).toEqual([]);
  });

  test('beside another one of the same, with a state of its own, brings nothing twice', async () => {
    const ids = await fill(
      'trail-twice',
      Array.from({ length: 40 }, () => 100),
    );
    const runs = ['one', 'two'].map((name) =>
      importing(server, s3.options, directory, [
        ...['cloudtrail', 's3://trail-twice', '--state', `${directory}/${name}.db`],
      ]),
    );
    for (const { code, told } of await Promise.all(runs.map(({ ended }) => ended))) {
      expect([code, told]).toEqual([0, expect.stringContaining('4000 records read in 40 files')]);
    }
    expect(await notOnce(ids)).toEqual([]);
  });
});
