import { existsSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { replaceFile } from '../durable.ts';
import type { Damage } from './scan.ts';

/** Bytes of the journal that were kept aside. `torn`: an unfinished record at the end of the last segment. */
export interface DamageReport {
  segment: number;
  offset: number;
  bytes: number;
  torn: boolean;
  /** Where the bytes are now. */
  file: string;
}

/**
 * Keeps bytes that are no frame aside, in `damaged/` of the journal. Whoever meets them first reports them,
 * also over restarts: the file is named by place and content, and one that is there was reported.
 */
export class DamageKeeper {
  private readonly directory: string;
  private readonly report: (damage: DamageReport) => void;

  constructor(directory: string, report: (damage: DamageReport) => void) {
    this.directory = directory;
    this.report = report;
  }

  async keep({ segment, offset, bytes }: Damage, torn: boolean): Promise<void> {
    const name = `${segment}-${offset}-${crc32(bytes).toString(16)}.bin`;
    const file = path.join(this.directory, 'damaged', name);
    if (existsSync(file)) return;
    await replaceFile(file, bytes);
    this.report({ segment, offset, bytes: bytes.length, torn, file });
  }
}
