import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Selectable } from 'kysely';
import type { Logger } from 'pino';
import {
  chainName,
  chainPlace,
  digestKey,
  lockFrom,
  openChain,
  type Route,
  stamp,
} from '../archive/index.ts';
import type { Database, Metadata } from '../metadata/index.ts';
import { type ObjectStore, ObjectStoreError } from '../objects/index.ts';
import {
  ALGORITHM,
  type Digest,
  type HashAlgorithm,
  hashOf,
  KEY_ID,
  SIGNATURE,
  SIGNATURE_ALGORITHM,
  signedText,
} from './digest.ts';
import type { EvidenceLog } from './log.ts';
import { type LogAnew, RestoredLogs } from './restored.ts';
import type { SigningKeys } from './signing-keys.ts';

const compress = promisify(gzip);
const HOUR = 3_600_000;
/** Between the ends of two digests while the clock is behind the one before. */
const STEP = 1000;
/** A chain that begins, or begins again, covers what was delivered so long before; and what belongs to an earlier time. */
const LOOK_BACK = 7 * 24 * HOUR;
const LOOK_EVERY_MS = 15_000;
/** Buckets whose digests are written at once. */
const AT_ONCE = 8;
/** Hours that one chain catches up with before the others have their turn. */
const MOST_AT_ONCE = 48;
/** Files that one digest lists; more are for the next one. */
const MOST_FILES = 20_000;
/** How long a bucket that failed is left alone. */
const RETRY_MOST_MS = 5 * 60_000;

export interface DigesterOptions {
  metadata: Metadata;
  objects: ObjectStore;
  keys: SigningKeys;
  clock: () => number;
  log: Logger;
  hash: HashAlgorithm;
  /** In which digests are noted, and whose checkpoints follow them. */
  evidence: EvidenceLog;
  /** Of trackers with a bucket. */
  routes: () => Promise<readonly Route[]>;
  onAnew: (log: LogAnew) => Promise<void>;
}

type Written = Selectable<Database['digests']>;
type Chain = Selectable<Database['chains']>;

/** A chain, its newest digest, and the route that leads into it now. */
interface Task {
  chain: Chain;
  last: Written | undefined;
  route: Route | undefined;
}

/** The time that a digest covers by name. */
interface Period {
  start: number;
  end: number;
  /** It is the last one. */
  ending: boolean;
  /** Another one follows at once: what was delivered later is for that. */
  isPast: boolean;
}

/**
 * Writes a digest file for every full hour and chain, also when nothing was delivered. It covers the files by
 * their numbers: those behind the last that the one before covers, whenever and by whichever clock they were
 * delivered. What it says is stored before it is put, so that it is put again as it was after a crash. A chain
 * into which nothing is transferred any more gets a last one. Chains that have to catch up take turns.
 */
export class Digester {
  private readonly options: DigesterOptions;
  private readonly restored: RestoredLogs;
  private timer: NodeJS.Timeout | undefined;
  /** Buckets whose digests are being written: one that hangs keeps those of others from nothing. */
  private readonly writing = new Map<string, Promise<void>>();
  private readonly troubles = new Map<string, { until: number; wait: number }>();
  /** Number of a chain up to which nothing must be covered while verification is off. */
  private readonly unverified = new Map<number, number>();
  private stopping = false;
  private held = false;

  constructor(options: DigesterOptions) {
    this.options = options;
    this.restored = new RestoredLogs({ ...options, logOf: (bucket) => options.evidence.logOf(bucket) });
  }

  start(): void {
    this.timer = setInterval(() => void this.work(), LOOK_EVERY_MS);
  }

  /** Calls under way must be ended by the object store. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await Promise.all(this.writing.values());
  }

  /** Writes all digests of hours that are over. Never rejects: what failed is tried again. */
  async work(): Promise<void> {
    try {
      for (const [bucket, tasks] of await this.tasks()) {
        while (this.writing.size >= AT_ONCE) await Promise.race(this.writing.values());
        if (this.stopping || this.held) return;
        if (this.writing.has(bucket) || this.isTroubled(bucket)) continue;
        const writing = this.serve(bucket, tasks)
          .catch((error) => this.complain(error))
          .finally(() => this.writing.delete(bucket));
        this.writing.set(bucket, writing);
      }
    } catch (error) {
      this.complain(error);
    }
    await Promise.all(this.writing.values());
  }

