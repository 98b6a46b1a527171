import type { Readable } from 'node:stream';

/** What is known of an object without reading it. */
export interface ObjectHead {
  key: string;
  /** Bytes as stored. */
  size: number;
  /** Epoch ms. */
  modified: number;
  /** Another one whenever its bytes are. */
  version: string;
  /** User metadata; names in lower case. */
  metadata: Record<string, string>;
}

export interface NewObject {
  bucket: string;
  key: string;
  /** Bytes, or a file to be read whole. */
  body: Uint8Array | { file: string; size: number };
  contentType: string;
  metadata?: Record<string, string>;
  /** Of the bytes, hex; needed with a lock. */
  md5?: string;
  lock?: ObjectLock;
  /** Key of the store's own key management to encrypt it with; only for stores that encrypt. */
  encryptionKey?: string;
}

/** An object whose bytes arrive while it is put. */
export interface StreamedObject extends Pick<NewObject, 'bucket' | 'key' | 'contentType'> {
  chunks: AsyncIterable<Uint8Array>;
  /** Of all of them together. */
  size: number;
}

/** Until when an object can neither be changed nor removed (WORM). */
export interface ObjectLock {
  /** GOVERNANCE: those with a special right may end it; COMPLIANCE: nobody. */
  mode: 'GOVERNANCE' | 'COMPLIANCE';
  /** Epoch ms. */
  until: number;
}

/** One step of a walk through a bucket. */
export interface Listing {
  objects: Omit<ObjectHead, 'metadata'>[];
  /** Folders, when asked for with a delimiter; each ends with it. */
  folders: string[];
  /** Where the next step begins; undefined: that was all. */
  next: string | undefined;
}

export interface ListOptions {
  prefix?: string;
  /** Gathers what lies deeper into folders. */
  delimiter?: '/';
  /** Continues a listing. */
  after?: string;
  limit?: number;
}

/**
 * Why an object store did not do it; `away`, `denied` and `key` (the key of an encrypted object cannot be
 * used) may pass; `unsupported` will not.
 */
export type ObjectProblem = 'no-bucket' | 'no-object' | 'denied' | 'exists' | 'key' | 'unsupported' | 'away';

/** What exactly is wrong, where an object store or the way to it tells; the message names the cure. */
export type RefusalReason =
  | 'absent'
  | 'right'
  | 'access-key'
  | 'secret-key'
  | 'clock'
  | 'region'
  | 'style'
  | 'unknown-host'
  | 'refused'
  | 'silent'
  | 'untrusted'
  | 'wrong-name'
  | 'expired'
  | 'scheme'
  | 'not-a-store'
  | 'failing';

export class ObjectStoreError extends Error {
  override readonly name = 'ObjectStoreError';
  readonly problem: ObjectProblem;
  readonly reason: RefusalReason | undefined;

  constructor(
    problem: ObjectProblem,
    message: string,
    { cause, reason }: { cause?: unknown; reason?: RefusalReason } = {},
  ) {
    super(message, { cause });
    this.problem = problem;
    this.reason = reason;
  }
}

/** Buckets and objects, wherever they lie. Every call rejects with {@link ObjectStoreError}. */
export interface ObjectStore {
  /** Whether the store itself removes what a lifecycle ends. */
  readonly expiresByItself: boolean;
  /** Whether the store itself encrypts with a named key, and opens what it gives back. */
  readonly encryptsByItself: boolean;
  /** @param options.locking objects in it can be locked */
  createBucket(bucket: string, region: string, options?: { locking: boolean }): Promise<void>;
  /** Removes a bucket that holds nothing. */
  removeBucket(bucket: string): Promise<void>;
  /** Whether objects in a bucket can be locked. */
  canLock(bucket: string): Promise<boolean>;
  /** Resolves when the bucket is there, answers, and is of a storage class that is quick to write and read. */
  checkBucket(bucket: string): Promise<void>;
  /** @param days that objects stay; 0: for good */
  setLifecycle(bucket: string, days: number): Promise<void>;
  /** Whole or not at all; an object of the same key is replaced. Durable when it resolves. */
  put(object: NewObject): Promise<void>;
  /**
   * The same of any size, without ever holding it: what the bytes come from may fail in their midst, also behind the
   * last one, and then nothing is there.
   */
  putStream(object: StreamedObject): Promise<void>;
  head(bucket: string, key: string): Promise<ObjectHead>;
  /** @param range bytes from and to, both inclusive */
  get(
    bucket: string,
    key: string,
    range?: { from: number; to: number },
  ): Promise<{ head: ObjectHead; body: Readable }>;
  /** Whether an object can neither be changed nor removed now. Only of stores that expire nothing by themselves. */
  isLocked?(bucket: string, key: string): Promise<boolean>;
  /** Where an object can be read as a file, where it can. */
  fileOf?(bucket: string, key: string): string;
  /** In the order of the keys' bytes. */
  list(bucket: string, options?: ListOptions): Promise<Listing>;
  /** Also when there is none. */
  remove(bucket: string, key: string): Promise<void>;
  /**
   * The same store for calls that somebody waits for: all of them together end within so many ms. What `get`
   * gives may be read for longer.
   */
  within(ms: number): ObjectStore;
  /** Ends all calls under way. */
  close(): void;
}
