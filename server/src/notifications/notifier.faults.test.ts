import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sure } from '../clock/index.ts';
import { AsideKeeper, Follower, Journal, JournalReader } from '../journal/index.ts';
import { connectMetadata, type Metadata, openMetadata } from '../metadata/index.ts';
import { RecentPieces, Topics } from '../smn/index.ts';
import { failingDisk, folderWithMetadata } from '../testing/faults/failing-disk.ts';
import { failuresIn, someOf } from '../testing/faults/failures.ts';
import { whyNoFaults } from '../testing/faults/faults.ts';
import { NOTIFIER, Notifier } from './notifier.ts';

const PROJECT = 'a'.repeat(32);
const NOW = Date.UTC(2026, 10, 5, 12);

/** Journal, notifier and metadata over one folder, with one subscriber who wants every deletion. */
class Run {
  readonly directory: string;
  readonly wanted: string[] = [];
  private metadata!: Metadata;
  private journal!: Journal;
  private reader!: JournalReader;
  private notifier!: Notifier;

  constructor(directory: string) {
    this.directory = directory;
  }

  async open(): Promise<this> {
    const folder = path.join(this.directory, 'journal');
    this.metadata = connectMetadata(path.join(this.directory, 'metadata.db'));
    this.journal = await Journal.open({
      directory: folder,
      segmentSize: 64 * 1024,
      maxQueue: 1e9,
      retryWindow: 1000,
      countsSince: () => 0,
      onDurable: (_counts, _traces, end) => this.reader?.advance(end),
      onDamage: () => undefined,
      onFatal: (error) => {
        throw error;
      },
    });
    const aside = new AsideKeeper(folder, NOTIFIER, () => undefined);
    this.reader = new JournalReader(folder, this.journal.durableEnd, () => undefined, aside);
    this.notifier = new Notifier({
      journal: this.reader,
      journalId: this.journal.id,
      follower: await Follower.open(NOTIFIER, this.reader, path.join(folder, 'positions'), {
        all: [NOTIFIER],
      }),
      aside,
      metadata: this.metadata,
      recent: new RecentPieces(),
      time: sure(() => NOW + 1000),
      clock: () => NOW,
      log: pino({ level: 'silent' }),
      onQueued: () => undefined,
      onPassed: () => undefined,
    });
    await this.notifier.start();
    return this;
  }

  async record(): Promise<void> {
    const entries = ['deleteServer', 'createServer', 'deleteServer'].map((name, i) => {
      const traceId = `00000000-0000-4000-8000-${String(this.wanted.length * 10 + i).padStart(12, '0')}`;
      const members = {
        resource_type: 'ecs',
        service_type: 'ECS',
        time: NOW,
        trace_id: traceId,
        trace_name: name,
      };
      return {
        routing: {
          ...{ recordTime: NOW, traceId, projectId: PROJECT, trackerName: 'system', serviceType: 'ECS' },
          ...{ clientId: false, extra: false },
        },
        line: JSON.stringify(members),
      };
    });
    await this.journal.append(entries, []);
    for (const { routing, line } of entries) if (line.includes('delete')) this.wanted.push(routing.traceId);
  }

  /** Traces of the messages that wait for the subscriber, in their order. */
  async queued(): Promise<string[]> {
    const rows = await this.metadata
      .selectFrom('smn_deliveries')
      .innerJoin('smn_messages', 'smn_messages.id', 'smn_deliveries.message_id')
      .select('content')
      .orderBy('seq')
      .execute();
    return rows.map(({ content }) => /"trace_id":"([^"]+)"/.exec(content)?.[1] ?? content);
  }

  async close(): Promise<void> {
    await this.notifier.stop();
    await this.journal.close();
    await this.metadata.destroy();
  }
}

describe.skipIf(whyNoFaults)('key events on a disk that fails', () => {
  const disk = failingDisk();
  const runs: Run[] = [];

  beforeEach(async () => {
    const metadata = await openMetadata(path.join(disk.directory, 'metadata.db'));
    await metadata.insertInto('domains').values({ id: 'd', name: 'd', created_at: 0 }).execute();
    const project = { id: PROJECT, domain_id: 'd', name: 'eu-de', region: 'eu-de', created_at: 0 };
    await metadata.insertInto('projects').values(project).execute();
    const topics = new Topics(
      metadata,
      () => NOW,
      () => undefined,
    );
    const { topic } = await topics.create(
      { projectId: PROJECT, region: 'eu-de' },
      { name: 'alerts', displayName: '', enterpriseProjectId: '0' },
    );
    await metadata
      .insertInto('smn_subscriptions')
      .values({
        ...{ id: 'each', topic_id: topic.id, protocol: 'http', endpoint: 'http://a', extension: '{}' },
        ...{ remark: '', status: 1, created_at: 0, next_at: 0, failures: 0, failing_since: null },
        paused: '' as const,
      })
      .execute();
    await metadata
      .insertInto('notifications')
      .values({
        ...{ id: 'n1', project_id: PROJECT, name: 'deletions', type: 'smn', enabled: 1 },
        settings: JSON.stringify({
          operation_type: 'customized',
          operations: [{ service_type: 'ECS', resource_type: 'ecs', trace_names: ['deleteServer'] }],
          topic_id: topic.urn,
        }),
        ...{ created_at: NOW, active_since: NOW },
      })
      .execute();
    await metadata.destroy();
  });
  afterEach(async () => {
    disk.faults.clear();
    for (const run of runs.splice(0)) await run.close();
  });

  async function begin(name: string): Promise<Run> {
    const directory = await folderWithMetadata(disk, name);
    const run = await new Run(directory).open();
    runs.push(run);
    return run;
  }

  const rows = failuresIn(['metadata.db*', 'journal/positions*']);
  test.each(rows)(
    'of $place, $what: every trace that is wanted waits once, in order',
    async ({ place, failing }) => {
      const well = await begin('well');
      const watch = disk.faults.watch(failing.calls, path.join(well.directory, place));
      await well.record();
      await expect.poll(() => well.queued(), { timeout: 20_000 }).toEqual(well.wanted);
      await well.close();
      runs.pop();
      const { seen } = watch;
      for (const skip of someOf(seen)) {
        disk.faults.clear();
        const run = await begin(`call-${skip}`);
        disk.faults.fail({ ...failing, skip, path: path.join(run.directory, place) });
        await run.record();
        // Every second time it ends there.
        if (skip % 2) {
          await run.close().catch(() => undefined);
          disk.faults.clear();
          await run.open();
        } else {
          await expect.poll(() => run.queued().catch(() => []), { timeout: 10_000 }).toEqual(run.wanted);
          disk.faults.clear();
        }
        await run.record();
        await expect
          .poll(() => run.queued(), { timeout: 10_000, message: `call ${skip}` })
          .toEqual(run.wanted);
        await run.close();
        await run.open();
        expect(await run.queued()).toEqual(run.wanted);
        await run.close();
        runs.pop();
      }
    },
  );
});
