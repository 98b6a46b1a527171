import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Bounds } from '../clock/index.ts';
import { type Metadata, mayPass } from '../metadata/index.ts';
import { type Attempt, judge, noteAttempt } from './attempts.ts';
import { inTime, type Outcome } from './channels/channel.ts';
import { OperatorLog } from './channels/operator-log.ts';
import type { DeadLetters } from './dead-letters.ts';
import { forgetIdle } from './due.ts';
import { formOf } from './forms.ts';
import { ATTEMPT_MS, SLOW_MS } from './limits.ts';
import type { Messages } from './messages.ts';
import { Outgoing, type OutgoingOptions } from './outgoing.ts';
import type { Prepared } from './prepared.ts';
import { dropUnwanted } from './queue.ts';
import { inBatches, kill, tracesOf, type Waiting, waitingFor } from './queued-messages.ts';
import { Rates } from './rates.ts';
import { RETRY_FIRST_MS } from './retries.ts';
import { BATCH_PIECE, type Batching, CONFIRMED, type Subscription, toSubscription } from './subscriptions.ts';
import { tellableAnswer } from './tellable-answer.ts';
import type { Topic } from './topics.ts';
import type { Turn } from './turn.ts';
import { UnreadableMessage } from './unreadable.ts';

/** Messages of a subscriber that are read at once. */
const READ_AHEAD = 50;

export interface DelivererOptions extends OutgoingOptions {
  metadata: Metadata;
  messages: Messages;
  time: Bounds;
  log: Logger;
  /** A subscriber was paused, or answers again. */
  onPause: (subscription: Subscription, paused: boolean, reason: string) => void;
}

/** Sends what waits for a subscriber, and writes down what became of it. Owned by the sender, which says whose turn it is. */
export class Deliverer {
  private readonly options: DelivererOptions;
  private readonly outgoing: Outgoing;
  private readonly rates = new Rates();
  private readonly deadLetters: DeadLetters;
  private readonly operatorLog: OperatorLog;
  private stopping = false;
  delivered = 0;
  failures = 0;
  dead = 0;

  /** @param deadLetters holds what dies */
  constructor(options: DelivererOptions, deadLetters: DeadLetters) {
    this.options = options;
    this.deadLetters = deadLetters;
    this.operatorLog = new OperatorLog(options.log);
    this.outgoing = new Outgoing(options);
  }

  /** Nothing more is begun. */
  stop(): void {
    this.stopping = true;
  }

  /** Once nothing is under way any more. */
  close(): void {
    this.outgoing.close();
  }

  /**
   * Sends what waits for one subscriber, until one message fails, or its turn is over.
   * @returns whether anything was found to wait: not where it has gone meanwhile, or a row cannot be read
   */
  async serve(id: string, turn: Turn): Promise<boolean> {
    let found = false;
    for (let went = true; went && !this.stopping; ) {
      const subscription = await this.subscription(id);
      if (!subscription || subscription.paused === 'manual') break;
      const { topic, ...rest } = subscription;
      const { batch } = rest.extension;
      const ahead = Math.max(READ_AHEAD, Math.ceil((3 * (batch?.traces ?? 0)) / BATCH_PIECE));
      const waiting = await waitingFor(this.options.metadata, id, ahead);
      if (waiting.length === 0) break;
      found = true;
      went = batch
        ? await this.sendBatches(topic, rest, batch, waiting, waiting.length === ahead, turn)
        : await this.sendEach(topic, rest, waiting, turn);
      if (went && performance.now() > turn.ends) {
        // After a trial it is in no queue of its kind yet.
        await this.postpone(rest, turn.isTrial ? 0 : 1);
        break;
      }
    }
    return found;
  }

  private async sendEach(
    topic: Topic,
    subscription: Subscription,
    waiting: Waiting[],
    turn: Turn,
  ): Promise<boolean> {
    for (const one of waiting) {
      if (this.stopping) return false;
      if (performance.now() > turn.ends) return true;
      if (!(await this.attempt(topic, subscription, [one], turn))) return false;
    }
    return true;
  }

