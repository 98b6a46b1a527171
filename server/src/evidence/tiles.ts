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

/** A tile of hashes. */
export const tileOf = (hashes: readonly Uint8Array[]): Buffer =>
  Buffer.concat(hashes, HASH_BYTES * hashes.length);
