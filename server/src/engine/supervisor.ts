import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { makeDirectory } from '../durable.ts';
import { engineConfig } from './engine-config.ts';
import { Heartbeat, HUNG_MS } from './heartbeat.ts';
import { endOrphan, noteEngine } from './orphan.ts';
import { PART_BROKEN } from './written-parts.ts';

/** The same file seen from `src/` and from `dist/`. */
const CHILD = fileURLToPath(new URL('../../dist/engine/child.js', import.meta.url));
/** What the address of a Unix socket can hold, with some room. */
const LONGEST_SOCKET_PATH = 100;
/** Within its directory. */
const PID_FILE = 'pid';
const DATA = 'data';
/** One that hangs at its start is killed, and started again. */
const START_MS = 120_000;
/** An engine that has not ended by then is killed. */
const STOP_MS = 3_000;
const RESTART_FIRST_MS = 200;
const RESTART_MOST_MS = 10_000;
/** A run this long counts as healthy: the next restart is quick again. */
const HEALTHY_MS = 30_000;
/** Restarts this far back are counted as recent. */
const RECENT_MS = 10 * 60_000;
const BROKEN =
  'a part that it had just written is not whole: the disk must have been full; the part is put aside, and what it held is written again';
/** What a kill from outside mostly means. */
const KILLED =
  'it was killed, maybe for want of memory: give the machine or the container more, or lower OPENCTS_ENGINE_MEMORY';

const HUNG = `it hung: it had answered nothing for ${HUNG_MS / 1000} s`;

export interface EngineOptions {
  /** Directory of the tables; made if absent. */
  dataDir: string;
  /** Memory limit in bytes. */
  memory: number;
  log: Logger;
}

/** The embedded ClickHouse, kept alive. */
export interface Engine {
  /** Where it answers; the same over restarts. */
  readonly socketPath: string;
  readonly restarts: number;
  /** Restarts within the last 10 minutes. */
  readonly recentRestarts: number;
  /** Why the last start failed; undefined: it did not. */
  readonly problem: string | undefined;
  /** Process id while it runs. */
  readonly pid: number | undefined;
  /** Whether it has started, and not ended. */
  readonly ready: boolean;
  /** For how long it has answered nothing though it runs, ms; 0: it answers. */
  readonly silentMs: number;
  /** Aborted while it has answered nothing for so long that no caller should wait. */
  readonly silence: AbortSignal;
  stop(): Promise<void>;
}

/**
 * Starts the engine and restarts it, with back-off, when it dies.
 * @throws Error when the first start fails
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const supervisor = new Supervisor(options);
  await supervisor.start();
  return supervisor;
}

/** As startEngine, but a first start that fails is tried again as well. @returns the engine, and when it answers first */
export function keepEngine(options: EngineOptions): { engine: Engine; up: Promise<void> } {
  const supervisor = new Supervisor(options);
  return { engine: supervisor, up: supervisor.startUntilUp() };
}

/** Ends an engine that was left behind, and removes its directory with everything in it. */
export async function removeEngine(dataDir: string): Promise<void> {
  await endOrphan(path.join(dataDir, PID_FILE), path.join(dataDir, DATA));
  await rm(dataDir, { recursive: true, force: true });
}

class Supervisor implements Engine {
  readonly socketPath: string;
  restarts = 0;
  ready = false;
  problem: string | undefined;
  /** When it was started again, by `performance.now()`. */
  private restartedAt: number[] = [];
  private readonly options: EngineOptions;
  private readonly socketDir: string | undefined;
  private readonly configFile: string;
  private readonly pidFile: string;
  private child: ChildProcess | undefined;
  private wait = RESTART_FIRST_MS;
  private timer: NodeJS.Timeout | undefined;
  private stopping = false;
  private onUp: () => void = () => undefined;
  private readonly heartbeat: Heartbeat;
  private hung = false;

  constructor(options: EngineOptions) {
    this.options = options;
    const beside = path.join(options.dataDir, 'engine.sock');
    if (Buffer.byteLength(beside) > LONGEST_SOCKET_PATH) {
      this.socketDir = mkdtempSync(path.join(os.tmpdir(), 'opencts-'));
    }
    this.socketPath = this.socketDir ? path.join(this.socketDir, 'engine.sock') : beside;
    this.pidFile = path.join(options.dataDir, PID_FILE);
    this.configFile = path.join(options.dataDir, 'config.xml');
    this.heartbeat = new Heartbeat(this.socketPath, () => {
      this.hung = true;
      this.child?.kill('SIGKILL');
    });
  }

