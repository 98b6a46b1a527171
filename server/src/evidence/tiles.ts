/** Hashes or entries of a whole tile (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
const HASH_BYTES = 32;

/** A part of the log that is stored as one object. */
export interface Tile {
  /** Of its hashes: 0 are those of leaves; `entries`: what the leaves are made of. */
  level: number | 'entries';
  index: number;
  /** How many it holds. */
  width: number;
}

/** Where it lies below the log: a partial one under its width. */
export function tilePath({ level, index, width }: Tile): string {
  const digits = String(index).padStart(3 * Math.ceil(String(index).length / 3), '0');
  const groups = digits.match(/\d{3}/g) as string[];
  const place = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${place}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** What lies below a log under a path. @returns undefined: it is no tile */
export function tileAt(path: string): Tile | undefined {
  const [, level = '', place = '', part] =
    /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? [];
  if (level === '') return undefined;
  const tile = {
    level: level === 'entries' ? level : Number(level),
    index: Number(place.replaceAll(/[x/]/g, '')),
    width: part === undefined ? TILE_WIDTH : Number(part),
  } as const;
  return tilePath(tile) === path ? tile : undefined;
}

/** The tiles that a log of `size` has and one of `before` had not, as wide as they are then. */
export function tilesBetween(before: number, size: number): Tile[] {
  const tiles: Tile[] = [];
  for (const level of ['entries', 0] as const) tiles.push(...levelBetween(level, before, size));
  for (let level = 1, [was, is] = [before, size]; ; level++) {
    [was, is] = [Math.floor(was / TILE_WIDTH), Math.floor(is / TILE_WIDTH)];
    if (is === 0) return tiles;
    tiles.push(...levelBetween(level, was, is));
  }
}

function levelBetween(level: Tile['level'], before: number, size: number): Tile[] {
  if (size === before) return [];
  const tiles: Tile[] = [];
  for (let index = Math.floor(before / TILE_WIDTH); index * TILE_WIDTH < size; index++) {
    tiles.push({ level, index, width: Math.min(TILE_WIDTH, size - index * TILE_WIDTH) });
  }
  return tiles;
}

/** Entries one after the other, each behind its length. @throws RangeError when one is longer than 65,535 bytes */
export function bundleOf(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/** @returns undefined: it is no bundle of so many entries */
export function entriesIn(bundle: Buffer, count: number): Buffer[] | undefined {
  const entries: Buffer[] = [];
  let at = 0;
  while (at + 2 <= bundle.length) {
    const end = at + 2 + bundle.readUInt16BE(at);
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return at === bundle.length && entries.length === count ? entries : undefined;
}

/** The bytes of a partial tile, from those of one of its place that is wider; undefined: they hold fewer. */
export function narrowed({ level, width }: Tile, wider: Buffer): Buffer | undefined {
  if (level !== 'entries')
    return wider.length < width * HASH_BYTES ? undefined : wider.subarray(0, width * HASH_BYTES);
  let at = 0;
  for (let left = width; left > 0; left--) {
    if (at + 2 > wider.length) return undefined;
    at += 2 + wider.readUInt16BE(at);
  }
  return at > wider.length ? undefined : wider.subarray(0, at);
}

/** A tile of hashes. */
export const tileOf = (hashes: readonly Uint8Array[]): Buffer =>
  Buffer.concat(hashes, HASH_BYTES * hashes.length);
