import { type KeyObject, verify as verifySignature } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type DigestPlace, digestPlace, traceFilePlace } from '../archive/index.ts';
import { type Digest, hashOf, instantOf, SIGNATURE, signedText } from './digest.ts';

const expand = promisify(gunzip);
const MOST_DIGEST = 256 * 1024 * 1024;

/** Where the files are: a bucket, or a folder that one was downloaded to. */
export interface ArchiveSource {
  /** Name of the bucket; undefined: not known. */
  bucket: string | undefined;
  /** All keys below a prefix. */
  keys(prefix: string): AsyncIterable<string>;
  /** Undefined: there is none. @throws Unreadable */
  read(key: string): Promise<Buffer | undefined>;
  /** Undefined: none are kept with this source. */
  metadata(key: string): Promise<Record<string, string> | undefined>;
}

/** A file of a source is there, and its bytes are not to be had. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** What is said of a file. `pending`: too new for a digest. `before`: older than verification. */
export type Verdict = 'valid' | 'changed' | 'missing' | 'unreadable' | 'unexpected' | 'pending' | 'before';

export interface Finding {
  kind: 'digest' | 'file';
  key: string;
  verdict: Verdict;
  /** Why, in words, unless it is valid. */
  reason?: string;
}

export interface VerifyOptions {
  source: ArchiveSource;
  /** Any of them may have signed. */
  publicKeys: readonly KeyObject[];
  /** Only digests whose hour lies within, epoch ms. */
  from?: number;
  to?: number;
  onFinding: (finding: Finding) => void;
  /** Epoch ms; what is younger than the first digest of a trace source may be still waits for it. */
  now?: number;
  onProgress?: (done: number, total: number) => void;
}

/** A digest that could be read, and what is known about it so far. */
interface Sheet {
  key: string;
  bytes: Buffer;
  digest: Digest;
  start: number;
  end: number;
  place: DigestPlace;
}

/** Digests of the same place, oldest first. Where they began or went on in another place, links tell. */
type Chain = Sheet[];

/** Every digest that could be read, and how each leads to the others. */
class Sheets {
  readonly chains: Chain[];
  private readonly byKey: Map<string, Sheet>;
  private readonly followers = new Map<string, Sheet>();

  constructor(sheets: readonly Sheet[]) {
    const chains = new Map<string, Chain>();
    for (const sheet of sheets) {
      const { root, tracker, folder, place } = sheet.place;
      const id = [root, tracker, folder, place].join('/');
      const chain = chains.get(id);
      if (chain) chain.push(sheet);
      else chains.set(id, [sheet]);
    }
    this.chains = [...chains.values()];
    for (const chain of this.chains) chain.sort((a, b) => a.end - b.end || (a.key < b.key ? -1 : 1));
    this.byKey = new Map(sheets.map((sheet) => [sheet.key, sheet]));
    for (const sheet of sheets) this.followers.set(sheet.digest.previous_digest_object, sheet);
  }

  /** What stands before a digest: the first of a place may go on from another one. */
  before(chain: Chain, at: number): Sheet | undefined {
    if (at > 0) return chain[at - 1];
    return this.byKey.get(chain[at]?.digest.previous_digest_object ?? '');
  }

  after(chain: Chain, at: number): Sheet | undefined {
    return chain[at + 1] ?? this.followers.get(chain[at]?.key ?? '');
  }

  /** The newest digest that goes on from a chain, wherever it lies. */
  newest(chain: Chain): Sheet | undefined {
    let newest = chain.at(-1);
    for (let next = newest; next; next = this.followers.get(next.key)) {
      if (next.end < (newest?.end ?? 0)) break;
      newest = next;
    }
    return newest;
  }

  /** Chains that cover the files of a place: of the longest names that fit. */
  covering(key: string): Chain | undefined {
    const file = traceFilePlace(key);
    return this.chains
      .filter(([sheet]) => sheet && file?.isOf(sheet.place))
      .sort(([a], [b]) => (b?.place.place.length ?? 0) - (a?.place.place.length ?? 0))[0];
  }
}

/**
 * Proves that trace files are those that were delivered: follows every chain of digest files, checks their
 * signatures and links, and the hash of every trace file (`docs/reference/trace-files.md` 5). Works offline,
 * with the public key alone.
 */
