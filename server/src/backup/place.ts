/** Where a backup is kept: files by their names, with `/` between folders. It looks the same in all of them. */
export interface BackupPlace {
  /** As people name it. */
  readonly name: string;
  /** Files that are worked on at a time. */
  readonly atOnce: number;
  /** What stands at its top, as far as it must be known to tell whether it is empty. */
  names(): Promise<string[]>;
  /** @returns undefined when there is none */
  text(file: string): Promise<string | undefined>;
  /** @returns undefined when there is none */
  read(file: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Whole and durable, or not at all, also when the bytes fail behind the last one; replaces what was there. */
  write(file: string, chunks: AsyncIterable<Uint8Array>, size: number): Promise<void>;
  writeText(file: string, text: string): Promise<void>;
  /** Also when there is none. */
  remove(file: string): Promise<void>;
  /** Nothing more comes: what writing has left beside the files goes. */
  end(): Promise<void>;
}
