import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Selectable, sql, type Transaction } from 'kysely';
import Type from 'typebox';
import type { Bounds } from '../clock/index.ts';
import { ERRORS } from '../errors.ts';
import { type Database, type Metadata, readerOf, type Stored } from '../metadata/index.ts';
import { repeated } from '../text.ts';
import { MASK } from '../traces/index.ts';
import { checkEndpoint, PROTOCOLS, type Protocol } from './endpoints.ts';
import { type FilterPolicy, readFilters, storedFilters } from './filters.ts';
import { FORMS, type Form, formOf, isSelfConfirming } from './forms.ts';
import {
  MOST_HEADER_CHARACTERS,
  MOST_HEADERS,
  MOST_PROJECT_SUBSCRIPTIONS,
  MOST_REMARK_BYTES,
  MOST_SUBSCRIPTIONS,
} from './limits.ts';
import type { Messages } from './messages.ts';
import type { DeliveryNetwork } from './network.ts';
import { isLine, LINE_RULE } from './plain-text.ts';
import { emptyQueues } from './queue.ts';
import { countedAs, receiverOf, spellingsOf } from './receivers.ts';
import type { Topic } from './topics.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** How long a link confirms. */
export const CONFIRM_MS = 48 * HOUR;

/** How many confirmations of one account may go out to one receiver (`docs/reference/smn-api.md` 11). */
const CONFIRMATION_LIMITS: Record<Protocol, [most: number, within: number][]> = {
  email: [
    [20, HOUR],
    [40, 2 * DAY],
  ],
  sms: [
    [10, HOUR],
    [20, 2 * DAY],
  ],
  http: [[200, 10 * 60_000]],
  https: [[200, 10 * 60_000]],
};
/** Of all accounts together so many times as much: none alone keeps the others from a receiver. */
const OF_ALL_ACCOUNTS = 3;

export const UNCONFIRMED = 0;
export const CONFIRMED = 1;
export const CANCELLED = 3;

/** Traces of a batch that are queued as one; requests join as many of them as a subscriber wants. */
export const BATCH_PIECE = 100;

/** Several traces in one request, for systems that take everything. */
export interface Batching {
  /** Traces of a request, at most. */
  traces: number;
  /** Seconds that a trace waits for others, at most. */
  seconds: number;
}

export interface Extension {
  /** Sent along with notifications. */
  header?: Record<string, string>;
  batch?: Batching;
  /** Absent: `opencts`. */
  form?: Form;
}

const EXTENSION_MEMBERS: readonly string[] = ['header', 'batch', 'form'] satisfies (keyof Extension)[];
const Header = Type.Record(Type.String(), Type.String());
const Batch = Type.Object({ traces: Type.Number(), seconds: Type.Number() });

/** What is kept of it. One that cannot be read counts as none: messages go out in the plain form, one by one. */
export const readExtension: (text: string) => Stored<Extension> = readerOf(
  Type.Object({
    header: Type.Optional(Header),
    batch: Type.Optional(Batch),
    form: Type.Optional(Type.Enum([...FORMS])),
  }),
);

export interface Subscription {
  id: string;
  urn: string;
  topicUrn: string;
  topicId: string;
  projectId: string;
  protocol: Protocol;
  endpoint: string;
  remark: string;
  extension: Extension;
  /** Which messages with attributes are for it. */
  filters: FilterPolicy[];
  /** 0 unconfirmed, 1 confirmed, 3 cancelled by the subscriber. */
  status: number;
  /** Epoch ms. */
  createdAt: number;
  /** In a row. */
  failures: number;
  failingSince: number | undefined;
  paused: '' | 'failing' | 'manual';
  nextAt: number;
}

/** What goes to somebody who has not confirmed, and for whose project. */
type Unasked = Pick<Subscription, 'protocol' | 'endpoint' | 'projectId'>;

export interface NewSubscription {
  protocol: string;
  endpoint: string;
  remark: string;
  extension: Extension;
}

export interface SubscriptionsOptions {
  metadata: Metadata;
  messages: Messages;
  network: DeliveryNetwork;
  time: Bounds;
  rootKey: Uint8Array;
}

/** Who wants a topic's messages, and the proofs that they want them (`docs/reference/smn-api.md` 3, 4). */
export class Subscriptions {
  private readonly metadata: Metadata;
  private readonly messages: Messages;
  private readonly network: DeliveryNetwork;
  private readonly time: Bounds;
  private readonly leaveKey: Buffer;

