import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Sealer } from '../kms/index.ts';
import type { Metadata } from '../metadata/index.ts';

/** The key pair (Ed25519) that checkpoints of evidence logs are signed with, made at first need; private keys are sealed. */
export class LogKeys {
  private readonly metadata: Metadata;
  private readonly sealer: Sealer;
  private readonly clock: () => number;
  private current: Promise<KeyObject> | undefined;

  constructor(metadata: Metadata, rootKey: Uint8Array, clock: () => number) {
    this.metadata = metadata;
    this.sealer = new Sealer(rootKey, 'log key');
    this.clock = clock;
  }

  /** The private key that signs now. */
  key(): Promise<KeyObject> {
    this.current ??= this.load().catch((error) => {
      this.current = undefined;
      throw error;
    });
    return this.current;
  }

  private async load(): Promise<KeyObject> {
    const rows = await this.metadata
      .selectFrom('log_keys')
      .selectAll()
      .orderBy('created_at', 'desc')
      .execute();
    return this.sealer.firstKey(rows, 'the key of the evidence log')?.key ?? this.make();
  }

  private async make(): Promise<KeyObject> {
    const { privateKey } = generateKeyPairSync('ed25519');
    const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
    const id = createHash('sha256').update(publicKey).digest('hex').slice(0, 16);
    const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await this.metadata
      .insertInto('log_keys')
      .values({
        id,
        public_key: publicKey.toString('base64'),
        sealed_private_key: this.sealer.seal(secret, id),
        created_at: this.clock(),
      })
      .execute();
    return privateKey;
  }
}
