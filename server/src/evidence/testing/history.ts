import { createPublicKey } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Logger, pino } from 'pino';
import { type Route, SpoolSealer, traceFileKey, Uploader } from '../../archive/index.ts';
import { ROUTE } from '../../archive/testing/route.ts';
import { sure } from '../../clock/index.ts';
import { Keyring } from '../../kms/index.ts';
import { connectMetadata, type Metadata } from '../../metadata/index.ts';
import { DirectoryStore, type NewObject, type ObjectStore, ObjectStoreError } from '../../objects/index.ts';
import type { Dice } from '../../testing/seeded.ts';
import { hashOf } from '../digest.ts';
import { Digester } from '../digester.ts';
import type { Finding } from '../finding.ts';
import { EvidenceLog } from '../log.ts';
import type { NoteKey } from '../note.ts';
import { readPublicKey, SigningKeys } from '../signing-keys.ts';
import { bucketSource } from '../sources.ts';
import { type Proof, verifyArchive } from '../verify.ts';

export const HOUR = 3_600_000;
const BEGIN = Date.UTC(2026, 10, 5, 12, 7);
export const BUCKETS = ['audit-archive', 'audit-second'] as const;
export const ROOT_KEY = Buffer.alloc(32, 1);
const SOURCES = ['ECS', 'A B', 'A_B', 'Digest'];
/** What an outage keeps from the buckets. */
const REFUSED = [/./, /\/Digest\//, /\/Log\//, /\/Log\/.*\/checkpoint$/, /\/Log\/.*\/tile\//, /CloudTrace_/];

/** One call of some fails. */
export interface FailingCall {
  /** How many go well before it. */
  at: number;
  /** What is asked for happens all the same. */
  happens: boolean;
}

/** Through which calls go. */
class Gate {
  seen = 0;
  failing: FailingCall | undefined;

  async pass<Result>(call: () => Promise<Result>): Promise<Result> {
    const { failing } = this;
    if (this.seen++ !== failing?.at) return call();
    if (failing.happens) await call();
    throw new ObjectStoreError('away', 'the call has failed');
  }
}

/** Buckets in folders, which are away at times. */
class AwayStore extends DirectoryStore {
  readonly gate = new Gate();
  private outage: { keys: RegExp; happens: boolean; calls: number } | undefined;

  /** @param happens what is asked for happens all the same */
  goAway(keys: RegExp, happens: boolean, calls: number): void {
    this.outage = { keys, happens, calls };
  }

  comeBack(): void {
    this.outage = undefined;
  }

  override put(object: NewObject): Promise<void> {
    return this.gate.pass(() => this.unlessAway(object.key, () => super.put(object)));
  }

  override remove(bucket: string, key: string): Promise<void> {
    return this.gate.pass(() => this.unlessAway(key, () => super.remove(bucket, key)));
  }

  override get(...what: Parameters<DirectoryStore['get']>): ReturnType<DirectoryStore['get']> {
    return this.gate.pass(() => super.get(...what));
  }

  override list(...what: Parameters<DirectoryStore['list']>): ReturnType<DirectoryStore['list']> {
    return this.gate.pass(() => super.list(...what));
  }

  private async unlessAway(key: string, call: () => Promise<void>): Promise<void> {
    const { outage } = this;
    if (!outage?.keys.test(key) || outage.calls-- <= 0) return call();
    if (outage.happens) await call();
    throw new ObjectStoreError('away', 'the store is away');
  }
}

const EXECUTES = ['execute', 'executeTakeFirst', 'executeTakeFirstOrThrow'];

/** Statements, and transactions as a whole, go through a gate. */
function gated<Builder extends object>(builder: Builder, gate: Gate): Builder {
  return new Proxy(builder, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        if (EXECUTES.includes(String(name))) return gate.pass(() => member.apply(target, args));
        const made: unknown = member.apply(target, args);
        return typeof made === 'object' && made !== null && 'execute' in made ? gated(made, gate) : made;
      };
    },
  });
}

