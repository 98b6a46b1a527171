import { cp, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectMetadata, copyMetadata, openMetadata } from '../metadata/index.ts';
import { SCRATCH } from '../testing/faults/faults.ts';
import { Dice } from '../testing/seeded.ts';
import { EvidenceLog } from './log.ts';
import { doubtBuckets } from './restored.ts';
import { SigningKeys } from './signing-keys.ts';
import { BUCKETS, History, ROOT_KEY } from './testing/history.ts';
import { Bucket } from './testing/mutations.ts';

const [BUCKET, SECOND] = BUCKETS;
const LOG = 'CloudTraces/Log/d/';

let directory: string;
let history: History;
const logged: { level: number; msg: string }[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(SCRATCH, 'opencts-restored-'));
  await (await openMetadata(path.join(directory, 'metadata.db'))).destroy();
  logged.length = 0;
  const log = pino({ level: 'warn' }, { write: (line: string) => logged.push(JSON.parse(line)) });
  history = new History(directory, new Dice(1), { log });
  await history.begin();
});
afterEach(async () => {
  await history.close();
  await rm(directory, { recursive: true, force: true });
});

async function hours(count: number): Promise<void> {
  for (let hour = 0; hour < count; hour++) {
    await history.cut(60_000, 3);
    await history.work();
    history.pass();
    await history.work();
    await history.work();
  }
}

const backUp = (name = 'backup.db') =>
  copyMetadata(path.join(directory, 'metadata.db'), path.join(directory, name));

/** The metadata of then are put in place of those of now. */
async function restore(name = 'backup.db'): Promise<void> {
  await history.close();
  for (const part of ['', '-wal', '-shm'])
    await rm(path.join(directory, `metadata.db${part}`), { force: true });
  await cp(path.join(directory, name), path.join(directory, 'metadata.db'));
  history.open();
}

const looked = async (bucket: string = BUCKET) => {
  const { proof, findings } = await history.verify(bucket);
  const bad = findings.filter(({ verdict }) => !['pending', 'unproved'].includes(verdict));
  return { conclusion: proof.conclusion, bad, findings };
};
const digestsIn = async (bucket: string = BUCKET) =>
  (await history.keysIn(bucket)).filter((key) => key.includes('/Digest/'));
const logs = async () => {
  const keys = await history.keysIn(BUCKET);
  return keys.filter((key) => key.startsWith(LOG) && key.endsWith('/checkpoint'));
};

/** The newest tile of entries of the log of before. */
const largestOfOld = (keys: string[]) =>
  keys
    .filter((key) => key.startsWith(`${LOG}tile/entries/`))
    .sort((a, b) => Number(a.split('/').at(-1)) - Number(b.split('/').at(-1)))
    .at(-1);

