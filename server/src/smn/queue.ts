import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { type Database, inPieces, type Metadata, PIECE_ROWS } from '../metadata/index.ts';

type Which = (builder: ExpressionBuilder<Database, 'smn_deliveries'>) => Expression<SqlBool>;

/** Forgets what is in the queues of subscriptions now, dead letters as well, piece by piece. */
export async function emptyQueues(metadata: Metadata, subscriptionIds: readonly string[]): Promise<void> {
  for (const id of subscriptionIds) {
    const last = await metadata
      .selectFrom('smn_deliveries')
      .select(({ fn }) => fn.max('seq').as('seq'))
      .where('subscription_id', '=', id)
      .executeTakeFirst();
    await removeDeliveries(metadata, ({ and, eb }) =>
      and([eb('subscription_id', '=', id), eb('seq', '<=', Number(last?.seq ?? 0))]),
    );
  }
}

/** Piece by piece: others write in between. */
export async function removeDeliveries(metadata: Metadata, which: Which): Promise<void> {
  await inPieces(() =>
    metadata
      .deleteFrom('smn_deliveries')
      .where('seq', 'in', ({ selectFrom }) =>
        selectFrom('smn_deliveries').select('seq').where(which).limit(PIECE_ROWS),
      )
      .executeTakeFirst(),
  );
}

/** A message, and what is in queues of it. */
export async function removeMessage(metadata: Metadata, id: string): Promise<void> {
  await removeDeliveries(metadata, ({ eb }) => eb('message_id', '=', id));
  await metadata.deleteFrom('smn_messages').where('id', '=', id).execute();
}

/** What is in the queues of a project's subscribers, or those of one of its topics, waiting or dead. */
export const deliveriesOf = (
  metadata: Metadata,
  project: string,
  state: 'waiting' | 'dead',
  topic?: string,
) =>
  metadata
    .selectFrom('smn_deliveries')
    .where('state', '=', state)
    .where('subscription_id', 'in', ({ selectFrom }) =>
      selectFrom('smn_subscriptions')
        .innerJoin('smn_topics', 'smn_topics.id', 'smn_subscriptions.topic_id')
        .select('smn_subscriptions.id')
        .where('smn_topics.project_id', '=', project)
        .$if(topic !== undefined, (query) => query.where('smn_topics.id', '=', topic as string)),
    );

/** Messages that wait for nobody any more. */
export async function dropUnwanted(
  metadata: Metadata,
  batch: readonly { message_id: string }[],
): Promise<void> {
  await metadata
    .deleteFrom('smn_messages')
    .where(
      'id',
      'in',
      batch.map(({ message_id }) => message_id),
    )
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('smn_deliveries').select('seq').whereRef('message_id', '=', 'smn_messages.id'))),
    )
    .execute();
}
