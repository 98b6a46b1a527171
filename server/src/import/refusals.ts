import { closeSync, openSync, writeSync } from 'node:fs';
import type { Refusal } from './reading.ts';

/** Refusals of one file that are told one by one; all are counted, and kept where that is wanted. */
const MOST_TOLD = 20;

/** The file for what is refused cannot be made. */
export class NotKept extends Error {
  override readonly name = 'NotKept';
}

/** What was not taken: told with its place, summed up by reason, kept in a file. */
export class Refusals {
  /** How often each reason came. */
  readonly reasons = new Map<string, number>();
  private readonly warn: (line: string) => void;
  private readonly kept: number | undefined;
  /** By file, while it is read. */
  private readonly told = new Map<string, number>();

  /**
   * @param keptIn a new file of JSON lines, each with a refused record and why; undefined: none is kept
   * @throws NotKept when it cannot be made, or is there
   */
  constructor(warn: (line: string) => void, keptIn: string | undefined) {
    this.warn = warn;
    this.kept = keptIn === undefined ? undefined : newFile(keptIn);
  }

  /** @param kind the reason without what differs from record to record */
  add(refusal: Refusal, kind = kindOf(refusal.reason)): void {
    const { file, line, record, byte, reason, text, base64, count = 1 } = refusal;
    this.reasons.set(kind, (this.reasons.get(kind) ?? 0) + count);
    // At once: of millions none waits in memory.
    if (this.kept !== undefined) {
      writeSync(
        this.kept,
        `${JSON.stringify({ file, line, byte, reason, record: text, record_base64: base64 })}\n`,
      );
    }
    const told = (this.told.get(file) ?? 0) + 1;
    this.told.set(file, told);
    if (told <= MOST_TOLD) {
      this.warn(
        `${file}: ${line === undefined ? '' : `line ${line}, record ${record} (byte ${byte}): `}${reason}`,
      );
    }
  }

  get count(): number {
    return [...this.reasons.values()].reduce((total, count) => total + count, 0);
  }

  /** Nothing more comes of a file. */
  endOf(file: string): void {
    const told = this.told.get(file) ?? 0;
    this.told.delete(file);
    if (told > MOST_TOLD) this.warn(`${file}: ${told - MOST_TOLD} more were refused`);
  }

  end(): void {
    if (this.kept !== undefined) closeSync(this.kept);
  }
}

/** `…: Unexpected token` and the like say where, not why. */
const kindOf = (reason: string) => reason.replace(/: .*| at byte \d+.*|, in .*/s, '');

function newFile(file: string): number {
  try {
    return openSync(file, 'wx', 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why: Record<string, string> = {
      EEXIST: 'it exists, and what is in it is not written over; name a new file',
      ENOENT: 'its folder does not exist',
    };
    throw new NotKept(`--rejected ${file}: ${why[code ?? ''] ?? message}`);
  }
}
