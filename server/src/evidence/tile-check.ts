import { eachOf } from '../each-of.ts';
import { Unreadable } from './archive-source.ts';
import type { Finding } from './finding.ts';
import { leafHash, Tree } from './merkle.ts';
import { bundleOf, narrowed, TILE_WIDTH, type Tile, tileOf, tilePath, tilesBetween } from './tiles.ts';

/** Tiles that are read at once. */
const AT_ONCE = 8;

export interface TileCheckOptions {
  /** Of the log. */
  folder: string;
  /** Entries that checkpoints prove. */
  size: number;
  /** Those that were found. */
  tiles: readonly Tile[];
  read: (key: string) => Promise<Buffer | Unreadable | undefined>;
  tell: (finding: Finding) => void;
}

/** Compares all tiles of a log, whole ones and partial ones of before, with what its entries make of them. */
export class TileCheck {
  private readonly options: TileCheckOptions;
  private readonly found: ReadonlySet<string>;
  /** Without them nobody else can read the log. */
  private readonly needed: ReadonlySet<string>;
  /** What each tile holds that is not whole yet: entries, and hashes by level. */
  private entries: Buffer[] = [];
  private readonly hashes: Buffer[][] = [];
  private readonly counts: number[] = [];
  private readonly waiting: { tile: Tile; bytes: Buffer }[] = [];

  constructor(options: TileCheckOptions) {
    this.options = options;
    this.found = new Set(options.tiles.map(tilePath));
    this.needed = new Set(tilesBetween(0, options.size).map(tilePath));
  }

  /** As it lies there; of a partial one that is gone, since its place has a whole one, the beginning of that. */
  async stored(tile: Tile): Promise<Buffer | Unreadable | undefined> {
    const bytes = await this.read(tile);
    if (bytes !== undefined || tile.width === TILE_WIDTH) return bytes;
    const whole = await this.read({ ...tile, width: TILE_WIDTH });
    return whole instanceof Buffer ? narrowed(tile, whole) : whole;
  }

  /** The next entry of the log. */
  add(entry: Buffer): void {
    this.entries.push(entry);
    const index = Math.floor((this.counts[0] ?? 0) / TILE_WIDTH);
    this.expect({ level: 'entries', index, width: this.entries.length }, () => bundleOf(this.entries));
    if (this.entries.length === TILE_WIDTH) this.entries = [];
    this.addHash(0, leafHash(entry));
  }

  private addHash(level: number, hash: Buffer): void {
    const hashes = this.hashes[level] ?? [];
    this.hashes[level] = hashes;
    hashes.push(hash);
    const index = Math.floor((this.counts[level] ?? 0) / TILE_WIDTH);
    this.counts[level] = (this.counts[level] ?? 0) + 1;
    this.expect({ level, index, width: hashes.length }, () => tileOf(hashes));
    if (hashes.length < TILE_WIDTH) return;
    this.hashes[level] = [];
    const tree = new Tree();
    for (const one of hashes) tree.add(one);
    this.addHash(level + 1, tree.root);
  }

  private expect(tile: Tile, bytes: () => Buffer): void {
    const path = tilePath(tile);
    if (this.found.has(path) || this.needed.has(path)) this.waiting.push({ tile, bytes: bytes() });
  }

  /** Looks at the tiles of what was added. */
  async look(): Promise<void> {
    const waiting = this.waiting.splice(0);
    await eachOf(waiting, AT_ONCE, async ({ tile, bytes }) => {
      const isNeeded = this.needed.has(tilePath(tile));
      const stored = await (isNeeded ? this.stored(tile) : this.read(tile));
      const isGone = stored === undefined && !isNeeded;
      if (isGone || (stored instanceof Buffer && stored.equals(bytes))) return;
      this.complain(tile, stored, 'it is not what the entries of the log make of it');
    });
  }

  complain(tile: Tile, stored: Buffer | Unreadable | undefined, reason: string): void {
    const { folder, tell } = this.options;
    const verdict =
      stored === undefined ? 'missing' : stored instanceof Unreadable ? 'unreadable' : 'changed';
    tell({ kind: 'log', key: folder + tilePath(tile), verdict, reason });
  }

  private read(tile: Tile): Promise<Buffer | Unreadable | undefined> {
    return this.options.read(this.options.folder + tilePath(tile));
  }
}