  /** No digest is written while this is done. */
  async hold<Result>(work: () => Promise<Result>): Promise<Result> {
    this.held = true;
    try {
      await Promise.all(this.writing.values());
      return await work();
    } finally {
      this.held = false;
    }
  }

  private complain(err: unknown): void {
    this.options.log.error({ err }, 'digest files could not be written; they are tried again');
  }

  /** All chains that may need a digest, by bucket. */
  private async tasks(): Promise<Map<string, Task[]>> {
    const { metadata } = this.options;
    const routes = new Map<string, Route>();
    for (const route of await this.options.routes()) {
      routes.set(shelfOf(route.bucket, chainPlace(route)), route);
      // Without folders of trace sources there is one chain, which begins even when nothing was delivered.
      if (route.validated && !route.sorted) {
        const place = { ...chainPlace(route), folder: '' };
        await openChain(metadata, { bucket: route.bucket, projectId: route.projectId, place });
      }
    }
    const tasks = new Map<string, Task[]>();
    for (const task of await this.chains()) {
      const { chain } = task;
      const route = routes.get(shelfOf(chain.bucket, chain));
      // Of a tracker that sorts differently now nothing more comes.
      const isOf = route?.sorted === (chain.folder !== '');
      const ofBucket = tasks.get(chain.bucket) ?? [];
      tasks.set(chain.bucket, ofBucket);
      ofBucket.push({ ...task, route: isOf ? route : undefined });
    }
    return tasks;
  }

  private async chains(): Promise<Omit<Task, 'route'>[]> {
    const { metadata } = this.options;
    const chains = await metadata.selectFrom('chains').selectAll().orderBy('name').execute();
    // The newest of each is found by the key: there are many more digests than chains.
    const newest = await metadata
      .selectFrom('chains')
      .innerJoin('digests', (join) =>
        join.onRef('digests.chain_id', '=', 'chains.id').on('digests.seq', '=', ({ selectFrom }) =>
          selectFrom('digests as others')
            .select(({ fn }) => fn.max('others.seq').as('seq'))
            .whereRef('others.chain_id', '=', 'chains.id'),
        ),
      )
      .selectAll('digests')
      .execute();
    const last = new Map(newest.map((digest) => [digest.chain_id, digest]));
    return chains.map((chain) => ({ chain, last: last.get(chain.id) }));
  }

  /** Writes what is due in a bucket: the digests of its chains, and then a checkpoint of the log that has them. */
  private async serve(bucket: string, tasks: readonly Task[]): Promise<void> {
    let isReady = false;
    const prepare = async () => {
      isReady = !(await this.restored.prepare(bucket));
    };
    let problem = await this.attempt(bucket, prepare);
    if (isReady) problem = await this.writeAll(bucket, tasks);
    if (problem) this.trouble(bucket);
    else this.troubles.delete(bucket);
  }

  private async writeAll(bucket: string, tasks: readonly Task[]): Promise<ObjectStoreError | undefined> {
    let hasDigests = false;
    const works = tasks.map((task) => async () => {
      hasDigests = (await this.goOn(task)) || hasDigests;
    });
    const publish = async () => {
      if (hasDigests) await this.options.evidence.publish(bucket);
    };
    let last: ObjectStoreError | undefined;
    for (const work of [...works, publish]) {
      if (this.stopping) return last;
      const problem = await this.attempt(bucket, work);
      last = problem ?? last;
      // What one object is denied, another one may be allowed.
      if (problem?.problem === 'away' || problem?.problem === 'no-bucket') break;
    }
    return last;
  }

