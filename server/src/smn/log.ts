import type { Metadata } from '../metadata/index.ts';
import type { Published } from './messages.ts';
import type { Subscription } from './subscriptions.ts';

/** An attempt to deliver. */
export interface Attempt {
  messageId: string;
  subject: string;
  /** Epoch ms. */
  at: number;
  /** ms */
  took: number;
  delivered: boolean;
  answer: string;
}

/** A message that was given up. */
export interface DeadLetter {
  id: number;
  subscriptionId: string;
  messageId: string;
  kind: string;
  /** In a few words. */
  summary: string;
  attempts: number;
  reason: string;
  /** Epoch ms. */
  createdAt: number;
  diedAt: number;
}

/** What became of messages: attempts, what waits, and what was given up. */
export class DeliveryLog {
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  private readonly onWork: () => void;

  /** @param onWork there is something to send again */
  constructor(metadata: Metadata, clock: () => number, onWork: () => void) {
    this.metadata = metadata;
    this.clock = clock;
    this.onWork = onWork;
  }

  /** The last attempts for a subscription, newest first. */
  async attempts({ id }: Subscription): Promise<Attempt[]> {
    const rows = await this.metadata
      .selectFrom('smn_attempts')
      .selectAll()
      .where('subscription_id', '=', id)
      .orderBy('id', 'desc')
      .execute();
    return rows.map((row) => ({
      messageId: row.message_id,
      subject: row.subject,
      at: row.at,
      took: row.took,
      delivered: row.delivered === 1,
      answer: row.answer,
    }));
  }

  /** How many messages wait for each subscription, and how many were given up. */
  async counts(
    subscriptions: readonly Subscription[],
  ): Promise<Map<string, { waiting: number; dead: number }>> {
    const counts = new Map(subscriptions.map(({ id }) => [id, { waiting: 0, dead: 0 }]));
    if (counts.size === 0) return counts;
    const rows = await this.metadata
      .selectFrom('smn_deliveries')
      .select(({ fn }) => ['subscription_id', 'state', fn.countAll<number>().as('messages')])
      .where('subscription_id', 'in', [...counts.keys()])
      .groupBy(['subscription_id', 'state'])
      .execute();
    for (const { subscription_id, state, messages } of rows) {
      const count = counts.get(subscription_id);
      if (count) count[state] = Number(messages);
    }
    return counts;
  }

  /** Newest first. */
  async deadLetters(subscriptions: readonly Subscription[], limit: number): Promise<DeadLetter[]> {
    if (subscriptions.length === 0) return [];
    const rows = await this.metadata
      .selectFrom('smn_deliveries')
      .innerJoin('smn_messages', 'smn_messages.id', 'smn_deliveries.message_id')
      .selectAll(['smn_deliveries', 'smn_messages'])
      .where(
        'subscription_id',
        'in',
        subscriptions.map(({ id }) => id),
      )
      .where('state', '=', 'dead')
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      id: row.seq,
      subscriptionId: row.subscription_id,
      messageId: row.message_id,
      kind: row.kind,
      summary: summaryOf(row.kind, row.content, row.traces),
      attempts: row.attempts,
      reason: row.reason,
      createdAt: row.created_at,
      diedAt: row.died_at ?? 0,
    }));
  }

  /** Sends dead letters again, with as much time as they had. @param ids absent: all. @returns how many */
  async replay(subscriptions: readonly Subscription[], ids?: readonly number[]): Promise<number> {
    const letters = await this.deadLetters(subscriptions, 100_000);
    const chosen = letters.filter(({ id }) => ids === undefined || ids.includes(id));
    if (chosen.length === 0) return 0;
    const now = this.clock();
    await this.metadata.transaction().execute(async (transaction) => {
      for (const { id, messageId, createdAt } of chosen) {
        await transaction
          .updateTable('smn_messages')
          .set(({ ref, eb, val }) => ({
            expires_at: eb(eb(ref('expires_at'), '-', val(createdAt)), '+', val(now)),
          }))
          .where('id', '=', messageId)
          .where('expires_at', '<=', now)
          .execute();
        await transaction
          .updateTable('smn_deliveries')
          .set({ state: 'waiting', attempts: 0, reason: '', died_at: null })
          .where('seq', '=', id)
          .execute();
      }
      await transaction
        .updateTable('smn_subscriptions')
        .set({ next_at: 0, failures: 0, failing_since: null })
        .where('id', 'in', [...new Set(chosen.map(({ subscriptionId }) => subscriptionId))])
        .execute();
    });
    this.onWork();
    return chosen.length;
  }

  /** @returns how many */
  async discard(subscriptions: readonly Subscription[], ids?: readonly number[]): Promise<number> {
    const letters = await this.deadLetters(subscriptions, 100_000);
    const chosen = letters.filter(({ id }) => ids === undefined || ids.includes(id));
    for (const { id } of chosen) {
      await this.metadata.deleteFrom('smn_deliveries').where('seq', '=', id).execute();
    }
    return chosen.length;
  }
}

function summaryOf(kind: string, content: string, traces: number): string {
  if (kind === 'batch') return `${traces} traces`;
  if (kind === 'trace') {
    const { trace_name, resource_name, resource_id, resource_type } = JSON.parse(content) as Record<
      string,
      string
    >;
    return `${trace_name} on ${resource_name || resource_id || resource_type}`;
  }
  if (kind !== 'published') return kind;
  const { subject, default: text } = JSON.parse(content) as Published;
  return (subject || text).slice(0, 120);
}
