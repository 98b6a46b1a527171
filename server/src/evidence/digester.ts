import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Selectable } from 'kysely';
import type { Logger } from 'pino';
import { digestKey, digestPlace, lockFrom, place, type Route, stamp } from '../archive/index.ts';
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
import type { SigningKeys } from './signing-keys.ts';

const compress = promisify(gzip);
const HOUR = 3_600_000;
/** A file that is delivered just before the hour has been noted by then. */
const AFTER_MS = 5_000;
const LOOK_EVERY_MS = 15_000;
/** Trackers whose digests are written at once. */
const AT_ONCE = 8;
/** Hours that one chain catches up with before the others have their turn. */
const MOST_AT_ONCE = 48;

export interface DigesterOptions {
  metadata: Metadata;
  objects: ObjectStore;
  keys: SigningKeys;
  clock: () => number;
  log: Logger;
  hash: HashAlgorithm;
  /** Trackers with a bucket, and whether their files are to be verifiable. */
  trackers: () => Promise<{ route: Route; validated: boolean }[]>;
}

/** Where a chain stands. */
interface Chain {
  service: string;
  /** Deleted trackers of the same name: what they delivered last is still to be listed. */
  forerunners: string[];
  /** Absent: it has not begun. */
  last?: { end: number; bucket: string; key: string; hash: string; signature: string; ended: boolean };
}

/**
 * Writes a digest file for every full hour, tracker and folder of a trace source, also when nothing was
 * delivered. A digest's content, name and signature follow from what it covers: writing it again after a
 * crash changes nothing. Chains that have to catch up take turns.
 */
export class Digester {
  private readonly options: DigesterOptions;
  private timer: NodeJS.Timeout | undefined;
  /** Trackers whose digests are being written: a bucket that hangs keeps the others' from nothing. */
  private readonly writing = new Map<string, Promise<void>>();
  private stopping = false;
  private held = false;