  /** @returns why the object store did not do it */
  private async attempt(bucket: string, work: () => Promise<void>): Promise<ObjectStoreError | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      if (!(error instanceof ObjectStoreError)) throw error;
      this.options.log.warn(
        { err: error, bucket },
        'a digest file or checkpoint could not be written; it is tried again',
      );
      return error;
    }
  }

  private isTroubled(bucket: string): boolean {
    return (this.troubles.get(bucket)?.until ?? 0) > performance.now();
  }

  private trouble(bucket: string): void {
    const before = this.troubles.get(bucket)?.wait;
    const wait = before === undefined ? 0 : Math.min(Math.max(2 * before, LOOK_EVERY_MS), RETRY_MOST_MS);
    this.troubles.set(bucket, { wait, until: performance.now() + wait });
  }

  /** Writes the digests of a chain up to the hour that is over, the oldest first. @returns whether it has any */
  private async goOn(task: Task): Promise<boolean> {
    let { last } = task;
    if (last && last.body !== '') await this.put(task, last);
    for (let written = 0; written < MOST_AT_ONCE; written++) {
      const period = this.due(task, last, await this.isLate(task, last));
      if (!period) break;
      last = await this.write(task, period, last);
      await this.put(task, last);
    }
    return last !== undefined;
  }

  /**
   * Whether something must be covered in a chain that has ended, or has no digest: when it was to be verifiable; when
   * the chain has digests and nothing is transferred there any more; or when by its time it belongs to what is
   * covered, since it waited long or the clock was set back.
   */
  private async isLate({ chain, route }: Task, last: Written | undefined): Promise<boolean> {
    const covered = last?.last_number ?? 0;
    if ((last && last.ended !== 1) || chain.number <= covered) return false;
    if (last && !route) return true;
    const seen = this.unverified.get(chain.id) ?? 0;
    if (seen === chain.number) return false;
    const late = await this.options.metadata
      .selectFrom('trace_files')
      .select('number')
      .where('chain_id', '=', chain.id)
      .where('number', '>', Math.max(seen, covered))
      .where(({ eb, or }) =>
        or([eb('validated', '=', 1), ...OF_TIME.map((time) => eb(time, '<', belongs(last)))]),
      )
      .limit(1)
      .executeTakeFirst();
    if (!late) this.unverified.set(chain.id, chain.number);
    return late !== undefined;
  }

  /** Undefined: none is due. @param late something must be covered in a chain that has ended, or has none */
  private due({ route }: Task, last: Written | undefined, late: boolean): Period | undefined {
    const validated = route?.validated ?? false;
    const isOver = !last || last.ended === 1;
    if (!validated && isOver && !late) return undefined;
    const now = this.options.clock();
    const hour = Math.floor(now / HOUR) * HOUR;
    // A chain that had ended begins again with the hour just past, unless that is the one it ended with.
    const start = last && !last.ended ? last.end_time : Math.max(hour - HOUR, last?.end_time ?? 0);
    // Where a clock was set back, up to the full hour again.
    const end = (Math.floor(start / HOUR) + 1) * HOUR;
    if (end <= hour) {
      return { start, end, ending: !validated && end === hour, isPast: end < hour };
    }
    // The clock was set back: time by name stands still, digests are due all the same.
    if (!last || last.end_time <= now || Math.floor(last.written_at / HOUR) * HOUR === hour) return undefined;
    return { start: last.end_time, end: last.end_time + STEP, ending: !validated, isPast: false };
  }

  /** Settles what a digest says, and stores it. */
  private async write(
    { chain, route }: Task,
    { start, end, ending, isPast }: Period,
    previous: Written | undefined,
  ): Promise<Written> {
    const { metadata, keys, hash, clock, evidence } = this.options;
    const first = await this.firstOf(chain, route, previous, start);
    const behind = await metadata
      .selectFrom('trace_files')
      .select(['number', 'bucket', 'key', 'sha256', 'md5', 'traces', 'delivered_at'])
      .where('chain_id', '=', chain.id)
      .where('number', '>=', first)
      .orderBy('number')
      .limit(MOST_FILES)
      .execute();
    const later = isPast ? behind.findIndex(({ delivered_at }) => delivered_at >= end) : -1;
    const files = later === -1 ? behind : behind.slice(0, later);
    const traces = files.reduce((sum, file) => sum + file.traces, 0);
    const key = digestKey({ ...chain, prefix: route?.prefix ?? chain.prefix }, end);
    const last_number = files.at(-1)?.number ?? first - 1;
    const total_files = (previous?.total_files ?? 0) + files.length;
    const total_traces = (previous?.total_traces ?? 0) + traces;
    const origin = await evidence.originFor(chain.bucket);
    const digest: Digest = {
      project_id: chain.project_id,
      digest_start_time: stamp(start),
      digest_end_time: stamp(end),
      digest_bucket: chain.bucket,
      digest_object: key,
      digest_signature_algorithm: SIGNATURE_ALGORITHM,
      digest_key_id: await keys.currentId(),
      digest_end: ending,
      previous_digest_bucket: previous ? chain.bucket : '',
      previous_digest_object: previous?.key ?? '',
      ...previousHash(previous, hash),
      previous_digest_signature: previous?.signature ?? '',
      previous_digest_end: previous !== undefined && previous.ended !== 0,
      first_number: first,
      last_number,
      file_count: files.length,
      trace_count: traces,
      total_file_count: total_files,
      total_trace_count: total_traces,
      ...(origin === undefined ? {} : { log_origin: origin }),
      log_files: files.map((file) => ({
        bucket: file.bucket,
        object: file.key,
        log_hash_value: hash === 'MD5' ? file.md5 : file.sha256,
        log_hash_algorithm: hash,
        number: file.number,
        trace_count: file.traces,
      })),
    };
    const body = await compress(Buffer.from(JSON.stringify(digest)));
    const { signature, keyId } = await keys.sign(signedText(digest, body));
    const written: Written = {
      chain_id: chain.id,
      seq: (previous?.seq ?? 0) + 1,
      key,
      start_time: start,
      end_time: end,
      first_number: first,
      last_number,
      total_files,
      total_traces,
      sha256: hashOf('SHA-256', body),
      md5: hashOf('MD5', body),
      signature,
      key_id: keyId,
      ended: ending ? 1 : 0,
      written_at: clock(),
      body: body.toString('base64'),
    };
    await metadata.insertInto('digests').values(written).execute();
    return written;
  }

  /** The number behind the last one that is covered; of a chain that begins, or begins again, the first of the last days, that was to be verifiable, or that came late. */
  private async firstOf(
    chain: Chain,
    route: Route | undefined,
    previous: Written | undefined,
    start: number,
  ): Promise<number> {
    const next = (previous?.last_number ?? 0) + 1;
    if (previous && (previous.ended === 0 || !route)) return next;
    const first = await this.options.metadata
      .selectFrom('trace_files')
      .select(({ fn }) => fn.min('number').as('number'))
      .where('chain_id', '=', chain.id)
      .where('number', '>=', next)
      .where(({ eb, or }) =>
        or([
          eb('delivered_at', '>=', start - LOOK_BACK),
          eb('validated', '=', 1),
          ...OF_TIME.map((time) => eb(time, '<', belongs(previous))),
        ]),
      )
      .executeTakeFirst();
    return first?.number ?? chain.number + 1;
  }

  /** Brings a digest into its bucket; doing it again changes nothing. */
  private async put({ chain, route }: Task, digest: Written): Promise<void> {
    const { objects, metadata, evidence } = this.options;
    const body = Buffer.from(digest.body, 'base64');
    await objects.put({
      bucket: chain.bucket,
      key: digest.key,
      body,
      contentType: 'application/gzip',
      md5: digest.md5,
      lock: route && lockFrom(route, digest.end_time),
      metadata: {
        [SIGNATURE]: digest.signature,
        [ALGORITHM]: SIGNATURE_ALGORITHM,
        [KEY_ID]: digest.key_id,
      },
    });
    await metadata.transaction().execute(async (transaction) => {
      await transaction
        .updateTable('digests')
        .set({ body: '' })
        .where('chain_id', '=', digest.chain_id)
        .where('seq', '=', digest.seq)
        .execute();
      const { key: object, sha256 } = digest;
      await evidence.append(transaction, { bucket: chain.bucket, object, sha256 });
    });
  }
}

/** By which a file belongs to what is covered, or does not. */
const OF_TIME = ['last_time', 'delivered_at'] as const;
/** What is older looks as if its digest were there; a name may be younger than its file by a cycle. */
const belongs = (last: Written | undefined) => (last?.end_time ?? 0) - HOUR;

/** Where the chains of a tracker lie. */
const shelfOf = (bucket: string, place: Parameters<typeof chainName>[0]) =>
  `${bucket}/${chainName({ ...place, folder: '' })}`;

/** Of a digest of an earlier version only the hash of its time is known. */
function previousHash(previous: Written | undefined, hash: HashAlgorithm) {
  const known: Record<HashAlgorithm, string | undefined> = {
    'SHA-256': previous?.sha256,
    MD5: previous?.md5,
  };
  const other = hash === 'MD5' ? 'SHA-256' : 'MD5';
  const previous_digest_hash_algorithm = !known[hash] && known[other] ? other : hash;
  return {
    previous_digest_hash_algorithm,
    previous_digest_hash_value: known[previous_digest_hash_algorithm] ?? '',
  };
}
