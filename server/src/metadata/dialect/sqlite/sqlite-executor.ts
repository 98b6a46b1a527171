import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ERRORS } from '../../../errors.ts';
import { MOST_WAITING } from '../../limits.ts';
import { type Access, type Outcome, SqliteFile } from './sqlite-file.ts';
import type { SqliteNews, SqliteOrder, SqliteThreadSetup } from './sqlite-thread.ts';

/** The same file seen from `src/` and from `dist/`. */
const THREAD = fileURLToPath(
  new URL('../../../../dist/metadata/dialect/sqlite/sqlite-thread.js', import.meta.url),
);

/** Runs statements on one connection, in the order in which they come. */
export interface SqliteExecutor {
  /** Statements that have not been answered. */
  readonly waiting: number;
  /** @throws CtsError 503 when too many wait */
  execute(sql: string, parameters: readonly unknown[]): Promise<Outcome>;
  close(): Promise<void>;
}

/** Runs statements where it stands: for threads that answer nobody. */
export class SqliteInPlace implements SqliteExecutor {
  readonly waiting = 0;
  private readonly sqlite: SqliteFile;

  constructor(file: string, access: Access) {
    this.sqlite = new SqliteFile(file, access);
  }

  async execute(sql: string, parameters: readonly unknown[]): Promise<Outcome> {
    return this.sqlite.execute(sql, parameters);
  }

  async close(): Promise<void> {
    this.sqlite.close();
  }
}

interface Asked {
  resolve: (outcome: Outcome) => void;
  reject: (error: Error) => void;
}

/** Runs statements in a thread of its own. */
export class SqliteThread implements SqliteExecutor {
  private readonly worker: Worker;
  /** Oldest first, as the answers come. */
  private readonly asked: Asked[] = [];
  private readonly opened: Promise<void>;
  private readonly ended: Promise<void>;
  private closing = false;
  private crash: Error | undefined;

  private constructor(setup: SqliteThreadSetup, onCrash: (error: Error) => void) {
    this.worker = new Worker(THREAD, { workerData: setup });
    let cause: Error | undefined;
    this.worker.once('error', (error: Error) => {
      cause = error;
    });
    this.opened = new Promise((resolve, reject) => {
      this.asked.push({ resolve: () => resolve(), reject });
    });
    this.worker.on('message', (news: SqliteNews) => this.asked.shift()?.resolve(news));
    this.ended = new Promise((resolve) => {
      this.worker.once('exit', () => {
        resolve();
        if (this.closing && cause === undefined) return;
        this.crash = new Error('the thread of the metadata ended by itself', { cause });
        for (const { reject } of this.asked.splice(0)) reject(this.crash);
        onCrash(this.crash);
      });
    });
  }

  /** Resolves when the connection is open. @param onCrash the thread ended by itself later */
  static async start(file: string, access: Access, onCrash: (error: Error) => void): Promise<SqliteThread> {
    let running = false;
    const thread = new SqliteThread({ file, access }, (error) => {
      if (running) onCrash(error);
    });
    await thread.opened;
    running = true;
    return thread;
  }

  get waiting(): number {
    return this.asked.length;
  }

  execute(sql: string, parameters: readonly unknown[]): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.crash) throw this.crash;
      if (this.asked.length >= MOST_WAITING) throw ERRORS.metadataBusy();
      this.order({ sql, parameters });
      this.asked.push({ resolve, reject });
    });
  }

  /** Ends the thread when it has answered what it was asked. */
  async close(): Promise<void> {
    this.closing = true;
    if (!this.crash) this.order('close');
    await this.ended;
  }

  private order(order: SqliteOrder): void {
    this.worker.postMessage(order);
  }
}
