import type { KeyObject } from 'node:crypto';
import { type DigestPlace, digestPlace, traceFilePlace } from '../archive/index.ts';
import { eachOf } from '../each-of.ts';
import { isObjectKey } from '../objects/index.ts';
import { type ArchiveSource, Unreadable } from './archive-source.ts';
import {
  ALGORITHM,
  type Digest,
  hashOf,
  instantOf,
  isSigned,
  KEY_ID,
  type ListedFile,
  readDigest,
  SIGNATURE,
} from './digest.ts';
import { type Finding, VERDICTS, type Verdict } from './finding.ts';
import { type CheckedLog, checkLogs, isOfLog } from './log-check.ts';
import type { NoteKey } from './note.ts';

const HOUR = 3_600_000;
const STAMP_OF_DIGEST = /_([^_]+)\.json\.gz$/;
/** Files of one digest that are hashed at once. */
const AT_ONCE = 8;
/** The proof may end so long before the instant up to which it is asked for: a digest covers an hour, and is written soon after it. */
const REACH_MS = 2 * HOUR;
/** A file that waited in the spool is delivered later than its name says, never earlier; a cycle at the most. */
const SLACK_MS = HOUR;
/** The clock of the service may be ahead by so much, by another zone say. */
const AHEAD_MS = 24 * HOUR;

export interface VerifyOptions {
  source: ArchiveSource;
  /** Any of them may have signed. */
  publicKeys: readonly KeyObject[];
  /** Of evidence logs, besides. */
  logKeys?: readonly NoteKey[];
  /** Checkpoints that were kept elsewhere, by the names of their files. */
  kept?: ReadonlyMap<string, string>;
  /** Only digests whose hour lies within, epoch ms; the proof has to reach to the second, or to now. */
  from?: number;
  to?: number;
  onFinding: (finding: Finding) => void;
  /** Epoch ms. */
  now?: number;
  onProgress?: (done: number, total: number) => void;
}

export interface Proof {
  /** tampering: something is not what was signed; unproved: something asked for is proved by nothing. */
  conclusion: 'proved' | 'tampering' | 'unproved';
  counts: Record<Verdict, number>;
  /** Files that are what was delivered, and the traces in them as far as digests count them. */
  files: number;
  traces: number;
  /** The newest digest of each chain, and whether it is the last that there will be. */
  chains: { key: string; end: number; ended: boolean }[];
  /** Nothing is missing, or another, up to here; undefined: no digest of the range is proved. Epoch ms. */
  completeTo: number | undefined;
}

