import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyMetadata, openMetadata } from '../metadata/index.ts';
import { SCRATCH } from '../testing/faults/faults.ts';
import { Dice } from '../testing/seeded.ts';
import { EvidenceLog, readCheckpoint } from './log.ts';
import { BUCKETS, History } from './testing/history.ts';
import { TILE_WIDTH } from './tiles.ts';

const [BUCKET, SECOND] = BUCKETS;
/** So many entries that a tile becomes whole in the hour in which a call fails. */
const BEFORE = TILE_WIDTH - 8;

let directory: string;
let files = 0;

beforeAll(async () => {
  directory = await mkdtemp(path.join(SCRATCH, 'opencts-calls-'));
  const database = path.join(directory, 'metadata.db');
  await (await openMetadata(database)).destroy();
  const history = new History(directory, new Dice(1));
  await history.begin();
  const { metadata, objects, keys } = history;
  const log = new EvidenceLog({ metadata, objects, keys, installationId: 'i1', clock: () => history.now });
  await metadata.transaction().execute(async (transaction) => {
    for (let at = 0; at < BEFORE; at++) {
      const sha256 = String(at).padStart(64, '0');
      await log.append(transaction, { bucket: SECOND, object: `digest-${at}`, sha256 });
    }
  });
  await hour(history);
  await history.close();
  // The library goes on writing to a closed file until its statements are collected as garbage.
  await copyMetadata(database, `${database}-copy`);
  for (const suffix of ['', '-wal', '-shm']) await rm(`${database}${suffix}`, { force: true });
  await rename(`${database}-copy`, database);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function hour(history: History): Promise<void> {
  for (const service of ['ECS', 'IAM', 'VPC']) await history.cut(60_000, 2, service);
  await history.work();
  history.pass();
  await history.work();
  await history.work();
}

/** The history of before, once more. */
async function again(): Promise<History> {
  const folder = `${directory}-${++files}`;
  await cp(directory, folder, { recursive: true });
  const history = new History(folder, new Dice(files));
  history.files = 100;
  history.open();
  history.pass();
  return history;
}

async function end(history: History): Promise<void> {
  await history.close();
  await rm(history.directory, { recursive: true });
}

/** Every file has its number, every digest its place in the log, and all copies of it are whole. */
async function look(history: History): Promise<void> {
  const { metadata } = history;
  const { proof, findings } = await history.verify(BUCKET);
  expect({ conclusion: proof.conclusion, findings }).toEqual({ conclusion: 'proved', findings: [] });
  expect((await history.covered(BUCKET)).others).toEqual([]);
  const numbers = await metadata
    .selectFrom('trace_files')
    .select(['chain_id', 'number'])
    .orderBy('chain_id')
    .orderBy('number')
    .execute();
  for (const [at, { chain_id, number }] of numbers.entries()) {
    const before = numbers[at - 1];
    expect(number).toBe(before?.chain_id === chain_id ? before.number + 1 : 1);
  }
  const entries = await metadata.selectFrom('log_entries').select('entry').execute();
  const known = entries
    .map(({ entry }) => JSON.parse(entry).object)
    .filter((key) => key.includes('/Digest/'));
  const lying = (await history.keysIn(BUCKET)).filter((key) => key.includes('/Digest/'));
  expect(known.sort()).toEqual(lying.sort());
  const checkpoint = await history.textOf(BUCKET, 'CloudTraces/Log/d/checkpoint');
  expect(readCheckpoint(checkpoint)?.size).toBe(entries.length);
}

const ROWS = (['objects', 'metadata'] as const).flatMap((where) =>
  [false, true].flatMap((happens) => [false, true].map((anew) => ({ where, happens, anew }))),
);

describe('delivery, digests, checkpoints and tiles', () => {
  test.each(ROWS)(
    'when any call of $where fails, it happens: $happens, the process is made anew: $anew',
    async ({ where, happens, anew }) => {
      const well = await again();
      const { seen } = await well.during(where, undefined, () => hour(well));
      await hour(well);
      await look(well);
      await end(well);
      expect(seen).toBeGreaterThan(10);
      // Every other one of the many statements.
      for (let at = anew ? 1 : 0; at < seen; at += where === 'metadata' ? 2 : 1) {
        const history = await again();
        await history.during(where, { at, happens }, () => hour(history));
        if (anew) await history.restart();
        for (let hours = 0; hours < 2; hours++) await hour(history);
        await look(history).catch((error) => {
          throw new Error(`call ${at}: ${error.message}`, { cause: error });
        });
        await end(history);
      }
    },
    300_000,
  );
});