  get silentMs(): number {
    return this.heartbeat.silentMs;
  }

  get silence(): AbortSignal {
    return this.heartbeat.silence;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get recentRestarts(): number {
    const since = performance.now() - RECENT_MS;
    return this.restartedAt.filter((at) => at > since).length;
  }

  /** Resolves when it answers; never rejects. */
  startUntilUp(): Promise<void> {
    return new Promise((resolve) => {
      this.onUp = resolve;
      this.start().catch((error) => this.failed(error));
    });
  }

  async start(): Promise<void> {
    await endOrphan(this.pidFile, path.join(this.options.dataDir, DATA));
    await this.prepare();
    if (this.stopping) throw new Error('the embedded engine was stopped before it had started');
    const began = Date.now();
    const child = this.spawn();
    const up = answering(child);
    try {
      if (child.pid) noteEngine(this.pidFile, child.pid);
    } catch (error) {
      // Nobody would find it, and it holds the lock on the data.
      child.kill('SIGKILL');
      await up.catch(() => undefined);
      throw error;
    }
    await up;
    this.ready = true;
    this.problem = undefined;
    this.hung = false;
    this.heartbeat.start();
    this.onUp();
    child.once('exit', (code, signal) => {
      this.ready = false;
      this.heartbeat.stop();
      if (this.stopping) return;
      const killed = this.hung ? HUNG : KILLED;
      const why = signal === 'SIGKILL' ? killed : code === PART_BROKEN ? BROKEN : undefined;
      const told = why ? `; ${why}` : '';
      this.options.log.error({ code, signal }, `the embedded engine died; it is started again${told}`);
      if (Date.now() - began > HEALTHY_MS) this.wait = RESTART_FIRST_MS;
      this.restartLater();
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    this.heartbeat.stop();
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      // Its data is safe: what it acknowledged is on disk.
      const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(impatience);
    }
    rmSync(this.socketPath, { force: true });
    if (this.socketDir) rmSync(this.socketDir, { recursive: true, force: true });
  }

  private failed(error: Error): void {
    if (this.stopping) return;
    this.problem = error.message;
    this.options.log.error({ err: error }, 'the embedded engine did not start; it is tried again');
    this.restartLater();
  }

  private restartLater(): void {
    this.timer = setTimeout(async () => {
      this.restarts++;
      const since = performance.now() - RECENT_MS;
      this.restartedAt = [...this.restartedAt.filter((at) => at > since), performance.now()];
      await this.start().catch((error) => this.failed(error));
    }, this.wait);
    this.wait = Math.min(this.wait * 2, RESTART_MOST_MS);
  }

  /** What is as it must be is not written again: on a full disk the engine can still be asked. */
  private async prepare(): Promise<void> {
    const { dataDir, memory } = this.options;
    await makeDirectory(path.join(dataDir, DATA));
    const config = engineConfig(memory);
    const there = await readFile(this.configFile, 'utf8').catch(() => undefined);
    if (there !== config) await writeFile(this.configFile, config, { mode: 0o600 });
  }

  private spawn(): ChildProcess {
    const args = [path.join(this.options.dataDir, DATA), this.socketPath, this.configFile];
    const child = fork(CHILD, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Queries sit in the pool of libuv; the engine needs nothing of the environment.
      env: { PATH: process.env.PATH, UV_THREADPOOL_SIZE: '14', MALLOC_ARENA_MAX: '2' },
    });
    this.child = child;
    if (child.stderr) {
      createInterface({ input: child.stderr }).on('line', (line) =>
        this.options.log.warn({ engine: line }, 'engine'),
      );
    }
    return child;
  }
}

/** Rejects when it ends before it answers, or could not be started at all. */
function answering(child: ChildProcess): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const impatience = setTimeout(() => child.kill('SIGKILL'), START_MS);
    child.once('message', () => {
      clearTimeout(impatience);
      resolve();
    });
    child.on('error', (error) => {
      clearTimeout(impatience);
      reject(new Error(`the embedded engine could not be started: ${error.message}`, { cause: error }));
    });
    child.once('exit', (code, signal) => {
      clearTimeout(impatience);
      reject(
        new Error(
          `the embedded engine ended at start (${signal ?? `exit ${code}`}); ${signal === 'SIGKILL' ? KILLED : 'its log lines tell why'}`,
        ),
      );
    });
  });
}
