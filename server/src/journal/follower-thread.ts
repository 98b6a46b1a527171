import { Worker } from 'node:worker_threads';
import type { AsideChange } from './aside.ts';
import type { DamageReport } from './damage.ts';
import type { FollowerName } from './followers.ts';
import type { Position } from './segment.ts';

/** The thread hears of the journal's new end at most this often. */
const TELL_EVERY_MS = 5;

/** What the thread of every follower is told: how far the journal is durable; or to finish what is under way and end. */
export type FollowerOrder = { end: Position } | 'stop';

/** What it tells. */
export type FollowerNews =
  | { kind: 'started' }
  | { kind: 'damage'; damage: DamageReport }
  | { kind: 'missing'; missing: MissingPart }
  | { kind: 'aside'; change: AsideChange }
  | { kind: 'stopped' };

/** A follower was to read a part of the journal that is gone: from there on to the end of the segment. */
export interface MissingPart {
  follower: FollowerName;
  from: Position;
}

/** What becomes of news that every follower has. */
export interface FollowerEars {
  onDamage: (damage: DamageReport) => void;
  onMissing: (missing: MissingPart) => void;
  onAside: (change: AsideChange) => void;
  /** The thread ended by itself; the process cannot go on without it. */
  onFatal: (error: Error) => void;
}

/**
 * A follower as the rest of the service sees it: its thread.
 * @typeParam Order what this one is told besides
 * @typeParam News what this one tells besides
 */
export class FollowerThread<Order, News> {
  private readonly file: string;
  private readonly setup: unknown;
  private readonly ears: FollowerEars;
  private readonly hear: (news: News) => void;
  private worker: Worker | undefined;
  private started: () => void = () => undefined;
  private stopped: () => void = () => undefined;
  /** The journal's end that the thread has not heard of yet. */
  private untold: Position | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** @param setup the thread's workerData */
  constructor(file: string, setup: unknown, ears: FollowerEars, hear: (news: News) => void) {
    this.file = file;
    this.setup = setup;
    this.ears = ears;
    this.hear = hear;
  }

  /** Resolves when it has found where it was. */
  async start(): Promise<void> {
    const started = new Promise<void>((resolve) => {
      this.started = resolve;
    });
    const worker = new Worker(this.file, { workerData: this.setup });
    const failed = new Promise<never>((_, reject) => worker.once('error', reject));
    worker.on('message', (news: News | FollowerNews) => this.take(news));
    this.worker = worker;
    await Promise.race([started, failed]);
    failed.catch(this.ears.onFatal);
    this.tellEnd();
  }

  order(order: Order | FollowerOrder): void {
    this.worker?.postMessage(order);
  }

  /** The journal is durable up to here. */
  journalled(end: Position): void {
    this.untold = end;
    this.timer ??= setTimeout(() => this.tellEnd(), TELL_EVERY_MS);
  }

  /** Now, not in a moment. */
  tellEnd(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.untold || !this.worker) return;
    this.order({ end: this.untold });
    this.untold = undefined;
  }

  /** Finishes what is under way and notes the position. */
  async stop(): Promise<void> {
    this.tellEnd();
    const stopped = new Promise<void>((resolve) => {
      this.stopped = resolve;
    });
    this.order('stop');
    await stopped;
  }

  private take(news: News | FollowerNews): void {
    if (!isCommon(news)) this.hear(news);
    else if (news.kind === 'started') this.started();
    else if (news.kind === 'stopped') this.stopped();
    else if (news.kind === 'damage') this.ears.onDamage(news.damage);
    else if (news.kind === 'missing') this.ears.onMissing(news.missing);
    else this.ears.onAside(news.change);
  }
}

const COMMON = new Set<unknown>([
  'started',
  'damage',
  'missing',
  'aside',
  'stopped',
] satisfies FollowerNews['kind'][]);
const isCommon = (news: unknown): news is FollowerNews => COMMON.has((news as FollowerNews).kind);