interface HistoryOptions {
  log?: Logger;
  /** Other than folders: they are never away. */
  objects?: ObjectStore | undefined;
}

/** A tracker and all that proves its files, over one folder: what happens to it follows from dice. */
export class History {
  readonly directory: string;
  readonly objects: ObjectStore;
  metadata!: Metadata;
  keys!: SigningKeys;
  now = BEGIN;
  /** What has happened. */
  readonly story: string[] = [];
  /** Logs of which another one took the place. */
  readonly anew: string[] = [];
  private readonly dice: Dice;
  private readonly log: Logger;
  private readonly away: AwayStore;
  private readonly gate = new Gate();
  private uploader!: Uploader;
  private digester!: Digester;
  private route: Route | undefined = ROUTE;
  private validated = true;
  /** So many were cut. */
  files = 0;

  /** @param directory that has metadata already */
  constructor(
    directory: string,
    dice: Dice,
    { log = pino({ level: 'silent' }), objects }: HistoryOptions = {},
  ) {
    this.log = log;
    this.directory = directory;
    this.dice = dice;
    this.away = new AwayStore(
      path.join(directory, 'objects'),
      sure(() => this.now),
    );
    this.objects = objects ?? this.away;
  }

  async begin(): Promise<void> {
    for (const bucket of BUCKETS) await this.objects.createBucket(bucket, 'eu-de');
    this.open();
    await this.metadata.insertInto('domains').values({ id: 'd', name: 'd', created_at: 0 }).execute();
    const rows = BUCKETS.map((name) => ({ name, domain_id: 'd', region: 'eu-de', created_at: 0 }));
    await this.metadata.insertInto('buckets').values(rows).execute();
  }

  /** Everything is made anew over what lies in the folder. */
  open(): void {
    const clock = () => this.now;
    const { objects, log } = this;
    this.metadata = gated(connectMetadata(path.join(this.directory, 'metadata.db')), this.gate);
    const { metadata } = this;
    this.keys = new SigningKeys(metadata, ROOT_KEY, clock);
    const keyring = new Keyring({
      ...{ metadata, rootKey: ROOT_KEY, time: sure(clock), log },
      onUse: async () => undefined,
      onDelete: (_key, work) => work(),
      onChange: () => undefined,
    });
    this.uploader = new Uploader({
      ...{ spool: path.join(this.directory, 'spool'), metadata, objects, clock, log },
      sealer: new SpoolSealer(keyring, clock),
      onDelivered: async () => undefined,
    });
    this.digester = new Digester({
      ...{ metadata, objects, keys: this.keys, clock, log, hash: 'SHA-256' },
      evidence: new EvidenceLog({ metadata, objects, keys: this.keys, installationId: 'i1', clock }),
      onAnew: async ({ earlier }) => void this.anew.push(earlier),
      routes: async () => (this.route ? [{ ...this.route, validated: this.validated }] : []),
    });
  }

  async close(): Promise<void> {
    await this.uploader.stop();
    await this.digester.stop();
    await this.metadata.destroy();
  }

  async step(): Promise<void> {
    const [name, deed] = this.dice.one(DEEDS);
    this.story.push(`${new Date(this.now).toISOString()} ${name}`);
    await deed(this, this.dice);
    if (this.dice.chance(0.7)) await this.work();
  }

  async work(): Promise<void> {
    await this.uploader.work();
    await this.digester.work();
  }

  /** To the next full hour, and a little further. */
  pass(): void {
    this.now = (Math.floor(this.now / HOUR) + 1) * HOUR + 10_000;
  }

  /** The clock goes on, or is set. */
  wait(ms: number): void {
    this.now += ms;
  }

  /** Of each hour in which something is verified a digest would be due. */
  idle(ms: number): void {
    if (!this.validated) this.wait(ms);
  }

