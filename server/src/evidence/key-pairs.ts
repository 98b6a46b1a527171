import { createHash, type KeyObject, type KeyPairKeyObjectResult } from 'node:crypto';
import type { Selectable } from 'kysely';
import { Sealer } from '../kms/index.ts';
import type { Database, Metadata } from '../metadata/index.ts';

type Row = Selectable<Database['signing_keys']>;

export interface KeyPairsOptions {
  metadata: Metadata;
  rootKey: Uint8Array;
  clock: () => number;
  table: 'signing_keys' | 'log_keys';
  /** What the private keys are sealed for. */
  purpose: string;
  generate: () => Promise<KeyPairKeyObjectResult>;
}

interface Pair {
  /** SHA-256 of the public key's SubjectPublicKeyInfo, hex, shortened. */
  id: string;
  /** Private. */
  key: KeyObject;
}

/** Key pairs of one purpose, of which the newest signs; private keys are sealed. Old ones stay. */
export class KeyPairs {
  private readonly options: KeyPairsOptions;
  private readonly sealer: Sealer;
  /** The one that signs; loaded, or made, once for all who ask at the same time. */
  private signing: Promise<Pair> | undefined;

  constructor(options: KeyPairsOptions) {
    this.options = options;
    this.sealer = new Sealer(options.rootKey, options.purpose);
  }

  /** The one that signs now: the newest that can be opened, made at first need. */
  current(): Promise<Pair> {
    this.signing ??= this.load().catch((error) => {
      this.signing = undefined;
      throw error;
    });
    return this.signing;
  }

  /** Newest first. */
  async rows(): Promise<Row[]> {
    return this.options.metadata
      .selectFrom(this.options.table)
      .selectAll()
      .orderBy('created_at', 'desc')
      .execute();
  }

  /** Makes a new one, which signs from now on. */
  async rotate(): Promise<Row> {
    const { row, ...pair } = await this.make();
    this.signing = Promise.resolve(pair);
    return row;
  }

  private async load(): Promise<Pair> {
    return this.sealer.firstKey(await this.rows(), `the ${this.options.purpose}`) ?? this.make();
  }

  private async make(): Promise<Pair & { row: Row }> {
    const { metadata, clock, table, generate } = this.options;
    const pair = await generate();
    const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' });
    const id = createHash('sha256').update(publicKey).digest('hex').slice(0, 16);
    const [newest] = await this.rows();
    const secret = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const row = {
      id,
      public_key: publicKey.toString('base64'),
      sealed_private_key: this.sealer.seal(secret, id),
      // The newest is the one that signs, also where the clock was set back.
      created_at: Math.max(clock(), (newest?.created_at ?? 0) + 1),
    };
    await metadata.insertInto(table).values(row).execute();
    return { id, key: pair.privateKey, row };
  }
}