describe('after an older backup of the metadata was restored', () => {
  test('the log begins anew, chains go on behind what lies there, and nothing is taken for tampering', async () => {
    await hours(3);
    await backUp();
    await hours(3);
    // Delivered, and in no digest when it was lost.
    await history.cut(60_000, 2);
    await history.work();
    const before = new Map<string, string>();
    for (const key of await digestsIn()) before.set(key, await history.textOf(BUCKET, key));
    await restore();
    await hours(3);
    expect(await logs()).toHaveLength(2);
    expect(logged.filter(({ level }) => level === 50)).toEqual([
      expect.objectContaining({ msg: expect.stringContaining('restored from an older backup') }),
    ]);
    expect(history.anew).toEqual(['opencts/i1/d']);
    for (const [key, text] of before) expect(await history.textOf(BUCKET, key)).toBe(text);
    const { bad, findings } = await looked();
    expect(bad).toEqual([]);
    // Of the files that nobody signed it is said.
    expect(findings.map(({ kind, verdict }) => [kind, verdict])).toEqual(Array(2).fill(['file', 'unproved']));
    const { others } = await history.covered(BUCKET);
    expect(others).toEqual([]);
    await history.restart();
    await hours(2);
    expect(await logs()).toHaveLength(2);
    expect((await looked()).bad).toEqual([]);
  });

  test('nothing begins anew when nothing was published since', async () => {
    await hours(3);
    await backUp();
    await restore();
    await hours(3);
    expect(await logs()).toHaveLength(1);
    expect(history.anew).toEqual([]);
    expect(await looked()).toMatchObject({ conclusion: 'proved', bad: [] });
  });

  test('also when only files were delivered since, and the restore says so', async () => {
    await hours(3);
    await backUp();
    await history.cut(60_000, 2, 'ECS');
    await history.work();
    await restore();
    await doubtBuckets(history.metadata);
    await hours(3);
    expect(await logs()).toHaveLength(1);
    const { bad, findings } = await looked();
    expect(bad).toEqual([]);
    expect(findings.map(({ kind, verdict }) => [kind, verdict])).toEqual(Array(2).fill(['file', 'unproved']));
  });

  test('a chain gets its last digest, also when verification is off by then', async () => {
    await hours(2);
    await backUp();
    await hours(2);
    await restore();
    history.switchVerification();
    await hours(3);
    const digests = await new Bucket(history, BUCKET, await history.keysIn(BUCKET), []).chains();
    for (const chain of digests) {
      const last = await new Bucket(history, BUCKET, chain, []).digest(chain.at(-1) ?? '');
      expect(last.digest_end).toBe(true);
    }
    expect((await looked()).bad).toEqual([]);
  });

  test('twice, from the same backup', async () => {
    await hours(2);
    await backUp();
    for (let time = 0; time < 2; time++) {
      await hours(2);
      await restore();
    }
    await hours(3);
    expect(await logs()).toHaveLength(3);
    expect(await looked()).toMatchObject({ bad: [] });
  });

  test('also when chains, and the second bucket, came only after the backup', async () => {
    await hours(1);
    await backUp();
    history.transfer({ bucket: SECOND });
    await hours(2);
    history.transfer({ bucket: BUCKET, sorted: false });
    await hours(2);
    await restore();
    await hours(1);
    history.transfer({ bucket: SECOND });
    await hours(3);
    for (const bucket of BUCKETS) expect(await looked(bucket)).toMatchObject({ bad: [] });
  });

  test.each<[string, (keys: string[]) => string | undefined]>([
    ['a digest of before', (keys) => keys.filter((key) => key.includes('/Digest/')).at(0)],
    [
      'a digest that came after the backup',
      (keys) => keys.find((key) => key.includes('_2026-11-05T16-00-00Z')),
    ],
    ['a tile of the log of before', largestOfOld],
  ])('%s that was removed still shows', async (_, choose) => {
    await hours(2);
    await backUp();
    await hours(3);
    await restore();
    await hours(3);
    const key = choose(await history.keysIn(BUCKET)) ?? '';
    await history.objects.remove(BUCKET, key);
    const { conclusion, bad } = await looked();
    expect([conclusion, bad.map((finding) => finding.key)]).toEqual([
      'tampering',
      expect.arrayContaining([key]),
    ]);
  });

  test('what the one of before has published cannot be written anew: the new log knows how it ended', async () => {
    await hours(2);
    await backUp();
    await hours(3);
    const entries = await history.metadata.selectFrom('log_entries').select('entry').orderBy('idx').execute();
    await restore();
    await hours(3);
    // The service itself writes the old log anew, with another past of the same digests.
    for (const key of await history.keysIn(BUCKET))
      if (key.startsWith(LOG) && !key.includes('/since/')) await history.objects.remove(BUCKET, key);
    const metadata = connectMetadata(path.join(directory, 'backup.db'));
    for (const table of ['logs', 'log_entries', 'log_copies'] as const)
      await metadata.deleteFrom(table).execute();
    const clock = () => history.now;
    const keys = new SigningKeys(metadata, ROOT_KEY, clock);
    const log = new EvidenceLog({ metadata, objects: history.objects, keys, installationId: 'i1', clock });
    for (const { entry } of entries.reverse())
      await metadata.transaction().execute((transaction) => log.append(transaction, JSON.parse(entry)));
    await log.publish(BUCKET);
    await metadata.destroy();
    expect(await looked()).toMatchObject({
      conclusion: 'tampering',
      bad: [
        {
          kind: 'log',
          key: expect.stringContaining('/since/'),
          reason: expect.stringContaining('rewritten'),
        },
      ],
    });
  });
});
