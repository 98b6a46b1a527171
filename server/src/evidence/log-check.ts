import type { KeyObject } from 'node:crypto';
import { type ArchiveSource, Unreadable } from './archive-source.ts';
import type { Finding } from './finding.ts';
import { type Checkpoint, readCheckpoint, readEntry } from './log.ts';
import { leafHash, Tree } from './merkle.ts';
import { type NoteKey, openNote } from './note.ts';
import { TileCheck } from './tile-check.ts';
import { entriesIn, TILE_WIDTH, type Tile, tileAt } from './tiles.ts';

const LOG = /^(CloudTraces\/Log\/[^/]+\/(?:since\/[^/]+\/)?)(.*)$/s;
const CHECKPOINT = /^checkpoint$|^checkpoints\//;

/** A log as it lies in a source. */
export interface CheckedLog {
  origin: string;
  /** SHA-256 of each digest file that it knows in the source, by its key, and its place in the log. */
  digests: Map<string, { sha256: string; index: number }>;
  /** When its newest checkpoint was made, epoch ms. */
  newest: number;
  /** Key of its newest checkpoint. */
  key: string;
  /** Logs that it goes on from. */
  earlier: Signed[];
}

export interface LogCheckOptions {
  source: ArchiveSource;
  /** All keys of the source that belong to logs. */
  keys: readonly string[];
  /** Of digest files; they sign checkpoints too. */
  publicKeys: readonly KeyObject[];
  logKeys: readonly NoteKey[];
  /** Buckets whose digests are in the source. */
  buckets: ReadonlySet<string>;
  /** Checkpoints that were kept elsewhere, by the names of their files. */
  kept: ReadonlyMap<string, string>;
  tell: (finding: Finding) => void;
}

export const isOfLog = (key: string) => LOG.test(key);

/** Checks that each log has only ever grown, by all its checkpoints. @returns those that can be trusted */
export async function checkLogs(options: LogCheckOptions): Promise<CheckedLog[]> {
  const folders = new Map<string, Listed>();
  for (const key of options.keys) {
    const [, folder = '', name = ''] = LOG.exec(key) ?? [];
    const listed = folders.get(folder) ?? { checkpoints: [], tiles: [] };
    folders.set(folder, listed);
    const tile = tileAt(name);
    if (tile) listed.tiles.push(tile);
    else if (CHECKPOINT.test(name)) listed.checkpoints.push(key);
  }
  const kept = [...options.kept].flatMap(([key, text]) => {
    const checkpoint = opened(text, options);
    if (typeof checkpoint !== 'string') return [{ ...checkpoint, key }];
    options.tell({ kind: 'log', key, verdict: 'changed', reason: checkpoint });
    return [];
  });
  const logs: CheckedLog[] = [];
  // Those that were begun anew say how far the ones before had come.
  const told: Signed[] = [...kept];
  for (const [folder, listed] of [...folders].sort(([a], [b]) => (a < b ? 1 : -1))) {
    const log = await checkLog(folder, listed, told, options);
    if (!log) continue;
    logs.push(log);
    told.push(...log.earlier);
  }
  for (const { key, origin } of kept) {
    if (logs.some((log) => log.origin === origin)) continue;
    const reason = `it is a checkpoint of the evidence log ${origin}, which is not here`;
    options.tell({ kind: 'log', key, verdict: 'missing', reason });
  }
  return logs;
}

/** What of a log was found in a source. */
interface Listed {
  /** Their keys. */
  checkpoints: string[];
  tiles: Tile[];
}

interface Signed extends Checkpoint {
  key: string;
  /** By a later log. */
  isTold?: boolean;
}

/** In the order in which the log has grown, whatever clock they were made by. */
const bySize = (a: Signed, b: Signed) => a.size - b.size || a.at - b.at;

