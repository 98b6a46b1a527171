import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { sure } from '../../clock/index.ts';
import { AsideKeeper, Follower, Journal, JournalReader } from '../../journal/index.ts';
import { Keyring } from '../../kms/index.ts';
import { connectMetadata, type Metadata } from '../../metadata/index.ts';
import { DirectoryStore } from '../../objects/index.ts';
import type { StoredLine } from '../../traces/index.ts';
import { ARCHIVER, Archiver } from '../archiver.ts';
import { Cutter } from '../cutter.ts';
import { Listing } from '../listing.ts';
import type { Route } from '../route.ts';
import { RouteHistory } from '../route-history.ts';
import { SpoolSealer } from '../sealing.ts';
import { Uploader } from '../uploader.ts';
import { BUCKET, ROUTE } from './route.ts';

const CYCLE = Date.UTC(2026, 10, 5, 9, 35);
const SLICE = 3;

/** A tracker that has a trace list, and gets a bucket; a start reads the disk anew. The list lies elsewhere. */
export class ListingHouse {
  readonly directory: string;
  readonly recorded: string[] = [];
  readonly logged: string[] = [];
  private readonly log = pino({ level: 'warn' }, { write: (line: string) => this.logged.push(line) });
  private readonly list: StoredLine[] = [];
  private journal!: Journal;
  private reader!: JournalReader;
  private metadata!: Metadata;
  private objects!: DirectoryStore;
  private history!: RouteHistory;
  private archiver!: Archiver;
  private uploader!: Uploader;
  private indexer!: Follower;
  private now = CYCLE;
  /** Where it transfers to; as the stored trackers say. */
  route: Route | undefined;
  listing!: Listing;

  constructor(directory: string) {
    this.directory = directory;
  }

  async open(): Promise<this> {
    const folder = path.join(this.directory, 'journal');
    const spool = path.join(this.directory, 'spool');
    const { log } = this;
    const clock = () => this.now;
    this.metadata = connectMetadata(path.join(this.directory, 'metadata.db'));
    this.journal = await Journal.open({
      ...{ directory: folder, segmentSize: 4 * 1024, maxQueue: 1e9, retryWindow: 1000 },
      countsSince: () => 0,
      onDurable: (_counts, _traces, end) => this.reader?.advance(end),
      onDamage: () => undefined,
      onFatal: (error) => {
        throw error;
      },
    });
    const aside = new AsideKeeper(folder, ARCHIVER, () => undefined);
    const reader = new JournalReader(folder, this.journal.durableEnd, () => undefined, aside);
    const { journal, metadata } = this;
    const positions = path.join(folder, 'positions');
    const all = [ARCHIVER, 'indexer'];
    const follower = await Follower.open(ARCHIVER, reader, positions, { all });
    this.reader = reader;
    this.indexer = await Follower.open('indexer', reader, positions, { all });
    this.history = new RouteHistory({ metadata, journal, clock, log });
    this.archiver = new Archiver({
      ...{ journalId: journal.id, follower, aside, spool, log },
      cutStretch: (job) => new Cutter(reader, aside, job).cut(),
    });
    this.objects = new DirectoryStore(path.join(this.directory, 'objects'));
    await this.objects.createBucket(BUCKET).catch(() => undefined);
    const keyring = new Keyring({
      ...{ metadata, rootKey: Buffer.alloc(32, 1), time: sure(clock), log },
      onUse: async () => undefined,
      onDelete: (_key, work) => work(),
      onChange: () => undefined,
    });
    this.uploader = new Uploader({
      ...{ spool, metadata, objects: this.objects, sealer: new SpoolSealer(keyring, clock), clock, log },
      underWay: () => this.archiver.underWay,
      onDelivered: async () => undefined,
    });
    const { archiver } = this;
    this.listing = new Listing({
      ...{
        metadata,
        journal,
        directory: folder,
        spool,
        history: this.history,
        clock,
        log,
        sliceTraces: SLICE,
      },
      routes: async () => (this.route ? [this.route] : []),
      archiving: {
        hold: (work) => work(),
        get position() {
          return archiver.position;
        },
        get failingSince() {
          return archiver.failingSince;
        },
        get underWay() {
          return archiver.underWay;
        },
      },
      store: {
        extentOf: async () => ({ traces: this.list.length, oldest: 0, newest: this.newest }),
        linesOf: async (_tracker, { upTo, after, limit }) => {
          const rest = this.list.filter(
            ({ recordTime, traceId }) => recordTime <= upTo && traceId > (after?.traceId ?? ''),
          );
          return { lines: rest.slice(0, limit), more: rest.length > limit };
        },
      },
      onSpooled: () => undefined,
    });
    await this.archiver.recover();
    return this;
  }

