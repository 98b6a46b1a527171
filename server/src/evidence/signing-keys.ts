import { createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Metadata } from '../metadata/index.ts';
import { KeyPairs } from './key-pairs.ts';
import { type NoteKey, type NoteSigner, verifierKey } from './note.ts';

const BITS = 2048;
const generate = promisify(generateKeyPair);

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

/** The installation's key pairs for digest files, and for the logs over them. Old public keys stay. */
export class SigningKeys {
  private readonly digestPairs: KeyPairs;
  private readonly logPairs: KeyPairs;

  constructor(metadata: Metadata, rootKey: Uint8Array, clock: () => number) {
    const common = { metadata, rootKey, clock };
    this.digestPairs = new KeyPairs({
      ...common,
      table: 'signing_keys',
      purpose: 'signing key',
      generate: () => generate('rsa', { modulusLength: BITS }),
    });
    this.logPairs = new KeyPairs({
      ...common,
      table: 'log_keys',
      purpose: 'log key',
      generate: () => generate('ed25519'),
    });
  }

  /** Newest first; the first is made at first need, so that an auditor can keep it before anything is signed. */
  async list(): Promise<SigningKey[]> {
    const signing = await this.digestPairs.current();
    const rows = await this.digestPairs.rows();
    return rows.map(({ id, public_key, created_at }) => ({
      id,
      publicKey: public_key,
      createdAt: created_at,
      active: id === signing.id,
    }));
  }

  /** Makes a new key pair, which signs digests from now on. */
  async rotate(): Promise<SigningKey> {
    const { id, public_key, created_at } = await this.digestPairs.rotate();
    return { id, publicKey: public_key, createdAt: created_at, active: true };
  }

  /** Id of the key that signs digests now. */
  async currentId(): Promise<string> {
    return (await this.digestPairs.current()).id;
  }

  /** SHA256withRSA (PKCS #1 v1.5) of a text, hex. */
  async sign(text: string): Promise<{ signature: string; keyId: string }> {
    const { id, key } = await this.digestPairs.current();
    return { signature: sign('sha256', Buffer.from(text), key).toString('hex'), keyId: id };
  }

  /** Public key of the log of a name, in the form that tools of the field take. */
  async logVerifierKey(name: string): Promise<string> {
    return verifierKey({ name, publicKey: createPublicKey((await this.logPairs.current()).key) });
  }

  /** Whose signatures stand under the checkpoints of a log, those of before too. */
  async noteKeys(name: string): Promise<NoteKey[]> {
    const rows = [...(await this.logPairs.rows()), ...(await this.digestPairs.rows())];
    return rows.map(({ public_key }) => ({ name, publicKey: readPublicKey(public_key) }));
  }

  /** The key that signs digests, for notes under a name. */
  async digestSigner(name: string): Promise<NoteSigner> {
    const { key } = await this.digestPairs.current();
    return { name, privateKey: key, publicKey: createPublicKey(key) };
  }

  /** Who signs the checkpoints of a log: its own key (Ed25519), and the one of digest files. */
  async noteSigners(name: string): Promise<NoteSigner[]> {
    const { key } = await this.logPairs.current();
    return [{ name, privateKey: key, publicKey: createPublicKey(key) }, await this.digestSigner(name)];
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
