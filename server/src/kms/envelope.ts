import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { DataKey } from './keyring.ts';

/*
 * An encrypted file (integers big-endian):
 *
 *   0  8 bytes  MAGIC
 *   8  u16      length of the header
 *  10  header   JSON: key_id, data_key (sealed by that key), nonce (7 bytes, hex)
 *      segments of 1 MiB of text each, the last one shorter, each followed by its tag of 16 bytes
 *
 * Every segment is AES-256-GCM under the data key, with the header as associated data and the nonce
 * prefix (7) · number (u32) · last (0 or 1): segments cannot be exchanged, and none can be cut off (STREAM,
 * Hoang, Reyhanitabar, Rogaway and Vizár 2015). Nothing is given out before its tag was checked.
 */
const MAGIC = Buffer.from('OCTSENC1');
const SEGMENT = 1024 * 1024;
const TAG = 16;
const PREFIX = 7;
const MOST_HEADER = 4096;

export interface EnvelopeHeader {
  keyId: string;
  /** Data key as the keyring sealed it. */
  sealed: string;
}

/** The bytes of an encrypted file were changed, or are none. */
export class EnvelopeDamaged extends Error {
  override readonly name = 'EnvelopeDamaged';
}

/** Encrypts a stream of bytes. */
export async function* seal(
  source: AsyncIterable<Uint8Array>,
  { plain, sealed }: DataKey,
  keyId: string,
): AsyncGenerator<Buffer> {
  const prefix = randomBytes(PREFIX);
  const header = Buffer.from(
    JSON.stringify({ key_id: keyId, data_key: sealed, nonce: prefix.toString('hex') }),
  );
  const length = Buffer.alloc(2);
  length.writeUInt16BE(header.length);
  yield Buffer.concat([MAGIC, length, header]);
  let number = 0;
  for await (const { bytes, last } of pieces(source, SEGMENT)) {
    const cipher = createCipheriv('aes-256-gcm', plain, nonceOf(prefix, number++, last)).setAAD(header);
    const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
    yield Buffer.concat([text, cipher.getAuthTag()]);
  }
}

/**
 * Decrypts a stream of bytes.
 * @throws EnvelopeDamaged while it is read, before anything that was changed is given out
 */
export async function* unseal(
  source: AsyncIterable<Uint8Array>,
  openKey: (header: EnvelopeHeader) => Promise<Buffer>,
): AsyncGenerator<Buffer> {
  const input = new Input(source);
  const start = await input.take(MAGIC.length + 2);
  const length = start.length === MAGIC.length + 2 ? start.readUInt16BE(MAGIC.length) : 0;
  if (!start.subarray(0, MAGIC.length).equals(MAGIC) || length === 0 || length > MOST_HEADER) {
    throw new EnvelopeDamaged('it does not begin as an encrypted file');
  }
  const header = await input.take(length);
  const { keyId, sealed, prefix } = readHeader(header);
  const key = await openKey({ keyId, sealed });
  let number = 0;
  for await (const { bytes, last } of pieces(input.rest(), SEGMENT + TAG)) {
    if (bytes.length < TAG) throw new EnvelopeDamaged('it was cut off');
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(prefix, number++, last))
      .setAAD(header)
      .setAuthTag(bytes.subarray(-TAG));
    let text: Buffer;
    try {
      text = Buffer.concat([decipher.update(bytes.subarray(0, -TAG)), decipher.final()]);
    } catch {
      throw new EnvelopeDamaged(`its segment ${number} was changed`);
    }
    yield text;
  }
}

function readHeader(header: Buffer): EnvelopeHeader & { prefix: Buffer } {
  try {
    const { key_id, data_key, nonce } = JSON.parse(header.toString('utf8')) as Record<string, unknown>;
    if (typeof key_id === 'string' && typeof data_key === 'string' && typeof nonce === 'string') {
      const prefix = Buffer.from(nonce, 'hex');
      if (prefix.length === PREFIX) return { keyId: key_id, sealed: data_key, prefix };
    }
  } catch {
    // Told below.
  }
  throw new EnvelopeDamaged('its header was changed');
}

function nonceOf(prefix: Buffer, number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  prefix.copy(nonce);
  nonce.writeUInt32BE(number, PREFIX);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** Cuts a stream into pieces of one size; the last may be shorter, and is empty only if there is no other. */
async function* pieces(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ bytes: Buffer; last: boolean }> {
  const input = new Input(source);
  let bytes = await input.take(size);
  for (;;) {
    const next = bytes.length === size ? await input.take(size) : Buffer.alloc(0);
    yield { bytes, last: next.length === 0 };
    if (next.length === 0) return;
    bytes = next;
  }
}

/** Reads a stream by length. */
class Input {
  private readonly source: AsyncIterator<Uint8Array>;
  private chunks: Uint8Array[] = [];
  private length = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** So many bytes, or what is left. */
  async take(size: number): Promise<Buffer> {
    while (this.length < size) {
      const { value, done } = await this.source.next();
      if (done) break;
      this.chunks.push(value);
      this.length += value.length;
    }
    const all = Buffer.concat(this.chunks);
    const taken = all.subarray(0, size);
    const rest = all.subarray(size);
    this.chunks = rest.length > 0 ? [rest] : [];
    this.length = rest.length;
    return taken;
  }

  async *rest(): AsyncGenerator<Uint8Array> {
    yield* this.chunks;
    for (;;) {
      const { value, done } = await this.source.next();
      if (done) return;
      yield value;
    }
  }
}
