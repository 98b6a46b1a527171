import { setTimeout as sleep } from 'node:timers/promises';
import { type Metadata, PIECE_PAUSE_MS, PIECE_ROWS } from '../metadata/index.ts';
import { Losses } from './losses.ts';
import { deliveriesOf, dropUnwanted } from './queue.ts';

/** What remains when some had to go: so the oldest are not looked for each time that one more dies. */
const REST = 0.99;
const LOOKED_FOR_AT_ONCE = 20_000;

/**
 * How many dead letters each project holds, about; beyond the bound the oldest go. Owned by the sender, which
 * alone lets messages die.
 */
export class DeadLetters {
  private readonly metadata: Metadata;
  private readonly most: number;
  private readonly held = new Map<string, number>();
  private readonly trimming = new Map<string, Promise<void>>();
  private readonly losses: Losses;

  /** @param most of one project */
  constructor(metadata: Metadata, most: number) {
    this.metadata = metadata;
    this.most = most;
    this.losses = new Losses(
      metadata,
      (letters) => `${letters} dead letters were removed, the oldest first: the project had too many.`,
    );
  }

  /** Some more are there. */
  async add(project: string, letters: number): Promise<void> {
    const held = (this.held.get(project) ?? Number.POSITIVE_INFINITY) + letters;
    if (held <= this.most) {
      this.held.set(project, held);
      return;
    }
    let trimming = this.trimming.get(project);
    if (!trimming) {
      trimming = this.trim(project).finally(() => this.trimming.delete(project));
      this.trimming.set(project, trimming);
    }
    await trimming;
  }

  /** Says in the log of each subscriber what it lost. */
  tell(now: number): Promise<void> {
    return this.losses.tell(now);
  }

  /** Counts, since some may have been sent again or discarded, and removes what is too much. */
  private async trim(project: string): Promise<void> {
    const row = await deliveriesOf(this.metadata, project, 'dead')
      .select(({ fn }) => fn.countAll<number>().as('letters'))
      .executeTakeFirst();
    let held = Number(row?.letters ?? 0);
    const rest = held > this.most ? Math.floor(this.most * REST) : held;
    while (held > rest) {
      const oldest = await deliveriesOf(this.metadata, project, 'dead')
        .select(['seq', 'message_id'])
        .orderBy('seq')
        .limit(Math.min(held - rest, LOOKED_FOR_AT_ONCE))
        .execute();
      if (oldest.length === 0) break;
      for (let at = 0; at < oldest.length; at += PIECE_ROWS) {
        await this.remove(oldest.slice(at, at + PIECE_ROWS));
        await sleep(PIECE_PAUSE_MS);
      }
      held -= oldest.length;
    }
    this.held.set(project, held);
  }

  private async remove(letters: readonly { seq: number; message_id: string }[]): Promise<void> {
    const seqs = letters.map(({ seq }) => seq);
    const removed = await this.metadata.transaction().execute(async (transaction) => {
      const gone = await transaction
        .deleteFrom('smn_deliveries')
        .where('seq', 'in', seqs)
        // It may just have been sent again.
        .where('state', '=', 'dead')
        .returning('subscription_id')
        .execute();
      await dropUnwanted(transaction, letters);
      return gone;
    });
    for (const { subscription_id } of removed) this.losses.add(subscription_id, 1);
  }
}
