import { buffer } from 'node:stream/consumers';
import type { Logger } from 'pino';
import { type chainName, digestPlace, openChain, stamp } from '../archive/index.ts';
import type { Metadata } from '../metadata/index.ts';
import { type ObjectStore, ObjectStoreError } from '../objects/index.ts';
import { type Digest, hashOf, instantOf, isSigned, readDigest, SIGNATURE } from './digest.ts';
import {
  addLeaf,
  type Earlier,
  earlierBytes,
  logFolder,
  type NamedLog,
  originOf,
  readCheckpoint,
} from './log.ts';
import { rootAt } from './log-roots.ts';
import { openNote } from './note.ts';
import { readPublicKey, type SigningKeys } from './signing-keys.ts';
import { bucketSource } from './sources.ts';

/** How long a bucket is waited for that others need not wait for. */
const PATIENCE_MS = 20_000;
/** Of the newest digest of a chain: it says itself that others follow, and what they would have covered is not known. */
const BROKEN_OFF = 2;
/** In the name of a digest, before its place. */
const OF_DIGEST = 'CloudTrace-Digest_';

export interface RestoredLogsOptions {
  metadata: Metadata;
  objects: ObjectStore;
  keys: SigningKeys;
  clock: () => number;
  log: Logger;
  /** The log of a bucket's account as it is now. */
  logOf: (bucket: string) => Promise<NamedLog | undefined>;
  onAnew: (log: LogAnew) => Promise<void>;
}

/** That the log of an account begins anew, since a bucket holds another one than the metadata know. */
export interface LogAnew {
  domainId: string;
  bucket: string;
  /** Name of the new log. */
  origin: string;
  /** Name of the one in the bucket. */
  earlier: string;
  /** Entries of that one, where its checkpoint can be read. */
  published: number | undefined;
  /** Entries that the metadata know. */
  known: number;
}

/** A digest that lies in a bucket, and that the metadata do not know. */
interface Unknown {
  key: string;
  bytes: Buffer;
  digest: Digest;
  signature: string;
}

/**
 * Metadata that were restored from a backup know less than the buckets: digests and checkpoints came after it. Going on
 * from there would put other digests into their places, and the log would have two ends. So the log begins anew, beside
 * the one of before, whose end it notes; and every chain goes on behind the digests that lie in its bucket.
 */
export class RestoredLogs {
  private readonly options: RestoredLogsOptions;
  /** Buckets whose checkpoint was compared, or could not be read while another one was waited for. */
  private readonly compared = new Set<string>();
  private readonly tried = new Set<string>();
  /** One account's buckets after the other's. */
  private last: Promise<void> = Promise.resolve();

  constructor(options: RestoredLogsOptions) {
    this.options = options;
  }

  /**
   * Before anything is written into a bucket.
   * @returns whether its chains were changed
   * @throws ObjectStoreError when it cannot be looked into
   */
  async prepare(bucket: string): Promise<boolean> {
    if (!this.compared.has(bucket)) {
      const comparing = this.last.then(() => this.compare(bucket));
      this.last = comparing.catch(() => undefined);
      await comparing;
    }
    return this.takeOver(bucket);
  }

  /** Looks into the bucket, and once into all others of its account. */
  private async compare(bucket: string): Promise<void> {
    const { metadata, logOf } = this.options;
    const log = await logOf(bucket);
    if (!log) return;
    const copies = await metadata
      .selectFrom('log_copies')
      .select('bucket')
      .where('domain_id', '=', log.domainId)
      .execute();
    const others = copies.map((copy) => copy.bucket).filter((one) => one !== bucket && !this.tried.has(one));
    for (const one of [bucket, ...others]) {
      this.tried.add(one);
      const earlier = await this.ahead(one, log).catch((error) => {
        if (one === bucket && !isRefused(error)) throw error;
        return undefined;
      });
      if (earlier) return this.beginAnew(one, log, earlier);
    }
    this.compared.add(bucket);
  }

  /** What the checkpoint in a bucket says, when the log does not know that. */
  private async ahead(bucket: string, log: NamedLog): Promise<Earlier | undefined> {
    const earlier = await this.checkpointOf(bucket, logFolder(log.domainId, log.suffix));
    if (earlier?.log !== originOf(log.installationId, log.domainId, log.suffix)) return undefined;
    const { size, root } = earlier;
    if (size === undefined || root === undefined || size > log.size) return earlier;
    const own = await rootAt(this.options.metadata, log.domainId, size);
    return own.toString('base64') === root ? undefined : earlier;
  }

