import { createPublicKey, generateKeyPairSync, type KeyPairKeyObjectResult, sign } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { digestPlace, traceFilePlace } from '../../archive/index.ts';
import type { Dice } from '../../testing/seeded.ts';
import { ALGORITHM, type Digest, hashOf, instantOf, KEY_ID, SIGNATURE, signedText } from '../digest.ts';
import { checkpointText, entryBytes, readCheckpoint } from '../log.ts';
import { leafHash, Tree } from '../merkle.ts';
import { signNote } from '../note.ts';
import { bundleOf, entriesIn, TILE_WIDTH, tilePath } from '../tiles.ts';
import type { Proof } from '../verify.ts';
import { type History, HOUR } from './history.ts';

/** What must come to light of an attack. */
export interface Found {
  /** unproved: tampering is as right. */
  conclusion: Proof['conclusion'];
  /** Keys that must be named. */
  named: string[];
}

/** One thing in a bucket is made another. @returns undefined: there is nothing of the kind in it, or nothing is lost */
export type Mutation = (bucket: Bucket, dice: Dice) => Promise<Found | undefined>;

const LOG = /^CloudTraces\/Log\//;
const DATED = /\/checkpoints\//;
const isDigest = (key: string) => digestPlace(key) !== undefined;

/** A bucket in the hands of somebody who may do everything to it. */
export class Bucket {
  readonly history: History;
  readonly name: string;
  readonly keys: string[];
  /** Trace files that a digest covers. */
  readonly covered: string[];

  constructor(history: History, name: string, keys: string[], covered: string[]) {
    this.history = history;
    this.name = name;
    this.keys = keys;
    this.covered = covered;
  }

  get digests(): string[] {
    return this.keys.filter(isDigest);
  }

  get checkpoints(): string[] {
    return this.keys.filter((key) => LOG.test(key) && DATED.test(key));
  }

  get newestCheckpoint(): string {
    return this.keys.filter((key) => /\/checkpoint$/.test(key)).at(-1) as string;
  }

  get tiles(): string[] {
    return this.keys.filter((key) => LOG.test(key) && key.includes('/tile/'));
  }

  async bytes(key: string): Promise<Buffer> {
    return buffer((await this.history.objects.get(this.name, key)).body);
  }

  async metadata(key: string): Promise<Record<string, string>> {
    return (await this.history.objects.head(this.name, key)).metadata;
  }

  /** Its metadata stay as they are. */
  async put(key: string, body: Uint8Array, metadata?: Record<string, string>): Promise<void> {
    this.history.story.push(`  ${key} is put`);
    const before = this.keys.includes(key) ? await this.metadata(key) : {};
    await this.history.objects.put({
      ...{ bucket: this.name, key, body, contentType: 'application/octet-stream' },
      metadata: metadata ?? before,
    });
  }

  async remove(...keys: string[]): Promise<void> {
    this.history.story.push(...keys.map((key) => `  ${key} is removed`));
    for (const key of keys) await this.history.objects.remove(this.name, key);
  }

  async digest(key: string): Promise<Digest> {
    return JSON.parse(gunzipSync(await this.bytes(key)).toString()) as Digest;
  }

  /** Digests of a chain in their order. */
  async chains(): Promise<string[][]> {
    const chains = new Map<string, string[]>();
    for (const key of this.digests) {
      const { root, tracker, folder, place } = digestPlace(key) as NonNullable<
        ReturnType<typeof digestPlace>
      >;
      const id = [root, tracker, folder, place].join('/');
      chains.set(id, [...(chains.get(id) ?? []), key]);
    }
    for (const keys of chains.values()) {
      keys.sort((a, b) => (stampIn(a) < stampIn(b) ? -1 : 1));
    }
    return [...chains.values()];
  }
}

const stampIn = (key: string) => /_([^_]+)\.json\.gz$/.exec(key)?.[1] ?? '';

const tampering = (...named: string[]): Found => ({ conclusion: 'tampering', named });

/** A byte of any thing is turned into another. */
function flipped(bytes: Buffer, at: number): Buffer {
  const other = Buffer.from(bytes);
  other[at] = (other[at] ?? 0) ^ 0x10;
  return other;
}

/** Things whose every byte is proved. */
const proven = (bucket: Bucket) => [...bucket.covered, ...bucket.digests, ...bucket.tiles];

const byte: Mutation = async (bucket, dice) => {
  const key = dice.one(proven(bucket));
  const bytes = await bucket.bytes(key);
  await bucket.put(key, flipped(bytes, dice.below(bytes.length)));
  return tampering(key);
};

const ofEachKind: Mutation = async (bucket, dice) => {
  const kinds = [bucket.covered, bucket.digests, bucket.tiles].filter((keys) => keys.length > 0);
  const key = dice.one(dice.one(kinds));
  const bytes = await bucket.bytes(key);
  const how = dice.below(3);
  const cut = bytes.subarray(0, dice.below(bytes.length));
  const longer = Buffer.concat([bytes, Buffer.alloc(1 + dice.below(40))]);
  await bucket.put(key, [cut, longer, flipped(bytes, dice.below(bytes.length))][how] as Buffer);
  return tampering(key);
};