  private get newest(): number {
    return Math.max(0, ...this.list.map(({ recordTime }) => recordTime));
  }

  /** Traces come into the journal, and into the list. */
  async record(many: number): Promise<void> {
    const lines = Array.from({ length: many }, (_, i) => {
      const traceId = `00000000-0000-4000-8000-${String(this.recorded.length + i).padStart(12, '0')}`;
      const serviceType = i % 2 ? 'ECS' : 'IAM';
      const line = JSON.stringify({ request: 'x'.repeat(300), time: this.now, trace_id: traceId });
      return { traceId, serviceType, time: this.now, recordTime: this.now, traceName: 'x', line };
    });
    const entries = lines.map(({ line, traceId, serviceType, recordTime }) => ({
      routing: {
        ...{ traceId, serviceType, recordTime, projectId: ROUTE.projectId, trackerName: ROUTE.tracker },
        ...{ clientId: false, extra: false },
      },
      line,
    }));
    await this.journal.append(entries, []);
    this.recorded.push(...lines.map(({ traceId }) => traceId));
    this.list.push(...lines);
    await this.indexer.save(this.journal.durableEnd, null);
  }

  /** A transfer is switched, to what is in the list as well; or the tracker is deleted. */
  async switch(route: Route | undefined, isDeleted = false): Promise<void> {
    const { projectId, tracker, trackerId } = ROUTE;
    const change = () =>
      this.metadata.transaction().execute(async (transaction) => {
        const before = this.route;
        await this.history.note(transaction, { projectId, tracker, before, after: route });
        const alsoListed = route !== undefined;
        const isEnabled = isDeleted ? undefined : true;
        const after = route;
        await this.listing.note(transaction, { projectId, trackerId, tracker, after, isEnabled, alsoListed });
        this.route = route;
      });
    if (route) await this.listing.switchOn({ projectId, name: tracker }, route.bucket, change);
    else await change();
    await this.history.settle();
  }

  /** A cycle ends, the job goes on, and what is in the spool is brought away. */
  async cycle(): Promise<void> {
    this.now += 300_000;
    const plan = async (from: Parameters<RouteHistory['periods']>[0]) => ({
      routes: await this.history.periods(from, this.route ? [this.route] : []),
      watched: await this.listing.watches(),
    });
    await this.archiver.cut(this.journal.durableEnd, plan, this.now);
    await this.listing.look();
    await this.uploader.work();
  }

  /** As after a crash: the next begins with what is on disk. */
  async reopen(): Promise<void> {
    await this.close();
    await this.open();
  }

  async close(): Promise<void> {
    await this.listing.stop();
    await this.uploader.stop();
    await this.journal.close();
    await this.metadata.destroy();
  }

  async state(): Promise<string | undefined> {
    const job = await this.metadata.selectFrom('listed_jobs').select('state').executeTakeFirst();
    return job?.state;
  }

  /** Traces of the files in the bucket. */
  async archived(): Promise<string[]> {
    const ids: string[] = [];
    for (const { key } of (await this.objects.list(BUCKET)).objects) {
      const { body } = await this.objects.get(BUCKET, key);
      const text = gunzipSync(await buffer(body)).toString();
      ids.push(...JSON.parse(text).map((trace: { trace_id: string }) => trace.trace_id));
    }
    return ids.sort();
  }
}
