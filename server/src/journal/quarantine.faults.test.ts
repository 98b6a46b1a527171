import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openFilesBelow } from '../testing/faults/descriptors.ts';
import { failingDisk } from '../testing/faults/failing-disk.ts';
import { someOf } from '../testing/faults/failures.ts';
import { CHANGES, type Rule, whyNoFaults } from '../testing/faults/faults.ts';
import { AsideKeeper } from './aside.ts';
import type { Frame } from './frame.ts';
import { Journal } from './journal.ts';
import { Quarantine } from './quarantine.ts';
import { JournalReader } from './reader.ts';
import { comparePositions, type Position, startOf } from './segment.ts';

const FOLLOWER = 'indexer';
const RECORD_TIME = Date.UTC(2026, 10, 21, 9);
const PROJECT = '5f0c1d2e3a4b45c69788a9b0c1d2e3f4';

describe.skipIf(whyNoFaults)('the quarantine on a disk that fails', () => {
  const disk = failingDisk();

  /** A follower that sets aside every trace whose text says so, as followers go about it: keep, done, go on. */
  class Run {
    readonly directory: string;
    journal!: Journal;
    quarantine!: Quarantine;
    private keeper!: AsideKeeper;
    private at: Position = startOf(1);
    readonly bad: string[] = [];
    readonly processed: string[] = [];
    /** Whether what was bad can be processed now. */
    cured = false;

    constructor(name: string) {
      this.directory = path.join(disk.directory, name);
    }

    async open(): Promise<this> {
      this.journal = await Journal.open({
        directory: this.directory,
        segmentSize: 1e6,
        maxQueue: 1e9,
        retryWindow: 1,
        countsSince: () => 0,
        onDamage: () => undefined,
        onDurable: () => undefined,
        onFatal: (error) => {
          throw error;
        },
      });
      await this.openQuarantine();
      return this;
    }

    /** As a start does. */
    async openQuarantine(): Promise<void> {
      this.quarantine = await Quarantine.open(this.directory);
      this.keeper = new AsideKeeper(this.directory, FOLLOWER, (change) => this.quarantine.changed(change));
    }

    async append(isBad: boolean): Promise<void> {
      const traceId = randomUUID();
      const routing = {
        ...{ recordTime: RECORD_TIME, traceId, projectId: PROJECT, trackerName: 'system' },
        ...{ serviceType: 'ECS', clientId: false, extra: false },
      };
      await this.journal.append([{ routing, line: JSON.stringify({ isBad }) }], []);
      if (isBad) this.bad.push(traceId);
    }

    /** Reads on until it has read everything; what failed is done once more, as after a pause. */
    async follow(tries: number): Promise<void> {
      for (let i = 0; i < tries; i++) {
        try {
          while (await this.step());
          return;
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(EIO|ENOSPC|EMFILE)$/) });
        }
      }
    }

    private async step(): Promise<boolean> {
      const end = this.journal.durableEnd;
      const reader = new JournalReader(this.directory, end, () => undefined, this.keeper);
      const { frames, next } = await reader.read(this.at, 1e6);
      if (comparePositions(this.at, next) === 0) return false;
      const isBad = (frame: Frame) => !this.cured && JSON.parse(frame.line()).isBad;
      for (const frame of frames) if (isBad(frame)) this.keeper.note(frame, new Error('it is bad'));
      const good = frames.filter((frame) => !this.keeper.isNoted(frame));
      this.processed.push(...good.map(({ traceId }) => traceId));
      await this.keeper.keep(frames);
      await this.keeper.done(good);
      this.at = next;
      return true;
    }

    async aside(): Promise<string[]> {
      const list = () => this.quarantine.list({}, 100);
      return (await list().catch(list)).map(({ routing }) => routing.traceId);
    }

    /** Counted is what is there, also by the next start. */
    async isRight(what: string): Promise<void> {
      const there = (await this.aside()).length;
      expect(this.quarantine.totals[FOLLOWER], what).toBe(there);
      await this.openQuarantine().catch(() => this.openQuarantine());
      expect(this.quarantine.totals[FOLLOWER], what).toBe(there);
      expect(this.quarantine.counts[FOLLOWER].get(PROJECT, RECORD_TIME), what).toBe(there);
    }
  }

  /** Traces come, some are set aside, come once more in vain, and then with success. */
  const STEPS: ((run: Run, tries: number) => Promise<void>)[] = [
    async (run, tries) => {
      for (const isBad of [true, false, true]) await run.append(isBad);
      await run.follow(tries);
    },
    async (run, tries) => {
      await run.quarantine.replay(run.journal, {});
      await run.follow(tries);
    },
    async (run, tries) => {
      run.cured = true;
      await run.quarantine.replay(run.journal, {});
      await run.follow(tries);
    },
  ];

  const FAILURES: Omit<Rule, 'path'>[] = [
    { calls: CHANGES, error: 'EIO', when: 'before' },
    { calls: CHANGES, error: 'EIO', when: 'after' },
    { calls: CHANGES, error: 'ENOSPC', when: 'before' },
    { calls: CHANGES, error: 'ENOSPC', when: 'after' },
    { calls: 'write', error: 'ENOSPC', when: 'half' },
    { calls: 'sync', error: 'EIO', when: 'lost' },
    { calls: 'open', error: 'EMFILE', when: 'before' },
    { calls: 'read', error: 'EIO', when: 'before' },
  ];

  test.each(FAILURES)(
    '$error $when any of $calls: nothing leaves it but what was processed, and once',
    async (failing) => {
      const below = (run: Run) => path.join(run.directory, 'quarantine*');
      const well = await new Run('well').open();
      const watch = disk.faults.watch(failing.calls, below(well));
      for (const step of STEPS) await step(well, 1);
      const { seen } = watch;
      disk.faults.clear();
      expect([await well.aside(), well.processed.length]).toEqual([[], 3]);
      await well.journal.close();
      for (const skip of someOf(seen)) {
        const name = `call ${skip}`;
        const run = await new Run(`call-${skip}`).open();
        const fault = disk.faults.fail({ ...failing, skip, path: below(run) });
        for (const [at, step] of STEPS.entries()) {
          await step(run, 4).catch((error) => {
            // A replay that could not read what there is: it is asked for again.
            expect(error, name).toMatchObject({ code: expect.stringMatching(/^(EIO|EMFILE)$/) });
            return step(run, 4);
          });
          if (at < 2) expect((await run.aside()).sort(), `${name}, step ${at}`).toEqual([...run.bad].sort());
          await run.isRight(`${name}, step ${at}`);
        }
        expect(fault.hits, name).toBeGreaterThan(0);
        disk.faults.clear();
        expect(await run.aside(), name).toEqual([]);
        expect(new Set(run.processed).size, name).toBe(3);
        expect(await openFilesBelow(path.join(run.directory, 'quarantine')), name).toEqual([]);
        await run.journal.close();
      }
    },
  );

  test('a file of it that the disk does not give back is named', async () => {
    const run = await new Run('unreadable').open();
    await run.append(true);
    await run.follow(1);
    disk.faults.fail({ calls: 'read', error: 'EIO', times: 1e6, path: '*/quarantine/*' });
    await expect(run.openQuarantine()).rejects.toThrow(/\/quarantine\/indexer-\S+\.ndjson: EIO/);
    disk.faults.clear();
    await run.openQuarantine();
    expect(run.quarantine.totals.indexer).toBe(1);
    await run.journal.close();
  });
});
