import { randomBytes } from 'node:crypto';

/** Bytes of an identity: project_id and trace_id, 16 bytes each. */
export const IDENTITY_BYTES = 32;
const WORDS = IDENTITY_BYTES / 4;

/**
 * The identities of recent traces whose trace_id the producer chose. Remembers at least `capacity` of the
 * newest: it fills one generation, then begins the next and forgets the one before last. Identities are
 * compared whole, so no trace is ever taken for another one.
 */
export class RetryWindow {
  private readonly capacity: number;
  private current: IdentitySet;
  private previous: IdentitySet | undefined;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.current = new IdentitySet();
  }

  get size(): number {
    return this.current.size + (this.previous?.size ?? 0);
  }

  has(identity: Buffer): boolean {
    return this.current.has(identity) || (this.previous?.has(identity) ?? false);
  }

  add(identity: Buffer): void {
    if (this.current.size >= this.capacity) {
      this.previous = this.current;
      this.current = new IdentitySet();
    }
    this.current.add(identity);
  }

  /** Forgets an identity whose trace did not become durable after all. */
  remove(identity: Buffer): void {
    if (!this.current.remove(identity)) this.previous?.remove(identity);
  }
}

/** Linear probing in one typed array; the seed keeps producers from choosing colliding ids. */
class IdentitySet {
  size = 0;
  private slots = 1024;
  private words = new Uint32Array(this.slots * WORDS);
  private used = new Uint8Array(this.slots);
  private readonly seed = randomBytes(4).readUInt32LE() | 1;
  private readonly key = new Uint32Array(WORDS);

  has(identity: Buffer): boolean {
    this.load(identity);
    return this.used[this.find()] === 1;
  }

  add(identity: Buffer): void {
    if (this.size * 2 >= this.slots) this.grow();
    this.load(identity);
    const slot = this.find();
    if (this.used[slot] === 1) return;
    this.used[slot] = 1;
    this.words.set(this.key, slot * WORDS);
    this.size++;
  }

  remove(identity: Buffer): boolean {
    this.load(identity);
    let hole = this.find();
    if (this.used[hole] !== 1) return false;
    this.size--;
    // Backward shift: entries behind the hole that probing would no longer reach move into it.
    for (let slot = this.after(hole); this.used[slot] === 1; slot = this.after(slot)) {
      this.key.set(this.words.subarray(slot * WORDS, (slot + 1) * WORDS));
      const home = this.home();
      const reachable = hole <= slot ? home > hole && home <= slot : home > hole || home <= slot;
      if (reachable) continue;
      this.words.copyWithin(hole * WORDS, slot * WORDS, (slot + 1) * WORDS);
      hole = slot;
    }
    this.used[hole] = 0;
    return true;
  }

  private load(identity: Buffer): void {
    for (let i = 0; i < WORDS; i++) this.key[i] = identity.readUInt32LE(i * 4);
  }

  private home(): number {
    let hash = this.seed;
    for (let i = 0; i < WORDS; i++) {
      hash = Math.imul(hash ^ (this.key[i] as number), 0x9e37_79b1);
      hash ^= hash >>> 15;
    }
    return (hash >>> 0) & (this.slots - 1);
  }

  private after(slot: number): number {
    return (slot + 1) & (this.slots - 1);
  }

  /** The slot that holds the loaded key, else the free one where it would go. */
  private find(): number {
    let slot = this.home();
    while (this.used[slot] === 1 && !this.holdsKey(slot)) slot = this.after(slot);
    return slot;
  }

  private holdsKey(slot: number): boolean {
    const base = slot * WORDS;
    for (let i = 0; i < WORDS; i++) if (this.words[base + i] !== this.key[i]) return false;
    return true;
  }

  private grow(): void {
    const { words, used, slots } = this;
    this.slots *= 2;
    this.words = new Uint32Array(this.slots * WORDS);
    this.used = new Uint8Array(this.slots);
    for (let old = 0; old < slots; old++) {
      if (used[old] !== 1) continue;
      this.key.set(words.subarray(old * WORDS, (old + 1) * WORDS));
      const slot = this.find();
      this.used[slot] = 1;
      this.words.set(this.key, slot * WORDS);
    }
  }
}
