import { STATUS_CODES } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import type { Logger } from 'pino';
import type { Bounds } from '../clock/index.ts';
import { type Database, inPieces, type Metadata, mayPass, PIECE_ROWS } from '../metadata/index.ts';
import type { Trace } from '../traces/index.ts';
import { type BatchMessage, joinPieces, openPiece, type RecentPieces } from './batch.ts';
import type { Certificates } from './certificates.ts';
import { inTime, type Outcome } from './channels/channel.ts';
import { MailChannel } from './channels/mail.ts';
import { OperatorLog } from './channels/operator-log.ts';
import { type SmsGateway, sendSms } from './channels/sms.ts';
import { send } from './channels/web.ts';
import { DeadLetters } from './dead-letters.ts';
import { type Due, findDue, forgetIdle, nextDue } from './due.ts';
import { withoutEcho } from './echo.ts';
import { bodyIn, formOf, type Parts } from './forms.ts';
import { ATTEMPT_MS, MOST_PROJECT_DEAD, SLOW_MS, TURN_MS } from './limits.ts';
import type { Messages, Published } from './messages.ts';
import type { DeliveryNetwork } from './network.ts';
import { type Place, Places } from './places.ts';
import { dropUnwanted, removeDeliveries, removeMessage } from './queue.ts';
import { Rates } from './rates.ts';
import {
  keyEventOf,
  partsOfBatch,
  type Rendered,
  renderInvitation,
  renderKeyEvent,
  renderPublished,
} from './render.ts';
import {
  BATCH_PIECE,
  type Batching,
  CONFIRMED,
  type Subscription,
  type Subscriptions,
  toSubscription,
} from './subscriptions.ts';
import type { Topic } from './topics.ts';

/** Messages of a subscriber that are read at once. */
const READ_AHEAD = 50;
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 5 * 60_000;
/** Attempts after the first for refusals that are meant for good. */
const MOST_REFUSED = 6;
/** A subscriber that fails for so long is paused: tried rarely, until it answers. */
const PAUSE_AFTER_MS = 30 * 60_000;
const PAUSED_RETRY_MS = 10 * 60_000;
/** A way that is not set up stays so, mostly, until the service starts again. */
const UNSET_RETRY_MS = 3_600_000;
const LOOK_EVERY_MS = 5_000;
const LOG_OF_ONE = 100;
const TIDY_EVERY_MS = 3_600_000;
const DEAD_MS = 30 * 86_400_000;
const SWEEP_EVERY_MS = 60_000;
/** A message that is staged for so long was left so by a crash: its pieces take two minutes at the worst. */
const STAGED_MS = 10 * 60_000;
/** Time between looks for who is due, in the time that a look takes. */
const LOOK_SHARE = 4;

/** How long the last request to a subscriber took. */
const QUICK = 1;
const SLOW = 2;

type Waiting = Selectable<Database['smn_deliveries']> & Selectable<Database['smn_messages']>;

/** A message in the form of its protocol. */
interface Prepared {
  subject: string;
  send: () => Promise<Outcome>;
}

interface Turn {
  /** Of `performance.now()`. */
  ends: number;
  /** Nobody knows how long its requests take: one is enough. */
  isTrial: boolean;
  /** A request has been open for long: others may go on beside it, and it is the last one of this turn. */
  takesLong(): void;
}

interface Links {
  /** To confirm, or to return. */
  subscribe?: string;
  unsubscribe: string;
}

export interface SenderOptions {
  metadata: Metadata;
  messages: Messages;
  subscriptions: Subscriptions;
  certificates: Certificates;
  network: DeliveryNetwork;
  recent: RecentPieces;
  time: Bounds;
  log: Logger;
  smtp: { url: string; from: string };
  sms: SmsGateway;
  /** Without a slash at its end. */
  publicUrl: () => string;
  /** MOST_PROJECT_DEAD if it does not say other. */
  mostDead?: number;
  /** A subscriber was paused, or answers again. */
  onPause: (subscription: Subscription, paused: boolean, reason: string) => void;
}

