import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  sign,
} from 'node:crypto';
import { promisify } from 'node:util';
import { Sealer } from '../kms/index.ts';
import type { Metadata } from '../metadata/index.ts';

const BITS = 2048;

/** A public key with which digest files can be verified. */
export interface SigningKey {
  /** SHA-256 of the key's SubjectPublicKeyInfo, hex, shortened. */
  id: string;
  /** Base64 of the SubjectPublicKeyInfo (X.509). */
  publicKey: string;
  /** Epoch ms. */
  createdAt: number;
  /** Whether digests are signed with it now. */
  active: boolean;
}

/** The installation's key pairs for digest files; private keys are sealed. Old public keys stay. */
export class SigningKeys {
  private readonly metadata: Metadata;
  private readonly sealer: Sealer;
  private readonly clock: () => number;
  private current: { id: string; key: KeyObject } | undefined;

  constructor(metadata: Metadata, rootKey: Uint8Array, clock: () => number) {
    this.metadata = metadata;
    this.sealer = new Sealer(rootKey, 'signing key');
    this.clock = clock;
  }

  /** Newest first. */
  async list(): Promise<SigningKey[]> {
    const rows = await this.metadata
      .selectFrom('signing_keys')
      .selectAll()
      .orderBy('created_at', 'desc')
      .execute();
    return rows.map(({ id, public_key, created_at }, at) => ({
      id,
      publicKey: public_key,
      createdAt: created_at,
      active: at === 0,
    }));
  }

  /** Makes a new key pair, which signs from now on. */
  async rotate(): Promise<SigningKey> {
    const pair = await promisify(generateKeyPair)('rsa', { modulusLength: BITS });
    const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' });
    const id = createHash('sha256').update(publicKey).digest('hex').slice(0, 16);
    const secret = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const createdAt = this.clock();
    await this.metadata
      .insertInto('signing_keys')
      .values({
        id,
        public_key: publicKey.toString('base64'),
        sealed_private_key: this.sealer.seal(secret, id),
        created_at: createdAt,
      })
      .execute();
    this.current = { id, key: pair.privateKey };
    return { id, publicKey: publicKey.toString('base64'), createdAt, active: true };
  }

  /** Id of the key that signs now; the key pair is made at first need. */
  async currentId(): Promise<string> {
    this.current ??= await this.load();
    if (!this.current) await this.rotate();
    return (this.current as { id: string }).id;
  }

  /** SHA256withRSA (PKCS #1 v1.5) of a text, hex. */
  async sign(text: string): Promise<{ signature: string; keyId: string }> {
    await this.currentId();
    const { id, key } = this.current as { id: string; key: KeyObject };
    return { signature: sign('sha256', Buffer.from(text), key).toString('hex'), keyId: id };
  }

  private async load(): Promise<{ id: string; key: KeyObject } | undefined> {
    const row = await this.metadata
      .selectFrom('signing_keys')
      .selectAll()
      .orderBy('created_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!row) return undefined;
    const secret = this.sealer.open(row.sealed_private_key, row.id);
    if (secret === undefined) {
      throw new Error(
        'the signing key cannot be opened: the root key is not the one that it was sealed with',
      );
    }
    return { id: row.id, key: createPrivateKey(secret) };
  }
}

/**
 * A public key from PEM, or from Base64 of its SubjectPublicKeyInfo.
 * @throws Error when it is neither
 */
export function readPublicKey(text: string): KeyObject {
  if (text.includes('-----BEGIN')) return createPublicKey(text);
  return createPublicKey({ key: Buffer.from(text.trim(), 'base64'), type: 'spki', format: 'der' });
}