  /** @returns only its name, when no key that is known has signed it */
  private async checkpointOf(bucket: string, folder: string): Promise<Earlier | undefined> {
    const { objects, keys } = this.options;
    const text = await textOf(objects.within(PATIENCE_MS), bucket, `${folder}checkpoint`);
    if (text === undefined) return undefined;
    const name = text.slice(0, text.indexOf('\n'));
    const signed = openNote(text, await keys.noteKeys(name));
    const checkpoint = signed === undefined ? undefined : readCheckpoint(signed);
    if (!checkpoint) return { log: name };
    return { log: name, size: checkpoint.size, root: checkpoint.root.toString('base64') };
  }

  private async beginAnew(bucket: string, log: NamedLog, ahead: Earlier): Promise<void> {
    const { metadata, clock } = this.options;
    const { domainId, installationId, size } = log;
    const suffix = `since/${stamp(clock())}/`;
    const origin = originOf(installationId, domainId, suffix);
    const earlier = [ahead, ...(await this.othersIn(bucket, domainId, ahead.log))];
    await metadata.transaction().execute(async (transaction) => {
      for (const table of ['logs', 'log_entries', 'log_hashes', 'log_copies'] as const)
        await transaction.deleteFrom(table).where('domain_id', '=', domainId).execute();
      await transaction
        .insertInto('logs')
        .values({ domain_id: domainId, size: 0, subtrees: '[]', suffix })
        .execute();
      await transaction.updateTable('buckets').set({ unsure: 1 }).where('domain_id', '=', domainId).execute();
      for (const one of earlier) await addLeaf(transaction, domainId, earlierBytes(one));
    });
    const anew = { bucket, origin, earlier: ahead.log, published: ahead.size, known: size };
    this.options.log.error(
      anew,
      'the evidence log in a bucket is not the one that the metadata know: they were restored from an older backup, or the bucket was written by somebody else. The log begins anew under another name; the one before stays as it is',
    );
    await this.options.onAnew({ domainId, ...anew });
  }

  /** Logs of the account that had begun anew before. */
  private async othersIn(bucket: string, domainId: string, but: string): Promise<Earlier[]> {
    const prefix = `${logFolder(domainId, '')}since/`;
    const { folders } = await this.options.objects
      .within(PATIENCE_MS)
      .list(bucket, { prefix, delimiter: '/' });
    const found: Earlier[] = [];
    for (const folder of folders) {
      const earlier = await this.checkpointOf(bucket, folder);
      if (earlier && earlier.log !== but) found.push(earlier);
    }
    return found;
  }

  /** Chains go on behind the digests that lie in their bucket. */
  private async takeOver(bucket: string): Promise<boolean> {
    const { metadata, log } = this.options;
    const found = await metadata
      .selectFrom('buckets')
      .select('unsure')
      .where('name', '=', bucket)
      .executeTakeFirst();
    if (found?.unsure !== 1) return false;
    const unknown = await this.unknownIn(bucket);
    await metadata.transaction().execute(async (transaction) => {
      for (const digests of unknown.values()) await this.adopt(transaction, bucket, digests);
      const chains = await transaction
        .selectFrom('chains')
        .select('id')
        .where('bucket', '=', bucket)
        .execute();
      // What was delivered after the backup and before its digest is known to nobody: there is a gap.
      for (const { id } of chains) {
        await transaction
          .updateTable('digests')
          .set({ ended: BROKEN_OFF })
          .where('chain_id', '=', id)
          .where('ended', '=', 0)
          .where('seq', '=', ({ selectFrom }) =>
            selectFrom('digests as others')
              .select(({ fn }) => fn.max('others.seq').as('seq'))
              .where('others.chain_id', '=', id),
          )
          .execute();
      }
      await transaction.updateTable('buckets').set({ unsure: 0 }).where('name', '=', bucket).execute();
    });
    const count = [...unknown.values()].reduce((sum, digests) => sum + digests.length, 0);
    log.warn({ bucket, digests: count }, 'chains of digests go on behind those that lie in the bucket');
    return true;
  }

