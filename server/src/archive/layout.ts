import { createHash } from 'node:crypto';

/** Where the files of a tracker lie (`docs/reference/trace-files.md` 1). */
export interface Shelf {
  region: string;
  /** Name of the project, unless it is the main one of its region. */
  subProject?: string | undefined;
  tracker: string;
  /** Folder of the trace source, when files are sorted by it. */
  service?: string | undefined;
  prefix: string;
}

/** Key of a trace file. @param time end of the cycle, epoch ms. @param hex 16 hex digits */
export function traceFileKey(shelf: Shelf, time: number, hex: string, compressed: boolean): string {
  const folder = [folderOf(shelf, time), ...serviceFolder(shelf)].join('/');
  return `${folder}/${beginning(shelf)}CloudTrace_${place(shelf)}_${stamp(time)}_${hex}.json${compressed ? '.gz' : ''}`;
}

/** What the keys of the trace files of one trace source have in common, and of the digest files over them. */
export interface ChainPlace {
  region: string;
  tracker: string;
  /** Folder of the trace source; empty: not sorted. */
  folder: string;
  /** Stands in their names: tells the projects apart that share a folder. */
  place: string;
  prefix: string;
}

/** The place of a shelf's files. */
export const chainPlace = (shelf: Shelf): ChainPlace => ({
  region: shelf.region,
  tracker: shelf.tracker,
  folder: serviceFolder(shelf).join(''),
  place: place(shelf),
  prefix: shelf.prefix,
});

/** By which a chain is known within its bucket; a new prefix begins no other one. */
export const chainName = ({ region, tracker, folder, place }: ChainPlace) =>
  [region, tracker, folder, place].join('/');

/** Key of a digest file. @param time end of the covered hour, epoch ms */
export function digestKey(chain: ChainPlace, time: number): string {
  const { folder } = chain;
  const path = [folderOf(chain, time), 'Digest', ...(folder === '' ? [] : [folder])].join('/');
  return `${path}/${beginning(chain)}CloudTrace-Digest_${chain.place}_${stamp(time)}.json.gz`;
}

/** `YYYY-MM-DDTHH-MM-SSZ`, UTC. */
export const stamp = (time: number) =>
  new Date(time).toISOString().slice(0, 19).replaceAll(':', '-').concat('Z');

/** Month and day are not padded. */
function folderOf({ region, tracker }: Pick<Shelf, 'region' | 'tracker'>, time: number): string {
  const day = new Date(time);
  const parts = [day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate()];
  return ['CloudTraces', region, ...parts, tracker].join('/');
}

const beginning = ({ prefix }: Pick<Shelf, 'prefix'>) => (prefix === '' ? '' : `${prefix}_`);
/** Stands in the names of a shelf's files: tells the projects apart that share a folder. */
export const place = ({ region, subProject }: Pick<Shelf, 'region' | 'subProject'>) =>
  subProject === undefined ? region : `${region}-${partOf(subProject)}`;

const serviceFolder = ({ service }: Shelf): string[] => (service === undefined ? [] : [partOf(service)]);

/** A name of a file on disk has room for 255 bytes, of which this is the longest part. */
const MOST_PART = 100;
const KEPT_OF_LONG = 60;
/** What a name must not become: folders that mean something, in any case of their letters. */
const MEANS_MORE = /^(?:\.+|digest)$/i;

/**
 * A name as part of a key. Different names become different parts: letters (ASCII), digits, ".", "_" and "-"
 * stay, each other byte of its UTF-8 becomes "!" and two hex digits. What gets too long ends in "!!" and the
 * beginning of its SHA-256.
 */
export function partOf(name: string): string {
  const escaped = MEANS_MORE.test(name)
    ? `${inHex(name.slice(0, 1))}${name.slice(1)}`
    : name.replaceAll(/[^A-Za-z0-9._-]+/g, inHex);
  if (escaped.length <= MOST_PART) return escaped;
  const beginning = escaped.slice(0, KEPT_OF_LONG).replace(/![0-9A-F]?$/, '');
  return `${beginning}!!${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

const inHex = (text: string) => Buffer.from(text).toString('hex').toUpperCase().replaceAll(/../g, '!$&');

/** What the key of a digest file says of its chain. */
export interface DigestPlace {
  /** `CloudTraces/<region>`. */
  root: string;
  tracker: string;
  /** Folder of the trace source; empty: not sorted. */
  folder: string;
  place: string;
}

/** Stands between the prefix of a name and its place. */
const BETWEEN = 'CloudTrace_';
const STAMP = '\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\dZ';
const FOLDER = '^(CloudTraces/[^/]+)/\\d+/\\d+/\\d+/([^/]+)/';
const DIGEST = new RegExp(
  `${FOLDER}Digest/(?:([^/]+)/)?(?:[^/]*_)?CloudTrace-Digest_([^/]+)_${STAMP}\\.json\\.gz$`,
);
const TRACE_FILE = new RegExp(
  `${FOLDER}(?:([^/]+)/)?((?:[^/]*_)?CloudTrace_[^/]+)_(${STAMP})_[0-9a-f]{16}\\.json(?:\\.gz)?$`,
);

/** @returns undefined: it is no key of a digest file */
export function digestPlace(key: string): DigestPlace | undefined {
  const match = DIGEST.exec(key);
  if (!match) return undefined;
  const [, root = '', tracker = '', folder = '', place = ''] = match;
  return { root, tracker, folder, place };
}

/** What the key of a trace file says. @returns undefined: it is no such key */
export function traceFilePlace(key: string) {
  const match = TRACE_FILE.exec(key);
  if (!match) return undefined;
  const [, root = '', tracker = '', folder = '', name = '', stamp = ''] = match;
  return {
    root,
    tracker,
    folder,
    /** Without its time: prefix, `CloudTrace`, place. */
    name,
    stamp,
    /** Whether it lies where a chain's files lie. */
    isOf: (chain: DigestPlace) =>
      chain.root === root &&
      chain.tracker === tracker &&
      chain.folder === folder &&
      `_${name}`.endsWith(`_CloudTrace_${chain.place}`),
  };
}

/** The chain of a trace file. @returns undefined: it is no such key */
export function chainOf(key: string): ChainPlace | undefined {
  const file = traceFilePlace(key);
  if (!file) return undefined;
  const { root, tracker, folder, name } = file;
  const region = root.slice(root.indexOf('/') + 1);
  // The place begins with the region; both it and the prefix may hold what stands between them.
  for (let at = name.indexOf(BETWEEN); at !== -1; at = name.indexOf(BETWEEN, at + 1)) {
    const place = name.slice(at + BETWEEN.length);
    if ((at > 0 && name[at - 1] !== '_') || (place !== region && !place.startsWith(`${region}-`))) continue;
    return { region, tracker, folder, place, prefix: name.slice(0, Math.max(at - 1, 0)) };
  }
  return undefined;
}
