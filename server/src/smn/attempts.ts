import type { Metadata } from '../metadata/index.ts';
import type { Outcome } from './channels/channel.ts';
import { forgetIdle } from './due.ts';
import { dropUnwanted } from './queue.ts';
import { kill, type Waiting } from './queued-messages.ts';
import { PAUSE_AFTER_MS, retryAfter } from './retries.ts';
import type { Subscription } from './subscriptions.ts';

/** Attempts after the first for refusals that are meant for good. */
const MOST_REFUSED = 6;
/** Attempts of a subscriber that its log keeps. */
const LOG_OF_ONE = 100;

/** How long the last request to a subscriber took. */
const QUICK = 1;
const SLOW = 2;

/** What was tried, and what came of it. */
export interface Tried {
  subscription: Subscription;
  /** Sent as one; not empty. */
  batch: readonly Waiting[];
  subject: string;
  outcome: Outcome;
  /** Epoch ms. */
  at: number;
  /** ms. */
  took: number;
  isSlow: boolean;
}

/** … and what follows from it. */
export interface Attempt extends Tried {
  /** For good: its messages are dead. */
  isRefused: boolean;
  /** Of the subscriber, if this attempt failed, epoch ms. */
  failingSince: number;
  /** The subscriber has failed for so long that it is tried rarely from now on. */
  isPausing: boolean;
}

export function judge(tried: Tried): Attempt {
  const { subscription, outcome, batch, at } = tried;
  const failingSince = Math.min(subscription.failingSince ?? at, at);
  return {
    ...tried,
    isRefused: !outcome.delivered && !outcome.passing && (batch[0]?.attempts ?? 0) >= MOST_REFUSED,
    failingSince,
    isPausing: at - failingSince >= PAUSE_AFTER_MS && !outcome.isUnset,
  };
}

/** Writes down what became of messages and their subscriber. */
export async function noteAttempt(transaction: Metadata, attempt: Attempt): Promise<void> {
  await noteMessages(transaction, attempt);
  await noteSubscriber(transaction, attempt);
  await logAttempt(transaction, attempt);
}

async function noteMessages(
  transaction: Metadata,
  { batch, outcome, isRefused, at }: Attempt,
): Promise<void> {
  const seqs = batch.map(({ seq }) => seq);
  if (outcome.delivered) {
    await transaction.deleteFrom('smn_deliveries').where('seq', 'in', seqs).execute();
    await dropUnwanted(transaction, batch);
  } else if (isRefused) {
    await kill(transaction, seqs, outcome.answer, at);
  } else {
    await transaction
      .updateTable('smn_deliveries')
      .set(({ eb }) => ({ attempts: eb('attempts', '+', 1) }))
      .where('seq', 'in', seqs)
      .execute();
  }
}

async function noteSubscriber(transaction: Metadata, attempt: Attempt): Promise<void> {
  const { subscription, outcome, isSlow, isRefused, isPausing, failingSince, at } = attempt;
  const goesOn = outcome.delivered || isRefused;
  await transaction
    .updateTable('smn_subscriptions')
    .set({ pace: isSlow ? SLOW : QUICK })
    .set(
      goesOn
        ? {
            failures: 0,
            failing_since: null,
            next_at: 0,
            ...(outcome.delivered ? { paused: '' as const } : {}),
          }
        : {
            failures: subscription.failures + 1,
            failing_since: failingSince,
            next_at: at + retryAfter(outcome, subscription.failures, at - failingSince),
            ...(isPausing ? { paused: 'failing' as const } : {}),
          },
    )
    .where('id', '=', subscription.id)
    .execute();
  if (goesOn) await forgetIdle(transaction, subscription.id);
}

/** Of each subscriber the last ones are kept. */
async function logAttempt(
  transaction: Metadata,
  { subscription, batch, subject, outcome, at, took }: Attempt,
): Promise<void> {
  await transaction
    .insertInto('smn_attempts')
    .values({
      subscription_id: subscription.id,
      message_id: batch[0]?.message_id ?? '',
      subject,
      at,
      took,
      delivered: outcome.delivered ? 1 : 0,
      answer: outcome.answer,
    })
    .execute();
  await transaction
    .deleteFrom('smn_attempts')
    .where('subscription_id', '=', subscription.id)
    .where('id', '<=', ({ selectFrom }) =>
      selectFrom('smn_attempts')
        .select('id')
        .where('subscription_id', '=', subscription.id)
        .orderBy('id', 'desc')
        .limit(1)
        .offset(LOG_OF_ONE),
    )
    .execute();
}
