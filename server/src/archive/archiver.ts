import { rm } from 'node:fs/promises';
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
import { type CutterJob, type Manifest, type Stretch, stretchName } from './cutter.ts';
import type { Watch } from './passed-ids.ts';
import type { RoutePeriod } from './route-history.ts';
import { CUTTING, manifestIn, openSpool, READY } from './spool.ts';

export const ARCHIVER = 'archiver';

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

/** Where traces go, and whose passing is noted. */
export interface Plan {
  routes: readonly RoutePeriod[];
  watched: readonly Watch[];
}

/** What is to be cut. */
interface Order {
  to: Position;
  plan: (from: Position) => Promise<Plan>;
  cycle: number;
  onWhole: OnWhole | undefined;
}

/** The folder of a stretch, by its name, is whole, and still stays where it is. */
export type OnWhole = (stretch: string) => Promise<void>;

/** A stretch of the journal; `whole`: its folder is there already. */
interface Cut extends Followed, Plan {
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
  private inWork: string | undefined;
  /** The stretch whose cutting has failed: a folder of its name may be there, but no sync of it can be trusted. */
  private failed: string | undefined;

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
    await openSpool(this.options.spool);
    await this.step();
  }

  /**
   * Cuts everything up to `to`. What fails (a full spool, say) is for the next time.
   * @param plan from a position on
   * @param cycle end of the cycle, epoch ms
   */
  async cut(to: Position, plan: Order['plan'], cycle: number, onWhole?: OnWhole): Promise<void> {
    this.order = { to, plan, cycle, onWhole };
    // First what was begun before, if its folder is whole.
    if (this.options.follower.until) await this.step();
    await this.step();
    this.order = undefined;
  }

  private async step(): Promise<void> {
    if (await this.following.step()) this.inWork = undefined;
  }

  private async next(from: Position, until: Position | null): Promise<Cut | undefined> {
    if (until) {
      const whole = await this.begun({ from, to: until });
      if (whole) return { frames: [], to: until, routes: [], watched: [], cycle: whole.cycle, whole };
    }
    if (!this.order || comparePositions(from, this.order.to) >= 0) return undefined;
    const { to, plan, cycle } = this.order;
    return { frames: [], to, ...(await plan(from)), cycle };
  }

  /** What became of a stretch that was begun; nothing is left of one that is to be cut again, to whatever end. */
  private async begun(stretch: Stretch): Promise<Manifest | undefined> {
    const folder = this.folderOf(stretch);
    this.inWork = stretchName(stretch);
    const whole = this.failed === this.inWork ? undefined : await manifestIn(folder);
    if (!whole) await rm(folder, { recursive: true, force: true });
    await syncDirectory(path.dirname(folder));
    return whole;
  }

  private async cutOne({ to, routes, watched, cycle, whole }: Cut): Promise<boolean> {
    const { log, aside } = this.options;
    if (!whole && routes.length === 0) return true;
    const stretch = { from: this.position, to };
    this.inWork = stretchName(stretch);
    const { files, replayed } = whole ?? (await this.cutAnew(stretch, { routes, watched }, cycle));
    if (files.length > 0) await this.order?.onWhole?.(this.inWork);
    await aside.remove(replayed);
    const traces = files.reduce((sum, file) => sum + file.traces, 0);
    log.debug({ files: files.length, traces, to: formatPosition(to) }, 'trace files were cut');
    return true;
  }

  private async cutAnew(stretch: Stretch, plan: Plan, cycle: number): Promise<Manifest> {
    const { journalId, spool, cutStretch } = this.options;
    const folder = path.join(spool, CUTTING);
    this.failed = stretchName(stretch);
    const manifest = await cutStretch({
      journalId,
      stretch,
      ...plan,
      cycle,
      folder,
      final: this.folderOf(stretch),
    });
    this.failed = undefined;
    return manifest;
  }

  private folderOf(stretch: Stretch): string {
    return path.join(this.options.spool, READY, stretchName(stretch));
  }
}