/**
 * Brings messages to their subscribers: at least once, one after the other in their order. One that fails is
 * tried again with growing intervals, and keeps the later ones waiting, until it is delivered, refused for
 * good, or too old; then it is dead, and can be looked at and sent again.
 */
export class Sender {
  private readonly options: SenderOptions;
  private readonly mail: MailChannel;
  private readonly serving = new Map<string, Promise<void>>();
  /** Subscriptions that could not be served, and why. */
  private readonly broken = new Map<string, string>();
  private readonly places = new Places();
  /** Who was due at the last look and got no place yet; and when to look again though there are some. */
  private found: Due[] = [];
  private lookAfter = 0;
  private readonly rates = new Rates();
  private readonly deadLetters: DeadLetters;
  private readonly operatorLog: OperatorLog;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private again = false;
  private stopping = false;
  private tidiedAt = 0;
  private sweptAt = 0;
  delivered = 0;
  failures = 0;
  dead = 0;

  constructor(options: SenderOptions) {
    this.options = options;
    this.deadLetters = new DeadLetters(options.metadata, options.mostDead ?? MOST_PROJECT_DEAD);
    this.operatorLog = new OperatorLog(options.log);
    this.mail = new MailChannel(options.smtp.url, options.smtp.from);
  }

  async start(): Promise<void> {
    await this.resume().catch((err) =>
      this.options.log.error({ err }, 'who could not be reached before is tried within the hour'),
    );
    this.wake();
  }

  /** Whoever could not be reached by a way that was not set up is tried at once when it is. */
  private async resume(): Promise<void> {
    const { metadata, smtp, sms, time } = this.options;
    const now = time.latest();
    const ways = [
      ...(smtp.url === '' ? [] : ['email' as const]),
      ...(sms.url === '' ? [] : ['sms' as const]),
    ];
    if (ways.length === 0) return;
    await metadata
      .updateTable('smn_subscriptions')
      .set({ next_at: now })
      .where('protocol', 'in', ways)
      .where('failures', '>', 0)
      .execute();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await this.settled();
    clearTimeout(this.timer);
    this.mail.close();
  }

  /** Resolves when everything that could be sent has been tried. */
  async settled(): Promise<void> {
    while (this.looking || this.serving.size > 0) {
      await this.looking;
      await Promise.all(this.serving.values());
    }
  }

  /** There may be something to send. */
  wake(): void {
    this.again = true;
    this.looking ??= this.look().finally(() => {
      this.looking = undefined;
      // Somebody asked while it was found out when to look next.
      if (this.again && !this.stopping) this.wake();
    });
  }

  private async look(): Promise<void> {
    while (this.again && !this.stopping) {
      this.again = false;
      try {
        await this.serveAll();
      } catch (error) {
        this.options.log.error({ err: error }, 'messages could not be sent; it is tried again');
      }
    }
    clearTimeout(this.timer);
    if (!this.stopping) this.timer = setTimeout(() => this.wake(), await this.nextLook());
  }

  private async serveAll(): Promise<void> {
    const left: Due[] = [];
    for (const due of await this.candidates()) {
      const { id, account, kind } = due;
      if (this.serving.has(id)) continue;
      const place = this.places.take(account, kind);
      if (!place) {
        left.push(due);
        continue;
      }
      const serving = this.haveTurn(due, place).finally(() => {
        place.leave();
        this.serving.delete(id);
        this.wake();
      });
      this.serving.set(id, serving);
    }
    this.found = left;
  }

  /** Never rejects. */
  private async haveTurn({ id, kind }: Due, place: Place): Promise<void> {
    const turn: Turn = {
      ends: performance.now() + TURN_MS,
      isTrial: kind === 'untried',
      takesLong: () => {
        turn.ends = 0;
        place.giveUp();
        this.wake();
      },
    };
    let found = false;
    try {
      found = await this.serve(id, turn);
      this.broken.delete(id);
    } catch (error) {
      await this.tellBroken(id, error);
    }
    // Others have their turn before what cannot be served is looked at again.
    if (!found && !this.stopping) await sleep(RETRY_FIRST_MS);
  }

