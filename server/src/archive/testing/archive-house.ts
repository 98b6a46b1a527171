import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { sure } from '../../clock/index.ts';
import { AsideKeeper, Follower, Journal, JournalReader } from '../../journal/index.ts';
import { Keyring, unseal } from '../../kms/index.ts';
import { connectMetadata, type Metadata } from '../../metadata/index.ts';
import { DirectoryStore } from '../../objects/index.ts';
import { ARCHIVER, Archiver } from '../archiver.ts';
import { ArchiveCatalog } from '../catalog.ts';
import { Cutter, stretchName } from '../cutter.ts';
import { goingOn } from '../route-history.ts';
import { SpoolSealer } from '../sealing.ts';
import { READY } from '../spool.ts';
import { Uploader } from '../uploader.ts';
import { BUCKET, ROUTE } from './route.ts';

const CYCLE = Date.UTC(2026, 10, 5, 9, 35);
/** Journal, archiver, uploader and bucket over one folder; a start reads the disk anew. */
export class ArchiveHouse {
  readonly directory: string;
  readonly spool: string;
  readonly logged: string[] = [];
  private readonly log = pino({ level: 'error' }, { write: (line: string) => this.logged.push(line) });
  private journal!: Journal;
  private reader!: JournalReader;
  private follower!: Follower;
  private archiver!: Archiver;
  private objects!: DirectoryStore;
  private metadata!: Metadata;
  private keyring!: Keyring;
  private encryptionKey: string | undefined;
  private now = CYCLE;
  private traces = 0;
  uploader!: Uploader;
  readonly recorded: string[] = [];

  constructor(directory: string) {
    this.directory = directory;
    this.spool = path.join(directory, 'spool');
  }

  async open(): Promise<this> {
    const folder = path.join(this.directory, 'journal');
    const { spool, log } = this;
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
    const aside = new AsideKeeper(folder, ARCHIVER, () => undefined);
    this.reader = new JournalReader(folder, this.journal.durableEnd, () => undefined, aside);
    const { reader, journal, metadata } = this;
    this.follower = await Follower.open(ARCHIVER, reader, path.join(folder, 'positions'), {
      all: [ARCHIVER],
    });
    this.archiver = new Archiver({
      journalId: journal.id,
      follower: this.follower,
      aside,
      spool,
      log,
      cutStretch: (job) => new Cutter(reader, aside, job).cut(),
    });
    this.objects = new DirectoryStore(path.join(this.directory, 'objects'));
    await this.objects.createBucket(BUCKET).catch(() => undefined);
    const clock = () => this.now;
    this.keyring = new Keyring({
      metadata,
      rootKey: Buffer.alloc(32, 1),
      time: sure(clock),
      log,
      onUse: async () => undefined,
      onDelete: (_key, work) => work(),
      onChange: () => undefined,
    });
    this.uploader = new Uploader({
      spool,
      underWay: () => this.archiver.underWay,
      metadata,
      objects: this.objects,
      sealer: new SpoolSealer(this.keyring, clock),
      clock,
      log,
      onDelivered: async () => undefined,
    });
    return this;
  }

  /** From now on trace files are encrypted. */
  async encrypt(): Promise<void> {
    const { projectId, domainId } = ROUTE;
    await this.metadata.insertInto('domains').values({ id: domainId, name: 'd', created_at: 0 }).execute();
    await this.metadata
      .insertInto('projects')
      .values({ id: projectId, domain_id: domainId, name: 'local', region: 'eu-de', created_at: 0 })
      .execute();
    this.encryptionKey = (await this.keyring.create(projectId, 'archive', ''))?.id;
  }

  /** As a start does. */
  async recover(): Promise<void> {
    await this.archiver.recover();
    await this.uploader.work();
  }

  async record(services: string[]): Promise<void> {
    const entries = services.map((serviceType) => {
      const traceId = `00000000-0000-4000-8000-${String(++this.traces).padStart(12, '0')}`;
      this.recorded.push(traceId);
      const routing = { traceId, projectId: ROUTE.projectId, trackerName: 'system', serviceType };
      return {
        routing: { ...routing, recordTime: CYCLE, clientId: false, extra: false },
        line: JSON.stringify({ time: CYCLE, trace_id: traceId, request: 'x'.repeat(1_000) }),
      };
    });
    await this.journal.append(entries, []);
  }

  private get route() {
    return { ...ROUTE, encryptionKey: this.encryptionKey };
  }

  /** A cycle ends. */
  async cut(): Promise<void> {
    this.now += 300_000;
    await this.archiver.cut(
      this.journal.durableEnd,
      async () => ({ routes: [goingOn(this.route)], watched: [] }),
      this.now,
    );
  }

  /** A cycle ends, while the uploader is at work. */
  async cycle(): Promise<void> {
    const uploading = this.uploader.work();
    await this.cut();
    await this.uploader.work();
    await uploading;
  }

  /** A cut has begun, and nothing more. @returns the name of its stretch */
  async interrupt(): Promise<string> {
    const { position } = this.follower;
    await this.follower.begin(this.journal.durableEnd);
    return stretchName({ from: position, to: this.journal.durableEnd });
  }

  async reopen(): Promise<void> {
    await this.close();
    await this.open();
    await this.recover();
  }

  get catalog(): ArchiveCatalog {
    return new ArchiveCatalog(this.metadata, this.objects, this.keyring);
  }

  get failing(): boolean {
    return this.archiver.failingSince !== undefined;
  }

  async close(): Promise<void> {
    await this.uploader.stop();
    await this.journal.close();
    await this.metadata.destroy();
  }

  /** Traces of the files in the bucket. */
  async archived(): Promise<string[]> {
    const ids: string[] = [];
    for (const { key } of (await this.objects.list(BUCKET)).objects) {
      const text = gunzipSync(await this.textOf(key)).toString();
      ids.push(...JSON.parse(text).map((trace: { trace_id: string }) => trace.trace_id));
    }
    return ids.sort();
  }

  private async textOf(key: string): Promise<Buffer> {
    const { body } = await this.objects.get(BUCKET, key);
    if (!this.encryptionKey) return buffer(body);
    const open = (keyId: string, sealed: string) => this.keyring.openDataKey(ROUTE.projectId, keyId, sealed);
    return buffer(Readable.from(unseal(body, ({ keyId, sealed }) => open(keyId, sealed))));
  }

  async accounted(): Promise<number> {
    const rows = await this.metadata.selectFrom('archived_hours').select('traces').execute();
    return rows.reduce((sum, { traces }) => sum + traces, 0);
  }

  ready(): Promise<string[]> {
    return readdir(path.join(this.spool, READY));
  }
}