const removed: Mutation = async (bucket, dice) => {
  const kinds = [bucket.covered, bucket.digests, await neededTiles(bucket)].filter((keys) => keys.length > 0);
  const key = dice.one(dice.one(kinds));
  await bucket.remove(key);
  return tampering(key);
};

/** Those of the log as large as it is now. */
async function neededTiles(bucket: Bucket): Promise<string[]> {
  const size = readCheckpoint((await bucket.bytes(bucket.newestCheckpoint)).toString())?.size ?? 0;
  return bucket.tiles.filter((key) => {
    const width = /\.p\/(\d+)$/.exec(key)?.[1];
    const level = Number(/\/tile\/(\d+)\//.exec(key)?.[1] ?? 0);
    return width === undefined || Number(width) === Math.floor(size / TILE_WIDTH ** level) % TILE_WIDTH;
  });
}

const renamed: Mutation = async (bucket, dice) => {
  const key = dice.one([...bucket.covered, ...bucket.digests]);
  const other = isDigest(key)
    ? key.replace(/T\d\d-/, (hour) => (hour === 'T05-' ? 'T06-' : 'T05-'))
    : key.replace(/[0-9a-f]{16}\.json/, 'fedcba9876543210.json');
  if (bucket.keys.includes(other)) return undefined;
  await bucket.put(other, await bucket.bytes(key), await bucket.metadata(key));
  await bucket.remove(key);
  return tampering(key, ...(isDigest(key) ? [other] : []));
};

/** A file among those of a time that has its digests. */
const added: Mutation = async (bucket) => {
  for (const chain of await bucket.chains()) {
    const digests = await Promise.all(chain.map((key) => bucket.digest(key)));
    const [first, last] = [digests[0]?.digest_start_time ?? '', digests.at(-1)?.digest_end_time ?? ''];
    const files = digests.flatMap(({ log_files }) => log_files.map(({ object }) => object));
    const isWithin = (time: number) => time >= instantOf(first) && time < instantOf(last) - HOUR;
    const beside = files.find((file) => isWithin(instantOf(traceFilePlace(file)?.stamp ?? '')));
    if (beside === undefined || digests.some(({ digest_end }) => digest_end)) continue;
    const key = beside.replace(/[0-9a-f]{16}\.json/, 'fedcba9876543210.json');
    await bucket.put(key, gzipSync('[]'));
    // It may wait for its digest, at first.
    for (let hour = 0; hour < 4; hour++) {
      bucket.history.pass();
      await bucket.history.work();
    }
    return tampering(key);
  }
  return undefined;
};

const metadata: Mutation = async (bucket, dice) => {
  const key = dice.one(bucket.digests);
  const before = await bucket.metadata(key);
  const name = dice.one([SIGNATURE, ALGORITHM, KEY_ID]);
  const { [name]: value = '', ...others } = before;
  const other = dice.one([others, { ...others, [name]: `0${value.slice(1)}1` }, { ...others, [name]: '' }]);
  await bucket.put(key, await bucket.bytes(key), other);
  return tampering(key);
};

const swapped: Mutation = async (bucket, dice) => {
  const keys = dice.one([bucket.covered, bucket.digests]);
  if (keys.length < 2) return undefined;
  const [one, other] = [dice.one(keys), dice.one(keys)];
  if (one === other) return undefined;
  await bucket.put(one, await bucket.bytes(other), await bucket.metadata(other));
  return tampering(one);
};

const chainGone: Mutation = async (bucket, dice) => {
  const chain = dice.one(await bucket.chains());
  await bucket.remove(...chain);
  return tampering(...chain);
};

const digestsGone: Mutation = async (bucket) => {
  const { digests } = bucket;
  await bucket.remove(...digests);
  return tampering(...digests);
};

const newestGone: Mutation = async (bucket, dice) => {
  const newest = dice.one(await bucket.chains()).slice(-2);
  await bucket.remove(...newest);
  return tampering(...newest);
};

/** The newest hour with files of a chain is written anew, and the signature removed. */
const rewritten: Mutation = async (bucket, dice) => {
  const key = dice.one(await bucket.chains()).at(-1) as string;
  const digest = await bucket.digest(key);
  const [listed] = digest.log_files;
  const forged = gzipSync(JSON.stringify([{ trace_id: 'forged' }]));
  if (listed) await bucket.put(listed.object, forged);
  const log_files = digest.log_files.map((file) =>
    file === listed ? { ...file, log_hash_value: hashOf('SHA-256', forged) } : file,
  );
  await bucket.put(key, gzipSync(JSON.stringify({ ...digest, log_files, project_id: 'forged' })), {});
  return tampering(key);
};

const pair: { rsa?: KeyPairKeyObjectResult } = {};
const ofAnother = () => {
  pair.rsa ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
  return pair.rsa;
};

/** Every digest of every chain, and the log over them, with a key of somebody else. */
const signedAnew: Mutation = async (bucket) => {
  const { privateKey } = ofAnother();
  const hashes = new Map<string, string>();
  for (const chain of await bucket.chains()) {
    let [signature, bytes] = ['', Buffer.of()];
    for (const [at, key] of chain.entries()) {
      const digest = await bucket.digest(key);
      if (at > 0) {
        digest.previous_digest_signature = signature;
        digest.previous_digest_hash_value = hashOf(digest.previous_digest_hash_algorithm, bytes);
      }
      bytes = gzipSync(JSON.stringify(digest));
      signature = sign('sha256', Buffer.from(signedText(digest, bytes)), privateKey).toString('hex');
      await bucket.put(key, bytes, { ...(await bucket.metadata(key)), [SIGNATURE]: signature });
      hashes.set(key, hashOf('SHA-256', bytes));
    }
  }
  await writeLogAnew(bucket, privateKey, hashes);
  return tampering(...bucket.digests);
};

/** What the log says of digests is replaced. */
async function writeLogAnew(
  bucket: Bucket,
  privateKey: KeyPairKeyObjectResult['privateKey'],
  hashes: ReadonlyMap<string, string>,
): Promise<void> {
  const newest = bucket.newestCheckpoint;
  const folder = newest.slice(0, -'checkpoint'.length);
  const note = readCheckpoint((await bucket.bytes(newest)).toString());
  if (!note) throw new Error(`${newest} is no checkpoint`);
  const tree = new Tree();
  for (let index = 0; index * TILE_WIDTH < note.size; index++) {
    const width = Math.min(TILE_WIDTH, note.size - index * TILE_WIDTH);
    const key = folder + tilePath({ level: 'entries', index, width });
    const entries = (entriesIn(await bucket.bytes(key), width) as Buffer[]).map((bytes) => {
      const entry = JSON.parse(bytes.toString());
      return entryBytes({ ...entry, sha256: hashes.get(entry.object) ?? entry.sha256 });
    });
    for (const entry of entries) tree.add(leafHash(entry));
    await bucket.put(key, bundleOf(entries));
  }
  const signer = { name: note.origin, privateKey, publicKey: createPublicKey(privateKey) };
  const signed = signNote(checkpointText({ ...note, root: tree.root }), [signer]);
  await bucket.put(newest, Buffer.from(signed));
  await bucket.remove(...bucket.checkpoints);
}

/** Nothing is lost: every other one proves all that it did. */
const checkpointGone: Mutation = async (bucket, dice) => {
  const { checkpoints, newestCheckpoint } = bucket;
  if (checkpoints.length < 2) return undefined;
  const older = await bucket.bytes(dice.one(checkpoints));
  if (dice.chance(0.5)) await bucket.put(newestCheckpoint, older);
  else await bucket.remove(dice.one([newestCheckpoint, ...checkpoints.slice(0, -1)]));
  return undefined;
};

const checkpointAltered: Mutation = async (bucket, dice) => {
  const key = dice.one([bucket.newestCheckpoint, ...bucket.checkpoints]);
  const bytes = await bucket.bytes(key);
  const text = bytes.indexOf('\n\n') + 1;
  await bucket.put(key, flipped(bytes, dice.below(text)));
  return tampering(key);
};

/** The newest hours are taken back: the log ends with an older checkpoint, and what came behind it is removed. */
const takenBack: Mutation = async (bucket, dice) => {
  const { newestCheckpoint } = bucket;
  const read = async (key: string) => ({ key, ...readCheckpoint((await bucket.bytes(key)).toString()) });
  const all = (await Promise.all(bucket.checkpoints.map(read)))
    .map(({ key, size = 0, at = 0 }) => ({ key, size, at }))
    .sort((a, b) => a.size - b.size || a.at - b.at);
  const left = all.slice(0, 1 + dice.below(all.length));
  const last = left.at(-1);
  const largest = all.at(-1);
  if (!last || !largest || largest.size === last.size || last.at >= bucket.history.now - 2 * HOUR)
    return undefined;
  await bucket.put(newestCheckpoint, await bucket.bytes(last.key));
  await bucket.remove(...all.slice(left.length).map(({ key }) => key));
  return { conclusion: 'unproved', named: [] };
};

const tile: Mutation = async (bucket, dice) => {
  const key = dice.one(bucket.tiles);
  const bytes = await bucket.bytes(key);
  await bucket.put(key, flipped(bytes, dice.below(bytes.length)));
  return tampering(key);
};

export const MUTATIONS: Record<string, Mutation> = {
  byte,
  'byte or length, of each kind': ofEachKind,
  removed,
  renamed,
  added,
  metadata,
  swapped,
  'chain gone': chainGone,
  'all digests gone': digestsGone,
  'newest two digests gone': newestGone,
  'newest hour rewritten': rewritten,
  'signed anew': signedAnew,
  'checkpoint gone': checkpointGone,
  'checkpoint altered': checkpointAltered,
  'log taken back': takenBack,
  tile,
};
