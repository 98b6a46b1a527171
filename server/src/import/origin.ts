import type { ArchiveSource } from '../evidence/index.ts';

/** A source that cannot be read as records; the message names it. */
export class UnreadableSource extends Error {
  override readonly name = 'UnreadableSource';
}

/** A file to be read. */
export interface Source {
  /** As people name it. */
  name: string;
  /** It was named itself, not found in a folder or bucket. */
  isNamed: boolean;
  /** Bytes, as far as they are known. */
  size: number;
  /** @param signal ends it */
  open(signal?: AbortSignal): AsyncIterable<Buffer>;
  /** Absent: nothing is kept of how far it was taken. */
  ledger?: Ledger;
}

/** What became of a file. */
export interface Outcome {
  /** It could not be read to its end. */
  isUnread: boolean;
  /** Records that are in the service. */
  recorded: number;
  /** Good ones that nothing records. */
  unrecorded: number;
  /** Records that are not in the service, without those that were told with `take`. */
  untaken: number;
}

/** How far a file was taken, over imports that were interrupted. */
export interface Ledger {
  /** Records at its beginning that are done with; known once it is read. */
  readonly taken: number;
  /**
   * Called when the service has recorded some.
   * @param taken records from the beginning
   * @param untaken of those since the last time, what is not in the service
   */
  take(taken: number, untaken: number): void;
  end(outcome: Outcome): void;
}

/** Where files come from: paths, or a bucket. One import owns it. */
export interface Origin {
  /** Files that are read at a time. */
  readonly atOnce: number;
  /** Finds what there is, also what was not there when it looked before. */
  look(): Promise<void>;
  /** How much is to be read now. */
  waiting(): { files: number; bytes: number };
  /** What is to be read now. */
  sources(): AsyncIterable<Source>;
  /** Archives of trace files in it, which digests tell of; `nameOf`: what a file of one is called here. */
  archives(): { name: string; source: ArchiveSource; nameOf: (key: string) => string }[];
  /** What earlier imports took, and where that is kept; undefined: nothing is. */
  kept(): Kept | undefined;
  close(): Promise<void>;
}

export interface Kept {
  file: string;
  /** Files that an earlier import has taken, wholly or in part. */
  earlier: number;
  /** Records of these that are not in the service. */
  untaken: number;
}