/** A digest that could be read, and what is known about it so far. */
interface Sheet {
  key: string;
  bytes: Buffer;
  digest: Digest;
  start: number;
  end: number;
  place: DigestPlace;
  /** When it was written, where that is known; epoch ms. */
  modified?: number | undefined;
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
export async function verifyArchive(given: VerifyOptions): Promise<Proof> {
  const options = { ...given, source: ofKeys(given.source) };
  const { source, onFinding, onProgress, from = Number.NEGATIVE_INFINITY, now = Date.now() } = options;
  const to = options.to ?? Number.POSITIVE_INFINITY;
  /** What is younger may be waiting. */
  const reach = Math.min(to, now) - REACH_MS;
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  const tell = (finding: Finding) => {
    counts[finding.verdict]++;
    onFinding(finding);
  };
  const digests = new Map<string, number | undefined>();
  const ofLogs: string[] = [];
  const files = new Map<string, Stray>();
  for await (const { key, modified } of source.keys('CloudTraces/')) {
    const file = traceFilePlace(key);
    if (isOfLog(key)) ofLogs.push(key);
    else if (digestPlace(key)) digests.set(key, modified);
    else if (file)
      files.set(key, {
        time: instantOf(file.stamp),
        modified: modified && modified <= now ? modified : undefined,
      });
  }
  const total = digests.size + files.size;
  let done = 0;
  const step = () => onProgress?.(Math.min(++done, total), total);

  const readable: Sheet[] = [];
  for (const [key, modified] of digests) {
    const sheet = await readSheet(source, key);
    step();
    if ('verdict' in sheet) tell({ kind: 'digest', key, ...sheet });
    else readable.push({ ...sheet, modified });
  }
  const sheets = new Sheets(readable);
  const buckets = new Set(readable.map(({ digest }) => digest.digest_bucket));
  const { publicKeys, logKeys = [], kept = new Map() } = options;
  const logs = await checkLogs({ source, keys: ofLogs, publicKeys, logKeys, buckets, kept, tell });

  const proof: Proof = {
    conclusion: 'proved',
    counts,
    files: 0,
    traces: 0,
    chains: [],
    completeTo: undefined,
  };
  const listed = new Set<string>();
  /** Digests of the range of which it is not certain, or not yet, what they said. */
  const doubted = new Set<Sheet>();
  let inRange = 0;
  let ofDigests = 0;
  for (const chain of sheets.chains) {
    for (const [at, sheet] of chain.entries()) {
      const within = sheet.end >= from && sheet.start <= to;
      const doubt = within ? await doubtOf(sheet, sheets.after(chain, at), options, reach) : undefined;
      if (doubt) doubted.add(sheet);
      if (within) {
        inRange++;
        ofDigests++;
        const broken = doubt ? undefined : await whyNotLinked(sheet, sheets.before(chain, at), source, from);
        tell({ kind: 'digest', key: sheet.key, ...(doubt ?? broken ?? { verdict: 'valid' }) });
      }
      const fresh = sheet.digest.log_files.filter(({ object }) => !listed.has(object));
      for (const { object } of fresh) listed.add(object);
      // What lies in another bucket is verified there.
      const here = fresh.filter(({ bucket }) => source.bucket === undefined || bucket === source.bucket);
      if (!within) continue;
      const findings = new Map<ListedFile, Finding>();
      await eachOf(here, AT_ONCE, async (file) => {
        findings.set(file, await checkFile(source, file, sheet.key));
        step();
      });
      for (const file of here) {
        const finding = findings.get(file) as Finding;
        if (finding.verdict === 'valid' && !doubt) {
          proof.files++;
          proof.traces += file.trace_count ?? 0;
        }
        tell(doubt && finding.verdict === 'valid' ? doubtfully(finding, sheet.key, doubt, reach) : finding);
      }
    }
  }
  const range = { from, to, reach };
  /** Up to where chains are proved that go on, and those that have ended. */
  const [ends, lastEnds]: [number[], number[]] = [[], []];
  for (const one of sheets.chains) {
    const { chain, finding } = reaching(sheets, one, range);
    if (finding) tell(finding);
    if (!chain) continue;
    proof.chains.push(chain);
    const isDoubted = doubted.has(one.at(-1) as Sheet);
    const provedTo = one.findLast((sheet) => !doubted.has(sheet))?.end ?? one[0]?.start ?? chain.end;
    (chain.ended && !isDoubted ? lastEnds : ends).push(provedTo);
  }
  const known = { sheets: readable, keys: digests, ...range };
  for await (const finding of againstLogs(source, logs, known)) tell(finding);
  for (const [key, stray] of files) {
    if (listed.has(key)) continue;
    const isAdded = isBeyond(stray, source);
    if (!isAdded && (stray.time < from || stray.time > to)) continue;
    inRange++;
    if (isAdded) tell({ kind: 'file', key, verdict: 'unexpected', reason: ADDED });
    else tell(strayFile(key, stray, sheets, { now, reach }));
    step();
  }
  const { changed, missing, unexpected, unproved, unreadable } = counts;
  if (changed + missing + unexpected > 0) proof.conclusion = 'tampering';
  else if (unproved + unreadable > 0 || inRange === 0) proof.conclusion = 'unproved';
  const all = ends.length > 0 ? Math.min(...ends) : Math.max(...lastEnds);
  if (ofDigests > doubted.size) proof.completeTo = Math.min(all, to);
  return proof;
}

/** What was altered can name anything: what is no key is no object. */
function ofKeys(source: ArchiveSource): ArchiveSource {
  return {
    ...source,
    read: async (key) => (isObjectKey(key) ? source.read(key) : undefined),
    hash: async (key, algorithm) => (isObjectKey(key) ? source.hash(key, algorithm) : undefined),
    metadata: async (key) => (isObjectKey(key) ? source.metadata(key) : undefined),
  };
}

interface Range {
  from: number;
  to: number;
  reach: number;
}

/** A file that is what a digest says, of which it is not certain what it said: a list that proves nothing makes no file valid. */
function doubtfully(finding: Finding, digest: string, doubt: Doubt, reach: number): Finding {
  const time = instantOf(traceFilePlace(finding.key)?.stamp ?? '');
  if (doubt.verdict !== 'pending' || time + SLACK_MS >= reach)
    return {
      ...finding,
      verdict: doubt.verdict,
      reason: `the digest that lists it, ${digest}, cannot be trusted`,
    };
  const reason = `nothing proves the digest that lists it, ${digest}, until another one follows that has its signature`;
  return { ...finding, verdict: 'unproved', reason };
}

/** What the logs know of digests, and what they should know. */
async function* againstLogs(
  source: ArchiveSource,
  logs: readonly CheckedLog[],
  { sheets, keys, from, to, reach }: Range & { sheets: readonly Sheet[]; keys: ReadonlyMap<string, unknown> },
): AsyncGenerator<Finding> {
  const byKey = new Map(sheets.map((sheet) => [sheet.key, sheet]));
  for (const log of logs) {
    for (const [key, { sha256, index }] of log.digests) {
      const end = instantOf(STAMP_OF_DIGEST.exec(key)?.[1] ?? '');
      if (end < from || end - HOUR > to || source.holds?.(key) === false) continue;
      const sheet = byKey.get(key);
      const where = `entry ${index} of the evidence log ${log.origin}`;
      // It may have come since the keys were listed.
      if (!keys.has(key) && !(await contentOf(source, key)))
        yield { kind: 'digest', key, verdict: 'missing', reason: `it is ${where}` };
      else if (sheet && hashOf('SHA-256', sheet.bytes) !== sha256)
        yield { kind: 'digest', key, ...changed(`it is not what ${where} says`) };
    }
    const isOver = logs.some(({ earlier }) => earlier.some(({ origin }) => origin === log.origin));
    if (log.newest < reach && !isOver) {
      const reason = `it is the newest checkpoint: what came after ${new Date(log.newest).toISOString()} is proved by nothing`;
      yield { kind: 'log', key: log.key, verdict: 'unproved', reason };
    }
  }
  for (const { key, end, digest, modified = end } of sheets) {
    const { log_origin: origin } = digest;
    if (origin === undefined || end < from || end - HOUR > to) continue;
    const log = logs.find((one) => one.origin === origin);
    if (logs.some(({ digests }) => digests.has(key))) continue;
    if (!log) {
      // A log has its first checkpoint before the first digest that names it.
      const verdict = end >= reach ? 'unproved' : 'missing';
      const reason = `it belongs to the evidence log ${origin}, which is not here`;
      yield { kind: 'digest', key, verdict, reason };
      continue;
    }
    // Its checkpoint is still to come.
    if (end >= reach || log.newest < Math.max(end, modified)) continue;
    yield {
      kind: 'digest',
      key,
      verdict: 'unexpected',
      reason: `the evidence log ${origin} does not know it`,
    };
  }
}

/** How far a chain goes; those that were cut off at their end, or stopped, are told. */
function reaching(
  sheets: Sheets,
  chain: Chain,
  { from, to, reach }: Range,
): { chain?: Proof['chains'][number]; finding?: Finding } {
  const newest = sheets.newest(chain);
  // It goes on in another place, which tells for it.
  if (!newest || newest !== chain.at(-1) || newest.end < from || (chain[0]?.start ?? 0) > to) return {};
  const { key, end, digest } = newest;
  const told = { chain: { key, end, ended: digest.digest_end } };
  if (digest.digest_end || end >= reach) return told;
  const reason = `it is the newest digest of its chain: what came after ${new Date(end).toISOString()} is proved by nothing; the digests behind it were removed, or none were written`;
  return { ...told, finding: { kind: 'chain', key, verdict: 'unproved', reason } };
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
    const digest = await readDigest(bytes);
    if (!digest) return changed('it is no digest file');
    const [start, end] = [instantOf(digest.digest_start_time), instantOf(digest.digest_end_time)];
    if (!Number.isFinite(start) || !Number.isFinite(end)) return changed('it is no digest file');
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

/**
 * A digest's signature is in its metadata, and in the digest that follows it.
 * @param reach what is younger may wait for the next digest
 */
async function doubtOf(
  { key, bytes, digest, end }: Sheet,
  next: Sheet | undefined,
  { source, publicKeys }: VerifyOptions,
  reach: number,
): Promise<Doubt | undefined> {
  const about = source.hasMetadata ? ((await source.metadata(key)) ?? {}) : undefined;
  const own = about?.[SIGNATURE];
  if (about && own === undefined) {
    return changed('the signature in its metadata was removed');
  }
  if (
    about &&
    (about[ALGORITHM] !== digest.digest_signature_algorithm || about[KEY_ID] !== digest.digest_key_id)
  )
    return changed('its metadata name another key or algorithm than it does');
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
    return { verdict: end >= reach ? 'pending' : 'unproved', reason };
  }
  // Another spelling of the same bytes is a change, too.
  const isHex = /^(?:[0-9a-f]{2})+$/.test(signature);
  if (isHex && isSigned(digest, bytes, signature, publicKeys)) return undefined;
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
  { object: key, log_hash_value, log_hash_algorithm }: ListedFile,
  digest: string,
): Promise<Finding> {
  try {
    const hash = await source.hash(key, log_hash_algorithm);
    if (hash === undefined)
      return { kind: 'file', key, verdict: 'missing', reason: `it is listed in ${digest}` };
    return hash === log_hash_value
      ? { kind: 'file', key, verdict: 'valid' }
      : { kind: 'file', key, verdict: 'changed', reason: `its hash is not the one in ${digest}` };
  } catch (error) {
    if (error instanceof Unreadable) return { kind: 'file', key, ...unreadable(error.message) };
    throw error;
  }
}

/** A file that no digest lists: the end of its cycle by its name, and when it was written. */
interface Stray {
  time: number;
  modified: number | undefined;
}

const ADDED = 'it is newer than what the package was signed with: it was added';

/** Whether a file that no digest lists can be no part of a package. */
const isBeyond = ({ time }: Stray, { until }: ArchiveSource) =>
  until !== undefined && time >= until + REACH_MS;

function strayFile(
  key: string,
  { time, modified = time }: Stray,
  sheets: Sheets,
  { now, reach }: { now: number; reach: number },
): Finding {
  const say = (verdict: Verdict, reason: string): Finding => ({ kind: 'file', key, verdict, reason });
  const wait = (reason: string) =>
    time > now + AHEAD_MS
      ? say('unproved', 'no digest lists it, and by its name it is of a time that is still to come')
      : say('pending', reason);
  const chain = sheets.covering(key);
  const first = chain?.[0];
  const last = chain && sheets.newest(chain);
  const waits = Math.max(time, modified) >= reach;
  if (!chain || !first || !last) {
    return waits
      ? wait('the first digest of its trace source is not written yet')
      : say('unproved', 'no digest covers its place: verification was off, or all of them were removed');
  }
  if (time < first.start) return say('unproved', 'it is older than the first digest of its place');
  const isOff = chain.some((sheet, at) => {
    if (!sheet.digest.previous_digest_end) return false;
    const before = sheets.before(chain, at);
    // Where the one before did not end by itself, a backup was restored: until then it was delivered, too.
    const isRestored = before && !before.digest.digest_end;
    const [gone, on] = [(before?.end ?? sheet.start) - SLACK_MS, isRestored ? sheet.end : sheet.start];
    return [time, modified].some((one) => one >= gone && one < on);
  });
  if (isOff || (last.digest.digest_end && time >= last.end - SLACK_MS)) {
    return say('unproved', 'verification was off when it was delivered, or a backup was restored after it');
  }
  if (Math.max(time + SLACK_MS, modified) >= last.end) {
    return waits
      ? wait('it is newer than the last digest')
      : say('unproved', 'it is newer than the last digest of its place, which should be followed by others');
  }
  if (modified >= reach && now < last.end)
    return say('pending', 'the clock was set back: its digest comes after the full hour');
  return say('unexpected', 'no digest lists it: it was added or renamed');
}
