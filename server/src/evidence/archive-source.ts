import type { HashAlgorithm } from './digest.ts';

/** Where the files are: a bucket, or a folder that one was downloaded to. */
export interface ArchiveSource {
  /** Name of the bucket; undefined: not known. */
  bucket: string | undefined;
  /** All keys below a prefix; `modified`, epoch ms, where that is the time at which the object was written. */
  keys(prefix: string): AsyncIterable<{ key: string; modified?: number }>;
  /** Undefined: there is none. @throws Unreadable */
  read(key: string): Promise<Buffer | undefined>;
  /** Hex; undefined: there is none. @throws Unreadable */
  hash(key: string, algorithm: HashAlgorithm): Promise<string | undefined>;
  /** Undefined: there is no such object. */
  metadata(key: string): Promise<Record<string, string> | undefined>;
  /** Whether it keeps the metadata of objects. */
  hasMetadata: boolean;
  /** Of a part of a bucket: whether a digest belongs to it. Logs know those of the other parts as well. */
  holds?(key: string): boolean;
  /** Of a package: up to when it was filled, epoch ms. */
  until?: number;
}

/** A file of a source is there, and its bytes are not to be had. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}
