import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ERRORS } from '../errors.ts';
import {
  isReferable,
  type MessageKind,
  type Metadata,
  PIECE_PAUSE_MS,
  PIECE_ROWS,
} from '../metadata/index.ts';
import type { Protocol } from './endpoints.ts';
import { type Attributes, isWanted, readFilters } from './filters.ts';
import { removeMessage } from './queue.ts';
import { type Topic, toTopic } from './topics.ts';
import { WaitingRoom } from './waiting.ts';

const CONFIRMED = 1;
const newId = () => randomBytes(16).toString('hex');

/** What a person or program publishes: a text for all protocols, or one for each. */
export interface Published {
  subject: string;
  default: string;
  byProtocol: Partial<Record<string, string>>;
}

/** Puts messages into the queues of those who want them; the sender takes them from there. */
export class Messages {
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  private readonly onWork: () => void;
  private readonly room: WaitingRoom;

  /** @param onWork there is something to send */
  constructor(metadata: Metadata, clock: () => number, onWork: () => void) {
    this.metadata = metadata;
    this.clock = clock;
    this.onWork = onWork;
    this.room = new WaitingRoom(metadata, clock);
  }

  /** There may be something to send. */
  wake(): void {
    this.onWork();
  }

  async topicOf(topicId: string): Promise<Topic | undefined> {
    const row = await this.metadata
      .selectFrom('smn_topics')
      .innerJoin('projects', 'projects.id', 'smn_topics.project_id')
      .selectAll('smn_topics')
      .select('projects.region')
      .where('smn_topics.id', '=', topicId)
      .executeTakeFirst();
    return row && toTopic(row, row.region);
  }

  /**
   * For all who have confirmed, and want it by their filter policies, now.
   * @returns its id
   * @throws CtsError 429 when too many messages wait in the project already
   */
  async publish(
    topic: Topic,
    content: Published,
    liveMs: number,
    attributes: Attributes = new Map(),
  ): Promise<string> {
    const to = await this.confirmed(topic, attributes);
    return this.room.within(topic.projectId, to.length, () => this.put(topic, content, liveMs, to));
  }

  /** To one who has confirmed. @throws CtsError 429 as above */
  async publishToOne(
    topic: Topic,
    subscriptionId: string,
    content: Published,
    liveMs: number,
  ): Promise<string> {
    return this.room.within(topic.projectId, 1, () => this.put(topic, content, liveMs, [subscriptionId]));
  }

  /** About a subscription itself, to its endpoint. */
  async toOne(
    topic: Topic,
    subscriptionId: string,
    kind: 'confirmation' | 'farewell',
    content: { token: string },
    liveMs: number,
  ): Promise<string> {
    const id = newId();
    await this.metadata.transaction().execute(async (transaction) => {
      await this.insert(transaction, { id, topic_id: topic.id, kind, content }, liveMs);
      await transaction
        .insertInto('smn_deliveries')
        .values({
          message_id: id,
          subscription_id: subscriptionId,
          state: 'waiting',
          attempts: 0,
          reason: '',
          died_at: null,
        })
        .execute();
    });
    this.onWork();
    return id;
  }

  /**
   * To many it goes in pieces, so that others can write in between; it is staged until all are there, and shown
   * to the sender by one small write: it goes to everybody or to nobody.
   */
  private async put(
    topic: Topic,
    content: Published,
    liveMs: number,
    to: readonly string[],
  ): Promise<string> {
    const id = newId();
    const message = { id, topic_id: topic.id, kind: 'published', content } as const;
    const staged = to.length > PIECE_ROWS ? 1 : 0;
    try {
      for (let at = 0; at < to.length; at += PIECE_ROWS) {
        if (at > 0) await sleep(PIECE_PAUSE_MS);
        await this.metadata.transaction().execute(async (transaction) => {
          if (at === 0) await this.insert(transaction, { ...message, staged }, liveMs);
          await putFor(transaction, id, to.slice(at, at + PIECE_ROWS));
        });
      }
      if (staged) await this.show(id);
    } catch (error) {
      // What cannot be removed now goes with what a crash leaves: the sender sweeps it.
      if (staged) await removeMessage(this.metadata, id).catch(() => undefined);
      throw error;
    }
    this.onWork();
    return id;
  }

  private async insert(
    transaction: Metadata,
    message: {
      id: string;
      topic_id: string;
      kind: MessageKind;
      content: object;
      staged?: number;
    },
    liveMs: number,
  ): Promise<void> {
    const now = this.clock();
    await transaction
      .insertInto('smn_messages')
      .values({
        ...message,
        content: JSON.stringify(message.content),
        notification: '',
        traces: 0,
        created_at: now,
        expires_at: now + liveMs,
      })
      .execute();
  }

  /** @throws Error when it was staged for so long that it was swept away, or its topic has gone */
  private async show(id: string): Promise<void> {
    const { numUpdatedRows } = await this.metadata
      .updateTable('smn_messages')
      .set({ staged: 0 })
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) throw ERRORS.contended();
  }

  private async confirmed({ id }: Topic, attributes: Attributes): Promise<string[]> {
    const rows = await this.metadata
      .selectFrom('smn_subscriptions')
      .select(['id', 'protocol', 'filter_polices'])
      .where('topic_id', '=', id)
      .where('status', '=', CONFIRMED)
      // One whose id no delivery could refer to costs only itself.
      .where(isReferable('id'))
      .orderBy('created_at')
      .execute();
    // Mostly a message has none: no policy needs to be read.
    if (attributes.size === 0) return rows.map(({ id: subscriber }) => subscriber);
    return rows
      .filter((row) => {
        const filters = readFilters(row.filter_polices).value ?? [];
        return isWanted(attributes, { protocol: row.protocol as Protocol, filters });
      })
      .map((row) => row.id);
  }
}

/** For those of some subscribers that are still there. */
async function putFor(transaction: Metadata, messageId: string, ids: readonly string[]): Promise<void> {
  await transaction
    .insertInto('smn_deliveries')
    .columns(['message_id', 'subscription_id', 'state', 'attempts', 'reason'])
    .expression((builder) =>
      builder
        .selectFrom('smn_subscriptions')
        .select(({ val, ref, lit }) => [
          val(messageId).as('message_id'),
          ref('id').as('subscription_id'),
          val('waiting').as('state'),
          lit(0).as('attempts'),
          val('').as('reason'),
        ])
        .where('id', 'in', ids)
        .where('status', '=', CONFIRMED)
        .orderBy('created_at'),
    )
    .execute();
}