  /** Once, until the subscription is served again, or fails in another way. One that was deleted meanwhile is no failure. */
  private async tellBroken(id: string, error: unknown): Promise<void> {
    if (await this.isGone(id)) {
      this.broken.delete(id);
      return;
    }
    const words = String(error);
    if (this.broken.get(id) === words) return;
    this.broken.set(id, words);
    this.options.log.error({ err: error, subscription: id }, 'a message failed; it is tried again');
  }

  private async isGone(id: string): Promise<boolean> {
    const one = this.options.metadata.selectFrom('smn_subscriptions').select('id').where('id', '=', id);
    return (await one.executeTakeFirst().catch(() => id)) === undefined;
  }

  /**
   * Who may be next. Where looking takes long it is not done for each that is served: those that were found last
   * time go on meanwhile.
   */
  private async candidates(): Promise<Due[]> {
    const now = performance.now();
    if (this.found.length > 0 && now < this.lookAfter) return this.found;
    this.found = await findDue(this.options.metadata, this.options.time.latest(), [...this.serving.keys()]);
    const took = performance.now() - now;
    this.lookAfter = performance.now() + Math.min(took * LOOK_SHARE, LOOK_EVERY_MS);
    return this.found;
  }

  /** ms until the first subscriber that failed may be tried again; not longer than a while, since clocks jump. */
  private async nextLook(): Promise<number> {
    const { metadata, time, log } = this.options;
    const now = time.latest();
    try {
      const next = await nextDue(metadata, now);
      await this.forgetStaged();
      await this.forgetOld();
      await this.deadLetters.tell(now);
      // What came since the last look was not found by it.
      const missed = this.found.length > 0 ? this.lookAfter - performance.now() : Number.POSITIVE_INFINITY;
      return Math.min(Math.max(Math.min(next - now, missed), 20), LOOK_EVERY_MS);
    } catch (error) {
      log.error({ err: error }, 'the queue of messages could not be read');
      return LOOK_EVERY_MS;
    }
  }

  /** Messages whose publishing broke off. */
  private async forgetStaged(): Promise<void> {
    const { metadata, time } = this.options;
    const now = time.earliest();
    if (Math.abs(now - this.sweptAt) < SWEEP_EVERY_MS) return;
    this.sweptAt = now;
    const broken = await metadata
      .selectFrom('smn_messages')
      .select('id')
      .where('staged', '=', 1)
      .where('created_at', '<', now - STAGED_MS)
      .execute();
    for (const { id } of broken) await removeMessage(metadata, id);
  }

  /** What nobody gets any more: dead letters after their time, messages whose subscribers have gone. */
  private async forgetOld(): Promise<void> {
    const { metadata, time } = this.options;
    const now = time.earliest();
    if (Math.abs(now - this.tidiedAt) < TIDY_EVERY_MS) return;
    this.tidiedAt = now;
    await inPieces(() =>
      metadata
        .deleteFrom('smn_messages')
        .where('id', 'in', ({ selectFrom }) =>
          selectFrom('smn_messages')
            .select('id')
            .where(({ not, exists }) =>
              not(
                exists(
                  selectFrom('smn_deliveries').select('seq').whereRef('message_id', '=', 'smn_messages.id'),
                ),
              ),
            )
            .limit(PIECE_ROWS),
        )
        .executeTakeFirst(),
    );
    await removeDeliveries(metadata, ({ and, eb }) =>
      and([eb('state', '=', 'dead'), eb('died_at', '<', now - DEAD_MS)]),
    );
    await forgetIdle(metadata);
  }

