import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { failingDisk } from '../testing/faults/failing-disk.ts';
import { someOf } from '../testing/faults/failures.ts';
import { CHANGES, type Rule, whyNoFaults } from '../testing/faults/faults.ts';
import { Journal } from './journal.ts';
import { JournalReader } from './reader.ts';
import { type Position, startOf } from './segment.ts';

const PROJECT = '5f0c1d2e3a4b45c69788a9b0c1d2e3f4';
const RECORD_TIME = Date.UTC(2026, 10, 21, 9);
/** So many appends rotate the journal three times; half of them, once. */
const APPENDS = 8;

const identityOf = (id: string) => Buffer.from(PROJECT + id.replaceAll('-', ''), 'hex');

type Failing = Pick<Rule, 'calls' | 'error' | 'when'>;

describe.skipIf(whyNoFaults)('a journal whose disk fails', () => {
  const disk = failingDisk();

  /** One journal in a folder of its own, and what it has acknowledged. */
  class Run {
    readonly directory: string;
    journal!: Journal;
    readonly acknowledged: string[] = [];
    /** What its only follower has read, and how far it is. */
    readonly followed: string[] = [];
    private at: Position = startOf(1);
    rejected = 0;
    fatal: Error | undefined;

    constructor(name: string) {
      this.directory = path.join(disk.directory, name);
    }

    async open(): Promise<this> {
      this.fatal = undefined;
      this.journal = await Journal.open({
        directory: this.directory,
        segmentSize: 2_000,
        maxQueue: 1e9,
        retryWindow: 1,
        countsSince: () => 0,
        onDamage: () => undefined,
        onDurable: () => undefined,
        onFatal: (error) => {
          this.fatal = error;
        },
      });
      return this;
    }

    async append(): Promise<boolean> {
      const id = randomUUID();
      const routing = {
        recordTime: RECORD_TIME,
        traceId: id,
        projectId: PROJECT,
        trackerName: 'system',
        serviceType: 'ECS',
        clientId: true,
        extra: false,
      };
      const entry = { routing, line: JSON.stringify({ id, text: 'x'.repeat(1_000) }) };
      try {
        await this.journal.append([entry], [identityOf(id)]);
        this.acknowledged.push(id);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ status: 503 });
        this.rejected++;
        return false;
      }
    }

    async appendAll(appends = APPENDS): Promise<void> {
      for (let i = 0; i < appends && !this.fatal; i++) {
        await this.append();
        await this.follow().catch(() => undefined);
      }
    }

    /** Reads on, and releases what it has read. */
    private async follow(): Promise<void> {
      const reader = new JournalReader(this.directory, this.journal.durableEnd, () => undefined);
      for (let left = true; left; ) {
        const { frames, next } = await reader.read(this.at, 1e6);
        this.followed.push(...frames.map(({ traceId }) => traceId));
        this.at = next;
        left = frames.length > 0;
      }
      await reader.release(this.at);
    }

    /** As the next start finds it. */
    async reopen(): Promise<void> {
      await this.journal.close();
      await this.open();
      await this.follow();
    }

    get counted(): number {
      return this.journal.counts.get(PROJECT, RECORD_TIME);
    }
  }

  /** How many calls of a kind a run of appends makes while all is well. */
  async function callsOf(calls: Rule['calls']): Promise<number> {
    const run = await new Run('well').open();
    const watch = disk.faults.watch(calls, `${run.directory}*`);
    await run.appendAll();
    await run.journal.close();
    const { seen } = watch;
    disk.faults.clear();
    expect(run.acknowledged).toHaveLength(APPENDS);
    return seen;
  }

  test.each<Failing & { passes: boolean }>([
    { calls: ['write', 'rename', 'unlink', 'truncate'], error: 'ENOSPC', when: 'before', passes: true },
    { calls: ['write', 'rename', 'unlink', 'truncate'], error: 'ENOSPC', when: 'after', passes: true },
    { calls: 'write', error: 'ENOSPC', when: 'half', passes: true },
    { calls: 'open', error: 'ENOSPC', when: 'after', passes: true },
    { calls: 'open', error: 'EMFILE', when: 'before', passes: true },
    { calls: CHANGES, error: 'EIO', when: 'before', passes: false },
    { calls: CHANGES, error: 'EIO', when: 'after', passes: false },
    { calls: 'write', error: 'EIO', when: 'half', passes: false },
    { calls: 'sync', error: 'ENOSPC', when: 'before', passes: false },
  ])('$error $when any of $calls loses nothing acknowledged', async ({ passes, ...failing }) => {
    const calls = await callsOf(failing.calls);
    expect(calls).toBeGreaterThan(3);
    for (const skip of someOf(calls)) {
      const run = await new Run(`call-${skip}`).open();
      const fault = disk.faults.fail({ ...failing, skip, path: `${run.directory}*` });
      await run.appendAll();
      expect(fault.hits, `call ${skip}`).toBeGreaterThan(0);
      disk.faults.clear();
      if (passes) expect(run.fatal, `call ${skip}`).toBeUndefined();
      expect(run.rejected, `call ${skip}`).toBeLessThan(failing.when === 'half' ? 3 : 2);
      const before = run.acknowledged.length;
      if (run.fatal) await run.reopen();
      await run.appendAll(APPENDS / 2);
      expect(run.acknowledged.length, `after call ${skip}`).toBe(before + APPENDS / 2);
      await run.reopen();
      const stored = run.followed;
      expect(stored.filter((id) => run.acknowledged.includes(id))).toEqual(run.acknowledged);
      expect(stored.length - run.acknowledged.length, `call ${skip}`).toBeLessThanOrEqual(passes ? 0 : 1);
      expect(run.counted, `call ${skip}`).toBe(stored.length);
      for (const id of run.acknowledged.slice(-1)) expect(run.journal.knows(identityOf(id))).toBe(true);
      await run.journal.close();
    }
  });

  test.each<Failing>([
    { calls: ['write', 'mkdir'], error: 'ENOSPC', when: 'before' },
    { calls: 'write', error: 'ENOSPC', when: 'half' },
    { calls: 'open', error: 'EMFILE', when: 'before' },
  ])('$error $when any of $calls that lasts refuses, and is over when it is over', async (failing) => {
    const calls = await callsOf(failing.calls);
    for (const skip of someOf(calls)) {
      const run = await new Run(`call-${skip}`).open();
      const fault = disk.faults.fail({ ...failing, skip, times: 1e6, path: `${run.directory}*` });
      await run.appendAll();
      expect(run.fatal).toBeUndefined();
      expect(fault.hits).toBeGreaterThan(0);
      disk.faults.clear();
      const { rejected } = run;
      await run.appendAll(APPENDS / 2);
      expect(run.rejected, `after call ${skip}`).toBe(rejected);
      await run.reopen();
      expect(run.followed).toEqual(run.acknowledged);
      expect(run.counted).toBe(run.acknowledged.length);
      await run.journal.close();
    }
  });
});
