import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ERRORS } from '../errors.ts';
import type { BodyDigest } from '../iam/index.ts';
import { readWhole } from '../ingest/index.ts';
import { FREE_SIGNED_BODY, MAX_SIGNED_BODY, UNPROVEN_BODIES, UNPROVEN_BODIES_OF_NETWORK } from './limits.ts';

/** A body that was read, and what its signature covers of it. */
export interface SignedBody {
  bytes: Buffer;
  digest: BodyDigest;
}

export const NO_BODY: SignedBody = signedBody(Buffer.alloc(0), createHash('sha256').digest('hex'));

/**
 * Bodies of signed requests, which must be whole in memory before it is known whether the signature is right.
 * Small ones always find room; of large ones a network holds a share, so that strangers who know the id of a key
 * can fill that only.
 */
export class SignedBodies {
  private readonly held = new Map<string, number>();
  private inAll = 0;

  /**
   * Reads a body for somebody who is to prove who they are with it.
   * @param prove calls what it is given to read the body; the body counts until `prove` is done
   * @throws CtsError 413, 503 when too much is held already
   */
  async during<T>(
    network: string,
    body: Readable,
    prove: (read: () => Promise<SignedBody>) => Promise<T>,
  ): Promise<T> {
    let length = 0;
    let counted = 0;
    const grow = (bytes: number) => {
      length += bytes;
      const more = Math.max(length - FREE_SIGNED_BODY, 0) - counted;
      const mine = (this.held.get(network) ?? 0) + more;
      if (more > 0 && (mine > UNPROVEN_BODIES_OF_NETWORK || this.inAll + more > UNPROVEN_BODIES))
        return false;
      counted += more;
      this.inAll += more;
      if (mine > 0) this.held.set(network, mine);
      return true;
    };
    const read = () =>
      new Promise<SignedBody>((resolve, reject) => {
        // Piece by piece: bodies that end together would hold up everybody.
        const hash = createHash('sha256');
        body.on('data', (chunk: Buffer) => {
          hash.update(chunk);
          if (grow(chunk.length)) return;
          body.pause();
          reject(ERRORS.unavailable('too many large signed bodies at once', 5));
        });
        readWhole(body, MAX_SIGNED_BODY)
          .then((bytes) => signedBody(bytes, hash.digest('hex')))
          .then(resolve, reject);
      });
    try {
      return await prove(read);
    } finally {
      this.inAll -= counted;
      const left = (this.held.get(network) ?? 0) - counted;
      if (left > 0) this.held.set(network, left);
      else this.held.delete(network);
    }
  }
}

function signedBody(bytes: Buffer, sha256: string): SignedBody {
  return { bytes, digest: { sha256, length: bytes.length } };
}
