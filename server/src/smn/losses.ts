import { setTimeout as sleep } from 'node:timers/promises';
import { type Metadata, PIECE_PAUSE_MS } from '../metadata/index.ts';

/** What was lost is told at once, and then at most so often. */
const TELL_EVERY_MS = 300_000;
const TOLD_KEPT_MS = 3_600_000;
const ROWS_AT_ONCE = 500;

/** What subscribers lost because too much is kept for them: told in their logs, not each time. */
export class Losses {
  private readonly metadata: Metadata;
  private readonly textOf: (lost: number) => string;
  private lost = new Map<string, number>();
  private toldAt = Number.NEGATIVE_INFINITY;

  constructor(metadata: Metadata, textOf: (lost: number) => string) {
    this.metadata = metadata;
    this.textOf = textOf;
  }

  add(subscriptionId: string, count: number): void {
    this.lost.set(subscriptionId, (this.lost.get(subscriptionId) ?? 0) + count);
  }

  /** Says so in the log of each subscriber, unless it was said just before. */
  async tell(now: number): Promise<void> {
    if (this.lost.size === 0 || now - this.toldAt < TELL_EVERY_MS) return;
    const lost = [...this.lost];
    this.lost = new Map();
    this.toldAt = now;
    for (let at = 0; at < lost.length; at += ROWS_AT_ONCE) {
      if (at > 0) await sleep(PIECE_PAUSE_MS);
      await this.tellSome(lost.slice(at, at + ROWS_AT_ONCE), now);
    }
  }

  private async tellSome(some: readonly [string, number][], now: number): Promise<void> {
    const ids = some.map(([id]) => id);
    await this.metadata.transaction().execute(async (transaction) => {
      await transaction
        .deleteFrom('smn_attempts')
        .where('subscription_id', 'in', ids)
        .where('message_id', '=', '')
        .where('at', '<', now - TOLD_KEPT_MS)
        .execute();
      // Some may have gone meanwhile.
      const there = await transaction
        .selectFrom('smn_subscriptions')
        .select('id')
        .where('id', 'in', ids)
        .execute();
      const lost = new Map(some);
      const rows = there.map(({ id }) => ({
        ...{ subscription_id: id, message_id: '', subject: '', at: now, took: 0, delivered: 0 },
        answer: this.textOf(lost.get(id) ?? 0),
      }));
      if (rows.length > 0) await transaction.insertInto('smn_attempts').values(rows).execute();
    });
  }
}