  constructor({ metadata, messages, network, time, rootKey }: SubscriptionsOptions) {
    this.metadata = metadata;
    this.messages = messages;
    this.network = network;
    this.time = time;
    this.leaveKey = Buffer.from(hkdfSync('sha256', rootKey, '', 'opencts smn leave', 32));
  }

  async find(topic: Topic, id: string): Promise<Subscription | undefined> {
    const row = await this.metadata
      .selectFrom('smn_subscriptions')
      .selectAll()
      .where('id', '=', id)
      .where('topic_id', '=', topic.id)
      .executeTakeFirst();
    return row && toSubscription(row, topic);
  }

  /**
   * What is there already stays; while it is unconfirmed, a confirmation goes out each time.
   * @throws CtsError 400, 403
   */
  async subscribe(
    topic: Topic,
    wanted: NewSubscription,
  ): Promise<{ subscription: Subscription; made: boolean }> {
    const { protocol, endpoint } = this.check(wanted);
    const row = {
      id: randomBytes(16).toString('hex'),
      topic_id: topic.id,
      protocol,
      endpoint,
      remark: wanted.remark,
      extension: JSON.stringify(wanted.extension),
      filter_polices: '[]',
      status: UNCONFIRMED,
      created_at: this.time.latest(),
      next_at: 0,
      failures: 0,
      failing_since: null,
      paused: '' as const,
    };
    const there = await this.metadata.transaction().execute(async (transaction) => {
      const alike = await transaction
        .selectFrom('smn_subscriptions')
        .selectAll()
        .where('topic_id', '=', topic.id)
        .where('protocol', '=', protocol)
        .where(sql`lower(endpoint)`, 'in', spellingsOf(protocol, endpoint))
        .execute();
      const receiver = receiverOf(protocol, endpoint);
      const known =
        alike.find((one) => one.endpoint === endpoint) ??
        alike.find((one) => receiverOf(protocol, one.endpoint) === receiver);
      if (known) return toSubscription(known, topic);
      await this.checkRoom(transaction, topic);
      await this.countConfirmation(transaction, { protocol, endpoint, projectId: topic.projectId });
      await transaction.insertInto('smn_subscriptions').values(row).execute();
      return undefined;
    });
    if (there) {
      if (there.status !== CONFIRMED) await this.askAgain(topic, there);
      return { subscription: (await this.find(topic, there.id)) ?? there, made: false };
    }
    await this.askToConfirm(topic, row.id);
    return { subscription: toSubscription(row, topic), made: true };
  }

  private async checkRoom(transaction: Transaction<Database>, { id, projectId }: Topic): Promise<void> {
    const { ofTopic, ofProject } = await transaction
      .selectFrom('smn_subscriptions')
      .innerJoin('smn_topics', 'smn_topics.id', 'smn_subscriptions.topic_id')
      .where('smn_topics.project_id', '=', projectId)
      .select(({ fn, eb }) => [
        fn.countAll<number>().as('ofProject'),
        fn.sum<number>(eb.case().when('topic_id', '=', id).then(1).else(0).end()).as('ofTopic'),
      ])
      .executeTakeFirstOrThrow();
    if (ofTopic >= MOST_SUBSCRIPTIONS) {
      throw ERRORS.smn(403, '0007', `a topic has at most ${MOST_SUBSCRIPTIONS} subscriptions`);
    }
    if (ofProject >= MOST_PROJECT_SUBSCRIPTIONS) {
      throw ERRORS.smn(
        403,
        '0007',
        `the topics of a project have at most ${MOST_PROJECT_SUBSCRIPTIONS} subscriptions`,
      );
    }
  }

