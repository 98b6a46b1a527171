import { createHash, createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { Sealer } from '../kms/index.ts';
import type { Metadata } from '../metadata/index.ts';

import { LogKeys } from './log-keys.ts';
import type { NoteSigner } from './note.ts';

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

interface Pair {
  id: string;
  key: KeyObject;
}

/** The installation's key pairs for digest files; private keys are sealed. Old public keys stay. */
export class SigningKeys {
  private readonly metadata: Metadata;
  private readonly sealer: Sealer;
  private readonly logKeys: LogKeys;
  private readonly clock: () => number;
  /** The key pair that signs; loaded, or made, once for all who ask at the same time. */
  private current: Promise<Pair> | undefined;

  constructor(metadata: Metadata, rootKey: Uint8Array, clock: () => number) {
    this.metadata = metadata;
    this.sealer = new Sealer(rootKey, 'signing key');
    this.logKeys = new LogKeys(metadata, rootKey, clock);
    this.clock = clock;
  }

  /** Newest first; the first is made at first need, so that an auditor can keep it before anything is signed. */
  async list(): Promise<SigningKey[]> {
    const signing = await this.pair();
    const rows = await this.metadata
      .selectFrom('signing_keys')
      .selectAll()
      .orderBy('created_at', 'desc')
      .execute();
    return rows.map(({ id, public_key, created_at }) => ({
      id,
      publicKey: public_key,
      createdAt: created_at,
      active: id === signing.id,
    }));
  }

  /** Makes a new key pair, which signs from now on. */
  async rotate(): Promise<SigningKey> {
    const { row, ...pair } = await this.make();
    this.current = Promise.resolve(pair);
    return { id: row.id, publicKey: row.public_key, createdAt: row.created_at, active: true };
  }

  /** Id of the key that signs now; the key pair is made at first need. */
  async currentId(): Promise<string> {
    return (await this.pair()).id;
  }

  /** SHA256withRSA (PKCS #1 v1.5) of a text, hex. */
  async sign(text: string): Promise<{ signature: string; keyId: string }> {
    const { id, key } = await this.pair();
    return { signature: sign('sha256', Buffer.from(text), key).toString('hex'), keyId: id };
  }

  /** Who signs the checkpoints of a log: its own key, and the one of digest files. */
  async noteSigners(name: string): Promise<NoteSigner[]> {
    const privateKeys = [await this.logKeys.key(), (await this.pair()).key];
    return privateKeys.map((privateKey) => ({ name, privateKey, publicKey: createPublicKey(privateKey) }));
  }

  private pair(): Promise<Pair> {
    this.current ??= this.load().catch((error) => {
      this.current = undefined;
      throw error;
    });
    return this.current;
  }

  private async make() {
    const pair = await promisify(generateKeyPair)('rsa', { modulusLength: BITS });
    const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' });
    const id = createHash('sha256').update(publicKey).digest('hex').slice(0, 16);
    const secret = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const row = {
      id,
      public_key: publicKey.toString('base64'),
      sealed_private_key: this.sealer.seal(secret, id),
      created_at: this.clock(),
    };
    await this.metadata.insertInto('signing_keys').values(row).execute();
    return { id, key: pair.privateKey, row };
  }

  /** The newest that can be opened. */
  private async load(): Promise<Pair> {
    const rows = await this.metadata
      .selectFrom('signing_keys')
      .selectAll()
      .orderBy('created_at', 'desc')
      .execute();
    return this.sealer.firstKey(rows, 'the signing key') ?? this.make();
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
