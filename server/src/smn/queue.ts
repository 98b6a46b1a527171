import { setTimeout as sleep } from 'node:timers/promises';
import type { Metadata } from '../metadata/index.ts';
import { PIECE_PAUSE_MS, PIECE_ROWS } from './limits.ts';

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

/** Removes piece after piece, until one is not full. @returns rows that were removed */
export async function inPieces(remove: () => Promise<{ numDeletedRows: bigint }>): Promise<number> {
  for (let removed = 0; ; ) {
    const piece = Number((await remove()).numDeletedRows);
    removed += piece;
    if (piece < PIECE_ROWS) return removed;
    await sleep(PIECE_PAUSE_MS);
  }
}
