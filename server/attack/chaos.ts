import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, open, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Receiver } from '../src/testing/receiver.ts';
import type { RunningServer } from './harness.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
export const canFakeTime = existsSync(FAKETIME);

/** What the deeds of a run work on. */
export interface World {
  directory: string;
  receiver: Receiver;
  random: () => number;
  /** The server of now. */
  server(): RunningServer;
  /** Ends the server by some means, does something meanwhile, and starts it again. */
  again(how: 'kill' | 'stop', meanwhile?: () => Promise<void>, env?: Record<string, string>): Promise<void>;
  /** Runs while nobody reports anything. */
  quietly(work: () => Promise<void>): Promise<void>;
  /** Whether the data lie on a disk of their own that can be filled. */
  canFill: boolean;
}

/** Something that happens to a machine; nothing of it may cost an acknowledged trace. */
export type Deed = (world: World) => Promise<void>;

const between = (random: () => number, from: number, to: number) => from + random() * (to - from);
const inJournal = ({ directory }: World, ...parts: string[]) => path.join(directory, 'journal', ...parts);

async function pick(world: World, folder: string, pattern: RegExp): Promise<string | undefined> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => pattern.test(name)).sort();
  const name = names[Math.floor(world.random() * names.length)];
  return name && path.join(folder, name);
}

async function flipBit(world: World, file: string): Promise<void> {
  const bytes = await readFile(file);
  if (bytes.length === 0) return;
  const at = Math.floor(world.random() * bytes.length);
  bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(world.random() * 8));
  await writeFile(file, bytes);
}

/** Removes, empties or changes a file of the journal that stands twice or can be made again. */
async function spoil(world: World): Promise<void> {
  const kinds: [folder: string, pattern: RegExp][] = [
    [inJournal(world, world.random() < 0.5 ? 'positions' : 'positions.copy'), /\.json$/],
    [inJournal(world), /^id(?:\.copy)?$/],
    [inJournal(world), /^gaps\.json$/],
  ];
  const [folder, pattern] = kinds[Math.floor(world.random() * kinds.length)] as (typeof kinds)[number];
  const file = await pick(world, folder, pattern);
  if (!file) return;
  const how = world.random();
  if (how < 0.4) await rm(file);
  else if (how < 0.7) await truncate(file, 0);
  else await flipBit(world, file);
}

async function freeze(world: World): Promise<void> {
  const { pid } = world.server().process;
  const engine = engineOf(world);
  const both = engine ? [pid, engine] : [pid];
  for (const one of both) process.kill(one as number, 'SIGSTOP');
  await pause(between(world.random, 500, 8_000));
  for (const one of both) process.kill(one as number, 'SIGCONT');
}

function engineOf(world: World): number | undefined {
  try {
    return world.server().enginePid();
  } catch {
    return undefined;
  }
}

/** Takes all the room that is left, for a while. */
async function fillDisk(world: World): Promise<void> {
  const ballast = path.join(world.directory, 'ballast');
  const handle = await open(ballast, 'w');
  try {
    for (let piece = Buffer.alloc(4 * 1024 * 1024, 1); piece.length > 512; ) {
      try {
        await handle.write(piece);
      } catch {
        piece = piece.subarray(0, piece.length >> 1);
      }
    }
    await pause(between(world.random, 500, 5_000));
  } finally {
    await handle.close();
    await rm(ballast, { force: true });
  }
}

/** Takes the name of the last segment from the file that is written to. */
async function displace(world: World, how: (file: string) => Promise<void>): Promise<void> {
  const segments = async () =>
    (await readdir(inJournal(world))).filter((name) => name.endsWith('.journal')).sort();
  const last = (await segments()).at(-1);
  if (!last) return;
  const file = inJournal(world, last);
  const handle = await open(file);
  await how(file);
  // It was sealed meanwhile, and nobody writes to it any more: what is gone then is gone.
  if (((await segments()).at(-1) ?? '') > last) {
    await writeFile(`${file}.whole`, await handle.readFile(), { mode: 0o600 });
    await rename(`${file}.whole`, file);
  }
  await handle.close();
  // Within this time it has its name again, if anything came.
  await pause(2_500);
}

async function loseBucket({ directory, random }: World): Promise<void> {
  const objects = path.join(directory, 'objects');
  execFileSync('mv', [objects, `${objects}.away`]);
  await pause(between(random, 500, 4_000));
  // What was made anew meanwhile is nobody's.
  await rm(objects, { recursive: true, force: true });
  execFileSync('mv', [`${objects}.away`, objects]);
}

async function refuse({ receiver, random }: World): Promise<void> {
  const answers = [500, 503, 'hang', 'cut'] as const;
  receiver.always = answers[Math.floor(random() * answers.length)] as (typeof answers)[number];
  await pause(between(random, 500, 4_000));
  receiver.always = 200;
}

/** Starts with a clock that is wrong, and again with the right one. */
const wrongClock =
  (offset: string, lives: number): Deed =>
  async (world) => {
    const env = { LD_PRELOAD: FAKETIME, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
    await world.quietly(async () => {
      await world.again('stop', undefined, env);
      await pause(lives);
      await world.again('kill');
    });
  };

/** What can happen, how often, by name. */
export function deeds(canFill: boolean): Record<string, [weight: number, deed: Deed]> {
  return {
    'kill -9': [6, (world) => world.again('kill')],
    'an orderly end': [2, (world) => world.again('stop')],
    'the engine is killed': [
      3,
      async (world) => {
        const pid = engineOf(world);
        if (pid) process.kill(pid, 'SIGKILL');
      },
    ],
    'everything stands still': [2, freeze],
    'the receiver refuses': [2, refuse],
    'the buckets are gone for a while': [2, loseBucket],
    'files of the journal are spoilt': [3, (world) => world.again('kill', () => spoil(world))],
    'the journal is removed while it is written to': [1, (world) => displace(world, (file) => rm(file))],
    'the journal is moved away while it is written to': [
      1,
      (world) => displace(world, (file) => rename(file, `${file}.away`)),
    ],
    'the journal is replaced by an earlier copy of it': [
      1,
      (world) =>
        displace(world, async (file) => {
          const copy = `${file}.earlier`;
          await copyFile(file, copy);
          await pause(300);
          await rename(copy, file);
        }),
    ],
    ...(canFill ? { 'the disk is full': [2, fillDisk] as [number, Deed] } : {}),
    ...(canFakeTime
      ? {
          'the clock is 30 days ahead': [1, wrongClock('+30d', 4_000)] as [number, Deed],
          'the clock is two days behind': [1, wrongClock('-2d', 2_000)] as [number, Deed],
        }
      : {}),
  };
}

/** One of them, by their weights. */
export function choose<Value>(random: () => number, all: Record<string, [number, Value]>): [string, Value] {
  const entries = Object.entries(all);
  let at = random() * entries.reduce((sum, [, [weight]]) => sum + weight, 0);
  for (const [name, [weight, value]] of entries) {
    at -= weight;
    if (at < 0) return [name, value];
  }
  throw new Error('there is nothing to choose from');
}
