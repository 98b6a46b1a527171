import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { syncDirectory } from '../durable.ts';
import { comparePositions, type Follower, formatPosition, type Position } from '../journal/index.ts';
import { type CutterJob, MANIFEST, type Manifest, type Route, type Stretch, stretchName } from './cutter.ts';

export const ARCHIVER = 'archiver';
/** Finished stretches, each a folder; those that are being cut stand beside. */
export const READY = 'ready';
const CUTTING = 'cutting';

export interface ArchiverOptions {
  journalId: string;
  follower: Follower;
  /** Directory of files that wait to be uploaded. */
  spool: string;
  log: Logger;
  /** Does the work, here or in another thread. */
  cutStretch: (job: CutterJob) => Promise<Manifest>;
}

/**
 * The journal's second follower: at the end of a cycle it cuts what has come since the one before into trace
 * files. A stretch is noted before it is cut, and its folder appears whole or not at all, so that after a
 * crash it is cut once.
 */
export class Archiver {
  private readonly options: ArchiverOptions;

  constructor(options: ArchiverOptions) {
    this.options = options;
  }

  /** Where the next stretch begins. */
  get position(): Position {
    return this.options.follower.position;
  }

  /** Forgets a stretch that a crash has interrupted before its folder was whole; keeps one that was. */
  async recover(): Promise<void> {
    const { spool } = this.options;
    await mkdir(path.join(spool, READY), { recursive: true, mode: 0o700 });
    await rm(path.join(spool, CUTTING), { recursive: true, force: true });
    await this.settle();
  }

  /** A stretch whose folder is whole has been cut, whether or not that could be noted. */
  private async settle(): Promise<void> {
    const { follower } = this.options;
    const { position, until } = follower;
    if (until && (await exists(this.folderOf({ from: position, to: until })))) {
      await follower.save(until, null);
    }
  }

  /**
   * Cuts everything up to `to`.
   * @param routes trackers that transfer now: also what came before they did, within this stretch
   * @param cycle end of the cycle, epoch ms
   * @returns name of the new folder in the spool; undefined: there was nothing to transfer
   */
  async cut(to: Position, routes: readonly Route[], cycle: number): Promise<string | undefined> {
    const { follower, journalId, spool, log, cutStretch } = this.options;
    await this.settle();
    const from = this.position;
    if (comparePositions(from, to) >= 0) return undefined;
    if (routes.length === 0) {
      await follower.save(to, null);
      return undefined;
    }
    const stretch = { from, to };
    await follower.save(from, to);
    const folder = path.join(spool, CUTTING);
    const final = this.folderOf(stretch);
    const { files } = await cutStretch({ journalId, stretch, routes, cycle, folder, final });
    await follower.save(to, null);
    const traces = files.reduce((sum, file) => sum + file.traces, 0);
    log.debug({ files: files.length, traces, to: formatPosition(to) }, 'trace files were cut');
    if (files.length > 0) return stretchName(stretch);
    await rm(this.folderOf(stretch), { recursive: true, force: true });
    await syncDirectory(path.join(spool, READY));
    return undefined;
  }

  private folderOf(stretch: Stretch): string {
    return path.join(this.options.spool, READY, stretchName(stretch));
  }
}

/** Folders of stretches that wait to be uploaded, oldest first. */
export async function readyStretches(spool: string): Promise<string[]> {
  const names = await readdir(path.join(spool, READY)).catch(() => []);
  return names.sort();
}

async function exists(folder: string): Promise<boolean> {
  return stat(path.join(folder, MANIFEST)).then(
    () => true,
    () => false,
  );
}