  /** Seldom: a key takes its time. */
  async rotate(dice: Dice): Promise<void> {
    if (dice.chance(0.2)) await this.keys.rotate();
  }

  async restart(): Promise<void> {
    await this.close();
    this.open();
  }

  goAway(dice: Dice): void {
    const [keys, happens, calls] = [dice.one(REFUSED), dice.chance(0.5), 1 + dice.below(4)];
    this.story.push(`  ${keys} ${happens ? 'happens' : 'does not happen'}, ${calls} calls`);
    this.away.goAway(keys, happens, calls);
  }

  comeBack(): void {
    this.away.comeBack();
  }

  /** Does something while a call of the buckets, or of the metadata, fails. */
  async during(
    where: 'objects' | 'metadata',
    failing: FailingCall | undefined,
    work: () => Promise<void>,
  ): Promise<{ seen: number }> {
    const gate = where === 'objects' ? this.away.gate : this.gate;
    Object.assign(gate, { seen: 0, failing });
    await work();
    gate.failing = undefined;
    return { seen: gate.seen };
  }

  switchVerification(): void {
    this.validated = !this.validated;
  }

  transfer(change: Partial<Route> | undefined): void {
    this.route = change && { ...(this.route ?? ROUTE), ...change };
    this.story.push(`  into ${JSON.stringify(change)}`);
  }

  get isSorted(): boolean {
    return (this.route ?? ROUTE).sorted;
  }

  /** A cycle ends: its files wait in the spool. @param ms before now @param by the trace source */
  async cut(ms: number, count: number, by?: string): Promise<void> {
    const { route, now } = this;
    if (!route) return;
    const stretch = String(++this.files).padStart(40, '0');
    const ready = path.join(this.directory, 'spool', 'ready');
    // The uploader looks when it likes, and finds only what is whole.
    const folder = path.join(this.directory, 'spool', 'cut', stretch);
    await Promise.all([ready, folder].map((name) => mkdir(name, { recursive: true })));
    const files = [];
    for (let at = 0; at < count; at++) {
      const service = route.sorted ? (by ?? this.dice.one(SOURCES)) : '';
      const hex = String(++this.files).padStart(16, '0');
      const body = gzipSync(JSON.stringify([{ trace_id: hex }]));
      await writeFile(path.join(folder, hex), body);
      const shelf = { ...route, service: route.sorted ? service : undefined };
      files.push({
        ...{ file: hex, bucket: route.bucket, key: traceFileKey(shelf, now - ms, hex, true) },
        ...{ projectId: route.projectId, domainId: route.domainId, trackerId: route.trackerId, service },
        ...{
          bytes: body.length,
          traces: 1,
          from: now - ms,
          to: now - ms,
          earliest: now - ms,
          latest: now - ms,
        },
        ...{ sha256: hashOf('SHA-256', body), md5: hashOf('MD5', body), hours: [] },
        validated: this.validated,
      });
    }
    await writeFile(path.join(folder, 'manifest.json'), JSON.stringify({ cycle: now, files, replayed: [] }));
    await rename(folder, path.join(ready, stretch));
  }

  /** All is well again, and what was begun comes to its end. */
  async settle(): Promise<void> {
    this.comeBack();
    await this.restart();
    for (let hour = 0; hour < 2; hour++) {
      // Hours that were missed are caught up with in several turns.
      for (let turn = 0; turn < 6; turn++) await this.work();
      this.pass();
    }
    for (let turn = 0; turn < 6; turn++) await this.work();
  }

  async verify(
    bucket: string,
    publicKeys?: Awaited<ReturnType<History['publicKeys']>>,
  ): Promise<{ proof: Proof; findings: Finding[] }> {
    const findings: Finding[] = [];
    const proof = await verifyArchive({
      source: bucketSource(this.objects, bucket),
      now: this.now,
      ...(publicKeys ?? (await this.publicKeys())),
      onFinding: (finding) => findings.push(finding),
    });
    return { proof, findings: findings.filter(({ verdict }) => verdict !== 'valid') };
  }

