import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { DamageReport, Position } from '../journal/index.ts';
import type { NotifierNews, NotifierOrder, NotifierSetup, PauseNews, SentCounts } from './notifier-thread.ts';

/** The same file seen from `src/` and from `dist/`. */
const THREAD = fileURLToPath(new URL('../../dist/notifications/notifier-thread.js', import.meta.url));
/** The thread hears of the journal's new end at most this often. */
const TELL_EVERY_MS = 5;

export interface NotifyingOptions extends NotifierSetup {
  onPause: (pause: PauseNews) => void;
  onDamage: (damage: DamageReport) => void;
  /** The thread ended by itself; the process cannot go on without it. */
  onFatal: (error: Error) => void;
}

/** Notifier and sender as the rest of the service sees them: their thread, and what came of it. */
export class Notifying {
  private readonly options: NotifyingOptions;
  private worker: Worker | undefined;
  private started: () => void = () => undefined;
  private stopped: () => void = () => undefined;
  private untold: Position | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Everything before it was looked at. */
  position: Position = { segment: 0, offset: 0 };
  /** Traces that notifications wanted, each counted once for each of them. */
  matched = 0;
  sent: SentCounts = { delivered: 0, failures: 0, dead: 0 };

  constructor(options: NotifyingOptions) {
    this.options = options;
  }

  async start(): Promise<void> {
    const { onPause, onDamage, onFatal, ...workerData } = this.options;
    const started = new Promise<void>((resolve) => {
      this.started = resolve;
    });
    const worker = new Worker(THREAD, { workerData });
    const failed = new Promise<never>((_, reject) => worker.once('error', reject));
    worker.on('message', (news: NotifierNews) => this.hear(news));
    this.worker = worker;
    await Promise.race([started, failed]);
    failed.catch(onFatal);
    this.tellEnd();
  }

  /** Messages are sent from now on. @param publicUrl where their links lead, without a slash at its end */
  deliver(publicUrl: string): void {
    this.order({ publicUrl });
  }

  /** There may be something to send. */
  wake(): void {
    this.order('wake');
  }

  /** Finishes what it is at, and notes the position. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.tellEnd();
    const stopped = new Promise<void>((resolve) => {
      this.stopped = resolve;
    });
    this.order('stop');
    await stopped;
  }

  /** The journal is durable up to here. */
  journalled(end: Position): void {
    this.untold = end;
    this.timer ??= setTimeout(() => this.tellEnd(), TELL_EVERY_MS);
  }

  /** Notifications or topics have changed; what is journalled from now on is looked at with the new ones. */
  refresh(): void {
    this.tellEnd();
    this.order('refresh');
  }

  private tellEnd(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.untold && this.worker) {
      this.order({ end: this.untold });
      this.untold = undefined;
    }
  }

  private order(order: NotifierOrder): void {
    this.worker?.postMessage(order);
  }

  private hear(news: NotifierNews): void {
    switch (news.kind) {
      case 'started':
        this.started();
        break;
      case 'passed':
        this.position = news.position;
        this.matched += news.matched;
        break;
      case 'sent':
        this.sent = news.counts;
        break;
      case 'pause':
        this.options.onPause(news.pause);
        break;
      case 'damage':
        this.options.onDamage(news.damage);
        break;
      case 'stopped':
        this.stopped();
        break;
    }
  }
}
