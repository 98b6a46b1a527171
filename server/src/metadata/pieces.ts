import { setTimeout as sleep } from 'node:timers/promises';
import { PIECE_PAUSE_MS, PIECE_ROWS } from './limits.ts';

/**
 * Removes piece after piece, until one is not full, so that others who write come in between.
 * @param remove removes PIECE_ROWS rows at the most
 * @returns rows that were removed
 */
export async function inPieces(remove: () => Promise<{ numDeletedRows: bigint }>): Promise<number> {
  for (let removed = 0; ; ) {
    const piece = Number((await remove()).numDeletedRows);
    removed += piece;
    if (piece < PIECE_ROWS) return removed;
    await sleep(PIECE_PAUSE_MS);
  }
}
