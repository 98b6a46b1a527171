import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Metadata, PIECE_PAUSE_MS, PIECE_ROWS } from '../metadata/index.ts';
import { LETTERS_AT_ONCE, MAX_SUMMARY } from './limits.ts';
import { deliveriesOf } from './queue.ts';
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
  endpoint: string;
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

/** Of a project, of one of its topics, or of one of its subscriptions. */
export interface Whose {
  projectId: string;
  topicId?: string | undefined;
  id?: string | undefined;
}

/** Of dead letters that are worked on piece by piece. */
const LOOKED_FOR_AT_ONCE = 20_000;

/** In a few words; contents may be long, so they do not leave the metadata's threads. */
const SUMMARY = sql<string>`substr(coalesce(
  CASE iif(kind IN ('trace', 'published') AND NOT json_valid(content), 'unreadable', kind)
    WHEN 'unreadable' THEN 'what cannot be read'
    WHEN 'batch' THEN traces || ' traces'
    WHEN 'trace' THEN json_extract(content, '$.trace_name') || ' on ' || coalesce(
      nullif(json_extract(content, '$.resource_name'), ''),
      nullif(json_extract(content, '$.resource_id'), ''),
      json_extract(content, '$.resource_type'))
    WHEN 'published' THEN coalesce(
      nullif(json_extract(content, '$.subject'), ''),
      json_extract(content, '$.default'))
    ELSE kind
  END, kind), 1, ${sql.lit(MAX_SUMMARY)})`;

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
  async attempts({ id }: Pick<Subscription, 'id'>): Promise<Attempt[]> {
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

  /** How many messages wait for each subscription of a page, and how many were given up. */
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

  /** Newest first. @param before of older ones than this */
  async deadLetters(whose: Whose, limit: number, before = Number.MAX_SAFE_INTEGER): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for (let older = before; letters.length < limit; ) {
      const most = Math.min(limit - letters.length, LETTERS_AT_ONCE);
      const page = await this.somePage(whose, most, older);
      letters.push(...page);
      older = page.at(-1)?.id ?? 0;
      if (page.length < most) break;
    }
    return letters;
  }

  /** Sends dead letters again, oldest first, with as much time as they had. @param ids absent: all. @returns how many */
  async replay(whose: Whose, ids?: readonly number[]): Promise<number> {
    let count = 0;
    for await (const letters of this.dead(whose, ids)) {
      const now = this.clock();
      await this.metadata.transaction().execute(async (transaction) => {
        await transaction
          .updateTable('smn_messages')
          .set(({ eb, ref }) => ({
            expires_at: eb(eb(ref('expires_at'), '-', ref('created_at')), '+', eb.val(now)),
          }))
          .where('id', 'in', [...new Set(letters.map(({ message_id }) => message_id))])
          .where('expires_at', '<=', now)
          .execute();
        await transaction
          .updateTable('smn_deliveries')
          .set({ state: 'waiting', attempts: 0, reason: '', died_at: null })
          .where('seq', 'in', seqsOf(letters))
          // It may just have been sent again.
          .where('state', '=', 'dead')
          .execute();
        await transaction
          .updateTable('smn_subscriptions')
          .set({ next_at: 0, failures: 0, failing_since: null })
          .where('id', 'in', [...new Set(letters.map(({ subscription_id }) => subscription_id))])
          .execute();
      });
      count += letters.length;
      this.onWork();
    }
    return count;
  }

  /** @param ids absent: all. @returns how many */
  async discard(whose: Whose, ids?: readonly number[]): Promise<number> {
    let count = 0;
    for await (const letters of this.dead(whose, ids)) {
      const { numDeletedRows } = await this.metadata
        .deleteFrom('smn_deliveries')
        .where('seq', 'in', seqsOf(letters))
        .where('state', '=', 'dead')
        .executeTakeFirst();
      count += Number(numDeletedRows);
    }
    return count;
  }

  private async somePage(whose: Whose, limit: number, before: number): Promise<DeadLetter[]> {
    // What they are about is read of those alone that are told.
    const page = this.deadOf(whose)
      .select('seq')
      .where('seq', '<', before)
      .orderBy('seq', 'desc')
      .limit(limit);
    const rows = await this.metadata
      .selectFrom('smn_deliveries')
      .innerJoin('smn_messages', 'smn_messages.id', 'smn_deliveries.message_id')
      .innerJoin('smn_subscriptions', 'smn_subscriptions.id', 'smn_deliveries.subscription_id')
      .select(['seq', 'subscription_id', 'endpoint', 'message_id', 'attempts', 'reason', 'died_at'])
      .select(['kind', 'smn_messages.created_at'])
      .select(SUMMARY.as('summary'))
      .where('seq', 'in', page)
      .orderBy('seq', 'desc')
      .execute();
    return rows.map((row) => ({
      id: row.seq,
      subscriptionId: row.subscription_id,
      endpoint: row.endpoint,
      messageId: row.message_id,
      kind: row.kind,
      summary: row.summary,
      attempts: row.attempts,
      reason: row.reason,
      createdAt: row.created_at,
      diedAt: row.died_at ?? 0,
    }));
  }

  /** Dead letters of now, oldest first, piece by piece. */
  private async *dead(whose: Whose, ids?: readonly number[]) {
    const newest = await this.deadOf(whose)
      .select(({ fn }) => fn.max('seq').as('seq'))
      .executeTakeFirst();
    const wanted = ids && [...new Set(ids)].sort((a, b) => a - b);
    for (let after = -1; ; ) {
      const some = wanted?.filter((id) => id > after).slice(0, PIECE_ROWS);
      if (some?.length === 0) return;
      const found = await this.deadOf(whose)
        .select(['seq', 'message_id', 'subscription_id'])
        .where('seq', '>', after)
        .where('seq', '<=', Number(newest?.seq ?? 0))
        .$if(some !== undefined, (query) => query.where('seq', 'in', some ?? []))
        .orderBy('seq')
        .limit(LOOKED_FOR_AT_ONCE)
        .execute();
      for (let at = 0; at < found.length; at += PIECE_ROWS) {
        yield found.slice(at, at + PIECE_ROWS);
        await sleep(PIECE_PAUSE_MS);
      }
      if (!some && found.length === 0) return;
      after = some?.at(-1) ?? found.at(-1)?.seq ?? after;
    }
  }

  private deadOf({ projectId, topicId, id }: Whose) {
    return deliveriesOf(this.metadata, projectId, 'dead', topicId).$if(id !== undefined, (query) =>
      query.where('subscription_id', '=', id as string),
    );
  }
}

const seqsOf = (letters: readonly { seq: number }[]) => letters.map(({ seq }) => seq);