async function checkLog(
  folder: string,
  { checkpoints: keys, tiles }: Listed,
  told: readonly Signed[],
  options: LogCheckOptions,
): Promise<CheckedLog | undefined> {
  const { source, buckets, tell } = options;
  const signed: Signed[] = [];
  // Its first checkpoint may have come since the keys were listed, or be still to come: digests tell whether it is missed.
  const listed = keys.length > 0 ? keys : [`${folder}checkpoint`];
  for (const key of listed) {
    const bytes = await bytesOf(source, key);
    if (bytes === undefined && keys.length === 0) return undefined;
    const checkpoint = opened(bytes instanceof Buffer ? bytes.toString('utf8') : '', options);
    if (typeof checkpoint !== 'string') signed.push({ ...checkpoint, key });
    else tell({ kind: 'log', key, verdict: 'changed', reason: checkpoint });
  }
  signed.sort(bySize);
  const newest = signed.at(-1);
  if (!newest) {
    tell({
      kind: 'log',
      key: folder,
      verdict: 'missing',
      reason: 'the log has no checkpoint that a known key has signed',
    });
    return undefined;
  }
  const { size } = newest;
  // Another bucket may have had more of an earlier log; a checkpoint that was kept is held against this one.
  signed.push(
    ...told.filter(
      (one) => one.origin === newest.origin && (!one.isTold || (one.size >= 0 && one.size <= size)),
    ),
  );
  signed.sort(bySize);
  const last = signed.at(-1) as Signed;
  const log: CheckedLog = {
    origin: newest.origin,
    digests: new Map(),
    newest: newest.at,
    key: newest.key,
    earlier: [],
  };
  const tree = new Tree();
  let at = 0;
  const pass = () => {
    for (; signed[at]?.size === tree.size; at++) {
      const checkpoint = signed[at] as Signed;
      if (checkpoint.root.equals(tree.root)) continue;
      const reason = `its first ${checkpoint.size} entries are not those that were signed: the past of the log was rewritten`;
      tell({ kind: 'log', key: checkpoint.key, verdict: 'changed', reason });
    }
  };
  pass();
  const check = new TileCheck({ folder, size: last.size, tiles, read: (key) => bytesOf(source, key), tell });
  for (let index = 0; index * TILE_WIDTH < last.size; index++) {
    const width = Math.min(TILE_WIDTH, last.size - index * TILE_WIDTH);
    const tile = { level: 'entries', index, width } as const;
    const bundle = await check.stored(tile);
    const entries = bundle instanceof Buffer ? entriesIn(bundle, width) : undefined;
    if (!entries) {
      check.complain(tile, bundle, `${width} entries of the log stand in it`);
      return log;
    }
    for (const entry of entries) {
      note(log, entry, tree.size, source.bucket, buckets);
      tree.add(leafHash(entry));
      check.add(entry);
      pass();
    }
    await check.look();
  }
  return log;
}

function note(
  log: CheckedLog,
  entry: Buffer,
  index: number,
  bucket: string | undefined,
  buckets: ReadonlySet<string>,
): void {
  const { value } = readEntry(entry.toString('utf8'));
  // Not one of ours; its hash is in the tree all the same.
  if (!value) return;
  if ('log' in value) {
    const root = Buffer.from(value.root ?? '', 'base64');
    log.earlier.push({ origin: value.log, size: value.size ?? -1, root, at: 0, key: log.key, isTold: true });
    return;
  }
  const isHere =
    bucket === undefined ? buckets.size === 0 || buckets.has(value.bucket) : value.bucket === bucket;
  if (isHere) log.digests.set(value.object, { sha256: value.sha256, index });
}

async function bytesOf(source: ArchiveSource, key: string): Promise<Buffer | Unreadable | undefined> {
  try {
    return await source.read(key);
  } catch (error) {
    if (error instanceof Unreadable) return error;
    throw error;
  }
}

/** @returns the checkpoint, or why it is none */
function opened(text: string, { publicKeys, logKeys }: LogCheckOptions): Checkpoint | string {
  // The digest keys sign under the name of the log, which stands in the first line.
  const name = text.slice(0, text.indexOf('\n'));
  const signed = openNote(text, [...logKeys, ...publicKeys.map((publicKey) => ({ name, publicKey }))]);
  if (signed === undefined) return 'no known key has signed it: it was altered, or signed with another key';
  return readCheckpoint(signed) ?? 'it is no checkpoint';
}