  /**
   * Confirms for a receiver that cannot: it takes messages in its own form and opens no links.
   * @param endpoint that whoever confirms names, so that the right one is confirmed
   * @throws CtsError 400 for receivers that confirm by themselves, or another endpoint; 403 for a private network
   */
  async confirmByHand(subscription: Subscription, endpoint: string): Promise<void> {
    if (isSelfConfirming(subscription)) {
      throw ERRORS.smn(
        400,
        '0012',
        'this subscriber confirms by the link that it got; by hand only those are confirmed whose form is another than opencts',
        'subscription_id',
      );
    }
    if (endpoint !== subscription.endpoint) {
      throw ERRORS.smn(400, '0012', 'endpoint is not that of the subscription', 'endpoint');
    }
    checkEndpoint(subscription.protocol, endpoint, this.network);
    await this.metadata.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('smn_tokens').where('subscription_id', '=', subscription.id).execute();
      await transaction
        .updateTable('smn_subscriptions')
        .set({ status: CONFIRMED, next_at: 0, failures: 0, failing_since: null, paused: '' })
        .where('id', '=', subscription.id)
        .execute();
    });
    this.messages.wake();
  }

  /** Sends the confirmation once more. @throws CtsError 403 beyond the limits of the endpoint */
  async askAgain(topic: Topic, subscription: Subscription): Promise<void> {
    const { id } = subscription;
    await this.metadata.transaction().execute(async (transaction) => {
      await this.countConfirmation(transaction, subscription);
      await transaction
        .updateTable('smn_subscriptions')
        .set({ status: UNCONFIRMED, next_at: 0, failures: 0, failing_since: null, paused: '' })
        .where('id', '=', id)
        .execute();
    });
    await this.askToConfirm(topic, id);
  }

  async setRemark({ id }: Subscription, remark: string): Promise<void> {
    checkRemark(remark);
    await this.metadata.updateTable('smn_subscriptions').set({ remark }).where('id', '=', id).execute();
  }

  /** @throws CtsError 400 */
  async setExtension({ id, protocol, ...before }: Subscription, wanted: Extension): Promise<void> {
    const form = formOf(before);
    if ((wanted.form ?? form) !== form) {
      // Who has confirmed one form has not confirmed the other.
      throw ERRORS.smn(
        400,
        '0012',
        `extension.form is ${form} and cannot be changed; subscribe anew`,
        'extension',
      );
    }
    const kept = withKnown(wanted, before.extension);
    const extension = form === 'opencts' ? kept : { ...kept, form };
    checkExtension(protocol, extension);
    await this.metadata
      .updateTable('smn_subscriptions')
      .set({ extension: JSON.stringify(extension) })
      .where('id', '=', id)
      .execute();
  }

  /** In place of those that it has. @throws CtsError 400; 404 when it has gone meanwhile */
  async setFilters({ id, urn }: Subscription, filters: readonly FilterPolicy[]): Promise<void> {
    const { numUpdatedRows } = await this.metadata
      .updateTable('smn_subscriptions')
      .set({ filter_polices: storedFilters(filters) })
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) throw ERRORS.noSuchSubscription(urn);
  }

  async remove({ id }: Subscription): Promise<void> {
    await emptyQueues(this.metadata, [id]);
    await this.metadata.deleteFrom('smn_subscriptions').where('id', '=', id).execute();
  }

  /** What the token of a confirmation stands for, without using it up. */
  async ofToken(token: string): Promise<Subscription | undefined> {
    const row = await this.metadata
      .selectFrom('smn_tokens')
      .select('subscription_id')
      .where('hash', '=', hashOf(token))
      .where('expires_at', '>', this.time.earliest())
      .executeTakeFirst();
    return row && this.byId(row.subscription_id);
  }

  /** What the token of a leaving link stands for. */
  async ofLeaveToken(id: string, token: string): Promise<Subscription | undefined> {
    const [given, wanted] = [Buffer.from(token), Buffer.from(this.leaveToken(id))];
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
    return this.byId(id);
  }

  /** Uses a token up. @returns the subscription that is confirmed now; undefined: unknown, spent or too old */
  async confirm(token: string): Promise<Subscription | undefined> {
    const subscription = await this.ofToken(token);
    if (!subscription) return undefined;
    await this.metadata.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('smn_tokens').where('hash', '=', hashOf(token)).execute();
      await transaction
        .updateTable('smn_subscriptions')
        .set({ status: CONFIRMED, next_at: 0, failures: 0, failing_since: null, paused: '' })
        .where('id', '=', subscription.id)
        .execute();
    });
    return { ...subscription, status: CONFIRMED };
  }

  /** The subscriber leaves, and is told how to return. @returns undefined: unknown */
  async leave(id: string, token: string): Promise<Subscription | undefined> {
    const subscription = await this.ofLeaveToken(id, token);
    const topic = subscription && (await this.messages.topicOf(subscription.topicId));
    if (!subscription || !topic) return undefined;
    if (subscription.status === CANCELLED) return subscription;
    await this.metadata
      .updateTable('smn_subscriptions')
      .set({ status: CANCELLED, next_at: 0, paused: '' })
      .where('id', '=', id)
      .execute();
    // What waits is not wanted any more; nor would the sender send it.
    await emptyQueues(this.metadata, [id]);
    const back = await this.confirmToken(id);
    await this.messages.toOne(topic, id, 'farewell', { token: back }, CONFIRM_MS);
    return { ...subscription, status: CANCELLED };
  }

  /** Proof in the link with which a subscriber leaves; the same in all messages. */
  leaveToken(id: string): string {
    return createHmac('sha256', this.leaveKey).update(id).digest('base64url');
  }

  /** Stops (`manual`) or resumes (empty) the sending. What waits, waits. */
  async pause({ id }: Subscription, paused: '' | 'manual'): Promise<void> {
    await this.metadata
      .updateTable('smn_subscriptions')
      .set({ paused, next_at: 0, ...(paused === '' ? { failures: 0, failing_since: null } : {}) })
      .where('id', '=', id)
      .execute();
  }

  private async askToConfirm(topic: Topic, id: string): Promise<void> {
    const token = await this.confirmToken(id);
    await this.messages.toOne(topic, id, 'confirmation', { token }, CONFIRM_MS);
  }

  private async confirmToken(subscriptionId: string): Promise<string> {
    const token = randomBytes(24).toString('base64url');
    const now = this.time.latest();
    await this.metadata.deleteFrom('smn_tokens').where('expires_at', '<=', this.time.earliest()).execute();
    await this.metadata
      .insertInto('smn_tokens')
      .values({ hash: hashOf(token), subscription_id: subscriptionId, expires_at: now + CONFIRM_MS })
      .execute();
    return token;
  }

  private async byId(id: string): Promise<Subscription | undefined> {
    const row = await this.metadata
      .selectFrom('smn_subscriptions')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    const topic = row && (await this.messages.topicOf(row.topic_id));
    return row && topic && toSubscription(row, topic);
  }

  /** Counts a request to an endpoint that has not asked for it, as confirmations are. @throws CtsError 403 */
  async countUnasked(to: Unasked): Promise<void> {
    await this.metadata.transaction().execute((transaction) => this.countConfirmation(transaction, to));
  }

  /** Counts a confirmation that is about to go out. @throws CtsError 403 beyond the limits of the receiver */
  private async countConfirmation(
    transaction: Transaction<Database>,
    { protocol, endpoint, projectId }: Unasked,
  ): Promise<void> {
    const now = this.time.latest();
    const { domain_id } = await transaction
      .selectFrom('projects')
      .select('domain_id')
      .where('id', '=', projectId)
      .executeTakeFirstOrThrow();
    const to = { protocol, endpoint: countedAs(protocol, endpoint) };
    await transaction
      .deleteFrom('smn_confirmations')
      .where('sent_at', '<', now - 2 * DAY)
      .execute();
    const sent = await transaction
      .selectFrom('smn_confirmations')
      .select(['sent_at', 'domain_id'])
      .where('protocol', '=', to.protocol)
      .where('endpoint', '=', to.endpoint)
      .execute();
    const own = sent.filter((one) => one.domain_id === domain_id);
    for (const [most, within] of CONFIRMATION_LIMITS[protocol]) {
      const countOf = (all: typeof sent) => all.filter(({ sent_at }) => sent_at > now - within).length;
      if (countOf(own) >= most) throw tooManyConfirmations(protocol, most, within);
      const mostOfAll = OF_ALL_ACCOUNTS * most;
      if (countOf(sent) >= mostOfAll) throw tooManyConfirmations(protocol, mostOfAll, within);
    }
    await transaction
      .insertInto('smn_confirmations')
      .values({ ...to, sent_at: now, domain_id })
      .execute();
  }

  /** Whether messages may go there. @throws CtsError 400, 403 */
  check({ protocol, endpoint, remark, extension }: NewSubscription): {
    protocol: Protocol;
    endpoint: string;
  } {
    const known = PROTOCOLS.find((one) => one === protocol);
    if (!known) {
      throw ERRORS.smn(
        400,
        '0011',
        `protocol${repeated(protocol)} must be one of ${PROTOCOLS.join(', ')}`,
        'protocol',
      );
    }
    checkRemark(remark);
    checkExtension(known, extension);
    return { protocol: known, endpoint: checkEndpoint(known, endpoint, this.network) };
  }
}

