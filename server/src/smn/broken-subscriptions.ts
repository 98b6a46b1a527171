import type { Logger } from 'pino';
import type { Metadata } from '../metadata/index.ts';

/** Subscriptions that could not be served, and why: the log says it once. Owned by the sender. */
export class BrokenSubscriptions {
  private readonly metadata: Metadata;
  private readonly log: Logger;
  private readonly reasons = new Map<string, string>();

  constructor(metadata: Metadata, log: Logger) {
    this.metadata = metadata;
    this.log = log;
  }

  served(id: string): void {
    this.reasons.delete(id);
  }

  /** Once, until the subscription is served again, or fails in another way. One that was deleted meanwhile is no failure. */
  async tell(id: string, error: unknown): Promise<void> {
    if (await this.isGone(id)) {
      this.reasons.delete(id);
      return;
    }
    const words = String(error);
    if (this.reasons.get(id) === words) return;
    this.reasons.set(id, words);
    this.log.error({ err: error, subscription: id }, 'a message failed; it is tried again');
  }

  private async isGone(id: string): Promise<boolean> {
    const one = this.metadata.selectFrom('smn_subscriptions').select('id').where('id', '=', id);
    return (await one.executeTakeFirst().catch(() => id)) === undefined;
  }
}
