import type { Selectable } from 'kysely';
import type { Database, Metadata } from '../metadata/index.ts';

/** A message in the queue of a subscriber. */
export type Waiting = Selectable<Database['smn_deliveries']> & Selectable<Database['smn_messages']>;

/** What waits for a subscriber, the oldest first. */
export function waitingFor(metadata: Metadata, id: string, most: number): Promise<Waiting[]> {
  return metadata
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

export const tracesOf = (batch: readonly Waiting[] = []) =>
  batch.reduce((sum, { traces }) => sum + traces, 0);

/** In their order: pieces together up to so many traces, other messages alone. */
export function inBatches(waiting: readonly Waiting[], most: number): Waiting[][] {
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

/** Messages that are given up: they can be looked at and sent again. */
export async function kill(metadata: Metadata, seqs: number[], reason: string, now: number): Promise<void> {
  await metadata
    .updateTable('smn_deliveries')
    .set({ state: 'dead', reason, died_at: now })
    .where('seq', 'in', seqs)
    .execute();
}
