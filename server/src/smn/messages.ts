import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Metadata, PIECE_PAUSE_MS, PIECE_ROWS } from '../metadata/index.ts';
import { type Topic, toTopic } from './topics.ts';

const CONFIRMED = 1;

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

  /** @param onWork there is something to send */
  constructor(metadata: Metadata, clock: () => number, onWork: () => void) {
    this.metadata = metadata;
    this.clock = clock;
    this.onWork = onWork;
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
   * For all who have confirmed now. To many it goes in pieces, so that others can write in between; it is
   * staged until all are there, and shown to the sender by one small write: it goes to everybody or to nobody.
   * @returns its id
   */
  async publish(topic: Topic, content: Published, liveMs: number): Promise<string> {
    const id = randomBytes(16).toString('hex');
    const now = this.clock();
    const to = await this.confirmed(topic);
    const staged = to.length > PIECE_ROWS;
    for (let at = 0; at < to.length; at += PIECE_ROWS) {
      if (at > 0) await sleep(PIECE_PAUSE_MS);
      await this.metadata.transaction().execute(async (transaction) => {
        if (at === 0) {
          await transaction
            .insertInto('smn_messages')
            .values({
              id,
              topic_id: topic.id,
              kind: 'published',
              notification: '',
              content: JSON.stringify(content),
              traces: 0,
              created_at: now,
              expires_at: now + liveMs,
              staged: staged ? 1 : 0,
            })
            .execute();
        }
        await putFor(transaction, id, to.slice(at, at + PIECE_ROWS));
      });
    }
    if (staged) {
      await this.metadata.updateTable('smn_messages').set({ staged: 0 }).where('id', '=', id).execute();
    }
    this.onWork();
    return id;
  }

  /** For one subscriber, confirmed or not. */
  async toOne(
    topic: Topic,
    subscriptionId: string,
    kind: 'confirmation' | 'farewell' | 'published',
    content: { token: string } | Published,
    liveMs: number,
  ): Promise<string> {
    const id = randomBytes(16).toString('hex');
    const now = this.clock();
    await this.metadata.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('smn_messages')
        .values({
          id,
          topic_id: topic.id,
          kind,
          notification: '',
          content: JSON.stringify(content),
          traces: 0,
          created_at: now,
          expires_at: now + liveMs,
        })
        .execute();
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

  private async confirmed({ id }: Topic): Promise<string[]> {
    const rows = await this.metadata
      .selectFrom('smn_subscriptions')
      .select('id')
      .where('topic_id', '=', id)
      .where('status', '=', CONFIRMED)
      .orderBy('created_at')
      .execute();
    return rows.map((row) => row.id);
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
