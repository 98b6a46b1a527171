import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Logger } from 'pino';
import type { Metadata } from '../metadata/index.ts';
import { type ObjectStore, ObjectStoreError } from '../objects/index.ts';
import { lockFrom, type Route } from './cutter.ts';
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
import { digestKey, stamp } from './layout.ts';
import type { SigningKeys } from './signing-keys.ts';

const compress = promisify(gzip);
const HOUR = 3_600_000;
/** A file that is delivered just before the hour has been noted by then. */
const AFTER_MS = 5_000;
const LOOK_EVERY_MS = 15_000;

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
  /** Absent: it has not begun. */
  last?: { end: number; bucket: string; key: string; hash: string; signature: string; ended: boolean };
}

/**
 * Writes a digest file for every full hour, tracker and folder of a trace source, also when nothing was
 * delivered. A digest's content, name and signature follow from what it covers: writing it again after a
 * crash changes nothing.
 */
export class Digester {
  private readonly options: DigesterOptions;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(options: DigesterOptions) {
    this.options = options;
  }

  start(): void {
    this.timer = setInterval(() => void this.work(), LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** Writes all digests of hours that are over. Never rejects: what failed is tried again. */
  work(): Promise<void> {
    const { log } = this.options;
    this.running ??= this.writeAll()
      .catch((error) => log.error({ err: error }, 'digest files could not be written; they are tried again'))
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }

  private async writeAll(): Promise<void> {
    const { clock, trackers, log } = this.options;
    const until = Math.floor((clock() - AFTER_MS) / HOUR) * HOUR;
    for (const { route, validated } of await trackers()) {
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
          break;
        }
      }
    }
  }

  /** Chains that have begun, and those that begin with files of the past hour. */
  private async chainsOf(route: Route, validated: boolean, until: number): Promise<Chain[]> {
    const { metadata } = this.options;
    const rows = await metadata
      .selectFrom('digest_chains')
      .selectAll()
      .where('tracker_id', '=', route.trackerId)
      .orderBy('service')
      .execute();
    const chains: Chain[] = rows.map((row) => ({
      service: row.service,
      last: {
        end: row.last_end,
        bucket: row.last_bucket,
        key: row.last_key,
        hash: row.last_hash,
        signature: row.last_signature,
        ended: row.ended === 1,
      },
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
      if (!chains.some((chain) => chain.service === service)) chains.push({ service });
    }
    return chains;
  }

  /** Writes the digests of a chain up to an hour, the oldest first. */
  private async goOn(route: Route, chain: Chain, validated: boolean, until: number): Promise<void> {
    let { last } = chain;
    // A chain that had ended begins again with the hour just past.
    let start = last && !last.ended ? last.end : until - HOUR;
    while (start + HOUR <= until) {
      const end = start + HOUR;
      last = await this.write(route, chain.service, { start, end }, last, !validated && end === until);
      start = end;
    }
  }

  private async write(
    route: Route,
    service: string,
    { start, end }: { start: number; end: number },
    previous: Chain['last'],
    ending: boolean,
  ): Promise<NonNullable<Chain['last']>> {
    const { metadata, objects, keys, hash } = this.options;
    const files = await metadata
      .selectFrom('trace_files')
      .select(['bucket', 'key', 'sha256', 'md5'])
      .where('tracker_id', '=', route.trackerId)
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
    const row = {
      last_end: end,
      last_bucket: last.bucket,
      last_key: key,
      last_hash: last.hash,
      last_signature: signature,
      ended: ending ? 1 : 0,
    };
    await metadata
      .insertInto('digest_chains')
      .values({ tracker_id: route.trackerId, service, ...row })
      .onConflict((conflict) => conflict.columns(['tracker_id', 'service']).doUpdateSet(row))
      .execute();
    return last;
  }
}
