import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { syncDirectory } from '../durable.ts';
import {
  type AsideKeeper,
  comparePositions,
  type Stretch as Followed,
  type Follower,
  Following,
  formatPosition,
  type Position,
} from '../journal/index.ts';
import { type CutterJob, MANIFEST, type Manifest, type Route, type Stretch, stretchName } from './cutter.ts';

export const ARCHIVER = 'archiver';
/** Finished stretches, each a folder; those that are being cut stand beside. */
export const READY = 'ready';
const CUTTING = 'cutting';

export interface ArchiverOptions {
  journalId: string;
  follower: Follower;
  aside: AsideKeeper;
  /** Directory of files that wait to be uploaded. */
  spool: string;
  log: Logger;
  /** Does the work, here or in another thread. */
  cutStretch: (job: CutterJob) => Promise<Manifest>;
}

/** What is to be cut. */
interface Order {
  to: Position;
  routes: () => Promise<readonly Route[]>;
  cycle: number;
}

/** A stretch of the journal; `whole`: its folder is there already. */
interface Cut extends Followed {
  routes: readonly Route[];
  cycle: number;
  whole?: Manifest;
}

/**
 * The journal's second follower: at the end of a cycle it cuts what has come since the one before into trace
 * files. A stretch is noted before it is cut, and its folder appears whole or not at all, so that after a
 * crash it is cut once.
 */
export class Archiver {
  private readonly options: ArchiverOptions;
  private readonly following: Following<Cut>;
  private order: Order | undefined;
  private made: string | undefined;
  private inWork: string | undefined;

  constructor(options: ArchiverOptions) {
    this.options = options;
    this.following = new Following({
      bookmark: options.follower,
      aside: options.aside,
      log: options.log,
      complaint: 'trace files could not be cut; the traces wait in the journal',
      end: () => this.position,
      read: (from, until) => this.next(from, until),
      effect: (cut) => this.cutOne(cut),
    });
  }

  /** Where the next stretch begins. */
  get position(): Position {
    return this.options.follower.position;
  }

  /** Since when cutting fails, epoch ms. */
  get failingSince(): number | undefined {
    return this.following.failingSince;
  }

  /** How long to wait before the next attempt. */
  get backOffMs(): number {
    return this.following.backOffMs;
  }

  /** The stretch that is not noted as cut yet: its folder may be whole, but must stay. */
  get underWay(): string | undefined {
    return this.inWork;
  }

  /** Forgets a stretch that a crash has interrupted before its folder was whole; keeps one that was. */
  async recover(): Promise<void> {
    const { spool } = this.options;
    await mkdir(path.join(spool, READY), { recursive: true, mode: 0o700 });
    await rm(path.join(spool, CUTTING), { recursive: true, force: true });
    await this.step();
  }

  /**
   * Cuts everything up to `to`. What fails (a full spool, say) is for the next time.
   * @param routes trackers that transfer now: also what came before they did, within this stretch
   * @param cycle end of the cycle, epoch ms
   * @returns name of the new folder in the spool; undefined: there is none
   */
  async cut(to: Position, routes: Order['routes'], cycle: number): Promise<string | undefined> {
    this.made = undefined;
    this.order = { to, routes, cycle };
    // First what was begun before, if its folder is whole.
    if (this.options.follower.until) await this.step();
    await this.step();
    this.order = undefined;
    return this.made;
  }

  private async step(): Promise<void> {
    if (await this.following.step()) this.inWork = undefined;
  }

  private async next(from: Position, until: Position | null): Promise<Cut | undefined> {
    const whole = until && (await manifestIn(this.folderOf({ from, to: until })));
    if (whole) return { frames: [], to: until, routes: [], cycle: whole.cycle, whole };
    if (!this.order || comparePositions(from, this.order.to) >= 0) return undefined;
    const { to, routes, cycle } = this.order;
    return { frames: [], to, routes: await routes(), cycle };
  }

  private async cutOne({ to, routes, cycle, whole }: Cut): Promise<boolean> {
    const { journalId, spool, log, cutStretch, aside } = this.options;
    if (!whole && routes.length === 0) return true;
    const stretch = { from: this.position, to };
    const name = stretchName(stretch);
    this.inWork = name;
    const folder = path.join(spool, CUTTING);
    const final = this.folderOf(stretch);
    const manifest = whole ?? (await cutStretch({ journalId, stretch, routes, cycle, folder, final }));
    const { files, replayed } = manifest;
    await aside.remove(replayed);
    const traces = files.reduce((sum, file) => sum + file.traces, 0);
    log.debug({ files: files.length, traces, to: formatPosition(to) }, 'trace files were cut');
    if (files.length > 0) {
      this.made = name;
      return true;
    }
    await rm(final, { recursive: true, force: true });
    await syncDirectory(path.join(spool, READY));
    return true;
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

/** Undefined: the folder is not whole. */
export async function manifestIn(folder: string): Promise<Manifest | undefined> {
  const text = await readFile(path.join(folder, MANIFEST), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  return text === undefined ? undefined : (JSON.parse(text) as Manifest);
}
