import { createHash, type KeyObject, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import Type, { type Static } from 'typebox';
import { readerOf } from '../metadata/index.ts';

const expand = promisify(gunzip);
const MOST_TEXT = 256 * 1024 * 1024;

export const SIGNATURE_ALGORITHM = 'SHA256withRSA';
/** Metadata of a digest object. */
export const SIGNATURE = 'meta-signature';
export const ALGORITHM = 'meta-signature-algorithm';
export const KEY_ID = 'meta-key-id';

const HashName = Type.Enum(['SHA-256', 'MD5']);
export type HashAlgorithm = Static<typeof HashName>;

const ListedFile = Type.Object({
  bucket: Type.String(),
  object: Type.String(),
  log_hash_value: Type.String(),
  log_hash_algorithm: HashName,
  number: Type.Optional(Type.Number()),
  trace_count: Type.Optional(Type.Number()),
});
export type ListedFile = Static<typeof ListedFile>;

/**
 * A digest file: the trace files that were delivered in a time, and the link to the digest before
 * (`docs/reference/trace-files.md` 3).
 */
const Digest = Type.Object({
  project_id: Type.String(),
  /** `YYYY-MM-DDTHH-MM-SSZ`. */
  digest_start_time: Type.String(),
  digest_end_time: Type.String(),
  digest_bucket: Type.String(),
  digest_object: Type.String(),
  digest_signature_algorithm: Type.String(),
  /** Id of the public key that it is signed with; those of the clouds have none. */
  digest_key_id: Type.Optional(Type.String()),
  /** The last one of its chain: verification was switched off. */
  digest_end: Type.Boolean(),
  previous_digest_bucket: Type.String(),
  previous_digest_object: Type.String(),
  previous_digest_hash_value: Type.String(),
  /** Of the hash above, and of the one in the signed text. */
  previous_digest_hash_algorithm: HashName,
  previous_digest_signature: Type.String(),
  previous_digest_end: Type.Boolean(),
  /**
   * The files that it covers, by their numbers in the chain; the last is one less than the first: none. Absent,
   * as are the counts, in digests of earlier versions.
   */
  first_number: Type.Optional(Type.Number()),
  last_number: Type.Optional(Type.Number()),
  file_count: Type.Optional(Type.Number()),
  trace_count: Type.Optional(Type.Number()),
  /** Covered by the chain so far, by this one too. */
  total_file_count: Type.Optional(Type.Number()),
  total_trace_count: Type.Optional(Type.Number()),
  /** The evidence log in which it is noted. */
  log_origin: Type.Optional(Type.String()),
  log_files: Type.Array(ListedFile),
});
export type Digest = Static<typeof Digest>;
const readText = readerOf(Digest);

const NODE_NAMES = { 'SHA-256': 'sha256', MD5: 'md5' } as const;

export const newHash = (algorithm: HashAlgorithm) => createHash(NODE_NAMES[algorithm]);

export const hashOf = (algorithm: HashAlgorithm, bytes: Uint8Array): string =>
  newHash(algorithm).update(bytes).digest('hex');

/**
 * @param bytes of the compressed digest
 * @returns undefined: it is none, since whoever altered it could have written anything
 * @throws Error when it is not compressed
 */
export async function readDigest(bytes: Uint8Array): Promise<Digest | undefined> {
  return readText((await expand(bytes, { maxOutputLength: MOST_TEXT })).toString('utf8')).value;
}

/** What is signed: `docs/reference/trace-files.md` 4. @param bytes of the compressed digest */
export function signedText(digest: Digest, bytes: Uint8Array): string {
  const hash = hashOf(digest.previous_digest_hash_algorithm, bytes);
  return `${digest.digest_end_time}${digest.digest_object}${hash}${digest.previous_digest_signature}`;
}

/** @param signature hex */
export const isSigned = (
  digest: Digest,
  bytes: Uint8Array,
  signature: string,
  publicKeys: readonly KeyObject[],
): boolean => {
  const text = Buffer.from(signedText(digest, bytes));
  return publicKeys.some((key) => verify('sha256', text, key, Buffer.from(signature, 'hex')));
};

/** Epoch ms of `YYYY-MM-DDTHH-MM-SSZ`. */
export function instantOf(stamp: string): number {
  return Date.parse(stamp.replace(/T(\d\d)-(\d\d)-(\d\d)Z$/, 'T$1:$2:$3Z'));
}
