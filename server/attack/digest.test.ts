import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bucketSource, readPublicKey, SigningKeys, verifyArchive } from '../src/evidence/index.ts';
import { openMetadata } from '../src/metadata/index.ts';
import { DirectoryStore } from '../src/objects/index.ts';
import { KILLS, removeDirectory, temporaryDirectory } from './harness.ts';

const BUCKET = 'audit-archive';
const WRITER = path.resolve(import.meta.dirname, 'digest-writer.mjs');

test(`after ${KILLS} kill -9 while digests are written every chain is whole, and proves every file`, async () => {
  const directory = await temporaryDirectory();
  for (let round = 0; round < KILLS; round++) {
    const writer = spawn(process.execPath, [WRITER, directory, BUCKET], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    writer.stderr.on('data', (text) => {
      said += text;
    });
    const ended = once(writer, 'exit');
    await Promise.race([once(writer.stdout, 'data'), ended]);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 500));
    expect([writer.exitCode, said]).toEqual([null, '']);
    writer.kill('SIGKILL');
    await ended;
  }
  const metadata = await openMetadata(path.join(directory, 'metadata.db'));
  const objects = new DirectoryStore(path.join(directory, 'objects'));
  const keys = await new SigningKeys(metadata, Buffer.alloc(32, 1), Date.now).list();
  expect(keys).toHaveLength(1);
  const { counts } = await verifyArchive({
    source: bucketSource(objects, BUCKET),
    publicKeys: keys.map(({ publicKey }) => readPublicKey(publicKey)),
    onFinding: () => undefined,
  });
  expect(counts).toMatchObject({ changed: 0, missing: 0, unexpected: 0 });
  expect(counts.valid).toBeGreaterThan(KILLS);
  // An hour has one digest for each trace source, and none is left out.
  const digests = (await objects.list(BUCKET, { limit: 100_000 })).objects
    .map(({ key }) => key)
    .filter((key) => key.includes('/Digest/ECS/'));
  const ends: string[] = [];
  for (const key of digests) {
    const text = gunzipSync(await readFile(path.join(directory, 'objects', BUCKET, key))).toString('utf8');
    ends.push((JSON.parse(text) as { digest_end_time: string }).digest_end_time);
  }
  const hours = ends.map((end) => Date.parse(end.replace(/T(\d\d)-(\d\d)-(\d\d)Z/, 'T$1:$2:$3Z'))).sort();
  expect(hours.every((end, i) => i === 0 || end - (hours[i - 1] ?? 0) === 3_600_000)).toBe(true);
  await metadata.destroy();
  await removeDirectory(directory);
});