function tooManyConfirmations(protocol: Protocol, most: number, within: number) {
  const code = protocol === 'email' ? '0065' : protocol === 'sms' ? '0057' : '0078';
  return ERRORS.smn(
    403,
    code,
    `${most} confirmations went to this endpoint within ${within / 60_000} minutes; wait before the next`,
    'endpoint',
  );
}

/** Headers that come back masked, as they are told, keep their values. */
function withKnown({ header, ...others }: Extension, { header: known = {} }: Extension): Extension {
  if (!header) return others;
  const values = Object.entries(header).map(([name, value]) => [
    name,
    value === MASK && Object.hasOwn(known, name) ? known[name] : value,
  ]);
  return { ...others, header: Object.fromEntries(values) };
}

function checkRemark(remark: string): void {
  if (Buffer.byteLength(remark) <= MOST_REMARK_BYTES && isLine(remark)) return;
  throw ERRORS.smn(
    400,
    '0017',
    `remark must hold at most ${MOST_REMARK_BYTES} bytes, ${LINE_RULE}`,
    'remark',
  );
}

function checkExtension(protocol: Protocol, wanted: Extension): void {
  const { header = {}, batch, form = 'opencts' } = wanted;
  const refuse = (message: string) => ERRORS.smn(400, '0012', message, 'extension');
  refuseUnknown(wanted, EXTENSION_MEMBERS);
  const web = protocol === 'http' || protocol === 'https';
  const names = Object.keys(header);
  if (!web && (names.length > 0 || batch || form !== 'opencts')) {
    throw refuse('extension is for http and https subscriptions');
  }
  if (!FORMS.includes(form)) throw refuse(`extension.form must be one of ${FORMS.join(', ')}`);
  if (batch && form !== 'opencts') throw refuse('extension.batch is for the form opencts');
  if (names.length > MOST_HEADERS) throw refuse(`extension.header has more than ${MOST_HEADERS} headers`);
  if (JSON.stringify(header).length > MOST_HEADER_CHARACTERS) {
    throw refuse(`extension.header holds more than ${MOST_HEADER_CHARACTERS} characters`);
  }
  for (const [name, value] of Object.entries(header)) {
    if (!/^x-[A-Za-z0-9-]+$/i.test(name) || /^x-smn/i.test(name)) {
      throw refuse(
        `extension.header has ${nameTold(name)}; names must begin with "x-" and not with "x-smn", and hold letters, digits and "-"`,
      );
    }
    if (value === MASK) throw refuse(`extension.header.${name} is masked; send its value`);
    if (!/^[\x20-\x7e]*$/.test(value)) throw refuse(`extension.header.${name} must hold printable ASCII`);
  }
}