  /** Joins what waits into requests of so many traces; fewer only when the oldest has waited long enough. */
  private async sendBatches(
    topic: Topic,
    subscription: Subscription,
    { traces: most, seconds }: Batching,
    waiting: Waiting[],
    more: boolean,
    turn: Turn,
  ): Promise<boolean> {
    const batches = inBatches(waiting, most);
    const isComplete = (index: number) =>
      index < batches.length - 1 || batches[index]?.[0]?.kind !== 'batch' || tracesOf(batches[index]) >= most;
    let prepared: Promise<Prepared> | undefined;
    for (const [index, batch] of batches.entries()) {
      if (this.stopping) return false;
      if (performance.now() > turn.ends) return true;
      if (!isComplete(index)) {
        // What comes next may be read together with what was not read yet.
        if (more && index > 0) return true;
        const age = this.options.time.latest() - (batch[0]?.created_at ?? 0);
        // What is younger than now was made before the clock was set back.
        if (!more && age >= 0 && age < seconds * 1000) {
          await this.postpone(subscription, seconds * 1000 - age);
          return false;
        }
      }
      const current = prepared ?? this.outgoing.prepare(topic, subscription, batch);
      // The next one is made while this one is on its way.
      const next = batches[index + 1];
      prepared = next && isComplete(index + 1) ? this.outgoing.prepare(topic, subscription, next) : undefined;
      prepared?.catch(() => undefined);
      if (!(await this.attempt(topic, subscription, batch, turn, current))) return false;
    }
    return true;
  }

  /** @returns whether the next message may be sent now */
  private async attempt(
    topic: Topic,
    subscription: Subscription,
    batch: Waiting[],
    turn: Turn,
    made?: Promise<Prepared>,
  ): Promise<boolean> {
    const { time } = this.options;
    const now = time.latest();
    const [first] = batch;
    if (!first) return true;
    if (first.expires_at <= time.earliest()) {
      await this.giveUp(topic, batch, 'it could not be delivered in time');
      return true;
    }
    // Who has left, or never confirmed, gets nothing but what is about the subscription itself.
    if (subscription.status !== CONFIRMED && first.kind !== 'confirmation' && first.kind !== 'farewell') {
      await this.remove(batch);
      return true;
    }
    const pace = formOf(subscription) === 'opencts' ? subscription.protocol : 'form';
    const pause = this.rates.wait(subscription.id, pace, now);
    if (pause > 0) {
      await this.postpone(subscription, pause);
      return false;
    }
    const began = performance.now();
    const prepared = await this.readable(
      topic,
      batch,
      made ?? this.outgoing.prepare(topic, subscription, batch),
    );
    if (!prepared) return true;
    const { outcome, isSlow } = await this.send(prepared, subscription, first, turn);
    const took = Math.round(performance.now() - began);
    const { subject } = prepared;
    const attempt = judge({ subscription, batch, subject, outcome, at: now, took, isSlow });
    await this.insist((transaction) => noteAttempt(transaction, attempt));
    return this.settle(topic, attempt);
  }

  /** @returns undefined when a message of the batch cannot be read: it is given up */
  private async readable(
    topic: Topic,
    batch: readonly Waiting[],
    made: Promise<Prepared>,
  ): Promise<Prepared | undefined> {
    try {
      return await made;
    } catch (error) {
      if (!(error instanceof UnreadableMessage)) throw error;
      const broken = batch.filter(({ message_id }) => message_id === error.messageId);
      this.options.log.error({ messageId: error.messageId, err: error.cause }, 'a message cannot be read');
      await this.giveUp(topic, broken, 'it cannot be read');
      return undefined;
    }
  }

