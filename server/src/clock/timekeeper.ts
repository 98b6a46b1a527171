import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { replaceFile } from '../durable.ts';
import { type Bounds, type Clocks, MACHINE, type Mark, Reckoning } from './reckoning.ts';

const NOTE_EVERY_MS = 60_000;
const FILE = 'clock.json';
/** What comes after it cannot be written as a date of four digits. */
const LAST_TIME = Date.UTC(9999, 11, 31);

export interface TimekeeperOptions {
  dataDir: string;
  log: Logger;
  clocks?: Clocks;
}

/** For another thread to begin with. */
export interface MarkNow {
  mark: Mark;
  /** When it was made, by the monotonic clock. */
  at: number;
}

/** Notes every minute, in a file, when the service was last seen running, and judges the wall clock by it. */
export class Timekeeper implements Bounds {
  private readonly file: string;
  private readonly log: Logger;
  private readonly clocks: Clocks;
  private readonly reckoning: Reckoning;
  private timer: NodeJS.Timeout | undefined;
  private noting: Promise<void> = Promise.resolve();
  private wasSuspect = false;
  /** Another thread is to go on with this. */
  onMark: (mark: MarkNow) => void = () => undefined;

  private constructor({ dataDir, log, clocks = MACHINE }: TimekeeperOptions, mark: Mark | undefined) {
    this.file = path.join(dataDir, FILE);
    this.log = log;
    this.clocks = clocks;
    const wall = clocks.wall();
    this.reckoning = new Reckoning(mark ?? { own: wall, wall }, clocks);
  }

  /** Begins where an earlier run has ended. */
  static async open(options: TimekeeperOptions): Promise<Timekeeper> {
    const { dataDir, log } = options;
    const mark = (await readMark(path.join(dataDir, FILE), log)) ?? (await lastJournalled(dataDir));
    const timekeeper = new Timekeeper(options, mark);
    await timekeeper.note();
    timekeeper.timer = setInterval(() => void timekeeper.note(), NOTE_EVERY_MS);
    timekeeper.timer.unref();
    return timekeeper;
  }

  get own(): () => number {
    return this.reckoning.own;
  }

  get earliest(): () => number {
    return this.reckoning.earliest;
  }

  get latest(): () => number {
    return this.reckoning.latest;
  }

  /** What the machine says, whether it is believed or not. */
  get machine(): () => number {
    return this.clocks.wall;
  }

  get isSuspect(): boolean {
    return this.reckoning.isSuspect;
  }

  /** In words for people. */
  get state(): string {
    if (!this.isSuspect) return 'it goes as expected';
    const [earliest, latest] = [this.earliest(), this.latest()].map((time) => new Date(time).toISOString());
    return `it is suspect: it may be ${earliest} or ${latest}; nothing is destroyed by the later of the two. Set the clock right, or run: opencts clock confirm`;
  }

  now(): MarkNow {
    return { mark: this.reckoning.advance(), at: this.clocks.monotonic() };
  }

  /** Somebody vouches for the wall clock. */
  async confirm(): Promise<void> {
    this.reckoning.believe();
    await this.note();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.note();
  }

  /** Never rejects: without a note the next start trusts the clock less. */
  private note(): Promise<void> {
    const now = this.now();
    this.tell();
    this.onMark(now);
    this.noting = this.noting
      .then(() => replaceFile(this.file, JSON.stringify(now.mark)))
      .catch((error) => this.log.warn({ err: error }, 'the time could not be noted; it is tried again'));
    return this.noting;
  }

  private tell(): void {
    const { isSuspect } = this;
    if (isSuspect === this.wasSuspect) return;
    this.wasSuspect = isSuspect;
    if (isSuspect) this.log.error(`the clock of the machine: ${this.state}`);
    else this.log.warn('the clock of the machine is believed again');
  }
}

async function readMark(file: string, log: Logger): Promise<Mark | undefined> {
  try {
    const { own, wall, even } = JSON.parse(await readFile(file, 'utf8')) as Partial<Mark>;
    if (isTime(own) && isTime(wall)) return { own, wall, ...(typeof even === 'number' ? { even } : {}) };
    log.warn({ file }, 'the note of the time says nothing; the journal is asked instead');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      log.warn({ err: error }, 'the note of the time cannot be read; the journal is asked instead');
  }
  return undefined;
}

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value < LAST_TIME;

/** When the journal was last written: by a version that noted no time, or when the note is lost. */
async function lastJournalled(dataDir: string): Promise<Mark | undefined> {
  const folder = path.join(dataDir, 'journal');
  const names = await readdir(folder).catch(() => []);
  let last = 0;
  for (const name of names.filter((one) => one.endsWith('.journal'))) {
    last = Math.max(last, Math.round((await stat(path.join(folder, name))).mtimeMs));
  }
  return last === 0 ? undefined : { own: last, wall: last };
}