/** What would do nothing is refused: a header may have been meant. @throws CtsError 400 */
export function refuseUnknown(extension: object, members: readonly string[]): void {
  const unknown = Object.keys(extension).find((name) => !members.includes(name));
  if (unknown === undefined) return;
  const message = `extension has ${nameTold(unknown)}; it may have ${members.join(', ')}`;
  throw ERRORS.smn(400, '0012', message, 'extension');
}

/** A name that holds more than one does may hold a secret. */
const nameTold = (name: string) =>
  /^[\w-]{1,40}$/.test(name) ? `the member "${name}"` : 'a member whose name is none';

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

export const toSubscription = (
  row: Omit<Selectable<Database['smn_subscriptions']>, 'pace' | 'has_work'>,
  topic: Pick<Topic, 'id' | 'urn' | 'projectId'>,
): Subscription => ({
  id: row.id,
  urn: `${topic.urn}:${row.id}`,
  topicUrn: topic.urn,
  topicId: topic.id,
  projectId: topic.projectId,
  protocol: row.protocol as Protocol,
  endpoint: row.endpoint,
  remark: row.remark,
  extension: readExtension(row.extension).value ?? {},
  filters: readFilters(row.filter_polices).value ?? [],
  status: row.status,
  createdAt: row.created_at,
  failures: row.failures,
  failingSince: row.failing_since ?? undefined,
  paused: row.paused,
  nextAt: row.next_at,
});