  private async send(
    { send }: Prepared,
    subscription: Subscription,
    first: Waiting,
    turn: Turn,
  ): Promise<{ outcome: Outcome; isSlow: boolean }> {
    let isSlow = false;
    const slow = setTimeout(() => {
      isSlow = true;
      turn.takesLong();
    }, SLOW_MS);
    const told = await inTime(send(), ATTEMPT_MS).finally(() => clearTimeout(slow));
    if (turn.isTrial) turn.ends = 0;
    if (subscription.protocol === 'email' || subscription.protocol === 'sms') {
      this.operatorLog.tell(subscription.protocol, told);
    }
    const leaveToken = this.options.subscriptions.leaveToken(subscription.id);
    const answer = tellableAnswer(told, subscription, first, leaveToken);
    return { outcome: { ...told, answer }, isSlow };
  }

  /** Counts an attempt that was noted. @returns whether the next message may be sent now */
  private async settle(topic: Topic, attempt: Attempt): Promise<boolean> {
    const { subscription, batch, outcome, isRefused, isPausing, at } = attempt;
    if (outcome.delivered) {
      this.delivered += batch.length;
      this.rates.count(subscription.id, at);
    } else this.failures++;
    if (isRefused) {
      this.dead += batch.length;
      await this.deadLetters.add(topic.projectId, batch.length);
    }
    this.tellPause(subscription, outcome, isPausing);
    if (!outcome.delivered && !isRefused) return false;
    subscription.failures = 0;
    subscription.failingSince = undefined;
    if (outcome.delivered) subscription.paused = '';
    return true;
  }

  /**
   * What was sent is noted however long another process locks the metadata, or their disk is full: else it would be
   * sent again.
   */
  private async insist(work: (transaction: Metadata) => Promise<void>): Promise<void> {
    const { metadata, log } = this.options;
    for (;;) {
      try {
        return await metadata.transaction().execute(work);
      } catch (error) {
        if (this.stopping || !mayPass(error)) throw error;
        log.warn({ err: error }, 'what became of a message cannot be noted now; it is tried again');
        await sleep(RETRY_FIRST_MS);
      }
    }
  }

  private tellPause(subscription: Subscription, outcome: Outcome, isPausing: boolean): void {
    const paused = !outcome.delivered && isPausing && subscription.paused === '';
    const resumed = outcome.delivered && subscription.paused === 'failing';
    if (paused || resumed) this.options.onPause(subscription, paused, outcome.answer);
  }

  private async postpone({ id }: Subscription, ms: number): Promise<void> {
    await this.options.metadata
      .updateTable('smn_subscriptions')
      .set({ next_at: this.options.time.latest() + ms })
      .where('id', '=', id)
      .execute();
  }

  private async giveUp({ projectId }: Topic, batch: readonly Waiting[], reason: string): Promise<void> {
    const seqs = batch.map(({ seq }) => seq);
    await this.options.metadata.transaction().execute(async (transaction) => {
      await kill(transaction, seqs, reason, this.options.time.latest());
      for (const { subscription_id } of batch.slice(0, 1)) await forgetIdle(transaction, subscription_id);
    });
    this.dead += batch.length;
    await this.deadLetters.add(projectId, batch.length);
  }

  private async remove(batch: readonly Waiting[]): Promise<void> {
    await this.options.metadata.transaction().execute(async (transaction) => {
      const seqs = batch.map(({ seq }) => seq);
      await transaction.deleteFrom('smn_deliveries').where('seq', 'in', seqs).execute();
      await dropUnwanted(transaction, batch);
      for (const { subscription_id } of batch.slice(0, 1)) await forgetIdle(transaction, subscription_id);
    });
  }

  private async subscription(id: string): Promise<(Subscription & { topic: Topic }) | undefined> {
    const row = await this.options.metadata
      .selectFrom('smn_subscriptions')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    const topic = row && (await this.options.messages.topicOf(row.topic_id));
    return row && topic && { ...toSubscription(row, topic), topic };
  }
}
