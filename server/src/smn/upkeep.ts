import type { Bounds } from '../clock/index.ts';
import { inPieces, type Metadata, PIECE_ROWS } from '../metadata/index.ts';
import { forgetIdle } from './due.ts';
import { removeDeliveries, removeMessage } from './queue.ts';

const SWEEP_EVERY_MS = 60_000;
/** A message that is staged for so long was left so by a crash: its pieces take two minutes at the worst. */
const STAGED_MS = 10 * 60_000;
const TIDY_EVERY_MS = 3_600_000;
const DEAD_MS = 30 * 86_400_000;

/** Removes from the queues what nobody gets any more, now and then. Owned by the sender. */
export class QueueUpkeep {
  private readonly metadata: Metadata;
  private readonly time: Bounds;
  private sweptAt = 0;
  private tidiedAt = 0;

  constructor(metadata: Metadata, time: Bounds) {
    this.metadata = metadata;
    this.time = time;
  }

  /** Messages whose publishing broke off. */
  async forgetStaged(): Promise<void> {
    const { metadata, time } = this;
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
  async forgetOld(): Promise<void> {
    const { metadata, time } = this;
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
}
