import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { ERRORS } from '../errors.ts';
import { forgetFrozen } from './engine-snapshot.ts';
import {
  removeSnapshot,
  type Snapshot,
  type SnapshotSource,
  type SnapshotWish,
  takeSnapshot,
} from './snapshot.ts';

/** One that nobody asks for any more goes: its files take room while the service removes theirs. */
const UNASKED_MS = 3_600_000;
const LOOK_EVERY_MS = 60_000;

export interface Backup {
  id: string;
  folder: string;
  state: 'preparing' | 'ready' | 'failed';
  reason: string | undefined;
  snapshot: Snapshot | undefined;
  /** By `performance.now()`. */
  askedAt: number;
}

export interface BackupsOptions extends SnapshotSource {
  log: Logger;
  /** Why nothing more may be written now. */
  refusal: () => string | undefined;
}

/** Copies of the data directory that wait to be fetched: one at a time, until it is deleted or nobody asks any more. */
export class Backups {
  private readonly options: BackupsOptions;
  private readonly folder: string;
  private current: Backup | undefined;
  private making: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(options: BackupsOptions) {
    this.options = options;
    this.folder = path.join(options.dataDir, 'backups');
  }

  /** Removes what an earlier run has left. */
  async start(): Promise<void> {
    const { dataDir, log } = this.options;
    const keptFiles = (err: unknown) =>
      log.warn({ err }, 'a backup that an earlier run has left cannot be removed now');
    await rm(this.folder, { recursive: true, force: true }).catch(keptFiles);
    await forgetFrozen(path.join(dataDir, 'engine', 'data')).catch(keptFiles);
    this.timer = setInterval(() => void this.expire(), LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.making;
  }

  /** @throws CtsError 409 when there is one, 503 when the disk is full */
  begin(wish: SnapshotWish): Backup {
    const { refusal } = this.options;
    const why = refusal();
    if (why !== undefined) throw ERRORS.unavailable(why, 30);
    if (this.current && this.current.state !== 'failed') throw ERRORS.backupUnderWay(this.current.id);
    const id = randomUUID();
    const folder = path.join(this.folder, id);
    const backup: Backup = {
      ...{ id, folder, state: 'preparing', reason: undefined, snapshot: undefined },
      askedAt: performance.now(),
    };
    this.current = backup;
    this.making = this.make(backup, wish);
    return backup;
  }

  /** @throws CtsError 404 */
  find(id: string): Backup {
    if (this.current?.id !== id) throw ERRORS.noBackup(id);
    this.current.askedAt = performance.now();
    return this.current;
  }

  /** Somebody is fetching it: that keeps it, however long a file takes. */
  keep(id: string): void {
    if (this.current?.id === id) this.current.askedAt = performance.now();
  }

  /** @throws CtsError 404, 409 when it is not ready */
  ready(id: string): Backup & { snapshot: Snapshot } {
    const { snapshot, ...backup } = this.find(id);
    if (!snapshot) throw ERRORS.backupNotReady(backup.state);
    return { ...backup, snapshot };
  }

  /** @throws CtsError 404, 409 while it is being made */
  async delete(id: string): Promise<void> {
    const { folder, state } = this.find(id);
    if (state === 'preparing') throw ERRORS.backupNotReady(state);
    this.current = undefined;
    await removeSnapshot(folder);
  }

  private async make(backup: Backup, wish: SnapshotWish): Promise<void> {
    const { log } = this.options;
    try {
      backup.snapshot = await takeSnapshot(this.options, backup.folder, wish);
      backup.state = 'ready';
      log.info({ backup: backup.id, files: backup.snapshot.files.length }, 'a backup is ready to be fetched');
    } catch (err) {
      log.error({ err, backup: backup.id }, 'a backup could not be made');
      backup.reason = (err as Error).message;
      backup.state = 'failed';
      await removeSnapshot(backup.folder).catch(() => undefined);
    }
  }

  private async expire(): Promise<void> {
    const { current } = this;
    const { log } = this.options;
    if (!current || current.state === 'preparing' || performance.now() - current.askedAt < UNASKED_MS) return;
    this.current = undefined;
    await removeSnapshot(current.folder).catch((err) => log.error({ err }, 'a backup could not be removed'));
  }
}