export async function verifyArchive(options: VerifyOptions): Promise<Record<Verdict, number>> {
  const {
    source,
    onFinding,
    onProgress,
    from = Number.NEGATIVE_INFINITY,
    to = Number.POSITIVE_INFINITY,
    now = Date.now(),
  } = options;
  const counts: Record<Verdict, number> = {
    valid: 0,
    changed: 0,
    missing: 0,
    unreadable: 0,
    unexpected: 0,
    pending: 0,
    before: 0,
  };
  const tell = (finding: Finding) => {
    counts[finding.verdict]++;
    onFinding(finding);
  };
  const digests: string[] = [];
  const files = new Map<string, number>();
  for await (const key of source.keys('CloudTraces/')) {
    const file = traceFilePlace(key);
    if (digestPlace(key)) digests.push(key);
    else if (file) files.set(key, instantOf(file.stamp));
  }
  const total = digests.length + files.size;
  let done = 0;
  const step = () => onProgress?.(++done, total);

  const readable: Sheet[] = [];
  for (const key of digests) {
    const sheet = await readSheet(source, key);
    step();
    if ('verdict' in sheet) {
      tell({ kind: 'digest', key, ...sheet });
      continue;
    }
    readable.push(sheet);
  }
  const sheets = new Sheets(readable);

  const listed = new Set<string>();
  for (const chain of sheets.chains) {
    for (const [at, sheet] of chain.entries()) {
      const within = sheet.end >= from && sheet.start <= to;
      const doubt = within ? await doubtOf(sheet, sheets.after(chain, at), options) : undefined;
      if (within) {
        const broken = doubt ? undefined : await whyNotLinked(sheet, sheets.before(chain, at), source, from);
        tell({ kind: 'digest', key: sheet.key, ...(doubt ?? broken ?? { verdict: 'valid' }) });
      }
      for (const file of sheet.digest.log_files) {
        if (listed.has(file.object)) continue;
        listed.add(file.object);
        // What lies in another bucket is verified there.
        if (!within || (source.bucket !== undefined && file.bucket !== source.bucket)) continue;
        const finding = await checkFile(source, file, sheet.key);
        // A list that proves nothing makes no file valid.
        const reason = `the digest that lists it, ${sheet.key}, cannot be trusted`;
        tell(doubt && finding.verdict === 'valid' ? { ...finding, verdict: doubt.verdict, reason } : finding);
        step();
      }
    }
  }
  for (const [key, time] of files) {
    if (listed.has(key) || time < from || time > to) continue;
    const chain = sheets.covering(key);
    tell(strayFile(key, time, chain?.[0], chain && sheets.newest(chain), now));
    step();
  }
  return counts;
}

/** @returns the bytes; undefined when there are none; or why they cannot be read */
async function contentOf(source: ArchiveSource, key: string): Promise<Buffer | Unreadable | undefined> {
  try {
    return await source.read(key);
  } catch (error) {
    if (error instanceof Unreadable) return error;
    throw error;
  }
}

const changed = (reason: string): Doubt => ({ verdict: 'changed', reason });
const unreadable = (reason: string): Doubt => ({ verdict: 'unreadable', reason });

/** @returns what is wrong when it is none */
async function readSheet(source: ArchiveSource, key: string): Promise<Sheet | Doubt> {
  const bytes = await contentOf(source, key);
  if (!bytes) return changed('it is gone since the look began');
  if (bytes instanceof Unreadable) return unreadable(bytes.message);
  try {
    const digest = JSON.parse(
      (await expand(bytes, { maxOutputLength: MOST_DIGEST })).toString('utf8'),
    ) as Digest;
    const [start, end] = [instantOf(digest.digest_start_time), instantOf(digest.digest_end_time)];
    if (!Number.isFinite(start) || !Number.isFinite(end) || !Array.isArray(digest.log_files)) {
      return changed('it is no digest file');
    }
    if (digest.digest_object !== key)
      return changed(`it was moved: it says that it is ${digest.digest_object}`);
    if (source.bucket !== undefined && digest.digest_bucket !== source.bucket) {
      return changed(`it was moved: it says that it is in the bucket ${digest.digest_bucket}`);
    }
    return { key, bytes, digest, start, end, place: digestPlace(key) as DigestPlace };
  } catch {
    return changed('it is not a compressed JSON file any more');
  }
}

interface Doubt {
  verdict: Verdict;
  reason?: string;
}

