import { fileURLToPath } from 'node:url';
import type { MarkNow } from '../clock/index.ts';
import { type FollowerEars, FollowerThread, type Position } from '../journal/index.ts';
import type { NotifierNews, NotifierOrder, NotifierSetup, PauseNews, SentCounts } from './notifier-thread.ts';

/** The same file seen from `src/` and from `dist/`. */
const THREAD = fileURLToPath(new URL('../../dist/notifications/notifier-thread.js', import.meta.url));

/** Notifier and sender as the rest of the service sees them: their thread, and what came of it. */
export class Notifying {
  private readonly thread: FollowerThread<NotifierOrder, NotifierNews>;
  private readonly onPause: (pause: PauseNews) => void;
  /** Everything before it was looked at. */
  position: Position = { segment: 0, offset: 0 };
  /** Traces that notifications wanted, each counted once for each of them. */
  matched = 0;
  sent: SentCounts = { delivered: 0, failures: 0, dead: 0 };

  constructor(setup: NotifierSetup, ears: FollowerEars & { onPause: (pause: PauseNews) => void }) {
    this.thread = new FollowerThread(THREAD, setup, ears, (news) => this.hear(news));
    this.onPause = ears.onPause;
  }

  start(): Promise<void> {
    return this.thread.start();
  }

  /** Messages are sent from now on. @param publicUrl where their links lead, without a slash at its end */
  deliver(publicUrl: string): void {
    this.thread.order({ publicUrl });
  }

  /** What time the service takes it to be. */
  keepTime(time: MarkNow): void {
    this.thread.order({ time });
  }

  /** There may be something to send. */
  wake(): void {
    this.thread.order('wake');
  }

  /** Finishes what it is at, and notes the position. */
  stop(): Promise<void> {
    return this.thread.stop();
  }

  /** The journal is durable up to here. */
  journalled(end: Position): void {
    this.thread.journalled(end);
  }

  /** Notifications or topics have changed; what is journalled from now on is looked at with the new ones. */
  refresh(): void {
    this.thread.tellEnd();
    this.thread.order('refresh');
  }

  private hear(news: NotifierNews): void {
    switch (news.kind) {
      case 'passed':
        this.position = news.position;
        this.matched += news.matched;
        break;
      case 'sent':
        this.sent = news.counts;
        break;
      case 'pause':
        this.onPause(news.pause);
        break;
    }
  }
}
