import { createHash } from 'node:crypto';

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** RFC 6962, 2.1. */
export const leafHash = (entry: Uint8Array): Buffer =>
  createHash('sha256').update(LEAF).update(entry).digest();

const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash('sha256').update(NODE).update(left).update(right).digest();

/**
 * A Merkle tree (RFC 6962, 2.1) to which leaves are added: of it only the roots of its whole subtrees are kept, the
 * largest first, one for each bit of its size.
 */
export class Tree {
  size: number;
  private readonly roots: Buffer[];

  constructor(size = 0, roots: readonly Uint8Array[] = []) {
    this.size = size;
    this.roots = roots.map((root) => Buffer.from(root));
  }

  /** As {@link Tree} takes them. */
  get subtrees(): readonly Buffer[] {
    return this.roots;
  }

  add(leaf: Uint8Array): void {
    let root: Buffer = Buffer.from(leaf);
    for (let rest = this.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      root = nodeHash(this.roots.pop() as Buffer, root);
    }
    this.roots.push(root);
    this.size++;
  }

  /** Of all leaves so far. */
  get root(): Buffer {
    if (this.size === 0) return createHash('sha256').digest();
    return this.roots.reduceRight((right, left) => nodeHash(left, right));
  }
}
