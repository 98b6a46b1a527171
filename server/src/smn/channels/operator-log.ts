import type { Logger } from 'pino';
import type { Outcome } from './channel.ts';

/** Of each way: what fails fails mostly for all. */
const TELL_EVERY_MS = 10_000;

/** What the operator's own mail server or gateway said, which is for nobody else: now and then, however many fail. */
export class OperatorLog {
  private readonly log: Logger;
  private readonly last = new Map<string, { at: number; untold: number }>();

  constructor(log: Logger) {
    this.log = log;
  }

  tell(way: 'email' | 'sms', { detail, answer }: Outcome): void {
    if (detail === undefined) return;
    const now = performance.now();
    const last = this.last.get(way);
    if (last && now - last.at < TELL_EVERY_MS) {
      last.untold++;
      return;
    }
    this.last.set(way, { at: now, untold: 0 });
    this.log.warn(
      { way, answer, detail: detail(), untold: last?.untold ?? 0 },
      'a message could not be handed on',
    );
  }
}