  /** By chain, in their order. Nothing is taken over that is not signed. */
  private async unknownIn(bucket: string): Promise<Map<string, Unknown[]>> {
    const { metadata, objects, keys, log } = this.options;
    const source = bucketSource(objects, bucket);
    const rows = await metadata
      .selectFrom('digests')
      .innerJoin('chains', 'chains.id', 'chain_id')
      .select('key')
      .where('bucket', '=', bucket)
      .execute();
    const known = new Set(rows.map(({ key }) => key));
    const publicKeys = (await keys.list()).map(({ publicKey }) => readPublicKey(publicKey));
    const chains = new Map<string, Unknown[]>();
    for await (const { key } of source.keys('CloudTraces/')) {
      const place = digestPlace(key);
      if (!place || known.has(key)) continue;
      const bytes = await source.read(key);
      const digest = bytes && (await readDigest(bytes).catch(() => undefined));
      const signature = (await source.metadata(key))?.[SIGNATURE] ?? '';
      if (!bytes || digest?.digest_object !== key || !isSigned(digest, bytes, signature, publicKeys)) {
        log.warn({ bucket, key }, 'a digest file that the metadata do not know was not signed here');
        continue;
      }
      const name = Object.values(place).join('/');
      chains.set(name, [...(chains.get(name) ?? []), { key, bytes, digest, signature }]);
    }
    for (const digests of chains.values())
      digests.sort((a, b) => instantOf(a.digest.digest_end_time) - instantOf(b.digest.digest_end_time));
    return chains;
  }

  private async adopt(transaction: Metadata, bucket: string, digests: readonly Unknown[]): Promise<void> {
    const [one] = digests;
    if (!one) return;
    const place = chainPlaceOf(one.key);
    const chain = await openChain(transaction, { bucket, projectId: one.digest.project_id, place });
    const before = await transaction
      .selectFrom('digests')
      .selectAll()
      .where('chain_id', '=', chain.id)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    const newer = digests.filter(({ digest }) => instantOf(digest.digest_end_time) > (before?.end_time ?? 0));
    let [seq, last] = [before?.seq ?? 0, before?.last_number ?? 0];
    for (const { key, bytes, digest, signature } of newer) {
      const first = digest.first_number ?? last + 1;
      last = Math.max(last, digest.last_number ?? 0);
      await transaction
        .insertInto('digests')
        .values({
          ...{ chain_id: chain.id, seq: ++seq, key, body: '', signature, key_id: digest.digest_key_id ?? '' },
          start_time: instantOf(digest.digest_start_time),
          end_time: instantOf(digest.digest_end_time),
          ...{ first_number: first, last_number: digest.last_number ?? first - 1 },
          total_files: digest.total_file_count ?? 0,
          total_traces: digest.total_trace_count ?? 0,
          ...{ sha256: hashOf('SHA-256', bytes), md5: hashOf('MD5', bytes) },
          ...{ ended: digest.digest_end ? 1 : 0, written_at: this.options.clock() },
        })
        .execute();
    }
    await renumber(
      transaction,
      { id: chain.id, number: chain.number, from: before?.last_number ?? 0, last },
      newer,
    );
  }
}

/** Buckets may hold digests that metadata of a backup do not know: they are looked through before anything is written. */
export async function doubtBuckets(metadata: Metadata): Promise<void> {
  await metadata.updateTable('buckets').set({ unsure: 1 }).execute();
}

/** Files that took numbers which others had by then are covered anew, by new ones. */
async function renumber(
  transaction: Metadata,
  { id, number, from, last }: { id: number; number: number; from: number; last: number },
  digests: readonly Unknown[],
): Promise<void> {
  const listed = new Set(digests.flatMap(({ digest }) => digest.log_files.map(({ object }) => object)));
  const files = await transaction
    .selectFrom('trace_files')
    .select(['bucket', 'key', 'number'])
    .where('chain_id', '=', id)
    .where('number', '>', from)
    .where('number', '<=', last)
    .orderBy('number')
    .execute();
  let next = Math.max(number, last);
  for (const { bucket, key } of files) {
    if (listed.has(key)) continue;
    await transaction
      .updateTable('trace_files')
      .set({ number: ++next })
      .where('bucket', '=', bucket)
      .where('key', '=', key)
      .execute();
  }
  await transaction.updateTable('chains').set({ number: next }).where('id', '=', id).execute();
}

function chainPlaceOf(key: string): Parameters<typeof chainName>[0] {
  const { root, tracker, folder, place } = digestPlace(key) as NonNullable<ReturnType<typeof digestPlace>>;
  const name = key.slice(key.lastIndexOf('/') + 1);
  const prefix = name.slice(0, name.lastIndexOf(OF_DIGEST)).replace(/_$/, '');
  return { region: root.slice(root.indexOf('/') + 1), tracker, folder, place, prefix };
}

const isRefused = (error: unknown) => error instanceof ObjectStoreError && error.problem === 'denied';

async function textOf(objects: ObjectStore, bucket: string, key: string): Promise<string | undefined> {
  try {
    return (await buffer((await objects.get(bucket, key)).body)).toString('utf8');
  } catch (error) {
    if (error instanceof ObjectStoreError && error.problem === 'no-object') return undefined;
    throw error;
  }
}
