import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMetadata, openMetadata } from '../metadata/index.ts';
import { SCRATCH } from '../testing/faults/faults.ts';
import { Dice } from '../testing/seeded.ts';
import type { Finding } from './finding.ts';
import { SigningKeys } from './signing-keys.ts';
import { BUCKETS, History, ROOT_KEY } from './testing/history.ts';
import { Bucket, MUTATIONS } from './testing/mutations.ts';

/** A thousand of each kind by its own command. */
const COUNT = Number(process.env.OPENCTS_HISTORIES ?? 60);
/** Of the first; what fails says its own. */
const SEED = Number(process.env.OPENCTS_HISTORY_SEED ?? Math.floor(Math.random() * 2 ** 31));
const LOG_FOLDER = 'CloudTraces/Log/d/'.length;
const ALARMS = ['changed', 'missing', 'unexpected', 'unreadable'];

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(SCRATCH, 'opencts-histories-'));
  const template = path.join(directory, 'metadata.db');
  await (await openMetadata(template)).destroy();
  // Making a key takes longer than a history.
  const metadata = connectMetadata(template);
  await new SigningKeys(metadata, ROOT_KEY, () => 0).noteSigners('any');
  await metadata.destroy();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Which of the objects of a log is another one cannot always be told: its checkpoints do not fit its entries. */
const names = (finding: Finding, key: string) =>
  finding.key === key || (finding.kind === 'log' && key.startsWith(finding.key.slice(0, LOG_FOLDER)));

/** A history that follows from a seed, to its end. */
async function live(seed: number, look: (history: History, dice: Dice) => Promise<void>): Promise<void> {
  const folder = path.join(directory, String(seed));
  await mkdir(folder);
  // Its log may hold what its last connection has not brought into the file.
  for (const part of (await readdir(directory)).filter((name) => /^metadata\.db(-wal)?$/.test(name)))
    await cp(path.join(directory, part), path.join(folder, part));
  const dice = new Dice(seed);
  const history = new History(folder, dice);
  try {
    await history.begin();
    for (let step = 6 + dice.below(25); step > 0; step--) await history.step();
    await history.settle();
    await look(history, dice);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(
      `OPENCTS_HISTORY_SEED=${seed} OPENCTS_HISTORIES=1\n${history.story.join('\n')}\n${message}`,
      {
        cause: error,
      },
    );
  } finally {
    await history.close();
    await rm(folder, { recursive: true });
  }
}

test(
  `${COUNT} histories from seed ${SEED} on raise no alarm, and what is covered is proved`,
  async () => {
    for (let seed = SEED; seed < SEED + COUNT; seed++) {
      await live(seed, async (history) => {
        for (const bucket of BUCKETS) {
          const { proof, findings } = await history.verify(bucket);
          expect(findings.filter(({ verdict }) => ALARMS.includes(verdict))).toEqual([]);
          const { covered, others, owed } = await history.covered(bucket);
          expect(owed).toEqual([]);
          if (others.length === 0 && covered.length > 0)
            expect({ conclusion: proof.conclusion, findings }).toEqual({ conclusion: 'proved', findings });
          const named = findings.filter(({ kind }) => kind === 'file').map(({ key }) => key);
          expect(named.sort()).toEqual(others.sort());
        }
      });
    }
  },
  COUNT * 15_000,
);

test(
  `${COUNT} histories from seed ${SEED} on, each with one attack: it is found and named`,
  async () => {
    const attacks = Object.keys(MUTATIONS);
    for (let seed = SEED; seed < SEED + COUNT; seed++) {
      await live(seed, async (history, dice) => {
        const keys = await history.publicKeys();
        for (const name of BUCKETS) {
          const { covered } = await history.covered(name);
          const bucket = new Bucket(history, name, await history.keysIn(name), covered);
          if (bucket.digests.length === 0) continue;
          const before = (await history.verify(name, keys)).proof;
          const what = dice.one(attacks);
          history.story.push(`${what} in ${name}`);
          const found = await MUTATIONS[what]?.(bucket, dice);
          const { proof, findings } = await history.verify(name, keys);
          if (!found) {
            expect(proof.conclusion).toBe(before.conclusion);
            continue;
          }
          const isRight = [found.conclusion, 'tampering'].includes(proof.conclusion);
          expect({ isRight, conclusion: proof.conclusion, findings }).toMatchObject({ isRight: true });
          expect(found.named.filter((key) => !findings.some((finding) => names(finding, key)))).toEqual([]);
        }
      });
    }
  },
  COUNT * 15_000,
);
