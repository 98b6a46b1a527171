import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps secrets at rest or in clients' hands unreadable: AES-256-GCM under a key derived from the root key. */
export class Sealer {
  private readonly key: Buffer;

  /** @param purpose secrets of one purpose cannot be opened as those of another */
  constructor(rootKey: Uint8Array, purpose: string) {
    this.key = Buffer.from(hkdfSync('sha256', rootKey, '', `opencts ${purpose}`, 32));
  }

  /** @param about what the secret belongs to; the same text opens it again */
  seal(secret: string, about: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(about));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** Undefined when it was not sealed here, was changed, or is about something else. */
  open(sealed: string, about: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(about))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return (
        decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch {
      return undefined;
    }
  }

  /**
   * The first of some private keys that it opens.
   * @param what they are, in words
   * @returns undefined when there are none
   * @throws Error when it opens none of them
   */
  firstKey(
    rows: readonly { id: string; sealed_private_key: string }[],
    what: string,
  ): { id: string; key: KeyObject } | undefined {
    for (const { id, sealed_private_key: sealed } of rows) {
      const secret = this.open(sealed, id);
      if (secret) return { id, key: createPrivateKey(secret) };
    }
    if (rows.length === 0) return undefined;
    throw new Error(`${what} cannot be opened: the root key is not the one that it was sealed with`);
  }
}