  async publicKeys() {
    const publicKeys = (await this.keys.list()).map(({ publicKey }) => readPublicKey(publicKey));
    const rows = await this.metadata.selectFrom('log_keys').select('public_key').execute();
    const logKeys: NoteKey[] = rows.map(({ public_key }) => ({
      name: 'opencts/i1/d',
      publicKey: createPublicKey({ key: Buffer.from(public_key, 'base64'), type: 'spki', format: 'der' }),
    }));
    return { publicKeys, logKeys };
  }

  /** Files of a bucket by whether a digest covers them; `owed`: of the others those that were to be verifiable. */
  async covered(bucket: string): Promise<{ covered: string[]; others: string[]; owed: string[] }> {
    const rows = await this.metadata
      .selectFrom('trace_files')
      .select(['key', 'validated'])
      .select(({ exists, selectFrom }) =>
        exists(
          selectFrom('digests')
            .select('seq')
            .whereRef('digests.chain_id', '=', 'trace_files.chain_id')
            .whereRef('first_number', '<=', 'trace_files.number')
            .whereRef('last_number', '>=', 'trace_files.number'),
        ).as('covered'),
      )
      .where('bucket', '=', bucket)
      .execute();
    const of = (is: boolean) => rows.filter(({ covered }) => Boolean(covered) === is);
    const keys = (files: typeof rows) => files.map(({ key }) => key);
    const owed = of(false).filter(({ validated }) => validated === 1);
    return { covered: keys(of(true)), others: keys(of(false)), owed: keys(owed) };
  }

  async textOf(bucket: string, key: string): Promise<string> {
    return (await buffer((await this.objects.get(bucket, key)).body)).toString('latin1');
  }

  async keysIn(bucket: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of bucketSource(this.objects, bucket).keys('CloudTraces/')) keys.push(key);
    return keys;
  }
}

type Deed = [name: string, deed: (history: History, dice: Dice) => Promise<void> | void];

const deliver: Deed = [
  'files are cut',
  (history, dice) => history.cut(dice.below(HOUR / 2), 1 + dice.below(3)),
];
const pass: Deed = ['an hour passes', (history) => history.pass()];

/** What happens often stands here often. */
const DEEDS: readonly Deed[] = [
  ...[deliver, deliver, deliver, deliver, deliver, deliver],
  ...[pass, pass, pass, pass, pass, pass],
  ['minutes pass', (history, dice) => history.wait(dice.below(HOUR / 2))],
  ['hours pass', (history, dice) => history.wait(dice.below(20) * HOUR)],
  ['weeks pass while nothing is verified', (history, dice) => history.idle(dice.below(20) * 24 * HOUR)],
  ['the clock is set back by hours', (history, dice) => history.wait(-dice.below(5 * HOUR))],
  ['the clock is set back by days', (history, dice) => history.wait(-dice.below(3 * 24 * HOUR))],
  ['late files are cut', (history, dice) => history.cut(dice.below(20 * HOUR), 1)],
  ['it is started again', (history) => history.restart()],
  ['the key is rotated', (history, dice) => history.rotate(dice)],
  ['the store goes away', (history, dice) => history.goAway(dice)],
  [
    'the store is back',
    (history) => {
      history.comeBack();
      return history.restart();
    },
  ],
  ['verification is switched', (history) => history.switchVerification()],
  ['nothing is transferred', (history) => history.transfer(undefined)],
  ['another bucket is transferred into', (history, dice) => history.transfer({ bucket: dice.one(BUCKETS) })],
  ['the sorting changes', (history) => history.transfer({ sorted: !history.isSorted })],
  [
    'the prefix changes',
    (history, dice) => history.transfer({ prefix: dice.one(['', 'a', 'CloudTrace', 'x_CloudTrace_eu-de']) }),
  ],
];
