import { createHash, type KeyObject, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const expand = promisify(gunzip);
const MOST_TEXT = 256 * 1024 * 1024;

export type HashAlgorithm = 'SHA-256' | 'MD5';
export const SIGNATURE_ALGORITHM = 'SHA256withRSA';
/** Metadata of a digest object. */
export const SIGNATURE = 'meta-signature';
export const ALGORITHM = 'meta-signature-algorithm';
export const KEY_ID = 'meta-key-id';

/**
 * A digest file: the trace files that were delivered in a time, and the link to the digest before
 * (`docs/reference/trace-files.md` 3).
 */
export interface Digest {
  project_id: string;
  /** `YYYY-MM-DDTHH-MM-SSZ`. */
  digest_start_time: string;
  digest_end_time: string;
  digest_bucket: string;
  digest_object: string;
  digest_signature_algorithm: typeof SIGNATURE_ALGORITHM;
  /** Id of the public key that it is signed with. */
  digest_key_id: string;
  /** The last one of its chain: verification was switched off. */
  digest_end: boolean;
  previous_digest_bucket: string;
  previous_digest_object: string;
  previous_digest_hash_value: string;
  /** Of the hash above, and of the one in the signed text. */
  previous_digest_hash_algorithm: HashAlgorithm;
  previous_digest_signature: string;
  previous_digest_end: boolean;
  /**
   * The files that it covers, by their numbers in the chain; the last is one less than the first: none. Absent,
   * as are the counts, in digests of earlier versions.
   */
  first_number?: number;
  last_number?: number;
  file_count?: number;
  trace_count?: number;
  /** Covered by the chain so far, by this one too. */
  total_file_count?: number;
  total_trace_count?: number;
  /** The evidence log in which it is noted. */
  log_origin?: string;
  log_files: ListedFile[];
}

export interface ListedFile {
  bucket: string;
  object: string;
  log_hash_value: string;
  log_hash_algorithm: HashAlgorithm;
  number?: number;
  trace_count?: number;
}

const NODE_NAMES = { 'SHA-256': 'sha256', MD5: 'md5' } as const;

export const newHash = (algorithm: HashAlgorithm) => createHash(NODE_NAMES[algorithm]);

export const hashOf = (algorithm: HashAlgorithm, bytes: Uint8Array): string =>
  newHash(algorithm).update(bytes).digest('hex');

/** @param bytes of the compressed digest. @throws Error when it is not a compressed JSON file */
export async function readDigest(bytes: Uint8Array): Promise<Digest> {
  return JSON.parse((await expand(bytes, { maxOutputLength: MOST_TEXT })).toString('utf8')) as Digest;
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
