import type { Metadata } from '../metadata/index.ts';
import { hashesOf } from './log.ts';
import { Tree } from './merkle.ts';
import { TILE_WIDTH } from './tiles.ts';

/** Root of the first entries of an account's log: of each level only the hashes that no higher one covers are read. */
export async function rootAt(metadata: Metadata, domainId: string, size: number): Promise<Buffer> {
  const subtrees: Buffer[] = [];
  let covered = 0;
  for (let level = Math.floor(Math.log2(Math.max(size, 1)) / 8); level >= 0; level--) {
    const of = TILE_WIDTH ** level;
    const [from, to] = [covered / of, Math.floor(size / of)];
    const tree = new Tree();
    for (const hash of await hashesOf(metadata, domainId, { level, from, to })) tree.add(hash);
    subtrees.push(...tree.subtrees);
    covered = to * of;
  }
  return new Tree(size, subtrees).root;
}
