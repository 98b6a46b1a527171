import { inPieces, type Metadata, PIECE_ROWS } from '../metadata/index.ts';

/** Forgets what is in the queues of subscriptions now, dead letters as well, piece by piece. */
export async function emptyQueues(metadata: Metadata, subscriptionIds: readonly string[]): Promise<void> {
  for (const id of subscriptionIds) {
    const last = await metadata
      .selectFrom('smn_deliveries')
      .select(({ fn }) => fn.max('seq').as('seq'))
      .where('subscription_id', '=', id)
      .executeTakeFirst();
    await inPieces(() =>
      metadata
        .deleteFrom('smn_deliveries')
        .where('seq', 'in', ({ selectFrom }) =>
          selectFrom('smn_deliveries')
            .select('seq')
            .where('subscription_id', '=', id)
            .where('seq', '<=', Number(last?.seq ?? 0))
            .limit(PIECE_ROWS),
        )
        .executeTakeFirst(),
    );
  }
}

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