/** A digest's signature is in its metadata, and in the digest that follows it. */
async function doubtOf(
  { key, bytes, digest }: Sheet,
  next: Sheet | undefined,
  { source, publicKeys }: VerifyOptions,
): Promise<Doubt | undefined> {
  const own = (await source.metadata(key))?.[SIGNATURE];
  const carried =
    next?.digest.previous_digest_object === key ? next.digest.previous_digest_signature : undefined;
  if (own !== undefined && carried !== undefined && own !== carried) {
    return changed(
      'the signature in its metadata is not the one that the next digest knows: it was replaced',
    );
  }
  const signature = own ?? carried;
  if (signature === undefined) {
    const reason = 'its signature is in the metadata of the object, which is not kept here';
    return { verdict: 'pending', reason };
  }
  const text = Buffer.from(signedText(digest, bytes));
  const right = publicKeys.some((key) => verifySignature('sha256', text, key, Buffer.from(signature, 'hex')));
  if (right) return undefined;
  return changed('its signature does not fit: it was altered, or signed with another key');
}

/** Nothing is missing between a digest and the one before, and that one is the very same. */
async function whyNotLinked(
  { digest, start }: Sheet,
  before: Sheet | undefined,
  source: ArchiveSource,
  from: number,
): Promise<Doubt | undefined> {
  const name = digest.previous_digest_object;
  if (name === '') {
    return before
      ? changed(`it says that it is the first of its chain, but ${before.key} comes before it`)
      : undefined;
  }
  if (source.bucket !== undefined && digest.previous_digest_bucket !== source.bucket) return undefined;
  // What lies before the range may have had its time in the bucket.
  if (!before && start <= from) return undefined;
  if (before?.key !== name) {
    const bytes = await contentOf(source, name);
    if (bytes instanceof Unreadable)
      return unreadable(`the digest before it, ${name}, cannot be read: ${bytes.message}`);
    return changed(
      bytes
        ? `${before?.key} stands between it and ${name}, which it follows`
        : `the digest before it, ${name}, is missing`,
    );
  }
  const actual = hashOf(digest.previous_digest_hash_algorithm, before.bytes);
  if (actual !== digest.previous_digest_hash_value)
    return changed(`the digest before it, ${name}, was altered`);
  if (start !== before.end && !digest.previous_digest_end)
    return changed('there is a gap between it and the digest before it');
  return whyNotCounted(digest, before.digest);
}

/** Every file has its number, which one digest covers; digests of earlier versions do not count. */
function whyNotCounted(digest: Digest, before: Digest): Doubt | undefined {
  const { first_number: first, previous_digest_end } = digest;
  if (first === undefined || before.last_number === undefined) return undefined;
  const next = before.last_number + 1;
  if (first === next || (first > next && previous_digest_end)) return undefined;
  return changed(`it begins with file ${first} of its chain, the one before ends with ${before.last_number}`);
}

async function checkFile(
  source: ArchiveSource,
  { object: key, log_hash_value, log_hash_algorithm }: Digest['log_files'][number],
  digest: string,
): Promise<Finding> {
  const bytes = await contentOf(source, key);
  if (!bytes) return { kind: 'file', key, verdict: 'missing', reason: `it is listed in ${digest}` };
  if (bytes instanceof Unreadable) return { kind: 'file', key, ...unreadable(bytes.message) };
  return hashOf(log_hash_algorithm, bytes) === log_hash_value
    ? { kind: 'file', key, verdict: 'valid' }
    : { kind: 'file', key, verdict: 'changed', reason: `its hash is not the one in ${digest}` };
}

/** @param first and last digest of the chain that covers its place */
function strayFile(
  key: string,
  time: number,
  first: Sheet | undefined,
  last: Sheet | undefined,
  now: number,
): Finding {
  if (!first && time >= now - FIRST_DIGEST_MS) {
    return { kind: 'file', key, verdict: 'pending', reason: 'its first digest comes after the full hour' };
  }
  if (!first || !last || time < first.start) {
    return { kind: 'file', key, verdict: 'before', reason: 'no digest covers its time' };
  }
  if (time >= last.end - SLACK_MS && !last.digest.digest_end) {
    return { kind: 'file', key, verdict: 'pending', reason: 'it is newer than the last digest' };
  }
  return {
    kind: 'file',
    key,
    verdict: 'unexpected',
    reason:
      'no digest lists it: it was added or renamed, or has been delivered late and the next digest will list it',
  };
}

/** A file that waited in the spool is delivered later than its name says, never earlier; a cycle at the most. */
const SLACK_MS = 3_600_000;
/** A digest covers an hour, and is written soon after it. */
const FIRST_DIGEST_MS = 2 * 3_600_000;
