import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { AsideKeeper } from './aside.ts';
import { Following, type Stretch } from './follow.ts';
import { Follower } from './follower.ts';
import type { Frame } from './frame.ts';
import { Journal } from './journal.ts';
import { Quarantine } from './quarantine.ts';
import { JournalReader } from './reader.ts';
import { comparePositions, formatPosition, type Position } from './segment.ts';

const PROJECT = 'a'.repeat(32);
const log = pino({ level: 'silent' });
const directories: string[] = [];
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

/** Where a crash can come, in the order of one stretch. */
const CRASHES = ['begin', 'effect', 'keep', 'done', 'passed'] as const;
type Crash = (typeof CRASHES)[number];
class Died extends Error {}

/** A follower whose effect is repeatable, as those of the service are: what a stretch says, by its place. */
class House {
  readonly effects = new Map<string, string[]>();
  private journal!: Journal;
  private reader!: JournalReader;
  private following!: Following<Stretch>;
  private follower!: Follower;
  private readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** As after a start. @param dies the next stretch ends here */
  async open(dies?: Crash): Promise<void> {
    const { directory } = this;
    this.journal = await Journal.open({
      directory,
      segmentSize: 2_000,
      maxQueue: 1e9,
      retryWindow: 1000,
      countsSince: () => 0,
      onDurable: (_counts, _traces, end) => this.reader?.advance(end),
      onDamage: () => undefined,
      onFatal: (error) => {
        throw error;
      },
    });
    const aside = new AsideKeeper(directory, 'indexer', () => undefined);
    this.reader = new JournalReader(directory, this.journal.durableEnd, () => undefined, aside);
    this.follower = await Follower.open('indexer', this.reader, path.join(directory, 'positions'), {
      all: ['indexer'],
    });
    const { follower } = this;
    let dead = false;
    /** After the step, and everything that follows it, the process is gone. */
    const dying = async <Value>(step: Crash, work: () => Promise<Value>): Promise<Value> => {
      if (dead) throw new Died();
      const done = await work();
      dead ||= step === dies;
      if (dead) throw new Died();
      return done;
    };
    this.following = new Following({
      bookmark: {
        get position() {
          return follower.position;
        },
        get until() {
          return follower.until;
        },
        begin: (until) => dying('begin', () => follower.begin(until)),
        passed: () => dying('passed', () => follower.passed()),
        settle: () => dying('passed', () => follower.settle()),
      },
      aside: {
        keep: (frames: Frame[]) => dying('keep', () => aside.keep(frames)),
        done: (frames: Frame[]) => dying('done', () => aside.done(frames)),
      } as unknown as AsideKeeper,
      log,
      complaint: '',
      end: () => this.journal.durableEnd,
      read: (from, until) => this.read(from, until ?? undefined),
      effect: (stretch) =>
        dying('effect', async () => {
          const lines: string[] = [];
          for (const frame of stretch.frames) {
            if (frame.line().includes('bad')) aside.note(frame, new Error('bad'));
            else lines.push(frame.line().trim());
          }
          const place = formatPosition(this.follower.position);
          // As a store that knows what it has taken by a token.
          if (!this.effects.has(place)) this.effects.set(place, lines);
          return true;
        }),
    });
  }

  private async read(from: Position, until?: Position): Promise<Stretch | undefined> {
    const { frames, next } = await this.reader.read(from, 300, until);
    return comparePositions(next, from) === 0 ? undefined : { frames, to: next };
  }

  async append(lines: readonly string[]): Promise<void> {
    await this.journal.append(
      lines.map((line, at) => ({
        routing: {
          recordTime: 1000,
          traceId: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
          projectId: PROJECT,
          trackerName: 'system',
          serviceType: 'ECS',
          clientId: false,
          extra: false,
        },
        line,
      })),
      [],
    );
  }

  /** Goes as far as it can. */
  async follow(): Promise<void> {
    while (comparePositions(this.follower.position, this.journal.durableEnd) < 0) {
      if (!(await this.following.step())) return;
    }
  }

  replay = (quarantine: Quarantine) => quarantine.replay(this.journal, {});
  close = () => this.journal.close();
}

test('every record takes effect once or is set aside once, wherever crashes come, also while it is replayed', async () => {
  const line = fc.constantFrom('good', 'bad');
  const crashes = fc.array(fc.option(fc.constantFrom(...CRASHES), { nil: undefined }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 12 }), crashes, async (kinds, crashes) => {
      const directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-follow-'));
      directories.push(directory);
      const house = new House(directory);
      const lines = kinds.map((kind, at) => `{"${kind}":${at}}`);
      await house.open(crashes[0]);
      await house.append(lines);
      await house.follow();
      for (const dies of [...crashes.slice(1), undefined]) {
        await house.close();
        await house.open(dies);
        await house.follow();
      }
      const bad = lines.filter((one) => one.includes('bad'));
      const quarantine = await Quarantine.open(directory);
      expect([...house.effects.values()].flat()).toEqual(lines.filter((one) => one.includes('good')));
      expect((await quarantine.list({}, 100)).map((one) => one.line.trim())).toEqual(bad);
      expect(quarantine.totals.indexer).toBe(bad.length);
      // What fails again stays, as one.
      expect(await house.replay(quarantine)).toBe(bad.length);
      await house.replay(quarantine);
      for (const dies of [...crashes, undefined]) {
        await house.close();
        await house.open(dies);
        await house.follow();
      }
      expect((await quarantine.list({}, 100)).map((one) => one.line.trim())).toEqual(bad);
      expect([...house.effects.values()].flat()).toHaveLength(lines.length - bad.length);
      await house.close();
    }),
    { numRuns: 60 },
  );
}, 120_000);