  /**
   * Sends what waits for one subscriber, until one message fails, or its turn is over.
   * @returns whether anything was found to wait: not where it has gone meanwhile, or a row cannot be read
   */
  private async serve(id: string, turn: Turn): Promise<boolean> {
    let found = false;
    for (let went = true; went && !this.stopping; ) {
      const subscription = await this.subscription(id);
      if (!subscription || subscription.paused === 'manual') break;
      const { topic, ...rest } = subscription;
      const { batch } = rest.extension;
      const ahead = Math.max(READ_AHEAD, Math.ceil((3 * (batch?.traces ?? 0)) / BATCH_PIECE));
      const waiting = await this.waiting(id, ahead);
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
      const current = prepared ?? this.prepare(topic, subscription, batch);
      // The next one is made while this one is on its way.
      const next = batches[index + 1];
      prepared = next && isComplete(index + 1) ? this.prepare(topic, subscription, next) : undefined;
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
    let prepared: Prepared;
    try {
      prepared = await (made ?? this.prepare(topic, subscription, batch));
    } catch (error) {
      if (!(error instanceof UnreadableMessage)) throw error;
      const broken = batch.filter(({ message_id }) => message_id === error.messageId);
      this.options.log.error({ messageId: error.messageId, err: error.cause }, 'a message cannot be read');
      await this.giveUp(topic, broken, 'it cannot be read');
      return true;
    }
    const { subject, send } = prepared;
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
    const outcome = { ...told, answer: this.tellable(told, subscription, first) };
    const took = Math.round(performance.now() - began);
    const failingSince = Math.min(subscription.failingSince ?? now, now);
    const failingMs = now - failingSince;
    const isPausing = failingMs >= PAUSE_AFTER_MS && !outcome.isUnset;
    const refused = !outcome.delivered && !outcome.passing && first.attempts >= MOST_REFUSED;
    await this.insist(async (transaction) => {
      const seqs = batch.map(({ seq }) => seq);
      if (outcome.delivered) {
        await transaction.deleteFrom('smn_deliveries').where('seq', 'in', seqs).execute();
        await dropUnwanted(transaction, batch);
      } else if (refused) {
        await kill(transaction, seqs, outcome.answer, now);
      } else {
        await transaction
          .updateTable('smn_deliveries')
          .set(({ eb }) => ({ attempts: eb('attempts', '+', 1) }))
          .where('seq', 'in', seqs)
          .execute();
      }
      await transaction
        .updateTable('smn_subscriptions')
        .set({ pace: isSlow ? SLOW : QUICK })
        .set(
          outcome.delivered || refused
            ? {
                failures: 0,
                failing_since: null,
                next_at: 0,
                ...(outcome.delivered ? { paused: '' as const } : {}),
              }
            : {
                failures: subscription.failures + 1,
                failing_since: failingSince,
                next_at: now + (outcome.isUnset ? UNSET_RETRY_MS : this.backOff(subscription, failingMs)),
                ...(isPausing ? { paused: 'failing' as const } : {}),
              },
        )
        .where('id', '=', subscription.id)
        .execute();
      if (outcome.delivered || refused) await forgetIdle(transaction, subscription.id);
      await transaction
        .insertInto('smn_attempts')
        .values({
          subscription_id: subscription.id,
          message_id: first.message_id,
          subject,
          at: now,
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
    });
    if (outcome.delivered) {
      this.delivered += batch.length;
      this.rates.count(subscription.id, now);
    } else this.failures++;
    if (refused) {
      this.dead += batch.length;
      await this.deadLetters.add(topic.projectId, batch.length);
    }
    this.tellPause(subscription, outcome, isPausing);
    if (outcome.delivered || refused) {
      subscription.failures = 0;
      subscription.failingSince = undefined;
      if (outcome.delivered) subscription.paused = '';
      return true;
    }
    return false;
  }

  /** What may be kept of an answer: of one to a link that confirms its status alone, whatever else it says. */
  private tellable({ answer, status }: Outcome, subscription: Subscription, { kind }: Waiting): string {
    if (status !== undefined && (kind === 'confirmation' || kind === 'farewell')) {
      return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
    }
    const { id, endpoint, extension, protocol } = subscription;
    const values = [...Object.values(extension.header ?? {}), this.options.subscriptions.leaveToken(id)];
    const isWeb = protocol === 'http' || protocol === 'https';
    return withoutEcho(answer, { values, ...(isWeb ? { endpoint } : {}) });
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

  /** Doubles from failure to failure, with jitter so that those who failed together do not come together. */
  private backOff({ failures }: Subscription, failingMs: number): number {
    if (failingMs >= PAUSE_AFTER_MS) return PAUSED_RETRY_MS;
    const wait = Math.min(RETRY_FIRST_MS * 2 ** Math.min(failures, 20), RETRY_MOST_MS);
    return Math.round(wait * (0.8 + 0.4 * Math.random()));
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

  private async prepare(topic: Topic, subscription: Subscription, batch: Waiting[]): Promise<Prepared> {
    const [first] = batch as [Waiting];
    const { protocol, endpoint } = subscription;
    const links = readingNow(first, () => this.linksOf(topic, subscription, first));
    if (first.kind === 'batch') {
      const { recent } = this.options;
      const pieces = await Promise.all(
        batch.map((one) => recent.take(one.message_id) ?? reading(one, () => openPiece(one.content))),
      );
      const subject = `[OpenCTS] ${tracesOf(batch)} traces`;
      if (formOf(subscription) !== 'opencts') {
        const traces = pieces.flatMap(({ text }, index) =>
          readingNow(batch[index] as Waiting, () => JSON.parse(`[${text}]`) as Trace[]),
        );
        return this.formed(subscription, subject, partsOfBatch(traces));
      }
      const message = joinPieces(first.notification, pieces);
      return this.webMessage(topic, subscription, first, { subject, message }, links);
    }
    const rendered = readingNow(first, () => this.render(topic, protocol, first, links.subscribe ?? ''));
    const { subject } = rendered;
    const told = first.kind === 'trace' || first.kind === 'published';
    const leave = told ? links.unsubscribe : undefined;
    if (protocol === 'email') {
      const foot = leave ? `\n\n--\nNo more of these messages: ${leave}\n` : '';
      const mail = {
        to: endpoint,
        fromName: topic.displayName,
        subject: subject || `Message of ${topic.name}`,
        text: rendered.text + foot,
        html: rendered.html.replace(
          '</body>',
          leave
            ? `<p style="font-size:13px"><a href="${leave}">No more of these messages</a></p></body>`
            : '</body>',
        ),
        ...(leave ? { leave } : {}),
        messageId: `${first.message_id}.${subscription.id}`,
      };
      return { subject, send: () => this.mail.send(mail) };
    }
    if (protocol === 'sms') {
      return { subject, send: () => sendSms(this.options.sms, endpoint, rendered.sms) };
    }
    if (formOf(subscription) !== 'opencts') return this.formed(subscription, subject, rendered.parts);
    return this.webMessage(topic, subscription, first, { subject, message: rendered.web }, links);
  }

  /** In the receiver's own form, which has no room for a signature. */
  private formed(subscription: Subscription, subject: string, parts: Parts): Prepared {
    const { endpoint: url, extension, status } = subscription;
    const form = formOf(subscription);
    if (form === 'opencts') throw new Error('the form opencts is signed');
    const headers = {
      ...(status === CONFIRMED ? extension.header : {}),
      'content-type': 'application/json; charset=utf-8',
    };
    const body = bodyIn(form, parts);
    return { subject, send: () => send({ url, method: 'POST', headers, body }, this.options.network) };
  }

  private render(topic: Topic, protocol: string, message: Waiting, link: string): Rendered {
    if (message.kind === 'trace') {
      const { notification, content } = message;
      return renderKeyEvent(keyEventOf(notification, content, topic.projectId, this.options.publicUrl()));
    }
    if (message.kind === 'published') {
      return renderPublished(JSON.parse(message.content) as Published, protocol);
    }
    const kind = message.kind === 'farewell' ? 'farewell' : 'confirmation';
    return renderInvitation(kind, topic.displayName || topic.name, link);
  }

  private linksOf(topic: Topic, subscription: Subscription, { kind, content }: Waiting): Links {
    const base = `${this.options.publicUrl()}/smn/subscription`;
    const region = { region: topic.region, region_id: topic.region };
    const leaving = new URLSearchParams({
      ...region,
      subscription_urn: subscription.urn,
      token: this.options.subscriptions.leaveToken(subscription.id),
    });
    const links = { unsubscribe: `${base}/unsubscribe?${leaving}` };
    if (kind !== 'confirmation' && kind !== 'farewell') return links;
    const { token } = JSON.parse(content) as { token: string };
    const coming = new URLSearchParams({
      ...region,
      token,
      topic_urn: topic.urn,
      endpoint: subscription.endpoint,
    });
    return { ...links, subscribe: `${base}/confirm?${coming}` };
  }

  /** Headers and body of `docs/reference/smn-api.md` 8, signed as in 9. */
  private async webMessage(
    topic: Topic,
    { endpoint, extension }: Subscription,
    { kind, message_id, created_at }: Waiting,
    { subject, message }: { subject: string; message: string | BatchMessage },
    links: Links,
  ): Promise<Prepared> {
    const type =
      kind === 'confirmation'
        ? 'SubscriptionConfirmation'
        : kind === 'farewell'
          ? 'UnsubscribeConfirmation'
          : 'Notification';
    const notifies = type === 'Notification';
    const members: Record<string, string> = {
      message_id,
      ...(notifies && subject !== '' ? { subject } : {}),
      ...(links.subscribe ? { subscribe_url: links.subscribe } : {}),
      timestamp: `${new Date(created_at).toISOString().slice(0, 19)}Z`,
      topic_urn: topic.urn,
      type,
    };
    const { certificates, network, publicUrl } = this.options;
    const texts = typeof message === 'string' ? [message] : message.texts;
    // `message` is the first in alphabetical order; it may be long.
    const signed = ['message\n', ...texts, '\n', signedText(members)];
    const { signature, certificateId } = await certificates.sign(topic.region, signed);
    const others = {
      ...members,
      ...(notifies ? { unsubscribe_url: links.unsubscribe } : {}),
      signature,
      signature_version: 'v1',
      signing_cert_url: `${publicUrl()}/smn/${certificateId}`,
    };
    const headers = {
      ...(notifies ? extension.header : {}),
      'content-type': 'application/json; charset=utf-8',
      ...(typeof message === 'string' ? {} : { 'content-encoding': 'gzip' }),
      'x-smn-message-type': type,
      'x-smn-message-id': message_id,
      'x-smn-topic-urn': topic.urn,
    };
    const body = typeof message === 'string' ? JSON.stringify({ message, ...others }) : message.body(others);
    return { subject, send: () => send({ url: endpoint, method: 'POST', headers, body }, network) };
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

  private waiting(id: string, most: number): Promise<Waiting[]> {
    return this.options.metadata
      .selectFrom('smn_deliveries')
      .innerJoin('smn_messages', 'smn_messages.id', 'smn_deliveries.message_id')
      .selectAll(['smn_deliveries', 'smn_messages'])
      .where('subscription_id', '=', id)
      .where('state', '=', 'waiting')
      .where('staged', '=', 0)
      .orderBy('seq')
      .limit(most)
      .execute();
  }
}

/** Another try would not help: it costs only itself. */
class UnreadableMessage extends Error {
  readonly messageId: string;

  constructor(messageId: string, cause: unknown) {
    super('a message cannot be read', { cause });
    this.messageId = messageId;
  }
}

/** @throws UnreadableMessage */
function readingNow<Result>({ message_id }: Waiting, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new UnreadableMessage(message_id, error);
  }
}

/** @throws UnreadableMessage */
const reading = <Result>({ message_id }: Waiting, read: () => Promise<Result>): Promise<Result> =>
  read().catch((error) => {
    throw new UnreadableMessage(message_id, error);
  });

/** The text that is signed: names in alphabetical order, each followed by its value. */
export const signedText = (members: Record<string, string>) =>
  Object.entries(members)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');

const tracesOf = (batch: readonly Waiting[] = []) => batch.reduce((sum, { traces }) => sum + traces, 0);

/** In their order: pieces together up to so many traces, other messages alone. */
function inBatches(waiting: readonly Waiting[], most: number): Waiting[][] {
  const batches: Waiting[][] = [];
  for (const one of waiting) {
    const last = batches.at(-1);
    const joins = last && one.kind === 'batch' && last[0]?.kind === 'batch';
    if (joins && tracesOf(last) + one.traces <= most && last[0]?.notification === one.notification)
      last.push(one);
    else batches.push([one]);
  }
  return batches;
}

async function kill(metadata: Metadata, seqs: number[], reason: string, now: number): Promise<void> {
  await metadata
    .updateTable('smn_deliveries')
    .set({ state: 'dead', reason, died_at: now })
    .where('seq', 'in', seqs)
    .execute();
}