  constructor(options: DigesterOptions) {
    this.options = options;
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
    const { log, clock, trackers } = this.options;
    const until = Math.floor((clock() - AFTER_MS) / HOUR) * HOUR;
    try {
      for (const { route, validated } of await trackers()) {
        while (this.writing.size >= AT_ONCE) await Promise.race(this.writing.values());
        if (this.stopping || this.held) return;
        if (this.writing.has(route.trackerId)) continue;
        const writing = this.writeOf(route, validated, until)
          .catch((error) =>
            log.error({ err: error }, 'digest files could not be written; they are tried again'),
          )
          .finally(() => this.writing.delete(route.trackerId));
        this.writing.set(route.trackerId, writing);
      }
    } catch (error) {
      log.error({ err: error }, 'digest files could not be written; they are tried again');
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

  private async writeOf(route: Route, validated: boolean, until: number): Promise<void> {
    const { log } = this.options;
    for (const chain of await this.chainsOf(route, validated, until)) {
      try {
        await this.goOn(route, chain, validated, until);
      } catch (error) {
        if (!(error instanceof ObjectStoreError)) throw error;
        // The other chains of the tracker lie in the same bucket.
        log.warn(
          { err: error, tracker: route.tracker },
          'a digest file could not be written; it is tried again',
        );
        return;
      }
    }
  }

  /** Chains that have begun, and those that begin with files of the past hour. */
  private async chainsOf(route: Route, validated: boolean, until: number): Promise<Chain[]> {
    const { metadata } = this.options;
    const rows = await metadata
      .selectFrom('digest_chains')
      .selectAll()
      .where(({ or, eb }) =>
        or([eb('tracker_id', '=', route.trackerId), eb('last_bucket', '=', route.bucket)]),
      )
      .orderBy('service')
      .orderBy('last_end', 'desc')
      .execute();
    const own = rows.filter((row) => row.tracker_id === route.trackerId);
    const earlier = rows.filter((row) => row.tracker_id !== route.trackerId && isOf(route, row.last_key));
    const forerunners = (service: string) =>
      earlier.filter((row) => row.service === service).map((row) => row.tracker_id);
    const chains: Chain[] = own.map((row) => ({
      service: row.service,
      forerunners: forerunners(row.service),
      last: lastOf(row),
    }));
    if (!validated) return chains.filter(({ last }) => last && !last.ended);
    const fresh = await metadata
      .selectFrom('trace_files')
      .select('service')
      .distinct()
      .where('tracker_id', '=', route.trackerId)
      .where('delivered_at', '>=', until - HOUR)
      .where('delivered_at', '<', until)
      .execute();
    // Without folders of trace sources there is one chain, which begins even when nothing was delivered.
    const begun = route.sorted ? fresh : [...fresh, { service: '' }];
    for (const { service } of begun) {
      if (chains.some((chain) => chain.service === service)) continue;
      // Its files would have the names of the earlier tracker's: it goes on with that one's chain.
      const [before] = earlier.filter((row) => row.service === service);
      if (before) await this.note(route, service, lastOf(before));
      chains.push({
        service,
        forerunners: forerunners(service),
        ...(before ? { last: lastOf(before) } : {}),
      });
    }
    return chains;
  }

  /** Writes the digests of a chain up to an hour, the oldest first. */
  private async goOn(route: Route, chain: Chain, validated: boolean, until: number): Promise<void> {
    let { last } = chain;
    // A chain that had ended begins again with the hour just past, unless that is the one it ended with.
    let start = last && !last.ended ? last.end : Math.max(until - HOUR, last?.end ?? 0);
    for (let hours = 0; start + HOUR <= until && hours < MOST_AT_ONCE; hours++) {
      const end = start + HOUR;
      last = await this.write(route, chain, { start, end }, last, !validated && end === until);
      start = end;
    }
  }

  private async write(
    route: Route,
    { service, forerunners }: Chain,
    { start, end }: { start: number; end: number },
    previous: Chain['last'],
    ending: boolean,
  ): Promise<NonNullable<Chain['last']>> {
    const { metadata, objects, keys, hash } = this.options;
    const files = await metadata
      .selectFrom('trace_files')
      .select(['bucket', 'key', 'sha256', 'md5'])
      .where('tracker_id', 'in', [route.trackerId, ...forerunners])
      .where('service', '=', service)
      .where('delivered_at', '>=', start)
      .where('delivered_at', '<', end)
      .orderBy('key')
      .execute();
    const key = digestKey({ ...route, service: service || undefined }, end);
    const digest: Digest = {
      project_id: route.projectId,
      digest_start_time: stamp(start),
      digest_end_time: stamp(end),
      digest_bucket: route.bucket,
      digest_object: key,
      digest_signature_algorithm: SIGNATURE_ALGORITHM,
      digest_key_id: await keys.currentId(),
      digest_end: ending,
      previous_digest_bucket: previous?.bucket ?? '',
      previous_digest_object: previous?.key ?? '',
      previous_digest_hash_value: previous?.hash ?? '',
      previous_digest_hash_algorithm: hash,
      previous_digest_signature: previous?.signature ?? '',
      previous_digest_end: previous?.ended ?? false,
      log_files: files.map((file) => ({
        bucket: file.bucket,
        object: file.key,
        log_hash_value: hash === 'MD5' ? file.md5 : file.sha256,
        log_hash_algorithm: hash,
      })),
    };
    const body = await compress(Buffer.from(JSON.stringify(digest)));
    const { signature, keyId } = await keys.sign(signedText(digest, body));
    await objects.put({
      bucket: route.bucket,
      key,
      body,
      contentType: 'application/gzip',
      md5: hashOf('MD5', body),
      lock: lockFrom(route, end),
      metadata: { [SIGNATURE]: signature, [ALGORITHM]: SIGNATURE_ALGORITHM, [KEY_ID]: keyId },
    });
    const last = { end, bucket: route.bucket, key, hash: hashOf(hash, body), signature, ended: ending };
    await this.note(route, service, last);
    return last;
  }

  private async note(route: Route, service: string, last: NonNullable<Chain['last']>): Promise<void> {
    const row = {
      last_end: last.end,
      last_bucket: last.bucket,
      last_key: last.key,
      last_hash: last.hash,
      last_signature: last.signature,
      ended: last.ended ? 1 : 0,
    };
    await this.options.metadata
      .insertInto('digest_chains')
      .values({ tracker_id: route.trackerId, service, ...row })
      .onConflict((conflict) => conflict.columns(['tracker_id', 'service']).doUpdateSet(row))
      .execute();
  }
}

const lastOf = (row: Selectable<Database['digest_chains']>): NonNullable<Chain['last']> => ({
  end: row.last_end,
  bucket: row.last_bucket,
  key: row.last_key,
  hash: row.last_hash,
  signature: row.last_signature,
  ended: row.ended === 1,
});

/** Whether a digest lies where a tracker's digests of the same trace source would lie. */
function isOf(route: Route, key: string): boolean {
  const found = digestPlace(key);
  return (
    found?.root === `CloudTraces/${route.region}` &&
    found.tracker === route.tracker &&
    found.place === place(route)
  );
}
